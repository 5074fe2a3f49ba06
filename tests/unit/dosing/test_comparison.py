"""Regimens of a whole cohort: tables of each child, and figures that point at nobody."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import pandas as pd
import pytest

from lorpredict.dosing import (
    DosedChildren,
    DosingComparison,
    RowLeftOut,
    compare_dosing,
    dosed_children,
)
from lorpredict.errors import FaultsFound
from lorpredict.pharmacokinetics import MeasuredLevel, forecast, research_only, usual_candidates
from lorpredict.pharmacokinetics import _posterior as posterior
from lorpredict.synthetic import reconstructed_cohort


@pytest.fixture(scope="module")
def children() -> DosedChildren:
    return DosedChildren(dosed_children(reconstructed_cohort()).children[:14])


@pytest.fixture(scope="module")
def comparison(children: DosedChildren) -> DosingComparison:
    return compare_dosing(children, 3.0, vial_mg=100)


def test_every_child_has_its_rows_in_the_tables_of_children(
    comparison: DosingComparison, children: DosedChildren
) -> None:
    tables = comparison.child_tables()
    names = [child.patient_id for child in children]
    assert tables["forecasts"]["patient_id"].unique().tolist() == names
    assert tables["regimens"]["patient_id"].unique().tolist() == names
    measured = [child.patient_id for child in children if child.levels]
    assert tables["estimates"]["patient_id"].unique().tolist() == measured
    told = tables["forecasts"].drop_duplicates("patient_id")["estimate"].tolist()
    assert told == ["found" if child.levels else "no level" for child in children]


def test_the_tables_of_all_together_hold_no_child(
    comparison: DosingComparison, children: DosedChildren
) -> None:
    for table in comparison.tables().values():
        assert "patient_id" not in table
        assert not table.astype(str).isin([child.patient_id for child in children]).any().any()


def test_every_table_says_that_it_is_for_research_only(comparison: DosingComparison) -> None:
    for table in (*comparison.tables().values(), *comparison.child_tables().values()):
        assert (table["use"] == "research only").all()
    assert comparison.lines()[0] == research_only()
    assert repr(comparison).endswith("research only)")


def test_the_mean_over_children_is_that_of_their_own_regimens(
    comparison: DosingComparison,
) -> None:
    found = comparison.regimens()
    assert len(found) == len(usual_candidates().doses_mg_kg) * 5
    own = [
        regimen.pooled.probability
        for each in comparison.compared
        for regimen in each.regimens
        if 5.0 in regimen.made_up_from_mg_kg and regimen.interval_days == 56
    ]
    (row,) = found.query("dose_mg_kg == 5 and interval_days == 56").to_dict("records")
    assert row["children"] == len(own) == 14
    assert row["probability"] == pytest.approx(sum(own) / 14)
    assert row["lowest"] < row["probability"] < row["highest"]


def test_models_are_judged_by_the_levels_they_had_not_seen(comparison: DosingComparison) -> None:
    found = comparison.measured_levels().set_index("model")
    errors = [
        float(each.estimates["hanzel-2021"].expected[0]) / level.value_ug_ml - 1
        for each in comparison.compared
        if each.estimates is not None
        for level in each.child.levels
        if level.value_ug_ml
    ]
    assert found.loc["hanzel-2021", "levels"] == len(errors)
    assert found.loc["hanzel-2021", "median_relative_error"] == pytest.approx(
        pd.Series(errors).median()
    )
    assert comparison.metrics()["median_relative_error.hanzel-2021"] == pytest.approx(
        pd.Series(errors).median()
    )


def test_what_a_level_tells_is_in_the_forecast_and_in_the_regimens(
    comparison: DosingComparison,
) -> None:
    for each in comparison.compared:
        own = each.estimates is not None
        assert (each.forecasts.individual, each.regimens.individual) == (own, own)


def test_nothing_is_told_of_fewer_than_five_children(children: DosedChildren) -> None:
    few = compare_dosing(DosedChildren(children.children[:4]), 3.0, vial_mg=None)
    assert few.regimens().empty
    assert few.measured_levels().empty
    assert "fewer than 5 with an individual estimate" in few.lines()[1]
    assert all(not line.endswith(": 4 children") for line in few.lines())
    assert few.figures()["regimens"] is not None


def test_an_estimate_that_was_not_found_is_told(children: DosedChildren) -> None:
    with patch.object(posterior, "_MOST_ROUNDS", 1):
        failed = compare_dosing(children, 3.0, vial_mg=None)
    assert "no estimate was found in spite of a level" in failed.lines()[2]
    assert set(failed.child_tables()["regimens"]["estimate"]) == {"no level", "not found"}


def test_who_was_left_out_is_told_and_few_of_them_are_not_counted(
    children: DosedChildren,
) -> None:
    some = DosedChildren(children.children[:5], {"no albumin": 7, "no weight": 2})
    told = compare_dosing(some, 3.0, vial_mg=None).lines()
    assert "no albumin: 7 children" in told
    assert "no weight: fewer than 5 children" in told


def test_models_far_from_what_was_measured_are_told(children: DosedChildren) -> None:
    def told(factor: float) -> list[str]:
        found = []
        for each in children:
            typical = forecast(each.history, [98]).pooled.median[0]
            level = MeasuredLevel.of(98, factor * float(typical))
            found.append(replace(each, levels=(level,)))
        lines = compare_dosing(DosedChildren(tuple(found)), 3.0, vial_mg=None).lines()
        return [line for line in lines if "far from the measured levels" in line]

    assert told(1.2) == []
    (line,) = told(6.0)
    assert line.startswith("5 of the 5 published models lie far")
    assert "more than 50%" in line


def test_doses_that_vials_carry_outside_what_was_asked_are_marked_and_counted(
    comparison: DosingComparison, children: DosedChildren
) -> None:
    rows = comparison.child_tables()["regimens"]
    per_kg = rows["dose_mg_kg"].round(6)
    assert rows["is_outside_asked"].tolist() == [not 5 <= each <= 10 for each in per_kg]
    assert 0 < rows["is_outside_asked"].sum() < len(rows)
    assert any("whole vials lie outside the mg/kg asked for" in line for line in comparison.lines())
    unrounded = compare_dosing(DosedChildren(children.children[:5]), 3.0, vial_mg=None)
    assert not unrounded.child_tables()["regimens"]["is_outside_asked"].any()
    assert not any("whole vials" in line for line in unrounded.lines())


def test_the_trough_is_told_as_that_after_so_many_infusions(comparison: DosingComparison) -> None:
    assert comparison.lines()[1].endswith("target 3 µg/mL after 3 infusions of a regimen")


def test_rows_left_out_are_counted_and_listed_beside_the_tables_of_children(
    children: DosedChildren,
) -> None:
    rows = tuple(RowLeftOut("levels", row, "x", 3.0, "of nobody") for row in range(1, 7))
    some = compare_dosing(
        replace(DosedChildren(children.children[:5]), rows_left_out=rows), 3.0, vial_mg=None
    )
    assert "levels, of nobody, left out: 6 rows" in some.lines()
    assert some.child_tables()["left_out"]["row"].tolist() == [1, 2, 3, 4, 5, 6]


def test_a_level_that_doses_do_not_allow_is_told_of_its_child(children: DosedChildren) -> None:
    far = [
        replace(each, levels=(MeasuredLevel.of(98, 480.0),)) if place < 6 else each
        for place, each in enumerate(children)
    ]
    found = compare_dosing(DosedChildren(tuple(far)), 3.0, vial_mg=None)
    assert any("3 standard deviations" in line and ": 6 children" in line for line in found.lines())
    told = found.child_tables()["estimates"].groupby("patient_id")["warnings"].first()
    assert told.str.contains("3 standard deviations").sum() == 6


def test_a_maximum_that_leaves_every_dose_out_leaves_no_regimen(children: DosedChildren) -> None:
    none = compare_dosing(DosedChildren(children.children[:5]), 3.0, vial_mg=None, maximum_mg=1)
    assert none.regimens().empty
    assert none.figures()["regimens"] is not None


def test_no_child_is_no_comparison() -> None:
    with pytest.raises(FaultsFound, match="no child: no albumin"):
        compare_dosing(DosedChildren((), {"no albumin": 3}), 3.0, vial_mg=None)
