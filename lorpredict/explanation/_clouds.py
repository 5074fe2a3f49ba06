"""Clouds of children: a contribution, or an interaction, beside the measured value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from lorpredict.explanation._contributions import Contributions, place_of, position_of
from lorpredict.explanation._labels import NOT_MEASURED
from lorpredict.explanation._over_time import OTHERS, upright
from lorpredict.explanation._shap_figure import finish, wrapped
from lorpredict.explanation._titles import CAPTION, Wording
from lorpredict.explanation._values import Values, colour_bar, dots, spread
from lorpredict.survival import Floats

if TYPE_CHECKING:
    from lorpredict.explanation._interactions import Interactions

_SIZE = (8.2, 4.8)
_STRIP = 1 / 7  # of the width of the axis beside it


def dependence(
    contributions: Contributions,
    predictor: str,
    day: float,
    *,
    coloured_by: str | None = None,
    landmark_day: float = 98,
    synthetic: bool = False,
) -> Figure:
    """How far one predictor moves the prediction of each child, beside what was measured.

    Children in whom it was not measured stand in a strip of their own.

    Parameters
    ----------
    contributions : Contributions
    predictor : str
        Name of the predictor whose values are on the axis.
    day : float
        Days since the landmark; one of those that were explained.
    coloured_by : str, optional
        Name of a predictor whose values give the colour.
    landmark_day, synthetic
        As in :func:`lorpredict.explanation.figures.beeswarm`.

    Raises
    ------
    UnknownPredictor
    """
    words, labels = Wording(contributions.scale, landmark_day), contributions.labels
    place = place_of(predictor, contributions.predictors)
    heights = words.factor * contributions.values[:, place, position_of(day, contributions.days)]
    colours = None
    if coloured_by is not None:
        shade = place_of(coloured_by, contributions.predictors)
        colours = Values.of(labels, coloured_by, contributions.data[:, shade])
    values = Values.of(labels, predictor, contributions.data[:, place])
    figure = _cloud(values, heights, colours, upright(words.contribution))
    title = f"{labels.label(predictor)} and the {words.outcome(day)}"
    finish(figure, title, caption=CAPTION if synthetic else "")
    return figure


def interaction(
    interactions: Interactions,
    first: str,
    second: str,
    day: float,
    *,
    landmark_day: float = 98,
    synthetic: bool = False,
) -> Figure:
    """What two predictors do together beyond what each does by itself, child by child.

    Parameters
    ----------
    interactions : Interactions
    first, second : str
        Names of two predictors: the values of the first are on the axis, those of the second give
        the colour.
    day, landmark_day, synthetic
        As in :func:`dependence`.

    Raises
    ------
    UnknownPredictor
    """
    words, labels = Wording(interactions.scale, landmark_day), interactions.labels
    on_axis, shade = (
        Values.of(labels, name, interactions.data[:, place_of(name, interactions.predictors)])
        for name in (first, second)
    )
    heights = words.factor * interactions.pair(first, second, day)
    figure = _cloud(on_axis, heights, shade, words.interaction)
    title = f"{labels.label(first)} with {labels.label(second)}: {words.outcome(day)}"
    finish(figure, title, caption=CAPTION if synthetic else "")
    return figure


def _cloud(values: Values, heights: Floats, colours: Values | None, says: str) -> Figure:
    figure = Figure(figsize=_SIZE, layout="constrained")
    FigureCanvasAgg(figure)
    every, drawn = _panels(figure, values), None
    if values.measured.any():
        drawn = dots(every[0], values.on_axis(heights), heights, colours, values.measured)
        _name_values(every[0], values)
    if not values.measured.all():
        aside = dots(every[-1], spread(heights), heights, colours, ~values.measured)
        drawn = drawn or aside
        every[-1].set(xlim=(-0.6, 0.6), xticks=[0], xticklabels=[NOT_MEASURED])
    for axes in every:
        _dress(axes)
    every[0].set_ylabel(says)
    _beside(figure, every, drawn, colours)
    return figure


def _panels(figure: Figure, values: Values) -> list[Axes]:
    """Return an axis for what was measured and one for what was not, where there are such."""
    if values.measured.all() or not values.measured.any():
        return [figure.subplots()]
    panels = figure.subplots(1, 2, sharey=True, width_ratios=(1, _STRIP))
    panels[1].tick_params(axis="y", length=0)
    return list(panels)


def _name_values(axes: Axes, values: Values) -> None:
    axes.set_xlabel(values.label)
    if values.levels:
        axes.set_xticks(
            range(len(values.levels)),
            labels=[wrapped(word, 14) for word in values.levels],
            fontsize=9,
        )
        axes.set_xlim(-0.5, len(values.levels) - 0.5)


def _beside(
    figure: Figure, every: list[Axes], drawn: PathCollection | None, colours: Values | None
) -> None:
    if drawn is None or colours is None:
        return
    if colours.measured.any():
        colour_bar(figure, drawn, every, colours)
    else:
        told = wrapped(f"{colours.label}: {NOT_MEASURED} in any child", 60)
        every[0].set_title(told, fontsize=9, loc="left")


def _dress(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.axhline(0, color=OTHERS, linewidth=0.8, zorder=1)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.margins(y=0.08)
