"""What a clinician did with a card; free text is personal, so none of it is kept."""

from __future__ import annotations

from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from serving.hooks._texts import texts
from serving.keeping import Pseudonymous
from serving.written import Time, Uuid

_MOST = 100
_LONGEST = 1000
_ABSENT: Any = None
_CONFIG = ConfigDict(strict=True, extra="ignore")


class AcceptedSuggestion(BaseModel):
    """A suggestion that was taken."""

    model_config = _CONFIG

    id: str = Field(min_length=1, max_length=_LONGEST)


class OverrideCoding(BaseModel):
    """The reason that was chosen."""

    model_config = _CONFIG

    code: str = Field(min_length=1, max_length=_LONGEST)
    system: str = Field(min_length=1, max_length=_LONGEST)
    display: str = Field(default=_ABSENT, max_length=_LONGEST)


class OverrideReason(BaseModel):
    """Why a card was not followed."""

    model_config = _CONFIG

    reason: OverrideCoding = _ABSENT
    userComment: str = Field(default=_ABSENT, description="Read by nobody and kept nowhere.")


class CardFeedback(BaseModel):
    """What happened to one card."""

    model_config = _CONFIG

    card: Uuid = Field(description="The uuid of the card.")
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: Time = Field(description="When, with its time zone.")
    acceptedSuggestions: list[AcceptedSuggestion] = Field(
        default=_ABSENT, min_length=1, max_length=_MOST
    )
    overrideReason: OverrideReason = _ABSENT

    @model_validator(mode="after")
    def _refuse_nothing_accepted(self) -> Self:
        if self.outcome == "accepted" and self.acceptedSuggestions is None:
            raise PydanticCustomError("needs_suggestions", "expected acceptedSuggestions")
        return self


class FeedbackGiven(BaseModel):
    """What happened to the cards of a call, by CDS Hooks 2.0."""

    model_config = _CONFIG

    feedback: list[CardFeedback] = Field(min_length=1, max_length=_MOST)


class FeedbackTaken(BaseModel):
    """How many cards' feedback was taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    taken: int


def feedback_kept(given: FeedbackGiven, pseudonyms: Pseudonymous | None) -> dict[str, Any]:
    """Return what the audit keeps: outcome, and the reason where it is one of ours."""
    if pseudonyms is None:
        return {}
    return {"cards": [_kept(each, pseudonyms) for each in given.feedback]}


def card_kept(card: UUID | str, pseudonyms: Pseudonymous) -> str:
    """Return the name of a card in the audit."""
    return pseudonyms.fingerprint({"card": str(card)})


def _kept(given: CardFeedback, pseudonyms: Pseudonymous) -> dict[str, Any]:
    return {
        "card": card_kept(given.card, pseudonyms),
        "outcome": given.outcome,
        "reason": _reason(given.overrideReason),
    }


def _reason(given: OverrideReason | None) -> str | None:
    if given is None or given.reason is None:
        return None
    told = texts()["override_reasons"]
    known = {(told["system"], reason["code"]) for reason in told["reasons"]}
    code = given.reason.code
    return code if (given.reason.system, code) in known else "another system's"
