"""Counts of one to four are not told."""

from __future__ import annotations

import pytest

from lorpredict.monitoring._proportions import bounds, hidden, share_unless_small, unless_small


@pytest.mark.parametrize("count", [1, 4, 16, 19])
def test_small_count_or_small_rest_is_not_told(count: int) -> None:
    assert unless_small(count, 20) is None
    assert share_unless_small(count, 20) is None
    least, most = bounds(count, 20)
    assert least <= count / 20 <= most
    assert most - least == pytest.approx(3 / 20)


@pytest.mark.parametrize("count", [0, 5, 15, 20])
def test_other_counts_are_told(count: int) -> None:
    assert unless_small(count, 20) == count
    assert share_unless_small(count, 20) == count / 20


def test_small_count_is_never_hidden_alone() -> None:
    """The sum is known, so what is hidden alone would be found by subtraction."""
    assert hidden([(3, 20), (9, 20), (7, 20), (0, 20)]) == [True, False, True, False]
    assert hidden([(3, 20), (0, 20)]) == [True, True]
    assert hidden([(3, 20), (2, 20), (8, 20)]) == [True, True, False]
    assert hidden([(8, 20), (0, 20)]) == [False, False]
    assert hidden([(2, 20)]) == [True]
