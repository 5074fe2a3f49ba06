"""From a child's record to the numbers that a model sees.

``Encoding`` is what was learnt from the training rows, as plain values; it runs on numpy alone,
so the service and the training pipeline encode by the very same lines.
``FeaturePipeline`` is the scikit-learn transformer that learns it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lorpredict._lazy import lazy_names
from lorpredict.features._encoding import Encoding, Feature, SpreadOut, coded_records
from lorpredict.features._forecast import TroughForecast

if TYPE_CHECKING:
    from lorpredict.features._pipeline import FeaturePipeline, feature_pipeline

__all__ = [
    "Encoding",
    "Feature",
    "FeaturePipeline",
    "SpreadOut",
    "TroughForecast",
    "coded_records",
    "feature_pipeline",
]

# scikit-learn and pandas are loaded only by those who train.
__getattr__ = lazy_names(__name__, {"_pipeline": ("FeaturePipeline", "feature_pipeline")})
