"""Nothing that a resource holds comes out in the text of an issue, an abstention or a refusal."""

from __future__ import annotations

from typing import Any

import pytest

from lorpredict.fhir import ChildReading, FhirRefused, read_bundle, read_prefetch
from tests.fhir_bundles import (
    AS_OF,
    bundle_of,
    childs_resources,
    infusion,
    observation,
    panel,
    prefetch_of,
)

MARK = "Zw0lle"
NUMBER = 7719.25
# What has to stay for a resource to be read at all; every other text becomes a mark.
KEPT = {"resourceType", "type"}


def marked(value: Any, *, texts: bool, numbers: bool, key: str = "") -> Any:
    """Return JSON in which every text, or every number, is a mark."""
    if isinstance(value, dict):
        return {k: marked(v, texts=texts, numbers=numbers, key=k) for k, v in value.items()}
    if isinstance(value, list):
        return [marked(each, texts=texts, numbers=numbers, key=key) for each in value]
    if isinstance(value, str) and texts and key not in KEPT:
        return MARK
    if isinstance(value, int | float) and not isinstance(value, bool) and numbers:
        return NUMBER
    return value


def one_field_marked(value: Any) -> list[Any]:
    """Return copies of JSON, in each of which one text or number is a mark."""
    if isinstance(value, dict):
        return [
            {**value, key: changed}
            for key, each in value.items()
            if key not in KEPT
            for changed in one_field_marked(each)
        ]
    if isinstance(value, list):
        return [
            [*value[:n], changed, *value[n + 1 :]]
            for n, each in enumerate(value)
            for changed in one_field_marked(each)
        ]
    return [MARK if isinstance(value, str) else NUMBER]


def every_word(reading: ChildReading) -> str:
    told = [issue.text + issue.expression for issue in reading.issues]
    if reading.abstention is not None:
        told += [reading.abstention.text, *reading.abstention.needed]
    return "\n".join(told)


@pytest.mark.parametrize("texts", [True, False])
@pytest.mark.parametrize("numbers", [True, False])
def test_marks_in_every_field_do_not_come_out(texts: bool, numbers: bool) -> None:
    bundle = bundle_of(marked(childs_resources(), texts=texts, numbers=numbers))
    told = every_word(read_bundle(bundle, as_of=AS_OF))
    assert MARK not in told
    assert "7719" not in told


def test_a_mark_in_any_single_field_does_not_come_out() -> None:
    resources = [*childs_resources(), panel(-9, ("wbc", 1, "10*9/L")),
                 observation("trough", 1, "ug/mL", 90, comparator="<")]  # fmt: skip
    for place, resource in enumerate(resources):
        for changed in one_field_marked(resource):
            bundle = bundle_of([*resources[:place], changed, *resources[place + 1 :]])
            try:
                told = every_word(read_bundle(bundle, as_of=AS_OF))
            except FhirRefused as refused:
                told = str(refused)
            assert MARK not in told
            assert "7719" not in told


def test_marks_as_names_of_keys_and_types_do_not_come_out() -> None:
    strange = {"resourceType": MARK, MARK: {MARK: MARK}}
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": MARK, "code": MARK}]}
    prefetch = prefetch_of(childs_resources()) | {MARK: strange, f"{MARK}2": outcome}
    assert MARK not in every_word(read_prefetch(prefetch, as_of=AS_OF))


def test_no_value_id_or_date_of_the_child_comes_out() -> None:
    reading = read_bundle(bundle_of([*childs_resources(), infusion(0, 123)]), as_of=AS_OF)
    told = "\n".join(issue.text for issue in reading.issues)
    for secret in ("2012", "2025", "420", "5.5", "123", "infusion-0", "Patient/"):
        assert secret not in told
