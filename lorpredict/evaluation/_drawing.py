"""What pictures of this room and of validation share: colours, steps, the frame, what is said."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lorpredict.outcome import AtRisk
from lorpredict.survival import Floats
from lorpredict.synthetic import CAUTION

# Okabe and Ito's palette, readable by the colour-blind.
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#00755A", "#666666"
FEWEST_TOLD = 5  # a smaller count may point at a child


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


def numbers_at_risk(axes: Axes, durations: Floats, days: Floats, *, clock: float = 0.0) -> None:
    """Tell below the frame how many are at risk on day zero and on the given days.

    ``clock`` is what day zero is called: 98 where days are told since the first infusion.
    """
    asked = np.concatenate([[0.0], days])
    told = [f"{int((durations >= day).sum())} on day {day + clock:g}" for day in asked]
    text = "at risk: " + ", ".join(told)
    axes.text(0.01, -0.17, text, transform=axes.transAxes, fontsize=9, color=GREY)


def steps_are_small(durations: Floats, days: Floats) -> bool:
    """Whether fewer than five leave between two days: the numbers at risk would count them."""
    left = [len(durations), *(int((durations >= day).sum()) for day in days), 0]
    return any(0 < before - after < FEWEST_TOLD for before, after in pairwise(left))


def caption(at_risk: AtRisk) -> str:
    """Return what every picture of a cohort has to say of it."""
    return CAUTION if at_risk.synthetic else "observed cohort"


def since_first_infusion(at_risk: AtRisk, day: float) -> str:
    """Return a day since the landmark as people count it."""
    return f"by day {day + at_risk.design.landmark_day:g} since the first infusion"
