"""What is refused as a whole, because no part of it could be trusted.

    FhirRefused             (ValueError)  what came is not one child's FHIR R4 resources
    ├── NotABundle                        no Bundle at all, or no prefetch object
    ├── UnsupportedBundle                 a Bundle of a type that tells no child's record
    ├── SeveralPatients                   resources of more than one patient
    └── AnotherVersion                    resources of DSTU2, STU3, R5 or R6
    UnusableRules           (ValueError)  a site's rules that cannot be followed
    NoSuchAnswer            (ValueError)  an answer that cannot be written as a resource

No message repeats a word of the input, which may be a patient's.
"""

from __future__ import annotations

from lorpredict.errors import LorpredictError


class FhirRefused(LorpredictError, ValueError):
    """What came is not one child's FHIR R4 resources."""


class NotABundle(FhirRefused):
    """No Bundle at all, or no prefetch object."""


class UnsupportedBundle(FhirRefused):
    """A Bundle of a type that does not tell a child's record."""


class SeveralPatients(FhirRefused):
    """Resources of more than one patient."""


class AnotherVersion(FhirRefused):
    """Resources of another FHIR version than R4."""


class UnusableRules(LorpredictError, ValueError):
    """A site's rules that cannot be followed; every fault is named."""


class NoSuchAnswer(LorpredictError, ValueError):
    """An answer that cannot be written as a resource, such as a risk beyond 1."""
