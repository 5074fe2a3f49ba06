"""FHIR R4 in and out: a child's record from resources, and answers as resources.

Resources are read one by one and tolerantly. What cannot be used becomes an issue that says what
became of it and holds nothing of the patient's; what cannot be trusted as a whole is refused.
Nothing is ever fetched.

    >>> from datetime import date
    >>> from lorpredict.fhir import read_bundle
    >>> empty = {"resourceType": "Bundle", "type": "searchset"}
    >>> read_bundle(empty, as_of=date(2025, 4, 9)).abstention.reason
    'patient_unknown'
"""

from lorpredict.fhir._abstention import Abstention, laboratory_columns
from lorpredict.fhir._bulk import BulkChild, BulkExport, LeftOut
from lorpredict.fhir._guidance import Question, guidance_response
from lorpredict.fhir._issues import Issue
from lorpredict.fhir._reading import ChildReading, read_bundle, read_prefetch, read_resources
from lorpredict.fhir._refusals import (
    AnotherVersion,
    FhirRefused,
    NoSuchAnswer,
    NotABundle,
    SeveralPatients,
    UnsupportedBundle,
    UnusableRules,
)
from lorpredict.fhir._resources import operation_outcome
from lorpredict.fhir._risk import HorizonRisk, ModelName, Reason, risk_assessment
from lorpredict.fhir._rules import FhirRules
from lorpredict.fhir._site import Antibodies

__all__ = [
    "Abstention",
    "AnotherVersion",
    "Antibodies",
    "BulkChild",
    "BulkExport",
    "ChildReading",
    "FhirRefused",
    "FhirRules",
    "HorizonRisk",
    "Issue",
    "LeftOut",
    "ModelName",
    "NoSuchAnswer",
    "NotABundle",
    "Question",
    "Reason",
    "SeveralPatients",
    "UnsupportedBundle",
    "UnusableRules",
    "guidance_response",
    "laboratory_columns",
    "operation_outcome",
    "read_bundle",
    "read_prefetch",
    "read_resources",
    "risk_assessment",
]
