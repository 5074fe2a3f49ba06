"""Ten thousand Bundles: however a patient is written down, the answer is the same."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from lorpredict.fhir import FhirRules, read_bundle
from serving.app import create_app
from serving.assessing import assess
from serving.models import ServedModels
from tests.fhir_bundles import AS_OF, Resource, bundle_of, childs_resources, observation
from tests.serving.asgi import ask_all

PAIRS = 5_000
ROUTE = f"/v1/fhir/predict?as_of={AS_OF}"
PARTS = ("patient", "crohns", "perianal", "infusions", "orders", "weight", "height", "crp", "esr",
         "blood_count", "albumin", "calprotectin", "trough")  # fmt: skip
# Unit -> another of the same quantity, and the factor into it.
OTHER_UNITS = {
    "g/L": ("g/dL", 0.1),
    "g/dL": ("g/L", 10),
    "mg/dL": ("mg/L", 10),
    "mg/L": ("mg/dL", 0.1),
    "10*3/uL": ("10*9/L", 1),
    "ug/mL": ("mg/L", 1),
    "kg": ("g", 1000),
}


def _child(draw: random.Random) -> list[Resource]:
    """A child of whom some things are not known."""
    left_out = [part for part in PARTS if draw.random() < 0.08]
    return childs_resources(without=left_out)


def _written_otherwise(resources: list[Resource], draw: random.Random) -> list[Resource]:
    """The same child with entries shuffled and doubled, and values in other units."""
    others = [_in_another_unit(copy.deepcopy(each), draw) for each in resources]
    others += [copy.deepcopy(draw.choice(others)) for _ in range(draw.randrange(5))]
    draw.shuffle(others)
    return others


def _in_another_unit(resource: Resource, draw: random.Random) -> Resource:
    value = resource.get("valueQuantity")
    if value and value["code"] in OTHER_UNITS and draw.random() < 0.5:
        unit, factor = OTHER_UNITS[value["code"]]
        value |= {"value": round(value["value"] * factor, 9), "unit": unit, "code": unit}
    return resource


def _bundles() -> Iterator[tuple[str, Any]]:
    draw = random.Random(20261127)  # noqa: S311  no secret
    for _ in range(PAIRS):
        child = _child(draw)
        yield ROUTE, bundle_of(child)
        yield ROUTE, bundle_of(_written_otherwise(child, draw), draw.choice(["searchset", "batch"]))


@pytest.mark.slow
def test_however_a_patient_is_written_down_the_answer_is_the_same(models: ServedModels) -> None:
    answers = ask_all(create_app(models), _bundles(), media_type="application/fhir+json")
    told = 0
    for (status, one), (other_status, other) in zip(answers, answers, strict=True):
        assert (status, other_status) == (200, 200)
        assert one["resourceType"] == other["resourceType"]
        if one["resourceType"] == "RiskAssessment":
            told += 1
            risks = [each["probabilityDecimal"] for each in one["prediction"]]
            assert [each["probabilityDecimal"] for each in other["prediction"]] == risks
        else:
            assert one["reasonCode"] == other["reasonCode"]
    assert PAIRS / 2 < told < PAIRS  # most are answered, and some are not


def test_grams_per_litre_and_per_decilitre_are_the_same_risk(models: ServedModels) -> None:
    rest = childs_resources(without=["albumin"])
    risks = []
    for value, unit in ((38.7, "g/L"), (3.87, "g/dL")):
        bundle = bundle_of([*rest, observation("albumin", value, unit, -3)])
        prediction = assess(
            read_bundle(bundle, as_of=AS_OF), models["champion"], FhirRules.default()
        ).prediction
        assert prediction is not None
        risks.append(prediction.risk[0])

    assert abs(risks[0] - risks[1]).max() <= 1e-12


def test_a_broken_bundle_never_breaks_the_service(client: TestClient) -> None:
    draw = random.Random(7)  # noqa: S311  no secret
    for _ in range(300):
        bundle = bundle_of([_spoilt(each, draw) for each in childs_resources()])
        answer = client.post(ROUTE, json=bundle)
        assert answer.status_code in (200, 422), answer.text


def _spoilt(content: Any, draw: random.Random) -> Any:
    """Put something of another kind into some places."""
    if draw.random() < 0.02:
        return draw.choice([None, [], {}, "text", 1e308, -1, True, [None], {"a": []}])
    if isinstance(content, dict):
        return {name: _spoilt(value, draw) for name, value in content.items()}
    if isinstance(content, list):
        return [_spoilt(value, draw) for value in content]
    return content
