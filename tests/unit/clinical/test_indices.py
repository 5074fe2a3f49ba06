"""PCDAI and wPCDAI from their items: what gives a score, what gives none, what is refused."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from lorpredict.clinical._activity import activity_content
from lorpredict.clinical._indices import ActivityIndex, activity_index, severity
from lorpredict.errors import CatalogueError, RecordFaults

PCDAI, WPCDAI = activity_index("pcdai"), activity_index("wpcdai")
Entry = dict[str, Any]


def all_zero(index: ActivityIndex = PCDAI, **changed: Any) -> dict[str, Any]:
    """Every item scored 0, except those given here (by any of their names)."""
    others = [item for item in index.items if not set(item.names) & set(changed)]
    return {item.name: 0 for item in others} | changed


def score(items: dict[str, Any], **known: Any) -> float | None:
    return PCDAI.score(items, **{"sex": "female", "age_years": 12.0, **known})


def told(items: dict[str, Any], **known: Any) -> list[str]:
    with pytest.raises(RecordFaults) as refused:
        score(items, **known)
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(("index", "most"), [(PCDAI, 100.0), (WPCDAI, 125.0)])
def test_the_worst_and_the_best_child_have_the_ends_of_the_scale(
    index: ActivityIndex, most: float
) -> None:
    worst = {item.name: item.points[-1] for item in index.items}
    assert index.score(worst, sex=None, age_years=None) == most == index.maximum
    assert index.score(all_zero(index), sex=None, age_years=None) == 0.0


def test_points_and_measured_values_can_be_mixed() -> None:
    assert score(all_zero(haematocrit_percent=28.0, stools=5, weight=10)) == 20.0


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_an_item_that_was_not_recorded_leaves_no_score(missing: float | None) -> None:
    assert score(all_zero(albumin_g_l=missing)) is None
    points = PCDAI.points(all_zero(albumin_g_l=missing, esr=5), sex=None, age_years=None)
    assert (points["albumin"], points["esr"]) == (None, 5.0)


def test_a_column_of_points_and_one_of_values_may_stand_side_by_side() -> None:
    # A table has both columns; each child has a value in one of them.
    assert score(all_zero(esr=None, esr_mm_h=60.0)) == 5.0
    assert score(all_zero(esr=2.5, esr_mm_h=float("nan"))) == 2.5


@pytest.mark.parametrize(
    ("percent", "known"),
    [
        (34.5, {"sex": None}),  # at 12 years 0 for a girl and 2.5 for a boy
        (34.5, {"sex": np.nan}),
        (33.5, {"age_years": None}),  # 0 for a girl below 11 and 2.5 from then on
        (33.5, {"age_years": np.nan}),
    ],
)
def test_a_haematocrit_that_sex_or_age_decides_has_no_points_without_them(
    percent: float, known: dict[str, Any]
) -> None:
    assert score(all_zero(haematocrit_percent=percent), **known) is None
    assert score(all_zero(haematocrit=2.5), **known) == 2.5


def test_a_haematocrit_that_gives_every_child_the_same_points_needs_neither_sex_nor_age() -> None:
    assert score(all_zero(haematocrit_percent=20.0), sex=None, age_years=None) == 5.0
    assert score(all_zero(haematocrit_percent=32.5), sex=None, age_years=4.0) == 2.5


def test_channels_are_for_the_first_infusion_and_velocity_for_both_visits() -> None:
    assert score(all_zero(height_channels_lost=2)) == 10.0
    assert score(all_zero(height_velocity_sd=-2.0)) == 10.0
    assert score(all_zero(height_velocity_sd=-2.0), visit="week14") == 10.0
    assert told(all_zero(height_channels_lost=2), visit="week14") == [
        "height_channels_lost is 2 channels: only for first_infusion"
    ]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"abdomen": 7}, "abdomen is 7: expected one of 0, 5, 10 points"),
        ({"esr": 5.5}, "esr is 5.5: expected one of 0, 2.5, 5 points"),
        ({"stools": "5"}, "stools is '5': expected one of 0, 5, 10 points"),
        ({"stools": False}, "stools is False: expected one of 0, 5, 10 points"),
        ({"haematocrit_percent": 0.36}, "haematocrit_percent is 0.36 %: expected 10 to 70 %"),
        ({"haematocrit_percent": "36"}, "haematocrit_percent is '36': expected 10 to 70 %"),
        ({"haematocrit_percent": True}, "haematocrit_percent is True: expected 10 to 70 %"),
        ({"esr_mm_h": -1.0}, "esr_mm_h is -1 mm/h: expected 0 to 150 mm/h"),
        ({"weight_loss_percent": 61}, "weight_loss_percent is 61 %: expected -100 to 60 %"),
        ({"height_velocity_sd": 40.0}, "height_velocity_sd is 40 SD: expected -10 to 10 SD"),
        (
            {"albumin": 5, "albumin_g_l": 33.0},
            "albumin: given more than once: albumin, albumin_g_l. Give one of them",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_value(changed: dict[str, Any], fault: str) -> None:
    assert told(all_zero(**changed)) == [fault]


def test_albumin_in_the_wrong_unit_is_told_so() -> None:
    (fault,) = told(all_zero(albumin_g_l=4.2))
    assert fault.startswith('albumin_g_l is 4.2 g/L: expected 10 to 60 g/L. Did you mean unit="g/d')


def test_a_forgotten_item_is_a_slip_and_not_a_missing_value() -> None:
    items = all_zero()
    del items["esr"], items["stools"]
    assert told(items) == [
        "stools: not given. Give None where it was not recorded",
        "esr: not given, and no esr_mm_h. Give None where it was not recorded",
    ]


def test_an_item_of_another_index_is_no_item() -> None:
    assert told({**all_zero(), "perianal": 7.5}) == ["perianal: not an item of the index"]
    (fault,) = told({**all_zero(), "perirectum": 5})
    assert fault == "perirectum: not an item of the index. Did you mean perirectal?"


@pytest.mark.parametrize(
    ("known", "fault"),
    [
        ({"sex": "F"}, "sex is 'F': expected one of male, female"),
        ({"age_years": -0.1}, "age_years is -0.1 years: expected 0 to 19 years"),
        ({"visit": "week 14"}, "visit is 'week 14': expected one of first_infusion, week14"),
    ],
)
def test_an_impossible_child_or_visit_is_refused(known: dict[str, Any], fault: str) -> None:
    assert told(all_zero(), **known) == [fault]


def test_an_age_in_months_is_recognised() -> None:
    (fault,) = told(all_zero(), age_years=144.0)
    assert 'Did you mean unit="mo"' in fault


def test_every_fault_is_named_at_once() -> None:
    items = all_zero(abdomen=7, haematocrit_percent=0.3, albumin_g_l=4.2, stool=5)
    del items["weight"]
    faults = told(items, sex="F", age_years=140.0, visit="later")
    assert [fault.split(":")[0].split(" ")[0] for fault in faults] == [
        "stool", "haematocrit_percent", "albumin_g_l", "weight", "abdomen",
        "sex", "age_years", "visit",
    ]  # fmt: skip


def test_items_are_not_changed() -> None:
    items = all_zero(albumin_g_l=33.0)
    before = dict(items)
    score(items)
    assert items == before


def test_an_unknown_index_is_answered_with_the_known_ones() -> None:
    with pytest.raises(CatalogueError, match=r"known: pcdai, wpcdai\. Did you mean .*pcdai"):
        activity_index("pdcai")


@pytest.mark.parametrize(
    ("index", "value", "level"),
    [
        ("pcdai", 7.5, "remission"), ("pcdai", 10, "mild"), ("pcdai", 27.5, "mild"),
        ("pcdai", 30, "moderate"), ("pcdai", 37.5, "moderate"), ("pcdai", 40, "severe"),
        ("wpcdai", 10, "remission"), ("wpcdai", 12.5, "mild"), ("wpcdai", 40, "mild"),
        ("wpcdai", 42.5, "moderate"), ("wpcdai", 57.5, "moderate"), ("wpcdai", 60, "severe"),
        ("cdeis", 2.9, "remission"), ("cdeis", 3, "mild"), ("cdeis", 9, "moderate"),
        ("cdeis", 12, "severe"), ("pcdai", None, None), ("pcdai", float("nan"), None),
    ],
)  # fmt: skip
def test_severity_follows_its_bands(index: str, value: float | None, level: str | None) -> None:
    assert severity(index, value) == level


@pytest.mark.parametrize(
    ("index", "value", "expected"),
    [("pcdai", 100.5, "0 to 100"), ("wpcdai", 126, "0 to 125"), ("cdeis", -1, "0 or more")],
)
def test_a_value_beyond_the_scale_has_no_severity(index: str, value: float, expected: str) -> None:
    with pytest.raises(RecordFaults, match=f"{index} is .*: expected {expected}"):
        severity(index, value)


def test_severity_of_an_unknown_index_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"known: pcdai, wpcdai, cdeis\."):
        severity("sescd", 3)


# ---- what is refused where an index is written down --------------------------------------------


def dropped(*path: str) -> Callable[[Entry], None]:
    def change(entry: Entry) -> None:
        for key in path[:-1]:
            entry = entry[key]
        del entry[path[-1]]

    return change


def put(value: Any, *path: Any) -> Callable[[Entry], None]:
    def change(entry: Entry) -> None:
        for key in path[:-1]:
            entry = entry[key]
        entry[path[-1]] = value

    return change


TABLES = ("items", "haematocrit", "tables")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dropped("items", "stools"), "its items give 90 points at most, not 100"),
        (put([0, 5, 15], "items", "stools", "points"), "give 105 points at most, not 100"),
        (put([0, 4, 10], "items", "stools", "points"), "item stools: .* no multiple of 2.5"),
        (put(" ", "source"), "no source"),
        (dropped("maximum"), "no maximum"),
        (dropped("items", "esr", "bands"), "item esr: no 'bands'"),
        (put(34, "items", "albumin", "bands", 0, "at_least"), "albumin_g_l: .* overlap .* 35 and"),
        (put(36, *TABLES, 0, "bands", 0, "at_least"), "haematocrit_percent: .* gap .* 33 and 36"),
        (put(10, *TABLES, 0, "age_years", "below"), "item haematocrit: .* gap between 10 and 11"),
        (put(["male"], *TABLES, 1, "sex"), "item haematocrit: bands with"),
        (put(7.5, "items", "esr", "bands", 2, "points"), "bands of esr_mm_h that give other"),
    ],
)  # fmt: skip
def test_an_index_that_contradicts_itself_is_refused(
    change: Callable[[Entry], None], message: str
) -> None:
    entry = copy.deepcopy(activity_content()["indices"]["pcdai"])
    change(entry)
    with pytest.raises(CatalogueError, match=rf"index mine: .*{message}"):
        ActivityIndex.from_toml("mine", entry)


def test_faults_of_several_items_are_named_at_once() -> None:
    entry = copy.deepcopy(activity_content()["indices"]["pcdai"])
    del entry["items"]["esr"]["bands"], entry["items"]["stools"]["label"], entry["source"]
    with pytest.raises(CatalogueError, match=r"stools: no 'label'; item esr: no 'bands'; no sourc"):
        ActivityIndex.from_toml("mine", entry)


def test_every_measured_value_has_a_plausible_range_with_its_source() -> None:
    # Where the value is a column of the cohort table, the range stands there.
    text = files("lorpredict.clinical").joinpath("activity.toml").read_text("utf-8")
    items = [i for x in tomllib.loads(text)["indices"].values() for i in x["items"].values()]
    parts = [part for i in items for part in (i, *i.values()) if isinstance(part, dict)]
    own = {part["measured_as"] for part in parts if "plausible" in part}
    assert all(part["plausible_source"] for part in parts if "plausible" in part)
    measured = {part["measured_as"] for part in parts if "measured_as" in part}
    assert measured - own == {"esr_mm_h", "albumin_g_l"}
