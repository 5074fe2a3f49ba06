"""Of real children no count of one to four is told, nor what one could be computed from."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lorpredict import Cohort, read_cohort
from lorpredict.errors import DesignError, TooLittleData
from lorpredict.report import study_report
from lorpredict.study import PublishedAnalysis, published_analysis
from lorpredict.study._description import Flow
from lorpredict.study._small_cells import hidden_flow
from lorpredict.study.published._hidden_lines import HIDDEN
from lorpredict.survival import DAYS_A_MONTH
from tests.unit.study.test_published_analysis import table

SMALLEST = 5
LOST_OF_NOT_IN_REMISSION = "4\N{NO-BREAK SPACE}|\N{NO-BREAK SPACE}14"


def analysed(changed: pd.DataFrame) -> PublishedAnalysis:
    return published_analysis(read_cohort(changed, name="ours"))


def real(cohort: Cohort) -> pd.DataFrame:
    """The shipped children, as if they were real."""
    return cohort.table.drop(columns="synthetic")


@pytest.fixture(scope="module", params=["shipped", 80, 150, 400])
def told(request: pytest.FixtureRequest, cohort: Cohort) -> PublishedAnalysis:
    if request.param == "shipped":
        return analysed(real(cohort)).to_be_told()
    return analysed(with_gaps(table(request.param, seed=request.param))).to_be_told()


def with_gaps(changed: pd.DataFrame) -> pd.DataFrame:
    """Leave out values of a few children here and of many there."""
    rng = np.random.default_rng(1)
    shares = {"crp_mg_l": 0.02, "esr_mm_h": 0.2, "location": 0.02, "immunomodulator_week14": 0.02}
    for key, share in shares.items():
        changed.loc[rng.random(len(changed)) < share, key] = pd.NA
    changed["optimised_after_low_trough"] = rng.random(len(changed)) < 0.15
    return changed


def small(counts: pd.Series) -> pd.Series:
    return counts.dropna().between(1, SMALLEST - 1)


# ---- no small count, in any table ---------------------------------------------------------------

COUNTS = ("n", "measured", "missing", "lost_in_group", "lost_in_rest", "not_lost_in_group",
          "not_lost_in_rest", "at_risk", "lost", "not_lost", "children", "events", "treated",
          "events_in_treated")  # fmt: skip


def test_no_table_holds_a_small_count(told: PublishedAnalysis) -> None:
    for name, made in told.tables().items():
        counts = [key for key in COUNTS if key in made and made[key].dtype == "Int64"]
        for key in counts:
            assert not small(made[key]).any(), (name, key)
    beside = told.tables()["published_and_ours"]
    assert not small(beside.loc[beside["figure"].isin(["n"]), "ours"]).any()


def test_no_line_of_table_1_tells_a_small_share(told: PublishedAnalysis) -> None:
    for line in told.table_one:
        if line.count is not None and line.measured is not None:
            assert not small(pd.Series([line.count, line.measured - line.count])).any(), line


def test_what_is_left_of_each_row_is_not_small(told: PublishedAnalysis) -> None:
    children, events = told.flow.at_risk, told.events
    for row in told.table_two:
        if row.lost and row.not_lost:
            missing = events - sum(row.lost), children - events - sum(row.not_lost)
            assert not small(pd.Series(missing)).any(), row


def test_between_two_months_nobody_can_be_counted(told: PublishedAnalysis) -> None:
    """Who leaves between two points, and how many of them by the event, as the curve tells it."""
    curves = [told.curve, *(curve for panel in told.panels for curve in panel.curves)]
    children = told.children
    for curve in curves:
        assert curve.steps is None
        assert not small(-curve.points["at_risk"].astype(float).diff().iloc[1:]).any()
    days = told.curve.points["months_since_first_infusion"].to_numpy() * DAYS_A_MONTH
    cuts = [-1.0, *days, np.inf]
    for low, high in pairwise(cuts):
        within = (children.days > low) & (children.days <= high)
        assert not small(pd.Series([int((within & children.lost).sum())])).any()


def test_where_competing_ends_are_told_of_they_are_not_few(told: PublishedAnalysis) -> None:
    points, children = told.curve.points, told.children
    known = points[points["aalen_johansen"].notna()]["months_since_first_infusion"].to_numpy()
    for low, high in pairwise([-1.0, *known * DAYS_A_MONTH, np.inf]):
        within = (children.days > low) & (children.days <= high)
        if len(known):
            assert not small(pd.Series([int((within & children.competing).sum())])).any()


def test_a_group_and_all_children_do_not_tell_the_rest(told: PublishedAnalysis) -> None:
    months = set(told.curve.points["months_since_first_infusion"])
    for panel in told.panels:
        for curve in panel.curves:
            assert set(curve.points["months_since_first_infusion"]) <= months


def test_two_codings_do_not_tell_who_changed(told: PublishedAnalysis) -> None:
    cells = [each.cells for each in told.codings if each.cells]
    for one, other in combinations(cells, 2):
        apart = [abs(a - b) for a, b in zip(one, other, strict=True)]
        assert not small(pd.Series(apart)).any()


def test_the_three_therapies_do_not_tell_one_another(told: PublishedAnalysis) -> None:
    rows = {row.key: row for row in told.table_two}
    alone, steroids = rows["infliximab_alone"], rows["steroids_week14"]
    if alone.lost and steroids.lost:
        third = told.events - alone.lost[0] - steroids.lost[0]
        assert not small(pd.Series([third])).any()


def test_the_page_says_what_is_hidden_and_draws_no_step(told: PublishedAnalysis) -> None:
    page = study_report(told)
    assert "Counts of 1 to 4 children are hidden" in page
    assert HIDDEN in page
    assert not re.search(r"<td>[1-4] \(\d", page)


# ---- one by one ---------------------------------------------------------------------------------


def test_a_comparison_with_a_small_cell_is_hidden_whole(cohort: Cohort) -> None:
    rows = {row.key: row for row in analysed(real(cohort)).to_be_told().table_two}
    hidden = [key for key, row in rows.items() if row.reason == HIDDEN]
    assert hidden == [
        "onset_age_years", "bmi_z", "pcdai_baseline", "crp_mg_l", "remission_week14",
        "steroids_week14",
    ]  # fmt: skip
    for key in hidden:
        assert (rows[key].lost, rows[key].statistic, rows[key].missing) == (None, None, None)


def test_a_term_of_a_hidden_comparison_is_not_told(cohort: Cohort) -> None:
    terms = analysed(real(cohort)).to_be_told().table_three.terms
    assert [term.key for term in terms if term.effect is None] == ["remission_week14", "bmi_z"]


def test_ends_that_are_told_do_not_tell_the_one_that_is_hidden(cohort: Cohort) -> None:
    # 18 lost response, which is told elsewhere: it cannot protect the 3 who were transferred.
    ended = analysed(real(cohort)).to_be_told().flow.ended
    assert ended["secondary_lor"] == 18
    assert ended["transferred"] is None
    assert ended["stopped_infliximab"] is None


def test_alone_and_with_steroids_do_not_count_a_few_on_the_third_therapy() -> None:
    changed = table(400, seed=400)
    lost = changed.index[changed["outcome"] == "secondary_lor"]
    changed.loc[lost, "immunomodulator_week14"] = False
    changed.loc[lost, "steroids_week14"] = [number < 20 for number in range(len(lost))]
    changed.loc[lost[-3:], "immunomodulator_week14"] = True
    rows = {row.key: row for row in analysed(changed).to_be_told().table_two}
    assert rows["steroids_week14"].lost == (20, len(lost) - 20)
    assert rows["infliximab_alone"].reason == HIDDEN  # else 3 = all - 20 - alone


def test_who_ends_on_the_very_day_is_counted_in_no_difference() -> None:
    changed = table(200, seed=2)
    half_years = (changed["follow_up_days"] / (6 * DAYS_A_MONTH)).round().clip(lower=1)
    changed["follow_up_days"] = half_years * 6 * DAYS_A_MONTH
    told = analysed(changed).to_be_told()
    test_between_two_months_nobody_can_be_counted(told)
    test_where_competing_ends_are_told_of_they_are_not_few(told)


def test_a_model_of_few_losses_is_not_told() -> None:
    changed = table().drop(columns=["height_cm", "weight_kg"])
    lost = changed.index[changed["outcome"] == "secondary_lor"]
    changed.loc[lost[4:], "bmi_z"] = np.nan
    changed = changed.drop(columns="pcdai_week14")
    both_sides: dict[str, list[Any]] = {  # of each cut, so that no term is left out
        "remission_week14": [True, True, False, False],
        "immunomodulator_over_6_months": [True, False, True, False],
        "bmi_z": [-2.0, 0.0, 0.0, -2.0],
        "growth_delay": [True, True, True, False],
    }
    for key, values in both_sides.items():
        changed.loc[lost[:4], key] = values
    changed.loc[changed.index.difference(lost)[:6], "bmi_z"] = np.nan
    model = analysed(changed).to_be_told().table_three
    assert (model.reason, model.children, model.events) == (HIDDEN, None, None)
    assert all(term.effect is None for term in model.terms)


def test_few_losses_are_hidden_among_the_ends_too() -> None:
    flow = Flow(60, {}, 60, {}, {}, {"secondary_lor": 3, "surgery": 7, "administrative_end": 50})
    ended = hidden_flow(flow, SMALLEST, ("secondary_lor",)).ended
    assert ended == {"secondary_lor": None, "surgery": None, "administrative_end": 50}


def test_losses_that_are_told_protect_no_other_end() -> None:
    flow = Flow(60, {}, 60, {}, {}, {"secondary_lor": 6, "surgery": 3, "administrative_end": 51})
    ended = hidden_flow(flow, SMALLEST, ("secondary_lor",)).ended
    assert ended == {"secondary_lor": 6, "surgery": None, "administrative_end": None}


def test_drugs_that_are_named_do_not_tell_for_how_few_none_was_named() -> None:
    changed = table(400, seed=400)
    longer = changed.index[changed["immunomodulator_over_6_months"]]
    changed.loc[longer[:2], "immunomodulator_drug"] = pd.NA
    changed.loc[longer[2:12], "immunomodulator_over_6_months"] = pd.NA
    found = analysed(changed).to_be_told()
    named = [line for line in found.table_one if line.key == "immunomodulator_over_6_months"]
    assert {line.reason for line in named} == {HIDDEN}


def test_a_large_cohort_tells_its_curve() -> None:
    points = analysed(table(400, seed=400)).to_be_told().curve.points
    assert {0, 12, 24, 36} <= set(points["months_since_first_infusion"])


@pytest.mark.parametrize("key", ["growth_delay", "immunomodulator_week14", "prior_een"])
def test_what_is_lacking_is_told_beside_what_is_hidden(key: str) -> None:
    page = study_report(analysed(table().drop(columns=key)))
    assert f"the cohort has no column {key}" in page
    assert HIDDEN in page


@pytest.mark.parametrize("events", [1, 4])
def test_so_few_losses_are_refused_with_the_way_out(events: int) -> None:
    changed = table()
    lost = changed.index[changed["outcome"] == "secondary_lor"]
    changed.loc[lost[events:], "outcome"] = "administrative_end"
    with pytest.raises(TooLittleData, match="smallest_cell 0 where every count may be told"):
        analysed(changed).to_be_told()
    assert analysed(changed).to_be_told(0).events == events


def test_no_loss_at_all_is_told() -> None:
    found = analysed(table().assign(outcome="administrative_end")).to_be_told()
    assert found.flow.ended == {"administrative_end": 120}
    assert found.metrics()["events"] == 0


# ---- whose counts are hidden --------------------------------------------------------------------


def test_children_who_do_not_exist_have_nothing_to_hide(cohort: Cohort) -> None:
    whole = published_analysis(cohort)
    assert whole.to_be_told() is whole
    assert LOST_OF_NOT_IN_REMISSION in study_report(whole)


def test_one_real_child_is_enough_to_hide(cohort: Cohort) -> None:
    mixed = cohort.table.assign(synthetic=[False, *[True] * (len(cohort) - 1)])
    found = analysed(mixed)
    assert found.synthetic
    assert not found.wholly_synthetic
    page = study_report(found)
    assert LOST_OF_NOT_IN_REMISSION not in page
    assert "No figure here speaks of real children alone, and each may hold them." in page
    assert set(found.tables()["flow"]["synthetic"]) == {"in part"}


def test_a_hospital_may_show_all(cohort: Cohort) -> None:
    assert LOST_OF_NOT_IN_REMISSION in study_report(analysed(real(cohort)), smallest_cell=0)


def test_a_smallest_cell_that_would_hide_nothing_is_refused(cohort: Cohort) -> None:
    with pytest.raises(DesignError, match="smallest cell is 1; expected 2 or more"):
        analysed(real(cohort)).to_be_told(1)


def test_what_is_hidden_already_is_not_hidden_otherwise(cohort: Cohort) -> None:
    told = analysed(real(cohort)).to_be_told(5)
    assert told.to_be_told(5) is told
    with pytest.raises(DesignError, match="counts below 5 are hidden already"):
        told.without_small_counts(10)
