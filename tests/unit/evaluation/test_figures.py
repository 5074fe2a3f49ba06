"""Pictures of an evaluation say whose they are, and no child is found in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from lorpredict import AtRisk, ModelDesign
from lorpredict.evaluation import Evaluation, ValidationPlan, evaluate, figures
from lorpredict.evaluation._drawing import steps_are_small
from lorpredict.evaluation._family_figures import _edges
from lorpredict.models import family
from lorpredict.survival import outcome_array
from lorpredict.synthetic import CAUTION


@pytest.fixture(scope="module")
def evaluation(at_risk: AtRisk, design: ModelDesign) -> Evaluation:
    small = replace(at_risk, design=replace(design, predictors=("sex",), missing_indicators=()))
    plan = ValidationPlan(repeats=1, resamples=3, draws=3)
    return evaluate(small, [family("null"), family("ridge")], plan=plan)


def words(figure: Figure) -> str:
    return "\n".join(each.get_text() for each in figure.findobj(Text))


def test_every_picture_says_that_the_children_are_synthetic(evaluation: Evaluation) -> None:
    for name, figure in evaluation.figures().items():
        assert CAUTION in words(figure), name


@pytest.mark.parametrize("name", ["calibration", "decision_curves", "instability"])
def test_a_picture_of_a_family_names_it_and_counts_from_the_first_infusion(
    name: str, evaluation: Evaluation
) -> None:
    told = words(evaluation.figures()[f"{name}_ridge"])
    assert "Ridge Cox: " in told
    assert "by day 365 since the first infusion" in told
    assert "by day 730 since the first infusion" in told
    assert "_" not in told


def test_one_horizon_can_be_drawn_alone(evaluation: Evaluation) -> None:
    told = words(figures.calibration(evaluation, "ridge", day=267.0))
    assert "day 365" in told
    assert "day 730" not in told


def test_a_plan_without_bootstrap_has_an_empty_picture_that_says_so(
    evaluation: Evaluation,
) -> None:
    told = words(figures.instability(replace(evaluation, resampled={}), "ridge"))
    assert "no bootstrap in the plan" in told


def test_a_family_that_failed_in_folds_has_empty_pictures_that_say_so(
    evaluation: Evaluation,
) -> None:
    risk = evaluation.risk["ridge"].copy()
    risk[:, 0] = np.nan
    failed = replace(evaluation, risk={**evaluation.risk, "ridge": risk})
    for draw in (figures.calibration, figures.decision_curves):
        assert "learning failed in some folds" in words(draw(failed, "ridge"))


def test_no_bar_of_the_histogram_holds_fewer_than_five_children() -> None:
    rng = np.random.default_rng(0)
    for children in (5, 9, 69, 500):
        risk = rng.beta(1, 4, children)
        counts, _ = np.histogram(risk, _edges(risk))
        assert counts.sum() == children
        assert counts.min() >= 5


def test_dots_of_the_instability_are_rounded_to_points(evaluation: Evaluation) -> None:
    axes = figures.instability(evaluation, "ridge").axes[0]
    dots = next(line for line in axes.lines if line.get_label() == "children")
    placed = np.column_stack([dots.get_xdata(), dots.get_ydata()])
    np.testing.assert_allclose(placed, placed.round(2), atol=1e-12)


def test_numbers_at_risk_are_told_from_the_first_infusion(at_risk: AtRisk) -> None:
    told = words(figures.kaplan_meier(at_risk))
    assert "at risk: 69 on day 98, 50 on day 365, 25 on day 730" in told


def test_numbers_at_risk_that_would_count_few_children_are_left_out(at_risk: AtRisk) -> None:
    y = outcome_array(at_risk.y["event"], at_risk.y["duration"])
    y["duration"][np.argsort(y["duration"])[:19]] = 280.0  # 66 are left on day 365
    y["duration"][:3] = 10.0
    assert steps_are_small(y["duration"], at_risk.design.horizons)
    assert "at risk:" not in words(figures.kaplan_meier(replace(at_risk, y=y)))
