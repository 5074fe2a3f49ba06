"""Trees that come from a file are checked before anything walks through them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lorpredict.errors import DamagedModel, FaultsFound
from lorpredict.trees import TreeEnsemble

DAMAGE: dict[str, tuple[dict[str, Any], str]] = {
    "child in another tree": ({"left": [1, -1, -1, 1, -1, -1]}, "left points outside its tree"),
    "child that is its own parent": ({"right": [0, -1, -1, 5, -1, -1]}, "right points outside"),
    "leaf with a child": ({"right": [2, -1, -1, 5, -1, 5]}, "right points outside"),
    "unknown feature": ({"feature": [0, -1, -1, 7, -1, -1]}, "a feature that is not there"),
    "leaf without a value": ({"values": np.ones((3, 2))}, r"values has shape \(3, 2\)"),
    "values not finite": ({"values": np.full((4, 2), np.nan)}, "values is not finite"),
    "offset too short": ({"offset": np.zeros(1)}, "offset has shape"),
    "times too few": ({"times": np.zeros(1)}, "1 times for 2 outputs"),
    "roots that end early": ({"roots": [0, 3]}, "roots do not span"),
    "tree without nodes": ({"roots": [0, 3, 3, 6]}, "a tree without nodes"),
    "threshold in float64": ({"threshold": np.zeros(6)}, "threshold holds float64"),
    "weights too few": ({"weight": np.ones(5)}, "weight has shape"),
    "unknown output": ({"output": np.array("fate")}, "output 'fate'"),
}


def _two_stumps() -> dict[str, NDArray[Any]]:
    return {
        "roots": np.array([0, 3, 6]),
        "left": np.array([1, -1, -1, 4, -1, -1], dtype=np.int32),
        "right": np.array([2, -1, -1, 5, -1, -1], dtype=np.int32),
        "missing_goes_left": np.array([True, False, False, False, False, False]),
        "feature": np.array([0, -1, -1, 1, -1, -1], dtype=np.int32),
        "threshold": np.zeros(6, dtype=np.float32),
        "weight": np.array([2.0, 1, 1, 2, 1, 1]),
        "values": np.array([[1.0, 2], [3, 4], [10, 20], [30, 40]]),
        "offset": np.array([100.0, 200]),
        "times": np.array([5.0, 6]),
        "before": np.array(0.0),
        "output": np.array("cumulative_hazard"),
        "n_features": np.array(2),
    }


def test_stumps_add_up_by_hand() -> None:
    trees = TreeEnsemble.from_arrays(_two_stumps())

    predicted = trees.predict([[0.0, 0.1], [0.1, 0.0], [np.nan, np.nan]])

    assert predicted.tolist() == [[131, 242], [113, 224], [131, 242]]


@pytest.mark.parametrize("change, message", DAMAGE.values(), ids=DAMAGE)
def test_damaged_arrays_are_refused(change: dict[str, Any], message: str) -> None:
    arrays = _two_stumps()
    for name, value in change.items():
        is_array = isinstance(value, np.ndarray)
        arrays[name] = value if is_array else np.array(value, dtype=arrays[name].dtype)

    with pytest.raises(DamagedModel, match=message):
        TreeEnsemble.from_arrays(arrays)


def test_absent_arrays_are_named() -> None:
    arrays = _two_stumps()
    del arrays["weight"], arrays["times"]

    with pytest.raises(DamagedModel, match="the trees lack weight, times"):
        TreeEnsemble.from_arrays(arrays)


def test_rows_with_another_number_of_columns_are_refused() -> None:
    trees = TreeEnsemble.from_arrays(_two_stumps())

    with pytest.raises(FaultsFound, match=r"shape \(4, 3\); expected \(n_rows, 2\)"):
        trees.predict(np.zeros((4, 3)))
