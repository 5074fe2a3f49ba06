"""Resources of another FHIR version, recognised by name from what identifies them.

The marks stand in ``marks.toml`` with their sources. Most resources of two versions look alike;
one mark is enough, since a Bundle is written by one system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from lorpredict.fhir._entries import Entry
from lorpredict.fhir._json import Json
from lorpredict.fhir._knowledge import version_marks
from lorpredict.fhir._refusals import AnotherVersion

_TYPES: Mapping[str, type] = {"string": str, "object": dict, "list": list, "boolean": bool}
_DECLARING = ("CapabilityStatement", "Conformance", "StructureDefinition", "ImplementationGuide")


class Mark(NamedTuple):
    """One element by which other versions are known."""

    path: tuple[str, ...]
    has_type: type
    values: frozenset[str]
    versions: frozenset[str]

    def is_on(self, resource: Json) -> bool:
        """Whether a resource carries it."""
        value: Any = resource
        for name in self.path:
            if not isinstance(value, dict) or name not in value:
                return False
            value = value[name]
        if not isinstance(value, self.has_type):
            return False
        return not self.values or value in self.values


def refuse_other_versions(by_type: Mapping[str, Iterable[Entry]]) -> None:
    """Refuse resources of DSTU2, STU3, R5 and R6.

    Raises
    ------
    AnotherVersion
        Naming the version, or all that fit the marks.
    """
    found: set[frozenset[str]] = set()
    for kind, entries in by_type.items():
        found |= _versions_of(kind, [entry.resource for entry in entries])
    found = {each for each in found if "R4" not in each}
    if not found:
        return
    common = frozenset.intersection(*found) or frozenset.union(*found)
    raise AnotherVersion(
        f"these resources are FHIR {' or '.join(sorted(common))}; expected R4 (4.0.1). "
        "Ask the server for R4, for example by its R4 address or the media type "
        "application/fhir+json; fhirVersion=4.0"
    )


def _versions_of(kind: str, resources: Sequence[Json]) -> set[frozenset[str]]:
    found = {_other_types()[kind]} if kind in _other_types() else set()
    first_names, marks = _marks().get(kind, _NO_MARKS)
    profiles: set[str] = set()
    for resource in resources:
        # Most resources hold none of the first names of the marks.
        if not first_names.isdisjoint(resource):
            found |= {mark.versions for mark in marks if mark.is_on(resource)}
        meta = resource.get("meta")
        if isinstance(meta, dict) and isinstance(meta.get("profile"), list):
            profiles.update(each for each in meta["profile"] if isinstance(each, str))
        if kind in _DECLARING:
            found |= _named(resource.get("fhirVersion"), "fhir_version", str.startswith)
    own = [each for each in profiles if each.startswith(("http://hl7.org/", "https://hl7.org/"))]
    return found | _named(own, "profile", str.__contains__) if own else found


_NO_MARKS: tuple[frozenset[str], tuple[Mark, ...]] = (frozenset(), ())


def _named(value: Any, by: str, fits: Callable[[str, str], bool]) -> set[frozenset[str]]:
    told = value if isinstance(value, list) else [value]
    return {
        frozenset({version})
        for version, names in version_marks()["names"].items()
        for each in told
        if isinstance(each, str) and any(fits(each, name) for name in names[by])
    }


@cache
def _other_types() -> Mapping[str, frozenset[str]]:
    types = version_marks()["types"]
    return {name: frozenset(each) for name, each in types.items() if name != "source"}


@cache
def _marks() -> Mapping[str, tuple[frozenset[str], tuple[Mark, ...]]]:
    by_type: dict[str, list[Mark]] = {}
    for each in version_marks()["marks"]:
        mark = Mark(
            tuple(each["element"].split(".")),
            _TYPES[each["is"]],
            frozenset(each.get("values", ())),
            frozenset(each["versions"]),
        )
        by_type.setdefault(each["resource"], []).append(mark)
    return {
        kind: (frozenset(mark.path[0] for mark in marks), tuple(marks))
        for kind, marks in by_type.items()
    }
