"""What a person reads beside a risk has a source."""

from __future__ import annotations

import pytest

from lorpredict.clinical import criteria, evidence, published_study, sourced
from lorpredict.errors import CatalogueError


def test_a_risk_is_asked_of_responders_at_their_fourth_infusion() -> None:
    told = {each.key: each.statement for each in criteria()}

    assert list(told) == [
        "crohns_disease", "first_biologic", "four_infusions", "in_response", "not_monogenic",
    ]  # fmt: skip
    assert all(each.source for each in criteria())


def test_the_evidence_says_what_the_published_figures_say() -> None:
    told = {each.topic: each.finding for each in evidence()}
    ungar = published_study("ungar-2019")["remission_after_intensification"]
    roblin = published_study("roblin-2020")["at_24_months"]["without_clinical_failure_percent"]

    intensified = told["Intensifying once the response is lost"]
    assert f"{ungar['months_6']['n']} of {ungar['months_6']['of']} patients" in intensified
    assert f"{ungar['months_12']['n']} of {ungar['months_12']['of']} after 12 months" in intensified
    again = told["A second anti-TNF after antibodies"]
    assert f"{roblin['combination']} % were without clinical failure" in again
    assert f"{roblin['monotherapy']} % without azathioprine" in again


def test_an_address_is_told_only_where_one_is_known() -> None:
    assert {each.url for each in evidence()} == {None, "https://doi.org/10.21037/tp-2025-344"}


@pytest.mark.parametrize("entry", [{"topic": "x"}, {"topic": "x", "source": " "}])
def test_what_has_no_source_does_not_ship(entry: dict[str, str]) -> None:
    with pytest.raises(CatalogueError, match=r"pathway\.toml: x has no source"):
        sourced([entry], "pathway")
