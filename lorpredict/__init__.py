r"""Risk of secondary loss of response to infliximab, from a child's record at week 14.

A line of calls, each in the room of its name:

    read_cohort -> landmark -> feature_pipeline -> family(...).build -> evaluate
                                                        \-> PackagedModel -> predict, explain

``develop`` walks the whole line. Names are imported when they are asked for, so that
``import lorpredict`` loads neither pandas nor scikit-learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lorpredict._lazy import lazy_names

if TYPE_CHECKING:
    from lorpredict.clinical import catalogue
    from lorpredict.cohort import Cohort, read_cohort
    from lorpredict.design import ModelDesign
    from lorpredict.development import Development, develop
    from lorpredict.evaluation import Evaluation, evaluate
    from lorpredict.explanation import Contributions
    from lorpredict.features import feature_pipeline
    from lorpredict.models import families, family
    from lorpredict.outcome import AtRisk, landmark
    from lorpredict.packaged import PackagedModel
from lorpredict.survival import RiskPrediction, SurvivalCurves

__version__ = "0.1.0"

__all__ = [
    "AtRisk",
    "Cohort",
    "Contributions",
    "Development",
    "Evaluation",
    "ModelDesign",
    "PackagedModel",
    "RiskPrediction",
    "SurvivalCurves",
    "catalogue",
    "develop",
    "evaluate",
    "families",
    "family",
    "feature_pipeline",
    "landmark",
    "read_cohort",
]

__getattr__ = lazy_names(
    __name__,
    {
        "clinical": ("catalogue",),
        "cohort": ("Cohort", "read_cohort"),
        "design": ("ModelDesign",),
        "development": ("Development", "develop"),
        "evaluation": ("Evaluation", "evaluate"),
        "explanation": ("Contributions",),
        "features": ("feature_pipeline",),
        "models": ("families", "family"),
        "outcome": ("AtRisk", "landmark"),
        "packaged": ("PackagedModel",),
        "survival": ("RiskPrediction", "SurvivalCurves"),
    },
)


def __dir__() -> list[str]:
    return sorted(__all__)
