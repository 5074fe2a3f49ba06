"""The leakage test of the gate: nothing that is known later may stand behind a prediction.

Two questions are asked. Does a predictor move when all that is known later is shuffled? And does a
predictor run with something that is known later so closely that it can hardly be anything else,
as where a later column was written under the name of an earlier one?

What cannot be found so: a later column that is absent under its own name and tells of the outcome
only loosely. Nobody can tell such a column from a good predictor by its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.random import Generator
from scipy.stats import spearmanr

from lorpredict.clinical import Known
from lorpredict.cohort import Cohort
from lorpredict.outcome import AtRisk, landmark
from lorpredict.survival import Floats, Positions

TOO_ALIKE = 0.95
_FEWEST_TO_COMPARE = 20
_FOLLOW_UP = "follow_up_days"
_LATER = (Known.LATER, Known.OUTCOME)


@dataclass(frozen=True)
class Leakage:
    """What was found, in words; nothing where the test is passed.

    Parameters
    ----------
    moved
        Predictors that changed when later columns did.
    alike
        Predictors that run with a later column, and with which.
    """

    moved: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.moved and not self.alike

    def __str__(self) -> str:
        found = [f"{name} changes with what is known later" for name in self.moved]
        return "; ".join([*found, *self.alike]) or "nothing found"


def leakage_of(cohort: Cohort, at_risk: AtRisk, *, seed: int = 0) -> Leakage:
    """Test the predictors of a design on the cohort that a model is to learn from.

    Parameters
    ----------
    cohort
        With whatever columns it has that are known later.
    at_risk
        The children of that cohort at the landmark, under the design.
    """
    return Leakage(moved=_moved(cohort, at_risk, seed), alike=tuple(_alike(cohort, at_risk)))


def _moved(cohort: Cohort, at_risk: AtRisk, seed: int) -> tuple[str, ...]:
    """Shuffle every later column among the children at risk, and look at the predictors again."""
    rng, table, rows = np.random.default_rng(seed), cohort.table.copy(), at_risk.rows
    for name in _later_columns(cohort):
        if name == _FOLLOW_UP:
            table[name] = _seen_otherwise(table[name], at_risk, rng)
        else:
            table[name] = _shuffled(table[name], rows, rng)
    again = landmark(replace(cohort, table=table), at_risk.design)
    predictors = at_risk.design.predictors
    return tuple(name for name in predictors if not again.X[name].equals(at_risk.X[name]))


def _alike(cohort: Cohort, at_risk: AtRisk) -> Iterator[str]:
    children = cohort.table.iloc[at_risk.rows]
    later = {name: _ranked(children[name]) for name in _later_columns(cohort)}
    for predictor in at_risk.design.predictors:
        known = _ranked(at_risk.X[predictor])
        for name, values in later.items():
            found = max((_correlation(a, b) for a in known for b in values), default=0.0)
            if found >= TOO_ALIKE:
                yield f"{predictor} runs with {name}, known later (rank correlation {found:.2f})"


def _shuffled(column: pd.Series, rows: Positions, rng: Generator) -> pd.Series:
    order = np.arange(len(column))
    order[rows] = rng.permutation(rows)
    return pd.Series(column.array.take(order), index=column.index)


def _seen_otherwise(column: pd.Series, at_risk: AtRisk, rng: Generator) -> pd.Series:
    """Shuffle how long children were seen after their own landmarks, which are not all one day.

    Shuffled days since the first infusion would let some end before their landmark, and a child
    less among those at risk looks like predictors that moved.
    """
    since = at_risk.y["duration"]
    days = column.to_numpy(dtype=float, na_value=np.nan).copy()
    days[at_risk.rows] += rng.permutation(since) - since
    return pd.Series(days, index=column.index)


def _later_columns(cohort: Cohort) -> list[str]:
    return [str(key) for key in cohort.table if cohort.catalogue[str(key)].known in _LATER]


def _ranked(column: pd.Series) -> list[Floats]:
    """Return a number as it is, and a category as one column a level."""
    if pd.api.types.is_numeric_dtype(column):
        return [column.to_numpy("float64", na_value=np.nan)]
    missing = column.isna().to_numpy()
    levels = [(column == level).to_numpy(dtype=float) for level in column.dropna().unique()]
    return [np.where(missing, np.nan, level) for level in levels]


def _correlation(one: Floats, other: Floats) -> float:
    both = ~np.isnan(one) & ~np.isnan(other)
    if both.sum() < _FEWEST_TO_COMPARE or min(np.ptp(one[both]), np.ptp(other[both])) == 0:
        return 0.0
    return abs(float(spearmanr(one[both], other[both]).statistic))
