"""Model families, found by being there: one file each, with its ``FAMILY``.

Names are imported when they are asked for: who loads a packaged model needs the shapes of
``_curves`` alone, and neither scikit-learn nor a learner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lorpredict._lazy import lazy_names

if TYPE_CHECKING:
    from lorpredict.models._curves import (
        AcceleratedTime,
        LinearHazard,
        SurvivalForest,
        TreeHazard,
    )
    from lorpredict.models._family import FamilyModel, Learnt, ModelFamily, TrainingRows
    from lorpredict.models._found import families, family, named

__all__ = [
    "AcceleratedTime",
    "FamilyModel",
    "Learnt",
    "LinearHazard",
    "ModelFamily",
    "SurvivalForest",
    "TrainingRows",
    "TreeHazard",
    "families",
    "family",
    "named",
]

__getattr__ = lazy_names(
    __name__,
    {
        "_curves": ("AcceleratedTime", "LinearHazard", "SurvivalForest", "TreeHazard"),
        "_family": ("FamilyModel", "Learnt", "ModelFamily", "TrainingRows"),
        "_found": ("families", "family", "named"),
    },
)
