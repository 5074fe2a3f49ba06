"""The first pages of a study: Table 1, follow-up, sample size, and what may leave the hospital."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lorpredict import AtRisk, Cohort, ModelDesign, family
from lorpredict.cohort import read_cohort
from lorpredict.errors import DesignError, TooLittleData
from lorpredict.study import CohortDescription, TableOne, describe, table_one
from lorpredict.study._small_cells import hidden_in_a_sum
from tests.tables import drawn

SMALLEST = 5


@pytest.fixture(scope="module")
def described(cohort: Cohort, design: ModelDesign) -> CohortDescription:
    return describe(cohort, design)


@pytest.fixture(scope="module")
def told(at_risk: AtRisk) -> TableOne:
    return table_one(at_risk)


def row(table: TableOne, name: str) -> list[str]:
    return next(cells for label, *cells in table.rows() if label == name)


# ---- Table 1 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, all_children",
    [
        ("  male", "41 (59 %)"),
        ("  ileal (L1)", "14 (20 %)"),
        ("  both (L4a and L4b)", "10 (14 %)"),
        ("  stricturing (B2)", "16 (23 %)"),
        ("Perianal disease", "23 (33 %)"),
        ("Age at first infusion, years", "12.0 (9.3, 13.7)"),
        ("Disease duration, months", "7.6 (3.4, 16.8)"),
    ],
)
def test_table_1_is_that_of_the_paper(told: TableOne, name: str, all_children: str) -> None:
    # Beijing 2025, Table 1, doi:10.21037/tp-2025-344, which the shipped cohort reproduces.
    assert row(told, name)[0] == all_children


def test_quartiles_are_those_that_spss_prints() -> None:
    # SPSS takes the value at (n + 1) p: of 1, 2, 3, 4 the lower quartile is the 1.25th value.
    text = "patient_id | follow_up_days | outcome | crp_mg_l\n" + "\n".join(
        f"{value} | 500 | administrative_end | {value}" for value in (1, 2, 3, 4)
    )
    described = describe(read_cohort(drawn(text)), _design("crp_mg_l"))
    [crp] = described.table_one.to_dict()["characteristics"]
    everybody, lost, not_lost = crp["quartiles"]
    assert everybody == {"lower": 1.25, "median": 2.5, "upper": 3.75}
    assert lost is None
    assert not_lost == everybody


def test_shares_are_of_those_in_whom_it_was_measured(told: TableOne) -> None:
    # 66 of 69 had an endoscopy; 19 of 66 are 29 %, of 69 they would be 28 %.
    assert row(told, "Endoscopic severity") == ["", "", "", "3"]
    assert row(told, "  mild (3 to below 9)")[0] == "19 (29 %)"


def test_the_two_groups_add_up_to_all(told: TableOne) -> None:
    assert told.groups == {"all": 69, "lost response": 18, "not lost": 51}
    for each in told.characteristics:
        for everybody, lost, not_lost in (
            each.measured,
            each.missing,
            *(each.levels or {}).values(),
        ):
            assert everybody == (lost or 0) + (not_lost or 0)


def test_a_number_is_told_with_the_decimals_it_was_recorded_with(told: TableOne) -> None:
    decimals = {each.predictor.key: each.decimals for each in told.characteristics}
    assert (decimals["platelets_10e9_l"], decimals["age_years"], decimals["bmi_z"]) == (0, 1, 2)
    assert decimals["trough_week14_ug_ml"] == 2  # recorded with three; a table needs no more


def test_nothing_that_is_known_later_is_in_table_1(told: TableOne) -> None:
    assert all(each.predictor.may_predict for each in told.characteristics)


def test_the_table_as_a_frame_has_a_column_for_each_group(told: TableOne) -> None:
    frame = told.to_frame()
    assert list(frame) == [
        "", "all (n = 69)", "lost response (n = 18)", "not lost (n = 51)", "missing",
    ]  # fmt: skip
    assert len(frame) == len(told.rows())


def test_columns_can_be_chosen(at_risk: AtRisk) -> None:
    table = table_one(at_risk, columns=["perianal"])
    assert [name for name, *_ in table.rows()] == ["Perianal disease"]


# ---- The description --------------------------------------------------------------------------


def test_missing_data_are_counted_of_the_designs_predictors(
    described: CohortDescription, design: ModelDesign
) -> None:
    assert list(described.missing) == list(design.predictors)
    assert {key: n for key, n in described.missing.items() if n} == {"trough_week14_ug_ml": 35}
    assert described.complete == 34


def test_follow_up_is_told_by_reverse_kaplan_meier(described: CohortDescription) -> None:
    seen = described.follow_up
    assert seen is not None
    assert (seen.children, seen.events) == (69, 18)
    # The median of the durations would be 556.4 days: shorter, as many lost response early.
    assert seen.median == pytest.approx(615.8)
    assert described.at_horizons == {365.0: 50, 730.0: 25}


def test_the_sample_size_counts_the_parameters_that_a_linear_model_learns(
    described: CohortDescription, at_risk: AtRisk
) -> None:
    size = described.sample_size
    assert size is not None
    learnt = family("ridge").build(at_risk.design).fit(at_risk.X, at_risk.y)
    expected = (len(learnt.encoding_.features), 69, 18)
    assert (size.parameters, size.children, size.events) == expected


def test_the_sample_size_counts_all_that_a_design_can_spend_where_a_column_is_not_there(
    cohort: Cohort, design: ModelDesign
) -> None:
    without = replace(cohort, table=cohort.table.drop(columns=["bmi_z"]))
    size = describe(without, design).sample_size
    assert size is not None
    assert size.parameters == design.parameters == 21
    assert size.is_met is False


def test_a_better_model_needs_fewer_children(cohort: Cohort, design: ModelDesign) -> None:
    usual, better = (
        describe(cohort, design).sample_size,
        describe(cohort, design, c=0.8).sample_size,
    )
    assert usual is not None
    assert better is not None
    assert better.needed < usual.needed


def test_paris_classes_are_counted(described: CohortDescription) -> None:
    assert described.paris["location"] == {"L1": 14, "L2": 20, "L3": 35, "not known": 0}
    assert described.paris["perianal"] == {"yes": 23, "no": 46, "not known": 0}
    assert all(sum(n or 0 for n in part.values()) == 69 for part in described.paris.values())


def test_without_events_the_sample_size_says_why() -> None:
    text = "patient_id | follow_up_days | outcome | sex\na | 500 | administrative_end | male"
    described = describe(read_cohort(drawn(text)), _design("sex"))
    assert described.sample_size is None
    assert "none of 1 child had the event" in described.sample_size_reason
    assert described.to_dict()["sample_size"] is None


def test_a_predictor_without_a_column_counts_as_missing(
    cohort: Cohort, design: ModelDesign
) -> None:
    table = cohort.table.drop(columns=["trough_week14_ug_ml", "perianal", "location"])
    described = describe(replace(cohort, table=table), design)
    assert described.lacking == ("location", "perianal", "trough_week14_ug_ml")
    assert [described.missing[key] for key in described.lacking] == [69, 69, 69]
    assert described.complete == 0
    assert row(described.table_one, "Perianal disease") == ["-", "-", "-", "69"]


def test_remission_comes_from_the_pcdai_and_is_not_lacking() -> None:
    text = """
    patient_id | follow_up_days | outcome            | pcdai_baseline | pcdai_week14
    a          | 500            | administrative_end | 30             | 5
    b          | 500            | administrative_end | 30             | 12.5
    """
    described = describe(read_cohort(drawn(text)), _design("remission_week14"))
    assert described.lacking == ()
    assert row(described.table_one, "Remission at week 14")[0] == "1 (50 %)"


def test_activity_is_judged_in_all_children_also_those_who_are_left_out() -> None:
    text = """
    patient_id | follow_up_days | outcome            | pcdai_baseline | pcdai_week14
    a          | 500            | administrative_end | 30             | 5
    b          | 500            | administrative_end | 30             | 27.5
    c          | 500            | administrative_end | 30             |
    """
    described = describe(read_cohort(drawn(text)), _design("pcdai_baseline"))
    assert described.flow.at_risk == 2
    counts = {(each.notion, each.name): each.counts for each in described.activity}
    assert counts["remission", "beijing-2025"] == {"yes": 1, "no": 1, "not known": 1}
    assert counts["lor", "beijing-2025"] == {"yes": 1, "no": 1, "not known": 1}


def test_nobody_at_risk_is_refused(design: ModelDesign) -> None:
    text = "patient_id | follow_up_days | outcome | sex\na | 50 | secondary_lor | male"
    with pytest.raises(TooLittleData, match="nobody is at risk at the landmark"):
        describe(read_cohort(drawn(text)), design)


def test_the_description_is_plain_values(described: CohortDescription) -> None:
    told = json.loads(json.dumps(described.to_dict(), allow_nan=False))
    assert told["flow"]["ended"]["secondary_lor"] == 18
    assert told["design"] == {"name": "week14", "version": 1}
    assert told["smallest_cell"] == 0


# ---- What may leave the hospital --------------------------------------------------------------


def test_no_small_count_is_told(described: CohortDescription) -> None:
    told = described.without_small_counts(SMALLEST).to_dict()
    told.pop("sample_size")  # of a model, not of children
    told.pop("design")
    assert [where for where, count in _counts(told) if 0 < count < SMALLEST] == []
    assert told["smallest_cell"] == SMALLEST


def test_a_hidden_count_takes_the_whole_line_by_outcome_with_it(
    described: CohortDescription,
) -> None:
    table = described.without_small_counts(SMALLEST).table_one
    assert row(table, "Earlier surgery") == ["7 (10 %)", "hidden", "hidden", "0"]
    assert row(table, "  colonic (L2)") == ["20 (29 %)", "hidden", "hidden", ""]
    assert row(table, "Perianal disease") == ["23 (33 %)", "9 (50 %)", "14 (27 %)", "0"]
    assert row(table, "  up to the ligament of Treitz (L4a)") == ["hidden"] * 3 + [""]


def test_ends_with_a_small_count_hide_another_one(described: CohortDescription) -> None:
    assert described.without_small_counts(SMALLEST).flow.ended == {
        "administrative_end": 40, "secondary_lor": 18, "stopped_infliximab": None,
        "transferred": None,
    }  # fmt: skip


def test_with_few_events_nothing_is_told_of_events(cohort: Cohort, design: ModelDesign) -> None:
    few = describe(_with_events(cohort, 3), design).without_small_counts(SMALLEST)
    assert few.follow_up is None
    assert few.sample_size is None
    assert "too few" in few.sample_size_reason
    assert few.table_one.groups == {"all": 69, "lost response": None, "not lost": None}
    assert row(few.table_one, "Age at first infusion, years")[1:3] == ["hidden", "hidden"]


def test_who_began_is_hidden_where_few_were_left_out(cohort: Cohort, design: ModelDesign) -> None:
    table = cohort.table.copy()
    table.loc[:1, "follow_up_days"] = 50.0
    told = describe(replace(cohort, table=table), design).without_small_counts(SMALLEST)
    assert told.flow.started is None
    assert told.flow.at_risk == 67


@pytest.mark.parametrize("smallest", [1, 0, -3])
def test_a_smallest_count_that_hides_nothing_is_refused(
    described: CohortDescription, smallest: int
) -> None:
    with pytest.raises(DesignError, match="expected 2 or more"):
        described.without_small_counts(smallest)


def test_fewer_children_than_may_be_told_are_refused(described: CohortDescription) -> None:
    with pytest.raises(TooLittleData, match="fewer than 70 children"):
        described.without_small_counts(70)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=3), st.integers(0, 60), min_size=1, max_size=6))
def test_no_small_count_follows_from_a_list_and_its_sum(counts: dict[str, int]) -> None:
    # One hidden count is the sum less the others; hidden counts that sum to little are little.
    told = hidden_in_a_sum(counts, SMALLEST)
    hidden = [counts[name] for name, count in told.items() if count is None]
    assert [n for n in told.values() if n is not None and 0 < n < SMALLEST] == []
    assert {name: n for name, n in told.items() if n is not None}.items() <= counts.items()
    if any(n > 0 for n in counts.values() if n not in hidden) and hidden:
        assert len(hidden) > 1
        assert sum(hidden) >= SMALLEST


@settings(deadline=None, max_examples=60)
@given(st.integers(20, 60), st.integers(0, 2**32 - 1))
def test_no_small_count_follows_from_table_1(children: int, seed: int) -> None:
    # All = lost + not lost, and the levels with the missing add up to the group: no such sum may
    # have exactly one hidden term.
    table = describe(_random_cohort(children, seed), _design("location", "perianal"))
    if 0 < (table.follow_up.events if table.follow_up else 0) < children:
        told = table.without_small_counts(SMALLEST).table_one
        for each in told.characteristics:
            lines = [each.missing, *(each.levels or {}).values()]
            assert [n for line in lines for n in line if n is not None and 0 < n < SMALLEST] == []
            sums = [*lines, *(column for column in zip(*lines, strict=True))]
            assert all(sum(n is None for n in terms) != 1 for terms in sums)


def _design(*predictors: str) -> ModelDesign:
    return ModelDesign("test", 1, "", predictors=predictors)


def _with_events(cohort: Cohort, number: int) -> Cohort:
    table = cohort.table.copy()
    lost = table.index[table["outcome"] == "secondary_lor"][number:]
    table.loc[lost, "outcome"] = "administrative_end"
    return replace(cohort, table=table)


def _random_cohort(children: int, seed: int) -> Cohort:
    rng = np.random.default_rng(seed)
    return read_cohort(
        pd.DataFrame(
            {
                "patient_id": [f"K{number}" for number in range(children)],
                "follow_up_days": rng.integers(120, 900, children),
                "outcome": rng.choice(["secondary_lor", "administrative_end"], children),
                "location": rng.choice(["L1", "L2", "L3", ""], children, p=[0.5, 0.3, 0.1, 0.1]),
                "perianal": rng.choice(["true", "false", ""], children, p=[0.1, 0.8, 0.1]),
            }
        )
    )


def _counts(told: Any, where: str = "") -> list[tuple[str, int]]:
    """Every whole number of a nested answer, with its place."""
    if isinstance(told, Mapping):
        return [each for key, value in told.items() for each in _counts(value, f"{where}/{key}")]
    if isinstance(told, list):
        return [each for value in told for each in _counts(value, where)]
    return [(where, told)] if type(told) is int else []
