"""The level that a model learns with agrees with what became of the child."""

from __future__ import annotations

import numpy as np

from lorpredict.features import SpreadOut
from lorpredict.models._levels_by_outcome import drawn_by_outcome
from lorpredict.survival import Floats, outcome_array

GRID = np.array([30.0, 60.0, 90.0])
CHILDREN = 4000


class TwoLevels:
    """A curve of those with the feature 1, who lose response three times as fast as with 0."""

    def survival(self, features: Floats, days: Floats) -> Floats:
        survival: Floats = np.exp(-np.where(features == 1, 0.03, 0.01) * days)
        return survival


def share_of_the_faster(event: bool, day: float) -> float:
    rows = SpreadOut(np.tile([[0.0], [1.0]], (CHILDREN, 1)), np.repeat(np.arange(CHILDREN), 2))
    y = outcome_array(np.full(CHILDREN, event), np.full(CHILDREN, day))
    rng = np.random.default_rng(6)
    return float(drawn_by_outcome(rows, TwoLevels(), y, GRID, rng=rng).mean())  # type: ignore[arg-type]


def test_a_child_still_in_response_late_is_likelier_to_have_the_slower_level() -> None:
    slow, fast = np.exp([-0.9, -2.7])
    assert abs(share_of_the_faster(False, 90.0) - fast / (slow + fast)) < 0.02


def test_a_child_who_lost_response_early_is_likelier_to_have_the_faster_level() -> None:
    slow, fast = 1 - np.exp([-0.3, -0.9])
    assert abs(share_of_the_faster(True, 20.0) - fast / (slow + fast)) < 0.02


def test_a_loss_is_sought_in_the_piece_of_the_grid_in_which_it_happened() -> None:
    slow, fast = (np.exp(-rate * 60) - np.exp(-rate * 90) for rate in (0.01, 0.03))
    assert abs(share_of_the_faster(True, 75.0) - fast / (slow + fast)) < 0.02


def test_a_measured_level_is_the_childs_own() -> None:
    rows = SpreadOut(np.array([[1.0], [0.0], [5.0], [7.0]]), np.array([0, 1, 2, 2]))
    y = outcome_array([True, False, True], [10.0, 80.0, 40.0])
    features = drawn_by_outcome(rows, TwoLevels(), y, GRID, rng=np.random.default_rng(0))  # type: ignore[arg-type]
    assert features[:2].tolist() == [[1.0], [0.0]]
    assert features[2, 0] in (5.0, 7.0)
