"""A model from elsewhere, adjusted to the children of this hospital: its level, or also its spread.

Every shape of model keeps its exact explanations, and the old model folder is never touched.
"""

from lorpredict.recalibration._recalibrate import (
    METHODS,
    FewEventsWarning,
    Method,
    recalibrate,
)

__all__ = ["METHODS", "FewEventsWarning", "Method", "recalibrate"]
