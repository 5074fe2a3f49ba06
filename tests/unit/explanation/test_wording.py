"""What a contribution says in words, on every scale."""

from __future__ import annotations

from typing import get_args

import pytest

from lorpredict.explanation._titles import Wording
from lorpredict.explanation.wording import in_words
from lorpredict.survival import Scale


@pytest.mark.parametrize(
    "contribution, scale, words",
    [
        (0.0412, "risk", "+4.1 percentage points"),
        (-0.0004, "risk", "+0.0 percentage points"),
        (0.27, "log_hazard", "hazard × 1.31"),
        (-0.27, "log_hazard", "hazard × 0.76"),
        (0.27, "log_acceleration", "time to loss of response ÷ 1.31"),
        (-0.27, "log_acceleration", "time to loss of response × 1.31"),
        (0.001, "log_acceleration", "time to loss of response × 1.00"),
        (-0.001, "log_acceleration", "time to loss of response × 1.00"),
        (0.27, "log_time", "time to loss of response × 1.31"),
        (-0.27, "log_time", "time to loss of response ÷ 1.31"),
        (0.0412, "cumulative_hazard", "+0.0412"),
    ],
)
def test_a_contribution_is_worded_on_its_scale(
    contribution: float, scale: Scale, words: str
) -> None:
    assert in_words(contribution, scale) == words


@pytest.mark.parametrize("scale", get_args(Scale))
def test_every_scale_has_its_words(scale: Scale) -> None:
    words = Wording(scale, 98)

    assert words.short.lower() in words.predicted.lower() or words.is_probability
    assert words.outcome(267).endswith(("after the first infusion", "the same at all times"))
    assert words.changes_with_time == (scale in ("risk", "survival", "cumulative_hazard"))
