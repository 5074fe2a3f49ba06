"""How a PCDAI and a wPCDAI are scored, item by item, and what week 14 is then called.

A value under a name with a unit is measured and scored by the bands of the index; a number under
the item's own name is the points that the clinician gave.
"""

from __future__ import annotations

from typing import Any, Literal

import pytest

from lorpredict.clinical._indices import activity_index, severity
from lorpredict.clinical._states import activity_states
from tests.tables import drawn

# A girl of 12.4 years, measured wherever the index measures.
PCDAI_FIRST_INFUSION = """
item            | given as            | value | points
----------------|---------------------|-------|-------
abdominal_pain  | abdominal_pain      | 10    | 10
stools          | stools              | 5     | 5
functioning     | functioning         | 5     | 5
haematocrit     | haematocrit_percent | 31    | 2.5
esr             | esr_mm_h            | 54    | 5
albumin         | albumin_g_l         | 33    | 5
weight          | weight_loss_percent | 4     | 5
height          | height_velocity_sd  | -1.4  | 5
abdomen         | abdomen             | 5     | 5
perirectal      | perirectal          | 0     | 0
extraintestinal | extraintestinal     | 0     | 0
"""

# The same girl at week 14: she has gained weight, and her height cannot have caught up yet.
PCDAI_WEEK_14 = """
item            | given as            | value | points
----------------|---------------------|-------|-------
abdominal_pain  | abdominal_pain      | 0     | 0
stools          | stools              | 0     | 0
functioning     | functioning         | 0     | 0
haematocrit     | haematocrit_percent | 33.9  | 2.5
esr             | esr_mm_h            | 12    | 0
albumin         | albumin_g_l         | 41    | 0
weight          | weight_loss_percent | -6    | 0
height          | height_velocity_sd  | -1.4  | 5
abdomen         | abdomen             | 0     | 0
perirectal      | perirectal          | 0     | 0
extraintestinal | extraintestinal     | 0     | 0
"""

# A boy of 9 years; every measured value stands on the edge of its worst band.
WPCDAI = """
item            | given as            | value | points
----------------|---------------------|-------|-------
abdominal_pain  | abdominal_pain      | 20    | 20
functioning     | functioning         | 10    | 10
stools          | stools              | 7.5   | 7.5
esr             | esr_mm_h            | 50    | 15
albumin         | albumin_g_l         | 30    | 20
weight          | weight_loss_percent | 10    | 10
perianal        | perianal            | 7.5   | 7.5
extraintestinal | extraintestinal     | 0     | 0
"""


@pytest.mark.parametrize(
    ("index", "table", "sex", "age", "visit", "total", "level"),
    [
        ("pcdai", PCDAI_FIRST_INFUSION, "female", 12.4, "first_infusion", 47.5, "severe"),
        ("pcdai", PCDAI_WEEK_14, "female", 12.7, "week14", 7.5, "remission"),
        ("wpcdai", WPCDAI, "male", 9.0, "first_infusion", 90.0, "severe"),
    ],
    ids=["pcdai at first infusion", "pcdai at week 14", "wpcdai"],
)
def test_an_index_is_the_sum_of_its_items_points(
    index: str,
    table: str,
    sex: str,
    age: float,
    visit: Literal["first_infusion", "week14"],
    total: float,
    level: str,
) -> None:
    rows = drawn(table)
    items = {row["given as"]: float(row["value"]) for _, row in rows.iterrows()}
    expected = {row["item"]: float(row["points"]) for _, row in rows.iterrows()}
    asked = activity_index(index)
    assert asked.points(items, sex=sex, age_years=age, visit=visit) == expected
    assert asked.score(items, sex=sex, age_years=age, visit=visit) == total
    assert severity(index, total) == level


# The printed haematocrit table, its gaps closed: each band reaches to where the next one begins.
HAEMATOCRIT = """
sex    | age   | percent | points
-------|-------|---------|-------
female | 4     | 33      | 0
female | 4     | 32.9    | 2.5
male   | 10.9  | 28      | 2.5
male   | 10.9  | 27.9    | 5
female | 11    | 34      | 0
female | 11    | 33.9    | 2.5
female | 18.9  | 29      | 2.5
female | 18.9  | 28.9    | 5
male   | 11    | 35      | 0
male   | 11    | 34.9    | 2.5
male   | 14.99 | 30      | 2.5
male   | 14.99 | 29.9    | 5
male   | 15    | 37      | 0
male   | 15    | 36.9    | 2.5
male   | 18.9  | 32      | 2.5
male   | 18.9  | 31.9    | 5
"""

# What else is measured, at each edge. The wPCDAI has no height.
OTHERS = """
given as             | value | PCDAI | wPCDAI
---------------------|-------|-------|-------
esr_mm_h             | 19.9  | 0     | 0
esr_mm_h             | 20    | 2.5   | 0
esr_mm_h             | 20.1  | 2.5   | 7.5
esr_mm_h             | 49.9  | 2.5   | 7.5
esr_mm_h             | 50    | 2.5   | 15
esr_mm_h             | 50.1  | 5     | 15
albumin_g_l          | 35    | 0     | 0
albumin_g_l          | 34.9  | 5     | 10
albumin_g_l          | 30.1  | 5     | 10
albumin_g_l          | 30    | 10    | 20
weight_loss_percent  | -0.1  | 0     | 0
weight_loss_percent  | 0     | 5     | 5
weight_loss_percent  | 9.9   | 5     | 5
weight_loss_percent  | 10    | 10    | 10
height_channels_lost | 0.9   | 0     |
height_channels_lost | 1     | 5     |
height_channels_lost | 2     | 10    |
height_velocity_sd   | -1    | 0     |
height_velocity_sd   | -1.1  | 5     |
height_velocity_sd   | -1.9  | 5     |
height_velocity_sd   | -2    | 10    |
"""


def rows(table: str) -> list[Any]:
    return [pytest.param(row, id=" ".join(row)) for row in drawn(table).to_numpy().tolist()]


def points_of(
    index: str, name: str, value: float, *, sex: str | None = None, age: float | None = None
) -> float | None:
    """The points of one measured value; every other item is scored 0."""
    asked = activity_index(index)
    (item,) = (item for item in asked.items if name in item.names)
    items = {other.name: 0 for other in asked.items if other is not item} | {name: value}
    return asked.points(items, sex=sex, age_years=age)[item.name]


@pytest.mark.parametrize("row", rows(HAEMATOCRIT))
def test_haematocrit_is_scored_by_sex_and_age(row: list[str]) -> None:
    sex, age, percent, points = row
    scored = points_of("pcdai", "haematocrit_percent", float(percent), sex=sex, age=float(age))
    assert scored == float(points)


@pytest.mark.parametrize("row", rows(OTHERS))
def test_a_measured_value_changes_its_points_at_the_printed_edge(row: list[str]) -> None:
    name, value, pcdai, wpcdai = row
    assert points_of("pcdai", name, float(value)) == float(pcdai)
    if wpcdai:
        assert points_of("wpcdai", name, float(value)) == float(wpcdai)


# What a child at week 14 is called: + holds, - does not, ? is not recorded, (+) holds and does not
# count, because remission goes first. R response, M remission, N primary non-response, L lost.
STATES = """
before | now  | R beijing | R reach | R turner | M beijing | M reach | M no height | N   | L
-------|------|-----------|---------|----------|-----------|---------|-------------|-----|--
40     | 0    | +         | +       | +        | +         | +       | +           | -   | -
40     | 7.5  | +         | +       | +        | +         | +       | -           | -   | -
40     | 10   | +         | +       | +        | -         | +       | -           | -   | -
30     | 15   | +         | +       | +        | -         | -       | -           | -   | -
30     | 17.5 | -         | -       | -        | -         | -       | -           | +   | +
60     | 32.5 | +         | -       | +        | -         | -       | -           | -   | +
20     | 7.5  | -         | -       | -        | +         | +       | -           | (+) | -
20     | 10   | -         | -       | -        | -         | +       | -           | +   | -
10     | 12.5 | -         | -       | -        | -         | -       | -           | +   | -
       | 5    | ?         | ?       | ?        | +         | +       | +           | ?   | -
40     |      | ?         | ?       | ?        | ?         | ?       | ?           | ?   | ?
"""
DEFINITIONS = [
    ("response", "beijing-2025"), ("response", "reach"), ("response", "turner-2010"),
    ("remission", "beijing-2025"), ("remission", "reach"),
    ("remission", "beijing-2025-without-height"),
    ("primary_non_response", "beijing-2025"), ("lor", "beijing-2025"),
]  # fmt: skip


@pytest.mark.parametrize("row", rows(STATES))
def test_a_child_is_judged_by_every_definition(row: list[str]) -> None:
    before, now, *expected = row
    record = {
        "pcdai_baseline": float(before) if before else None,
        "pcdai_week14": float(now) if now else None,
    }
    states = activity_states(record)
    signs = {True: "+", False: "-", None: "?"}
    assert [(state.notion, state.name) for state in states] == DEFINITIONS
    told = [signs[s.holds] if not s.overruled_by else f"({signs[s.holds]})" for s in states]
    assert told == expected
