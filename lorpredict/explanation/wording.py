"""What moved a prediction most, in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lorpredict.explanation._contributions import Contributions
from lorpredict.survival import Scale


class ContributionSentence(NamedTuple):
    """What one predictor did to one prediction.

    Parameters
    ----------
    predictor : canonical name
    label : what people call it
    value : what was measured, with its unit, or "not measured"
    contribution : on the scale of the explanation
    text : the contribution in words, such as "+4.1 percentage points", "hazard × 1.31" or
        "time to loss of response ÷ 1.31"
    """

    predictor: str
    label: str
    value: str
    contribution: float
    text: str

    def __str__(self) -> str:
        return f"{self.label} ({self.value}): {self.text}"


def top_contributions(
    contributions: Contributions, patient: int, time: int, *, n: int = 5
) -> list[ContributionSentence]:
    """Name the predictors that moved one prediction most, the largest first.

    Parameters
    ----------
    contributions : Contributions
    patient, time : int
        Position of the child and of the day.
    n : int
        How many predictors to name.
    """
    moved, scale = contributions.values[patient, :, time].tolist(), contributions.scale
    predictors, labels = contributions.predictors, contributions.names_in_words
    values = contributions.values_in_words(patient)
    return [
        ContributionSentence(
            predictors[place], labels[place], values[place], moved[place],
            in_words(moved[place], scale),
        )
        for place in contributions.in_order[patient][time][:n]
    ]  # fmt: skip


def rounds_to_nothing(contribution: float, scale: Scale) -> bool:
    """Whether a contribution is worded as none at all would be, such as ``hazard × 1.00``.

    Examples
    --------
    >>> rounds_to_nothing(-0.0004, "risk"), rounds_to_nothing(-0.0006, "risk")
    (True, False)
    """
    return in_words(contribution, scale) == in_words(0.0, scale)


def in_words(contribution: float, scale: Scale) -> str:
    """Word a contribution on its scale.

    Examples
    --------
    >>> in_words(0.0412, "risk")
    '+4.1 percentage points'
    >>> in_words(0.27, "log_hazard")
    'hazard × 1.31'
    >>> in_words(0.27, "log_acceleration")
    'time to loss of response ÷ 1.31'
    >>> in_words(-0.27, "log_acceleration")
    'time to loss of response × 1.31'
    """
    if scale in ("risk", "survival"):
        points = f"{100 * contribution:+.1f}"
        return f"{'+0.0' if points == '-0.0' else points} percentage points"
    if scale == "log_hazard":
        return f"hazard × {np.exp(contribution):.2f}"
    if scale in ("log_time", "log_acceleration"):
        return _in_time(contribution if scale == "log_time" else -contribution)
    return f"{contribution:+.3g}"


def _in_time(moved: float) -> str:
    """Word what moved the log-time: a factor above one, so that nobody divides by a fraction."""
    factor = f"{np.exp(abs(moved)):.2f}"
    sooner = moved < 0 and factor != "1.00"
    return f"time to loss of response {'÷' if sooner else '×'} {factor}"
