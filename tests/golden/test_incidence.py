"""Kaplan-Meier and Aalen-Johansen by lifelines and SurvivalEVAL.

lifelines is asked here and now, on days made distinct, because it spreads ends of one day by
chance. SurvivalEVAL's values, with ends of one day, were computed in an environment of their own:

    from SurvivalEVAL.nonparametric_estimator.competing_risks import AalenJohansenCompetingRisks
    _, y = sksurv.datasets.load_bmt()
    found = AalenJohansenCompetingRisks(n_causes=2).fit(y["ftime"], y["status"].astype(int))
    found.predict_cif([1, 5, 10, 20, 40])  # SurvivalEVAL 0.9.0
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sksurv.datasets import load_bmt, load_cgvhd

from lorpredict import AtRisk
from lorpredict.evaluation.incidence import (
    RiskByDay,
    States,
    cumulative_incidence,
    incidence_of,
    kaplan_meier,
)
from lorpredict.survival import Floats, outcome_array

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # lifelines warns about pandas
    from lifelines import AalenJohansenFitter, KaplanMeierFitter

# Months; transplant-related death, relapse.
BMT = {
    1.0: (0.05714286, 0.05714286),
    5.0: (0.204926108374, 0.175791695989),
    10.0: (0.237711636379, 0.340760146423),
    20.0: (0.272838987812, 0.411014849289),
}


def distinct(states: States, durations: Floats) -> tuple[States, Floats]:
    return states, durations + np.arange(len(durations)) * 1e-6


def test_incidence_with_ends_of_one_day_is_that_of_survivaleval() -> None:
    _, y = load_bmt()
    found = cumulative_incidence(y["status"], y["ftime"], causes=("death", "relapse"))
    for number, name in enumerate(found.causes):
        expected = [risks[number] for risks in BMT.values()]
        assert found.causes[name].at(list(BMT))["risk"].to_list() == pytest.approx(
            expected, abs=1e-8
        )


@pytest.mark.parametrize("cause", [1, 2, 3])
def test_incidence_is_that_of_lifelines(cause: int) -> None:
    _, y = load_cgvhd()
    states, durations = distinct(y["status"], y["ftime"])
    ours = list(cumulative_incidence(states, durations, causes=("a", "b", "c")).causes.values())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines warns about pandas
        theirs = AalenJohansenFitter().fit(durations, states, event_of_interest=cause)
    risk, low, high = of_lifelines(
        theirs.cumulative_density_, theirs.confidence_interval_, ours[cause - 1]
    )
    assert ours[cause - 1].risk == pytest.approx(risk, abs=1e-12)
    # Two estimates of one variance: theirs divides by n, Aalen's by n - 1, so that they part by
    # less than a hundredth as long as ten are at risk.
    followed = ours[cause - 1].days <= np.sort(durations)[-10]
    known = followed & np.isfinite(ours[cause - 1].low)
    assert ours[cause - 1].low[known] == pytest.approx(low[known], abs=0.01)
    assert ours[cause - 1].high[known] == pytest.approx(high[known], abs=0.01)


def of_lifelines(
    risk: pd.DataFrame, interval: pd.DataFrame, ours: RiskByDay
) -> tuple[Floats, Floats, Floats]:
    """Their columns on our days: the estimate, the smaller and the larger end."""
    ends = np.sort(interval.reindex(ours.days).to_numpy(), axis=1)
    return risk.iloc[:, 0].reindex(ours.days).to_numpy(), ends[:, 0], ends[:, 1]


def test_kaplan_meier_and_its_interval_are_lifelines(at_risk: AtRisk) -> None:
    ours = kaplan_meier(at_risk.y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines warns about pandas
        theirs = KaplanMeierFitter().fit(at_risk.y["duration"], at_risk.y["event"])
    survival, low, high = of_lifelines(theirs.survival_function_, theirs.confidence_interval_, ours)
    known = np.isfinite(ours.low)
    assert ours.risk == pytest.approx(1 - survival, abs=1e-12)
    assert ours.low[known] == pytest.approx(1 - high[known], abs=1e-12)
    assert ours.high[known] == pytest.approx(1 - low[known], abs=1e-12)


def test_kaplan_meier_of_the_shipped_cohort_is_the_published_one(at_risk: AtRisk) -> None:
    """15.7 and 27.3 %, by day 365 and 730 since the first infusion (Table 2 of the study)."""
    found = incidence_of(at_risk).kaplan_meier.at(at_risk.design.horizons)["risk"]
    assert found.tolist() == pytest.approx([0.157, 0.273], abs=0.0005)


def test_gehans_leukaemia_trial_has_freireichs_survival() -> None:
    """Freireich's 21 children on 6-MP, whose Kaplan-Meier stands in every textbook.

    At weeks 6, 10 and 22, as in Collett D. Modelling Survival Data (2015), example 2.3 and R's
    ``summary(survfit(Surv(time, cens) ~ treat, MASS::gehan))``: .857, .753 and .538.
    """
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    censored = {3, 5, 7, 8, 11, 12, 13, 16, 17, 18, 19, 20}
    y = outcome_array([row not in censored for row in range(21)], weeks)
    found = kaplan_meier(y).at([6, 10, 22])
    assert 1 - found["risk"].to_numpy() == pytest.approx([0.857, 0.753, 0.538], abs=0.0005)
