"""Counts that are not told, since they may point at a child."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lorpredict.evaluation._drawing import FEWEST_TOLD


def unless_small(count: int, of: int) -> int | None:
    """Return a count, unless it or what is left of them is 1 to 4 and may point at a child."""
    small = 0 < count < FEWEST_TOLD or 0 < of - count < FEWEST_TOLD
    return None if small else count


def hidden(counts: Sequence[tuple[int, int]]) -> list[bool]:
    """Which of some counts, whose sum may be known, are not told.

    A small one that is alone would be found by subtraction, so the smallest of the others keeps it
    company, rather than a zero.

    Parameters
    ----------
    counts
        Each with how many it is counted among.

    Examples
    --------
    >>> hidden([(3, 20), (9, 20), (7, 20)]), hidden([(3, 20), (9, 20), (2, 20)])
    ([True, False, True], [True, False, True])
    """
    small = [unless_small(*each) is None for each in counts]
    if sum(small) != 1 or len(counts) == 1:
        return small
    others = [place for place, alone in enumerate(small) if not alone]
    company = min(others, key=lambda place: (counts[place][0] == 0, counts[place][0]))
    return [alone or place == company for place, alone in enumerate(small)]


def bounds(count: int, of: int) -> tuple[float, float]:
    """Between which shares it lies, where the count may not be told; else the share, twice.

    Examples
    --------
    >>> bounds(2, of=20), bounds(19, of=20), bounds(10, of=20)
    ((0.05, 0.2), (0.8, 0.95), (0.5, 0.5))
    """
    if not of:
        return math.nan, math.nan
    if 0 < count < FEWEST_TOLD:
        return 1 / of, (FEWEST_TOLD - 1) / of
    if 0 < of - count < FEWEST_TOLD:
        return (of - FEWEST_TOLD + 1) / of, (of - 1) / of
    return count / of, count / of


def share_unless_small(count: int, of: int) -> float | None:
    """Return a share, unless its count may not be told; None of nobody."""
    told = unless_small(count, of)
    return None if told is None or not of else told / of
