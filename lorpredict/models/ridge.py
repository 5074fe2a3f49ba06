"""Ridge-penalised Cox regression: the first champion wherever there are few events."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import StratifiedKFold
from sksurv.linear_model import CoxPHSurvivalAnalysis

from lorpredict.errors import TooLittleData
from lorpredict.models._baseline import breslow_baseline
from lorpredict.models._curves import LinearHazard
from lorpredict.models._family import Learnt, ModelFamily, TrainingRows
from lorpredict.survival import Floats, Outcome

PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
_FOLDS = 5


def learn(rows: TrainingRows) -> Learnt:
    """Choose the penalty by cross-validated partial likelihood, then fit on all rows.

    References
    ----------
    Verweij PJM, van Houwelingen HC. Stat Med 12:2305 (1993), for the criterion;
    Stat Med 13:2427 (1994), for the penalty.
    """
    penalty = chosen_penalty(rows.features, rows.y, seed=rows.seed)
    fitted = _fit(rows.features, rows.y, penalty)
    means = rows.features.mean(axis=0)
    baseline = breslow_baseline((rows.features - means) @ fitted.coef_, rows.y, rows.grid)
    return Learnt(LinearHazard(fitted.coef_, means, baseline), fitted)


def chosen_penalty(features: Floats, y: Outcome, *, seed: int) -> float:
    """Return the penalty with the largest cross-validated partial log-likelihood."""
    events = int(y["event"].sum())
    if events < 2:
        raise TooLittleData(f"{events} event; ridge Cox needs at least 2 to choose its penalty")
    folds = StratifiedKFold(min(_FOLDS, events), shuffle=True, random_state=seed)
    totals = np.zeros(len(PENALTIES))
    for train, _ in folds.split(features, y["event"]):
        for i, penalty in enumerate(PENALTIES):
            coefficients = _fit(features[train], y[train], penalty).coef_
            everyone = partial_log_likelihood(features @ coefficients, y)
            totals[i] += everyone - partial_log_likelihood(features[train] @ coefficients, y[train])
    return PENALTIES[int(np.argmax(totals))]


def partial_log_likelihood(log_hazard: Floats, y: Outcome) -> float:
    """Cox's partial log-likelihood with Breslow's treatment of ties."""
    order = np.argsort(-y["duration"], kind="stable")
    days, event, score = y["duration"][order], y["event"][order], log_hazard[order]
    last_of_tie = np.searchsorted(-days, -days, side="right") - 1
    log_at_risk = np.logaddexp.accumulate(score)[last_of_tie]
    return float(np.sum((score - log_at_risk)[event]))


def _fit(features: Floats, y: Outcome, penalty: float) -> CoxPHSurvivalAnalysis:
    return CoxPHSurvivalAnalysis(alpha=penalty).fit(features, y)


FAMILY = ModelFamily(
    name="ridge", label="Ridge Cox", kind="linear", style="standardised", learn=learn
)
