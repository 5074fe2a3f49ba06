"""Simulated cohorts: they pass every check, keep their truth, and hang on nothing but the rng."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lorpredict import ModelDesign, landmark, read_cohort
from lorpredict.errors import DesignError, TooLittleData
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.survival import outcome_array
from lorpredict.synthetic import SimulatedCohort, scenario_names, simulate_cohort

CHILDREN = 2000


def simulated(name: str, *, seed: int = 3, n: int = CHILDREN, sites: int = 1) -> SimulatedCohort:
    return simulate_cohort(n, name, rng=np.random.default_rng(seed), sites=sites)


@pytest.fixture(scope="module")
def plausible() -> SimulatedCohort:
    return simulated("plausible")


@pytest.mark.parametrize("name", scenario_names())
def test_a_simulated_table_passes_every_check_and_comes_back_as_it_was(name: str) -> None:
    cohort = simulated(name).cohort
    again = read_cohort(cohort.table, name=cohort.name, strict=True)
    # Reading fills in the troughs that lie below the limit; nothing else changes.
    filled = cohort.table["trough_week14_below_loq"].fillna(False).to_numpy(dtype=bool)
    assert filled.any()
    shared = list(cohort.table)
    pd.testing.assert_frame_equal(
        again.table.loc[~filled, shared], cohort.table.loc[~filled, shared]
    )
    assert cohort.is_synthetic


@pytest.mark.parametrize("name", scenario_names())
def test_every_simulated_child_is_at_risk_at_the_landmark(name: str, design: ModelDesign) -> None:
    at_risk = landmark(simulated(name).cohort, design)
    assert len(at_risk) == CHILDREN
    assert at_risk.flow.unknown == dict.fromkeys(at_risk.flow.unknown, 0)


def test_the_rng_decides_and_nothing_else(plausible: SimulatedCohort) -> None:
    again, other = simulated("plausible"), simulated("plausible", seed=4)
    assert again.cohort.sha256 == plausible.cohort.sha256
    assert other.cohort.sha256 != plausible.cohort.sha256


def test_children_do_not_depend_on_one_another() -> None:
    """No threshold is found from the other children of the cohort."""
    one, many = (simulated("plausible", n=n).cohort.table for n in (4000, 4001))
    shares = [table["growth_delay"].mean() for table in (one, many)]
    assert shares[0] == pytest.approx(shares[1], abs=0.03)
    assert len({simulated("plausible", n=1, seed=s).cohort.sha256 for s in range(3)}) == 3


@pytest.mark.parametrize("name", ["plausible", "published", "interactions"])
def test_what_happens_agrees_with_the_true_risks(name: str) -> None:
    """Without other ends the share who lost response is the mean of the true risks."""
    cohort = simulated(name, n=20_000)
    days = cohort.truth.days_until_loss(np.random.default_rng(1))
    for horizon in (267.0, 632.0):
        expected = cohort.truth.risk([horizon])[:, 0]
        error = np.sqrt((expected * (1 - expected)).sum()) / len(expected)
        assert (days <= horizon).mean() == pytest.approx(expected.mean(), abs=4 * error)


def test_the_curve_of_children_who_were_watched_agrees_with_the_true_risks() -> None:
    """In the null scenario nothing that ends observation tells of the risk."""
    cohort = simulated("null", n=20_000)
    table = cohort.cohort.table
    y = outcome_array(table["outcome"] == "secondary_lor", table["follow_up_days"] - 98)
    days = np.array([267.0, 632.0])
    expected = cohort.truth.risk(days)[0]
    assert observed_risk(y, days) == pytest.approx(expected, abs=0.015)


def test_true_risks_rise_with_time(plausible: SimulatedCohort) -> None:
    risk = plausible.truth.risk([0.0, 100.0, 267.0, 632.0])
    assert risk.shape == (CHILDREN, 4)
    assert (risk[:, 0] == 0).all()
    assert (np.diff(risk, axis=1) > 0).all()


def test_in_the_null_scenario_all_children_have_the_same_risk() -> None:
    assert np.ptp(simulated("null").truth.log_hazard) == 0


def test_troughs_are_missing_more_often_where_response_is_lost() -> None:
    table = simulated("published", n=20_000).cohort.table
    measured = table["trough_week14_loq_ug_ml"].notna()
    lost = table["outcome"] == "secondary_lor"
    assert measured[lost].mean() < measured[~lost].mean() - 0.1


def test_a_level_below_the_limit_is_written_as_the_laboratory_does(
    plausible: SimulatedCohort,
) -> None:
    table = plausible.cohort.table
    below = table["trough_week14_below_loq"].fillna(False).to_numpy(dtype=bool)
    assert table.loc[below, "trough_week14_ug_ml"].isna().all()
    assert (plausible.trough_ug_ml[below] < 0.4).all()
    assert table["trough_week14_ug_ml"].min() >= 0.4


def test_therapy_is_one_of_three(plausible: SimulatedCohort) -> None:
    table = plausible.cohort.table
    both = table["immunomodulator_week14"] & table["steroids_week14"]
    neither = ~table["immunomodulator_week14"] & ~table["steroids_week14"]
    assert not both.any()
    assert neither.any()


def test_observation_ends_in_four_ways_and_by_the_calendar(plausible: SimulatedCohort) -> None:
    table = plausible.cohort.table
    assert set(table["outcome"].unique()) == {
        "secondary_lor", "administrative_end", "stopped_infliximab", "transferred",
    }  # fmt: skip
    ended = pd.to_datetime(table["ifx_start_date"]) + pd.to_timedelta(table["follow_up_days"], "D")
    assert ended.max() <= pd.Timestamp("2023-12-31")
    assert (ended[table["outcome"] == "administrative_end"] == pd.Timestamp("2023-12-31")).all()


def test_six_months_of_an_immunomodulator_take_six_months(plausible: SimulatedCohort) -> None:
    table = plausible.cohort.table
    kept = table["immunomodulator_over_6_months"].to_numpy(dtype=bool)
    assert (table.loc[kept, "ifx_duration_months"] > 6).all()
    assert table.loc[kept, "immunomodulator_week14"].all()


def test_sites_are_named_where_there_are_several() -> None:
    assert "site" not in simulated("plausible", n=50).cohort.table
    sites = simulated("plausible", n=300, sites=3).cohort.table["site"]
    assert set(sites) == {"site-1", "site-2", "site-3"}


def test_an_unknown_scenario_is_refused_by_name() -> None:
    with pytest.raises(DesignError, match=r"no scenario 'plausibel'.*Did you mean .*plausible"):
        simulated("plausibel")


@pytest.mark.parametrize("n, sites", [(0, 1), (-3, 1), (5, 0)])
def test_nobody_cannot_be_simulated(n: int, sites: int) -> None:
    with pytest.raises(TooLittleData, match=r"expected at least one of each"):
        simulated("null", n=n, sites=sites)
