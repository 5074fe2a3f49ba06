"""How sure the risk of a single child is.

Two things make it unsure. Another sample of children would have taught another model: that is seen
in the models of the bootstrap. And two children with the same record differ: that no cohort can
tell, and it is taken from simulated ones (``unseen.toml``). Both are standard deviations of the
logarithm of the cumulative hazard, on which an interval is symmetric and never leaves 0 to 1.
"""

from lorpredict.uncertainty._interval import (
    QUANTILE,
    Uncertainty,
    Unseen,
    interval_method,
    uncertainty_of,
)
from lorpredict.uncertainty._spread import CurveSpread, LinearSpread, Spread, log_hazard

__all__ = [
    "QUANTILE",
    "CurveSpread",
    "LinearSpread",
    "Spread",
    "Uncertainty",
    "Unseen",
    "interval_method",
    "log_hazard",
    "uncertainty_of",
]
