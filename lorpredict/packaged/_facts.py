"""What a packaged model says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any, Self

import numpy as np

from lorpredict.design import ModelDesign
from lorpredict.errors import interval_text
from lorpredict.packaged._course import CohortCourse, present
from lorpredict.survival import Floats
from lorpredict.synthetic import CAUTION

# Said beside CAUTION, or in its place where a model of observed children was adjusted.
RECALIBRATED = "recalibrated on a synthetic cohort: demonstration only"


@dataclass(frozen=True)
class TrainingFacts:
    """The cohort that taught the model; numbers only, nothing of a single child.

    Parameters
    ----------
    cohort, sha256 : name and hash of the checked table
    children, events : those at risk at the landmark, and the events among them
    first_year, last_year : calendar years of the first infusions, where recorded
    sites : number of hospitals, where recorded
    synthetic : whether any row is not a real child
    growth_references : names of the growth tables behind the z-scores, where recorded
    """

    cohort: str
    sha256: str
    children: int
    events: int
    synthetic: bool
    seed: int
    first_year: int | None = None
    last_year: int | None = None
    sites: int | None = None
    growth_references: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for TOML; what is absent is left out."""
        references = list(self.growth_references) or None
        return present(asdict(self) | {"growth_references": references})

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Build the facts from :meth:`to_dict`; an old folder names no growth tables."""
        references = tuple(content.get("growth_references", ()))
        return cls(**{**content, "growth_references": references})


@dataclass(frozen=True)
class Recalibration:
    """How a model was adjusted to another cohort; numbers only, nothing of a single child.

    Parameters
    ----------
    method : ``baseline`` or ``slope``
    cohort, sha256 : name and hash of the checked table
    children, events
        Those at risk at the landmark, and the events among them by the last horizon judged.
    synthetic : whether any row is not a real child
    slope
        What the spread of the predictions was multiplied by; absent where it was left alone.
    fingerprint
        Of the model folder that was adjusted, where there was one.
    """

    method: str
    cohort: str
    sha256: str
    children: int
    events: int
    synthetic: bool
    slope: float | None = None
    fingerprint: str | None = None


@dataclass(frozen=True)
class JudgedRule:
    """A rule of the gate: what was found in the model, what was needed, and whether it holds.

    Parameters
    ----------
    letter, name : ``c``, ``index of prediction accuracy``
    figure, threshold : in words
    """

    letter: str
    name: str
    figure: str
    threshold: str
    holds: bool


@dataclass(frozen=True)
class ModelFacts:
    """Name, family, design, training cohort and verdicts of a packaged model.

    Parameters
    ----------
    follow_up_days_since_landmark
        Last day that may be asked.
    stage
        ``demo``, ``exploratory`` or ``candidate``; every answer carries it.
    reasons
        Why the stage is no better.
    metrics
        Cross-validated figures: name -> estimate, name_low and name_high -> its 95 % interval.
        Those of the model as it was trained, also where it was recalibrated since.
    tuned
        Settings that tuning chose inside the training rows, and what it chose.
    recalibrations
        Every adjustment to another cohort, the latest last.
    rules
        The rules of the gate that the model was judged by, as it was trained.
    course
        What became of the children who taught it, or of those it was recalibrated on since; an
        old folder does not tell.
    """

    name: str
    version: str
    family: str
    family_label: str
    design: ModelDesign
    catalogue_version: str
    follow_up_days_since_landmark: float
    training: TrainingFacts
    stage: str
    reasons: tuple[str, ...]
    metrics: Mapping[str, float]
    tuned: Mapping[str, str | float] = field(default_factory=dict)
    recalibrations: tuple[Recalibration, ...] = ()
    rules: tuple[JudgedRule, ...] = ()
    course: CohortCourse | None = None

    @property
    def recalibration(self) -> Recalibration | None:
        """The latest adjustment to another cohort, if there was one."""
        return self.recalibrations[-1] if self.recalibrations else None

    @property
    def cohorts_seen(self) -> frozenset[str]:
        """SHA-256 of every table that taught or adjusted the model; none is external to it."""
        return frozenset([self.training.sha256, *(each.sha256 for each in self.recalibrations)])

    @property
    def figures(self) -> dict[str, tuple[float, str]]:
        """Name of each figure -> its estimate, and its interval in words where it has one."""
        ends = ("_low", "_high")
        return {
            name: (value, interval_text(*(self.metrics.get(f"{name}{end}") for end in ends)))
            for name, value in self.metrics.items()
            if not name.endswith(ends)
        }

    @cached_property
    def horizons(self) -> tuple[float, ...]:
        """Horizons within follow-up, in days since the landmark."""
        within = self.design.horizons <= self.follow_up_days_since_landmark
        return tuple(float(day) for day in self.design.horizons[within])

    @cached_property
    def horizons_since_first_infusion(self) -> Floats:
        """The horizons, counted from the first infusion; cannot be written to."""
        days = np.asarray(self.horizons, dtype=float) + self.design.landmark_day
        days.setflags(write=False)  # every answer shares it
        return days

    @property
    def cautions(self) -> tuple[str, ...]:
        """What has to be said with every answer."""
        trained = (CAUTION,) if self.training.synthetic else ()
        adjusted = any(each.synthetic for each in self.recalibrations)
        return (*trained, RECALIBRATED) if adjusted else trained

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for TOML, which knows no null: what is absent is left out."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        content = plain | {
            "design": self.design.to_dict(),
            "training": self.training.to_dict(),
            "reasons": list(self.reasons),
            "metrics": dict(self.metrics),
            "tuned": dict(self.tuned) or None,
            "recalibrations": [present(asdict(each)) for each in self.recalibrations] or None,
            "rules": [asdict(each) for each in self.rules] or None,
            "course": None if self.course is None else self.course.to_dict(),
        }
        return present(content)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Build the facts from :meth:`to_dict`; an old folder lacks the latest fields."""
        course = content.get("course")
        return cls(
            **{
                **content,
                "design": ModelDesign.from_dict(dict(content["design"])),
                "training": TrainingFacts.from_dict(content["training"]),
                "reasons": tuple(content["reasons"]),
                "recalibrations": tuple(
                    Recalibration(**each) for each in content.get("recalibrations", ())
                ),
                "rules": tuple(JudgedRule(**each) for each in content.get("rules", ())),
                "course": None if course is None else CohortCourse.from_dict(course),
            }
        )
