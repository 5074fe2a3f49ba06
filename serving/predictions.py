"""From a question to its answer: ask the packaged model, put what it says into typed words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import anyio.to_thread

from lorpredict.errors import BeyondFollowUp, RecordFaults
from lorpredict.explanation import Contributions, top_contributions
from lorpredict.fhir import Abstention
from lorpredict.survival import FEWEST_AT_RISK, RiskPrediction
from serving import answers as told
from serving.abstention import abstention
from serving.errors import RequestFault, TimesBeyondFollowUp
from serving.faults import faults_of_records
from serving.messages import Question
from serving.models import Served, ServedModels

if TYPE_CHECKING:
    from lorpredict.packaged import ModelFacts

Child = dict[str, Any]
Answered = TypeVar("Answered")
Answers = TypeVar("Answers", told.RiskAnswers, told.ExplainAnswers)
Written = TypeVar("Written")

# Records times days; below it an answer is ready sooner than a thread would have started.
_MOST_AT_ONCE = 20


@dataclass(frozen=True)
class Told(Generic[Answers]):
    """What is answered, and the numbers that it was made from.

    Parameters
    ----------
    children : the records that were asked about, in order
    abstentions : why nothing is said of a child, in the same order
    """

    answers: Answers
    children: Sequence[Child]
    prediction: RiskPrediction
    abstentions: Sequence[Abstention | None]


async def answer(write: Callable[[], Written], asked: int) -> Written:
    """Write an answer here and now, or beside the event loop where it takes longer.

    Parameters
    ----------
    write : asks the model and puts what it says into bytes
    asked : how much is asked for, in records times days
    """
    return write() if asked <= _MOST_AT_ONCE else await anyio.to_thread.run_sync(write)


def risks(served: Served, question: Question) -> Told[told.RiskAnswers]:
    """Tell the risk of each child by each time."""
    children = question.children()
    prediction = _asked(served.model.predict, served, question, children)
    abstentions = [abstention(child, served.model) for child in children]
    answers = [_risk_answer(prediction, row, why) for row, why in enumerate(abstentions)]
    checked = told.RiskAnswers.model_validate({**_head(served), "answers": answers})
    return Told(checked, children, prediction, abstentions)


def explanations(served: Served, question: Question) -> Told[told.ExplainAnswers]:
    """Tell the risk of each child by each time, and what moved it."""
    children = question.children()
    prediction, contributions = _asked(served.model.answer, served, question, children)
    abstentions = [abstention(child, served.model) for child in children]
    answers = [
        _explain_answer(prediction, contributions, row, why) for row, why in enumerate(abstentions)
    ]
    scale = {"scale": contributions.scale, "reading": told.READING}
    checked = told.ExplainAnswers.model_validate({**_head(served), **scale, "answers": answers})
    return Told(checked, children, prediction, abstentions)


def _head(served: Served) -> dict[str, Any]:
    """What every answer says; checked, with all that hangs on it, in one go at the end."""
    method = served.model.interval_method
    return {"model": served.told, "estimand": told.ESTIMAND, "interval": method}


def models_described(models: ServedModels) -> told.ModelsDescribed:
    """Describe every model that can be asked."""
    return told.ModelsDescribed(models=[_described(served) for served in models.values()])


def _asked(
    ask: Callable[..., Answered], served: Served, question: Question, children: list[Child]
) -> Answered:
    """Ask the packaged model; what it refuses is told where it stands in the request."""
    try:
        return ask(children, days_since_first_infusion=question.days_since_first_infusion)
    except RecordFaults as error:
        raise faults_of_records(error, question) from None
    except BeyondFollowUp:
        raise _beyond(served.model.facts, children, question) from None


def _beyond(facts: ModelFacts, children: list[Child], question: Question) -> TimesBeyondFollowUp:
    plan, last = facts.design.landmark_day, facts.follow_up_days_since_landmark
    problem = (
        f"expected a time from 0 to {last:g} days since the landmark "
        f"(day {plan:g} where no other is given)"
    )
    hint = f"Later, fewer than {FEWEST_AT_RISK} children were at risk; nothing is extrapolated"
    landmarks = [child.get("landmark_day", plan) for child in children]
    faults = [
        RequestFault(f"/days_since_first_infusion/{index}", problem, hint)
        for index, day in enumerate(question.days_since_first_infusion or ())
        if day < max(landmarks) or day - min(landmarks) > last
    ]
    return TimesBeyondFollowUp(*(faults or [RequestFault("/landmark_day", problem, hint)]))


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
    names = contributions.predictors
    values = dict(zip(names, contributions.data[position], strict=True))
    known = contributions.catalogue.predictors
    return [
        {
            "predictor": each.predictor,
            "label": each.label,
            "unit": known[each.predictor].readable_unit or None,
            "value": values[each.predictor],
            "measured": values[each.predictor] is not None,
            "contribution": each.contribution,
            "text": str(each),
        }
        for each in top_contributions(contributions, position, time, n=len(names))
    ]


def _described(served: Served) -> told.ModelDescribed:
    facts = served.model.facts
    training = facts.training
    return told.ModelDescribed(
        **served.told.model_dump(),
        predictors=list(served.model.encoding.predictors),
        horizons_days_since_first_infusion=facts.horizons_since_first_infusion.tolist(),
        last_day_since_landmark=facts.follow_up_days_since_landmark,
        training=told.TrainingTold(
            cohort=training.cohort,
            children=training.children,
            events=training.events,
            synthetic=training.synthetic,
        ),
        interval=served.model.interval_method,
        metrics=dict(facts.metrics),
        card=served.model.documents.get("card.md", ""),
    )
