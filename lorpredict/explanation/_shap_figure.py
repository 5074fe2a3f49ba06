"""A stage for shap's plots, which draw on pyplot and on the global random state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

CAPTION_COLOUR = "#7a4b00"

# Inches. Another dpi than the one measured at makes texts a little wider.
MARGIN = 0.25
HEADING = 0.35


@contextmanager
def shap_figure(layout: Literal["constrained", "none"] = "constrained") -> Iterator[Figure]:
    """Lend pyplot a figure and take it away again; the same picture every time."""
    # shap spreads its dots with the global random state; the caller's is put back.
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    with plt.ioff():
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
    figure.suptitle(title, fontsize=13)
    if caption:
        figure.supxlabel(caption, fontsize=9, style="italic", color=CAPTION_COLOUR)


def say_predictors(figure: Figure) -> None:
    """Call predictors what they are where shap sums up "other features"."""
    axes = figure.axes[0]
    names = [text.get_text() for text in axes.get_yticklabels()]
    axes.set_yticklabels([re.sub(" other features$", " other predictors", name) for name in names])


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
