"""What was assessed, as FHIR R4 resources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lorpredict.fhir import (
    HorizonRisk,
    ModelName,
    Reason,
    guidance_response,
    risk_assessment,
)
from serving.answers import ESTIMAND, READING
from serving.assessing import Assessed
from serving.models import Served


def answer(assessed: Assessed, *, issued: datetime, source: str) -> dict[str, Any]:
    """Return a RiskAssessment, or a GuidanceResponse that says why there is none.

    Parameters
    ----------
    issued : when it was assessed, which is what FHIR means by its occurrence
    source : where the record comes from and of which day it is, in words
    """
    reading = assessed.reading
    if reading.abstention is not None:
        return guidance_response(reading, issued=issued, notes=[source])
    horizons = [_horizon(assessed, time) for time in assessed.times]
    model = _name(assessed.served)
    return risk_assessment(
        reading, horizons, model=model, issued=issued, notes=[source, *_notes(assessed)]
    )


def _horizon(assessed: Assessed, time: int) -> HorizonRisk:
    prediction, contributions = assessed.told
    interval = prediction.interval
    return HorizonRisk(
        days_since_first_infusion=float(prediction.days_since_first_infusion[time]),
        days_since_landmark=float(prediction.days_since_landmark[0, time]),
        risk=float(prediction.risk[0, time]),
        low=float(interval.low[0, time]) if interval else None,
        high=float(interval.high[0, time]) if interval else None,
        reasons=[
            Reason(each.predictor, each.label, str(each), each.contribution)
            for each in assessed.reasons(time)
        ],
        scale=contributions.scale,
    )


def _name(served: Served) -> ModelName:
    facts = served.model.facts
    return ModelName(
        name=facts.name,
        version=served.registered_version or facts.version,
        stage=facts.stage,
        fingerprint=served.fingerprint,
        design=f"{facts.design.name} {facts.design.version}",
    )


def _notes(assessed: Assessed) -> Iterator[str]:
    prediction, _ = assessed.told
    facts = assessed.served.model.facts
    yield ESTIMAND
    yield from assessed.notes
    yield READING
    yield from facts.cautions
    yield from prediction.warnings[0]
    if prediction.missing[0]:
        known = facts.design.catalogue
        yield f"Not measured: {', '.join(known[name].label for name in prediction.missing[0])}."
