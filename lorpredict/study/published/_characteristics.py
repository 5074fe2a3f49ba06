"""Table 1 as the paper prints it: median (Q1, Q3), mean ± standard deviation, or n (%).

Quartiles are those of SPSS, ``numpy.quantile(method="weibull")``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from lorpredict.clinical import Kind, Predictor, catalogue
from lorpredict.study.published._children import (
    ALONE,
    OVER_SIX_MONTHS,
    Children,
    label_of,
    membership,
    paper,
)
from lorpredict.survival import DAYS_A_MONTH, Floats

Summary = Literal["median", "mean", "count"]
_QUARTILES = (0.25, 0.5, 0.75)
_ANALYSED_TIME = "analysed_time_months"


@dataclass(frozen=True)
class Line:
    """One line of Table 1.

    Parameters
    ----------
    part
        ``at the start``, ``before infliximab``, ``beside infliximab`` or ``over time``.
    key, level
        Column, and the level that is counted; lines of one column are told or hidden together.
    label, unit
        As people say it.
    summary
        How it is told.
    measured, missing
        Children in whom it is known, and is not.
    count
        Children with the level.
    values
        Median, lower and upper quartile, or mean and standard deviation.
    decimals
        With how many the paper prints it.
    published
        What the paper prints, numbers in the order of ``values``, or its count; empty if nothing.
    reason
        Why there is nothing.
    """

    part: str
    key: str
    level: str
    label: str
    unit: str
    summary: Summary
    measured: int | None = None
    missing: int | None = None
    count: int | None = None
    values: tuple[float, ...] = ()
    decimals: int = 1
    published: tuple[float, ...] = ()
    reason: str = ""

    @property
    def told(self) -> str:
        """What the table prints."""
        if self.summary == "count":
            if self.count is None or not self.measured:
                return ""
            return f"{self.count} ({100 * self.count / self.measured:.1f} %)"
        return _printed(self.summary, self.values, self.decimals)

    @property
    def told_published(self) -> str:
        """What the paper prints."""
        if self.summary == "count":
            return f"{self.published[0]:.0f}" if self.published else ""
        return _printed(self.summary, self.published, self.decimals)


def _printed(summary: Summary, values: tuple[float, ...], decimals: int) -> str:
    if not values or not np.isfinite(values[0]):
        return ""
    numbers = [
        f"{value:.{decimals}f}".replace("-", "−") if np.isfinite(value) else "not defined"
        for value in values
    ]
    if summary == "mean":
        return f"{numbers[0]} ± {numbers[1]}"
    return f"{numbers[0]} ({numbers[1]}, {numbers[2]})"


def table_one(children: Children) -> tuple[Line, ...]:
    """Make Table 1 and what the text tells beside it; columns that are lacking say so."""
    printed = paper()
    lines = [
        *_at_the_start(children, printed["table1"]),
        *_before(children, printed["before_infliximab"]),
        *_beside(children, printed["beside_infliximab"]),
        *_over_time(children, printed),
    ]
    return tuple(lines)


def _at_the_start(children: Children, printed: Mapping[str, Any]) -> Iterator[Line]:
    known = catalogue()
    for key, entry in printed.items():
        predictor = known[key]
        if predictor.kind is Kind.NUMBER:
            yield _number(children, predictor, "at the start", entry)
            yield from _cut_lines(children, predictor, entry)
        else:
            yield from _levels(children, predictor, "at the start", entry)


def _cut_lines(
    children: Children, predictor: Predictor, entry: Mapping[str, Any]
) -> Iterator[Line]:
    """Very early onset and activity above mild: sides of a cut of Table 2."""
    sides = {"very_early_onset": True, "moderate_or_severe": False}
    for name, side in sides.items():
        if name not in entry:
            continue
        held = _side(children.table, predictor.key, side)
        label = f"{predictor.label}: {name.replace('_', ' ')}"
        yield _count("at the start", predictor.key, name, label, held, entry[name]["n"])


def _side(table: pd.DataFrame, key: str, side: bool) -> pd.Series | None:
    held = membership(table, key)
    return held if side or held is None else ~held


def _number(children: Children, predictor: Predictor, part: str, entry: Mapping[str, Any]) -> Line:
    values = _numbers(children.table, predictor.key)
    return _summarised(part, predictor.key, predictor.label, predictor.readable_unit, values, entry)


def _numbers(table: pd.DataFrame, key: str) -> Floats | None:
    return table[key].to_numpy(dtype=float, na_value=np.nan) if key in table else None


def _summarised(
    part: str, key: str, label: str, unit: str, values: Floats | None, entry: Mapping[str, Any]
) -> Line:
    """Summarise a number as the paper does: by median where it prints one, else by mean."""
    summary: Summary = "median" if "median" in entry else "mean"
    published = (
        (entry["median"], *entry["quartiles"])
        if summary == "median"
        else (entry["mean"], entry["sd"])
    )
    decimals = 2 if key in ("height_z", "bmi_z") else 1
    line: dict[str, Any] = {"part": part, "key": key, "level": "", "label": label, "unit": unit}
    line |= {"summary": summary, "decimals": decimals, "published": tuple(map(float, published))}
    if values is None:
        return Line(**line, reason=f"the cohort has no column {key}")
    known = values[~np.isnan(values)]
    counts: dict[str, Any] = {"measured": len(known), "missing": len(values) - len(known)}
    if not len(known):
        return Line(**line, **counts, reason="it was not measured in any child")
    return Line(**line, **counts, values=_summary(summary, known))


def _summary(summary: Summary, known: Floats) -> tuple[float, ...]:
    if summary == "median":
        lower, median, upper = np.quantile(known, _QUARTILES, method="weibull")
        return float(median), float(lower), float(upper)
    spread = float(known.std(ddof=1)) if len(known) > 1 else float("nan")
    return float(known.mean()), spread


def _levels(
    children: Children, predictor: Predictor, part: str, entry: Mapping[str, Any]
) -> Iterator[Line]:
    key = predictor.key
    column = children.table.get(key)
    if predictor.kind is Kind.BOOLEAN:
        n = entry.get("true", entry).get("n")
        held = None if column is None else column.reset_index(drop=True)
        yield _count(part, key, "true", predictor.label, held, n)
        return
    for level in predictor.levels:
        held = None if column is None else _is_level(column, level.value)
        printed = entry.get(level.value)
        n = printed["n"] if isinstance(printed, Mapping) else printed
        yield _count(part, key, level.value, f"{predictor.label}: {level.label}", held, n)


def _is_level(column: pd.Series, level: str) -> pd.Series:
    held = (column.astype(object) == level).astype("boolean")
    return held.mask(column.isna()).reset_index(drop=True)


def _count(
    part: str, key: str, level: str, label: str, held: pd.Series | None, published: int | None
) -> Line:
    printed = () if published is None else (float(published),)
    if held is None:
        reason = f"the cohort has no column {key}"
        return Line(part, key, level, label, "", "count", published=printed, reason=reason)
    known = int(held.notna().sum())
    return Line(
        part, key, level, label, "", "count",
        measured=known, missing=len(held) - known, count=int(held.fillna(False).sum()),
        published=printed, reason="" if known else "it is not known of any child",
    )  # fmt: skip


def _before(children: Children, printed: Mapping[str, Any]) -> Iterator[Line]:
    known = catalogue()
    for key in ("cdeis_category", "prior_een", "prior_steroids", "prior_azathioprine"):
        yield from _levels(children, known[key], "before infliximab", printed[key])


def _beside(children: Children, printed: Mapping[str, Any]) -> Iterator[Line]:
    part = "beside infliximab"
    steroids = children.table.get("steroids_week14")
    yield _count(part, "steroids_week14", "true", label_of("steroids_week14"),
                 None if steroids is None else steroids.reset_index(drop=True),
                 printed["steroids"]["n"])  # fmt: skip
    drugs = _drug_over_six_months(children.table)
    for level in catalogue()["immunomodulator_drug"].levels:
        entry = printed.get(f"{level.value}_over_6_months", {})
        held = None if drugs is None else _is_level(drugs, level.value)
        label = f"For more than 6 months: {level.label}"
        yield _count(part, OVER_SIX_MONTHS, level.value, label, held, entry.get("n"))
    alone = membership(children.table, ALONE)
    yield _count(part, ALONE, "true", label_of(ALONE), alone, printed[ALONE]["n"])


def _drug_over_six_months(table: pd.DataFrame) -> pd.Series | None:
    """Which drug was taken for more than six months; ``none`` where there was none so long."""
    if not {OVER_SIX_MONTHS, "immunomodulator_drug"} <= set(table):
        return None
    longer = table[OVER_SIX_MONTHS]
    drug = table["immunomodulator_drug"].astype(object)
    found = drug.where(longer.fillna(False).to_numpy(dtype=bool), "none")
    return found.mask(longer.isna().to_numpy())


def _over_time(children: Children, printed: Mapping[str, Any]) -> Iterator[Line]:
    known = catalogue()
    for key in ("ifx_duration_months", "infusions"):
        yield _number(children, known[key], "over time", printed["follow_up"][key])
    as_printed = printed["time_to_lor_as_printed"]
    entry = {"median": as_printed["median_months"], "quartiles": as_printed["quartiles_months"]}
    months = children.days / DAYS_A_MONTH
    label = "Time from the first infusion to the loss of response or the end of observation"
    yield _summarised("over time", _ANALYSED_TIME, label, "months", months, entry)
