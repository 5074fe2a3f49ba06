"""Families side by side: the same folds, one table, one figure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lorpredict import Cohort, ModelDesign
from lorpredict.comparison import Comparison, compare
from lorpredict.errors import DesignError
from lorpredict.evaluation import ValidationPlan

TROUGH = "trough_week14_ug_ml"


@pytest.fixture(scope="module")
def without_trough(design: ModelDesign) -> ModelDesign:
    kept = tuple(name for name in design.predictors if name != TROUGH)
    return replace(design, name="no-trough", predictors=kept, missing_indicators=())


@pytest.fixture(scope="module")
def compared(cohort: Cohort, design: ModelDesign, without_trough: ModelDesign) -> Comparison:
    plan = ValidationPlan(repeats=2, draws=20)
    families = ["null", "ridge", "boosting", "trough"]
    return compare(cohort, [design, without_trough], family_names=families, plan=plan)


def test_what_a_design_does_without_is_not_judged_under_it(compared: Comparison) -> None:
    with_trough, without = compared.evaluations.values()
    why = "left out, since the design no-trough does without trough_week14_ug_ml"

    assert "trough" in with_trough.risk
    assert "trough" not in without.risk
    assert compared.notes["no-trough"][0] == f"Trough at week 14, alone: {why}"
    assert not any("left out, since" in note for note in compared.notes["week14"])


def test_a_design_that_leaves_nothing_to_judge_is_refused(
    cohort: Cohort, without_trough: ModelDesign
) -> None:
    with pytest.raises(DesignError, match="does without trough_week14_ug_ml"):
        compare(cohort, [without_trough], family_names=["trough"], plan="quick")


def test_every_family_stands_under_every_design_that_has_its_predictors(
    compared: Comparison,
) -> None:
    table = compared.table()
    assert len(table) == 7
    assert list(table["design"].unique()) == ["week14", "no-trough"]
    assert list(table["family"])[:3] == ["Kaplan-Meier", "Ridge Cox", "XGBoost Cox"]


def test_figures_are_told_in_words_with_their_intervals(compared: Comparison) -> None:
    table = compared.table()
    assert not any("uno_c" in str(column) for column in table)
    assert table["Uno's C"].str.match(r"0\.\d{3} \(0\.\d{3} to [01]\.\d{3}\)").all()
    ridge = table[table["family"] == "Ridge Cox"]
    assert (ridge["gain over ridge"] == "").all()


def test_both_designs_fall_into_the_same_folds(compared: Comparison) -> None:
    one, other = compared.evaluations.values()
    # Kaplan-Meier knows no predictor, so it tells the folds apart and nothing else.
    assert (one.risk["null"] == other.risk["null"]).all()
    assert (one.risk["ridge"] != other.risk["ridge"]).any()


def test_the_figure_has_a_panel_a_design_and_says_that_it_is_synthetic(
    compared: Comparison,
) -> None:
    figure = compared.figure()
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["design week14", "design no-trough"]
    told = [[text.get_text() for text in axes.texts].count("left out") for axes in figure.axes]
    assert told == [0, 1]
    assert "synthetic" in figure.get_suptitle()


def test_two_designs_of_one_name_are_refused(cohort: Cohort, design: ModelDesign) -> None:
    for designs in ([], [design, design]):
        with pytest.raises(DesignError, match="expected one or more, all named"):
            compare(cohort, designs, plan="quick")
