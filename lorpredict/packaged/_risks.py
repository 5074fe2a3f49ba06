"""The risks that are told for a question, each with its interval."""

from __future__ import annotations

import numpy as np

from lorpredict.packaged._question import Question
from lorpredict.survival import CurveModel, Floats, RiskInterval, RiskPrediction
from lorpredict.uncertainty import Uncertainty, interval_method, log_hazard


def risks_of(
    question: Question, curves: CurveModel, uncertainty: Uncertainty | None, *, forecasts: bool
) -> RiskPrediction:
    """Tell the risks; the mean over its levels where a trough was forecast.

    Parameters
    ----------
    forecasts : whether the model knows what a trough may have been that was not measured
    """
    risk, left_open = np.zeros((2, *question.own_days.shape))
    for days, rows in question.by_days():
        asked = question.rows_of(rows)
        each = 1.0 - curves.survival(asked.features, days)
        risk[rows] = asked.averaged(each)
        if not asked.is_plain:
            left_open[rows] = asked.spread(log_hazard(each))
    return RiskPrediction(
        days_since_first_infusion=question.asked,
        days_since_landmark=question.own_days,
        risk=risk,
        missing=question.missing,
        warnings=question.warnings,
        interval=None
        if uncertainty is None
        else _interval(question, uncertainty, risk, left_open, forecasts=forecasts),
    )


def _interval(
    question: Question,
    uncertainty: Uncertainty,
    risk: Floats,
    left_open: Floats,
    *,
    forecasts: bool,
) -> RiskInterval:
    features, known = question.features, question.trough_known | forecasts
    low, high = np.empty(risk.shape), np.empty(risk.shape)
    for days, rows in question.by_days():
        found = uncertainty.interval(
            features[rows],
            risk[rows],
            days,
            known[rows],
            left_open=None if question.rows.is_plain else left_open[rows],
        )
        low[rows], high[rows] = found.low, found.high
    return RiskInterval(low, high, interval_method(uncertainty, forecasts=forecasts))
