"""What came back from the service, and whether it may look so.

Each question returns a problem in words, or nothing: ``refused(answer, 412)``, ``advised(answer)``,
``settled(answer)`` for either of the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

# Stands in the name of the made-up child and in wrong values: no error may repeat it.
PLANTED = "Plantedname7f3a"
# Empty lists that say something: no guidance, no services.
_MAY_BE_EMPTY = ("$.cards", "$.systemActions", "$.services")
_SHOWN = 300
_SEVERITIES = ("fatal", "error", "warning", "information")
_ISSUE_CODES = (
    "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown",
    "expired", "forbidden", "suppressed", "processing", "not-supported", "duplicate",
    "multiple-matches", "not-found", "deleted", "too-long", "code-invalid", "extension",
    "too-costly", "business-rule", "conflict", "transient", "lock-error", "no-store",
    "exception", "timeout", "incomplete", "throttled", "informational",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """An answer as a client saw it; the status is 0 where none came."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    seconds: float = 0.0

    @cached_property
    def content(self) -> Any:
        """The JSON of the body; None where it is no JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def cards(self) -> list[Any]:
        cards = self.content.get("cards") if isinstance(self.content, dict) else None
        return cards if isinstance(cards, list) else []

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def guidance(self) -> list[Any]:
        """The cards without what differs from call to call."""
        return [
            {name: value for name, value in card.items() if name not in ("uuid", "links")}
            for card in self.cards
            if isinstance(card, dict)
        ]

    def __str__(self) -> str:
        text = " ".join(self.text.split())
        more = "..." if len(text) > _SHOWN else ""
        return f"{self.status or 'no answer'} {self.media_type} {text[:_SHOWN]}{more}"


def came(answer: Answer, expected: str) -> str:
    return f"expected {expected}; came {answer}"


def nothings(content: Any, path: str = "$") -> Iterator[str]:
    """Paths of what is null or empty, and must not be."""
    if content in (None, "", [], {}) and content is not False and path not in _MAY_BE_EMPTY:
        yield path
    elif isinstance(content, dict):
        for name, value in content.items():
            yield from nothings(value, f"{path}.{name}")
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from nothings(value, f"{path}[{number}]")


def succeeded(answer: Answer) -> str:
    """200 with JSON that holds nothing null or empty."""
    if answer.status != 200:
        return came(answer, "200")
    if answer.media_type != "application/json" or answer.content is None:
        return came(answer, "JSON as application/json")
    empty = list(nothings(answer.content))
    return f"null or empty: {', '.join(empty)}" if empty else ""


def advised(answer: Answer) -> str:
    """200 with at least one card."""
    return succeeded(answer) or ("" if answer.cards else came(answer, "at least one card"))


def refused(answer: Answer, *statuses: int) -> str:
    """4xx, or one of these, with an OperationOutcome and no cards."""
    wanted = " or ".join(map(str, statuses)) or "4xx"
    if answer.status not in (statuses or range(400, 500)):
        return came(answer, wanted)
    return _told_as_outcome(answer)


def settled(answer: Answer, *statuses: int) -> str:
    """A card, or a refusal in words: never silence and never a crash."""
    return advised(answer) if answer.status == 200 else refused(answer, *statuses)


def other_than(answer: Answer, good: Answer) -> str:
    """Settled, and not the answer that all the data would have had."""
    same = answer.status == 200 and answer.guidance == good.guidance
    return settled(answer) or ("the cards are those of the good call" if same else "")


def _told_as_outcome(answer: Answer) -> str:
    outcome = answer.content
    if answer.media_type not in ("application/json", "application/fhir+json"):
        return came(answer, "an OperationOutcome as JSON")
    if not isinstance(outcome, dict) or outcome.get("resourceType") != "OperationOutcome":
        return came(answer, "an OperationOutcome")
    issues = outcome.get("issue")
    if not isinstance(issues, list) or not issues or not all(map(_is_issue, issues)):
        return came(answer, "issues with severity and code of FHIR R4")
    if "cards" in outcome or list(nothings(outcome)):
        return came(answer, "nothing empty, and no cards")
    return came(answer, "no word of the patient") if PLANTED in answer.text else ""


def _is_issue(issue: Any) -> bool:
    return (
        isinstance(issue, dict)
        and issue.get("severity") in _SEVERITIES
        and issue.get("code") in _ISSUE_CODES
    )
