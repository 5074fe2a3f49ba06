"""Net benefit with censoring: by hand, at the edges, and beside other strategies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lorpredict.errors import DesignError
from lorpredict.evaluation import Predicted, measures
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.evaluation.net_benefit import (
    JUDGED,
    THRESHOLDS,
    decision_curves,
    gain_over_others,
    net_benefit,
    net_benefit_of_risk,
)
from lorpredict.survival import Floats, Outcome, outcome_array

# Six children by day 365: two have lost response, one was censored on day 80, three are free.
SIX = outcome_array([True, False, True, False, False, False], [50, 80, 100, 700, 700, 365])
RISK = np.array([0.5, 0.4, 0.12, 0.4, 0.12, 0.05])


def drawn(number: int, seed: int = 3) -> tuple[Floats, Outcome]:
    rng = np.random.default_rng(seed)
    rate = np.exp(rng.normal(size=number)) / 1200
    lost, seen = rng.exponential(1 / rate), rng.exponential(1500, size=number)
    days = np.ceil(np.minimum(lost, seen))  # whole days, so that some share one
    return 1 - np.exp(-rate * 365), outcome_array(lost <= seen, days)


# ---- by hand ----------------------------------------------------------------------------------


def test_the_model_is_counted_by_hand() -> None:
    # At 30 % three of six are treated; after day 50 two thirds of them are free, and nobody more
    # has the event: 3/6 · (1/3 - 2/3 · 3/7).
    assert net_benefit_of_risk(RISK, SIX, 365, 0.3) == pytest.approx(0.5 * (1 / 3 - 2 / 3 * 3 / 7))


def test_treating_all_is_counted_by_hand() -> None:
    # 5/6 are free after day 50; on day 100 one of the four left has the event.
    lost = 1 - 5 / 6 * 3 / 4
    found = net_benefit(np.ones(6, dtype=bool), SIX, 365, [0.0, 0.2])
    assert found == pytest.approx([lost, lost - (1 - lost) / 4])


def test_a_risk_at_the_threshold_is_treated() -> None:
    assert net_benefit_of_risk(RISK, SIX, 365, 0.5) != 0
    assert net_benefit_of_risk(RISK, SIX, 365, 0.501) == 0


def test_a_reference_treats_whom_it_names_at_every_threshold() -> None:
    treated = np.array([True, False, False, True, False, False])
    found = decision_curves(RISK, SIX, 365, references={"not_in_remission": treated})
    # One of the two has the event.
    odds = THRESHOLDS / (1 - THRESHOLDS)
    assert found["not_in_remission"].to_numpy() == pytest.approx(2 / 6 * (0.5 - 0.5 * odds))


@pytest.mark.parametrize("day", [100.0, 365.0, 900.0])
def test_the_risk_among_the_treated_is_kaplan_meiers(day: float) -> None:
    risk, y = drawn(400)
    # At threshold zero the net benefit is the share with the event.
    treated = risk > 0.2
    expected = treated.mean() * observed_risk(y[treated], np.array([day]))[0]
    assert net_benefit(treated, y, day, 0.0) == pytest.approx(expected, rel=1e-12)


# ---- edges ------------------------------------------------------------------------------------


def test_nobody_above_the_threshold_is_worth_nothing() -> None:
    assert net_benefit_of_risk(RISK, SIX, 365, [0.6, 0.9]).tolist() == [0, 0]
    assert net_benefit(np.zeros(6, dtype=bool), SIX, 365, [0.1, 0.4]).tolist() == [0, 0]


def test_everybody_above_the_threshold_is_treating_all() -> None:
    found = decision_curves(RISK + 0.4, SIX, 365)
    assert found["model"].to_numpy() == pytest.approx(found["treat_all"].to_numpy())
    assert (found["treat_none"] == 0).all()


def test_where_nobody_treated_is_observed_up_to_the_day_it_is_not_known() -> None:
    # The two children at 50 % and above were seen until day 80, one of them without the event.
    risk = np.array([0.6, 0.5, 0.1, 0.1])
    late = outcome_array([True, False, False, False], [50, 80, 700, 700])
    found = net_benefit_of_risk(risk, late, 365, [0.05, 0.4, 0.55])
    assert np.isnan(found).tolist() == [False, True, False]
    # Kaplan-Meier falls to zero where the last child has the event, whatever others would have had.
    early = outcome_array([False, True, False, False], [50, 80, 700, 700])
    assert np.isnan(net_benefit_of_risk(risk, early, 365, 0.4))


def test_where_everybody_treated_had_the_event_it_is_known() -> None:
    y = outcome_array([True, True, False, False], [50, 80, 700, 700])
    found = net_benefit_of_risk(np.array([0.6, 0.5, 0.1, 0.1]), y, 365, 0.3)
    assert found == pytest.approx(2 / 4)


def test_a_child_censored_on_the_very_day_is_still_observed_then() -> None:
    treated = np.arange(6) == 5
    assert net_benefit(treated, SIX, 365, 0.2) == pytest.approx(-1 / 6 / 4)


@pytest.mark.parametrize("threshold", [-0.1, 1.0, np.nan])
def test_a_threshold_that_is_no_risk_is_refused(threshold: float) -> None:
    with pytest.raises(DesignError, match=r"expected risks from 0 to below 1"):
        net_benefit_of_risk(RISK, SIX, 365, [0.2, threshold])


def test_a_strategy_for_other_children_is_refused() -> None:
    with pytest.raises(DesignError, match=r"5 treated or not; expected 6"):
        decision_curves(RISK, SIX, 365, references={"five": np.ones(5, dtype=bool)})


# ---- curves and their comparison --------------------------------------------------------------


def test_curves_have_a_row_for_each_threshold_and_a_column_for_each_strategy() -> None:
    found = decision_curves(RISK, SIX, 365)
    assert found.index.name == "threshold"
    assert found.index.tolist() == [threshold / 100 for threshold in range(10, 41)]
    assert found.columns.tolist() == ["model", "treat_all", "treat_none"]


def test_the_gain_is_the_mean_and_the_lowest_difference_over_15_to_35_percent() -> None:
    curves = pd.DataFrame(
        {"model": 0.1, "treat_all": np.where(THRESHOLDS == 0.2, 0.4, 0.1), "treat_none": 0.0},
        index=pd.Index(THRESHOLDS, name="threshold"),
    )
    curves.loc[[0.14, 0.36], "treat_all"] = 9.0  # outside, so it does not count
    found = gain_over_others(curves)
    assert found["mean"].to_dict() == pytest.approx({"treat_all": -0.3 / 21, "treat_none": 0.1})
    assert found["lowest"].to_dict() == pytest.approx({"treat_all": -0.3, "treat_none": 0.1})


def test_a_gain_that_is_not_known_at_one_threshold_is_not_known() -> None:
    curves = decision_curves(RISK, SIX, 365)
    curves.loc[0.2, "model"] = np.nan
    assert gain_over_others(curves).isna().all().all()


def test_curves_that_lack_a_threshold_are_not_compared() -> None:
    curves = decision_curves(RISK, SIX, 365, thresholds=np.array([0.15, 0.2]))
    with pytest.raises(DesignError, match=r"lack the thresholds 0\.16, 0\.17"):
        gain_over_others(curves)


def test_the_true_risks_are_worth_more_than_any_other_strategy() -> None:
    # In expectation nothing beats the true risk, at whatever threshold; 20000 children leave a
    # standard error of about .002 to a difference.
    risk, y = drawn(20000)
    references = {"twice": 2 * risk > 0.3, "by_chance": np.arange(20000) % 2 == 0}
    found = gain_over_others(decision_curves(risk, y, 365, references=references))
    assert (found["lowest"] > -0.008).all()
    assert (found["mean"] > 0.01).all()


# ---- the measure ------------------------------------------------------------------------------


def compute(predicted: Predicted) -> Floats:
    [found] = [each for each in measures() if each.name == "mean_net_benefit"]
    assert found.level == "repeat"
    return np.asarray(found.compute(predicted), dtype=float)


def test_the_measure_is_the_mean_over_15_to_35_percent_at_each_horizon() -> None:
    risk, y = drawn(300)
    days = np.array([365.0, 730.0])
    both = np.column_stack([risk, 1 - (1 - risk) ** 2])
    found = compute(Predicted(both, days, days, y, y))
    assert len(JUDGED) == 21
    for column, day, value in zip(both.T, days, found, strict=True):
        assert value == pytest.approx(decision_curves(column, y, day)["model"][0.15:0.35].mean())


def test_the_measure_is_not_known_where_one_threshold_is_not() -> None:
    y = outcome_array([True, False, False, False], [50, 80, 700, 700])
    day = np.array([365.0])
    risk = np.array([[0.34], [0.34], [0.2], [0.1]])
    assert np.isnan(compute(Predicted(risk, day, day, y, y))).all()
    assert net_benefit_of_risk(risk[:, 0], y, 365, 0.15) != 0


def test_one_risk_for_all_is_treating_all_or_none() -> None:
    _, y = drawn(200)
    day = np.array([365.0])
    same = Predicted(np.full((200, 1), 0.25), day, day, y, y)
    curves = decision_curves(np.full(200, 0.25), y, 365)
    expected = curves["treat_all"][0.15:0.25].sum() / 21
    assert compute(same) == pytest.approx([expected])
