"""The model as it is shipped: one folder of arrays, JSON and TOML, without pickle.

Training logs the folder, the registry versions it, the service loads it. It needs numpy and
numba to answer, nothing else; no row of any cohort is in it.
"""

from typing import TYPE_CHECKING

from lorpredict._lazy import lazy_names

# A supervisor of a service tells what a model is for, and never loads one.
if TYPE_CHECKING:
    from lorpredict.packaged._course import CohortCourse, CoursePoint, Quarter, RiskQuartiles
    from lorpredict.packaged._facts import JudgedRule, ModelFacts, Recalibration, TrainingFacts
    from lorpredict.packaged._fingerprint import fingerprint
    from lorpredict.packaged._folder import model_folder_in
    from lorpredict.packaged._model import PackagedModel
    from lorpredict.packaged._registration import Registration, is_registry_address
    from lorpredict.packaged._unmeasured import Unmeasured
    from lorpredict.packaged._use import (
        NOT_FOR,
        horizons_in_words,
        intended_use,
        limits,
        stage_means,
    )

__all__ = [
    "NOT_FOR",
    "CohortCourse",
    "CoursePoint",
    "JudgedRule",
    "ModelFacts",
    "PackagedModel",
    "Quarter",
    "Recalibration",
    "Registration",
    "RiskQuartiles",
    "TrainingFacts",
    "Unmeasured",
    "fingerprint",
    "horizons_in_words",
    "intended_use",
    "is_registry_address",
    "limits",
    "model_folder_in",
    "stage_means",
]

__getattr__ = lazy_names(
    __name__,
    {
        "_course": ("CohortCourse", "CoursePoint", "Quarter", "RiskQuartiles"),
        "_facts": ("JudgedRule", "ModelFacts", "Recalibration", "TrainingFacts"),
        "_fingerprint": ("fingerprint",),
        "_folder": ("model_folder_in",),
        "_model": ("PackagedModel",),
        "_registration": ("Registration", "is_registry_address"),
        "_unmeasured": ("Unmeasured",),
        "_use": ("NOT_FOR", "horizons_in_words", "intended_use", "limits", "stage_means"),
    },
)
