"""A status is that of the day of the export; of an earlier day it tells nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lorpredict.fhir import ChildReading, FhirRules, read_bundle, read_prefetch, read_resources
from tests.fhir_bundles import (
    FIRST_INFUSION,
    Resource,
    bundle_of,
    childs_resources,
    concept,
    condition,
    day,
    order,
    prefetch_of,
    statement,
)
from tests.unit.fhir.test_bulk import as_child, exported

IMMUNOMODULATOR = "immunomodulator_week14"
NONE_MEANS_NONE = FhirRules.from_toml({"settings": {"absent_medication_means_none": True}})


def read(
    *added: Resource, without: tuple[str, ...], is_now: bool = True, on: int = 98, **more: Any
) -> ChildReading:
    resources = [*childs_resources(without=without), *added]
    as_of = FIRST_INFUSION + timedelta(days=on)
    return read_bundle(bundle_of(resources), as_of=as_of, statuses_as_of_now=is_now, **more)


def crohns(status: str, **changes: Any) -> Resource:
    return condition("K50.80", clinicalStatus=concept("urn:x", status), **changes)


# ---- medications ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["active", "completed", "stopped"])
@pytest.mark.parametrize("of", [order, statement])
def test_a_medication_without_an_end_is_unknown_whatever_its_status(of: Any, status: str) -> None:
    taken = of("methotrexate", 10, status=status)
    for rules in (FhirRules.default(), NONE_MEANS_NONE):
        reading = read(taken, without=("orders",), rules=rules)
        assert IMMUNOMODULATOR not in reading.record
        assert any("status is that of a later day" in issue.text for issue in reading.issues)


@pytest.mark.parametrize(
    ("taken", "told"),
    [
        (order("methotrexate", 10, 98), True),  # its end is a date and tells
        (order("methotrexate", 10, 97), False),
        (order("methotrexate", 99), False),
    ],
)
def test_dates_of_a_medication_count_as_ever(taken: Resource, told: bool) -> None:
    reading = read(taken, without=("orders",), rules=NONE_MEANS_NONE, on=110)
    assert reading.record[IMMUNOMODULATOR] is told


def test_what_was_begun_before_the_first_infusion_is_known_without_a_status() -> None:
    reading = read(order("azathioprine", -9), without=("orders",))
    assert reading.record["prior_azathioprine"] is True


def test_on_the_day_of_the_question_a_status_tells() -> None:
    assert read(without=(), is_now=False).record[IMMUNOMODULATOR] is True


# ---- Crohn's disease ------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["inactive", "remission", "resolved"])
def test_crohns_disease_that_was_recorded_by_the_landmark_counts(status: str) -> None:
    reading = read(crohns(status), without=("crohns",))
    assert reading.abstention is None
    assert reading.record["location"] == "L3"
    told = [issue for issue in reading.issues if "that of a later day" in issue.text]
    assert ("used", "warning") in [(i.kind, i.severity) for i in told]


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"recordedDate": day(98)}, True),
        ({"recordedDate": day(99)}, False),
        ({"recordedDate": "2024"}, True),
        ({"recordedDate": "2025"}, False),  # not certainly by the landmark
        ({"recordedDate": None}, False),
        ({"abatementDateTime": day(99)}, True),
        ({"abatementDateTime": day(98)}, False),
        ({"abatementString": "gone"}, False),
        ({"verificationStatus": concept("urn:x", "refuted")}, False),
    ],
    ids=str,
)
def test_it_has_to_be_recorded_by_then_and_not_abated(changes: Resource, counts: bool) -> None:
    reading = read(crohns("resolved", **changes), without=("crohns",), on=110)
    assert (reading.abstention is None) is counts


def test_on_the_day_of_the_question_a_disease_that_is_inactive_is_none() -> None:
    reading = read(crohns("remission"), without=("crohns",), is_now=False)
    assert reading.abstention is not None
    assert reading.abstention.reason == "not_crohns"


# ---- every door -----------------------------------------------------------------------------


def test_every_way_to_read_can_be_told() -> None:
    resources, as_of = childs_resources(), FIRST_INFUSION + timedelta(days=98)
    readings = [
        read_resources(resources, as_of=as_of, statuses_as_of_now=True),
        read_prefetch(prefetch_of(resources), as_of=as_of, statuses_as_of_now=True),
    ]
    assert [IMMUNOMODULATOR in reading.record for reading in readings] == [False, False]


def test_an_export_is_always_read_so(tmp_path: Path) -> None:
    resources = [*childs_resources(without=["crohns"]), crohns("remission")]
    child = exported(tmp_path, as_child("a", resources)).read("Patient/a")
    assert child.left_out is None
    assert child.reading is not None
    assert IMMUNOMODULATOR not in child.reading.record
