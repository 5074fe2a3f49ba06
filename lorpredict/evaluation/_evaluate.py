"""Judge families on children whom they have not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import pandas as pd

from lorpredict.design import ModelDesign
from lorpredict.errors import TooLittleData
from lorpredict.evaluation import _bootstrap, _cross_validated, _parts
from lorpredict.evaluation._estimates import estimates_of
from lorpredict.evaluation._evaluation import Evaluation
from lorpredict.evaluation._learning import SplitPrediction, predict_split
from lorpredict.evaluation._measure import Times
from lorpredict.evaluation._plan import PlanSize, ValidationPlan, choose_plan
from lorpredict.evaluation._remarks import remarks_on_children, remarks_on_values
from lorpredict.evaluation._running import Checkpoints, Job, Progress, finished
from lorpredict.evaluation._splits import Split, fold_numbers, stratified_splits
from lorpredict.evaluation._when_to_tune import TuningMode
from lorpredict.models import ModelFamily
from lorpredict.outcome import AtRisk
from lorpredict.survival import Floats, last_day_at_risk


def evaluate(
    at_risk: AtRisk,
    families: Sequence[ModelFamily],
    *,
    plan: ValidationPlan | PlanSize = "default",
    tuning: TuningMode = "auto",
    studies: str = "",
    seed: int = 0,
    workers: int = 1,
    progress: Progress | None = None,
    checkpoints: Path | None = None,
) -> Evaluation:
    """Judge families on children from whom they have not learnt.

    The whole pipeline (imputation, scaling, choice of penalty, tuning) is learnt anew in every
    fold and every resample.

    Parameters
    ----------
    plan
        How they are judged; by default what :func:`choose_plan` finds for these children, in its
        ``default`` or its ``full`` size.
    tuning
        ``on``, ``off`` or ``auto``, see :func:`choose_plan`; a plan that is given says so itself.
    studies
        Address of a database, SQLite or PostgreSQL, in which the trials of tuning are kept, so
        that none is done twice; in memory if empty. The result does not depend on it.
    seed
        All randomness comes from it.
    workers
        Number of processes; the result does not depend on it. Within
        ``joblib.parallel_config(backend=...)`` the work goes to that backend.
    progress
        Called with the number of pieces of work done and the number of all.
    checkpoints
        A folder in which finished pieces of work are kept until all are done, so that an
        evaluation which was broken off goes on where it was.

    Raises
    ------
    TooLittleData
        If there are fewer than two events, or no horizon lies within follow-up.
    TuningError
        If settings cannot be tuned as asked.
    """
    plan = choose_plan(at_risk, plan, tuning=tuning) if isinstance(plan, str) else plan
    plan = plan.for_families(families)
    plan.prepare_tuning(studies)
    times, notes = times_of(at_risk)
    kept = _kept(checkpoints, at_risk, families, plan, times, seed)
    work = _Work(at_risk, tuple(families), plan, times, seed, tuple(notes), studies)
    found = work.done(partial(finished, workers=workers, checkpoints=kept), progress)
    if kept is not None:
        kept.discard()
    return found


@dataclass(frozen=True)
class _Work:
    """All that is done for one evaluation, in two rounds: what is learnt, then the intervals."""

    at_risk: AtRisk
    families: tuple[ModelFamily, ...]
    plan: ValidationPlan
    times: Times
    seed: int
    notes: tuple[str, ...]
    studies: str

    def done(self, run: Any, progress: Progress | None) -> Evaluation:
        splits = stratified_splits(self.at_risk, repeats=self.plan.repeats, seed=self.seed)
        parts, not_tested = _parts.parts_of(self.at_risk, self.plan, seed=self.seed)
        rounds = [
            list(self._cross_validation(splits)),
            list(self._resamples()),
            list(self._left_out(parts)),
        ]
        intervals = len(self.families) * _cross_validated.number_of_jobs(self.plan.draws)
        count = _Count(sum(map(len, rounds)) + intervals, progress)
        folds, resamples, tested = (run(jobs, progress=count.of(len(jobs))) for jobs in rounds)
        risk = _cross_validated.pooled(self.at_risk, folds, self.plan.repeats, len(self.times.days))
        folds_of = fold_numbers(splits, self.plan.repeats, len(self.at_risk))
        draws = [
            job
            for name in risk
            for job in _cross_validated.interval_jobs(
                self.at_risk,
                name,
                risk[name],
                folds_of,
                self.times,
                seed=self.seed,
                draws=self.plan.draws,
            )
        ]
        drawn = run(draws, progress=count.of(intervals))
        return self._evaluation(folds, resamples, tested, risk, folds_of, drawn, not_tested)

    def _evaluation(
        self,
        folds: Sequence[SplitPrediction],
        resamples: Sequence[_bootstrap.Resampled],
        tested: Sequence[tuple[SplitPrediction, pd.DataFrame]],
        risk: dict[str, Floats],
        folds_of: Sequence[Any],
        drawn: Sequence[list[dict[str, float]]],
        not_tested: Sequence[str],
    ) -> Evaluation:
        values = pd.DataFrame(
            [
                (name, *row)
                for name in risk
                for row in _cross_validated.values(self.at_risk, risk[name], folds_of, self.times)
            ],
            columns=["family", "measure", "repeat", "fold", "value"],
        )
        by_family = {name: list(each) for name, each in groupby(resamples, lambda r: r.family)}
        optimism = {name: _bootstrap.optimism(found) for name, found in by_family.items()}
        jobs = _cross_validated.number_of_jobs(self.plan.draws)
        intervals = {
            name: _cross_validated.interval(list(chain(*drawn[i * jobs : (i + 1) * jobs])))
            for i, name in enumerate(risk)
        }
        known = {name: found for name, found in optimism.items() if found is not None}
        return Evaluation(
            values=values,
            estimates=estimates_of(self.families, values, intervals, known),
            parts=_parts.table(tested),
            risk=risk,
            resampled={name: found.risk for name, found in known.items()},
            times=self.times,
            at_risk=self.at_risk,
            plan=self.plan,
            notes=(
                *self.notes,
                *remarks_on_children(self.at_risk, self.plan),
                *not_tested,
                *_notes([*folds, *(found for found, _ in tested)], "folds"),
                *_notes(resamples, "resamples"),
                *_parts.part_notes(tested, self.at_risk, self.times),
                *remarks_on_values(values),
            ),
        )

    def _cross_validation(self, splits: Sequence[Split]) -> Iterator[Job]:
        for split in splits:
            for family in self.families:
                key = ("fold", family.name, split.repeat, split.number, split.seed)
                tuning = self.plan.tuning_of(family, self.studies)
                work = partial(predict_split, self.at_risk, family, split, self.times.days)
                yield Job(key, partial(work, tuning=tuning))

    def _resamples(self) -> Iterator[Job]:
        for family in self.families:
            yield from _bootstrap.bootstrap_jobs(
                self.at_risk,
                family,
                self.times,
                resamples=self.plan.resamples_for(family),
                seed=self.seed,
                tuning=self.plan.tuning_of(family, self.studies),
            )

    def _left_out(self, parts: Sequence[Split]) -> Iterator[Job]:
        for family in self.families:
            tuning = self.plan.tuning_of(family, self.studies)
            yield from _parts.part_jobs(self.at_risk, family, parts, self.times, tuning=tuning)


class _Count:
    """Pieces of work that were done, over several rounds."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress, self._before = total, progress, 0

    def of(self, number: int) -> Progress | None:
        """Return what counts the next round, of so many pieces."""
        if self._progress is None:
            return None
        before, tell = self._before, self._progress
        self._before += number
        return lambda done, _: tell(before + done, self._total)


def evaluation_grid(design: ModelDesign, horizons: Floats) -> Floats:
    """Days since the landmark, about a month apart, up to the last horizon."""
    grid = design.time_grid(float(horizons[-1]))
    within: Floats = grid[grid <= horizons[-1]]
    return within


def horizon_names(design: ModelDesign, horizons: Floats) -> list[str]:
    """Name horizons by their day since the first infusion, for keys of measures."""
    return [f"day_{day + design.landmark_day:.0f}" for day in horizons]


def times_of(at_risk: AtRisk) -> tuple[Times, list[str]]:
    """Return the grid and the horizons within follow-up, and which horizons lie beyond it."""
    design, last = at_risk.design, last_day_at_risk(at_risk.y)
    within = design.horizons[design.horizons <= last]
    beyond = design.horizons[design.horizons > last]
    if not within.size:
        raise TooLittleData(
            f"no horizon lies within follow-up: at day {last:g} since the landmark fewer than "
            f"five are still at risk, the first horizon is day {beyond[0]:g}"
        )
    notes = [
        f"day {day:g} since the landmark lies beyond follow-up (day {last:g}) and is not judged"
        for day in beyond
    ]
    days = evaluation_grid(design, within)
    return Times(days, within, tuple(horizon_names(design, within))), notes


def _kept(
    folder: Path | None,
    at_risk: AtRisk,
    families: Sequence[ModelFamily],
    plan: ValidationPlan,
    times: Times,
    seed: int,
) -> Checkpoints | None:
    if folder is None:
        return None
    children = at_risk.X.assign(event=at_risk.y["event"], duration=at_risk.y["duration"])
    parts = {"site": at_risk.site, "start": at_risk.start}
    children = children.assign(**{name: part for name, part in parts.items() if part is not None})
    settings = {family.name: dict(family.settings) for family in families}
    asked = (at_risk.design.to_dict(), settings, plan, times.days.tolist(), seed)
    return Checkpoints(folder, children.to_csv() + repr(asked))


def _notes(done: Sequence[SplitPrediction | _bootstrap.Resampled], called: str) -> Iterator[str]:
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
