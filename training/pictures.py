"""The pictures that a training logs; no child is identified in any of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from lorpredict.clinical import Kind, Predictor, contradictions
from lorpredict.development import Development
from lorpredict.evaluation import figures as judged
from lorpredict.explanation import figures as explained
from lorpredict.outcome import AtRisk


def overview_figures(development: Development) -> Iterator[tuple[str, Figure]]:
    """Draw the cohort and the comparison of all families."""
    yield "kaplan_meier", judged.kaplan_meier(development.at_risk)
    yield "comparison", judged.comparison(development.evaluation)
    yield "optimism", judged.optimism(development.evaluation)


def explanation_figures(development: Development, family: str) -> Iterator[tuple[str, Figure]]:
    """Draw one family: how far to trust its risks, and what moves them."""
    model = development.packaged(family)
    yield "calibration", judged.calibration(development.evaluation, family)
    yield "decision_curves", judged.decision_curves(development.evaluation, family)
    if family in development.evaluation.instability:
        yield "instability", judged.instability(development.evaluation, family)
    if not model.encoding.predictors:
        return
    design, synthetic = model.facts.design, development.at_risk.synthetic
    marks: Any = {"landmark_day": design.landmark_day, "synthetic": synthetic}
    last = model.facts.horizons[-1]
    children = model.explain(development.at_risk.X)
    yield "shap_beeswarm", explained.beeswarm(children, last, **marks)
    yield "shap_bar", explained.bar(children, last, **marks)
    record = typical_record(development.at_risk, model.encoding.predictors)
    days = development.evaluation.days + design.landmark_day
    typical = model.explain([record], days_since_first_infusion=days)
    yield "shap_waterfall_typical_child", explained.waterfall(typical, 0, last, **marks)
    if children.scale == "risk":  # a log-hazard does not change with time
        yield "shap_over_time_typical_child", explained.over_time(typical, 0, **marks)


def typical_record(at_risk: AtRisk, predictors: Sequence[str]) -> dict[str, object]:
    """A child who does not exist: the median of every number, the commonest level of the rest.

    Medians of single columns need not agree with one another, as those of age, age at onset and
    duration; what contradicts the rest is left out.
    """
    known = at_risk.design.catalogue
    measured = {known[name]: at_risk.X[name].dropna() for name in predictors}
    record = {
        column.key: _median(column, values) if column.kind is Kind.NUMBER else values.mode().iloc[0]
        for column, values in measured.items()
        if len(values)
    }
    disagreeing = {fault.column for fault in contradictions(record)}
    return {name: value for name, value in record.items() if name not in disagreeing}


def _median(column: Predictor, values: pd.Series) -> float:
    median = float(values.median())
    return round(median / column.step) * column.step if column.step else median
