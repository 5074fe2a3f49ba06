"""Calls to a service: good ones, what was prefetched in all its states, and wrong ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from scripts.check_hooks.answers import (
    PLANTED,
    Answer,
    advised,
    came,
    other_than,
    refused,
    settled,
    succeeded,
)
from scripts.check_hooks.asking import ABSENT, Visit
from scripts.check_hooks.listening import Listener
from scripts.check_hooks.report import HOUSE, Report

_TIMED_CALLS = 9
_AT_ONCE = 4
_MILLISECONDS = 500
_NUMBER = "a number comes here"
_OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "timeout", "diagnostics": "The search took too long."}],
}
_AUTHORISATION = {
    "access_token": "opaque-4711",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "check-hooks",
}


def check_calls(report: Report, visit: Visit, fhir_server: Listener) -> None:
    """Call one service in every way that a client may, and in many that it may not."""
    good = visit.call()
    report.check("16, 74", "a good call is answered with cards", advised(good))
    _check_variants(report, visit, good, fhir_server)
    _check_prefetch(report, visit, good)
    for number, what, body in _wrong_bodies(visit):
        report.check(number, f"{what} is refused", refused(visit.call(body)))
    for number, what, body in _odd_bodies(visit):
        report.check(number, f"{what} is answered or refused in words", settled(visit.call(body)))
    _check_wrong_patient(report, visit, good)
    _check_numbers(report, visit, good)
    _check_documents(report, visit)
    _check_time(report, visit)


def _check_variants(report: Report, visit: Visit, good: Answer, fhir_server: Listener) -> None:
    told = {"https": f"https://{fhir_server.address}/r4", "http": f"http://{fhir_server.address}"}
    authorised = {"fhirAuthorization": _AUTHORISATION}
    variants = (
        ("20", "a call that names its FHIR server", visit.body(fhirServer=told["https"])),
        ("21, 60", "a call with an access token",
         visit.body(fhirServer=told["https"], **authorised)),
        ("21, 60", "a call with an access token of another FHIR server",
         visit.body(fhirServer=told["http"], **authorised)),
        ("22", "a call that names the encounter", visit.with_context(encounterId="e-1")),
        ("214", "a call with an extension", visit.body(extension={"org.example.a": {"b": 1}})),
    )  # fmt: skip
    for number, what, body in variants:
        answer = visit.call(body)
        same = "" if answer.guidance == good.guidance else came(answer, "the cards of a good call")
        report.check(number, f"{what} is answered as a good call", advised(answer) or same)
    posted = {"content": json.dumps(visit.body())}
    for media_type in ("application/json; charset=utf-8", "Application/JSON"):
        answer = visit.call(**posted, headers={"Content-Type": media_type})
        report.check("1", f"JSON sent as {media_type} is taken", advised(answer))


# ---- prefetch -----------------------------------------------------------------------------------


def _check_prefetch(report: Report, visit: Visit, good: Answer) -> None:
    if not visit.service.prefetch:
        return
    nothing = visit.call(visit.body(prefetch=ABSENT))
    report.check("54", "a call without prefetch is refused with 412", refused(nothing, 412))
    null = dict.fromkeys(visit.service.prefetch)
    answer = visit.call(visit.body(prefetch=null))
    problem = advised(answer) or other_than(answer, good)
    report.check("53", "null for every key is answered in words", problem)
    failed = visit.call(visit.body(prefetch=dict.fromkeys(null, _OUTCOME)))
    what = "an OperationOutcome for every key is answered in words"
    report.check("50, 52", what, other_than(failed, good))
    for key in visit.service.prefetch:
        _check_states(report, visit, good, key)


def _check_states(report: Report, visit: Visit, good: Answer, key: str) -> None:
    absent = visit.call(visit.prefetched(**{key: ABSENT}))
    what = f"without the key {key} a call is refused with 412 or answered"
    report.check("49, 54", what, settled(absent, 412))
    null = visit.call(visit.prefetched(**{key: None}))
    report.check("53", f"null for {key} is answered", advised(null))
    outcome = visit.call(visit.prefetched(**{key: _OUTCOME}))
    what = f"an OperationOutcome for {key} is not passed over"
    report.check("50, 52", what, other_than(outcome, good))
    warned = visit.call(visit.prefetched(**{key: _with_outcome(visit.prefetch.get(key))}))
    what = f"an OperationOutcome within {key} is answered or refused in words"
    report.check("52", what, settled(warned))
    for wrong in (5, PLANTED, [_OUTCOME], {"resourceType": "Basic", "id": PLANTED}):
        answer = visit.call(visit.prefetched(**{key: wrong}))
        what = f"{json.dumps(wrong)[:40]} for {key} is not passed over"
        report.check("30", what, other_than(answer, good))


def _with_outcome(value: Any) -> dict[str, Any]:
    """A search that succeeded in part, with a further page."""
    entries = value.get("entry", []) if isinstance(value, dict) else []
    told = {"resource": _OUTCOME, "search": {"mode": "outcome"}}
    link = [{"relation": "next", "url": "https://ehr.example/r4?page=2"}]
    bundle = {"resourceType": "Bundle", "type": "searchset", "link": link}
    return {**bundle, "entry": [*entries, told]}


def _check_wrong_patient(report: Report, visit: Visit, good: Answer) -> None:
    if "patientId" in visit.context:
        answer = visit.call(visit.with_context(patientId="another-child"))
        what = "data of another patient than the context's are not passed over"
        report.check(HOUSE, what, other_than(answer, good))


# ---- wrong calls --------------------------------------------------------------------------------


def _wrong_bodies(visit: Visit) -> Iterator[tuple[str, str, Any]]:
    """Calls that break a SHALL of the request."""
    for number, name in (("18", "hook"), ("19", "hookInstance"), ("22", "context")):
        yield number, f"a call without {name}", visit.body(**{name: ABSENT})
        for wrong in (None, 5, [PLANTED], ""):
            told = f"{name} {json.dumps(wrong)}"
            yield number, told, visit.body(**{name: wrong})
    yield "22", "a context that is text", visit.body(context=PLANTED)
    if "patientId" in visit.context:
        for patient in (ABSENT, None, 5, [PLANTED], ""):
            told = "none" if patient is ABSENT else json.dumps(patient)
            yield "22", f"patientId {told}", visit.with_context(patientId=patient)
    yield "18", "another hook", visit.body(hook="order-review-4711")
    yield "18", "the hook in capitals", visit.body(hook=visit.service.hook.upper())
    for wrong in (5, [PLANTED], PLANTED):
        yield "23", f"prefetch {json.dumps(wrong)}", visit.body(prefetch=wrong)
        yield "214", f"extension {json.dumps(wrong)}", visit.body(extension=wrong)
        authorised = {"fhirAuthorization": wrong, "fhirServer": "https://ehr.example/r4"}
        yield "21", f"fhirAuthorization {json.dumps(wrong)}", visit.body(**authorised)
    yield "20", "fhirAuthorization without fhirServer", visit.body(fhirAuthorization=_AUTHORISATION)
    for wrong in (5, [PLANTED]):
        yield "20", f"fhirServer {json.dumps(wrong)}", visit.body(fhirServer=wrong)
    documents: tuple[Any, ...] = ([visit.body()], PLANTED, 5, None, {})
    for document in documents:
        yield "15", f"the document {json.dumps(document)[:30]}", document


def _odd_bodies(visit: Visit) -> Iterator[tuple[str, str, Any]]:
    """Calls of which the standard does not say whether they are refused."""
    yield "19", "a hookInstance that is no UUID", visit.body(hookInstance="4711")
    yield "22", "a context without userId", visit.with_context(userId=ABSENT)
    yield HOUSE, "a further field", visit.body(further={"of": "CDS Hooks 3"})
    yield HOUSE, "a further field of the context", visit.with_context(further="of our own")
    yield "47", "a prefetch key that nobody asked for", visit.prefetched(further=_OUTCOME)
    yield "3", "an empty prefetch", visit.body(prefetch={})
    yield (
        "3",
        "a call with optional fields that are null",
        visit.body(fhirServer=None, fhirAuthorization=None),
    )
    authorised = {"fhirServer": "https://ehr.example/r4"}
    for name in _AUTHORISATION:
        less = {each: value for each, value in _AUTHORISATION.items() if each != name}
        yield (
            "66-70",
            f"a fhirAuthorization without {name}",
            visit.body(**authorised, fhirAuthorization=less),
        )
    yield "20", "a fhirServer that is no URL", visit.body(fhirServer="ehr")


def _check_documents(report: Report, visit: Visit) -> None:
    good = json.dumps(visit.body())
    for media_type in ("text/plain", "application/xml", "application/x-www-form-urlencoded"):
        answer = visit.call(content=good, headers={"Content-Type": media_type})
        report.check("1", f"JSON sent as {media_type} is refused", refused(answer))
    for what, content in _no_json(visit).items():
        answer = visit.call(content=content, headers={"Content-Type": "application/json"})
        report.check("1", f"{what} is refused", refused(answer))
    for method in ("GET", "PUT", "DELETE"):
        answer = visit.deployment.ask(method, visit.service.path)
        report.check("15", f"{method} is refused", refused(answer, 404, 405))
    lost = visit.deployment.ask("POST", "/cds-services/no-such-service-4711", json=visit.body())
    report.check("16", "a call to an unknown service is refused", refused(lost, 404))
    # Afterwards the service has to be well.
    report.check("74", "the next good call is answered with cards", advised(visit.call()))


def _no_json(visit: Visit) -> Mapping[str, Any]:
    """Documents that are no JSON, or more of it than anybody needs."""
    wrong_number = visit.with_context(number=_NUMBER)
    padded = visit.body(extension={"org.example.padding": {"text": "x" * 16_000_000}})
    told = json.dumps(padded).encode()
    return {
        "an empty document": b"",
        "half a document": json.dumps(visit.body()).encode()[:-20],
        "text": f"patient={PLANTED}".encode(),
        "a document that is not UTF-8": b'{"hook": "\xff\xfe"}',
        "NaN in the context": _numbered(wrong_number, "NaN"),
        "-Infinity in the context": _numbered(wrong_number, "-Infinity"),
        "a document 100 000 levels deep": b'{"prefetch":' * 100_000,
        "a document of 16 MB": told,
        "a document of 16 MB in parts": (
            told[at : at + 65_536] for at in range(0, len(told), 65_536)
        ),
    }


# ---- numbers that are none --------------------------------------------------------------------


def _check_numbers(report: Report, visit: Visit, good: Answer) -> None:
    """Send the same wrong value for every quantity of the patient's Observations."""
    body = visit.body(prefetch=_measured(dict(visit.prefetch)))
    if _NUMBER not in json.dumps(body):
        return
    told = {"Content-Type": "application/json"}
    for number in ("NaN", "Infinity"):
        answer = visit.call(content=_numbered(body, number), headers=told)
        report.check("1", f"{number} as a measured value is refused", refused(answer))
    for number in ("1e999", "1e30", "-1", '"5,3"', "true", "{}"):
        answer = visit.call(content=_numbered(body, number), headers=told)
        what = f"{number} as a measured value is not passed over"
        report.check(HOUSE, what, other_than(answer, good))


def _measured(content: Any) -> Any:
    """The same resources, whose quantities wait for their value."""
    if isinstance(content, list):
        return [_measured(each) for each in content]
    if not isinstance(content, dict):
        return content
    found = {name: _measured(value) for name, value in content.items()}
    if isinstance(found.get("valueQuantity"), dict):
        found["valueQuantity"]["value"] = _NUMBER
    return found


def _numbered(body: Any, number: str) -> bytes:
    """The document with a number that Python would not write."""
    return json.dumps(body).replace(json.dumps(_NUMBER), number).encode()


# ---- time ----------------------------------------------------------------------------------------


def _check_time(report: Report, visit: Visit) -> None:
    answers = [visit.call() for _ in range(_TIMED_CALLS)]
    times = sorted(answer.seconds * 1000 for answer in answers)
    told = f"the median of {_TIMED_CALLS} calls is {median(times):.0f} ms, at most {times[-1]:.0f}"
    problem = next(filter(None, map(succeeded, answers)), "")
    slow = f"expected about {_MILLISECONDS} ms" if median(times) > _MILLISECONDS else ""
    report.check("27", told, problem or slow)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        together = list(pool.map(lambda _: visit.call(), range(2 * _AT_ONCE)))
    problem = next(filter(None, map(advised, together)), "")
    alike = all(each.guidance == together[0].guidance for each in together)
    differs = "" if alike else "the same data had different cards"
    report.check(HOUSE, f"{_AT_ONCE} calls at once are answered alike", problem or differs)
