"""The course of infliximab: the first and the fourth infusion, and the landmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import groupby, pairwise

from lorpredict.clinical import catalogue
from lorpredict.fhir._issues import Findings
from lorpredict.fhir._knowledge import knowledge
from lorpredict.fhir._medications import Drug
from lorpredict.fhir._moments import Moment

INFLIXIMAB = "infliximab"
INDUCTION = 3
_ORDER = ("MedicationAdministration", "MedicationRequest", "MedicationStatement")


@dataclass(frozen=True)
class Course:
    """What is known of the infusions on the day of the question.

    Parameters
    ----------
    as_of
        The day of the question; nothing later counts.
    given
        The resources of each day of infusion, in order.
    stated
        The first day by an order or a statement, where no infusion is recorded.
    """

    as_of: date
    given: tuple[tuple[Moment, tuple[Drug, ...]], ...] = ()
    stated: Drug | None = None

    @cached_property
    def first(self) -> Moment | None:
        """The first infusion."""
        if self.given:
            return self.given[0][0]
        return self.stated.start if self.stated else None

    @cached_property
    def first_resources(self) -> tuple[Drug, ...]:
        """The resources that tell of the first infusion."""
        if self.given:
            return self.given[0][1]
        return (self.stated,) if self.stated else ()

    @cached_property
    def fourth(self) -> Moment | None:
        """The fourth infusion, where it is recorded."""
        return self.given[INDUCTION][0] if len(self.given) > INDUCTION else None

    @cached_property
    def given_before(self) -> int:
        """How many infusions are recorded before the day of the question."""
        return sum(moment.day < self.as_of for moment, _ in self.given)

    @cached_property
    def landmark_day(self) -> int | None:
        """Days from the first infusion to the landmark; nothing where it is not near week 14."""
        if self.first is None:
            return None
        day = ((self.fourth.day if self.fourth else self.as_of) - self.first.day).days
        earliest, latest = landmark_range()
        return day if earliest <= day <= latest else None

    @cached_property
    def landmark(self) -> date | None:
        """The day of the fourth infusion, or the day of the question where that is near it."""
        if self.first is None or self.landmark_day is None:
            return None
        return self.first.day + timedelta(days=self.landmark_day)

    @cached_property
    def until(self) -> date:
        """The last day of which anything may be known."""
        return min(self.as_of, self.landmark) if self.landmark else self.as_of


@cache
def landmark_range() -> tuple[int, int]:
    """Return the first and last day since the first infusion on which week 14 may lie."""
    low, high = catalogue()["landmark_day"].plausible or (0.0, 0.0)
    return int(low), int(high)


def read_course(
    drugs: Sequence[Drug], as_of: date, findings: Findings, *, earlier_order_days: int
) -> Course:
    """Find the infusions: what was given before what was ordered, before what was stated."""
    ours = [each for each in drugs if each.name == INFLIXIMAB]
    timed = [each for each in ours if _has_a_day(each, as_of, findings)]
    given = [each for each in timed if _kind(each) == _ORDER[0]]
    for each in given:
        findings.used(each.entry.place, f"{INFLIXIMAB}: an infusion")
    if given:
        course = Course(as_of, _by_day(given))
        _tell_earlier(timed, course, earlier_order_days, findings)
        _tell_gaps(course, findings)
        return course
    for kind in _ORDER[1:]:
        of_kind = [each for each in timed if _kind(each) == kind]
        if of_kind:
            first = min(of_kind, key=_when)
            findings.used(
                first.entry.place,
                f"{INFLIXIMAB}: no infusion is recorded; the first day of this {kind} is taken "
                "for that of the first infusion",
                code="incomplete",
                severity="warning",
            )
            return Course(as_of, stated=first)
    return Course(as_of)


def _tell_earlier(timed: Sequence[Drug], course: Course, days: int, findings: Findings) -> None:
    """Tell of orders so long before the first infusion that an earlier one may be missing."""
    first = _when(course.first_resources[0])[0]
    for each in timed:
        if (first - _when(each)[0]).days > days:
            findings.used(
                each.entry.place,
                f"{INFLIXIMAB}: begun long before the first recorded infusion; an earlier "
                "infusion may be missing, and then the landmark is wrong",
                code="incomplete",
                severity="warning",
            )


def _tell_gaps(course: Course, findings: Findings) -> None:
    """Tell where the first infusions are not spaced like those of weeks 0, 2 and 6."""
    days = [moment.day for moment, _ in course.given[:INDUCTION]]
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    usual = knowledge()["induction"]
    limits = (usual["first_gap_days"], usual["second_gap_days"])
    if any(not low <= gap <= high for gap, (low, high) in zip(gaps, limits, strict=False)):
        findings.used(
            course.first_resources[0].entry.place,
            f"{INFLIXIMAB}: the first recorded infusions are not about 2 and 4 weeks apart; they "
            "may not be the first that were given, and then the landmark is wrong",
            code="incomplete",
            severity="warning",
        )


def _has_a_day(drug: Drug, as_of: date, findings: Findings) -> bool:
    if drug.start is None:
        findings.dropped(drug.entry.place, f"{INFLIXIMAB}: its day is not told", code="incomplete")
        return False
    if drug.start.day > as_of:
        findings.dropped(drug.entry.place, f"{INFLIXIMAB}: later than the day of the question")
        return False
    return True


def _kind(drug: Drug) -> str:
    return str(drug.entry.resource["resourceType"])


def _when(drug: Drug) -> tuple[date, str]:
    return (drug.start.day if drug.start else date.max), drug.entry.reference


def _by_day(given: Sequence[Drug]) -> tuple[tuple[Moment, tuple[Drug, ...]], ...]:
    days = []
    for _, alike in groupby(sorted(given, key=_when), key=lambda each: _when(each)[0]):
        together = tuple(alike)
        moments = [each.start for each in together if each.start is not None]
        timed = [each for each in moments if each.at is not None]
        first = min(timed, key=lambda m: m.at.timestamp() if m.at else 0.0) if timed else moments[0]
        days.append((first, together))
    return tuple(days)
