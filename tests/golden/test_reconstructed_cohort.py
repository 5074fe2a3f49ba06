"""The shipped cohort against every published figure of Beijing 2025 (doi:10.21037/tp-2025-344).

The search that made the 69 pseudo-patients left small differences, which are measured and stay
as they are: 0.06 in a log-rank statistic (growth delay, remission), 0.024 in a Cox coefficient
(remission; 0.18 in its hazard ratio), 0.03 percentage points in the Kaplan-Meier curve, 0.05
months in a quartile of time. Means and standard deviations agree to all printed digits.
Quartiles are those that SPSS prints: ``numpy.quantile(..., method="weibull")``.
A month is 30.4375 days; time counts from the first infusion, as in the paper.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sksurv.compare import compare_survival
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict import Cohort
from lorpredict.clinical import PublishedCut, published_study
from lorpredict.survival import Outcome, StepFunction, outcome_array

BEIJING = published_study("beijing-2025")
TABLE1: dict[str, dict[str, Any]] = BEIJING["table1"]
TABLE2: dict[str, dict[str, Any]] = BEIJING["table2"]["rows"]
COX: dict[str, dict[str, Any]] = BEIJING["cox"]
MONTH = 365.25 / 12
QUARTILES = [0.25, 0.5, 0.75]


@pytest.fixture(scope="module")
def table(cohort: Cohort) -> pd.DataFrame:
    return cohort.table


@pytest.fixture(scope="module")
def y(table: pd.DataFrame) -> Outcome:
    """Days since the first infusion, as the paper counts them."""
    return outcome_array(table["outcome"] == "secondary_lor", table["follow_up_days"])


def group(table: pd.DataFrame, key: str) -> pd.Series:
    """Children on the named side of a published cut such as ``<= 12 mg/L``."""
    if key == "infliximab_alone":
        return ~table["immunomodulator_week14"] & ~table["steroids_week14"]
    held = PublishedCut.parse(str(TABLE2[key]["cut"])).holds(table[key])
    return pd.Series(held, index=table.index)


# ---- Kaplan-Meier -----------------------------------------------------------------------------


@pytest.mark.parametrize("months, reconstructed", [(12, 15.6802), (24, 27.2883), (36, 30.9238)])
def test_the_kaplan_meier_curve(y: Outcome, months: int, reconstructed: float) -> None:
    steps = BEIJING["kaplan_meier"]["steps"]
    [printed] = [s["lor_percent"] for s in steps if s["months_since_first_infusion"] == months]
    days, survival = kaplan_meier_estimator(y["event"], y["duration"])
    curve = StepFunction(days, survival, before=1.0)
    lost = 100 * float(1 - curve(months * MONTH))
    assert lost == pytest.approx(reconstructed, abs=5e-5)
    assert lost == pytest.approx(printed, abs=0.03)


@pytest.mark.parametrize("day, number", [(365, 50), (730, 25)])
def test_how_many_are_still_under_observation(y: Outcome, day: int, number: int) -> None:
    assert int((y["duration"] >= day).sum()) == number


def test_twelve_months_after_the_landmark_would_be_another_question(y: Outcome) -> None:
    days, survival = kaplan_meier_estimator(y["event"], y["duration"])
    lost = 1 - StepFunction(days, survival, before=1.0)(98 + 365.25)
    assert lost == pytest.approx(0.210, abs=5e-4)


# ---- Table 1 ----------------------------------------------------------------------------------

COUNTS = [
    (key, value, entry["n"])
    for key in ("sex", "location", "upper_gi", "behaviour", "perianal", "growth_delay",
                "prior_surgery")
    for value, entry in TABLE1[key].items()
]  # fmt: skip


@pytest.mark.parametrize(
    "key, value, n", COUNTS, ids=[f"{key} {value}" for key, value, _ in COUNTS]
)
def test_a_count_of_table_1(table: pd.DataFrame, key: str, value: str, n: int) -> None:
    assert int((table[key].astype(str).str.lower() == value.lower()).sum()) == n


@pytest.mark.parametrize("key", ["prior_een", "prior_steroids", "prior_azathioprine"])
def test_a_count_of_treatments_before_infliximab(table: pd.DataFrame, key: str) -> None:
    assert int(table[key].sum()) == BEIJING["before_infliximab"][key]["n"]


def test_the_counts_of_endoscopic_severity(table: pd.DataFrame) -> None:
    counted = table["cdeis_category"].value_counts().to_dict()
    assert counted | {"measured": 66} == BEIJING["before_infliximab"]["cdeis_category"]


@pytest.mark.parametrize(
    "drug, key",
    [
        ("azathioprine", "azathioprine_over_6_months"),
        ("methotrexate", "methotrexate_over_6_months"),
    ],
)
def test_the_counts_of_immunomodulators(table: pd.DataFrame, drug: str, key: str) -> None:
    longer = table["immunomodulator_over_6_months"] & (table["immunomodulator_drug"] == drug)
    assert int(longer.sum()) == BEIJING["beside_infliximab"][key]["n"]


def test_the_counts_of_onset_and_activity(table: pd.DataFrame) -> None:
    early = TABLE1["onset_age_years"]["very_early_onset"]["n"]
    active = TABLE1["pcdai_baseline"]["moderate_or_severe"]["n"]
    assert int((table["onset_age_years"] < 6).sum()) == early
    assert int((table["pcdai_baseline"] >= 30).sum()) == active


@pytest.mark.parametrize("key", ["height_z", "bmi_z", "pcdai_baseline", "ifx_dose_mg_kg"])
def test_a_mean_of_table_1(table: pd.DataFrame, key: str) -> None:
    # Half a unit of the last printed digit.
    digits = 1 if key in ("pcdai_baseline", "ifx_dose_mg_kg") else 2
    assert round(table[key].mean(), digits) == TABLE1[key]["mean"]
    assert round(table[key].std(), digits) == TABLE1[key]["sd"]


@pytest.mark.parametrize("key", ["age_years", "onset_age_years", "disease_duration_months"])
def test_a_median_of_table_1(table: pd.DataFrame, key: str) -> None:
    low, median, high = np.quantile(table[key], QUARTILES, method="weibull")
    assert [low, high] == pytest.approx(TABLE1[key]["quartiles"], abs=1e-9)
    assert median == pytest.approx(TABLE1[key]["median"], abs=1e-9)


@pytest.mark.parametrize("key", ["ifx_duration_months", "infusions"])
def test_a_median_of_follow_up(table: pd.DataFrame, key: str) -> None:
    low, median, high = np.quantile(table[key], QUARTILES, method="weibull")
    printed = BEIJING["follow_up"][key]
    assert [low, high] == pytest.approx(printed["quartiles"], abs=0.016)
    assert median == pytest.approx(printed["median"], abs=0.031)


def test_the_printed_time_to_loss_is_the_analysed_time_of_all(table: pd.DataFrame) -> None:
    # The paper calls it the time to loss of response; all 69 children together give it.
    low, median, high = np.quantile(table["follow_up_days"] / MONTH, QUARTILES, method="weibull")
    printed = BEIJING["time_to_lor_as_printed"]
    assert [low, high] == pytest.approx(printed["quartiles_months"], abs=0.05)
    assert median == pytest.approx(printed["median_months"], abs=0.05)


# ---- Table 2 ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TABLE2)
def test_the_counts_of_table_2(table: pd.DataFrame, y: Outcome, key: str) -> None:
    chosen = group(table, key).to_numpy()
    for name, rows in (("lor", y["event"]), ("responder", ~y["event"])):
        assert [int((chosen & rows).sum()), int((~chosen & rows).sum())] == TABLE2[key][name]


@pytest.mark.parametrize("key", TABLE2)
def test_the_log_rank_statistic_of_table_2(table: pd.DataFrame, y: Outcome, key: str) -> None:
    statistic, _ = compare_survival(y, group(table, key).to_numpy())
    assert statistic == pytest.approx(TABLE2[key]["chi2"], abs=0.06)


# ---- Table 3 ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cox(table: pd.DataFrame, y: Outcome) -> pd.DataFrame:
    """Coefficients and standard errors of the published model, by lifelines."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines warns about pandas
        from lifelines import CoxPHFitter

        columns = {key: group(table, key).astype(float) for key in COX}
        columns |= {"event": pd.Series(y["event"]), "days": pd.Series(y["duration"])}
        # Its default stops 2e-4 before the maximum.
        exact = {"precision": 1e-12, "r_precision": 1e-14}
        data = pd.DataFrame(columns)
        fitted = CoxPHFitter().fit(data, "days", "event", fit_options=exact)
        summary: pd.DataFrame = fitted.summary
    return summary


RECONSTRUCTED = {
    "remission_week14": (7.9301, 0.7698),
    "immunomodulator_over_6_months": (0.2506, 0.6183),
    "bmi_z": (2.3947, 0.7934),
    "growth_delay": (1.5735, 0.6457),
}


@pytest.mark.parametrize("key", COX)
def test_the_cox_model_of_the_shipped_cohort(cox: pd.DataFrame, key: str) -> None:
    ratio, error = RECONSTRUCTED[key]
    assert cox.loc[key, "exp(coef)"] == pytest.approx(ratio, abs=5e-5)
    assert cox.loc[key, "se(coef)"] == pytest.approx(error, abs=5e-5)


@pytest.mark.parametrize("key", COX)
def test_the_published_cox_model(cox: pd.DataFrame, key: str) -> None:
    assert cox.loc[key, "coef"] == pytest.approx(COX[key]["beta"], abs=0.024)
    assert cox.loc[key, "se(coef)"] == pytest.approx(COX[key]["se"], abs=0.0135)


# ---- the trough -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lor", "responder"])
def test_the_trough_of_a_group(table: pd.DataFrame, y: Outcome, name: str) -> None:
    rows = y["event"] if name == "lor" else ~y["event"]
    measured = table["trough_week14_ug_ml"][rows].dropna()
    printed = BEIJING["trough_week14_ug_ml"][name]
    assert len(measured) == printed["n"]
    assert round(measured.mean(), 3) == printed["mean"]
    assert measured.std() == pytest.approx(printed["sd"], abs=5e-4)


def test_the_difference_between_the_troughs(table: pd.DataFrame, y: Outcome) -> None:
    trough = table["trough_week14_ug_ml"]
    groups = [trough[rows].dropna() for rows in (~y["event"], y["event"])]
    found = stats.ttest_ind(*groups, equal_var=False)
    printed = BEIJING["trough_week14_ug_ml"]
    assert float(found.statistic) == pytest.approx(printed["t"], abs=5e-4)
    assert f"{found.pvalue:.3f}" == printed["p"]


def test_how_many_were_intensified_after_a_low_trough(table: pd.DataFrame) -> None:
    printed = BEIJING["trough_week14_ug_ml"]
    assert int(table["optimised_after_low_trough"].sum()) == printed["optimised_after_low_trough"]
    assert int(table["trough_week14_ug_ml"].notna().sum()) == printed["measured"]


def test_the_therapy_has_three_levels(table: pd.DataFrame, y: Outcome) -> None:
    longer, alone = group(table, "immunomodulator_over_6_months"), group(table, "infliximab_alone")
    rows = [longer, alone & ~longer, ~longer & ~alone]
    # Lost response, of: over six months 5 of 30, infliximab alone 7 of 26, neither 6 of 13.
    assert [(int(y["event"][r].sum()), int(r.sum())) for r in rows] == [(5, 30), (7, 26), (6, 13)]
