"""From a question to its numbers: the packaged model is asked, and what it refuses is placed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from lorpredict.errors import BeyondFollowUp, RecordFaults
from lorpredict.fhir import Abstention
from lorpredict.survival import FEWEST_AT_RISK
from serving.abstention import abstention
from serving.errors import RequestFault, TimesBeyondFollowUp
from serving.faults import faults_of_records
from serving.gathering import Child, Gathering, Part
from serving.messages import Question
from serving.models import Served

if TYPE_CHECKING:
    from lorpredict.explanation import Contributions
    from lorpredict.packaged import ModelFacts, PackagedModel
    from lorpredict.survival import RiskPrediction

Written = TypeVar("Written")


class ImpossibleAnswer(ArithmeticError):
    """What a model returned is no probability; it is told to nobody."""


@dataclass(frozen=True)
class Found:
    """What a model says of some children.

    Parameters
    ----------
    contributions : None where only the risk was asked for
    """

    prediction: RiskPrediction
    contributions: Contributions | None = None

    @cached_property
    def can_be(self) -> list[bool]:
        """Of each child, whether its probabilities are some and its contributions finite."""
        interval, contributions = self.prediction.interval, self.contributions
        probabilities = [self.prediction.risk]
        if interval is not None:
            probabilities += [interval.low, interval.high]
        # NaN is neither above nor below anything.
        sound = [((each >= 0) & (each <= 1)).all(axis=1) for each in probabilities]
        if contributions is not None:
            sound.append(np.isfinite(contributions.values).all(axis=(1, 2)))
            sound += [
                np.isfinite(each).all(axis=1)
                for each in (contributions.base_values, contributions.predicted)
            ]
        by_child: list[bool] = np.logical_and.reduce(sound).tolist()
        return by_child


AskModel = Callable[["PackagedModel", Sequence[Child], "Sequence[float] | None"], Found]


@dataclass(frozen=True)
class Told:
    """What is said of the children of one question.

    Parameters
    ----------
    children : the records that were asked about, in order
    abstentions : why nothing is said of a child, in the same order
    found : of these children, and perhaps of others who were asked about at the same moment
    rows : where these stand in it
    """

    served: Served
    children: Sequence[Child]
    abstentions: Sequence[Abstention | None]
    found: Found
    rows: range


def risks(model: PackagedModel, children: Sequence[Child], days: Sequence[float] | None) -> Found:
    """Ask for the risk by each time."""
    return Found(model.predict(children, days_since_first_infusion=days))


def explanations(
    model: PackagedModel, children: Sequence[Child], days: Sequence[float] | None
) -> Found:
    """Ask for the risk by each time, and for what moved it."""
    return Found(*model.answer(children, days_since_first_infusion=days))


def alone(ask: AskModel, served: Served, question: Question) -> Told:
    """Answer one question by itself.

    Raises
    ------
    InvalidRequest, TimesBeyondFollowUp
        With all faults, where they stand in the request.
    ImpossibleAnswer
    """
    children = question.children()
    try:
        found = ask(served.model, children, question.days_since_first_infusion)
    except (RecordFaults, BeyondFollowUp) as error:
        raise _placed(error, served, children, question) from None
    return _told(served, children, Part(found, range(len(children))))


async def together(
    ask: AskModel,
    served: Served,
    question: Question,
    gathering: Gathering,
    write: Callable[[Told], Written],
) -> Written:
    """Answer a question for the model's horizons with others that arrive at the same moment.

    Parameters
    ----------
    write : writes the answer

    Raises
    ------
    InvalidRequest, TimesBeyondFollowUp, ImpossibleAnswer
        As :func:`alone` does.
    """
    children = question.children()

    def ask_model(children: Sequence[Child]) -> Found:
        return ask(served.model, children, None)

    def write_part(part: Part) -> Written:
        return write(_told(served, children, part))

    try:
        return await gathering.ask((ask, id(served)), ask_model, children, write_part)
    except (RecordFaults, BeyondFollowUp) as error:
        raise _placed(error, served, children, question) from None


def _told(served: Served, children: Sequence[Child], part: Part) -> Told:
    abstentions = [abstention(child, served.model) for child in children]
    for row, why_not in zip(part.rows, abstentions, strict=True):
        if why_not is None and not part.found.can_be[row]:
            raise ImpossibleAnswer()
    return Told(served, children, abstentions, part.found, part.rows)


def _placed(
    error: RecordFaults | BeyondFollowUp,
    served: Served,
    children: Sequence[Child],
    question: Question,
) -> Exception:
    """Tell what the model refused where it stands in the request."""
    if isinstance(error, RecordFaults):
        return faults_of_records(error, question)
    return _beyond(served.model.facts, children, question)


def _beyond(
    facts: ModelFacts, children: Sequence[Child], question: Question
) -> TimesBeyondFollowUp:
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
