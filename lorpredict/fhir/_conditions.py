"""Crohn's disease: that it is there, where it is, how it behaves, when it began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from lorpredict.clinical import catalogue
from lorpredict.errors import CatalogueError
from lorpredict.fhir._asked import Asked
from lorpredict.fhir._code_book import display_disagrees
from lorpredict.fhir._demography import Birth
from lorpredict.fhir._entries import Entry
from lorpredict.fhir._issues import Findings
from lorpredict.fhir._json import Json, an_object, code_of, number, text
from lorpredict.fhir._knowledge import knowledge
from lorpredict.fhir._moments import Moment, age_years, moment
from lorpredict.fhir._record import Record
from lorpredict.fhir._rules import FhirRules

CROHNS = "crohns_disease"
_HISTORY = "crohns_history"
_PERIANAL = "perianal"


class Diagnosis(NamedTuple):
    """A Condition whose code is known, that is active and was not refuted."""

    name: str
    coding: Json
    onset: Moment | None
    entry: Entry


@dataclass(frozen=True)
class Diagnoses:
    """What is diagnosed, and whether Crohn's disease was there but not active."""

    active: tuple[Diagnosis, ...]
    has_inactive_crohns: bool

    @property
    def crohns(self) -> list[Diagnosis]:
        """The active diagnoses of Crohn's disease."""
        return [each for each in self.active if each.name == CROHNS]


def read_diagnoses(
    entries: Sequence[Entry], rules: FhirRules, asked: Asked, until: date, findings: Findings
) -> Diagnoses:
    """Return the diagnoses that hold on a day; tell of the others, count the unknown.

    ``until`` is the last day of which anything may be known, for statuses of a later day.
    """
    active: list[Diagnosis] = []
    is_inactive = False
    for entry in entries:
        meant = rules.book.of_condition(entry.resource.get("code"))
        if not meant:
            findings.unmapped["Condition"] += 1
        for name, coding in meant:
            if display_disagrees(name, coding):
                findings.used(
                    f"{entry.place}.code",
                    f"{name}: the display names something else; the code counts",
                    code="code-invalid",
                    severity="warning",
                )
            if _holds(name, entry, rules, asked, until, findings):
                onset = moment(entry.resource.get("onsetDateTime"))
                active.append(Diagnosis(name, coding, onset, entry))
            else:
                is_inactive = is_inactive or name in (CROHNS, _HISTORY)
    return Diagnoses(tuple(active), is_inactive)


def _holds(
    name: str, entry: Entry, rules: FhirRules, asked: Asked, until: date, findings: Findings
) -> bool:
    was_there = asked.statuses_as_of_now and _was_there(name, entry.resource, until)
    why = _why_not(name, entry.resource, rules, until if was_there else asked.as_of, was_there)
    if why is not None:
        findings.dropped(entry.place, f"{name}: {why}", severity="information")
        return False
    _tell_uncertain(name, entry, was_there, findings)
    return True


def _was_there(name: str, resource: Json, until: date) -> bool:
    """Whether Crohn's disease was recorded by a day, whatever its status says of a later one."""
    later = knowledge()["statuses"]["of_a_later_day"]
    recorded = moment(resource.get("recordedDate"))
    is_known = recorded is not None and recorded.is_certainly_by(until)
    return name == CROHNS and code_of(resource.get("clinicalStatus")) in later and is_known


def _why_not(
    name: str, resource: Json, rules: FhirRules, as_of: date, was_there: bool
) -> str | None:
    statuses = knowledge()["statuses"]
    clinical = code_of(resource.get("clinicalStatus"))
    told = (moment(resource.get("recordedDate")), moment(resource.get("onsetDateTime")))
    dated = [each.day for each in told if each is not None and each.is_a_day]
    counts = clinical is None or was_there or clinical in rules.active_condition_statuses
    why = None
    if name == _HISTORY:
        why = "a history of the disease is no active diagnosis"
    elif code_of(resource.get("verificationStatus")) in statuses["refused_verification"]:
        why = "refuted or entered in error"
    elif not counts:
        why = "its clinical status is not one that counts as active"
    elif _has_abated(resource, as_of):
        why = "it has abated"
    elif any(day > as_of for day in dated):
        why = "dated later than the day of the question"
    return why


def _tell_uncertain(name: str, entry: Entry, was_there: bool, findings: Findings) -> None:
    certain = knowledge()["statuses"]["certain_verification"]
    verification = code_of(entry.resource.get("verificationStatus"))
    if verification is not None and verification not in certain:
        findings.used(
            f"{entry.place}.verificationStatus",
            f"{name}: not confirmed, used all the same",
            severity="warning",
        )
    if was_there:
        findings.used(
            f"{entry.place}.clinicalStatus",
            f"{name}: its clinical status is that of a later day; recorded by the landmark, it "
            "counts as active then",
            severity="warning",
        )
    if code_of(entry.resource.get("clinicalStatus")) is None:
        findings.used(
            f"{entry.place}.clinicalStatus", f"{name}: no clinical status, taken as active"
        )


def _has_abated(resource: Json, as_of: date) -> bool:
    told = [name for name in resource if name.startswith("abatement")]
    if not told:
        return False
    ended = moment(resource.get("abatementDateTime"))
    return ended is None or ended.day <= as_of


def put_phenotype(
    found: Diagnoses, first: date, until: date, rules: FhirRules, record: Record,
    findings: Findings,
) -> None:  # fmt: skip
    """Put location, behaviour and perianal disease into the record, as they were at baseline."""
    days = rules.baseline_days_after
    known = [each for each in found.active if _was_known(each, first, days, until, findings)]
    codes = [each for each in known if each.name == CROHNS]
    _put_location(codes, record, findings)
    _put_behaviour(codes, record, findings)
    perianal = [each.entry for each in known if each.name == _PERIANAL]
    if perianal:
        record.put(_PERIANAL, True, *perianal)
        for entry in perianal:
            findings.used(entry.place, f"{_PERIANAL}: used")


def _was_known(each: Diagnosis, first: date, days: int, until: date, findings: Findings) -> bool:
    recorded = moment(each.entry.resource.get("recordedDate"))
    if each.onset is not None and each.onset.is_a_day and (each.onset.day - first).days > days:
        why = "it began after the first infusion"
    elif recorded is not None and recorded.is_a_day and recorded.day > until:
        why = "recorded after the landmark"
    else:
        return True
    findings.dropped(
        each.entry.place, f"{each.name}: {why}, so it does not predict", severity="information"
    )
    return False


def _put_location(found: Sequence[Diagnosis], record: Record, findings: Findings) -> None:
    places: dict[str, list[Entry]] = {}
    for each in found:
        for beginning, location in knowledge()["crohns"]["location"].items():
            if (_icd(each) or "").startswith(beginning):
                places.setdefault(location, []).append(each.entry)
    told = "location: used" if len(places) == 1 else "location: active codes disagree"
    for location, entries in places.items():
        for entry in entries:
            if len(places) > 1:
                findings.ambiguous(f"{entry.place}.code", told)
            else:
                findings.used(f"{entry.place}.code", told)
        if len(places) == 1:
            record.put("location", location, *entries)


def _put_behaviour(found: Sequence[Diagnosis], record: Record, findings: Findings) -> None:
    """Decide by the complications that are coded; none of them does not make B1."""
    rules = knowledge()["crohns"]
    by_digit: dict[str, list[Entry]] = {}
    for each in found:
        by_digit.setdefault(_complication(_icd(each)), []).append(each.entry)
    seen = {
        rules["behaviour"][digit]: by_digit[digit]
        for digit in rules["behaviour"]
        if digit in by_digit
    }
    fistulae = [entry for digit in rules["undecided"] for entry in by_digit.get(digit, ())]
    for entry in fistulae:
        told = next(iter(rules["undecided"].values()))
        findings.ambiguous(f"{entry.place}.code", f"behaviour and perianal: {told}; not decided")
    # A fistula beside a stricture may make it B2B3; beside an abscess it changes nothing.
    if not seen or (fistulae and "B3" not in seen):
        return
    value = "B2B3" if len(seen) > 1 else next(iter(seen))
    entries = [entry for each in seen.values() for entry in each]
    record.put("behaviour", value, *entries)
    for entry in entries:
        findings.used(f"{entry.place}.code", "behaviour: used")


def _icd(each: Diagnosis) -> str | None:
    is_ours = each.coding.get("system") == knowledge()["crohns"]["system"]
    return text(each.coding.get("code")) if is_ours else None


def _complication(code: str | None) -> str:
    """Return the last digit of K50.x1y; empty for another code."""
    return code[6] if code is not None and len(code) == 7 and code[5] == "1" else ""


def put_onset(
    found: Diagnoses, birth: Birth, first: date, record: Record, findings: Findings
) -> None:
    """Put the age at onset into the record: the earliest that an active diagnosis tells."""
    ages = []
    for each in found.crohns:
        age = _onset_age(each, birth, findings)
        if age is not None:
            ages.append((age, each.entry.reference, each.entry))
    if not ages:
        return
    age, _, entry = min(ages, key=lambda told: told[:2])
    place = f"{entry.place}.onset"
    now = birth.age_on(first)
    if now is not None and age > now:
        findings.dropped(place, "onset_age_years: after the first infusion")
    elif record.put_checked("onset_age_years", age, entry, findings, place):
        findings.used(place, "onset_age_years: used")


def _onset_age(each: Diagnosis, birth: Birth, findings: Findings) -> float | None:
    resource, place = each.entry.resource, f"{each.entry.place}.onset"
    told = an_object(resource.get("onsetAge"))
    if told:
        return _age_of(told, place, findings)
    if "onsetDateTime" not in resource:
        return None
    born = birth.moment
    if each.onset is None or each.onset.precision == "year":
        findings.dropped(place, "onset_age_years: too coarse", code="incomplete")
        return None
    if born is None or born.precision == "year":
        return None
    return age_years(born.day, each.onset.day)


def _age_of(quantity: Json, place: str, findings: Findings) -> float | None:
    value, unit = number(quantity.get("value")), text(quantity.get("code"))
    try:
        factor = catalogue()["onset_age_years"].factor_from(
            unit or text(quantity.get("unit")) or ""
        )
    except CatalogueError:
        factor = None
    if value is None or factor is None or quantity.get("comparator") is not None:
        findings.dropped(place, "onset_age_years: no age in years or months")
        return None
    return value * factor
