"""Penalised Cox regression on standardised features: what the linear families share."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sksurv.linear_model import CoxnetSurvivalAnalysis, CoxPHSurvivalAnalysis

from lorpredict.errors import TooLittleData
from lorpredict.models._baseline import breslow_baseline
from lorpredict.models._curves import LinearHazard
from lorpredict.models._family import Learnt, TrainingRows
from lorpredict.models._folds import folds_of_children
from lorpredict.survival import Floats, Outcome

_FOLDS = 5
_DOUBLINGS = 8
_NEXT_TO_NO_LASSO, _EXACT = 1e-6, 1e-9
# A penalty of one weighs as much as one event: each brings about one unit of information on a
# standardised feature. With 18 events the one feature loses about a twentieth of its coefficient;
# where every event of a fold falls into one group, and no coefficient would be large enough for
# an unpenalised fit, it stays finite.
LIGHT_SETTINGS: Mapping[str, Any] = {"penalty": 1.0}
# Coefficients for each penalty, array of shape (n_penalties, n_features).
Fit = Callable[[Floats, Outcome, Sequence[float]], Floats]


def linear_hazard(coefficients: Floats, rows: TrainingRows) -> LinearHazard:
    """Put a Breslow baseline below given coefficients; the average child is the base."""
    means = rows.features.mean(axis=0)
    baseline = breslow_baseline((rows.features - means) @ coefficients, rows.y, rows.grid)
    return LinearHazard(coefficients, means, baseline)


def lightly_penalised(rows: TrainingRows) -> Learnt:
    """Fit a Cox model on a feature or two, with a penalty only against separation."""
    fitted = ridge_fit(rows.features, rows.y, rows.settings["penalty"])
    return Learnt(linear_hazard(fitted.coef_, rows), fitted)


def ridge_fit(features: Floats, y: Outcome, penalty: float) -> CoxPHSurvivalAnalysis:
    """Fit a Cox model whose squared coefficients cost half the penalty each.

    The library's Newton steps can walk in circles where one child alone has a rare value and the
    event. The penalty is then doubled until they arrive.

    Raises
    ------
    TooLittleData
        If they arrive for no penalty, since the events tell nothing about any order.
    """
    for doubled in range(_DOUBLINGS):
        with warnings.catch_warnings(), np.errstate(invalid="ignore"):
            warnings.simplefilter("error", ConvergenceWarning)
            try:
                return CoxPHSurvivalAnalysis(alpha=penalty * 2**doubled).fit(features, y)
            except ConvergenceWarning:
                continue
    raise TooLittleData(
        f"{int(y['event'].sum())} events among {len(y)} children tell nothing about the order in "
        "which children lose response; no Cox model can be fitted to them"
    )


def ridge_coefficients(features: Floats, y: Outcome, penalties: Sequence[float]) -> Floats:
    """Coefficients of :func:`ridge_fit` for each penalty, to within a hundredth.

    The library's elastic net walks down all penalties in one go, which is ten times faster; its
    share of lasso, which it cannot do without, is too small to show.
    """
    falling = sorted(penalties, reverse=True)
    path = CoxnetSurvivalAnalysis(
        l1_ratio=_NEXT_TO_NO_LASSO, alphas=[each / len(y) for each in falling], tol=_EXACT
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            along = path.fit(features, y).coef_.T
    except (ArithmeticError, ConvergenceWarning):
        return np.array([ridge_fit(features, y, penalty).coef_ for penalty in penalties])
    # It stops early where smaller penalties change next to nothing.
    reached = [min(falling.index(each), len(along) - 1) for each in penalties]
    chosen: Floats = along[reached]
    return chosen


def chosen_penalty(
    features: Floats, y: Outcome, penalties: Sequence[float], fit: Fit, *, seed: int
) -> float:
    """Return the penalty with the largest cross-validated partial log-likelihood.

    All copies of a child, of whom a bootstrap may hold several, are in one fold.

    References
    ----------
    Verweij PJM, van Houwelingen HC. Stat Med 12:2305 (1993).
    """
    totals = np.zeros(len(penalties))
    for train, _ in folds_of_children(features, y, folds=_FOLDS, seed=seed):
        for i, coefficients in enumerate(fit(features[train], y[train], penalties)):
            everyone = partial_log_likelihood(features @ coefficients, y)
            totals[i] += everyone - partial_log_likelihood(features[train] @ coefficients, y[train])
    return penalties[int(np.argmax(totals))]


def partial_log_likelihood(log_hazard: Floats, y: Outcome) -> float:
    """Cox's partial log-likelihood with Breslow's treatment of ties."""
    order = np.argsort(-y["duration"], kind="stable")
    days, event, score = y["duration"][order], y["event"][order], log_hazard[order]
    last_of_tie = np.searchsorted(-days, -days, side="right") - 1
    log_at_risk = np.logaddexp.accumulate(score)[last_of_tie]
    return float(np.sum((score - log_at_risk)[event]))
