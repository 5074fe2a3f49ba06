"""Overall accuracy: the squared distance between the predicted risk and what happened."""

from __future__ import annotations

import numpy as np

from lorpredict.evaluation._censoring import weights_by_day
from lorpredict.evaluation._measure import Predicted, measure, ratio
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.survival import Floats


@measure("Brier score", level="fold", better="lower")
def brier(predicted: Predicted) -> Floats:
    """Brier score at each horizon, weighted for censoring; array of shape (n_horizons,).

    References
    ----------
    Graf E, et al. Stat Med 18:2529 (1999).
    """
    return _brier(predicted, predicted.at_horizons, predicted.horizons)


@measure("Integrated Brier score", level="fold", better="lower")
def integrated_brier(predicted: Predicted) -> float:
    """Brier score averaged over the days of the grid, by the trapezoidal rule.

    Its value depends on the grid, so the grid travels with it.
    """
    days = predicted.days
    if len(days) < 2:
        return float("nan")
    return float(np.trapezoid(_brier(predicted, predicted.risk, days), days) / np.ptp(days))


@measure("Index of prediction accuracy", level="repeat", better="higher")
def index_of_prediction_accuracy(predicted: Predicted) -> Floats:
    """1 minus the Brier score over that of Kaplan-Meier, at each horizon; above 0 is progress.

    Where models were tested in folds, Kaplan-Meier learns from the children of the other folds, as
    they did; its curve of the tested children themselves would be ahead of every model by what it
    knows of them.

    References
    ----------
    Kattan MW, Gerds TA. Diagn Progn Res 2:7 (2018).
    """
    null = _brier(predicted, _same_for_all(predicted), predicted.horizons)
    return 1 - ratio(_brier(predicted, predicted.at_horizons, predicted.horizons), null)


def _same_for_all(predicted: Predicted) -> Floats:
    """Risk by Kaplan-Meier of the other folds, or of all children where there are no folds."""
    y, fold, days = predicted.y, predicted.fold, predicted.horizons
    if fold is None or np.ptp(fold) == 0:
        return np.broadcast_to(observed_risk(y, days), predicted.at_horizons.shape)
    risk = np.empty(predicted.at_horizons.shape)
    for number in np.unique(fold):
        risk[fold == number] = observed_risk(y[fold != number], days)
    return risk


def _brier(predicted: Predicted, risk: Floats, days: Floats) -> Floats:
    with_event, free = weights_by_day(predicted.y, days, predicted.reference)
    score: Floats = ((1 - risk) ** 2 * with_event + risk**2 * free).mean(axis=0)
    return score
