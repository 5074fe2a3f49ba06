"""What a predictor that was not measured leaves open: the risks by each of its usual values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lorpredict.clinical import Predictor
from lorpredict.features import Encoding, coded_records
from lorpredict.packaged._question import Question
from lorpredict.survival import CurveModel, Floats

_VALUES_OF_A_NUMBER = 9


@dataclass(frozen=True)
class Unmeasured:
    """Between what the risk would lie if one predictor were known and as usual.

    Parameters
    ----------
    predictor : its column in the catalogue
    lowest, highest : arrays of shape (n_times,), or None
        Risks by each day; None where the training children do not tell what is usual.
    """

    predictor: str
    lowest: Floats | None
    highest: Floats | None

    @property
    def width(self) -> float:
        """How far the two lie apart by the last day; 0 where they cannot be told."""
        if self.lowest is None or self.highest is None:
            return 0.0
        return float(self.highest[-1] - self.lowest[-1])


def unmeasured_in(
    question: Question, encoding: Encoding, columns: Sequence[Predictor], curves: CurveModel
) -> tuple[Unmeasured, ...]:
    """Try the usual values of each missing predictor of one record, all in one call of the model.

    Parameters
    ----------
    question : of a single record
    columns : the predictors of the model, in order

    Returns
    -------
    tuple of Unmeasured
        The widest by the last day first, those that cannot be told last.
    """
    [checked], [days] = question.checked, question.own_days
    tried = {
        place: _usual_values(column, encoding)
        for place, column in enumerate(columns)
        if column.key in checked.missing
    }
    if not tried:
        return ()
    rows = _with_each(coded_records([checked.values], columns), tried)
    spread = encoding.spread_out(rows)
    survival = curves.survival(spread.features, days) if len(rows) else np.empty((0, 0))
    risk = 1.0 - spread.averaged(survival)
    ends = np.cumsum([len(values) for values in tried.values()])
    found = (
        _between(columns[place].key, of_one)
        for place, of_one in zip(tried, np.split(risk, ends[:-1]), strict=True)
    )
    return tuple(sorted(found, key=lambda each: (each.lowest is None, -each.width)))


def _with_each(coded: Floats, tried: Mapping[int, Floats]) -> Floats:
    """Repeat the record for every value of every missing predictor, the others staying missing."""
    rows = np.repeat(coded, sum(map(len, tried.values())), axis=0)
    start = 0
    for place, values in tried.items():
        rows[start : start + len(values), place] = values
        start += len(values)
    return rows


def _between(name: str, risk: Floats) -> Unmeasured:
    if not len(risk):
        return Unmeasured(name, None, None)
    return Unmeasured(name, risk.min(axis=0), risk.max(axis=0))


def _usual_values(column: Predictor, encoding: Encoding) -> Floats:
    """Values within what training showed, coded as a model's records are; none if it is unknown."""
    if column.key in encoding.never_measured:
        return np.empty(0)
    if column.is_category:
        levels = encoding.seen[column.key]
        return np.array([column.values.index(level) for level in levels], dtype=float)
    if not column.is_number:
        return np.array([0.0, 1.0])
    if column.key not in encoding.usual:
        return np.empty(0)
    return _numbers_between(column, *encoding.usual[column.key])


def _numbers_between(column: Predictor, low: float, high: float) -> Floats:
    """Space numbers evenly on the scale on which models see them; ranges are rounded outward."""
    if column.plausible is not None:
        low, high = max(low, column.plausible[0]), min(high, column.plausible[1])
    if column.transform == "log1p":
        values = np.expm1(np.linspace(np.log1p(low), np.log1p(high), _VALUES_OF_A_NUMBER))
    else:
        values = np.linspace(low, high, _VALUES_OF_A_NUMBER)
    values = values.clip(low, high)
    if column.step is None:
        return values
    first, last = np.ceil(low / column.step), np.floor(high / column.step)
    steps: Floats = np.unique(np.round(values / column.step).clip(first, last)) * column.step
    return steps
