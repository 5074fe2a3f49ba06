"""Parts of the Paris classification, and what is no class."""

from __future__ import annotations

import pytest

from lorpredict.clinical._paris import ParisClassification
from lorpredict.errors import RecordFaults


def test_each_part_can_be_asked_for() -> None:
    classification = ParisClassification.of(
        {
            "onset_age_years": 11.0,
            "location": "none",
            "upper_gi": "L4ab",
            "behaviour": "B2B3",
            "perianal": False,
            "growth_delay": True,
        }
    )
    assert classification == ParisClassification("A1b", "none", "L4ab", "B2B3", False, "G1")


def test_an_empty_record_has_no_class_at_all() -> None:
    nan = float("nan")
    assert ParisClassification.of({}) == ParisClassification()
    assert ParisClassification.of({"onset_age_years": nan, "perianal": nan}).perianal is None


def test_values_that_are_no_class_are_named_at_once() -> None:
    record = {
        "onset_age_years": -1.0,
        "location": "L5",
        "upper_gi": "L4c",
        "behaviour": "B4",
        "perianal": "p",
        "growth_delay": "G1",
    }
    with pytest.raises(RecordFaults) as refused:
        ParisClassification.of(record)
    assert [fault.column for fault in refused.value.faults] == list(record)
    assert "onset_age_years is -1 years: expected 0 to 120 years" in str(refused.value)
    assert "location is 'L5': expected one of L3, L2, L1, none" in str(refused.value)
    assert "perianal is 'p': expected true or false" in str(refused.value)


@pytest.mark.parametrize("age", ["eleven", True, float("inf")])
def test_an_age_has_to_be_a_number(age: object) -> None:
    with pytest.raises(RecordFaults, match=r"onset_age_years .* expected 0 to 120 years"):
        ParisClassification.of({"onset_age_years": age})
