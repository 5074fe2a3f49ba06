"""Dose histories and levels as they are known, and what is no such thing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lorpredict.clinical import assays
from lorpredict.errors import Fault, FaultsFound
from lorpredict.pharmacokinetics import MeasuredLevel, dosing_record, forecast
from tests.unit.pharmacokinetics.children import USUAL, history


def faults_of(levels: list[dict[str, Any]] | None = None, **changed: Any) -> list[Fault]:
    with pytest.raises(FaultsFound) as found:
        dosing_record({**USUAL, **changed}, levels or [])
    return list(found.value.faults)


def fault_of(levels: list[dict[str, Any]] | None = None, **changed: Any) -> str:
    (fault,) = faults_of(levels, **changed)
    return str(fault)


def test_a_dose_for_each_kilogram_follows_the_weight() -> None:
    grown = history(infusion_days=[0, 14, 42, 98], weight_kg=[(0, 40), (98, 44)])
    assert grown.doses_mg == (200, 200, 200, 220)


def test_arrays_are_as_good_as_lists() -> None:
    day: Any = np.int64(98)
    days, weight = np.array([0, 14, 42]), np.float32(42)
    found = history(infusion_days=days, doses_mg_kg=np.full(3, 5), weight_kg=weight)
    assert found == history()
    assert MeasuredLevel.of(day, np.float64(3)) == MeasuredLevel.of(98, 3)


def test_albumin_in_either_unit_is_the_same_albumin() -> None:
    assert history(albumin_g_l=None, albumin_g_dl=3.8) == history()


def test_infusions_out_of_order_are_named() -> None:
    told = fault_of(infusion_days=[0, 42, 14])
    assert told.startswith("infusion_days is 14 (above: 42) in row 3: not after the infusion above")
    assert "Order the infusions by day" in told


def test_days_that_do_not_count_from_the_first_infusion_are_named() -> None:
    assert "subtract its day from all" in fault_of(infusion_days=[7, 21, 49])


def test_no_infusion_at_all_is_named() -> None:
    assert fault_of(infusion_days=[], doses_mg_kg=[]).startswith("infusion_days: no infusion")


def test_an_infusion_during_another_is_named() -> None:
    assert "has ended" in fault_of(infusion_days=[0, 14, 14.5], hours=[2, 20, 2])


@pytest.mark.parametrize(
    "doses, told",
    [
        (
            {"doses_mg": [210, 5, 210], "doses_mg_kg": None},
            "5 mg (0.119 mg/kg) in row 2: expected 2 to 20 mg/kg. Did you mean mg for each",
        ),
        (
            {"doses_mg_kg": [5, 5, 210]},
            "210 mg/kg in row 3: expected 2 to 20 mg/kg. Did you mean mg in all?",
        ),
        ({"doses_mg": [210, 2100, 210], "doses_mg_kg": None}, "Check the dose and the weight"),
        ({"doses_mg_kg": [5, 0, 5]}, "0 mg/kg in row 2: expected 2 to 20 mg/kg. Check the dose"),
        ({"doses_mg_kg": [5, 5]}, "2 doses for 3 infusions"),
        ({"doses_mg_kg": None}, "neither is given"),
        ({"doses_mg": 210}, "both are given"),
    ],
    ids=[
        "mg/kg as mg",
        "mg as mg/kg",
        "a zero too many",
        "nothing",
        "one missing",
        "none",
        "twice",
    ],
)
def test_a_dose_that_is_none_of_this_child_is_named(doses: dict[str, Any], told: str) -> None:
    assert told in fault_of(**doses)


@pytest.mark.parametrize(
    "albumin, told",
    [
        ({"albumin_g_l": 3.8}, "60 g/L. Did you mean g/dL (albumin_g_dl)?"),
        ({"albumin_g_l": None, "albumin_g_dl": 38}, "Did you mean g/L (albumin_g_l)?"),
        ({"albumin_g_dl": 3.8}, "given in g/L and in g/dL"),
        ({"albumin_g_l": None}, "not given, and every model needs it"),
        ({"albumin_g_l": [(30, 38), (20, 36)]}, "days that ascend"),
        ({"albumin_g_l": [(0, 38), (20, 3.6)]}, "in row 2"),
    ],
    ids=["g/dL as g/L", "g/L as g/dL", "both", "none", "out of order", "one of several"],
)
def test_albumin_that_is_none_is_named(albumin: dict[str, Any], told: str) -> None:
    assert told in fault_of(**albumin)


@pytest.mark.parametrize("weight", [420, 0.4, "42", True])
def test_a_weight_that_is_none_is_named_alone(weight: Any) -> None:
    assert fault_of(weight_kg=weight).startswith("weight_kg is")


def test_a_hint_names_no_argument_that_is_not_there() -> None:
    levels = [{"day": 98, "value": 2600}]
    told = faults_of(levels, weight_kg=42_000, albumin_g_l=3.8, hours=90)
    hints = {each.column: each.hint for each in told}
    assert hints["weight_kg"] == "Did you mean g? weight_kg is expected"
    assert not any("(column" in each for each in hints.values())


def test_a_grown_up_is_named() -> None:
    told = fault_of(age_years=40)
    assert "age_years is 40 years: expected 0 to 19 years. This is for children" in told


def test_words_where_yes_or_no_belongs_are_named() -> None:
    told = faults_of(antibodies="negative", immunomodulator=[(0, 1)])
    assert [fault.column for fault in told] == ["immunomodulator", "antibodies"]


def test_an_onset_before_the_first_infusion_is_named() -> None:
    assert "Days count from the first" in fault_of(antibodies_from_day=-3)


def test_an_onset_of_antibodies_that_were_not_found_is_named() -> None:
    told = fault_of(antibodies=False, antibodies_from_day=50)
    assert told.startswith("antibodies_from_day: an onset of antibodies is given, and antibodies")
    assert "leave the onset out" in told
    assert history(antibodies=True, antibodies_from_day=50) == history(antibodies_from_day=50)


def test_antibodies_without_an_onset_are_counted_from_the_start_and_it_is_said() -> None:
    found = history(antibodies=True)
    assert (found.antibodies_from_day, found.antibodies_onset_known) == (0, False)
    assert "is not known" in found.warnings[0]
    assert history(antibodies_from_day=50).warnings == ()


def test_weeks_typed_as_days_are_asked_about_and_not_refused() -> None:
    weeks = history(infusion_days=[0, 2, 6, 14])
    assert [told.partition("?")[0] for told in weeks.warnings] == [
        "Infusions closer together than a week: were weeks meant"
    ]
    assert forecast(weeks, [20]).warnings == weeks.warnings
    assert history(infusion_days=[0, 7, 14]).warnings == ()
    assert "weeks meant" in history().followed_by([46], [210]).warnings[0]
    assert len(history(infusion_days=[0, 2, 6], antibodies=True).warnings) == 2


def test_planned_infusions_follow_and_are_checked() -> None:
    longer = history().followed_by([98, 154], [200, 300])
    assert longer.infusion_days == (0, 14, 42, 98, 154)
    assert longer.doses_mg[-2:] == (200, 300)
    with pytest.raises(FaultsFound, match=r"(?s)30 \(above: 42\).*mg for each kilogram"):
        history().followed_by([30], [5])


# ---- levels ----------------------------------------------------------------------------------


def test_micrograms_per_millilitre_and_milligrams_per_litre_are_the_same() -> None:
    values = [MeasuredLevel.of(98, 2.6, unit=unit) for unit in ("ug/mL", "µg/mL", "mg/L")]
    assert {each.value_ug_ml for each in values} == {2.6}
    assert MeasuredLevel.of(98, 2600, unit="ng/mL").value_ug_ml == pytest.approx(2.6)


@pytest.mark.parametrize("name, limit", [("LC-MS/MS", 1.0), ("ELISA", 0.4), ("Immunoassay", 0.4)])
def test_an_assay_brings_its_limit(name: str, limit: float) -> None:
    assert MeasuredLevel.of(98, below_loq=True, assay=name).loq_ug_ml == limit


def test_the_laboratorys_own_limit_goes_before_that_of_its_assay() -> None:
    assert MeasuredLevel.of(98, 3.0, assay="LC-MS/MS", loq=0.5).loq_ug_ml == 0.5


def test_a_number_below_the_limit_counts_as_below_it() -> None:
    assert MeasuredLevel.of(98, 0.7, assay="LC-MS/MS").value_ug_ml is None
    assert MeasuredLevel.of(98, 0.7, assay="ELISA").value_ug_ml == 0.7


def test_every_assay_says_where_its_limit_comes_from() -> None:
    assert all(each.source for each in assays().values())


@pytest.mark.parametrize(
    "level, told",
    [
        ({"day": 98, "value": -1}, "level is -1 µg/mL in row 1: expected 0 to 500"),
        ({"day": 0, "value": 3}, "level_day is 0 in row 1: the level is from before the first"),
        ({"day": -4, "value": 3}, "before the first dose"),
        ({"day": 98, "value": 3, "assay": "ouija"}, "the assay is not known, and no limit"),
        ({"day": 98, "below_loq": True, "assay": "ouija"}, "known: LC-MS/MS, immunoassay"),
        ({"day": 98, "below_loq": True}, "a level below a limit that is not given"),
        (
            {"day": 98, "value": 3, "loq": 1.0, "below_loq": True},
            "above the limit that it is said to be below",
        ),
        (
            {"day": 98, "value": 3, "unit": "g/L"},
            "level_unit is 'g/L' in row 1: expected ug/mL, mg/L, ng/mL",
        ),
        ({"day": 98}, "no level is given"),
        ({"day": 98, "value": 2600}, 'Did you mean unit="ng/mL"?'),
        ({"day": 98, "value": 3, "unit": "ug/L"}, "Did you mean ng/mL?"),
        ({"day": 98, "value": 3, "unit": "UG/ML"}, "Did you mean ug/mL?"),
        ({"day": 98, "value": 3, "loq": "one"}, "level_loq is 'one'"),
    ],
)
def test_a_level_that_is_none_is_named(level: dict[str, Any], told: str) -> None:
    assert told in fault_of([level])


def test_an_unknown_assay_with_a_limit_is_taken() -> None:
    level = MeasuredLevel.of(98, 0.1, assay="our own", loq=0.2)
    assert (level.value_ug_ml, level.loq_ug_ml) == (None, 0.2)


def test_all_faults_of_doses_and_levels_are_told_at_once() -> None:
    levels = [{"day": 98, "value": 3}, {"day": -1, "value": -3}]
    told = faults_of(levels, infusion_days=[0, 42, 14], albumin_g_l=3.8, age_years=40)
    assert [(each.column, each.row) for each in told] == [
        ("infusion_days", 3),
        ("albumin_g_l", None),
        ("age_years", None),
        ("level_day", 2),
        ("level", 2),
    ]


def test_a_history_tells_how_much_was_given_and_no_more() -> None:
    assert repr(history()) == "DoseHistory(3 infusions, 630 mg)"
