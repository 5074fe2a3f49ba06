"""From what was read in FHIR to a risk with its reasons, or to why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lorpredict.errors import RecordFaults
from lorpredict.explanation import Contributions, ContributionSentence, top_contributions
from lorpredict.explanation.wording import rounds_to_nothing
from lorpredict.fhir import Abstention, ChildReading, FhirRules
from lorpredict.survival import RiskPrediction, in_months
from serving.abstention import abstention

if TYPE_CHECKING:
    from lorpredict.packaged import PackagedModel
    from serving.models import Served

REASONS = 6


@dataclass(frozen=True)
class Assessed:
    """What is said of one child.

    Parameters
    ----------
    reading : abstains where nothing is said
    prediction, contributions : None where nothing is said
    """

    served: Served
    reading: ChildReading
    prediction: RiskPrediction | None = None
    contributions: Contributions | None = None

    @property
    def abstention(self) -> Abstention | None:
        """Why nothing is said."""
        return self.reading.abstention

    @property
    def told(self) -> tuple[RiskPrediction, Contributions]:
        """What is said, where something is."""
        assert self.prediction is not None  # noqa: S101  asked only where nothing abstains
        assert self.contributions is not None  # noqa: S101  they come together
        return self.prediction, self.contributions

    @property
    def times(self) -> range:
        """Positions of the days that a risk is told for."""
        return range(len(self.prediction.days_since_first_infusion) if self.prediction else 0)

    @property
    def notes(self) -> list[str]:
        """What has to be said beside the risks."""
        prediction, _ = self.told
        facts = self.served.model.facts
        told = prediction.days_since_first_infusion
        left_out = [day for day in facts.horizons_since_first_infusion if day not in told]
        notes = [self.served.model.interval_method]
        if left_out:
            when = ", ".join(in_months(day) for day in left_out)
            notes.append(
                f"Nothing is told by {when}: counted from this child's fourth infusion, that is "
                "beyond the follow-up of the training children."
            )
        return notes

    def reasons(self, time: int) -> list[ContributionSentence]:
        """Name what moved the risk most, the largest first; what rounds to nothing moved none."""
        contributions = self.told[1]
        most = top_contributions(contributions, 0, time, n=REASONS)
        scale = contributions.scale
        return [each for each in most if not rounds_to_nothing(each.contribution, scale)]


def assess(reading: ChildReading, served: Served, rules: FhirRules) -> Assessed:
    """Ask the model about a child, unless the child is none of those it was made for.

    Parameters
    ----------
    rules : by which the child was read
    """
    if reading.abstention is not None:
        return Assessed(served, reading)
    why = abstention(reading.record, served.model, oldest=rules.oldest_age_years)
    if why is not None:
        return _abstaining(reading, served, why)
    days = _days_within_follow_up(served.model, reading.record)
    if not days:
        return _abstaining(reading, served, _TOO_EARLY)
    try:
        prediction, contributions = served.model.answer(
            [reading.record], days_since_first_infusion=days
        )
    except RecordFaults as error:
        return _abstaining(reading, served, _contradictory(error))
    return Assessed(served, reading, prediction, contributions)


def _abstaining(reading: ChildReading, served: Served, why: Abstention) -> Assessed:
    return Assessed(served, replace(reading, abstention=why))


def _days_within_follow_up(model: PackagedModel, record: dict[str, Any]) -> Sequence[float]:
    """Keep the horizons that the training cohort saw, counted from the child's own landmark."""
    facts = model.facts
    landmark = record.get("landmark_day", facts.design.landmark_day)
    last = landmark + facts.follow_up_days_since_landmark
    return [day for day in facts.horizons_since_first_infusion.tolist() if day <= last]


_TOO_EARLY = Abstention(
    "not_near_week_14",
    "The fourth infusion came so early that no horizon of the model lies within its follow-up.",
    ("a model that was trained with a longer follow-up",),
)


def _contradictory(error: RecordFaults) -> Abstention:
    return Abstention(
        "contradictory_data",
        "Values of the record contradict one another, so nothing is predicted from them.",
        tuple(fault.without_value for fault in error.faults),
    )
