"""When no risk is told, why, and what would be needed: for a clinician."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from lorpredict.clinical import EligibilityRules
from lorpredict.fhir._conditions import Diagnoses
from lorpredict.fhir._course import INDUCTION, Course, landmark_range
from lorpredict.fhir._demography import Birth
from lorpredict.fhir._knowledge import knowledge
from lorpredict.fhir._patients import Child
from lorpredict.fhir._rules import FhirRules

Reason = Literal[
    "patient_unknown",
    "not_crohns",
    "not_on_infliximab",
    "outside_age",
    "not_near_week_14",
    "already_lost_response",
    "no_response",
    "no_usable_labs",
    "contradictory_data",
]


EACH_INFUSION = "MedicationAdministration of each infusion with its day"


def laboratory_columns() -> tuple[str, ...]:
    """Return the columns of which one at least has to be known: blood, stool, level of the drug."""
    return tuple(knowledge()["usable"]["laboratory"])


@dataclass(frozen=True)
class Abstention:
    """Why no risk is told.

    Parameters
    ----------
    reason
        One word for programs.
    text
        What is the case, in a sentence for a clinician.
    needed
        What would be needed for an answer; nothing where the question is not about this child.
    """

    reason: Reason
    text: str
    needed: tuple[str, ...] = ()


class Known(NamedTuple):
    """What was read of a child, as far as the question asks for it."""

    child: Child
    diagnoses: Diagnoses
    course: Course
    birth: Birth
    values: dict[str, Any]


def abstention(
    known: Known, rules: FhirRules, eligibility: EligibilityRules | None
) -> Abstention | None:
    """Return the first reason not to answer, or nothing."""
    return next(_reasons(known, rules, eligibility or usual_eligibility()), None)


def usual_eligibility() -> EligibilityRules:
    """Return the definitions of Beijing 2025, by which the shipped designs judge."""
    return EligibilityRules("beijing-2025", "beijing-2025", "beijing-2025")


def _reasons(known: Known, rules: FhirRules, eligibility: EligibilityRules) -> Iterator[Abstention]:
    if not known.child.patients:
        yield Abstention(
            "patient_unknown",
            "The record holds no Patient, so neither age nor sex is known.",
            ("the Patient resource with birthDate and gender",),
        )
    if not known.diagnoses.crohns:
        yield _not_crohns(known.diagnoses)
    if known.course.first is None:
        yield Abstention(
            "not_on_infliximab",
            "No infusion of infliximab, and no order for it, is recorded up to this day.",
            (
                f"{EACH_INFUSION}, coded as infliximab; "
                "the codes of local products belong into the rules of the site",
            ),
        )
    else:
        yield from _by_course(known, rules)
    yield from _by_values(known.values, eligibility)


def _not_crohns(diagnoses: Diagnoses) -> Abstention:
    if diagnoses.has_inactive_crohns:
        told = "Crohn's disease is recorded, but not as active and confirmed."
    else:
        told = "No active diagnosis of Crohn's disease is recorded; the question is about it alone."
    return Abstention(
        "not_crohns", told, ("a Condition of Crohn's disease that is active and not refuted",)
    )


def _by_course(known: Known, rules: FhirRules) -> Iterator[Abstention]:
    assert known.course.first is not None  # noqa: S101  asked by the caller
    first = known.course.first.day
    if known.birth.moment is None:
        yield Abstention(
            "outside_age",
            "The date of birth is not known, so it is not known whether this is a child.",
            ("Patient.birthDate",),
        )
    elif not known.birth.is_within(first, rules.oldest_age_years):
        yield Abstention(
            "outside_age",
            "The age at the first infusion is not certainly between 0 and "
            f"{rules.oldest_age_years} years; the model knows children only.",
        )
    yield from _by_infusions(known.course)
    yield from _by_landmark(known.course, rules)


def _by_infusions(course: Course) -> Iterator[Abstention]:
    """Ask whether enough infusions are recorded to know which day is the landmark."""
    told = None
    if course.stated is not None:
        told = (
            "The first infusion is known only from an order or a statement, so it is not known "
            "when week 14 is."
        )
    elif course.landmark is not None and course.fourth is None and course.given_before < INDUCTION:
        told = (
            f"No fourth infusion is recorded, and before this day fewer than {INDUCTION} are, so "
            "it is not known whether this is the fourth."
        )
    if told is not None:
        yield Abstention("not_near_week_14", told, (EACH_INFUSION,))


def _by_landmark(course: Course, rules: FhirRules) -> Iterator[Abstention]:
    assert course.first is not None  # noqa: S101  asked by the caller
    earliest, latest = landmark_range()
    near = f"days {earliest} to {latest} after the first infusion"
    told = needed = None
    if course.fourth is not None and course.landmark is None:
        told = f"The fourth infusion was not given on {near}; the model knows no such course."
    elif course.landmark is None and (course.as_of - course.first.day).days < earliest:
        told = "It is too early: week 14 has not been reached."
        needed = f"the question again on {near}, at the fourth infusion"
    elif course.landmark is None:
        told = f"Week 14 is over, and no fourth infusion is recorded on {near}."
        needed = "MedicationAdministration of the fourth infusion with its day"
    elif (course.as_of - course.landmark).days > rules.answer_days_after_landmark:
        told = (
            "It is too late: the fourth infusion was more than "
            f"{rules.answer_days_after_landmark} days ago, and what happened since is not asked."
        )
    if told is not None:
        yield Abstention("not_near_week_14", told, (needed,) if needed else ())


def _by_values(values: dict[str, Any], eligibility: EligibilityRules) -> Iterator[Abstention]:
    if eligibility.already_lost(values):
        yield Abstention(
            "already_lost_response",
            "The PCDAI at week 14 is that of lost response; the question is about children in "
            "response.",
        )
    if not any(column in values for column in laboratory_columns()):
        yield Abstention(
            "no_usable_labs",
            "No value from blood or stool, and no level of infliximab, could be read.",
            (
                "laboratory values with their unit around the first infusion: C-reactive protein, "
                "sedimentation rate, blood count, albumin or calprotectin",
                "the trough of infliximab before the fourth infusion",
            ),
        )
