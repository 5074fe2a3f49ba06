"""The PCDAI that a cohort learns from its items; the score of every row, by either index."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lorpredict import Cohort, read_cohort
from lorpredict.cohort import (
    CohortWarning,
    activity_scores,
    as_records,
    read_activity,
    read_infusions,
    with_activity,
    with_infusions,
)
from tests.unit.cohort.items import PCDAI, WPCDAI, activity_of, faults, visited


def child(**given: Any) -> Cohort:
    record = {"patient_id": "a", "follow_up_days": 200, "outcome": "secondary_lor"}
    return read_cohort(pd.DataFrame([record | given]), name="ours")


def scored(cohort: Cohort, *rows: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Give the child its items, and return its row."""
    return dict(with_activity(cohort, activity_of(*rows), **options).table.iloc[0])


def infused(cohort: Cohort) -> Cohort:
    plan = pd.DataFrame({"patient_id": "a", "day": [0, 14, 42, 84], "dose_mg": 200})
    return with_infusions(cohort, read_infusions(plan))


def infused_after(cohort: Cohort, row: dict[str, Any]) -> Cohort:
    return infused(with_activity(cohort, activity_of(row)))


# ---- scores ---------------------------------------------------------------------------------


def test_each_visit_fills_its_own_column_of_the_cohort() -> None:
    row = scored(child(), visited("first_infusion", stools=10, albumin=10), visited(esr=2.5))
    assert (row["pcdai_baseline"], row["pcdai_week14"]) == (20.0, 2.5)


def test_a_visit_without_a_row_stays_without_a_score() -> None:
    assert "pcdai_week14" not in scored(child(), visited("first_infusion"))


def test_points_and_values_are_taken_from_the_column_that_is_filled() -> None:
    cohort = read_cohort(pd.concat([child().table, child(patient_id="b").table]), name="ours")
    rows = [visited(esr=None, esr_mm_h=60), visited(patient_id="b", esr=2.5, esr_mm_h=None)]
    table = with_activity(cohort, activity_of(*rows)).table
    assert table["pcdai_week14"].tolist() == [5.0, 2.5]


@pytest.mark.parametrize(
    ("sex", "age_years", "landmark_day", "points"),
    [
        # 36 % is normal for a boy until his 15th birthday.
        ("male", 14.5, 98, 0.0),
        ("male", 14.74, 98, 2.5),  # 98 days are 0.2683 years
        ("male", 14.74, 84, 0.0),  # and 84 are 0.2300
        ("female", 14.74, 98, 0.0),
    ],
)
def test_the_age_at_week_14_decides_how_a_haematocrit_is_scored(
    sex: str, age_years: float, landmark_day: float, points: float
) -> None:
    cohort = child(sex=sex, age_years=age_years, landmark_day=landmark_day)
    rows = [visited(visit, haematocrit_percent=36) for visit in ("first_infusion", "week14")]
    row = scored(cohort, *rows)
    assert (row["pcdai_baseline"], row["pcdai_week14"]) == (0.0, points)
    without = child(sex=sex, age_years=age_years)
    assert scored(without, *rows, landmark_day=landmark_day)["pcdai_week14"] == points


def test_infusions_first_say_how_old_the_child_is_at_week_14() -> None:
    cohort = child(sex="male", age_years=14.74)
    row = visited(haematocrit_percent=36)
    assert scored(cohort, row)["pcdai_week14"] == 2.5
    assert scored(infused(cohort), row)["pcdai_week14"] == 0.0


def test_infusions_after_a_score_by_the_age_at_the_planned_landmark_are_refused() -> None:
    cohort = child(sex="male", age_years=14.74)
    assert faults(infused_after, cohort, visited(haematocrit_percent=36)) == [
        "landmark_day: the activity items were joined before the infusions, which say when the "
        "landmark is. Give the infusions first: with_infusions, then with_activity"
    ]


@pytest.mark.parametrize(
    "given, row",
    [
        ({"age_years": 14.74}, visited(esr_mm_h=20)),
        ({"age_years": 14.74}, visited("first_infusion", haematocrit_percent=36)),
        ({"age_years": 14.74, "landmark_day": 84}, visited(haematocrit_percent=36)),
        ({}, visited(haematocrit_percent=20)),
    ],
    ids=["no measure by age", "first infusion", "given landmark", "unknown age"],
)
def test_infusions_may_follow_a_score_that_no_landmark_decides(
    given: dict[str, Any], row: dict[str, Any]
) -> None:
    cohort = child(sex="male", **given)
    first = with_activity(infused(cohort), activity_of(row))
    assert infused_after(cohort, row).table.equals(first.table)


def test_a_haematocrit_that_sex_decides_gives_no_score_without_it() -> None:
    with pytest.warns(CohortWarning, match="1 of 2 rows give no PCDAI.*: haematocrit in 1$"):
        row = scored(child(age_years=12), visited("first_infusion", haematocrit_percent=34.5),
                     visited(haematocrit_percent=20))  # fmt: skip
    assert "pcdai_baseline" not in row
    assert row["pcdai_week14"] == 5.0  # of a boy and of a girl


def test_items_that_were_not_recorded_leave_no_score_and_are_counted() -> None:
    told = "2 of 2 rows give no PCDAI, since an item is unknown: esr in 1, height in 2$"
    rows = [visited("first_infusion", height=None), visited(height=None, esr=None)]
    with pytest.warns(CohortWarning, match=told):
        row = scored(child(pcdai_week14=10), *rows)
    assert "pcdai_baseline" not in row
    assert row["pcdai_week14"] == 10.0


def drawn_children(rng: np.random.Generator, number: int) -> pd.DataFrame:
    return pd.DataFrame({
        "patient_id": [f"c{place}" for place in range(number)],
        "follow_up_days": 200, "outcome": "secondary_lor",
        "sex": rng.choice(["male", "female"], number),
        "age_years": rng.uniform(1, 18.5, number),
        "landmark_day": rng.integers(84, 113, number),
    })  # fmt: skip


def drawn_items(rng: np.random.Generator, number: int) -> pd.DataFrame:
    """Points where there is no measure, else values; one cell in a hundred is empty."""
    ranges = {"haematocrit_percent": (24, 40), "esr_mm_h": (0, 80), "albumin_g_l": (25, 40),
              "weight_loss_percent": (-5, 15), "height_velocity_sd": (-3, 0)}  # fmt: skip
    values = {key: rng.integers(*limits, number) for key, limits in ranges.items()}
    scored = [item for item in PCDAI.items if not item.measures]
    points = {item.name: rng.choice(item.points, number) for item in scored}
    items = pd.DataFrame({**points, **values})
    return items.mask(rng.random(items.shape) < 0.01)


def test_whole_columns_are_scored_as_one_record_is() -> None:
    rng = np.random.default_rng(20)
    children, items = drawn_children(rng, 300), drawn_items(rng, 300)
    rows = items.assign(patient_id=children["patient_id"], visit="week14")
    found = activity_scores(read_activity(rows), read_cohort(children)).sort_index()
    expected = [
        PCDAI.score(
            given,
            sex=child["sex"],
            age_years=child["age_years"] + child["landmark_day"] / 365.25,
            visit="week14",
        )
        for given, child in zip(as_records(items), as_records(children), strict=True)
    ]
    assert [row["score"] for row in as_records(found)] == expected
    assert 20 < expected.count(None) < 60


def test_scores_come_with_their_severity() -> None:
    rows = [visited("first_infusion", stools=10, albumin=10, esr=5, abdomen=10), visited(esr=None)]
    found = activity_scores(activity_of(*rows), child())
    assert found.columns.tolist() == ["patient_id", "visit", "score", "severity"]
    assert as_records(found[["score", "severity"]]) == [
        {"score": 35.0, "severity": "moderate"},
        {"score": None, "severity": None},
    ]


def test_the_wpcdai_is_scored_by_its_own_points_and_bands() -> None:
    # The same measures: 20 mm/h give 2.5 in the PCDAI and 0 in the wPCDAI, 30 g/L 10 and 20.
    measured: dict[str, Any] = {"esr_mm_h": 20, "albumin_g_l": 30}
    [score] = activity_scores(activity_of(visited(**measured)), child())["score"]
    assert score == 12.5
    row = visited(of=WPCDAI, stools=7.5, **measured)
    weighted = activity_scores(activity_of(row, index="wpcdai"), child())
    assert weighted["score"].tolist() == [27.5]
    assert weighted["severity"].tolist() == ["mild"]


def test_the_cohort_takes_the_pcdai_alone() -> None:
    weighted = activity_of(visited(of=WPCDAI), index="wpcdai")
    assert faults(with_activity, child(), weighted) == [
        "index is 'wpcdai': a cohort holds the pcdai alone. Ask activity_scores for this one"
    ]


# ---- what the cohort says already -----------------------------------------------------------


def test_a_given_pcdai_stays_where_it_agrees_and_is_refused_where_it_does_not() -> None:
    rows = [visited("first_infusion", stools=10), visited(stools=5)]
    row = scored(child(pcdai_baseline=10), *rows)
    assert (row["pcdai_baseline"], row["pcdai_week14"]) == (10.0, 5.0)
    told = "the cohort and this table disagree. Check the items of this row"
    assert faults(scored, child(pcdai_baseline=12.5, pcdai_week14=0), *reversed(rows)) == [
        f"pcdai_week14 is 0 in the cohort (here: 5) in row 1: {told}",
        f"pcdai_baseline is 12.5 in the cohort (here: 10) in row 2: {told}",
    ]


def test_a_remission_that_contradicts_the_computed_pcdai_is_refused() -> None:
    rows = [visited("first_infusion"), visited(stools=10, abdomen=10)]
    assert faults(scored, child(remission_week14="true"), *rows) == [
        "remission_week14 is true (pcdai_week14: 20) in row 2: "
        "contradicts every named definition of remission. Check the items of this row"
    ]
    assert scored(child(remission_week14="false"), *rows)["pcdai_week14"] == 20.0


def test_items_of_children_whom_nobody_knows_are_refused() -> None:
    activity = activity_of(visited(patient_id="z"), visited(), visited(patient_id="b"))
    told = "no child of the cohort 'ours' is called so. Correct the name, or remove the row"
    expected = [f"patient_id is 'z' in row 1: {told}", f"patient_id is 'b' in row 3: {told}"]
    assert faults(with_activity, child(), activity) == expected
    assert faults(activity_scores, activity, child()) == expected


def test_the_cohort_that_was_given_stays_as_it_was() -> None:
    cohort = child()
    before = cohort.sha256
    assert "pcdai_week14" in scored(cohort, visited())
    assert Cohort(cohort.table, "again").sha256 == before
