"""Indices and definitions of disease activity."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from lorpredict.clinical import ActivityDefinition, catalogue, definition
from lorpredict.errors import CatalogueError

ACTIVITY: dict[str, Any] = tomllib.loads(
    files("lorpredict.clinical").joinpath("activity.toml").read_text("utf-8")
)


def bands_of_values() -> list[Any]:
    """Each list of bands that divides a measured value, with a readable name."""
    found = [(f"severity {name}", entry["bands"]) for name, entry in ACTIVITY["severity"].items()]
    for index, entry in ACTIVITY["indices"].items():
        for name, item in entry["items"].items():
            found += [(f"{index} {name} {key}", item[key]) for key in item if "bands" in key]
            found += [(f"{index} {name}", table["bands"]) for table in item.get("tables", ())]
    return [pytest.param(bands, id=name) for name, bands in found]


def holds(band: dict[str, float], value: float) -> bool:
    infinite = float("inf")
    return (
        band.get("at_least", -infinite) <= value <= band.get("at_most", infinite)
        and value > band.get("above", -infinite)
        and value < band.get("below", infinite)
    )


@pytest.mark.parametrize(("index", "maximum"), [("pcdai", 100), ("wpcdai", 125)])
def test_the_largest_points_of_all_items_sum_to_the_maximum(index: str, maximum: int) -> None:
    entry = ACTIVITY["indices"][index]
    assert sum(max(item["points"]) for item in entry["items"].values()) == maximum
    assert entry["maximum"] == maximum


@pytest.mark.parametrize("index", ["pcdai", "wpcdai"])
def test_every_item_moves_in_steps_of_the_index(index: str) -> None:
    entry = ACTIVITY["indices"][index]
    points = [number for item in entry["items"].values() for number in item["points"]]
    assert [number for number in points if number % entry["step"]] == []


@pytest.mark.parametrize("bands", bands_of_values())
def test_bands_leave_no_gap_and_do_not_overlap(bands: list[dict[str, float]]) -> None:
    values = np.arange(-5.0, 130.0, 0.25)
    assert {sum(holds(band, value) for band in bands) for value in values} == {1}


@pytest.mark.parametrize("sex", ["male", "female"])
def test_one_haematocrit_table_fits_each_child(sex: str) -> None:
    tables = ACTIVITY["indices"]["pcdai"]["items"]["haematocrit"]["tables"]
    for age in np.arange(0.0, 19.25, 0.25):
        fitting = [t for t in tables if sex in t["sex"] and holds(t["age_years"], age)]
        assert len(fitting) == 1


@pytest.mark.parametrize(
    ("index", "value", "level"),
    [
        ("pcdai", 7.5, "remission"),
        ("pcdai", 10, "mild"),
        ("pcdai", 27.5, "mild"),
        ("pcdai", 30, "moderate"),
        ("pcdai", 37.5, "moderate"),
        ("pcdai", 40, "severe"),
        ("wpcdai", 12.5, "mild"),
        ("wpcdai", 40, "mild"),
        ("wpcdai", 57.5, "moderate"),
        ("wpcdai", 60, "severe"),
        ("cdeis", 2.9, "remission"),
        ("cdeis", 3, "mild"),
        ("cdeis", 9, "moderate"),
        ("cdeis", 12, "severe"),
    ],
)
def test_severity_changes_at_its_printed_edges(index: str, value: float, level: str) -> None:
    bands = ACTIVITY["severity"][index]["bands"]
    assert [band["level"] for band in bands if holds(band, value)] == [level]


def test_endoscopic_severity_has_the_levels_of_its_column() -> None:
    levels = tuple(band["level"] for band in ACTIVITY["severity"]["cdeis"]["bands"])
    assert levels == catalogue()["cdeis_category"].values


@pytest.mark.parametrize(
    ("notion", "name", "value", "fall", "expected"),
    [
        ("response", "beijing-2025", 40.0, 15.0, True),
        ("response", "beijing-2025", 0.0, 12.5, False),
        ("response", "reach", 30.0, 15.0, True),
        ("response", "reach", 32.5, 40.0, False),
        ("response", "turner-2010", 40.0, 15.0, True),
        ("response", "turner-2010", 40.0, 12.5, False),
        ("remission", "beijing-2025", 7.5, 0.0, True),
        ("remission", "beijing-2025", 10.0, 50.0, False),
        ("remission", "reach", 10.0, 0.0, True),
        ("remission", "reach", 12.5, 50.0, False),
        ("remission", "beijing-2025-without-height", 5.0, 0.0, True),
        ("remission", "beijing-2025-without-height", 7.5, 50.0, False),
        ("primary_non_response", "beijing-2025", 20.0, 12.5, True),
        ("primary_non_response", "beijing-2025", 20.0, 15.0, False),
        ("lor", "beijing-2025", 15.0, 0.0, False),
        ("lor", "beijing-2025", 17.5, 0.0, True),
    ],
)
def test_a_definition_holds_at_its_edge_as_it_is_written(
    notion: str, name: str, value: float, fall: float, expected: bool
) -> None:
    assert definition(notion, name).holds(value, fall) is expected


def test_every_child_is_a_responder_or_a_primary_non_responder() -> None:
    response = definition("response", "beijing-2025")
    non_response = definition("primary_non_response", "beijing-2025")
    for fall in np.arange(-100.0, 102.5, 2.5):
        assert response.holds(20.0, fall) is not non_response.holds(20.0, fall)


def test_remission_after_a_small_fall_goes_before_primary_non_response() -> None:
    # The child starts at 20 and stands at 7.5: both rules hold, and the file says which one counts.
    assert definition("remission", "beijing-2025").holds(7.5, 12.5)
    assert definition("primary_non_response", "beijing-2025").holds(7.5, 12.5)
    rule = ACTIVITY["precedence"]["remission_before_primary_non_response"]
    assert (rule["first"], rule["second"]) == ("remission", "primary_non_response")


@pytest.mark.parametrize("name", ["beijing-2025", "reach", "turner-2010"])
def test_a_response_needs_the_first_index_too(name: str) -> None:
    assert not definition("response", name).holds(0.0)


def test_every_definition_rests_on_an_index_that_is_described() -> None:
    named = [(notion, name) for notion, all_ in ACTIVITY["definitions"].items() for name in all_]
    assert len(named) == 8
    assert {definition(*pair).index for pair in named} <= set(ACTIVITY["indices"])


def test_a_definition_without_a_bound_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"definition lor\.mine: no bound"):
        ActivityDefinition("lor", "mine", version=1, index="pcdai", source="me")


def test_a_definition_without_a_source_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"definition lor\.mine: no source"):
        ActivityDefinition("lor", "mine", version=1, index="pcdai", source=" ", above=15.0)


def test_an_unknown_definition_is_answered_with_the_known_ones() -> None:
    with pytest.raises(CatalogueError, match=r"known: beijing-2025\. Did you mean beijing-2025\?"):
        definition("lor", "beijing-2024")
