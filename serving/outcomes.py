"""What became of a child: the other half of every judgement about a served model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from lorpredict.clinical import catalogue
from lorpredict.survival import DAYS_A_MONTH
from serving.keeping import Pseudonymous
from serving.messages import LONGEST_IDENTIFIER

_OUTCOME = catalogue()["outcome"]
_FOLLOW_UP = catalogue()["follow_up_days"]
_SHORTEST, _LONGEST = _FOLLOW_UP.plausible or (0.0, 0.0)
if TYPE_CHECKING:
    _Outcome = str
else:
    _Outcome = Literal[_OUTCOME.values]


class Outcome(BaseModel):
    """How the observation of one child ended."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    patient_id: str = Field(
        min_length=1,
        max_length=LONGEST_IDENTIFIER,
        description="The identifier that was sent when the risk was asked for; for FHIR the id "
        "of the Patient.",
    )
    outcome: _Outcome = Field(
        description="; ".join(f"{level.value}: {level.label}" for level in _OUTCOME.levels)
    )
    follow_up_days: float = Field(
        ge=_SHORTEST,
        le=_LONGEST,
        description=f"{_FOLLOW_UP.description} The audit keeps whole months.",
    )


class OutcomeRecorded(BaseModel):
    """That it is on record."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recorded: Literal[True] = True
    request_id: str = Field(description="Names the record in the audit.")


def outcome_kept(given: Outcome, pseudonyms: Pseudonymous) -> dict[str, Any]:
    """Return what the audit keeps of an outcome."""
    return {
        "pseudonym": pseudonyms.of_patient(given.patient_id),
        "outcome": given.outcome,
        "follow_up_months": int(given.follow_up_days // DAYS_A_MONTH),
    }
