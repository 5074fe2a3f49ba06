"""Tens of thousands of versions of one resource are read or refused in time linear in them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from lorpredict.fhir import SeveralPatients, read_bundle
from tests.fhir_bundles import (
    AS_OF,
    Resource,
    bundle_of,
    childs_resources,
    condition,
    observation,
    patient,
)

MANY = 50_000
# Each took a fraction of a second when this was written, and minutes when every one was compared
# with every other; the limit leaves room for a slow machine.
SECONDS = 10.0
MORE = "more than 20 versions of one resource; none of them is used"


def nameless(**changes: Any) -> Resource:
    told = patient(**changes)
    del told["id"]
    return told


def seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def with_esr(*versions: Resource) -> list[Resource]:
    return [*childs_resources(without=["esr"]), *versions]


def version(number: float, **changes: Any) -> Resource:
    return observation("esr", number, "mm/h", -3, id="one", **changes)


@pytest.mark.parametrize(
    "of",
    [
        lambda number: version(number),
        lambda _: version(30),
        lambda number: condition("K50.00", id="one", recordedDate=f"{1000 + number % 8000}"),
    ],
    ids=["different values", "the same again", "different conditions"],
)
def test_many_versions_of_one_resource_take_no_time(of: Callable[[int], Resource]) -> None:
    bundle = bundle_of(with_esr(*map(of, range(MANY))))
    assert seconds(lambda: read_bundle(bundle, as_of=AS_OF)) < SECONDS


def test_many_patients_without_a_name_that_differ_are_refused_at_the_second() -> None:
    patients = [nameless(text=str(number)) for number in range(MANY)]

    def refused() -> None:
        with pytest.raises(SeveralPatients, match="2 patients"):
            read_bundle(bundle_of(patients), as_of=AS_OF)

    assert seconds(refused) < SECONDS


def test_one_patient_without_a_name_may_come_many_times() -> None:
    bundle = bundle_of([nameless() for _ in range(MANY)])
    assert seconds(lambda: read_bundle(bundle, as_of=AS_OF)) < SECONDS
    assert read_bundle(bundle, as_of=AS_OF).record["sex"] == "female"


@pytest.mark.parametrize(("number", "is_told"), [(20, False), (21, True)])
def test_more_than_twenty_versions_are_dropped_with_one_issue(number: int, is_told: bool) -> None:
    versions = [
        version(30 + each, meta={"lastUpdated": f"2025-03-{each + 1:02}T00:00:00Z"})
        for each in range(number)
    ]
    reading = read_bundle(bundle_of(with_esr(*versions, versions[0])), as_of=AS_OF)
    told = [(issue.kind, issue.text) for issue in reading.issues if "version" in issue.text]
    assert ("esr_mm_h" in reading.record) is not is_told
    assert (told == [("ambiguous", MORE)]) is is_told


def test_a_number_that_is_written_otherwise_is_the_same_version() -> None:
    reading = read_bundle(bundle_of(with_esr(version(30), version(30.0))), as_of=AS_OF)
    assert reading.record["esr_mm_h"] == 30
    assert any(issue.text == "the same resource again" for issue in reading.issues)
