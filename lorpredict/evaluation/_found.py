"""What all resamples of an evaluation found, and the evaluation that is made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby

import pandas as pd

from lorpredict.evaluation import _bootstrap, _cross_validated, _parts
from lorpredict.evaluation._estimates import estimates_of
from lorpredict.evaluation._evaluation import Evaluation
from lorpredict.evaluation._learning import SplitPrediction
from lorpredict.evaluation._measure import Times
from lorpredict.evaluation._plan import ValidationPlan
from lorpredict.evaluation._remarks import remarks_on_children, remarks_on_values
from lorpredict.evaluation._running import Job
from lorpredict.models import ModelFamily
from lorpredict.outcome import AtRisk
from lorpredict.survival import Floats, Positions

Draw = dict[str, float]


@dataclass(frozen=True, eq=False)
class Found:
    """What was learnt in folds, resamples and parts, in the order in which it was asked.

    Parameters
    ----------
    folds_of
        For each repeat of cross-validation, the fold in which each child was tested.
    tested
        What was told to hospitals or the latest children, who were left out, and its measures.
    not_tested
        Which of them could not be left out, and why.
    """

    at_risk: AtRisk
    families: Sequence[ModelFamily]
    plan: ValidationPlan
    times: Times
    folds: Sequence[SplitPrediction]
    folds_of: Sequence[Positions]
    resamples: Sequence[_bootstrap.Resampled]
    tested: Sequence[tuple[SplitPrediction, pd.DataFrame]]
    not_tested: Sequence[str]

    @cached_property
    def risk(self) -> dict[str, Floats]:
        """Cross-validated risks of every family that could learn."""
        days = len(self.times.days)
        return _cross_validated.pooled(self.at_risk, self.folds, self.plan.repeats, days)

    def interval_jobs(self, seed: int) -> Iterator[Job]:
        """Yield the draws for the intervals, as many jobs for each family."""
        for name, risk in self.risk.items():
            yield from _cross_validated.interval_jobs(
                self.at_risk,
                name,
                risk,
                self.folds_of,
                self.times,
                seed=seed,
                draws=self.plan.draws,
            )

    def evaluation(self, drawn: Sequence[list[Draw]], notes: Sequence[str]) -> Evaluation:
        """Put the evaluation together.

        Parameters
        ----------
        drawn
            What the jobs for the intervals found.
        notes
            What was told of the times before anything was learnt.
        """
        values, optimism = self._values(), self._optimism()
        return Evaluation(
            values=values,
            estimates=estimates_of(self.families, values, self._intervals(drawn), optimism),
            parts=_parts.table(self.tested),
            risk=self.risk,
            resampled={name: found.risk for name, found in optimism.items()},
            times=self.times,
            at_risk=self.at_risk,
            plan=self.plan,
            notes=(*notes, *self._notes(values)),
        )

    def _values(self) -> pd.DataFrame:
        rows = [
            (name, *row)
            for name, risk in self.risk.items()
            for row in _cross_validated.values(self.at_risk, risk, self.folds_of, self.times)
        ]
        return pd.DataFrame(rows, columns=["family", "measure", "repeat", "fold", "value"])

    def _optimism(self) -> dict[str, _bootstrap.Optimism]:
        by_family = groupby(self.resamples, lambda resampled: resampled.family)
        found = {name: _bootstrap.optimism(list(resampled)) for name, resampled in by_family}
        return {name: optimism for name, optimism in found.items() if optimism is not None}

    def _intervals(self, drawn: Sequence[list[Draw]]) -> dict[str, pd.DataFrame | None]:
        jobs = _cross_validated.number_of_jobs(self.plan.draws)
        return {
            name: _cross_validated.interval(list(chain(*drawn[place * jobs : (place + 1) * jobs])))
            for place, name in enumerate(self.risk)
        }

    def _notes(self, values: pd.DataFrame) -> Iterator[str]:
        yield from remarks_on_children(self.at_risk, self.plan)
        yield from self.not_tested
        yield from _problems([*self.folds, *(found for found, _ in self.tested)], "folds")
        yield from _problems(self.resamples, "resamples")
        yield from _parts.part_notes(self.tested, self.at_risk, self.times)
        yield from remarks_on_values(values)


def _problems(done: Sequence[SplitPrediction | _bootstrap.Resampled], called: str) -> Iterator[str]:
    problems = Counter((result.family, result.problem) for result in done if result.problem)
    clipped = [result for result in done if result.clipped_at is not None]
    for (family, why), count in problems.items():
        yield f"{family}: {count} {called} failed: {why}"
    if clipped:
        earliest = min(result.clipped_at or float("inf") for result in clipped)
        yield (
            f"{len(clipped)} of {len(done)} fits to {called} had fewer than five children at risk "
            "before the last horizon; their curves are held from there on "
            f"(earliest: day {earliest:g})"
        )
