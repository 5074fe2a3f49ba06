"""Repeated stratified cross-validation with the whole pipeline inside.

Every fold learns encoding, penalties and model from its own training rows; each fold has its own
seed, so the result does not depend on how many workers share the work.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from lorpredict.errors import LorpredictError, TooLittleData
from lorpredict.features._pipeline import NeverMeasuredWarning
from lorpredict.models import ModelFamily
from lorpredict.outcome import AtRisk
from lorpredict.survival import Floats

FOLDS = 5
Positions = NDArray[np.intp]


@dataclass(frozen=True)
class Fold:
    """One split of the children into those who teach and those who test."""

    repeat: int
    number: int
    train: Positions
    test: Positions
    seed: int


@dataclass(frozen=True)
class FoldPrediction:
    """What one family predicted in one fold.

    Parameters
    ----------
    risk : array of shape (n_test, n_days), NaN where the family could not learn
    clipped_at : last day that could be asked in this fold, where it is earlier than the grid's end
    problem : why the family could not learn in this fold
    """

    family: str
    fold: Fold
    risk: Floats
    clipped_at: float | None = None
    problem: str = ""


def stratified_folds(at_risk: AtRisk, *, repeats: int, seed: int) -> list[Fold]:
    """Split into five folds, ``repeats`` times, with events spread evenly.

    Raises
    ------
    TooLittleData
        If there are fewer than two events, so that no fold can learn and test.
    """
    events = int(at_risk.y["event"].sum())
    if events < 2:
        raise TooLittleData(
            f"{events} events after the landmark; cross-validation needs at least 2"
        )
    return list(_folds(at_risk, min(FOLDS, events), repeats, seed))


def _folds(at_risk: AtRisk, folds: int, repeats: int, seed: int) -> Iterator[Fold]:
    everyone = np.zeros(len(at_risk))
    for repeat in range(repeats):
        split = StratifiedKFold(folds, shuffle=True, random_state=_seed(seed, repeat, 0))
        parts = split.split(everyone, at_risk.y["event"])
        for number, (train, test) in enumerate(parts, start=1):
            yield Fold(repeat, number, train, test, _seed(seed, repeat, number))


def _seed(*path: int) -> int:
    return int(np.random.SeedSequence(path).generate_state(1)[0] % 2**31)


def fold_numbers(folds: Sequence[Fold], repeats: int, children: int) -> list[Positions]:
    """Tell for each repeat which fold each child was tested in."""
    numbers = [np.zeros(children, dtype=np.intp) for _ in range(repeats)]
    for fold in folds:
        numbers[fold.repeat][fold.test] = fold.number
    return numbers


def predict_folds(
    at_risk: AtRisk,
    families: Sequence[ModelFamily],
    folds: Sequence[Fold],
    days: Floats,
    *,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> list[FoldPrediction]:
    """Let every family learn and predict in every fold, in the order of the folds.

    Parameters
    ----------
    settings
        Family -> what is set otherwise than by its defaults.
    """
    asked = settings or {}
    jobs = [
        delayed(_predict_fold)(at_risk, family, fold, days, asked.get(family.name))
        for fold in folds
        for family in families
    ]
    results: Iterable[FoldPrediction] = Parallel(n_jobs=workers, return_as="generator")(jobs)
    done = []
    for number, result in enumerate(results, start=1):
        done.append(result)
        if progress is not None:
            progress(number, len(jobs))
    return done


def _predict_fold(
    at_risk: AtRisk,
    family: ModelFamily,
    fold: Fold,
    days: Floats,
    settings: Mapping[str, Any] | None,
) -> FoldPrediction:
    model = family.build(at_risk.design, seed=fold.seed, settings=settings)
    try:
        with warnings.catch_warnings():
            # A predictor that one fold lacks is told once, for the whole cohort.
            warnings.simplefilter("ignore", NeverMeasuredWarning)
            model.fit(at_risk.X.iloc[fold.train], at_risk.y[fold.train])
    except LorpredictError as error:
        nothing = np.full((len(fold.test), len(days)), np.nan)
        return FoldPrediction(family.name, fold, nothing, problem=str(error))
    last = model.follow_up_
    asked = np.minimum(days, last)
    risk = model.predict_survival(at_risk.X.iloc[fold.test], asked).risk
    return FoldPrediction(family.name, fold, risk, last if last < days[-1] else None)
