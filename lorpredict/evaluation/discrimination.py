"""Discrimination.

Does the child who loses response earlier get the higher risk?
"""

from __future__ import annotations

from sksurv.exceptions import NoComparablePairException
from sksurv.metrics import concordance_index_ipcw

from lorpredict.evaluation._measure import Predicted, measure


@measure("Uno's C", level="fold", better="higher")
def uno_c(predicted: Predicted) -> float:
    """Uno's concordance of the risk by the last horizon, truncated there.

    0.5 is a coin, 1 a perfect order; NaN where a fold holds no comparable pair.

    References
    ----------
    Uno H, et al. Stat Med 30:1105 (2011).
    """
    tau = float(predicted.horizons[-1])
    scores = predicted.at_horizons[:, -1]
    try:
        return float(concordance_index_ipcw(predicted.reference, predicted.y, scores, tau=tau)[0])
    except NoComparablePairException:
        return float("nan")
    except ValueError:  # censoring cannot be estimated up to tau in the training rows
        return float("nan")
