"""Sex and age: from the Patient resource."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lorpredict.fhir._entries import Entry
from lorpredict.fhir._issues import Findings
from lorpredict.fhir._moments import Moment, age_years, moment
from lorpredict.fhir._patients import Child
from lorpredict.fhir._record import Record

_SEXES = ("male", "female")
_NO_SEX = ("other", "unknown")


@dataclass(frozen=True)
class Birth:
    """When the child was born, as exactly as that is told."""

    moment: Moment | None

    def age_on(self, day: date) -> float | None:
        """Return the age in years; nothing where the birth date is too coarse."""
        if self.moment is None or self.moment.precision == "year":
            return None
        return age_years(self.moment.day, day)

    def is_within(self, day: date, oldest: int) -> bool:
        """Whether the age on a day certainly lies between 0 and ``oldest`` years."""
        if self.moment is None:
            return False
        earliest, latest = self._range(self.moment)
        return age_years(latest, day) >= 0 and age_years(earliest, day) <= oldest

    @staticmethod
    def _range(born: Moment) -> tuple[date, date]:
        if born.precision == "year":
            return date(born.day.year, 1, 1), date(born.day.year, 12, 31)
        return born.day, born.day


def read_sex(child: Child, record: Record, findings: Findings) -> None:
    """Put the sex into the record; ``other`` and ``unknown`` leave it out."""
    told = [entry for entry in child.patients if entry.resource.get("gender") is not None]
    values = {v for e in told if isinstance(v := e.resource["gender"], str)}
    for entry in told:
        place = f"{entry.place}.gender"
        value = entry.resource["gender"]
        if len(values) > 1:
            findings.ambiguous(place, "sex: two versions of the patient differ")
        elif value in _SEXES:
            record.put("sex", value, entry)
            findings.used(place, "sex: used")
        elif value in _NO_SEX:
            findings.dropped(
                place, "sex: the growth tables know male and female only", code="not-supported"
            )
        else:
            findings.dropped(place, "sex: no code of administrative gender", code="code-invalid")


def read_birth(child: Child, findings: Findings) -> tuple[Birth, Entry | None]:
    """Return when the child was born, with the resource that says so."""
    found: dict[Moment, Entry] = {}
    for entry in child.patients:
        if "birthDate" not in entry.resource:
            continue
        told = moment(entry.resource["birthDate"])
        if told is None:
            findings.dropped(f"{entry.place}.birthDate", "age_years: no date")
        else:
            found.setdefault(told, entry)
    if len(found) > 1:
        for entry in found.values():
            findings.ambiguous(
                f"{entry.place}.birthDate", "age_years: two versions of the patient differ"
            )
        return Birth(None), None
    born, entry_of = next(iter(found.items()), (None, None))
    return Birth(born), entry_of


def put_age(
    birth: Birth, entry: Entry | None, first: date, record: Record, findings: Findings
) -> None:
    """Put the age on the day of the first infusion into the record."""
    if birth.moment is None or entry is None:
        return
    place = f"{entry.place}.birthDate"
    age = birth.age_on(first)
    if age is None:
        findings.dropped(place, "age_years: a year alone is too coarse", code="incomplete")
    elif record.put_checked("age_years", age, entry, findings, place):
        coarse = birth.moment.precision == "month"
        findings.used(
            place,
            "age_years: used, from the middle of the month" if coarse else "age_years: used",
            severity="warning" if coarse else "information",
        )
