"""What is known before any patient: predictors, units, definitions, each with its source.

The facts live in TOML beside this file; a clinician can read the difference between two versions.
The same entry checks a value and describes itself, so that the two cannot drift apart.

>>> from lorpredict.clinical import catalogue
>>> catalogue()["crp_mg_l"].unit
'mg/L'
>>> catalogue()["crp_mg_l"].in_canonical_unit(5.0, "mg/dL")
50.0
"""

from lorpredict.clinical._activity import ActivityDefinition, definition
from lorpredict.clinical._catalogue import Catalogue, catalogue, read_site_catalogue
from lorpredict.clinical._derived import contradictions, derive, is_missing
from lorpredict.clinical._eligibility import EligibilityRules
from lorpredict.clinical._predictor import Kind, Known, Level, OtherUnit, Predictor
from lorpredict.clinical._published import published_study

__all__ = [
    "ActivityDefinition",
    "Catalogue",
    "EligibilityRules",
    "Kind",
    "Known",
    "Level",
    "OtherUnit",
    "Predictor",
    "catalogue",
    "contradictions",
    "definition",
    "derive",
    "is_missing",
    "published_study",
    "read_site_catalogue",
]
