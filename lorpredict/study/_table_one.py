"""Table 1: what the children were like when the clock started, all of them and by what followed.

Numbers are told by median and quartiles as SPSS computes them, everything else by count and share
of those in whom it was measured. There is no p-value in it: groups that are formed by what comes
later are not compared, they are described.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lorpredict.clinical import Kind, Predictor
from lorpredict.outcome import AtRisk

Counts = tuple[int | None, ...]
Rows = NDArray[np.bool_]

ALL, LOST, NOT_LOST = "all", "lost response", "not lost"
HIDDEN = "hidden"
_TOLD_KINDS = (Kind.NUMBER, Kind.BOOLEAN, Kind.CATEGORY)
_QUARTILES = (0.25, 0.5, 0.75)
_MOST_DECIMALS = 2


@dataclass(frozen=True)
class Quartiles:
    """Median and quartiles of a number, in the catalogue's unit."""

    lower: float
    median: float
    upper: float

    def told(self, decimals: int) -> str:
        """Return them as a table prints them: ``11.5 (8.7, 13.4)``."""
        return f"{self.median:.{decimals}f} ({self.lower:.{decimals}f}, {self.upper:.{decimals}f})"


@dataclass(frozen=True)
class Characteristic:
    """One predictor in every group of children.

    Parameters
    ----------
    predictor
        What is told of.
    measured, missing
        Number of children in each group; None where it is hidden.
    quartiles
        Of a number, in each group; None where nothing was measured or it is hidden.
    levels
        Of everything else: value -> number of children in each group. A boolean has ``true`` and
        ``false``.
    decimals
        With how many a number was recorded, at most two; it is told with as many.
    """

    predictor: Predictor
    measured: Counts
    missing: Counts
    quartiles: tuple[Quartiles | None, ...] = ()
    levels: Mapping[str, Counts] | None = None
    decimals: int = 0

    def lines(self) -> Iterator[tuple[str, list[str]]]:
        """Yield what the lines of the table say: a name and a text for each group."""
        name = self.predictor.label
        if self.levels is None:
            unit = f", {self.predictor.readable_unit}" if self.predictor.readable_unit else ""
            yield f"{name}{unit}", self._told_quartiles()
        elif self.predictor.kind is Kind.BOOLEAN:
            yield name, self._told_shares("true")
        else:
            yield name, ["" for _ in self.measured]
            for level in self.predictor.levels:
                yield f"  {level.label}", self._told_shares(level.value)

    def _told_quartiles(self) -> list[str]:
        return [
            each.told(self.decimals) if each else ("-" if number == 0 else HIDDEN)
            for each, number in zip(self.quartiles, self.measured, strict=True)
        ]

    def _told_shares(self, value: str) -> list[str]:
        counts = (self.levels or {})[value]
        return [_share(*each) for each in zip(counts, self.measured, strict=True)]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; lists have one entry a group."""
        plain: dict[str, Any] = {
            "key": self.predictor.key,
            "label": self.predictor.label,
            "unit": self.predictor.unit,
            "measured": list(self.measured),
            "missing": list(self.missing),
        }
        if self.levels is None:
            return plain | {"quartiles": [_plain_quartiles(each) for each in self.quartiles]}
        return plain | {"levels": {value: list(counts) for value, counts in self.levels.items()}}


@dataclass(frozen=True)
class TableOne:
    """Table 1 of a study.

    Parameters
    ----------
    groups
        Name of the group -> number of children; None where it is hidden.
    characteristics
        In the order of the catalogue.
    """

    groups: Mapping[str, int | None]
    characteristics: tuple[Characteristic, ...]

    @property
    def header(self) -> list[str]:
        """The names of the columns of :meth:`rows`."""
        told = [f"{name} (n = {_or_hidden(number)})" for name, number in self.groups.items()]
        return ["", *told, "missing"]

    def rows(self) -> list[list[str]]:
        """Return the table as texts, one list a line; the last column counts who lacks a value."""
        return [
            [name, *cells, _or_hidden(each.missing[0]) if number == 0 else ""]
            for each in self.characteristics
            for number, (name, cells) in enumerate(each.lines())
        ]

    def to_frame(self) -> pd.DataFrame:
        """Return the table as texts, as it is printed."""
        return pd.DataFrame(self.rows(), columns=self.header)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "groups": [{"name": name, "children": n} for name, n in self.groups.items()],
            "quartiles_by": "numpy.quantile(method='weibull'), as SPSS",
            "characteristics": [each.to_dict() for each in self.characteristics],
        }


def table_one(at_risk: AtRisk, *, columns: Sequence[str] = ()) -> TableOne:
    """Tell what the children at risk were like, all of them and by whether response was lost.

    Parameters
    ----------
    at_risk
        The children; the event is the design's.
    columns
        Predictors to tell of; by default all that were measured in somebody, and all that the
        design names.

    Notes
    -----
    Quartiles are ``numpy.quantile(method="weibull")``, which SPSS prints as percentiles; other
    programs may differ in the last digit. Shares are of those in whom the value was measured.
    Whoever is not known to have lost response is "not lost", however short the observation was.

    Examples
    --------
    >>> from lorpredict import ModelDesign, landmark
    >>> from lorpredict.synthetic import reconstructed_cohort
    >>> design = ModelDesign("doc", 1, "", predictors=("sex",))
    >>> table = table_one(landmark(reconstructed_cohort(), design), columns=["sex", "age_years"])
    >>> for name, everybody, lost, *_ in table.rows():
    ...     print([name, everybody, lost])
    ['Sex', '', '']
    ['  male', '41 (59 %)', '11 (61 %)']
    ['  female', '28 (41 %)', '7 (39 %)']
    ['Age at first infusion, years', '12.0 (9.3, 13.7)', '12.3 (8.7, 15.7)']
    """
    lost: Rows = at_risk.y["event"]
    groups = {ALL: np.ones(len(at_risk), dtype=bool), LOST: lost, NOT_LOST: ~lost}
    known = at_risk.design.catalogue
    told = [
        _characteristic(known[key], at_risk.X[key], list(groups.values()))
        for key in columns or _measured_or_designed(at_risk)
    ]
    return TableOne({name: int(rows.sum()) for name, rows in groups.items()}, tuple(told))


def _measured_or_designed(at_risk: AtRisk) -> list[str]:
    known, designed = at_risk.design.catalogue, at_risk.design.predictors
    return [
        key
        for key in map(str, at_risk.X)
        if known[key].kind in _TOLD_KINDS and (key in designed or at_risk.X[key].notna().any())
    ]


def _characteristic(
    predictor: Predictor, values: pd.Series, groups: Sequence[Rows]
) -> Characteristic:
    given = values.notna().to_numpy()
    measured = tuple(int((given & rows).sum()) for rows in groups)
    missing = tuple(int((~given & rows).sum()) for rows in groups)
    if predictor.kind is Kind.NUMBER:
        numbers = values.to_numpy(dtype=float)
        told = tuple(_quartiles(numbers[given & rows]) for rows in groups)
        return Characteristic(
            predictor, measured, missing, told, decimals=_decimals(numbers[given])
        )
    names = ("true", "false") if predictor.kind is Kind.BOOLEAN else predictor.values
    texts = values.astype("string").str.lower() if predictor.kind is Kind.BOOLEAN else values
    levels = {
        name: tuple(int(((texts == name).fillna(False).to_numpy(bool) & r).sum()) for r in groups)
        for name in names
    }
    return Characteristic(predictor, measured, missing, levels=levels)


def _quartiles(values: NDArray[np.float64]) -> Quartiles | None:
    if not len(values):
        return None
    lower, median, upper = np.quantile(values, _QUARTILES, method="weibull")
    return Quartiles(float(lower), float(median), float(upper))


def _decimals(values: NDArray[np.float64]) -> int:
    fitting = (n for n in range(_MOST_DECIMALS) if np.allclose(values, values.round(n), atol=1e-9))
    return next(fitting, _MOST_DECIMALS)


def _share(count: int | None, measured: int | None) -> str:
    if count is None or measured is None:
        return HIDDEN
    return f"{count} ({100 * count / measured:.0f} %)" if measured else "-"


def _or_hidden(count: int | None) -> str:
    return HIDDEN if count is None else str(count)


def _plain_quartiles(told: Quartiles | None) -> dict[str, float] | None:
    return None if told is None else vars(told) | {}
