"""The pictures that a training logs; no child is identified in any of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from lorpredict.clinical import Catalogue, Kind, Predictor, contradictions
from lorpredict.development import Development
from lorpredict.evaluation import figures as judged
from lorpredict.explanation import Contributions, figures
from lorpredict.outcome import AtRisk
from lorpredict.report.explained import FEWEST, ExplainedCohort

_MADE_UP = "A made-up typical child's"
_DEPENDENCES = 6
_INTERACTIONS = 3


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
    yield "shap_beeswarm", figures.beeswarm(children, last, **marks)
    yield "shap_bar", figures.bar(children, last, **marks)
    record = typical_record(development.at_risk, model.encoding.predictors)
    days = development.evaluation.days + design.landmark_day
    typical = model.explain([record], days_since_first_infusion=days)
    yield from _typical_figures(typical, last, marks)


def cohort_figures(explained: ExplainedCohort) -> Iterator[tuple[str, Figure]]:
    """Draw what moves a model's predictions for the children of a cohort, by the last day."""
    facts, day = explained.facts, explained.last_day
    marks: Any = {
        "landmark_day": explained.landmark_day,
        "synthetic": facts.training.synthetic,
    }
    everyone, shown = explained.everyone, explained.shown
    yield "shap_bar", figures.bar(everyone, day, **marks)
    yield "shap_beeswarm", figures.beeswarm(shown, day, **marks)
    yield "shap_heat_map", figures.heat_map(shown, day, **marks)
    if explained.words.changes_with_time:
        yield "shap_importance_over_time", figures.importance_over_time(everyone, **marks)
    for name in explained.strongest[:_DEPENDENCES]:
        yield f"shap_dependence_{name}", figures.dependence(shown, name, day, **marks)
    for first, second in explained.pairs(_INTERACTIONS):
        drawn = figures.interaction(explained.interactions, first, second, day, **marks)
        yield f"shap_interaction_{first}_with_{second}", drawn
    table = pd.DataFrame(everyone.data, columns=list(everyone.predictors))
    record = _typical(table, everyone.catalogue, everyone.predictors)
    days = everyone.days + explained.landmark_day
    typical = explained.model.explain([record], days_since_first_infusion=days)
    yield from _typical_figures(typical, day, marks)


def _typical_figures(
    typical: Contributions, day: float, marks: Any
) -> Iterator[tuple[str, Figure]]:
    drawn = figures.waterfall(typical, 0, day, whose=_MADE_UP, **marks)
    yield "shap_waterfall_typical_child", drawn
    if typical.scale == "risk":  # a log-hazard does not change with time
        yield "shap_over_time_typical_child", figures.over_time(typical, 0, whose=_MADE_UP, **marks)


def typical_record(at_risk: AtRisk, predictors: Sequence[str]) -> dict[str, object]:
    """A child who does not exist: the median of every number, the commonest level of the rest.

    Medians of single columns need not agree with one another, as those of age, age at onset and
    duration; what contradicts the rest is left out, and so is what few children told of.
    """
    return _typical(at_risk.X, at_risk.design.catalogue, predictors)


def _typical(table: pd.DataFrame, known: Catalogue, predictors: Sequence[str]) -> dict[str, object]:
    measured = {known[name]: table[name].dropna() for name in predictors}
    record = {
        column.key: _median(column, values) if column.kind is Kind.NUMBER else values.mode().iloc[0]
        for column, values in measured.items()
        if len(values) >= FEWEST
    }
    disagreeing = {fault.column for fault in contradictions(record)}
    return {name: value for name, value in record.items() if name not in disagreeing}


def _median(column: Predictor, values: pd.Series) -> float:
    median = float(values.median())
    return round(median / column.step) * column.step if column.step else median
