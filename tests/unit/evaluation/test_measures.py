"""Figures of merit: against hand counts, against scikit-survival, against a known truth."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from sksurv.metrics import brier_score, concordance_index_censored, integrated_brier_score

from lorpredict import AtRisk
from lorpredict.evaluation import Measure, Predicted, measures
from lorpredict.evaluation._censoring import uncensored_probability, weights_by_day
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.models._forests import round_up
from lorpredict.survival import Floats, Outcome, outcome_array

HORIZONS = np.array([365.0, 730.0])
GRID = np.linspace(73.0, 730.0, 10)


@dataclass(frozen=True)
class Truth:
    """Children whose hazard is constant and known: ``rate`` a day, exponential in one number."""

    rate: Floats
    y: Outcome

    def predicted(self, exponent: float = 1.0, factor: float = 1.0) -> Predicted:
        """The true risks, or those of hazards that are raised to a power and multiplied."""
        spread = self.rate / np.exp(np.log(self.rate).mean())
        rate = factor * self.rate / spread * spread**exponent
        risk = 1 - np.exp(-rate[:, None] * GRID)
        return Predicted(risk, GRID, HORIZONS, self.y, self.y)


@pytest.fixture(scope="module")
def truth() -> Truth:
    """8000 children: about half lose response within two years, a third is censored before."""
    rng = np.random.default_rng(2025)
    rate = np.exp(rng.normal(size=8000)) / 1200
    lost = rng.exponential(1 / rate)
    seen = np.minimum(rng.exponential(1800, size=8000), 1100)
    return Truth(rate, outcome_array(lost <= seen, np.minimum(lost, seen)))


FIVE = outcome_array([True, False, True, True, False], [10, 20, 30, 40, 50])


def compute(name: str, predicted: Predicted) -> Floats:
    [found] = [each for each in measures() if each.name == name]
    return np.asarray(found.compute(predicted), dtype=float)


def predicted(risk: Floats, days: list[float], y: Outcome = FIVE) -> Predicted:
    return Predicted(risk, np.array(days), np.array(days), y, y)


def test_every_measure_is_found_by_being_there() -> None:
    expected = {
        "auc", "brier", "calibration_slope", "e50", "e90", "ici", "index_of_prediction_accuracy",
        "integrated_brier", "mean_net_benefit", "observed_expected", "uno_c",
    }  # fmt: skip
    assert expected <= {each.name for each in measures()}


def test_a_measure_with_one_number_a_horizon_is_named_by_horizon() -> None:
    measure = Measure("m", "M", "fold", "lower", lambda given: given.horizons / 100)
    found = measure.named_values(predicted(np.zeros((5, 2)), [100, 200]), ["day_100", "day_200"])
    assert found == {"m_day_100": 1.0, "m_day_200": 2.0}


# ---- censoring --------------------------------------------------------------------------------


def test_the_chance_of_not_being_censored_yet_falls_where_somebody_is() -> None:
    # On day 20 one of four at risk is censored; the last one, on day 50, would make it zero.
    days = [0, 10, 19.9, 20, 40, 50, 100]
    assert uncensored_probability(FIVE)(days) == pytest.approx([1, 1, 1, 0.75, 0.75, 0.75, 0.75])


def test_children_who_were_censored_before_a_day_weigh_nothing_there() -> None:
    with_event, free = weights_by_day(FIVE, np.array([35.0]), FIVE)
    # Day 10: before any censoring. Day 30: three in four were not censored. Beyond: likewise.
    assert with_event[:, 0] == pytest.approx([1, 0, 4 / 3, 0, 0])
    assert free[:, 0] == pytest.approx([0, 0, 0, 4 / 3, 4 / 3])


def test_a_child_whose_event_falls_on_the_day_of_a_censoring_was_not_yet_in_danger_of_it() -> None:
    y = outcome_array([True, True, False, True], [10, 20, 20, 30])
    with_event, _ = weights_by_day(y, np.array([30.0]), y)
    # The chance of not being censored falls to a half after day 20, so only day 30 counts double.
    assert with_event[:, 0] == pytest.approx([1, 1, 0, 2])


def test_the_weights_of_a_day_sum_to_the_number_of_children(truth: Truth) -> None:
    # Each child stands for itself and for its share of those who were censored before.
    with_event, free = weights_by_day(truth.y, HORIZONS, truth.y)
    assert (with_event + free).sum(axis=0) == pytest.approx([8000, 8000])


# ---- accuracy ---------------------------------------------------------------------------------


def test_the_brier_score_of_five_children_is_counted_by_hand() -> None:
    risk = np.array([[0.9], [0.5], [0.2], [0.4], [0.1]])
    # (0.1² + 4/3 · 0.8² + 4/3 · 0.4² + 4/3 · 0.1²) / 5, the censored child aside.
    expected = (0.01 + 4 / 3 * (0.64 + 0.16 + 0.01)) / 5
    assert compute("brier", predicted(risk, [35.0])) == pytest.approx([expected])


def test_the_brier_score_is_scikit_survivals(truth: Truth) -> None:
    ours = truth.predicted(exponent=1.5)
    _, theirs = brier_score(truth.y, truth.y, 1 - ours.at_horizons, HORIZONS)
    # No event and censoring fall on one day here, so both define the weights alike.
    assert compute("brier", ours) == pytest.approx(theirs, rel=1e-12)


def test_the_integrated_brier_score_is_scikit_survivals(truth: Truth) -> None:
    ours = truth.predicted(exponent=1.5)
    theirs = integrated_brier_score(truth.y, truth.y, 1 - ours.risk, GRID)
    assert compute("integrated_brier", ours) == pytest.approx(theirs, rel=1e-12)


def test_perfect_foresight_scores_zero_and_a_coin_a_quarter() -> None:
    y = outcome_array([True] * 4, [10, 20, 30, 40])
    known = np.array([[1.0], [1.0], [0.0], [0.0]])
    assert compute("brier", predicted(known, [25.0], y)) == pytest.approx([0.0])
    assert compute("brier", predicted(np.full((4, 1), 0.5), [25.0], y)) == pytest.approx([0.25])


def test_kaplan_meier_itself_has_no_prediction_accuracy(truth: Truth) -> None:
    same = np.broadcast_to(observed_risk(truth.y, GRID), (8000, len(GRID)))
    found = compute(
        "index_of_prediction_accuracy", Predicted(same, GRID, HORIZONS, truth.y, truth.y)
    )
    assert found == pytest.approx([0.0, 0.0], abs=1e-12)


def test_kaplan_meier_of_the_other_folds_has_none_either(truth: Truth) -> None:
    fold = np.arange(8000) % 5
    of_others = [observed_risk(truth.y[fold != number], GRID) for number in range(5)]
    risk = np.array(of_others)[fold]
    folds = Predicted(risk, GRID, HORIZONS, truth.y, truth.y, fold)
    assert compute("index_of_prediction_accuracy", folds) == pytest.approx([0.0, 0.0], abs=1e-12)
    assert (compute("index_of_prediction_accuracy", replace(folds, fold=None)) < 0).all()


def test_the_truth_has_more_prediction_accuracy_than_its_distortion(truth: Truth) -> None:
    true = compute("index_of_prediction_accuracy", truth.predicted())
    wild = compute("index_of_prediction_accuracy", truth.predicted(exponent=3.0))
    assert (true > 0.1).all()
    assert (wild < true - 0.05).all()


# ---- discrimination ---------------------------------------------------------------------------


def test_unos_c_counts_pairs_by_hand() -> None:
    y = outcome_array([True, True, True, False], [10, 20, 30, 40])
    risk = np.array([[0.9], [0.3], [0.5], [0.4]])
    # Of 5 pairs whose earlier event lies before day 25 the coins are: 0.9 beats all three,
    # 0.3 loses against 0.5 and 0.4. The pair of days 30 and 40 comes too late.
    assert compute("uno_c", predicted(risk, [25.0], y)) == pytest.approx(3 / 5)


def test_without_censoring_unos_c_is_harrells() -> None:
    rng = np.random.default_rng(3)
    score, days = rng.random(200), rng.exponential(size=200)
    y = outcome_array(np.ones(200, dtype=bool), days)
    theirs = concordance_index_censored(y["event"], y["duration"], score)[0]
    beyond = float(days.max() + 1)
    assert compute("uno_c", predicted(score[:, None], [beyond], y)) == pytest.approx(theirs)


def test_the_order_alone_counts_for_discrimination(truth: Truth) -> None:
    straight, bent = truth.predicted(), truth.predicted(exponent=0.1, factor=3.0)
    # Risks that differ by less than 1e-8 count as ties, so a handful of pairs may change sides.
    assert compute("uno_c", straight) == pytest.approx(compute("uno_c", bent), abs=1e-6)
    # Two children with log-hazards d apart: the one with more fails first with 1 / (1 + exp(-d)),
    # 0.72 on average for a spread of one.
    assert compute("uno_c", straight) == pytest.approx(0.72, abs=0.02)


def test_a_fold_without_a_comparable_pair_has_no_concordance() -> None:
    y = outcome_array([False, False, True], [10, 20, 30])
    assert np.isnan(compute("uno_c", predicted(np.zeros((3, 1)), [25.0], y)))


# ---- calibration ------------------------------------------------------------------------------

# About 2200 events by day 365 and 3200 by day 730 with a log-hazard of spread 1: the standard
# error of a slope is about 1 / sqrt(events), below 0.022, and that of observed over expected
# about sqrt((1 - p) / (n p)), below 0.02. Tolerances are four of them.
SLOPE, RATIO = 0.088, 0.08


def test_the_truth_is_calibrated(truth: Truth) -> None:
    assert compute("calibration_slope", truth.predicted()) == pytest.approx([1, 1], abs=SLOPE)
    assert compute("observed_expected", truth.predicted()) == pytest.approx([1, 1], abs=RATIO)


@pytest.mark.parametrize("exponent", [0.5, 2.0], ids=["too timid", "too extreme"])
def test_the_slope_undoes_a_wrong_spread(truth: Truth, exponent: float) -> None:
    found = compute("calibration_slope", truth.predicted(exponent=exponent))
    assert found * exponent == pytest.approx([1, 1], abs=SLOPE)


def test_the_slope_does_not_see_a_wrong_level_and_the_ratio_does(truth: Truth) -> None:
    doubled = truth.predicted(factor=2.0)
    assert compute("calibration_slope", doubled) == pytest.approx([1, 1], abs=SLOPE)
    true_mean, told_mean = (p.at_horizons.mean(axis=0) for p in (truth.predicted(), doubled))
    expected = true_mean / told_mean
    assert (expected < 0.75).all()
    assert compute("observed_expected", doubled) == pytest.approx(expected, abs=RATIO)


def test_the_same_risk_for_all_has_no_slope(truth: Truth) -> None:
    same = Predicted(np.full((8000, 10), 0.3), GRID, HORIZONS, truth.y, truth.y)
    assert np.isnan(compute("calibration_slope", same)).all()


def test_risks_of_zero_and_one_do_not_break_the_slope() -> None:
    y = outcome_array([True, True, True, False, False, True], [10, 20, 30, 40, 50, 35])
    risk = np.array([[1.0], [0.4], [0.0], [0.3], [0.0], [0.2]])
    assert np.isfinite(compute("calibration_slope", predicted(risk, [45.0], y))).all()


def test_the_observed_risk_is_one_minus_kaplan_meier() -> None:
    # Day 10: 1 of 5. Day 30: 1 of 3. Day 40: 1 of 2.
    found = observed_risk(FIVE, np.array([5.0, 10.0, 30.0, 45.0]))
    assert found == pytest.approx([0, 1 / 5, 1 - 4 / 5 * 2 / 3, 1 - 4 / 5 * 2 / 3 / 2])


def test_the_grid_barely_moves_kaplan_meier_at_the_horizons(at_risk: AtRisk) -> None:
    # Nobody's status at a horizon changes, but a child censored between two events of a month
    # counts as at risk at both, so the estimate does move, by 0.03 percentage points.
    horizons = at_risk.design.horizons
    grid = at_risk.design.time_grid(float(at_risk.y["duration"].max()))
    rounded = observed_risk(round_up(at_risk.y, grid), horizons)
    difference = np.abs(rounded - observed_risk(at_risk.y, horizons))
    assert difference == pytest.approx([0.00032, 0.00028], abs=1e-5)


def test_before_the_first_event_nothing_can_be_compared() -> None:
    """Nobody has had the event by day 1, so the scores that divide by it are not defined."""
    early = predicted(np.zeros((5, 1)), [1.0])
    assert np.isnan(compute("observed_expected", early)).all()
    assert np.isnan(compute("index_of_prediction_accuracy", early)).all()
    assert np.isnan(compute("integrated_brier", early)).all()
