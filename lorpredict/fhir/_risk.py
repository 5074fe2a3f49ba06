"""Risks as an R4 RiskAssessment, with what they rest on and how far to trust them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lorpredict.fhir._reading import ChildReading
from lorpredict.fhir._refusals import NoSuchAnswer
from lorpredict.fhir._resources import (
    MOST_ISSUES,
    UCUM,
    Resource,
    extension,
    instant,
    operation_outcome,
    without_empty,
)
from lorpredict.survival import Scale

OUTCOME = "Secondary loss of response to infliximab"
DEMONSTRATION = (
    "Demonstration only: this model has learnt from children who do not exist and is fit for "
    "no patient."
)


@dataclass(frozen=True)
class Reason:
    """What one predictor contributes to a risk.

    Parameters
    ----------
    predictor, label
        Column of the catalogue, and its wording.
    text
        A sentence.
    contribution
        On the scale of the horizon; above zero it raises the risk.
    """

    predictor: str
    label: str
    text: str
    contribution: float


@dataclass(frozen=True)
class HorizonRisk:
    """The risk by one horizon.

    Parameters
    ----------
    days_since_first_infusion, days_since_landmark
        The same day, counted from two others.
    risk
        Probability, 0 to 1.
    low, high
        Interval of the risk; both or neither.
    reasons
        What pushed it up or down.
    scale
        Of the contributions.
    """

    days_since_first_infusion: float
    days_since_landmark: float
    risk: float
    low: float | None = None
    high: float | None = None
    reasons: Sequence[Reason] = ()
    scale: Scale = "risk"

    def __post_init__(self) -> None:
        if not 0 <= self.risk <= 1:
            raise NoSuchAnswer(f"the risk is {self.risk}; expected a probability, 0 to 1")
        if (self.low is None) != (self.high is None):
            raise NoSuchAnswer("the interval has one end; expected low and high, or neither")
        if self.low is not None and self.high is not None and not 0 <= self.low <= self.high <= 1:
            raise NoSuchAnswer(
                f"the interval is {self.low} to {self.high}; expected 0 <= low <= high <= 1"
            )
        days = (self.days_since_first_infusion, self.days_since_landmark)
        if not all(math.isfinite(day) and day >= 0 for day in days):
            raise NoSuchAnswer(f"the horizon is on days {days}; expected numbers from 0 on")


@dataclass(frozen=True)
class ModelName:
    """Which model answers.

    Parameters
    ----------
    name, version
        Of the packaged model.
    stage
        ``demo``, ``exploratory`` or ``candidate``.
    fingerprint
        Hash of the model folder.
    design
        Name and version of the design.
    """

    name: str
    version: str
    stage: str
    fingerprint: str = ""
    design: str = ""

    @property
    def text(self) -> str:
        """The model in words."""
        design = f", design {self.design}" if self.design else ""
        mark = f", fingerprint {self.fingerprint}" if self.fingerprint else ""
        return f"{self.name} {self.version}{design}, stage {self.stage}{mark}"


def risk_assessment(
    reading: ChildReading,
    horizons: Sequence[HorizonRisk],
    *,
    model: ModelName,
    issued: datetime,
    notes: Sequence[str] = (),
    id: str | None = None,
    most_issues: int = MOST_ISSUES,
) -> Resource:
    """Write the risks of a child as an R4 RiskAssessment.

    Parameters
    ----------
    reading
        What the risks rest on; it must not abstain.
    horizons
        One prediction each.
    model
        Told as the method; a demonstration model is told so in a note.
    issued
        When the answer was given, with its zone.
    notes
        Cautions, such as what was not measured.
    id
        Logical id, if the resource is to have one.
    most_issues
        How many issues of the reading are told; the gravest first.

    Raises
    ------
    NoSuchAnswer
        If the reading abstains, there is no horizon, or the time has no zone.
    """
    if reading.abstention is not None:
        raise NoSuchAnswer(
            f"the reading abstains ({reading.abstention.reason}); write a guidance_response"
        )
    if not horizons:
        raise NoSuchAnswer("no horizon is given; expected one HorizonRisk at least")
    told = operation_outcome(reading.issues, most=most_issues)
    return without_empty(
        {
            "resourceType": "RiskAssessment",
            "id": id,
            "contained": [{**told, "id": "issues"}],
            "extension": [extension("issues", valueReference={"reference": "#issues"})],
            "status": "final",
            "method": {"text": model.text},
            "code": {"text": f"Risk of {OUTCOME[0].lower()}{OUTCOME[1:]}"},
            "subject": _subject(reading),
            "occurrenceDateTime": instant(issued),
            "basis": [{"reference": each} for each in reading.observations],
            "prediction": [_prediction(each) for each in horizons],
            "note": [{"text": text} for text in (_stage(model), *notes)],
        }
    )


def _subject(reading: ChildReading) -> Resource:
    """Name the child; of one that has no identifier R4 still wants to be told."""
    if reading.subject is None:
        return {"display": "a child without an identifier"}
    return {"reference": reading.subject}


def _stage(model: ModelName) -> str:
    return DEMONSTRATION if model.stage == "demo" else f"Stage of the model: {model.stage}."


def _prediction(horizon: HorizonRisk) -> Resource:
    told: Resource = {
        "extension": [_reason(each, horizon.scale) for each in horizon.reasons],
        "outcome": {"text": OUTCOME},
        "whenRange": {
            "low": _quantity(0, "days", "d"),
            "high": _quantity(horizon.days_since_landmark, "days", "d"),
        },
        "rationale": _rationale(horizon),
    }
    if horizon.low is not None and horizon.high is not None:
        low, high = _percent(horizon.low), _percent(horizon.high)
        return told | {
            "probabilityRange": {
                "low": _quantity(low, "%", "%"),
                "high": _quantity(high, "%", "%"),
            }
        }
    # R4 says percent and shows fractions; so the scale is said beside the number.
    scale = [extension("probability-scale", valueCode="percent")]
    return told | {
        "probabilityDecimal": _percent(horizon.risk),
        "_probabilityDecimal": {"extension": scale},
    }


def _percent(share: float) -> float:
    return round(float(100 * share), 2)


def _quantity(value: float, unit: str, code: str) -> Resource:
    whole = int(value)
    told = whole if whole == value else float(value)
    return {"value": told, "unit": unit, "system": UCUM, "code": code}


def _rationale(horizon: HorizonRisk) -> str:
    interval = ""
    if horizon.low is not None and horizon.high is not None:
        interval = f", with an interval of {100 * horizon.low:.0f} to {100 * horizon.high:.0f} %"
    return (
        f"The risk of secondary loss of response by day {horizon.days_since_first_infusion:g} "
        f"after the first infusion, {horizon.days_since_landmark:g} days after the landmark, is "
        f"{100 * horizon.risk:.1f} %{interval}. The contributions describe the model, not causes."
    )


def _reason(reason: Reason, scale: str) -> Resource:
    parts: list[tuple[str, dict[str, Any]]] = [
        ("predictor", {"valueCode": reason.predictor}),
        ("label", {"valueString": reason.label}),
        ("text", {"valueString": reason.text}),
        ("contribution", {"valueDecimal": float(reason.contribution)}),
        ("scale", {"valueCode": scale}),
    ]
    return extension("reason", extension=[{"url": name, **value} for name, value in parts])
