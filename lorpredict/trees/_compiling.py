"""How loops are compiled: by numba, kept on disk where a place can be written to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop, *, inline: bool = False) -> Loop:
    """Compile a loop over arrays, without Python's lock.

    Parameters
    ----------
    inline
        Whether it is written out where it is called: a call with arrays costs as much as a short
        loop.

    Notes
    -----
    numba refuses to start where neither the folder of the code nor a home can be written to, as
    in a container that runs read-only; there the loop is compiled anew by every process.
    """
    how: dict[str, Any] = {
        "nogil": True,
        "error_model": "numpy",
        "inline": "always" if inline else "never",
    }
    try:
        return cast(Loop, numba.njit(cache=True, **how)(loop))
    except RuntimeError:
        return cast(Loop, numba.njit(**how)(loop))


def inlined(loop: Loop) -> Loop:
    """Compile a short loop into those that call it."""
    return compiled(loop, inline=True)
