"""Observations as measurements: which column, when, and how much in the canonical unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from lorpredict.fhir._code_book import CodeBook, Meaning, display_disagrees
from lorpredict.fhir._entries import Entry
from lorpredict.fhir._issues import Findings
from lorpredict.fhir._json import Json, an_object, number, objects, text
from lorpredict.fhir._knowledge import knowledge
from lorpredict.fhir._moments import Moment, effective
from lorpredict.fhir._record import implausible
from lorpredict.fhir._site import Antibodies
from lorpredict.fhir._units import tellable

_BELOW = ("<", "<=")
_ABOVE = (">", ">=")
# A value below the limit of quantification enters at half the limit (Beal 2001, method M5).
_SHARE_OF_LIMIT = 0.5
_TROUGH = "trough_week14_ug_ml"
_ANTIBODIES = "antibodies_week14"


class Measurement(NamedTuple):
    """One value that may be used.

    Parameters
    ----------
    value
        In the canonical unit, or a level of a category.
    is_limit
        Whether the trough lies below ``value``.
    """

    meaning: Meaning
    moment: Moment
    value: float | str
    is_limit: bool
    entry: Entry
    place: str
    remark: str

    @property
    def same(self) -> tuple[Any, ...]:
        """What two measurements share when one is the other again."""
        value = round(self.value, 9) if isinstance(self.value, float) else self.value
        return (self.meaning.name, self.moment.day, self.moment.at, value, self.is_limit)


class Measured(NamedTuple):
    """An Observation, or one of its components, whose code is known."""

    meaning: Meaning
    holder: Json
    entry: Entry
    place: str


def known_codes(entries: Sequence[Entry], book: CodeBook, findings: Findings) -> Iterator[Measured]:
    """Yield Observations and components whose code means something; count the others."""
    unknown = 0
    for entry in entries:
        resource = entry.resource
        meanings = book.of_observation(resource.get("code"))
        if "component" not in resource:
            if meanings:
                yield from _known(meanings, resource, entry, entry.place, findings)
            else:  # most Observations of a Bundle
                unknown += 1
            continue
        yield from _known(meanings, resource, entry, entry.place, findings)
        for place, component in objects(resource.get("component")):
            where = f"{entry.place}.component[{place}]"
            of_component = book.of_observation(component.get("code"))
            meanings = [*meanings, *of_component]
            yield from _known(of_component, component, entry, where, findings)
        unknown += not meanings
    if unknown:
        findings.unmapped["Observation"] += unknown


def _known(
    meanings: Sequence[tuple[Meaning, Json]],
    holder: Json,
    entry: Entry,
    place: str,
    findings: Findings,
) -> Sequence[Measured]:
    if not meanings:
        return ()
    if len(meanings) > 1:
        findings.ambiguous(f"{place}.code", "its codes mean different things, so it is not used")
        return ()
    meaning, coding = meanings[0]
    if meaning.refused:
        return [Measured(meaning, holder, entry, place)]
    if display_disagrees(meaning.name, coding):
        findings.used(
            f"{place}.code",
            f"{meaning.name}: the display names something else; the code counts",
            code="code-invalid",
            severity="warning",
        )
    return [Measured(meaning, holder, entry, place)]


def measurements(
    found: Sequence[Measured], antibodies: Antibodies, findings: Findings
) -> list[Measurement]:
    """Return what can be used, each once; the rest is told."""
    once: dict[tuple[Any, ...], Measurement] = {}
    read = [m for each in found if (m := _measurement(each, antibodies, findings)) is not None]
    for each in sorted(read, key=lambda m: (m.meaning.is_alike, m.entry.reference)):
        if each.same in once:
            findings.dropped(
                each.place,
                f"{each.meaning.name}: the same value again",
                code="duplicate",
                severity="information",
            )
        once.setdefault(each.same, each)
    return list(once.values())


def _measurement(found: Measured, antibodies: Antibodies, findings: Findings) -> Measurement | None:
    name, place = found.meaning.name, found.place
    if found.meaning.refused:
        findings.refuse(place, found.meaning.refused)
        return None
    status = found.entry.resource.get("status")
    if status not in knowledge()["statuses"]["observation"]:
        findings.dropped(f"{found.entry.place}.status", f"{name}: not final, amended or corrected")
        return None
    when = effective(found.entry.resource)
    if when is None or not when.is_a_day:
        told = "its day is not told" if when is None else "a month or year alone is too coarse"
        findings.dropped(f"{found.entry.place}.effective", f"{name}: {told}", code="incomplete")
        return None
    if found.holder.get("dataAbsentReason") is not None:
        findings.dropped(
            f"{place}.dataAbsentReason",
            f"{name}: its source says that the value is missing",
            code="incomplete",
        )
        return None
    if found.meaning.columns[0].key == _ANTIBODIES:
        return _classed(found, when, antibodies, findings)
    return _valued(found, when, findings)


def _valued(found: Measured, when: Moment, findings: Findings) -> Measurement | None:
    holder, name = found.holder, found.meaning.name
    if "valueInteger" in holder:
        quantity: Json = {"value": holder["valueInteger"]}
        place = f"{found.place}.valueInteger"
    else:
        quantity, place = an_object(holder.get("valueQuantity")), f"{found.place}.valueQuantity"
    bare = number(quantity.get("value"))
    if bare is None:
        others = any(key.startswith("value") and key != "valueQuantity" for key in holder)
        told = "a text or code is not read as a number" if others else "it holds no number"
        findings.dropped(place, f"{name}: {told}")
        return None
    factor = _factor(found.meaning, quantity, place, findings)
    return None if factor is None else _compared(found, when, quantity, factor, place, findings)


def _factor(meaning: Meaning, quantity: Json, place: str, findings: Findings) -> float | None:
    assert meaning.units is not None  # noqa: S101  every meaning with columns has them
    factor = meaning.units.factor(quantity)
    if isinstance(factor, float):
        return factor
    known = " or ".join(dict.fromkeys(_units(meaning)))
    if factor == "missing":
        told = f"{meaning.name}: without a unit, which is never assumed; expected {known}"
        findings.dropped(place, told)
    elif factor == "contradictory":
        findings.ambiguous(place, f"{meaning.name}: the code of the unit and its text differ")
    else:
        told = f"{meaning.name}: in {tellable(quantity)}, which is never converted"
        findings.dropped(place, f"{told}; expected {known}", code="code-invalid")
    return None


def _units(meaning: Meaning) -> Iterator[str]:
    column = meaning.columns[0]
    yield column.unit or "a plain number"
    yield from (other.unit for other in column.other_units)


def _compared(
    found: Measured,
    when: Moment,
    quantity: Json,
    factor: float,
    place: str,
    findings: Findings,
) -> Measurement | None:
    """Honour the comparator, and refuse what is not plausible."""
    meaning, comparator = found.meaning, quantity.get("comparator")
    if comparator is not None and comparator not in _BELOW + _ABOVE:
        findings.dropped(
            f"{place}.comparator", f"{meaning.name}: no comparator of R4", code="code-invalid"
        )
        return None
    bare = float(quantity["value"])
    is_limit = comparator in _BELOW and meaning.name == _TROUGH
    share = _SHARE_OF_LIMIT if comparator in _BELOW and not is_limit else 1.0
    value = bare * factor * share
    if not meaning.columns[0].fits(value):
        findings.dropped(place, implausible(meaning.columns[0], bare))
        return None
    remark = meaning.remark
    if comparator is not None and not is_limit:
        remark = "below a limit, used as half of it" if share < 1 else "above a limit, used as it"
    return Measurement(meaning, when, value, is_limit, found.entry, place, remark)


def _classed(
    found: Measured, when: Moment, antibodies: Antibodies, findings: Findings
) -> Measurement | None:
    """Class antibodies by the answer's code, or by the titre, as the site says."""
    level = None
    for _, coding in objects(an_object(found.holder.get("valueCodeableConcept")).get("coding")):
        pair = (text(coding.get("system")) or "", text(coding.get("code")) or "")
        level = level or antibodies.values.get(pair)
    quantity = an_object(found.holder.get("valueQuantity"))
    titre = number(quantity.get("value"))
    if level is None and titre is not None:
        unit = text(quantity.get("code")) or text(quantity.get("unit")) or ""
        level = antibodies.of_titre(titre, unit, quantity.get("comparator"))
    if level is None:
        findings.dropped(
            found.place,
            f"{_ANTIBODIES}: the rules of this site do not say which class this answer is",
            code="code-invalid",
        )
        return None
    return Measurement(found.meaning, when, level, False, found.entry, found.place, "")
