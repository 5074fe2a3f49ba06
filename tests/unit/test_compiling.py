"""Loops are kept compiled on disk where that can be, and work where it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np

from lorpredict.trees._compiling import compiled, inlined
from lorpredict.trees._walk import add_leaves

LOOP = """
def doubled(values):
    for i in range(values.shape[0]):
        values[i] *= 2
"""


def _without_a_file() -> Any:
    """A function whose code lies in no file: numba finds no place to keep it."""
    names: dict[str, Any] = {}
    exec(compile(LOOP, "<nowhere>", "exec"), names)  # noqa: S102  our own words above
    return names["doubled"]


def test_a_loop_that_cannot_be_kept_is_compiled_all_the_same() -> None:
    values = np.arange(3.0)

    compiled(_without_a_file())(values)
    inlined(_without_a_file())(values)

    assert values.tolist() == [0, 4, 8]


def test_our_loops_are_kept() -> None:
    walk: Any = add_leaves

    assert walk.stats.cache_path
