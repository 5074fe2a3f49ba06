"""The shipped cohort against every published figure of Beijing 2025 (doi:10.21037/tp-2025-344).

The figures are those of ``published_analysis``, which lifelines and SciPy make; scikit-survival
checks the curve and the log-rank statistics beside them.

The search that made the 69 pseudo-patients left small differences, which are measured and stay
as they are: 0.06 in a log-rank statistic (growth delay, remission), 0.024 in a Cox coefficient
(remission; 0.18 in its hazard ratio), 0.03 percentage points in the Kaplan-Meier curve, 0.05
months in a quartile of time. Means and standard deviations agree to all printed digits.
Quartiles are those that SPSS prints: ``numpy.quantile(..., method="weibull")``.
A month is 30.4375 days; time counts from the first infusion, as in the paper.
"""

from __future__ import annotations

from typing import Any

import pytest
from sksurv.compare import compare_survival
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict import Cohort
from lorpredict.clinical import published_study
from lorpredict.study import PublishedAnalysis, published_analysis
from lorpredict.study.published._characteristics import Line
from lorpredict.study.published._children import membership
from lorpredict.survival import DAYS_A_MONTH, Outcome, StepFunction, outcome_array

BEIJING = published_study("beijing-2025")
TABLE2: dict[str, dict[str, Any]] = BEIJING["table2"]["rows"]
COX: dict[str, dict[str, Any]] = BEIJING["cox"]


@pytest.fixture(scope="module")
def analysis(cohort: Cohort) -> PublishedAnalysis:
    return published_analysis(cohort)


@pytest.fixture(scope="module")
def y(cohort: Cohort) -> Outcome:
    """Days since the first infusion, as the paper counts them."""
    table = cohort.table
    return outcome_array(table["outcome"] == "secondary_lor", table["follow_up_days"])


# ---- Figures 1 and 2 --------------------------------------------------------------------------


def test_everybody_of_the_cohort_is_analysed(analysis: PublishedAnalysis) -> None:
    assert analysis.flow.at_risk == BEIJING["population"]["analysed"]
    assert analysis.events == BEIJING["outcome"]["secondary_lor"]


@pytest.mark.parametrize("months, reconstructed", [(12, 15.6802), (24, 27.2883), (36, 30.9238)])
def test_the_kaplan_meier_curve(
    analysis: PublishedAnalysis, months: int, reconstructed: float
) -> None:
    steps = BEIJING["kaplan_meier"]["steps"]
    [printed] = [s["lor_percent"] for s in steps if s["months_since_first_infusion"] == months]
    points = analysis.curve.points.set_index("months_since_first_infusion")
    lost = 100 * float(points["lost"][months])
    assert lost == pytest.approx(reconstructed, abs=5e-5)
    assert lost == pytest.approx(printed, abs=0.03)


def test_scikit_survival_draws_the_same_curve(analysis: PublishedAnalysis, y: Outcome) -> None:
    days, survival = kaplan_meier_estimator(y["event"], y["duration"])
    curve = StepFunction(days, survival, before=1.0)
    points = analysis.curve.points
    asked = points["months_since_first_infusion"].to_numpy(dtype=float) * DAYS_A_MONTH
    assert points["lost"].to_numpy() == pytest.approx(1 - curve(asked), abs=1e-12)


@pytest.mark.parametrize("day, number", [(365, 50), (730, 25)])
def test_how_many_are_still_under_observation(y: Outcome, day: int, number: int) -> None:
    assert int((y["duration"] >= day).sum()) == number


def test_twelve_months_after_the_landmark_would_be_another_question(y: Outcome) -> None:
    days, survival = kaplan_meier_estimator(y["event"], y["duration"])
    lost = 1 - StepFunction(days, survival, before=1.0)(98 + 365.25)
    assert lost == pytest.approx(0.210, abs=5e-4)


# ---- Table 1 ----------------------------------------------------------------------------------

# Half a unit of the last printed digit, but for times, which the search met to a twentieth.
_TIMES = ("ifx_duration_months", "infusions", "analysed_time_months")


def test_every_line_of_table_1_and_of_the_text(analysis: PublishedAnalysis) -> None:
    printed = [line for line in analysis.table_one if line.published]
    assert len(printed) == 38
    for line in printed:
        if line.key in _TIMES:
            assert line.values == pytest.approx(line.published, abs=0.05)
        elif line.summary == "mean":
            assert tuple(round(v, line.decimals) for v in line.values) == line.published
        elif line.summary == "median":
            assert line.values == pytest.approx(line.published, abs=1e-9)
        else:
            assert (line.count,) == line.published


@pytest.mark.parametrize(
    "label, told",
    [
        ("Sex: male", "41 (59.4 %)"),
        ("Age at first infusion", "12.0 (9.3, 13.7)"),
        ("BMI z-score", "−1.65 ± 1.63"),
        ("Age at onset: very early onset", "6 (8.7 %)"),
        ("PCDAI at first infusion: moderate or severe", "53 (76.8 %)"),
        ("For more than 6 months: methotrexate", "7 (10.1 %)"),
        ("Infliximab alone", "26 (37.7 %)"),
    ],
)
def test_table_1_prints_as_the_paper_does(
    analysis: PublishedAnalysis, label: str, told: str
) -> None:
    assert _line(analysis, label).told == told


def test_endoscopic_severity_is_known_of_66(analysis: PublishedAnalysis) -> None:
    line = _line(analysis, "Endoscopic severity: remission (below 3)")
    assert (line.measured, line.missing) == (66, 3)


def test_the_printed_time_to_loss_is_the_analysed_time_of_all(analysis: PublishedAnalysis) -> None:
    # The paper calls it the time to loss of response; all 69 children together give it.
    [line] = [each for each in analysis.table_one if each.key == "analysed_time_months"]
    assert line.published == (16.2, 11.6, 29.2)
    assert line.values == pytest.approx(line.published, abs=0.05)


def _line(analysis: PublishedAnalysis, label: str) -> Line:
    [found] = [line for line in analysis.table_one if line.label == label]
    return found


# ---- Table 2 ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TABLE2)
def test_the_counts_of_table_2(analysis: PublishedAnalysis, key: str) -> None:
    [row] = [each for each in analysis.table_two if each.key == key]
    assert row.lost == tuple(TABLE2[key]["lor"])
    assert row.not_lost == tuple(TABLE2[key]["responder"])
    assert row.missing == (0, 0)


@pytest.mark.parametrize("key", TABLE2)
def test_the_log_rank_statistic_of_table_2(analysis: PublishedAnalysis, key: str) -> None:
    [row] = [each for each in analysis.table_two if each.key == key]
    assert row.statistic == pytest.approx(TABLE2[key]["chi2"], abs=0.06)


@pytest.mark.parametrize("key", TABLE2)
def test_scikit_survival_gives_the_same_statistic(
    analysis: PublishedAnalysis, cohort: Cohort, y: Outcome, key: str
) -> None:
    [row] = [each for each in analysis.table_two if each.key == key]
    group = membership(cohort.table, key)
    assert group is not None
    statistic, p = compare_survival(y, group.to_numpy(dtype=bool))
    assert (row.statistic, row.p) == pytest.approx((statistic, p), abs=1e-9)


# ---- Table 3 ----------------------------------------------------------------------------------

RECONSTRUCTED = {
    "remission_week14": (7.9301, 0.7698),
    "immunomodulator_over_6_months": (0.2506, 0.6183),
    "bmi_z": (2.3947, 0.7934),
    "growth_delay": (1.5735, 0.6457),
}
# How far a hazard ratio may lie from the published one.
NEAR = {
    "remission_week14": 0.2,
    "immunomodulator_over_6_months": 0.001,
    "bmi_z": 0.01,
    "growth_delay": 0.01,
}


@pytest.mark.parametrize("key", COX)
def test_the_cox_model_of_the_shipped_cohort(analysis: PublishedAnalysis, key: str) -> None:
    [term] = [each for each in analysis.table_three.terms if each.key == key]
    assert term.effect is not None
    assert (term.effect.ratio[0], term.effect.error) == pytest.approx(RECONSTRUCTED[key], abs=5e-5)


@pytest.mark.parametrize("key", COX)
def test_the_published_cox_model(analysis: PublishedAnalysis, key: str) -> None:
    [term] = [each for each in analysis.table_three.terms if each.key == key]
    assert term.effect is not None
    assert term.effect.coefficient == pytest.approx(COX[key]["beta"], abs=0.024)
    assert term.effect.error == pytest.approx(COX[key]["se"], abs=0.0135)
    assert term.effect.ratio[0] == pytest.approx(COX[key]["hazard_ratio"], abs=NEAR[key])


# ---- the trough -------------------------------------------------------------------------------


@pytest.mark.parametrize("number, name", [(0, "lor"), (1, "responder")])
def test_the_trough_of_a_group(analysis: PublishedAnalysis, number: int, name: str) -> None:
    found, printed = analysis.trough.groups[number], BEIJING["trough_week14_ug_ml"][name]
    assert found.measured == printed["n"]
    assert round(found.mean, 3) == printed["mean"]
    assert found.sd == pytest.approx(printed["sd"], abs=5e-4)


def test_the_difference_between_the_troughs(analysis: PublishedAnalysis) -> None:
    printed = BEIJING["trough_week14_ug_ml"]
    assert analysis.trough.t == pytest.approx(printed["t"], abs=5e-4)
    assert f"{analysis.trough.p:.3f}" == printed["p"]


def test_how_many_were_intensified_after_a_low_trough(analysis: PublishedAnalysis) -> None:
    printed = BEIJING["trough_week14_ug_ml"]
    assert sum(analysis.optimisation.intensified or ()) == printed["optimised_after_low_trough"]
    measured = [each.measured or 0 for each in analysis.trough.groups]
    assert sum(measured) == printed["measured"]


def test_the_therapy_has_three_levels(cohort: Cohort, y: Outcome) -> None:
    longer, alone = (
        membership(cohort.table, key)
        for key in ("immunomodulator_over_6_months", "infliximab_alone")
    )
    assert longer is not None
    assert alone is not None
    rows = [longer, alone & ~longer, ~longer & ~alone]
    # Lost response, of: over six months 5 of 30, infliximab alone 7 of 26, neither 6 of 13.
    found = [(int(y["event"][r.to_numpy(bool)].sum()), int(r.sum())) for r in rows]
    assert found == [(5, 30), (7, 26), (6, 13)]


# ---- published, ours, difference --------------------------------------------------------------


def test_every_published_figure_stands_beside_ours(analysis: PublishedAnalysis) -> None:
    beside = analysis.beside_the_paper()
    assert beside["part"].value_counts().to_dict() == {
        "Table 2": 21 * 6, "Table 1": 54, "Table 3": 4 * 7, "Trough": 9, "Figure 1": 4,
        "Figure 2": 3, "Figure 3": 2,
    }  # fmt: skip
    assert beside["ours"].notna().all()
    counts = beside[beside["figure"].str.contains(", group|, rest") | (beside["figure"] == "n")]
    counts = counts[counts["part"] != "Figure 1"]  # the shipped cohort holds the analysed alone
    assert (counts["difference"] == 0).all()
    ratio = beside[(beside["part"] == "Table 3") & (beside["figure"] == "HR")]
    assert ratio["published"].tolist() == ["7.746", "0.251", "2.393", "1.566"]
    assert ratio["difference"].abs().max() == pytest.approx(0.184, abs=5e-4)
