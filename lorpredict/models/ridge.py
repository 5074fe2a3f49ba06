"""Ridge-penalised Cox regression: the first champion wherever there are few events."""

from __future__ import annotations

from lorpredict.models._cox import (
    chosen_penalty,
    linear_hazard,
    ridge_coefficients,
    ridge_fit,
)
from lorpredict.models._family import Learnt, ModelFamily, TrainingRows
from lorpredict.models._search_space import Between

PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)


def learn(rows: TrainingRows) -> Learnt:
    """Choose the penalty by cross-validated partial likelihood, then fit on all rows.

    References
    ----------
    Verweij PJM, van Houwelingen HC. Stat Med 13:2427 (1994).
    """
    penalty = rows.settings["penalty"] or chosen_penalty(
        rows.features, rows.y, PENALTIES, ridge_coefficients, seed=rows.seed
    )
    fitted = ridge_fit(rows.features, rows.y, penalty)
    return Learnt(linear_hazard(fitted.coef_, rows), fitted)


FAMILY = ModelFamily(
    name="ridge",
    label="Ridge Cox",
    kind="linear",
    style="standardised",
    explained_on="log_hazard",
    learn=learn,
    settings={"penalty": None},  # None: chosen among PENALTIES inside the training rows
    search_space={"penalty": Between(PENALTIES[0], PENALTIES[-1], log=True)},
    interval="linear",
)
