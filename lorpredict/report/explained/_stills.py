"""The pictures that stand in the page from the beginning, until its script draws them anew."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from lorpredict.explanation import figures
from lorpredict.report._html import Html, element
from lorpredict.report._svg import inline_svg
from lorpredict.report.explained._explained import ExplainedCohort

_DOTS_AN_INCH = 130


def importance(explained: ExplainedCohort) -> Html:
    """Draw mean absolute contributions: over time, or as bars where they are the same."""
    if explained.words.changes_with_time:
        drawn = figures.importance_over_time(explained.everyone, **_marks(explained))
    else:
        drawn = figures.bar(explained.everyone, explained.last_day, **_marks(explained))
    return inline_svg(drawn, "importance", says="Mean absolute contributions; the table has them.")


def still(drawn: Figure, name: str, says: str) -> Html:
    """Return a picture of many dots as one image within, and its words as words."""
    drawn.set_dpi(_DOTS_AN_INCH)
    for axes in drawn.axes:
        for dots in axes.collections:
            dots.set_rasterized(True)
    return element("div", inline_svg(drawn, f"still-{name}", says=says), class_="still")


def beeswarm(explained: ExplainedCohort) -> Html:
    """Draw all children at the last day."""
    drawn = figures.beeswarm(explained.shown, explained.last_day, **_marks(explained))
    return still(drawn, "beeswarm", "Contributions of every predictor, a dot each child.")


def dependence(explained: ExplainedCohort, name: str) -> Html:
    """Draw the strongest predictor at the last day."""
    drawn = figures.dependence(explained.shown, name, explained.last_day, **_marks(explained))
    return still(drawn, "dependence", "Contributions beside the measured values.")


def interaction(explained: ExplainedCohort, first: str, second: str) -> Html:
    """Draw the strongest pair at the last day."""
    told = explained.interactions
    day = float(told.days[-1])
    drawn = figures.interaction(told, first, second, day, **_marks(explained))
    return still(drawn, "interaction", "Interactions of two predictors beside their values.")


def heat_map(explained: ExplainedCohort) -> Html:
    """Draw every child and every predictor at the last day."""
    drawn = figures.heat_map(explained.shown, explained.last_day, **_marks(explained))
    return still(drawn, "heat-map", "Contributions as colours, children in order of their risk.")


def child(explained: ExplainedCohort, position: int) -> Html:
    """Draw one child over time, or its waterfall where time changes nothing."""
    if explained.words.changes_with_time:
        drawn = figures.over_time(explained.shown, position, **_marks(explained))
    else:
        marks = _marks(explained)
        drawn = figures.waterfall(explained.shown, position, explained.last_day, **marks)
    return still(drawn, "child", "One child's prediction and what moves it.")


def _marks(explained: ExplainedCohort) -> dict[str, Any]:
    synthetic = explained.facts.training.synthetic
    return {"landmark_day": explained.landmark_day, "synthetic": synthetic}
