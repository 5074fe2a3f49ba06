"""Counts that are too small to be told: one to four children may point at a child.

One rule for tables, notes and pictures: a count of 1 to 4 is not told, nor one that leaves 1 to 4
of the children it was counted among. Zero is told: it points at nobody. Where sites add up to all
children, the counts of all sites are told or of none. Shares by Kaplan-Meier are no counts and
are told; so are its steps.
"""

from __future__ import annotations

SMALLEST = 5  # the smallest count that is told; house limit, as for a description of a cohort
FEWEST_FOR_A_RANGE = 20  # as in training: of fewer, the ends would be those of one or two children
FEW = f"fewer than {SMALLEST}"


def is_small(count: int) -> bool:
    """Whether a count may point at a child."""
    return 0 < count < SMALLEST


def unless_small(count: int, of: int) -> int | None:
    """Return a count among ``of`` children, unless it or what is left of them is small."""
    return None if is_small(count) or is_small(of - count) else count


def in_words(count: int, of: int) -> str:
    """Tell a count among ``of`` children, or its bound.

    Examples
    --------
    >>> in_words(8, of=20), in_words(3, of=20), in_words(18, of=20), in_words(0, of=20)
    ('8', 'fewer than 5', 'more than 15', '0')
    """
    if is_small(count):
        return FEW
    return f"more than {of - SMALLEST}" if is_small(of - count) else str(count)
