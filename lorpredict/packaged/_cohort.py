"""A whole cohort and a packaged model: who is at risk, what it sees of them, what became of them.

Everything else of this room answers single records and stays light; this needs pandas.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from lorpredict.cohort import Cohort
from lorpredict.cohort._cohort import column_type
from lorpredict.design import TROUGH, ModelDesign
from lorpredict.evaluation import Evaluation
from lorpredict.evaluation.incidence import kaplan_meier
from lorpredict.features._pipeline import coded_table
from lorpredict.outcome import AtRisk, landmark
from lorpredict.packaged._course import CohortCourse, CoursePoint, RiskQuartiles
from lorpredict.packaged._model import PackagedModel
from lorpredict.survival import Floats, last_day_at_risk

_QUARTER_OF_A_YEAR = 365.25 / 4
# House limits. With fewer children a quarter of them would be a handful; a model that tells them
# three different risks has no four quarters.
_FEWEST_FOR_QUARTILES = 20
_FEWEST_RISKS = 4


def at_risk_for(model: PackagedModel, cohort: Cohort) -> AtRisk:
    """Take the children who are at risk by the model's own design.

    Only what the model looks at has to be there: one of four predictors does not ask for the
    fourteen others of its design, and Kaplan-Meier, which looks at none, asks for none.

    Raises
    ------
    DesignError
        Naming every predictor that the cohort lacks.
    TooLittleData
        If nobody is at risk.
    """
    design = model.facts.design
    asked = model.encoding.predictors
    if not asked:  # a design names at least one; an empty column that nobody looks at will do
        asked, cohort = ("sex",), _with_column(cohort, "sex")
    indicated = tuple(name for name in design.missing_indicators if name in asked)
    forecast = design.trough_forecast if TROUGH in asked else ""
    narrowed = replace(
        design, predictors=asked, missing_indicators=indicated, trough_forecast=forecast
    )
    return replace(landmark(cohort, narrowed), design=design)


def features_of(model: PackagedModel, at_risk: AtRisk) -> Floats:
    """Encode the children for ``model.curves``, array of shape (n_children, n_features).

    A trough that is forecast is at its expected level.
    """
    return model.encoding.encode(_coded(model, at_risk))


def survival_of(model: PackagedModel, at_risk: AtRisk, days: Floats) -> Floats:
    """Survival of the children at days since the landmark, (n_children, n_days), as it is told."""
    rows = model.encoding.spread_out(_coded(model, at_risk))
    return rows.averaged(model.curves.survival(rows.features, days))


def _coded(model: PackagedModel, at_risk: AtRisk) -> Floats:
    columns = model.facts.design.catalogue.columns(model.encoding.predictors)
    return coded_table(at_risk.X, columns)


def course_of(cohort: str, at_risk: AtRisk) -> CohortCourse:
    """Tell what became of the children at risk, on a grid of days that is no child's.

    Parameters
    ----------
    cohort : its name

    Raises
    ------
    TooLittleData
        If there are fewer than five children.
    """
    plan, duration = at_risk.design.landmark_day, at_risk.y["duration"]
    days = _days_told(at_risk.design, last_day_at_risk(at_risk.y))
    risks = kaplan_meier(at_risk.y).at(days - plan)
    points = (
        CoursePoint(
            float(day),
            int((duration >= day - plan).sum()),
            float(risk),
            *(None if np.isnan(end) else float(end) for end in ends),
        )
        for day, risk, *ends in zip(days, risks.risk, risks.low, risks.high, strict=True)
    )
    return CohortCourse(cohort, tuple(points))


def quartiles_of(evaluation: Evaluation, family: str, told: Floats) -> tuple[RiskQuartiles, ...]:
    """Take the quartiles of a family's out-of-fold risks, each child's averaged over the repeats.

    Parameters
    ----------
    told : array of shape (n_children, n_horizons)
        What the family's model of all children tells them: how many different risks it knows.

    Returns
    -------
    tuple of RiskQuartiles
        One a horizon; none for fewer than 20 children, fewer than four different risks, or where
        a fold could not be learnt in every repeat.
    """
    whole = [risk for risk in evaluation.risk[family] if not np.isnan(risk).any()]
    different = min(len(np.unique(risks.round(6))) for risks in told.T)
    if not whole or len(told) < _FEWEST_FOR_QUARTILES or different < _FEWEST_RISKS:
        return ()
    horizons = evaluation.horizons
    risk = np.mean(whole, axis=0)[:, np.searchsorted(evaluation.days, horizons)]
    low, middle, high = np.quantile(risk, [0.25, 0.5, 0.75], axis=0).round(3).tolist()
    days = (horizons + evaluation.at_risk.design.landmark_day).tolist()
    quartiles = zip(low, middle, high, strict=True)
    return tuple(map(RiskQuartiles, days, quartiles))


def _days_told(design: ModelDesign, follow_up: float) -> Floats:
    """Landmark, quarters of a year and horizons, in days since the first infusion."""
    plan = design.landmark_day
    count = int((plan + follow_up) / _QUARTER_OF_A_YEAR)
    quarters = np.round(np.arange(1, count + 1) * _QUARTER_OF_A_YEAR)
    days = np.unique([plan, *quarters, *(design.horizons + plan)])
    within: Floats = days[(days >= plan) & (days - plan <= follow_up)]
    return within


def _with_column(cohort: Cohort, key: str) -> Cohort:
    if key in cohort.table:
        return cohort
    empty = pd.Series([None] * len(cohort), index=cohort.table.index, dtype="object")
    column = empty.astype(column_type(cohort.catalogue[key]))
    return replace(cohort, table=cohort.table.assign(**{key: column}))
