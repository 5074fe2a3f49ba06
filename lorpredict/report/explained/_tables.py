"""What the pictures show, as tables: for readers who do not see them, and for pages on paper.

They tell of one day, the last; the script of the page writes them anew for another.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lorpredict.explanation._labels import NOT_MEASURED, is_measured
from lorpredict.report._html import Html, table
from lorpredict.report.explained._content import DIGITS
from lorpredict.report.explained._explained import ExplainedCohort
from lorpredict.survival import Floats

Rows = NDArray[np.bool_]
_FIFTHS, _THIRDS = 5, 3
_ENDS = (5, 50, 95)


def signed(value: float, explained: ExplainedCohort) -> str:
    """Return a contribution as it is written: with its sign, and a real minus."""
    decimals = 2 if explained.words.is_probability else 3
    return f"{round(value, decimals) + 0.0:+.{decimals}f}".replace("-", "−")


def predicted(value: float, explained: ExplainedCohort) -> str:
    """Return a prediction as it is written, from a number that is drawn."""
    return f"{value:.1f} %" if explained.words.is_probability else signed(value, explained)


def importance(explained: ExplainedCohort) -> Html:
    """Mean absolute contributions of all children, a column for each third month."""
    everyone, words = explained.everyone, explained.words
    means = words.factor * np.abs(everyone.values).mean(axis=0)
    times = range(len(everyone.days) - 1, -1, -3)[::-1]
    months = [explained.month(float(everyone.days[t])) for t in times]
    header = ["Predictor", *(months if words.changes_with_time else ["at all times"])]
    rows = [
        [everyone.labels.label(everyone.predictors[i]), *(f"{means[i, t]:.3g}" for t in times)]
        for i in np.argsort(-means[:, -1], kind="stable")
    ]
    who = f"{len(everyone.values)} children"
    return table(header, rows, caption=f"Mean absolute contribution ({words.unit}), {who}")


def beeswarm(explained: ExplainedCohort) -> Html:
    """Return how the contributions of every predictor are spread."""
    header = ["Predictor", "Mean absolute", "5 %", "Median", "95 %", "Measured in"]
    rows = []
    for name in explained.strongest:
        place, moved = _place(explained, name), _moved(explained, name)
        known = sum(is_measured(value) for value in explained.shown.data[:, place])
        ends = [signed(float(each), explained) for each in np.percentile(moved, _ENDS)]
        mean = f"{np.abs(moved).mean():.3g}"
        rows.append([explained.shown.labels.label(name), mean, *ends, f"{known} of {len(moved)}"])
    return table(header, rows, caption=_caption("Contributions", explained))


def dependence(explained: ExplainedCohort, name: str) -> Html:
    """Return the contributions of one predictor by groups of its values."""
    moved = _moved(explained, name)
    rows = [
        [words, str(int(rows.sum())),
         *(signed(float(each), explained) for each in np.percentile(moved[rows], _ENDS))]
        for words, rows in _groups(explained, name, _FIFTHS)
    ]  # fmt: skip
    label = explained.shown.labels.label_with_unit(name)
    caption = _caption(f"Contribution of: {label}", explained)
    return table([label, "Children", "5 %", "Median", "95 %"], rows, caption=caption)


def interaction(explained: ExplainedCohort, first: str, second: str) -> Html:
    """Return the mean interaction of two predictors by groups of both values."""
    told = explained.interactions
    moved = explained.words.factor * told.pair(first, second, float(told.days[-1]))
    groups = (_groups(explained, name, _THIRDS) for name in (first, second))
    rows = [
        [words, other, str(int((mine & theirs).sum())),
         signed(float(moved[mine & theirs].mean()), explained)]
        for (words, mine), (other, theirs) in product(*map(list, groups))
        if (mine & theirs).any()
    ]  # fmt: skip
    labels = [explained.shown.labels.label_with_unit(name) for name in (first, second)]
    header = [*labels, "Children", "Mean interaction"]
    return table(header, rows, caption=_caption("Interaction", explained))


def heat_map(explained: ExplainedCohort) -> Html:
    """Return mean contributions by tenths of the predicted order."""
    shown, words = explained.shown, explained.words
    risks = words.factor * shown.predicted[:, -1]
    groups = np.array_split(np.argsort(risks, kind="stable"), min(10, len(risks)))
    spans, first = [], 1
    for group in groups:
        spans.append(f"{first} to {first + len(group) - 1}")
        first += len(group)
    rows = [["Mean prediction", *(predicted(float(risks[g].mean()), explained) for g in groups)]]
    for name in explained.strongest:
        moved = _moved(explained, name)
        means = [signed(float(moved[group].mean()), explained) for group in groups]
        rows.append([shown.labels.label(name), *means])
    header = ["Children in order of the prediction", *spans]
    return table(header, rows, caption=_caption("Mean contribution", explained), kind="comparison")


def child(explained: ExplainedCohort, position: int) -> Html:
    """Return how the prediction of one child comes about."""
    shown, factor = explained.shown, explained.words.factor
    moved = factor * shown.values[position, :, -1]
    rows: list[list[Any]] = [
        ["Base value: nothing known of the child", "",
         predicted(float(factor * shown.base_values[position, -1]), explained)]
    ]  # fmt: skip
    for place in np.argsort(-np.abs(moved), kind="stable"):
        name, value = shown.predictors[place], shown.data[position, place]
        told = shown.labels.told_with_unit(name, value)
        rows.append([shown.labels.label(name), told, signed(float(moved[place]), explained)])
    total = predicted(float(factor * shown.predicted[position, -1]), explained)
    rows.append(["This child", "", f"{total}{_sure(explained, position)}"])
    caption = _caption("From the base value to the child", explained)
    return table(["Predictor", "Value", "Contribution"], rows, caption=caption)


def _sure(explained: ExplainedCohort, position: int) -> str:
    """Word how sure a risk is; nothing on another scale, or where the model cannot say."""
    sure = explained.interval
    if sure is None or not explained.words.is_probability:
        return ""
    return f", {sure.in_words(position, -1)}"


def _groups(explained: ExplainedCohort, name: str, most: int) -> Iterator[tuple[str, Rows]]:
    """Yield words and rows of children whose values are alike; those without a value last."""
    labels, column = explained.shown.labels, explained.shown.data[:, _place(explained, name)]
    told = np.array([labels.told(name, value) for value in column])
    known, levels = told != NOT_MEASURED, labels.levels(name, column)
    if levels:
        yield from ((level, told == level) for level in levels if (told == level).any())
    elif known.any():
        numbers = [float(f"{labels.as_number(name, value):.{DIGITS}g}") for value in column]
        yield from _parts(np.array(numbers), most)
    if not known.all():
        yield NOT_MEASURED, ~known


def _parts(values: Floats, most: int) -> Iterator[tuple[str, Rows]]:
    """Yield parts of equal size, as far as equal values allow it; each begins at a value."""
    known = np.sort(values[~np.isnan(values)])
    starts = np.unique([known[len(known) * part // most] for part in range(most)])
    part = np.searchsorted(starts, values, side="right") - 1
    for number in range(len(starts)):
        rows = (part == number) & ~np.isnan(values)
        low, high = (_plain(each) for each in (values[rows].min(), values[rows].max()))
        yield low if low == high else f"{low} to {high}", rows


def _plain(value: float) -> str:
    return f"{value:.{DIGITS}g}".replace("-", "−")


def _place(explained: ExplainedCohort, name: str) -> int:
    return explained.shown.predictors.index(name)


def _moved(explained: ExplainedCohort, name: str) -> Floats:
    moved: Floats = explained.words.factor * explained.shown.values[:, _place(explained, name), -1]
    return moved


def _caption(what: str, explained: ExplainedCohort) -> str:
    words = explained.words
    return f"{what}; {words.outcome(explained.last_day)} ({words.unit})"
