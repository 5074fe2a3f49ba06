"""What is known before any patient: predictors, units, definitions, each with its source.

The facts live in TOML beside this file; a clinician can read the difference between two versions.
The same entry checks a value and describes itself, so that the two cannot drift apart.

>>> from lorpredict.clinical import catalogue
>>> catalogue()["crp_mg_l"].unit
'mg/L'
>>> catalogue()["crp_mg_l"].in_canonical_unit(5.0, "mg/dL")
50.0
"""

from lorpredict.clinical._activity import ActivityDefinition, definition, definitions, notions
from lorpredict.clinical._catalogue import Catalogue, catalogue, read_site_catalogue
from lorpredict.clinical._derived import contradictions, derive, is_missing, values_of_record
from lorpredict.clinical._eligibility import EligibilityRules
from lorpredict.clinical._evidence import Compared, Count, Evidence, evidence, pathway_content
from lorpredict.clinical._growth import GrowthReference
from lorpredict.clinical._indices import ActivityIndex, activity_index, severity
from lorpredict.clinical._items import ActivityItem, Visit
from lorpredict.clinical._paris import ParisClassification
from lorpredict.clinical._predictor import Kind, Known, Level, OtherUnit, Predictor
from lorpredict.clinical._published import published_study
from lorpredict.clinical._published_cut import PublishedCut, table_two_cuts
from lorpredict.clinical._rules import Values
from lorpredict.clinical._statements import Criterion, criteria, sourced
from lorpredict.clinical._states import ActivityState, activity_states
from lorpredict.clinical._troughs import Assay, TroughThreshold, assays, trough_thresholds

__all__ = [
    "ActivityDefinition",
    "ActivityIndex",
    "ActivityItem",
    "ActivityState",
    "Assay",
    "Catalogue",
    "Compared",
    "Count",
    "Criterion",
    "EligibilityRules",
    "Evidence",
    "GrowthReference",
    "Kind",
    "Known",
    "Level",
    "OtherUnit",
    "ParisClassification",
    "Predictor",
    "PublishedCut",
    "TroughThreshold",
    "Values",
    "Visit",
    "activity_index",
    "activity_states",
    "assays",
    "catalogue",
    "contradictions",
    "criteria",
    "definition",
    "definitions",
    "derive",
    "evidence",
    "is_missing",
    "notions",
    "pathway_content",
    "published_study",
    "read_site_catalogue",
    "severity",
    "sourced",
    "table_two_cuts",
    "trough_thresholds",
    "values_of_record",
]
