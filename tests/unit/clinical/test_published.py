"""The published figures agree with one another, but for the places that the notes name."""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy import stats

from lorpredict.clinical import catalogue, published_study
from lorpredict.errors import CatalogueError

STUDIES = ["beijing-2025", "methotrexate-add-on", "roblin-2020", "trough-guided", "ungar-2019"]
BEIJING = published_study("beijing-2025")
TABLE2: dict[str, dict[str, Any]] = BEIJING["table2"]["rows"]
COX: dict[str, dict[str, Any]] = BEIJING["cox"]
EACH_ROW = pytest.mark.parametrize("key", TABLE2)
EACH_EFFECT = pytest.mark.parametrize("key", COX)
COUNTS = [
    pytest.param(entry["n"], entry["percent"], id=f"{part} {key} {name}")
    for part in ("table1", "before_infliximab", "beside_infliximab")
    for key, entries in BEIJING[part].items()
    for name, entry in [*entries.items(), ("", entries)]
    if isinstance(entry, dict) and "percent" in entry
]


def notes_about(study: str) -> set[str]:
    return {note["about"] for note in published_study(study).get("notes", ())}


def p_as_printed(statistic: float, decimals: int) -> str:
    return f"{stats.chi2.sf(statistic, 1):.{decimals}f}"


@pytest.mark.parametrize("study", STUDIES)
def test_every_study_has_title_citation_and_population(study: str) -> None:
    content = published_study(study)
    assert content["title"]
    assert content["citation"]
    assert content["population"]["disease"]


def test_an_unknown_study_is_answered_with_the_known_ones() -> None:
    with pytest.raises(CatalogueError) as refused:
        published_study("beijing")
    assert str(refused.value) == f"no study is called 'beijing'; known: {', '.join(STUDIES)}"


def test_a_study_under_way_says_that_it_has_no_figures() -> None:
    assert published_study("trough-guided")["note"].endswith("gives no figures.")


def test_the_flow_adds_up() -> None:
    population, outcome = BEIJING["population"], BEIJING["outcome"]
    assert population["started"] - population["excluded"] == population["analysed"] == 69
    assert outcome["secondary_lor"] + outcome["responders"] == 69


@pytest.mark.parametrize(("n", "percent"), COUNTS)
def test_a_printed_percentage_is_its_count_of_69(n: int, percent: float) -> None:
    assert round(100 * n / 69, 1) == percent


def test_table_2_has_the_21_characteristics() -> None:
    assert len(TABLE2) == 21
    assert set(TABLE2) - set(catalogue()) == {"infliximab_alone"}


@EACH_ROW
def test_the_counts_of_a_row_sum_to_the_cohort(key: str) -> None:
    assert sum(TABLE2[key]["lor"]) == 18
    assert sum(TABLE2[key]["responder"]) == 51


@pytest.mark.parametrize("key", sorted(set(TABLE2) - {"infliximab_alone", "remission_week14"}))
def test_the_printed_p_follows_from_the_printed_statistic(key: str) -> None:
    assert p_as_printed(TABLE2[key]["chi2"], 2) == TABLE2[key]["p"]


def test_the_smallest_p_of_table_2_is_below_its_printed_bound() -> None:
    assert TABLE2["remission_week14"]["p"] == "<0.001"
    assert stats.chi2.sf(TABLE2["remission_week14"]["chi2"], 1) == pytest.approx(0.000276, abs=1e-6)


def test_the_one_p_that_does_not_follow_is_explained_by_rounding_and_noted() -> None:
    row = TABLE2["infliximab_alone"]
    assert (row["p"], p_as_printed(row["chi2"], 2)) == ("0.62", "0.61")
    # The statistic has three decimals, so it may have been smaller by up to 0.0005.
    assert p_as_printed(row["chi2"] - 0.0005, 2) == "0.62"
    assert "table2.infliximab_alone" in notes_about("beijing-2025")


def test_the_statistics_of_table_2_are_not_those_of_its_counts() -> None:
    row = TABLE2["growth_delay"]
    counts = [row["lor"], row["responder"]]
    assert stats.chi2_contingency(counts, correction=False).statistic == pytest.approx(
        2.546, abs=5e-4
    )
    assert row["chi2"] == 5.012


@pytest.mark.parametrize(
    ("key", "n"),
    [("sex", 41), ("onset_age_years", 6), ("location", 20), ("upper_gi", 33), ("behaviour", 43),
     ("perianal", 23), ("growth_delay", 11), ("steroids_week14", 10), ("infliximab_alone", 26),
     ("immunomodulator_over_6_months", 30), ("pcdai_baseline", 16)],
)  # fmt: skip
def test_a_group_of_table_2_has_its_size_of_table_1(key: str, n: int) -> None:
    assert TABLE2[key]["lor"][0] + TABLE2[key]["responder"][0] == n


@pytest.mark.parametrize("key", [k for k in catalogue() if catalogue()[k].published_cut])
def test_the_catalogue_cuts_where_table_2_does(key: str) -> None:
    assert TABLE2[key]["cut"] == catalogue()[key].published_cut


def test_every_number_and_category_of_table_2_has_its_cut_in_the_catalogue() -> None:
    uncut = {key for key in set(TABLE2) & set(catalogue()) if not catalogue()[key].published_cut}
    assert {catalogue()[key].kind for key in uncut} == {"boolean"}


@EACH_EFFECT
def test_a_hazard_ratio_is_the_exponential_of_its_coefficient(key: str) -> None:
    effect = COX[key]
    # Both are printed to three decimals, so the coefficient is known to within 0.0005.
    assert math.exp(effect["beta"] - 5e-4) - 5e-4 <= effect["hazard_ratio"]
    assert effect["hazard_ratio"] <= math.exp(effect["beta"] + 5e-4) + 5e-4


@EACH_EFFECT
def test_an_interval_follows_from_coefficient_and_standard_error(key: str) -> None:
    effect = COX[key]
    for sign, printed in zip((-1, 1), effect["ci95"], strict=True):
        log_bound = effect["beta"] + sign * 1.96 * effect["se"]
        # Rounding: 0.0005 in the coefficient, 1.96 times as much in the standard error,
        # and 0.0005 in the bound itself.
        assert abs(math.log(printed) - log_bound) <= 5e-4 * (1 + 1.96 + 1 / printed)


@EACH_EFFECT
def test_a_wald_statistic_follows_from_coefficient_and_standard_error(key: str) -> None:
    effect = COX[key]
    smallest = ((abs(effect["beta"]) - 5e-4) / (effect["se"] + 5e-4)) ** 2
    largest = ((abs(effect["beta"]) + 5e-4) / (effect["se"] - 5e-4)) ** 2
    assert smallest - 5e-4 <= effect["wald"] <= largest + 5e-4


@pytest.mark.parametrize(
    ("key", "decimals"), [("remission_week14", 3), ("bmi_z", 2), ("growth_delay", 2)]
)
def test_a_wald_p_follows_from_its_statistic(key: str, decimals: int) -> None:
    assert p_as_printed(COX[key]["wald"], decimals) == COX[key]["p"]


def test_the_one_wald_p_that_does_not_follow_is_noted() -> None:
    effect = COX["immunomodulator_over_6_months"]
    assert (effect["p"], p_as_printed(effect["wald"], 3)) == ("0.03", "0.025")
    assert p_as_printed(effect["wald"], 2) == "0.02"
    assert "cox.immunomodulator_over_6_months" in notes_about("beijing-2025")


@EACH_EFFECT
def test_the_cox_model_uses_the_groups_of_table_2(key: str) -> None:
    assert COX[key]["cut"] == TABLE2[key]["cut"]
    assert COX[key]["group"] == TABLE2[key]["group"]


@pytest.mark.parametrize("key", ["remission_week14", "immunomodulator_over_6_months"])
def test_figure_3_prints_the_p_of_the_cox_model(key: str) -> None:
    assert BEIJING["figure3"][key]["p"] == COX[key]["p"] != TABLE2[key]["p"]
    assert "figure3" in notes_about("beijing-2025")


def test_the_trough_t_is_welchs() -> None:
    trough = BEIJING["trough_week14_ug_ml"]
    groups = [
        trough[group][figure] for group in ("responder", "lor") for figure in ("mean", "sd", "n")
    ]
    welch = stats.ttest_ind_from_stats(*groups, equal_var=False)
    assert welch.statistic == pytest.approx(trough["t"], abs=5e-4)
    assert f"{welch.pvalue:.3f}" == trough["p"]


def test_the_curve_stands_as_it_was_printed() -> None:
    steps = BEIJING["kaplan_meier"]["steps"]
    assert {step["months_since_first_infusion"]: step["lor_percent"] for step in steps} == {
        12: 15.7, 24: 27.3, 36: 30.9,
    }  # fmt: skip


def test_the_printed_median_time_to_loss_says_that_it_is_not_to_be_used() -> None:
    assert BEIJING["time_to_lor_as_printed"]["median_months"] == 16.2
    assert BEIJING["time_to_lor_as_printed"]["note"].startswith("Do not use")
    assert "time_to_lor_as_printed" in notes_about("beijing-2025")


def test_surgery_is_counted_twice_in_two_ways_and_says_so() -> None:
    assert BEIJING["table1"]["prior_surgery"]["true"]["n"] == 7
    assert sum(BEIJING["before_infliximab"]["operations"].values()) == 5
    assert "prior_surgery" in notes_about("beijing-2025")


def test_the_infliximab_arms_of_roblin_add_up() -> None:
    population = published_study("roblin-2020")["population"]
    assert sum(population["arms"].values()) == sum(population["second_drug"].values()) == 90


def test_a_percentage_of_ungar_is_misprinted_and_says_so() -> None:
    remission = published_study("ungar-2019")["remission_after_intensification"]
    assert {k: round(100 * r["n"] / r["of"], 1) for k, r in remission.items()} == {
        "months_6": 47.9, "months_12": 60.4,
    }  # fmt: skip
    assert remission["months_6"]["percent"] == 49
    assert "remission_after_intensification" in notes_about("ungar-2019")
