"""One model's answer about one child, as the page shows it.

Risks and contributions by the horizons are read from the bytes that the API would send; what is
told over time, and what is left open, comes from further questions to the same model.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from lorpredict.explanation import Labels
from lorpredict.fhir import ChildReading
from lorpredict.packaged import limits, stage_means
from lorpredict.survival import in_months
from serving import fhir_answers, wording
from serving.answers import ExplainAnswer, ExplainAnswers
from serving.assessing import Assessed
from serving.models import Served
from serving.predictions import Told
from serving.web._course import Course, course_of
from serving.web._files import texts
from serving.web._moved import Moved

if TYPE_CHECKING:
    from lorpredict.packaged import ModelFacts, Unmeasured

# Whether a model was recalibrated, and whether the children of that cohort are synthetic.
_COHORTS = {
    (False, False): "children",
    (False, True): "synthetic_children",
    (True, False): "recalibrated",
    (True, True): "synthetic_recalibrated",
}
_CALIBRATION = {
    "calibration_slope": ("slope", "slope_means"),
    "observed_expected": ("observed_expected", "observed_expected_means"),
}


class Figure(NamedTuple):
    """One measure of a model, on children whom it had not seen."""

    name: str
    label: str
    value: float
    interval: str
    means: str


class ReadValue(NamedTuple):
    """One value of the record, in words."""

    label: str
    value: str
    is_computed: bool


@dataclass(frozen=True)
class Answer:
    """What one model says of one child.

    Parameters
    ----------
    served : the model
    said : as the API says it
    body : the bytes of that
    record : what was read of the form
    course : what is told over time; None where nothing is told
    unmeasured : what each missing predictor leaves open
    assessed : the same for FHIR
    at : when it was answered
    """

    served: Served
    said: ExplainAnswers
    body: bytes
    record: dict[str, Any]
    course: Course | None
    unmeasured: Sequence[Unmeasured]
    assessed: Assessed
    at: datetime

    @property
    def alias(self) -> str:
        """The name that the model is asked by."""
        return self.served.alias

    @property
    def facts(self) -> ModelFacts:
        """What the model knows about itself."""
        return self.served.model.facts

    @property
    def child(self) -> ExplainAnswer:
        """What is said of the one child."""
        return self.said.answers[0]

    @cached_property
    def moved(self) -> list[Moved]:
        """What moved the risk by each horizon; one where it is the same by all of them."""
        told = [Moved(each, self.said.scale) for each in self.child.horizons]
        return told if self.said.scale == "risk" else told[:1]

    @cached_property
    def read(self) -> list[ReadValue]:
        """What was read of the form, and what was computed from it."""
        labels = self._labels
        moved = self.moved[0].horizon.contributions if self.moved else []
        computed = [
            (each.predictor, each.value)
            for each in moved
            if each.measured and each.predictor not in self.record
        ]
        told = [(*each, False) for each in self.record.items()]
        told += [(*each, True) for each in computed]
        return [
            ReadValue(labels.label(name), labels.told_with_unit(name, value), is_computed)
            for name, value, is_computed in told
        ]

    @property
    def cohort(self) -> str:
        """Say whose course the folder holds: who taught the model, or adjusted it since."""
        adjusted = self.facts.recalibration
        told = self.facts.training if adjusted is None else adjusted
        name = _COHORTS[adjusted is not None, told.synthetic]
        return str(texts()["cohort"][name].format(n=told.children))

    @property
    def trained_on(self) -> str:
        """Say how many children taught the model, and whether they exist."""
        training = self.facts.training
        name = "trained_on_synthetic" if training.synthetic else "trained_on"
        said: str = texts()["model"][name]
        return said.format(n=training.children, events=training.events)

    @property
    def landmark_day(self) -> float:
        """The child's own landmark, or that of the design."""
        return float(self.record.get("landmark_day", self.facts.design.landmark_day))

    @property
    def has_own_landmark(self) -> bool:
        """Whether the risk covers another time than that of the cohort."""
        return self.landmark_day != self.facts.design.landmark_day

    @property
    def stage_means(self) -> str:
        """What may be done with a model of this stage."""
        return stage_means(self.facts.stage)

    @property
    def limits(self) -> list[str]:
        """What weakens every figure of the model."""
        return list(limits(self.facts))

    @property
    def figures(self) -> list[Figure]:
        """How well the model discriminates and how well it is calibrated."""
        return list(_figures(self.facts))

    def label(self, predictor: str) -> str:
        """What a predictor is called."""
        return self._labels.label(predictor)

    def usual(self, predictor: str) -> str:
        """Word the central 95 % of the training children; empty where there is none."""
        ends = self.served.model.encoding.usual.get(predictor)
        if ends is None:
            return ""
        low, high = (self._labels.told(predictor, end) for end in ends)
        unit = self._labels.unit(predictor)
        return str(texts()["why"]["typical"].format(low=low, high=high, unit=unit)).rstrip()

    @property
    def unmeasured_labels(self) -> list[str]:
        """What was not measured, in words."""
        return [self.label(each.predictor) for each in self.unmeasured]

    @cached_property
    def _labels(self) -> Labels:
        return Labels(self.facts.design.catalogue)

    @property
    def json(self) -> str:
        """The API's answer as an address that a browser saves."""
        return _as_address(self.body, "application/json")

    @property
    def fhir(self) -> str:
        """The answer as FHIR R4, as an address that a browser saves."""
        typed = "; ".join(f"{each.label} {each.value}" for each in self.read)
        source = str(texts()["typed_in"]["note"]).format(values=typed)
        resource = fhir_answers.answer(self.assessed, issued=self.at, source=source)
        return _as_address(json.dumps(resource, indent=1).encode(), "application/fhir+json")


def _figures(facts: ModelFacts) -> Iterator[Figure]:
    said, known = texts()["model"], facts.figures
    asked = [("uno_c", said["discrimination"], said["discrimination_means"])]
    for day in facts.horizons_since_first_infusion.tolist():
        for name, (label, means) in _CALIBRATION.items():
            when = in_months(day)
            asked.append((f"{name}_day_{day:g}", said[label].format(when=when), said[means]))
    for name, label, means in asked:
        if name in known:
            yield Figure(name, label, *known[name], means)


def answer_of(told: Told) -> Answer:
    """Put together what the page shows.

    Parameters
    ----------
    told : what the model says of one child, asked about alone
    """
    served, (child,) = told.served, told.children
    body = wording.explain_answers(told)
    said = ExplainAnswers.model_validate_json(body)
    horizons = [each.days_since_first_infusion for each in said.answers[0].horizons]
    return Answer(
        served=served,
        said=said,
        body=body,
        record=dict(child),
        course=course_of(served, child, horizons) if horizons else None,
        unmeasured=served.model.unmeasured(child) if horizons else (),
        assessed=_assessed(told),
        at=datetime.now(UTC),
    )


def _assessed(told: Told) -> Assessed:
    """What was told of a typed record, as if it had been read of resources of no patient."""
    (child,), (why_not,) = told.children, told.abstentions
    reading = ChildReading(
        record=dict(child),
        basis={},
        observations=(),
        issues=(),
        patient=None,
        subject=None,
        first_infusion=None,
        landmark=None,
        abstention=why_not,
    )
    if why_not is not None:
        return Assessed(told.served, reading)
    return Assessed(told.served, reading, told.found.prediction, told.found.contributions)


def _as_address(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
