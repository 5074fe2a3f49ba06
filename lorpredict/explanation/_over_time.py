"""Contributions over time, one child's and all children's; our own drawing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lorpredict.errors import UnsupportedModel
from lorpredict.explanation._contributions import Contributions
from lorpredict.explanation._shap_figure import finish, wrapped
from lorpredict.explanation._titles import CAPTION, TIME_AXIS, Wording
from lorpredict.survival import Floats

# Okabe and Ito: told apart by colour-blind readers; markers and line styles say the same again.
PALETTE = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
OTHERS = "#555555"
FEW_DAYS = 30
LONGEST_LABEL = 42
BAND = "#dddddd"
INTERVAL = "95 % interval"
BASE_VALUE = "base value: nothing known of the child"


def over_time(
    contributions: Contributions,
    patient: int,
    *,
    landmark_day: float = 98,
    synthetic: bool = False,
    shown: int = 6,
    whose: str = "One child's",
) -> Figure:
    """One child's prediction over time, and below it what moves it.

    Parameters
    ----------
    contributions : Contributions
        On a scale that changes with time.
    patient : int
        Position of the child; it is not shown.
    landmark_day, synthetic
        As in :func:`lorpredict.explanation.figures.beeswarm`.
    shown : int
        Predictors with a line of their own, at most 6; the others are summed.
    whose : str
        How the title calls the child.
    """
    words = _wording(contributions, landmark_day)
    figure, (above, below) = _two_panels()
    months = words.months(contributions.days)
    _draw_prediction(above, months, contributions, patient, words)
    moved = words.factor * contributions.values[patient]
    lines = _lines(moved, min(shown, len(PALETTE)))
    names, values = contributions.predictors, contributions.data[patient]
    told = contributions.labels
    labels = [f"{told.label(names[i])}: {told.told_with_unit(names[i], values[i])}" for i in lines]
    _draw_lines(below, months, moved, lines, labels)
    below.set(xlabel=TIME_AXIS, ylabel=upright(words.contribution))
    finish(figure, f"{whose} {words.short} over time", caption=CAPTION if synthetic else "")
    return figure


def importance_over_time(
    contributions: Contributions,
    *,
    landmark_day: float = 98,
    synthetic: bool = False,
    shown: int = 6,
) -> Figure:
    """How far each predictor moves the predictions on average, over time: mean absolute SHAP.

    Parameters are those of :func:`over_time`.
    """
    words = _wording(contributions, landmark_day)
    figure = _figure(9.5, 4.5)
    axes = figure.add_subplot()
    moved = words.factor * np.abs(contributions.values).mean(axis=0)
    lines = _lines(moved, min(shown, len(PALETTE)))
    labels = [contributions.labels.label(contributions.predictors[i]) for i in lines]
    _draw_lines(axes, words.months(contributions.days), moved, lines, labels)
    axes.set(xlabel=TIME_AXIS, ylabel=f"Mean absolute contribution\n({words.unit})")
    axes.set_ylim(bottom=0)
    finish(
        figure,
        f"What matters for the {words.short} over time",
        caption=CAPTION if synthetic else "",
    )
    return figure


def _wording(contributions: Contributions, landmark_day: float) -> Wording:
    words = Wording(contributions.scale, landmark_day)
    if not words.changes_with_time:
        raise UnsupportedModel(
            f"contributions to the {words.short} are the same at all times; draw a waterfall"
        )
    return words


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _two_panels() -> tuple[Figure, tuple[Axes, Axes]]:
    figure = _figure(9.5, 6.5)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.5))
    return figure, (above, below)


def _draw_prediction(
    axes: Axes, months: Floats, contributions: Contributions, patient: int, words: Wording
) -> None:
    child = words.factor * contributions.predicted[patient]
    base = words.factor * contributions.base_values[patient]
    axes.plot(
        months, child, color="black", marker=_marker(months, "o"), markersize=4, label="this child"
    )
    axes.plot(months, base, color=OTHERS, linestyle=":", label=BASE_VALUE)
    if contributions.interval is not None:
        sure = contributions.interval.of([patient])
        axes.fill_between(
            months, 100 * sure.low[0], 100 * sure.high[0], color=BAND, linewidth=0, label=INTERVAL
        )
    axes.set_ylabel(upright(words.predicted))
    axes.set_ylim(bottom=0)
    _dress(axes)


def _draw_lines(
    axes: Axes, months: Floats, moved: Floats, lines: Sequence[int], labels: Sequence[str]
) -> None:
    axes.axhline(0, color=OTHERS, linewidth=0.8)
    for index, text, colour, marker in zip(lines, labels, PALETTE, MARKERS, strict=False):
        axes.plot(
            months,
            moved[index],
            color=colour,
            marker=_marker(months, marker),
            markersize=4,
            label=wrapped(text, LONGEST_LABEL),
        )
    others = np.delete(moved, lines, axis=0)
    if len(others):
        axes.plot(
            months, others.sum(axis=0), color=OTHERS, linestyle="--",
            label=f"{len(others)} others together",
        )  # fmt: skip
    _dress(axes)


def _lines(moved: Floats, shown: int) -> list[int]:
    """Predictors that move most, averaged over time; those below get no line."""
    largest = np.argsort(-np.abs(moved).mean(axis=1), kind="stable")[:shown]
    return [int(index) for index in largest]


def _marker(months: Floats, marker: str) -> str:
    return marker if len(months) <= FEW_DAYS else ""


def _dress(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(steps=[3, 6, 10], integer=True))
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)


def broken(text: str) -> str:
    """Break the name of an axis where it reads on best."""
    before = " loss of" if " loss of" in text else " ("
    return text.replace(before, f"\n{before.lstrip()}")


def upright(text: str) -> str:
    """Break the name of an axis that goes up."""
    return broken(text.replace("(right: ", "(up: "))
