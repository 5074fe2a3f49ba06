"""The published analysis on cohorts that are not the paper's: awkward, poor, and of other ends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lorpredict import Cohort, ModelDesign, read_cohort
from lorpredict.errors import NotInstalled, TooLittleData
from lorpredict.report import study_report
from lorpredict.study import PublishedAnalysis, published_analysis
from lorpredict.study.published import _lifelines
from lorpredict.study.published._comparisons import NO_EVENT, ONE_GROUP, Comparison
from lorpredict.study.published._cox import INFINITE
from lorpredict.synthetic import simulate_cohort
from tests.tables import drawn, drawn_cohort


def table(children: int = 120, seed: int = 3, sites: int = 1) -> pd.DataFrame:
    """Simulated children as a hospital would bring them: nothing says that they are simulated."""
    simulated = simulate_cohort(children, rng=np.random.default_rng(seed), sites=sites)
    return simulated.cohort.table.drop(columns="synthetic")


def analysed(changed: pd.DataFrame) -> PublishedAnalysis:
    return published_analysis(read_cohort(changed, name="ours"))


def row(analysis: PublishedAnalysis, key: str) -> Comparison:
    [found] = [each for each in analysis.table_two if each.key == key]
    return found


# ---- what is lacking or not known ---------------------------------------------------------------


def test_a_column_that_is_lacking_costs_its_rows_alone() -> None:
    whole = analysed(table())
    poor = analysed(table().drop(columns=["growth_delay", "steroids_week14"]))
    for key in ("growth_delay", "steroids_week14", "infliximab_alone"):
        assert row(poor, key).statistic is None
        assert row(poor, key).reason.startswith("the cohort has no column")
    assert row(poor, "sex") == row(whole, "sex")
    lacking = {term.key: term.reason for term in poor.table_three.terms if term.effect is None}
    assert lacking == {"growth_delay": "the cohort has no column growth_delay"}


def test_a_cohort_of_nothing_but_an_outcome_is_analysed() -> None:
    bare = analysed(table()[["patient_id", "follow_up_days", "outcome"]])
    assert bare.flow.at_risk == 120
    assert all(each.reason for each in bare.table_two)
    assert all(each.reason for each in bare.codings)
    assert bare.trough.reason == "the cohort has no column trough_week14_ug_ml"
    assert bare.optimisation.reason == "the cohort has no column optimised_after_low_trough"
    assert "the cohort has no column" in study_report(bare)


def test_a_child_with_a_missing_value_is_left_out_of_that_row_and_counted() -> None:
    changed = table()
    lost = changed["outcome"] == "secondary_lor"
    unknown = [*changed.index[lost][:2], *changed.index[~lost][:7]]
    changed.loc[unknown, "crp_mg_l"] = np.nan
    found = row(analysed(changed), "crp_mg_l")
    assert found.missing == (2, 7)
    assert sum(found.lost or ()) == int(lost.sum()) - 2
    rest = analysed(changed.drop(index=unknown))
    assert found.statistic == pytest.approx(row(rest, "crp_mg_l").statistic, abs=1e-9)


def test_the_cox_model_takes_children_with_all_four_characteristics() -> None:
    changed = table()
    changed.loc[:9, "bmi_z"] = np.nan
    # Height and weight would give the z-score back.
    found = analysed(changed.drop(columns=["weight_kg", "height_cm"])).table_three
    assert found.children == 110
    assert sum(found.left_out or ()) == 10


def test_remission_follows_from_the_activity_where_it_was_not_given() -> None:
    given, scored = analysed(table()), analysed(table().drop(columns="remission_week14"))
    assert row(scored, "remission_week14") == row(given, "remission_week14")


def test_infliximab_alone_is_known_as_soon_as_one_drug_was_given() -> None:
    changed = table()
    both_unknown = changed.index[~changed["immunomodulator_week14"]][:3]
    one_given = changed.index[changed["immunomodulator_week14"]][:4]
    changed.loc[both_unknown, "steroids_week14"] = pd.NA
    changed.loc[one_given, "steroids_week14"] = pd.NA
    assert sum(row(analysed(changed), "infliximab_alone").missing or ()) == 3


# ---- groups and events that are not there -------------------------------------------------------


def test_without_a_loss_of_response_nothing_is_tested_and_all_is_told() -> None:
    changed = table().assign(outcome="administrative_end")
    found = analysed(changed)
    assert found.events == 0
    assert {each.reason for each in found.table_two} == {NO_EVENT}
    assert found.table_three.reason == NO_EVENT
    assert found.curve.points["lost"].eq(0).all()
    assert "no child lost response" in study_report(found)


def test_where_every_child_is_in_one_group_there_is_no_comparison() -> None:
    found = analysed(table().drop(columns=["height_cm", "weight_kg"]).assign(sex="male"))
    assert row(found, "sex").reason == ONE_GROUP
    assert row(found, "sex").lost == (found.events, 0)


def test_a_ratio_without_an_end_is_left_out_and_the_others_are_estimated() -> None:
    changed = table()
    changed["growth_delay"] = (changed["outcome"] != "secondary_lor") & (changed.index < 60)
    found = analysed(changed).table_three
    reasons = {term.key: term.reason for term in found.terms}
    assert reasons["growth_delay"] == INFINITE
    assert [key for key, reason in reasons.items() if not reason] == [
        "remission_week14", "immunomodulator_over_6_months", "bmi_z",
    ]  # fmt: skip
    adjusted = [each for each in analysed(changed).codings if each.adjusted]
    assert all(each.without == ("growth_delay",) for each in adjusted)


def test_nobody_at_risk_is_refused() -> None:
    with pytest.raises(TooLittleData, match="nobody is at risk at the landmark"):
        analysed(table().assign(follow_up_days=50.0))


def test_three_children_are_enough_to_count() -> None:
    cohort = drawn_cohort("""
        patient_id | follow_up_days | outcome            | trough_week14_ug_ml
        a          | 200            | secondary_lor      | 2.0
        b          | 400            | stopped_infliximab | 5.0
        c          | 700            | death              | 6.0
    """)
    found = published_analysis(cohort)
    assert found.curve.points["at_risk"].tolist() == [3, 3, 2, 1]
    assert found.curve.points["lost"].tolist() == pytest.approx([0, 0, 1 / 3, 1 / 3])
    assert found.curve.points["aalen_johansen"].isna().all()
    assert found.trough.reason == "fewer than two children of a group have a measured trough"


def test_one_child_has_a_mean_and_no_spread() -> None:
    cohort = drawn_cohort("""
        patient_id | follow_up_days | outcome       | bmi_z
        a          | 200            | secondary_lor | -1.50
        b          | 300            | secondary_lor |
    """)
    [line] = [each for each in published_analysis(cohort).table_one if each.key == "bmi_z"]
    assert (line.measured, line.missing, line.told) == (1, 1, "−1.50 ± not defined")


# ---- other cohorts ------------------------------------------------------------------------------


def test_who_lost_response_before_week_14_is_left_out_and_counted() -> None:
    changed = table()
    changed.loc[:4, "outcome"], changed.loc[:4, "follow_up_days"] = "secondary_lor", 60.0
    flow = analysed(changed).flow
    assert (flow.started, flow.at_risk) == (120, 115)
    assert flow.left_out["response lost at or before the landmark"] == 5


def test_other_ends_compete_and_the_two_estimates_part() -> None:
    changed = table(400)
    ends = ["administrative_end", "stopped_infliximab", "transferred", "surgery", "death"]
    others = changed["outcome"] != "secondary_lor"
    changed.loc[others, "outcome"] = np.resize(ends, int(others.sum()))
    points = analysed(changed).curve.points
    later = points[points["months_since_first_infusion"].between(18, 48)]
    assert (later["lost"] > later["aalen_johansen"] + 0.01).all()


def test_hospitals_are_counted_and_analysed_together() -> None:
    found = analysed(table(sites=3))
    assert found.sites == 3
    assert "3 hospitals are analysed together" in study_report(found)


def test_a_design_may_name_another_event() -> None:
    changed = table()
    changed.loc[changed.index[changed["outcome"] == "administrative_end"][:6], "outcome"] = (
        "surgery"
    )
    cohort = read_cohort(changed, name="ours")
    design = ModelDesign(
        "both", 1, "", predictors=("albumin_week14_g_l",), events=("secondary_lor", "surgery"),
        competing=("stopped_infliximab", "transferred", "death"),
    )  # fmt: skip
    assert published_analysis(cohort, design=design).events == analysed(changed).events + 6


def test_a_trough_below_the_limit_counts_as_half_of_it() -> None:
    rows = drawn("""
        patient_id | follow_up_days | outcome            | trough_week14_ug_ml | below | loq
        a          | 200            | secondary_lor      |                     | true  | 1.0
        b          | 300            | secondary_lor      | 2.5                 |       |
        c          | 400            | administrative_end | 6.0                 |       |
        d          | 700            | administrative_end | 8.0                 |       |
        e          | 700            | administrative_end |                     |       |
    """)
    names = {"below": "trough_week14_below_loq", "loq": "trough_week14_loq_ug_ml"}
    cohort = drawn_cohort(rows.rename(columns=names))
    found = published_analysis(cohort).trough
    assert [(each.measured, each.missing, each.mean) for each in found.groups] == [
        (2, 0, 1.5), (2, 1, 7.0),
    ]  # fmt: skip
    assert found.below_limit == 1
    # (7 - 1.5) / sqrt(2/2 + 2/2), by hand.
    assert found.t == pytest.approx(5.5 / np.sqrt(2))


def test_troughs_that_are_all_the_same_in_one_group_are_compared_all_the_same() -> None:
    changed = table().drop(columns=["trough_week14_below_loq", "trough_week14_loq_ug_ml"])
    lost = changed["outcome"] == "secondary_lor"
    changed["trough_week14_ug_ml"] = np.where(lost, 0.2, np.where(changed.index % 2, 4.0, 6.0))
    found = analysed(changed).trough
    assert found.groups[0].sd == pytest.approx(0, abs=1e-12)
    assert found.t is not None
    both = analysed(changed.assign(trough_week14_ug_ml=0.2)).trough
    assert both.reason == "all troughs of a group are the same"


def test_without_lifelines_the_way_out_is_told(
    cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_lifelines, "find_spec", {}.get)
    with pytest.raises(NotInstalled, match=r"pip install lorpredict\[study\]"):
        published_analysis(cohort)


# ---- what leaves it -----------------------------------------------------------------------------


def test_no_table_names_a_child_and_each_says_that_children_are_synthetic(cohort: Cohort) -> None:
    for made in published_analysis(cohort).tables().values():
        written = made.to_csv()
        assert "PSEUDO-" not in written
        assert made["synthetic"].all()


def test_the_same_cohort_gives_the_same_page(cohort: Cohort) -> None:
    first, second = (study_report(published_analysis(cohort)) for _ in range(2))
    assert first == second
    assert "PSEUDO-" not in first
    assert first.count("synthetic children: demonstration only") > 20
