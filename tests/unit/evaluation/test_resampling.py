"""Folds, seeds and workers; what is clipped or fails is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lorpredict import AtRisk, Evaluation, ModelDesign, evaluate, family
from lorpredict.errors import TooLittleData
from lorpredict.evaluation import Predicted, ValidationPlan, measures
from lorpredict.evaluation._learning import predict_split
from lorpredict.evaluation._splits import stratified_splits
from lorpredict.evaluation._times import evaluation_grid
from lorpredict.models import Learnt, ModelFamily, TrainingRows
from lorpredict.survival import outcome_array
from tests.tables import simple_design

SIMPLE = [family("null"), family("ridge")]
TWICE = ValidationPlan(repeats=2, draws=40)


@pytest.fixture(scope="module")
def evaluation(at_risk: AtRisk) -> Evaluation:
    return evaluate(at_risk, SIMPLE, plan=TWICE, seed=5)


def sometimes(most_events: int) -> ModelFamily:
    """Kaplan-Meier that learns only where there are at most so many events."""

    def learn(rows: TrainingRows) -> Learnt:
        if rows.y["event"].sum() > most_events:
            raise TooLittleData("not today")
        return family("null").learn(rows)

    return replace(family("null"), name="sometimes", learn=learn)


# ---- folds ------------------------------------------------------------------------------------


def test_every_child_is_tested_once_in_each_repeat(at_risk: AtRisk) -> None:
    folds = stratified_splits(at_risk, repeats=3, seed=0)
    assert len(folds) == 15
    for repeat in range(3):
        tested = [row for fold in folds if fold.repeat == repeat for row in fold.test]
        assert sorted(tested) == list(range(69))


def test_no_child_teaches_and_tests_in_one_fold(at_risk: AtRisk) -> None:
    for fold in stratified_splits(at_risk, repeats=2, seed=0):
        assert set(fold.train) | set(fold.test) == set(range(69))
        assert set(fold.train) & set(fold.test) == set()


def test_events_are_spread_evenly(at_risk: AtRisk) -> None:
    folds = stratified_splits(at_risk, repeats=1, seed=0)
    # 18 events on five folds.
    assert sorted(int(at_risk.y["event"][fold.test].sum()) for fold in folds) == [3, 3, 4, 4, 4]


def test_every_fold_has_a_seed_of_its_own(at_risk: AtRisk) -> None:
    folds = stratified_splits(at_risk, repeats=4, seed=0)
    assert len({fold.seed for fold in folds}) == 20


@pytest.mark.parametrize("seed, same", [(5, True), (6, False)])
def test_the_seed_decides_how_the_folds_fall(at_risk: AtRisk, seed: int, same: bool) -> None:
    one, other = (stratified_splits(at_risk, repeats=1, seed=each) for each in (5, seed))
    assert all(np.array_equal(a.test, b.test) for a, b in zip(one, other, strict=True)) is same


def test_one_more_repeat_leaves_the_first_ones_alone(at_risk: AtRisk) -> None:
    few = stratified_splits(at_risk, repeats=1, seed=0)
    many = stratified_splits(at_risk, repeats=2, seed=0)[:5]
    assert [f.seed for f in few] == [f.seed for f in many]
    assert all(np.array_equal(a.test, b.test) for a, b in zip(few, many, strict=True))


def with_events(at_risk: AtRisk, events: int) -> AtRisk:
    first = np.flatnonzero(at_risk.y["event"])[:events]
    return replace(at_risk, y=outcome_array(np.isin(np.arange(69), first), at_risk.y["duration"]))


def test_one_event_is_too_few(at_risk: AtRisk) -> None:
    with pytest.raises(TooLittleData, match=r"1 events after the landmark; .* at least 2"):
        evaluate(with_events(at_risk, 1), SIMPLE, plan="quick")


def test_three_events_make_three_folds(at_risk: AtRisk) -> None:
    folds = stratified_splits(with_events(at_risk, 3), repeats=1, seed=0)
    assert [int(at_risk.y["event"][fold.test].sum()) > 0 for fold in folds] == [True] * 3


# ---- evaluation -------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_figures(at_risk: AtRisk, evaluation: Evaluation) -> None:
    again = evaluate(at_risk, SIMPLE, plan=TWICE, seed=5)
    assert again.values.equals(evaluation.values)
    np.testing.assert_array_equal(again.risk["ridge"], evaluation.risk["ridge"])


def test_another_seed_gives_other_figures(at_risk: AtRisk, evaluation: Evaluation) -> None:
    other = evaluate(at_risk, SIMPLE, plan=TWICE, seed=6)
    assert not other.values["value"].equals(evaluation.values["value"])


def test_two_workers_find_what_one_finds(at_risk: AtRisk) -> None:
    one, two = (evaluate(at_risk, SIMPLE, plan="quick", workers=number) for number in (1, 2))
    assert one.values.equals(two.values)
    np.testing.assert_array_equal(one.risk["ridge"], two.risk["ridge"])


def test_progress_is_told_piece_by_piece(at_risk: AtRisk) -> None:
    told: list[tuple[int, int]] = []
    plan = ValidationPlan(repeats=1, resamples=2, draws=40)
    evaluate(at_risk, SIMPLE[:1], plan=plan, progress=lambda *counts: told.append(counts))
    # Five folds, the model of all children, two resamples, two rounds of twenty draws.
    assert told == [(done, 10) for done in range(1, 11)]


def test_out_of_fold_risks_are_those_of_models_that_had_not_seen_the_child(
    at_risk: AtRisk, evaluation: Evaluation
) -> None:
    fold = stratified_splits(at_risk, repeats=2, seed=5)[7]
    model = family("ridge").build(at_risk.design, seed=fold.seed)
    model.fit(at_risk.X.iloc[fold.train], at_risk.y[fold.train])
    expected = model.predict_survival(at_risk.X.iloc[fold.test], evaluation.days).risk
    np.testing.assert_array_equal(evaluation.risk["ridge"][1, fold.test], expected)


def test_the_censoring_of_a_fold_is_estimated_from_those_who_teach(
    at_risk: AtRisk, evaluation: Evaluation
) -> None:
    fold = stratified_splits(at_risk, repeats=2, seed=5)[0]
    risk = evaluation.risk["ridge"][0, fold.test]
    seen = Predicted(
        risk, evaluation.days, evaluation.horizons, at_risk.y[fold.test], at_risk.y[fold.train]
    )
    [measure] = [each for each in measures() if each.name == "brier"]
    found = evaluation.values.query("family == 'ridge' and repeat == 0 and fold == 1")
    by_name = dict(zip(found["measure"], found["value"], strict=True))
    names = ["day_365", "day_730"]
    assert measure.named_values(seen, names).items() <= by_name.items()


def test_the_grid_ends_with_the_last_horizon(design: ModelDesign) -> None:
    grid = evaluation_grid(design, design.horizons)
    assert len(grid) == 21
    assert grid[[8, -1]].tolist() == [267.0, 632.0]


def test_figures_of_folds_and_of_pooled_folds_are_kept_apart(evaluation: Evaluation) -> None:
    values = evaluation.values
    folds = values.groupby("measure")["fold"].agg(["min", "max"]).T.to_dict("list")
    assert folds["uno_c"] == folds["brier_day_365"] == [1, 5]
    assert folds["calibration_slope_day_730"] == folds["observed_expected_day_365"] == [0, 0]


def test_metrics_are_means_with_their_interval(evaluation: Evaluation) -> None:
    rows = evaluation.values.query("family == 'ridge' and measure == 'uno_c'")["value"]
    metrics = evaluation.metrics()["ridge"]
    assert len(rows) == 10
    assert metrics["uno_c"] == pytest.approx(rows.sum() / 10)
    assert metrics["uno_c_low"] < metrics["uno_c"] < metrics["uno_c_high"]


def test_what_is_not_defined_is_no_metric(evaluation: Evaluation) -> None:
    # Kaplan-Meier gives everybody the same risk within a fold; over the pooled folds a slope
    # exists, and is no more than the accident of who was in which fold.
    assert evaluation.metrics()["null"]["uno_c"] == 0.5
    assert [name for name, value in evaluation.metrics()["null"].items() if value != value] == []


def test_the_comparison_is_a_table_with_a_column_a_family(evaluation: Evaluation) -> None:
    table = evaluation.tables()["comparison"]
    assert list(table) == ["null", "ridge"]
    assert table.loc["uno_c", "null"] == "0.500 (0.500 to 0.500)"


def test_the_paired_difference_pairs_folds(evaluation: Evaluation) -> None:
    difference = evaluation.paired_difference("ridge", "null")
    rows = evaluation.values.query("family == 'ridge' and measure == 'uno_c'")["value"]
    assert difference == pytest.approx(rows.to_numpy() - 0.5)


# ---- what is said -----------------------------------------------------------------------------


def test_a_fold_in_which_a_family_cannot_learn_is_noted_and_left_out(at_risk: AtRisk) -> None:
    # Folds that hold three of the 18 events leave 15 for training, the others 14.
    found = evaluate(at_risk, [family("null"), sometimes(14)], plan="quick")
    assert found.notes == ("sometimes: 2 folds failed: not today",)
    brier = found.values.query("measure == 'brier_day_365'")
    assert brier["family"].value_counts().to_dict() == {"null": 5, "sometimes": 3}
    assert np.isnan(found.risk["sometimes"]).any()
    # Pooled figures need every child.
    assert "calibration_slope_day_365" not in found.metrics()["sometimes"]


def test_a_curve_that_ends_before_the_grid_is_held_and_noted(at_risk: AtRisk) -> None:
    # Six of the children are observed beyond day 700, so most folds train on four or five.
    longest = np.argsort(at_risk.y["duration"])[-6:]
    duration = at_risk.y["duration"].copy()
    duration[np.setdiff1d(np.arange(69), longest)] *= 0.4
    short = replace(at_risk, y=outcome_array(at_risk.y["event"], duration))
    found = evaluate(short, [family("null")], plan="quick")
    note = found.notes[0]
    assert "fits to folds had fewer than five children at risk before the last horizon" in note
    assert np.isfinite(found.risk["null"]).all()


def test_the_clipped_day_is_kept_with_the_fold(at_risk: AtRisk) -> None:
    days = np.array([267.0, 1300.0])
    folds = stratified_splits(at_risk, repeats=1, seed=0)
    done = [predict_split(at_risk, family("null"), fold, days) for fold in folds]
    clipped = [result for result in done if result.clipped_at is not None]
    assert clipped
    for result in clipped:
        last = np.sort(at_risk.y["duration"][result.split.train])[-5]
        assert result.clipped_at is not None
        assert last - 31 < result.clipped_at <= last


def test_a_horizon_beyond_follow_up_is_left_out_and_noted(at_risk: AtRisk) -> None:
    far = replace(
        at_risk, design=simple_design(horizons_days_since_first_infusion=[365, 730, 1500])
    )
    found = evaluate(far, [family("null")], plan="quick")
    assert found.horizons.tolist() == [267.0, 632.0]
    assert found.notes[0] == (
        "day 1402 since the landmark lies beyond follow-up (day 1344.1) and is not judged"
    )


def test_no_horizon_within_follow_up_is_refused(at_risk: AtRisk) -> None:
    far = replace(at_risk, design=simple_design(horizons_days_since_first_infusion=[2000]))
    with pytest.raises(TooLittleData, match="no horizon lies within follow-up: at day 1344"):
        evaluate(far, [family("null")], plan="quick")
