"""Numbers that come as one, as one a child, or as a table with a row a child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lorpredict.errors import Fault, FaultsFound, counted_children


def one_each(given: Mapping[str, NDArray[Any]], *, subject: str) -> list[NDArray[Any]]:
    """Broadcast to one value a child, arrays of shape (n_children,).

    Raises
    ------
    FaultsFound
        If the lengths differ, or if there is more than one value for a child.
    """
    try:
        shape = np.broadcast_shapes((1,), *(each.shape for each in given.values()))
    except ValueError:
        shape = ()
    if len(shape) != 1:
        told = ", ".join(f"{name} {each.shape}" for name, each in given.items())
        problem = f"{told}; expected a number or (n_children,) for each"
        raise FaultsFound([Fault("shape", problem)], subject=subject)
    return [np.broadcast_to(each, shape) for each in given.values()]


def row_each(given: Mapping[str, NDArray[Any]], n_children: int) -> list[NDArray[Any]]:
    """Broadcast to a row a child, arrays of shape (1 or n_children, n_columns).

    Raises
    ------
    FaultsFound
        If they fit neither one another nor the children.
    """
    told = ", ".join(f"{name} {each.shape}" for name, each in given.items())
    problem = f"{told} for {counted_children(n_children)}; expected (n,) or (n_children, n)"
    try:
        arrays = np.broadcast_arrays(*given.values(), np.empty((1, 1)))[:-1]
        fitting = arrays[0].ndim == 2 and arrays[0].shape[0] in (1, n_children)
    except ValueError:
        fitting = False
    if not fitting:
        raise FaultsFound([Fault("shape", problem)], subject="the dosing")
    return list(arrays)
