"""Judge families on children whom they have not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lorpredict.evaluation import _bootstrap, _cross_validated, _parts
from lorpredict.evaluation._evaluation import Evaluation
from lorpredict.evaluation._found import Draw, Found
from lorpredict.evaluation._learning import predict_split
from lorpredict.evaluation._measure import Times
from lorpredict.evaluation._plan import PlanSize, ValidationPlan, choose_plan
from lorpredict.evaluation._running import Checkpoints, Job, Progress, finished
from lorpredict.evaluation._splits import Split, fold_numbers, stratified_splits
from lorpredict.evaluation._times import times_of
from lorpredict.evaluation._when_to_tune import TuningMode
from lorpredict.models import ModelFamily
from lorpredict.outcome import AtRisk


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
    work = _Work(at_risk, tuple(families), plan, times, seed, studies)
    found, drawn = work.done(partial(finished, workers=workers, checkpoints=kept), progress)
    evaluation = found.evaluation(drawn, notes)
    if kept is not None:
        kept.discard()
    return evaluation


@dataclass(frozen=True)
class _Work:
    """All that is done for one evaluation, in two rounds: what is learnt, then the intervals."""

    at_risk: AtRisk
    families: tuple[ModelFamily, ...]
    plan: ValidationPlan
    times: Times
    seed: int
    studies: str

    def done(self, run: Any, progress: Progress | None) -> tuple[Found, list[list[Draw]]]:
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
        found = Found(
            at_risk=self.at_risk,
            families=self.families,
            plan=self.plan,
            times=self.times,
            folds=folds,
            folds_of=fold_numbers(splits, self.plan.repeats, len(self.at_risk)),
            resamples=resamples,
            tested=tested,
            not_tested=not_tested,
        )
        jobs = list(found.interval_jobs(self.seed))
        return found, run(jobs, progress=count.of(intervals))

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
