"""Our trees as the dictionary that shap's own TreeExplainer reads."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from lorpredict.trees import TreeEnsemble


def for_shap(trees: TreeEnsemble) -> dict[str, Any]:
    """Write an ensemble without offset for shap's C kernel."""
    if np.any(trees.offset):
        raise ValueError(f"shap takes one offset for all outputs; here it is {trees.offset}")
    return {
        "trees": [_tree_for_shap(trees, *ends) for ends in pairwise(trees.roots.tolist())],
        "input_dtype": np.float32,
        "internal_dtype": np.float64,
    }


def _tree_for_shap(trees: TreeEnsemble, first: int, last: int) -> dict[str, Any]:
    nodes = slice(first, last)
    links = {"left": trees.left, "right": trees.right, "default": trees.missing}
    children = {
        f"children_{name}": np.where(child[nodes] < 0, -1, child[nodes] - first).astype(np.int32)
        for name, child in links.items()
    }
    return {
        **children,
        "features": trees.feature[nodes],
        "thresholds": trees.threshold[nodes].astype(np.float64),
        # A node with children keeps a value that nobody reads.
        "values": np.ascontiguousarray(trees.values[trees.leaf[nodes]]),
        "node_sample_weight": trees.weight[nodes].copy(),
    }
