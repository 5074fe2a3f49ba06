"""A second card where the response is lost: what the record holds, and what documents say of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lorpredict.fhir import Abstention, FhirRules, read_prefetch
from lorpredict.pathway import pathway_of
from serving import hooks
from serving.app import create_app
from serving.assessing import Assessed, assess
from serving.desk import Desk
from serving.models import ServedModels
from tests.fhir_bundles import concept, observation
from tests.serving.borders import recorded, settings_for, within
from tests.serving.hooks.calling import SERVICE, asked
from tests.serving.today import moved, prefetch_today, resources_today

SITE = FhirRules.from_toml(
    {
        "codes": {"pcdai": [{"system": "urn:site", "code": "PCDAI"}]},
        "antibodies": {"values": [{"system": "urn:site", "code": "HIGH", "level": "high"}]},
    }
)
LOST = Abstention("already_lost_response", "The response is lost.")


def lost_prefetch() -> dict[str, Any]:
    """The child of today with the activity of lost response."""
    prefetch = prefetch_today()
    today = datetime.now(UTC).date().isoformat()
    score = observation("crp", 30, None, today, id="pcdai", code=concept("urn:site", "PCDAI"))
    prefetch["labs"]["entry"].append({"resource": score, "search": {"mode": "match"}})
    return prefetch


def lost(models: ServedModels, **record: Any) -> Assessed:
    """A child whose response is lost, of whom the record holds this."""
    reading = read_prefetch(prefetch_today(), as_of=datetime.now(UTC).date())
    found = assess(reading, models["champion"], FhirRules.default())
    kept = {"age_years": 12.0, "landmark_day": 98.0, **record}
    return Assessed(found.served, replace(found.reading, record=kept, abstention=LOST))


def second(assessed: Assessed, **more: Any) -> hooks.CdsResponse:
    first, told = hooks.response(assessed, base_url="", **more).cards
    assert "no estimate" in first.summary
    return told  # type: ignore[return-value]  # one of its cards


def test_a_child_in_loss_of_response_has_a_card_on_it(models: ServedModels) -> None:
    client = TestClient(create_app(desk=Desk(models, rules=SITE)))
    answer = client.post(SERVICE, json=asked(prefetch=lost_prefetch()))
    first, told = answer.json()["cards"]

    assert answer.status_code == 200
    assert "no estimate" in first["summary"]
    assert "undetermined" in told["summary"]  # its antibodies are not in the record
    assert "Infliximab trough at week 14: 5.5 µg/mL" in told["detail"]
    assert "antibodies against infliximab, by a drug-tolerant assay" in told["detail"]
    assert told["indicator"] == "info"
    assert first["uuid"] != told["uuid"]


@pytest.mark.parametrize(
    ("record", "mechanism", "named"),
    [
        ({"trough_week14_ug_ml": 0.6, "antibodies_week14": "high"}, "immunogenic", "Roblin 2020"),
        ({"trough_week14_ug_ml": 1.2, "antibodies_week14": "negative"}, "pharmacokinetic",
         "ECCO-ESPGHAN 2020"),
        ({"trough_week14_ug_ml": 5.0, "antibodies_week14": "low"}, "pharmacodynamic",
         "Where the documents disagree"),
        ({"trough_week14_ug_ml": 9.1, "antibodies_week14": "negative"}, "pharmacodynamic",
         "This is our reading"),
        ({"trough_week14_below_loq": True, "trough_week14_loq_ug_ml": 0.4,
          "antibodies_week14": "high"}, "immunogenic", "below 0.4 µg/mL"),
        ({}, "undetermined", "the trough just before an infusion"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_the_card_tells_mechanism_and_options_of_what_was_found(
    models: ServedModels, record: dict[str, Any], mechanism: str, named: str
) -> None:
    told: Any = second(lost(models, **record))

    assert f"lost: {mechanism} by" in told.summary
    assert len(told.summary) < 140
    assert named in told.detail


def test_the_card_orders_nothing_and_says_what_to_check(models: ServedModels) -> None:
    told: Any = second(lost(models, trough_week14_ug_ml=0.6, antibodies_week14="high"))

    assert "no order" in told.summary
    assert told.detail.startswith("**Research and discussion only")
    assert "the treating physician decides" in told.detail
    assert "none of it shows what would happen to this child" in told.detail
    assert "- a stricture" in told.detail
    assert not hasattr(told, "suggestions")


def test_figures_stand_with_their_intervals(models: ServedModels) -> None:
    told: Any = second(lost(models, trough_week14_ug_ml=0.6, antibodies_week14="high"))

    assert "combination 77 % (95 % interval 63 to 87)" in told.detail


def test_a_drug_that_is_taken_is_said(models: ServedModels) -> None:
    told: Any = second(lost(models, trough_week14_ug_ml=1.0, antibodies_week14="negative",
                            immunomodulator_week14=True))  # fmt: skip

    assert "Immunomodulator at week 14: yes" in told.detail
    assert "is taken already" in told.detail


def test_links_lead_to_the_sources_and_the_page(models: ServedModels) -> None:
    child = lost(models, trough_week14_ug_ml=1.2, antibodies_week14="negative")
    _, told = hooks.response(child, base_url="https://risk.example").cards

    assert [link.url for link in told.links] == [
        "https://risk.example/loss-of-response",
        "https://doi.org/10.21037/tp-2025-344",
    ]


def test_a_sites_own_window_is_followed(models: ServedModels) -> None:
    low = {"window_low_ug_ml": {"value": 7, "source": "our board"}}
    told: Any = second(
        lost(models, trough_week14_ug_ml=5.0, antibodies_week14="negative"),
        pathway=pathway_of({"thresholds": low}),
    )

    assert "pharmacokinetic" in told.summary
    assert "our board" in told.detail


@pytest.mark.parametrize("reason", ["not_near_week_14", "no_response", "outside_age"])
def test_no_other_child_has_such_a_card(models: ServedModels, reason: Any) -> None:
    child = lost(models, trough_week14_ug_ml=1.2, antibodies_week14="negative")
    why = replace(LOST, reason=reason)
    cards = hooks.response(replace(child, reading=replace(child.reading, abstention=why)),
                           base_url="").cards  # fmt: skip

    assert len(cards) == 1


def test_a_child_with_a_risk_has_one_card(client: TestClient) -> None:
    assert len(client.post(SERVICE, json=asked()).json()["cards"]) == 1


def test_both_cards_and_the_row_are_on_record_without_a_level(
    tmp_path: Path, models: ServedModels
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[codes]\npcdai = [{ system = "urn:site", code = "PCDAI" }]', "utf-8")
    prefetch = moved(lost_prefetch(), 0)
    with within(settings_for(tmp_path, fhir_rules=rules), models) as client:
        client.post(SERVICE, json=asked(prefetch=prefetch))
    (kept,) = recorded(tmp_path)

    assert kept.event == "abstention"
    assert len(kept.content["cards"]) == 2
    assert kept.content["loss_of_response"]["row"] == "antibodies-unknown"
    assert kept.content["children"][0]["reason"] == "already_lost_response"
    assert "5.5" not in kept.content_json


def test_the_child_of_today_is_not_lost() -> None:
    """What makes the others lost is the activity index alone."""
    assert not [each for each in resources_today() if each.get("id") == "pcdai"]
