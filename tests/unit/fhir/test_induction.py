"""Week 14 is known only where the infusions before it are: otherwise no risk, or a warning."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lorpredict.fhir import ChildReading, FhirRules, read_bundle
from tests.fhir_bundles import (
    FIRST_INFUSION,
    Resource,
    bundle_of,
    childs_resources,
    infusion,
    order,
    statement,
)

MAY_BE_WRONG = "the first recorded infusions are not about 2 and 4 weeks apart"


def read(*infusions: Resource, on: int = 98) -> ChildReading:
    resources = [*childs_resources(without=["infusions"]), *infusions]
    return read_bundle(bundle_of(resources), as_of=FIRST_INFUSION + timedelta(days=on))


@pytest.mark.parametrize("on", [98, 40, 200])
@pytest.mark.parametrize("told", [order("infliximab", 0), statement("infliximab", 0)])
def test_an_order_or_a_statement_alone_does_not_tell_when_week_14_is(
    told: Resource, on: int
) -> None:
    abstention = read(told, on=on).abstention
    assert abstention is not None
    assert abstention.reason == "not_near_week_14"
    assert "known only from an order or a statement" in abstention.text
    assert abstention.needed == ("MedicationAdministration of each infusion with its day",)


@pytest.mark.parametrize(
    ("infusions", "is_answered"),
    [
        ((0,), False),
        ((0, 14), False),
        ((0, 14, 98), False),  # the third, or the fourth: today's counts for neither
        ((0, 14, 42), True),
        ((0, 14, 42, 98), True),
    ],
)
def test_without_a_fourth_infusion_three_have_to_be_recorded_before(
    infusions: tuple[int, ...], is_answered: bool
) -> None:
    abstention = read(*map(infusion, infusions)).abstention
    assert (abstention is None) is is_answered
    if abstention is not None:
        assert abstention.reason == "not_near_week_14"
        assert "fewer than 3" in abstention.text
        assert abstention.needed == ("MedicationAdministration of each infusion with its day",)


def test_an_infusion_that_was_not_given_is_none_of_the_three() -> None:
    given = [infusion(0), infusion(14), infusion(42, status="not-done")]
    assert read(*given).abstention is not None


@pytest.mark.parametrize(
    ("infusions", "is_told"),
    [
        ((0, 14, 42, 98), False),
        ((0, 7, 21, 98), False),
        ((0, 28, 70, 98), False),
        ((0, 6, 42, 98), True),
        ((0, 29, 60, 98), True),
        ((0, 14, 27, 98), True),
        ((0, 14, 57, 98), True),
        ((0, 56, 98), True),  # every eight weeks: these are not the first
        ((0, 56), True),
        ((0, 14), False),
        ((0,), False),
    ],
)
def test_first_gaps_that_are_not_those_of_an_induction_are_told(
    infusions: tuple[int, ...], is_told: bool
) -> None:
    told = [issue for issue in read(*map(infusion, infusions)).issues if MAY_BE_WRONG in issue.text]
    assert [(i.kind, i.severity, i.code) for i in told] == (
        [("used", "warning", "incomplete")] * is_told
    )


def test_two_bags_of_one_day_make_no_gap() -> None:
    bags = [infusion(0, id="another-bag"), *map(infusion, (0, 14, 42, 98))]
    assert not any(MAY_BE_WRONG in issue.text for issue in read(*bags).issues)


def test_gaps_are_no_choice_of_a_site() -> None:
    assert not any("gap" in name for name, _, _ in FhirRules.default().described())
