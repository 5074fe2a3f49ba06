"""A level of the infusion's own day: before or after it, or not known."""

from __future__ import annotations

import pytest

from lorpredict.fhir import ChildReading, Issue, read_bundle
from tests.fhir_bundles import (
    AS_OF,
    Resource,
    bundle_of,
    childs_resources,
    day,
    infusion,
    observation,
)

UNSURE = "whether before or after the infusion is not known"
TROUGH = "trough_week14_ug_ml"
AT_TEN = f"{day(98)}T10:00:00+01:00"


def level(value: float, on: int | str, comparator: str | None = None) -> Resource:
    return observation("trough", value, "ug/mL", on, comparator=comparator)


def read(*levels: Resource, fourth: int | str | None = 98) -> ChildReading:
    infusions = [infusion(on) for on in (0, 14, 42, fourth) if on is not None]
    resources = [*childs_resources(without=["infusions", "trough"]), *infusions, *levels]
    return read_bundle(bundle_of(resources), as_of=AS_OF)


def unsure(reading: ChildReading) -> list[Issue]:
    return [issue for issue in reading.issues if UNSURE in issue.text]


@pytest.mark.parametrize(
    ("drawn", "fourth"),
    [(98, 98), (98, AT_TEN), (f"{day(98)}T15:00:00+01:00", 98),
     (f"{day(98)}T15:00:00", AT_TEN),  # no zone, no instant
     (98, None)],  # the fourth is about to be given
)  # fmt: skip
def test_a_level_of_the_day_is_used_with_a_warning_where_an_instant_is_missing(
    drawn: int | str, fourth: int | str | None
) -> None:
    reading = read(level(5, drawn), fourth=fourth)
    assert reading.record[TROUGH] == 5
    assert [(i.kind, i.severity) for i in unsure(reading)] == [("used", "warning")]


@pytest.mark.parametrize("fourth", [98, AT_TEN, None])
def test_a_level_of_an_earlier_day_goes_before_it(fourth: int | str | None) -> None:
    reading = read(level(60, 98), level(5, 90), level(4, 85), fourth=fourth)
    assert reading.record[TROUGH] == 5
    assert [(i.kind, i.severity) for i in unsure(reading)] == [("dropped", "information")]


def test_a_level_before_the_window_does_not() -> None:
    assert read(level(6, 98), level(5, 83)).record[TROUGH] == 6


def test_a_level_that_certainly_was_before_it_goes_first_and_needs_no_warning() -> None:
    reading = read(level(60, 98), level(5, f"{day(98)}T08:00:00+01:00"), fourth=AT_TEN)
    assert reading.record[TROUGH] == 5
    assert not any(issue.kind == "used" for issue in unsure(reading))


def test_a_level_that_certainly_was_after_it_is_not_used() -> None:
    reading = read(level(60, f"{day(98)}T12:00:00+01:00"), fourth=AT_TEN)
    assert TROUGH not in reading.record


def test_a_level_of_the_day_below_its_limit_has_the_warning_too() -> None:
    reading = read(level(0.4, 98, "<"))
    assert reading.record["trough_week14_below_loq"] is True
    assert [i.severity for i in unsure(reading)] == ["warning"]


def test_other_values_of_the_day_need_no_warning() -> None:
    reading = read(observation("crp", 4, "mg/L", 98), level(5, 90))
    assert reading.record["crp_week14_mg_l"] == 4
    assert unsure(reading) == []
