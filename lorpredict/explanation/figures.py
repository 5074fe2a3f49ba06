"""Pictures of contributions, for people who read risks: clinicians and researchers.

Every function returns a matplotlib figure that belongs to the caller alone: nothing stays open
in pyplot. Probabilities are drawn in percent, their contributions in percentage points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from lorpredict.explanation._clouds import dependence, interaction
from lorpredict.explanation._contributions import Contributions, position_of
from lorpredict.explanation._heat_map import heat_map
from lorpredict.explanation._over_time import broken, importance_over_time, over_time
from lorpredict.explanation._shap_figure import (
    dress_dots,
    finish,
    make_room,
    say_predictors,
    shap_figure,
    widen,
)
from lorpredict.explanation._titles import CAPTION, Wording
from lorpredict.explanation._values import DOTS, VALUES

if TYPE_CHECKING:
    import shap

__all__ = [
    "bar",
    "beeswarm",
    "dependence",
    "heat_map",
    "importance_over_time",
    "interaction",
    "over_time",
    "waterfall",
]

SHOWN = 12
_TICKS = 5


def beeswarm(
    contributions: Contributions, day: float, *, landmark_day: float = 98, synthetic: bool = False
) -> Figure:
    """Every child's contributions at one day: a dot each, coloured by what was measured.

    Parameters
    ----------
    contributions : Contributions
    day : float
        Days since the landmark; one of those that were explained.
    landmark_day : float
        Days from the first infusion to the landmark: titles count from the first infusion.
    synthetic : bool
        Whether the model learnt from synthetic children; the picture then says so.
    """
    import shap

    words = Wording(contributions.scale, landmark_day)
    with shap_figure() as figure:
        shap.plots.beeswarm(
            _drawn(contributions, day), max_display=SHOWN, color=colormaps[VALUES], show=False
        )
        dress_dots(figure.axes[0])
        figure.axes[0].xaxis.set_major_locator(MaxNLocator(_TICKS))
        say_predictors(figure)
        widen(figure)
        figure.axes[0].set_xlabel(broken(words.contribution))
        figure.axes[-1].set_ylabel("Value (ring: not measured)")
        finish(figure, _headed("What moves the", words, day), caption=_caption(synthetic))
    return figure


def bar(
    contributions: Contributions, day: float, *, landmark_day: float = 98, synthetic: bool = False
) -> Figure:
    """How far each predictor moves the prediction on average, at one day: mean absolute SHAP.

    Parameters are those of :func:`beeswarm`.
    """
    import shap

    words = Wording(contributions.scale, landmark_day)
    with shap_figure() as figure:
        shap.plots.bar(_drawn(contributions, day), max_display=SHOWN, show=False)
        say_predictors(figure)
        widen(figure)
        _plain_bars(figure.axes[0])
        figure.axes[0].set_xlabel(f"Mean absolute contribution\n({words.unit})")
        finish(figure, _headed("What matters for the", words, day), caption=_caption(synthetic))
    return figure


def waterfall(
    contributions: Contributions,
    patient: int,
    day: float,
    *,
    landmark_day: float = 98,
    synthetic: bool = False,
    whose: str = "One child's",
) -> Figure:
    """How one child's prediction comes about, from the base value: nothing known of it.

    Parameters
    ----------
    contributions : Contributions
    patient : int
        Position of the child; it is not shown.
    day, landmark_day, synthetic
        As in :func:`beeswarm`.
    whose : str
        How the title calls the child.
    """
    import shap

    words = Wording(contributions.scale, landmark_day)
    explained = _drawn(contributions, day)[patient]
    names, values = contributions.predictors, contributions.data[patient]
    words_of = contributions.labels
    explained.feature_names = [words_of.label(name) for name in names]
    told = [words_of.told_with_unit(*each) for each in zip(names, values, strict=True)]
    explained.display_data = np.array(told, dtype=object)
    # shap fits its texts into the arrows as it draws: the axes may not shrink afterwards.
    with shap_figure(layout="none") as figure:
        shap.plots.waterfall(explained, max_display=SHOWN, show=False)
        say_predictors(figure)
        _name_both_ends(figure, explained, words, _interval(contributions, patient, day))
        make_room(figure)
        finish(figure, _headed(whose, words, day), caption=_caption(synthetic))
    return figure


def _drawn(contributions: Contributions, day: float) -> shap.Explanation:
    explained = contributions.at(day)
    factor = Wording(contributions.scale, 0).factor
    explained.values = factor * explained.values
    explained.base_values = factor * explained.base_values
    return explained


def _headed(start: str, words: Wording, day: float) -> str:
    return f"{start} {words.outcome(day)}"


def _caption(synthetic: bool) -> str:
    return CAPTION if synthetic else ""


def _plain_bars(axes: Axes) -> None:
    """Take away sign and colour of shap's bars: a mean of absolute values has no direction."""
    bars = [each for each in axes.patches if isinstance(each, Rectangle)]
    for drawn, text in zip(bars, axes.texts, strict=True):
        drawn.set_color(DOTS)
        text.set(text=f"{drawn.get_width():.3g}", color="black")
    axes.set_xlim(right=1.15 * max(drawn.get_width() for drawn in bars) or 1)
    axes.xaxis.set_major_locator(MaxNLocator(_TICKS))


def _interval(contributions: Contributions, patient: int, day: float) -> str:
    """Word how sure one prediction is; nothing where nobody can say."""
    if contributions.interval is None:
        return ""
    time = position_of(day, contributions.days)
    return f", {contributions.interval.in_words(patient, time)}"


def _name_both_ends(
    figure: Figure, explained: shap.Explanation, words: Wording, interval: str
) -> None:
    """Put words where shap writes E[f(X)] and f(x)."""
    base = float(explained.base_values)
    predicted = base + float(explained.values.sum())
    axes, at_base, at_prediction = figure.axes[:3]
    at_base.set_xticks([base], [f"\nbase value {words.shown(base / words.factor)}"], ha="center")
    told = f"this child {words.shown(predicted / words.factor)}{interval}"
    at_prediction.set_xticks([predicted], [told])
    axes.set_xlabel(words.predicted, labelpad=20)
