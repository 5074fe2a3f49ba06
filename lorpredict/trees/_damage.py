"""What may be wrong with the arrays of an ensemble that come from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lorpredict.errors import DamagedModel

Arrays = Mapping[str, NDArray[Any]]

_TYPES = {
    "roots": "int64", "left": "int32", "right": "int32", "feature": "int32",
    "threshold": "float32", "weight": "float64", "values": "float64", "offset": "float64",
    "missing_goes_left": "bool",
}  # fmt: skip
_ONE_A_NODE = ("left", "right", "feature", "threshold", "weight", "missing_goes_left")


def refuse_damaged(arrays: Arrays, *, needed: Sequence[str], outputs: Sequence[str]) -> None:
    """Refuse arrays that do not describe trees: a walk through them must end inside them."""
    absent = [name for name in needed if name not in arrays]
    if absent:
        raise DamagedModel(f"the trees lack {', '.join(absent)}")
    for faults in (_wrong_types(arrays), _wrong_shapes(arrays, outputs), _wrong_links(arrays)):
        found = list(faults)
        if found:
            raise DamagedModel("the trees are damaged: " + "; ".join(found))


def _wrong_types(arrays: Arrays) -> Iterator[str]:
    for name, expected in _TYPES.items():
        if arrays[name].dtype != np.dtype(expected):
            yield f"{name} holds {arrays[name].dtype}, expected {expected}"


def _wrong_shapes(arrays: Arrays, outputs: Sequence[str]) -> Iterator[str]:
    roots, left, values = arrays["roots"], arrays["left"], arrays["values"]
    for name in _ONE_A_NODE:
        if arrays[name].shape != (len(left),):
            yield f"{name} has shape {arrays[name].shape}, expected ({len(left)},)"
    if values.ndim != 2 or len(values) != np.sum(left < 0):
        yield f"values has shape {values.shape} for {np.sum(left < 0)} leaves"
    elif arrays["offset"].shape != values.shape[1:]:
        yield f"offset has shape {arrays['offset'].shape} for {values.shape[1]} outputs"
    elif arrays["times"].size not in (0, values.shape[1]):
        yield f"{arrays['times'].size} times for {values.shape[1]} outputs"
    if roots.ndim != 1 or len(roots) < 2 or roots[0] != 0 or roots[-1] != len(left):
        yield "roots do not span the nodes"
    elif np.any(np.diff(roots) < 1):
        yield "a tree without nodes"
    if str(arrays["output"]) not in outputs:
        yield f"output {str(arrays['output'])!r}, expected one of {', '.join(outputs)}"


def _wrong_links(arrays: Arrays) -> Iterator[str]:
    node = np.arange(len(arrays["left"]))
    end = np.repeat(arrays["roots"][1:], np.diff(arrays["roots"]))
    inner = arrays["left"] >= 0
    for side in ("left", "right"):
        child = arrays[side]
        # A child stands behind its parent in the same tree, so that every walk ends.
        outside = inner & ((child <= node) | (child >= end))
        if np.any(outside) or np.any(child[~inner] != -1):
            yield f"{side} points outside its tree"
    looked_at = arrays["feature"][inner]
    if np.any((looked_at < 0) | (looked_at >= int(arrays["n_features"]))):
        yield "a node looks at a feature that is not there"
    for name in ("weight", "values", "offset"):
        if not np.all(np.isfinite(arrays[name])):
            yield f"{name} is not finite everywhere"
