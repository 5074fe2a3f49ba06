"""Discrimination.

Does the child who loses response earlier get the higher risk?
"""

from __future__ import annotations

import numpy as np
from sksurv.exceptions import NoComparablePairException
from sksurv.metrics import (
    concordance_index_censored,
    concordance_index_ipcw,
    cumulative_dynamic_auc,
)

from lorpredict.evaluation._censoring import censored_at
from lorpredict.evaluation._measure import Predicted, measure
from lorpredict.survival import Floats, Outcome


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
        with np.errstate(invalid="ignore"):  # no pair has a weight: not a number
            found = concordance_index_ipcw(predicted.reference, predicted.y, scores, tau=tau)
        return float(found[0])
    except NoComparablePairException:
        return float("nan")
    except ValueError:  # censoring cannot be estimated up to tau in the training rows
        return float("nan")


@measure("Cumulative/dynamic AUC", level="fold", better="higher")
def auc(predicted: Predicted) -> Floats:
    """Chance that a child with the event by the horizon got the higher risk than one still free.

    At each horizon, with the risk by that horizon; equal risks count half. 0.5 is a coin. NaN
    where a fold holds nobody with the event by the horizon or nobody still free of it, or where
    the censoring cannot be estimated up to it.

    References
    ----------
    Uno H, et al. J Am Stat Assoc 102:527 (2007). Hung H, Chiang CT. Can J Stat 38:8 (2010).
    """
    return np.array(
        [
            _auc(predicted, risk, float(day))
            for risk, day in zip(predicted.at_horizons.T, predicted.horizons, strict=True)
        ]
    )


def harrell_concordance(y: Outcome, scores: Floats) -> float:
    """Harrell's concordance of risk scores, to compare with figures that others published.

    It is no measure of the house: unlike Uno's it depends on the censoring. Of the pairs in which
    it is known who had the event first, the share in which that child has the higher score; equal
    scores count half. NaN where there is no such pair.

    Parameters
    ----------
    scores : array of shape (n_children,)
        Higher for an earlier event.

    References
    ----------
    Harrell FE, et al. Stat Med 15:361 (1996).
    """
    if not y["event"].any():
        return float("nan")
    try:
        return float(concordance_index_censored(y["event"], y["duration"], scores)[0])
    except NoComparablePairException:
        return float("nan")


def _auc(predicted: Predicted, risk: Floats, day: float) -> float:
    # Just beyond the horizon: whoever is censored there is still free of the event at it, and
    # no later day can ask for a censoring that the training rows do not tell.
    seen = censored_at(predicted.y, float(np.nextafter(day, np.inf)))
    if not ((seen["duration"] <= day) & seen["event"]).any() or not (seen["duration"] > day).any():
        return float("nan")
    try:
        return float(cumulative_dynamic_auc(predicted.reference, seen, risk, [day])[0][0])
    except ValueError:  # censoring cannot be estimated up to the horizon in the training rows
        return float("nan")
