"""From contributions to ``shap.Explanation``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lorpredict.survival import Floats

if TYPE_CHECKING:
    import shap

    from lorpredict.explanation._contributions import Contributions


def as_shap_explanation(contributions: Contributions, time: int | None = None) -> shap.Explanation:
    """Convert contributions into the form that every shap plot draws.

    Parameters
    ----------
    contributions : Contributions
    time : int, optional
        Index of one time; by default all of them stay, as the last axis.

    Returns
    -------
    shap.Explanation
        ``data`` holds numbers to colour by (a level becomes its index, what was not measured
        NaN), ``feature_names`` the labels with their units, and ``display_data`` what people
        read: numbers in these units, and words for levels, yes and no.
    """
    import shap

    every = slice(None) if time is None else time
    return shap.Explanation(
        values=contributions.values[:, :, every],
        base_values=contributions.base_values[:, every],
        data=as_numbers(contributions),
        display_data=_displayed(contributions),
        feature_names=[
            contributions.labels.label_with_unit(name) for name in contributions.predictors
        ],
        output_names=[f"{day:g}" for day in contributions.days] if time is None else None,
    )


def as_numbers(contributions: Contributions) -> Floats:
    """What was measured as numbers, shape (n_patients, n_predictors); see `Labels.as_number`."""
    return np.array(_each_value(contributions, contributions.labels.as_number), dtype=float)


def _displayed(contributions: Contributions) -> NDArray[np.object_]:
    return np.array(_each_value(contributions, contributions.labels.as_displayed), dtype=object)


def _each_value(contributions: Contributions, turned: Callable[[str, Any], Any]) -> list[list[Any]]:
    names = contributions.predictors
    return [
        [turned(name, value) for name, value in zip(names, row, strict=True)]
        for row in contributions.data
    ]
