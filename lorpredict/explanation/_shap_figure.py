"""A stage for shap's plots, which draw on pyplot and on the global random state."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import fill
from typing import Literal

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from lorpredict.explanation._values import NOT_MEASURED_COLOUR, RIM

CAPTION_COLOUR = "#7a4b00"

# Inches. Another dpi than the one measured at makes texts a little wider.
MARGIN = 0.25
HEADING = 0.42
WIDTH_OF_LETTER = 0.09
LONGEST_NAME = 36  # letters of a row's name that need no more room
LONGEST_LINE = 10  # characters of a title in an inch of the picture's width


@contextmanager
def shap_figure(layout: Literal["constrained", "none"] = "constrained") -> Iterator[Figure]:
    """Lend pyplot a figure and take it away again; the same picture every time."""
    # shap spreads its dots with the global random state; the caller's is put back.
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    with plt.ioff(), warnings.catch_warnings():
        # A predictor that was measured in no child has no range of values to be coloured by.
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        figure = plt.figure(layout=layout)
        try:
            yield figure
        finally:
            plt.close(figure)
            np.random.set_state(state)  # noqa: NPY002
    FigureCanvasAgg(figure)


def finish(figure: Figure, title: str, *, caption: str = "") -> None:
    """Set title and caption, and make room for both."""
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(w_pad=MARGIN / 2, h_pad=MARGIN / 4)
    longest = round(LONGEST_LINE * figure.get_figwidth())
    figure.suptitle(wrapped(title, longest), fontsize=13)
    if caption:
        figure.supxlabel(caption, fontsize=9, style="italic", color=CAPTION_COLOUR)


def wrapped(text: str, longest: int) -> str:
    """Break a text into lines between its words."""
    return fill(text, longest, break_long_words=False, break_on_hyphens=False)


def say_predictors(figure: Figure) -> None:
    """Call predictors what they are where shap sums up "other features"."""
    axes = figure.axes[0]
    names = [text.get_text() for text in axes.get_yticklabels()]
    axes.set_yticklabels([re.sub(" other features$", " other predictors", name) for name in names])


def widen(figure: Figure) -> None:
    """Give long names of rows their own room, which they would take from the picture."""
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    beyond = max(0, max(map(len, names)) - LONGEST_NAME)
    figure.set_figwidth(figure.get_figwidth() + beyond * WIDTH_OF_LETTER)


def dress_dots(axes: Axes) -> None:
    """Tell by shape what shap tells by colour: rings are children without a value.

    shap colours the row of what it sums up by the values of one predictor among them; it is grey.
    """
    summed = axes.get_yticklabels()[0].get_text().startswith("Sum of ")
    for dots in axes.collections:
        heights = np.asarray(dots.get_offsets())[:, 1]
        if summed and (np.abs(heights) < 0.5).all():
            dots.set_array(None)
            dots.set(facecolor=NOT_MEASURED_COLOUR, edgecolor="none")
        elif dots.get_array() is None:
            dots.set(facecolor="none", edgecolor=NOT_MEASURED_COLOUR, linewidth=0.8)
        else:
            dots.set(edgecolor=RIM, linewidth=0.2)


def make_room(figure: Figure) -> None:
    """Widen a figure around its axes, which keep their size and place each other's labels."""
    drawn = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    left, bottom = MARGIN - drawn.x0, HEADING - drawn.y0
    wider, higher = drawn.width + 2 * MARGIN, drawn.height + 2 * HEADING
    places = [axes.get_position() for axes in figure.axes]
    figure.set_size_inches(wider, higher)
    for axes, place in zip(figure.axes, places, strict=True):
        x, y = (place.x0 * width + left) / wider, (place.y0 * height + bottom) / higher
        axes.set_position((x, y, place.width * width / wider, place.height * height / higher))
