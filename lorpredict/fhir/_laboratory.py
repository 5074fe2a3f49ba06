"""Measurements into columns, each by the window of its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lorpredict.clinical import Known, Predictor, catalogue
from lorpredict.fhir._course import Course
from lorpredict.fhir._issues import Findings
from lorpredict.fhir._measurements import Measurement
from lorpredict.fhir._record import Record, implausible
from lorpredict.fhir._rules import FhirRules
from lorpredict.fhir._windows import NOTHING_PICKED, Picked, Window, pick

_TROUGH = "trough_week14_ug_ml"
_BELOW = "trough_week14_below_loq"
_LIMIT = "trough_week14_loq_ug_ml"
_UNSURE = "whether before or after the infusion is not known"


def put_measurements(
    found: Sequence[Measurement],
    course: Course,
    rules: FhirRules,
    record: Record,
    findings: Findings,
) -> None:
    """Put the nearest measurement of each column into the record; tell what became of all."""
    by_column: dict[str, list[Measurement]] = {}
    for each in found:
        for column in each.meaning.columns:
            by_column.setdefault(column.key, []).append(each)
    told: set[str] = set()
    inside: set[str] = set()
    unsure: set[str] = set()
    for key in sorted(by_column):
        window = window_of(catalogue()[key], course, rules)
        candidates = [each for each in by_column[key] if each.moment.day <= course.until]
        picked = pick(candidates, window) if window else NOTHING_PICKED
        inside |= {each.place for each in candidates if window and window.holds(each)}
        unsure |= {each.place for each in candidates if window and window.is_unsure(each)}
        told |= _put(catalogue()[key], picked, record, findings)
    for each in found:
        if each.place not in told:
            why = _why_not(each, course.until, inside, unsure)
            findings.dropped(
                each.place,
                f"{each.meaning.name}: {why}",
                code="informational",
                severity="information",
            )


def _why_not(each: Measurement, until: date, inside: set[str], unsure: set[str]) -> str:
    if each.moment.day > until:
        return "measured after the landmark or after the day of the question"
    if each.place in unsure:
        return f"{_UNSURE}, so another value goes before it"
    if each.place in inside:
        return "another value is nearer"
    return "measured outside the windows of the infusions"


def window_of(column: Predictor, course: Course, rules: FhirRules) -> Window | None:
    """Return the window in which a column is measured; nothing where its infusion is not known."""
    if column.known is Known.FIRST_INFUSION:
        if course.first is None:
            return None
        return Window(
            course.first.day,
            course.first.at,
            rules.baseline_days_before,
            rules.baseline_days_after,
        )
    if course.landmark is None:
        return None
    is_trough = column.key == _TROUGH
    days = rules.trough_days_before if is_trough else rules.week14_days_before
    at = course.fourth.at if course.fourth else None
    return Window(course.landmark, at, days, 0, closes_at_anchor=is_trough)


def _put(column: Predictor, picked: Picked, record: Record, findings: Findings) -> set[str]:
    """Put what was picked; return the places of which something was told."""
    for each in picked.differing:
        findings.ambiguous(each.place, f"{column.key}: values of one moment differ, none is used")
    if picked.used is None:
        return {each.place for each in picked.differing}
    used = picked.used
    unsure = f"; {_UNSURE}" if picked.is_unsure else ""
    if used.is_limit:
        _put_limit(used, unsure, record, findings)
        return {used.place}
    record.put(column.key, used.value, used.entry)
    findings.used(
        used.place,
        f"{column.key}: {used.remark or 'used'}{unsure}",
        severity="warning" if unsure or "limit" in used.remark else "information",
    )
    return {used.place}


def _put_limit(used: Measurement, unsure: str, record: Record, findings: Findings) -> None:
    """Keep a trough below the limit of quantification as such."""
    if not catalogue()[_LIMIT].fits(used.value):
        findings.dropped(used.place, implausible(catalogue()[_LIMIT]))
        return
    record.put(_BELOW, True, used.entry)
    record.put(_LIMIT, used.value, used.entry)
    findings.used(
        used.place,
        f"{_BELOW}: used, with the limit of its assay{unsure}",
        severity="warning" if unsure else "information",
    )
