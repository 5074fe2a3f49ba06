"""What pictures of this room and of validation share: colours, steps, the frame."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lorpredict.survival import Floats

# Okabe and Ito's palette, readable by the colour-blind.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"


def one_axes(title: str) -> tuple[Figure, Axes]:
    """Return a figure with one empty frame."""
    figure = Figure(figsize=(7.2, 5.2), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def steps(axes: Axes, days: Floats, values: Floats, colour: str, label: str) -> None:
    """Draw a step function that starts at zero on day zero."""
    start = np.concatenate([[0.0], days]), np.concatenate([[0.0], values])
    axes.step(*start, where="post", color=colour, label=label)


def numbers_at_risk(axes: Axes, durations: Floats, days: Floats) -> None:
    """Tell below the frame how many are at risk on day zero and on the given days."""
    told = [f"{day:g}: {int((durations >= day).sum())}" for day in np.concatenate([[0.0], days])]
    text = "at risk by day  " + "   ".join(told)
    axes.text(0.01, -0.17, text, transform=axes.transAxes, fontsize=9, color=GREY)
