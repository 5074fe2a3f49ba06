"""Small changes of the real OpenAPI document: those that break a client, and those that do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Document = dict[str, Any]
Change = Callable[[Document], object]

PREDICT = "POST /v1/predict"


def predict(d: Document) -> Any:
    return d["paths"]["/v1/predict"]["post"]


def of(d: Document, component: str) -> Any:
    return d["components"]["schemas"][component]


def field(d: Document, component: str, name: str) -> Any:
    return of(d, component)["properties"][name]


def without(d: Document, component: str, name: str) -> None:
    of(d, component)["properties"].pop(name)
    if name in (required := of(d, component).get("required", [])):
        required.remove(name)


def parameter(name: str, **said: Any) -> Document:
    return {"name": name, "in": "query", "schema": {"type": "string"}, **said}


ADDRESSES: dict[str, tuple[Change, str]] = {
    "a path is gone": (lambda d: d["paths"].pop("/v1/models"), "/v1/models is gone"),
    "a method is gone": (lambda d: d["paths"]["/v1/predict"].pop("post"), f"{PREDICT} is gone"),
    "an answer is gone": (
        lambda d: predict(d)["responses"].pop("404"),
        f"{PREDICT}: the answer 404 is gone",
    ),
    "a media type of an answer is gone": (
        lambda d: predict(d)["responses"]["200"].pop("content"),
        f"{PREDICT}, answer 200: application/json is gone",
    ),
    "a media type of a body is gone": (
        lambda d: predict(d)["requestBody"]["content"].pop("application/json"),
        f"{PREDICT}, body: application/json is gone",
    ),
    "a parameter is gone": (
        lambda d: predict(d)["parameters"].clear(),
        f"{PREDICT}: query parameter model is gone",
    ),
    "a parameter has to be sent": (
        lambda d: predict(d)["parameters"][0].update(required=True),
        f"{PREDICT}: query parameter model has to be sent now",
    ),
    "a new parameter has to be sent": (
        lambda d: predict(d)["parameters"].append(parameter("site", required=True)),
        f"{PREDICT}: query parameter site has to be sent now",
    ),
    "a new parameter of all methods has to be sent": (
        lambda d: d["paths"]["/v1/predict"].update(parameters=[parameter("site", required=True)]),
        f"{PREDICT}: query parameter site has to be sent now",
    ),
    "a parameter takes less": (
        lambda d: predict(d)["parameters"][0]["schema"].update(enum=["champion"]),
        f'requests, {PREDICT}, query parameter model: enum was null, is ["champion"]',
    ),
    "what is left out means something else": (
        lambda d: predict(d)["parameters"][0]["schema"].update(default="challenger"),
        f"requests, {PREDICT}, query parameter model: "
        'default was "champion", is "challenger"',
    ),
}  # fmt: skip

REQUESTS: dict[str, tuple[Change, str]] = {
    "a field has to be sent": (
        lambda d: of(d, "ChildRecord").update(required=["sex"]),
        "ChildRecord.sex: has to be sent now",
    ),
    "a new field has to be sent": (
        lambda d: (
            of(d, "Outcome")["properties"].update(by={"type": "string"}),
            of(d, "Outcome")["required"].append("by"),
        ),
        "Outcome.by: has to be sent now",
    ),
    "a field is gone": (
        lambda d: without(d, "ChildRecord", "perianal"),
        "ChildRecord.perianal: is gone",
    ),
    "another type": (
        lambda d: field(d, "ChildRecord", "albumin_g_l").update(type=["string", "null"]),
        "ChildRecord.albumin_g_l: a number is not taken any more",
    ),
    "null is refused": (
        lambda d: field(d, "ChildRecord", "albumin_g_l").update(type="number"),
        "ChildRecord.albumin_g_l: null is not taken any more",
    ),
    "whole numbers alone": (
        lambda d: field(d, "ChildRecord", "albumin_g_l").update(type=["integer", "null"]),
        "ChildRecord.albumin_g_l: a number is not taken any more",
    ),
    "another unit": (
        lambda d: field(d, "ChildRecord", "albumin_g_l").update(unit="g/dL"),
        'ChildRecord.albumin_g_l: unit was "g/L", is "g/dL"',
    ),
    "the least is more": (
        lambda d: field(d, "ChildRecord", "albumin_g_l").update(minimum=12),
        "ChildRecord.albumin_g_l: minimum was 10.0, is 12",
    ),
    "the least is left out": (
        lambda d: field(d, "ChildRecord", "albumin_g_l").update(exclusiveMinimum=10),
        "ChildRecord.albumin_g_l: exclusiveMinimum was null, is 10",
    ),
    "the most is less": (
        lambda d: field(d, "ChildRecord", "albumin_g_l").update(maximum=55),
        "ChildRecord.albumin_g_l: maximum was 60.0, is 55",
    ),
    "a range where there was none": (
        lambda d: field(d, "Question", "days_since_first_infusion")["items"].update(minimum=0),
        "Question.days_since_first_infusion[]: minimum was null, is 0",
    ),
    "a shorter text": (
        lambda d: field(d, "Outcome", "patient_id").update(maxLength=64),
        "Outcome.patient_id: maxLength was 128, is 64",
    ),
    "fewer items": (
        lambda d: field(d, "Question", "records").update(maxItems=500),
        "Question.records: maxItems was 1000, is 500",
    ),
    "a pattern": (
        lambda d: field(d, "Outcome", "patient_id").update(pattern="^[a-z]+$"),
        'Outcome.patient_id: pattern was null, is "^[a-z]+$"',
    ),
    "another format": (
        lambda d: field(d, "CardFeedback", "card").update(format="uri"),
        'CardFeedback.card: format was "uuid", is "uri"',
    ),
    "a coarser step": (
        lambda d: field(d, "Outcome", "follow_up_days").update(multipleOf=7),
        "Outcome.follow_up_days: multipleOf was null, is 7",
    ),
    "a value is gone": (
        lambda d: field(d, "ChildRecord", "sex")["enum"].remove("female"),
        'ChildRecord.sex: enum was ["male", "female"], is ["male"]',
    ),
    "a constant": (
        lambda d: field(d, "Outcome", "patient_id").update(const="x"),
        'Outcome.patient_id: enum was null, is ["x"]',
    ),
    "an alternative is gone": (
        lambda d: of(d, "Question")["oneOf"].pop(0),
        "Question.records: has to be sent now",
    ),
    "a reference to something else": (
        lambda d: field(d, "Question", "record").update({"$ref": "#/components/schemas/Outcome"}),
        "ChildRecord.sex: is gone",
    ),
    "other fields are refused": (
        lambda d: of(d, "FhirBundle").update(additionalProperties=False),
        "FhirBundle: fields of other names are not taken any more",
    ),
    "one field needs another": (
        lambda d: of(d, "ChildRecord").update(dependentRequired={"weight_kg": ["height_cm"]}),
        'ChildRecord: dependentRequired was null, is {"weight_kg": ["height_cm"]}',
    ),
}

ANSWERS: dict[str, tuple[Change, str]] = {
    "a field is gone": (
        lambda d: without(d, "RiskAnswer", "warnings"),
        "RiskAnswer.warnings: is gone",
    ),
    "a field may be left out": (
        lambda d: of(d, "RiskAnswer")["required"].remove("warnings"),
        "RiskAnswer.warnings: may be left out now",
    ),
    "null may come": (
        lambda d: field(d, "RiskTold", "risk").update(type=["number", "null"]),
        "RiskTold.risk: null may come now",
    ),
    "one more type": (
        lambda d: field(d, "ContributionTold", "value")["anyOf"].append({"type": "object"}),
        "ContributionTold.value: an object may come now",
    ),
    "another type": (
        lambda d: field(d, "RiskTold", "risk").update(type="string"),
        "RiskTold.risk: a text may come now",
    ),
    "one more value": (
        lambda d: field(d, "CdsCard", "indicator")["enum"].append("hint"),
        'CdsCard.indicator: enum was ["info", "warning", "critical"], '
        'is ["info", "warning", "critical", "hint"]',
    ),
    "any value": (
        lambda d: field(d, "CdsCard", "indicator").pop("enum"),
        'CdsCard.indicator: enum was ["info", "warning", "critical"], is null',
    ),
    "a longer text": (
        lambda d: field(d, "CdsCard", "summary").update(maxLength=200),
        "CdsCard.summary: maxLength was 139, is 200",
    ),
    "fewer items": (
        lambda d: field(d, "CdsCard", "links").update(minItems=0),
        "CdsCard.links: minItems was 1, is 0",
    ),
    "other values of a map": (
        lambda d: field(d, "ModelDescribed", "metrics").update(
            additionalProperties={"type": "string"}
        ),
        "ModelDescribed.metrics.*: a text may come now",
    ),
    "a refusal tells less": (lambda d: without(d, "Problem", "faults"), "Problem.faults: is gone"),
    "items of another kind": (
        lambda d: field(d, "RiskAnswers", "answers").update(items={"type": "number"}),
        "RiskAnswers.answers[]: a number may come now",
    ),
}

BREAKS = {
    **ADDRESSES,
    **{f"requests, {name}": (change, f"requests, {told}")
       for name, (change, told) in REQUESTS.items()},
    **{f"answers, {name}": (change, f"answers, {told}")
       for name, (change, told) in ANSWERS.items()},
}  # fmt: skip

ADDITIONS: dict[str, Change] = {
    "a path": lambda d: d["paths"].update({"/v1/new": d["paths"]["/v1/models"]}),
    "a method": lambda d: d["paths"]["/v1/models"].update(post=predict(d)),
    "a parameter": lambda d: predict(d)["parameters"].append(parameter("site")),
    "a refusal": lambda d: predict(d)["responses"].update({"418": predict(d)["responses"]["404"]}),
    "a media type": lambda d: predict(d)["requestBody"]["content"].update({"text/csv": {}}),
    "a field of a request": (
        lambda d: of(d, "ChildRecord")["properties"].update(smoker={"type": "boolean"})
    ),
    "a wider range": lambda d: field(d, "ChildRecord", "albumin_g_l").update(maximum=70),
    "one more type of a request": (
        lambda d: field(d, "ChildRecord", "sex").update(type=["string", "null", "boolean"])
    ),
    "one more value of a request": lambda d: field(d, "ChildRecord", "sex")["enum"].append("x"),
    "a field that may be left out": lambda d: of(d, "Outcome")["required"].remove("outcome"),
    "one more alternative": lambda d: of(d, "Question")["oneOf"].append({}),
    "a field of an answer": (
        lambda d: of(d, "RiskTold")["properties"].update(more={"type": "string"})
    ),
    "a field of an answer that is always there": (
        lambda d: of(d, "CdsCard")["required"].append("links")
    ),
    "one value less of an answer": lambda d: field(d, "CdsCard", "indicator")["enum"].pop(),
    "one type less of an answer": lambda d: field(d, "ContributionTold", "value")["anyOf"].pop(0),
    "whole numbers in an answer": lambda d: field(d, "RiskTold", "risk").update(type="integer"),
    "other words": lambda d: of(d, "RiskTold").update(title="Told", description="Otherwise."),
    "another name of a component": lambda d: (
        of(d, "Question").update(properties={
            **of(d, "Question")["properties"], "record": {"$ref": "#/components/schemas/Child"}
        }),
        d["components"]["schemas"].update(Child=of(d, "ChildRecord")),
    ),
}  # fmt: skip
