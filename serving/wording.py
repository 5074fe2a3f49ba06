"""What is told of a child, in the words and the form that ``serving.answers`` describes.

The form is not checked with every answer, which would take as long as to find the answer; the
tests do it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pydantic_core import to_json

from lorpredict.explanation import Contributions, top_contributions
from lorpredict.fhir import Abstention
from lorpredict.survival import RiskPrediction
from serving import answers
from serving.models import Served, ServedModels
from serving.predictions import Told


def risk_answers(told: Told) -> bytes:
    """Write ``serving.answers.RiskAnswers``."""
    rows = [_risk_answer(told.found.prediction, row, why) for row, why in _rows(told)]
    return to_json({**_head(told.served), "answers": rows})


def explain_answers(told: Told) -> bytes:
    """Write ``serving.answers.ExplainAnswers``."""
    prediction, contributions = told.found.prediction, told.found.contributions
    assert contributions is not None  # noqa: S101  they were asked for
    rows = [_explain_answer(prediction, contributions, row, why) for row, why in _rows(told)]
    scale = {"scale": contributions.scale, "reading": answers.READING}
    return to_json({**_head(told.served), **scale, "answers": rows})


def models_described(models: ServedModels) -> answers.ModelsDescribed:
    """Describe every model that can be asked."""
    return answers.ModelsDescribed(models=[_described(served) for served in models.values()])


def _rows(told: Told) -> Iterator[tuple[int, Abstention | None]]:
    return zip(told.rows, told.abstentions, strict=True)


def _head(served: Served) -> dict[str, Any]:
    """What every answer says."""
    method = served.model.interval_method
    return {"model": served.told, "estimand": answers.ESTIMAND, "interval": method}


def _risk_answer(
    prediction: RiskPrediction, position: int, why_not: Abstention | None
) -> dict[str, Any]:
    times = () if why_not else _times(prediction)
    risks = [_time(prediction, position, time) for time in times]
    return {"risks": risks, **_remarks(prediction, position, why_not)}


def _explain_answer(
    prediction: RiskPrediction,
    contributions: Contributions,
    position: int,
    why_not: Abstention | None,
) -> dict[str, Any]:
    horizons = [
        {
            **_time(prediction, position, time),
            "base_value": float(contributions.base_values[position, time]),
            "contributions_sum": float(contributions.values[position, :, time].sum()),
            "predicted": float(contributions.predicted[position, time]),
            "contributions": _contributions(contributions, position, time),
        }
        for time in (() if why_not else _times(prediction))
    ]
    return {"horizons": horizons, **_remarks(prediction, position, why_not)}


def _remarks(
    prediction: RiskPrediction, position: int, why_not: Abstention | None
) -> dict[str, Any]:
    return {
        "abstention": why_not and asdict(why_not),
        "missing": prediction.missing[position],
        "warnings": prediction.warnings[position],
    }


def _times(prediction: RiskPrediction) -> range:
    return range(len(prediction.days_since_first_infusion))


def _time(prediction: RiskPrediction, position: int, time: int) -> dict[str, Any]:
    low, high = (
        (None, None)
        if prediction.interval is None
        else (
            float(prediction.interval.low[position, time]),
            float(prediction.interval.high[position, time]),
        )
    )
    return {
        "days_since_first_infusion": float(prediction.days_since_first_infusion[time]),
        "days_since_landmark": float(prediction.days_since_landmark[position, time]),
        "risk": float(prediction.risk[position, time]),
        "risk_low": low,
        "risk_high": high,
    }


def _contributions(contributions: Contributions, position: int, time: int) -> list[dict[str, Any]]:
    places, units = contributions.in_order[position][time], contributions.units
    measured = contributions.data[position].tolist()
    sentences = top_contributions(contributions, position, time, n=len(places))
    return [
        {
            "predictor": each.predictor,
            "label": each.label,
            "unit": units[place] or None,
            "value": measured[place],
            "measured": measured[place] is not None,
            "contribution": each.contribution,
            "text": str(each),
        }
        for place, each in zip(places, sentences, strict=True)
    ]


def _described(served: Served) -> answers.ModelDescribed:
    facts = served.model.facts
    training = facts.training
    return answers.ModelDescribed(
        **served.told.model_dump(),
        predictors=list(served.model.encoding.predictors),
        horizons_days_since_first_infusion=facts.horizons_since_first_infusion.tolist(),
        last_day_since_landmark=facts.follow_up_days_since_landmark,
        training=answers.TrainingTold(
            cohort=training.cohort,
            children=training.children,
            events=training.events,
            synthetic=training.synthetic,
        ),
        interval=served.model.interval_method,
        metrics=dict(facts.metrics),
        card=served.model.documents.get("card.md", ""),
    )
