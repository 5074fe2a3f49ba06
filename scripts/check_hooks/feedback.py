"""What becomes of cards, told to ``/cds-services/{id}/feedback``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from scripts.check_hooks.answers import PLANTED, Answer, came, refused
from scripts.check_hooks.asking import ABSENT, Visit
from scripts.check_hooks.report import HOUSE, Report

Feedback = dict[str, Any]


def check_feedback(report: Report, visit: Visit) -> None:
    """Give feedback on a card of a good call, as it should be given and otherwise."""
    card = next((each for each in visit.call().cards if "uuid" in each), None)
    if card is None:
        report.check("79, 163", "no card has a uuid, so no feedback can be given")
        return
    first = visit.feedback({"feedback": [overridden(card)]})
    if first.status in (404, 405, 501):
        report.check("148", "feedback is not offered", refused(first))
        return
    report.check("148, 152", "feedback on a card is taken", taken(first))
    for number, what, entries in _good(card):
        report.check(number, what, taken(visit.feedback({"feedback": entries})))
    _check_accepted(report, visit, card)
    for number, what, content in _wrong(card):
        report.check(number, f"feedback {what} is refused", refused(visit.feedback(content)))
    unknown = visit.feedback({"feedback": [overridden(card, card=str(uuid4()))]})
    problem = taken(unknown) if unknown.status == 200 else refused(unknown)
    report.check("155", "feedback on an unknown card is taken or refused in words", problem)
    nowhere = "/cds-services/no-such-service-4711/feedback"
    lost = visit.deployment.ask("POST", nowhere, json={"feedback": [overridden(card)]})
    report.check("152", "feedback to an unknown service is refused", refused(lost, 404))


def taken(answer: Answer) -> str:
    """200, with JSON where a body comes."""
    if answer.status != 200 or (answer.text and answer.content is None):
        return came(answer, "200")
    return ""


def overridden(shown: dict[str, Any], /, **changed: Any) -> Feedback:
    """Feedback that a card was overridden without a reason; changes replace its fields."""
    good = {"card": shown["uuid"], "outcome": "overridden", "outcomeTimestamp": _now()}
    return {name: value for name, value in {**good, **changed}.items() if value is not ABSENT}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _good(card: dict[str, Any]) -> Iterator[tuple[str, str, list[Feedback]]]:
    comment = {"userComment": f"{PLANTED}: the family moves away."}
    yield "159, 166", "a free reason is taken", [overridden(card, overrideReason=comment)]
    for each in card.get("overrideReasons", [])[:1]:
        coded = {"reason": {"code": each["code"], "system": each["system"]}}
        both = {"reason": each, **comment}
        yield "159, 165", "a coded reason is taken", [overridden(card, overrideReason=coded)]
        yield "165, 166", "a reason of both kinds is taken", [overridden(card, overrideReason=both)]
        # 2.0 lets a client add reasons of its own to those of the card.
        own = {"reason": {"code": "own", "system": "https://ehr.example/reasons"}}
        yield "102", "a reason of the client is taken", [overridden(card, overrideReason=own)]
    exact = datetime.now(UTC).isoformat(timespec="milliseconds")
    several = [overridden(card), overridden(card, outcomeTimestamp=exact)]
    yield "154, 161", "several entries, with fractions and +00:00, are taken", several


def _check_accepted(report: Report, visit: Visit, card: dict[str, Any]) -> None:
    suggestions = [each["uuid"] for each in card.get("suggestions", []) if "uuid" in each]
    entry = overridden(
        card, outcome="accepted", acceptedSuggestions=[{"id": (suggestions or [str(uuid4())])[0]}]
    )
    answer = visit.feedback({"feedback": [entry]})
    if suggestions:
        report.check("158, 162", "an accepted suggestion is taken", taken(answer))
        return
    # The card has nothing that could be accepted: to take or to refuse it are both right.
    problem = taken(answer) if answer.status == 200 else refused(answer)
    report.check("158, 162", "an accepted suggestion nobody made is taken or refused", problem)


def _wrong(card: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    without = overridden(card, outcome="accepted")
    yield "158", "accepted without acceptedSuggestions", {"feedback": [without]}
    shapeless = without | {"acceptedSuggestions": [{"id": 5}]}
    yield "162", "accepted with an id that is no text", {"feedback": [shapeless]}
    for stamp in ("yesterday", "2026-13-45T00:00:00Z", "2026-01-05", 1767600000, None):
        wrong = overridden(card, outcomeTimestamp=stamp)
        yield "161", f"at {stamp!r}", {"feedback": [wrong]}
    for number, name in (("155", "card"), ("156", "outcome"), ("161", "outcomeTimestamp")):
        yield number, f"without {name}", {"feedback": [overridden(card, **{name: ABSENT})]}
    yield "156", "with the outcome ignored", {"feedback": [overridden(card, outcome="ignored")]}
    yield "155", "with a card that is a number", {"feedback": [overridden(card, card=5)]}
    yield "159", "with a reason that is text", {"feedback": [overridden(card, overrideReason="x")]}
    shapeless_reason = overridden(card, overrideReason={"reason": PLANTED})
    yield "165", "with a coded reason that is text", {"feedback": [shapeless_reason]}
    yield "154", "that is a list", [overridden(card)]
    yield "154", "whose list is an object", {"feedback": overridden(card)}
    yield "154", "without its list", {"other": True}
    # One wrong entry must not be lost among good ones.
    mixed = [overridden(card), overridden(card, outcome="ignored")]
    yield HOUSE, "with one good and one wrong entry", {"feedback": mixed}
