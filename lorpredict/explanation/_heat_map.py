"""Every child and every predictor at once: a field of colours, the predictions above it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lorpredict.errors import counted_children
from lorpredict.explanation._contributions import Contributions, position_of
from lorpredict.explanation._labels import NOT_MEASURED, is_measured
from lorpredict.explanation._over_time import upright
from lorpredict.explanation._shap_figure import LONGEST_NAME, WIDTH_OF_LETTER, finish, wrapped
from lorpredict.explanation._titles import CAPTION, Wording
from lorpredict.survival import Floats

# Purple below zero, orange above it; told apart without red and green, and by lightness from zero.
DIVERGING = "PuOr_r"
SHOWN = 12
# The outermost hundredth shares the last colour, or few cells would leave the others pale.
_MOST = 99


def heat_map(
    contributions: Contributions, day: float, *, landmark_day: float = 98, synthetic: bool = False
) -> Figure:
    """Every child in a column, in order of the prediction; every predictor in a row.

    Parameters are those of :func:`lorpredict.explanation.figures.beeswarm`.
    """
    words = Wording(contributions.scale, landmark_day)
    time = position_of(day, contributions.days)
    predicted = contributions.predicted[:, time]
    order = np.argsort(predicted, kind="stable")
    moved = words.factor * contributions.values[order, :, time].T
    rows = np.argsort(-np.abs(moved).mean(axis=1), kind="stable")[:SHOWN]
    others = np.delete(moved, rows, axis=0)
    names = [contributions.labels.label(contributions.predictors[place]) for place in rows]
    field = moved[rows]
    if len(others):
        field = np.vstack([field, others.sum(axis=0)])
        names.append(f"{len(others)} others together")
    figure, above, below = _panels(names)
    _draw_predicted(above, words.factor * predicted[order], words)
    _draw_field(figure, below, field, words)
    _mark_not_measured(below, contributions.data[order][:, rows])
    below.set_yticks(range(len(names)), labels=names)
    ordered = f", in order of the {words.short}" if len(order) > 1 else ""
    below.set_xlabel(f"{counted_children(len(order))}{ordered}")
    finish(figure, f"Every child's {words.outcome(day)}", caption=CAPTION if synthetic else "")
    return figure


def _panels(names: list[str]) -> tuple[Figure, Axes, Axes]:
    rows, beyond = len(names), max(0, max(map(len, names)) - LONGEST_NAME)
    size = (9.5 + WIDTH_OF_LETTER * beyond, 2.8 + 0.29 * rows)
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1.3, 0.29 * rows))
    return figure, above, below


def _draw_predicted(axes: Axes, predicted: Floats, words: Wording) -> None:
    marker = "o" if len(predicted) == 1 else ""
    axes.plot(predicted, color="black", linewidth=1.2, marker=marker, markersize=4)
    axes.set_ylabel(wrapped(words.predicted.replace("(right: ", "(up: "), 22), fontsize=8)
    if words.is_probability:
        axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.tick_params(axis="x", length=0, labelbottom=False)


def _draw_field(figure: Figure, axes: Axes, field: Floats, words: Wording) -> None:
    beyond = np.abs(field)
    most = float(np.percentile(beyond, _MOST)) or float(beyond.max()) or 1.0
    extend: Any = "both" if most < beyond.max() else "neither"
    drawn = axes.imshow(
        field, cmap=DIVERGING, vmin=-most, vmax=most, aspect="auto", interpolation="nearest"
    )
    bar = figure.colorbar(drawn, ax=axes, pad=0.02, aspect=25, extend=extend)
    bar.set_label(upright(words.contribution), fontsize=9)
    bar.outline.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)


def _mark_not_measured(axes: Axes, data: NDArray[np.object_]) -> None:
    """Put a small dot where there was no value, so that its colour is not taken for one."""
    missing = np.array([[not is_measured(value) for value in child] for child in data])
    children, rows = np.nonzero(missing)
    if not children.size:
        return
    size = float(np.clip(300 / len(data), 0.3, 6))
    axes.scatter(children, rows, s=size, color="#222222", linewidth=0, label=NOT_MEASURED)
    axes.legend(
        loc="lower right", bbox_to_anchor=(1, 1), frameon=False, fontsize=8, markerscale=2,
        borderpad=0, handletextpad=0.2,
    )  # fmt: skip
