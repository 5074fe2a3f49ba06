"""Infusions and levels together: no sample from after the fourth infusion is a trough."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from lorpredict import Cohort, read_cohort
from lorpredict.cohort import (
    CohortWarning,
    Levels,
    as_records,
    read_infusions,
    read_levels,
    with_infusions,
    with_levels,
)
from lorpredict.errors import CohortFaults
from tests.tables import drawn

TROUGH = "trough_week14_ug_ml"

# The fourth infusion: of a on day 90, of b on day 70, of c on day 120; d has three, e no rows.
INFUSED = """
    patient_id | day | dose_mg
    a          | 0   | 200
    a          | 14  | 200
    a          | 42  | 200
    a          | 90  | 200
    b          | 0   | 200
    b          | 14  | 200
    b          | 42  | 200
    b          | 70  | 200
    b          | 98  | 200
    c          | 0   | 200
    c          | 14  | 200
    c          | 42  | 200
    c          | 120 | 200
    d          | 0   | 200
    d          | 14  | 200
    d          | 42  | 200
"""
SAMPLED = """
    patient_id | day | value_ug_ml | antibodies
    a          | 89  | 1           | low
    a          | 97  | 20          | high
    b          | 95  | 9           | high
    c          | 97  | 6           | high
    d          | 98  | 5           | high
    e          | 98  | 3           | negative
"""
WARNED = (
    "3 of 5 children had no fourth infusion on their landmark day: "
    "they take no trough and no antibodies of week 14 from their levels"
)


def levels_of(text: str) -> Levels:
    return read_levels(drawn(text), name="theirs")


def children(**given: Any) -> Cohort:
    rows = {"patient_id": list("abcde"), "follow_up_days": 200, "outcome": "secondary_lor"}
    return read_cohort(pd.DataFrame(rows | given), name="ours")


def infused_as_drawn(cohort: Cohort) -> Cohort:
    with pytest.warns(CohortWarning, match="2 of 5 children had their fourth infusion outside"):
        return with_infusions(cohort, read_infusions(drawn(INFUSED)))


def sampled_as_drawn(cohort: Cohort) -> dict[str, list[Any]]:
    """Give the children their levels, and return trough and antibodies, None where missing."""
    with pytest.warns(CohortWarning) as warned:
        table = with_levels(cohort, levels_of(SAMPLED)).table
    assert [(str(each.message), each.filename) for each in warned] == [(WARNED, __file__)]
    records = as_records(table)
    return {key: [row[key] for row in records] for key in (TROUGH, "antibodies_week14")}


def test_no_sample_after_the_fourth_infusion_becomes_the_trough() -> None:
    assert sampled_as_drawn(infused_as_drawn(children())) == {
        TROUGH: [1.0, None, None, None, 3.0],
        "antibodies_week14": ["low", None, None, None, "negative"],
    }


def test_nor_does_one_where_the_cohort_says_when_the_landmark_is() -> None:
    cohort = infused_as_drawn(children(landmark_day=[90, 98, 98, 98, 98]))
    found = sampled_as_drawn(cohort)
    assert found[TROUGH] == [1.0, None, None, None, 3.0]


def test_a_given_trough_stays_where_the_levels_give_none() -> None:
    cohort = infused_as_drawn(children(trough_week14_ug_ml=[None, 4, None, None, None]))
    found = sampled_as_drawn(cohort)
    assert found[TROUGH] == [1.0, 4.0, None, None, 3.0]


def test_children_without_a_sample_are_not_counted() -> None:
    infused = infused_as_drawn(children())
    levels = levels_of("patient_id | day | value_ug_ml\ne | 98 | 3")
    assert with_levels(infused, levels).table[TROUGH].count() == 1


def test_without_infusions_the_planned_day_holds() -> None:
    table = with_levels(children(), levels_of(SAMPLED)).table
    assert table[TROUGH].tolist() == [20.0, 9.0, 6.0, 5.0, 3.0]


def test_infusions_after_levels_are_refused() -> None:
    cohort = with_levels(children(), levels_of(SAMPLED))
    with pytest.raises(CohortFaults) as refused:
        with_infusions(cohort, read_infusions(drawn(INFUSED)))
    assert [str(fault) for fault in refused.value.faults] == [
        "landmark_day: the levels were joined before the infusions, which say when the landmark "
        "is. Give the infusions first: with_infusions, then with_levels"
    ]


def test_infusions_come_in_parts_and_are_all_remembered() -> None:
    cohort = children()
    for name in "ba":
        rows = pd.DataFrame({"patient_id": name, "day": [0, 14, 42, 84], "dose_mg": 200})
        cohort = with_infusions(cohort, read_infusions(rows))
    assert cohort.fourth_infusions == {"a": 84.0, "b": 84.0}
    assert cohort.joined == ("infusions",)


def test_what_was_joined_is_no_part_of_the_hash() -> None:
    nothing = levels_of("patient_id | day | value_ug_ml\na | 42 | 3")
    joined = with_levels(children(), nothing)
    assert joined.joined == ("levels",)
    assert joined.sha256 == children().sha256
