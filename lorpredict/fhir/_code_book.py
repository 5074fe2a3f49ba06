"""What each code means: the catalogue's columns, the concepts beside them, a site's own codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from lorpredict.clinical import Predictor, catalogue
from lorpredict.fhir._json import Json, objects
from lorpredict.fhir._knowledge import concepts, knowledge
from lorpredict.fhir._units import UnitReader

Coded = tuple[str, str]
_DISEASES = ("crohns_disease", "crohns_history")
_PERIANAL = "perianal"


@dataclass(frozen=True)
class Meaning:
    """What a code of an Observation means.

    Parameters
    ----------
    name
        Column or concept, a word of ours.
    columns
        Columns of the catalogue that it may fill; none where it is refused.
    is_alike
        Whether it is only like the column, such as another method of measuring.
    remark
        What is told where it is used.
    refused
        Why it is never used.
    """

    name: str
    columns: tuple[Predictor, ...] = ()
    units: UnitReader | None = None
    is_alike: bool = False
    remark: str = ""
    refused: str = ""


@dataclass(frozen=True)
class CodeBook:
    """What each pair of system and code means, by the sort of resource that carries it."""

    observations: Mapping[Coded, Meaning]
    conditions: Mapping[Coded, str]
    drugs: Mapping[Coded, str]

    @classmethod
    def of(cls, site: Mapping[str, tuple[Coded, ...]], units: Mapping[str, str]) -> CodeBook:
        """Put our codes and a site's into one book; a site's own come last and win."""
        named = _columns(units) | _alike(units)
        observations = _read_codes(named) | _refused_codes()
        named |= {n: _meaning(n, keys, units) for n, keys in knowledge()["site_only"].items()}
        conditions, drugs = _conditions(), _drugs()
        for name, codes in site.items():
            if name in named:
                observations |= dict.fromkeys(codes, named[name])
            elif name in (*_DISEASES, _PERIANAL):
                conditions |= dict.fromkeys(codes, name)
            else:
                drugs |= dict.fromkeys(codes, name)
        return cls(observations, conditions, drugs)

    def of_observation(self, concept: Any) -> list[tuple[Meaning, Json]]:
        """Return the different meanings of a CodeableConcept, each with its coding."""
        codings = concept.get("coding") if isinstance(concept, dict) else None
        if not isinstance(codings, list):
            return []
        found: list[tuple[Meaning, Json]] = []
        for coding in codings:  # in one loop: most Observations of a Bundle end here
            try:
                meaning = self.observations.get((coding["system"], coding["code"]))
            except (KeyError, TypeError):  # no object, or without system or code, or neither a text
                continue
            if meaning is not None and not any(meaning.name == each.name for each, _ in found):
                found.append((meaning, coding))
        return found

    def of_drug(self, concept: Any) -> dict[str, Json]:
        """Return the ingredients that a CodeableConcept names, each with its coding."""
        found: dict[str, Json] = {}
        for coding in _codings(concept):
            name = self.drugs.get(_pair(coding))
            if name is not None:
                found.setdefault(name, coding)
        return found

    def of_condition(self, concept: Any) -> list[tuple[str, Json]]:
        """Return what a CodeableConcept diagnoses: ``crohns_disease``, ``perianal``."""
        found: dict[str, Json] = {}
        for coding in _codings(concept):
            name = self._disease(*_pair(coding))
            if name is not None:
                found.setdefault(name, coding)
        return list(found.items())

    def _disease(self, system: str, code: str) -> str | None:
        exact = self.conditions.get((system, code))
        if exact is not None or system not in _trees():
            return exact
        # A code of a tree stands for all that begin with it; the longest one counts.
        shorter = (self.conditions.get((system, code[:n])) for n in range(len(code) - 1, 2, -1))
        return next((name for name in shorter if name is not None), None)


def codes_that_can_be_given() -> tuple[str, ...]:
    """Return the names for which a site may add codes."""
    columns = [key for key, each in catalogue().items() if each.codes]
    alike = [name for name in knowledge()["concepts"] if "like" in knowledge()["concepts"][name]]
    only = list(knowledge()["site_only"])
    return tuple(dict.fromkeys([*columns, *only, *alike, *_DISEASES, *_drug_names()]))


def display_disagrees(name: str, coding: Json) -> bool:
    """Whether a coding's display names another thing of ours and not the one of its code."""
    display = coding.get("display")
    words: dict[str, list[str]] = knowledge()["words"]
    if not isinstance(display, str) or name not in words:
        return False
    lower = display[:256].lower()
    if any(word in lower for word in words[name]):
        return False
    return any(word in lower for other in words.values() for word in other)


def _codings(concept: Any) -> Iterator[Json]:
    if isinstance(concept, dict):
        for _, coding in objects(concept.get("coding")):
            yield coding


def _pair(coding: Json) -> Coded:
    system, code = coding.get("system"), coding.get("code")
    if isinstance(system, str) and isinstance(code, str) and len(code) <= 64:
        return system, code
    return "", ""


def _columns(units: Mapping[str, str]) -> dict[str, Meaning]:
    """Return what the codes of each column mean: the columns that share its codes."""
    by_code: dict[Coded, tuple[str, ...]] = {}
    for key, predictor in catalogue().items():
        if predictor.is_number and predictor.may_predict:
            for coded in predictor.codes:
                by_code[coded] = (*by_code.get(coded, ()), key)
    groups = {keys: _meaning(keys[0], keys, units) for keys in by_code.values()}
    return {key: meaning for keys, meaning in groups.items() for key in keys}


def _alike(units: Mapping[str, str]) -> dict[str, Meaning]:
    """Return the concepts that are read like a column."""
    columns = _columns(units)
    return {
        name: replace(columns[entry["like"]], is_alike=True, remark=entry["remark"])
        for name, entry in knowledge()["concepts"].items()
        if "like" in entry
    }


def _read_codes(named: Mapping[str, Meaning]) -> dict[Coded, Meaning]:
    return {
        coded: meaning
        for name, meaning in named.items()
        for coded in (_codes(name) if meaning.is_alike else catalogue()[name].codes)
    }


def _refused_codes() -> dict[Coded, Meaning]:
    return {
        coded: Meaning(name, refused=entry["refused"])
        for name, entry in knowledge()["concepts"].items()
        if "refused" in entry
        for coded in _codes(name)
    }


def _meaning(name: str, keys: Iterable[str], units: Mapping[str, str]) -> Meaning:
    columns = tuple(catalogue()[key] for key in keys)
    return Meaning(name, columns, UnitReader.of(columns[0], units))


def _codes(concept: str) -> list[Coded]:
    return [(each["system"], each["code"]) for each in concepts()[concept]["codes"]]


def _conditions() -> dict[Coded, str]:
    diseases = {coded: name for name in _DISEASES for coded in _codes(name)}
    return diseases | dict.fromkeys(catalogue()[_PERIANAL].codes, _PERIANAL)


def _drugs() -> dict[Coded, str]:
    return {coded: name for name in _drug_names() for coded in _codes(name)}


def _drug_names() -> tuple[str, ...]:
    return tuple(
        name
        for name, each in concepts().items()
        if any("rxnorm" in code["system"] for code in each["codes"])
    )


@cache
def _trees() -> frozenset[str]:
    return frozenset(knowledge()["prefixes"]["systems"])
