"""Whose resources these are: one child's, or they are refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lorpredict.fhir._entries import Entry
from lorpredict.fhir._issues import Findings
from lorpredict.fhir._json import Different, reference
from lorpredict.fhir._refusals import SeveralPatients

CLINICAL = (
    "Observation",
    "Condition",
    "MedicationAdministration",
    "MedicationRequest",
    "MedicationStatement",
)
NOBODYS = "it does not say which patient it is about"


@dataclass(frozen=True)
class Child:
    """Whose resources these are.

    Parameters
    ----------
    patients
        The Patient resource, in every version that came; none where none came.
    key
        The reference under which the child is known, such as ``Patient/abc``.
    """

    patients: tuple[Entry, ...]
    key: str | None

    @property
    def id(self) -> str | None:
        """The logical id."""
        named = next((entry.id for entry in self.patients if entry.id), None)
        if named or not self.key:
            return named
        return self.key.removeprefix("Patient/") if self.key.startswith("Patient/") else None

    @property
    def reference(self) -> str | None:
        """How an answer refers to the child."""
        return f"Patient/{self.id}" if self.id else self.key


class Identities:
    """Which references name the same patient; each spelling is looked at once."""

    def __init__(self, patients: Iterable[Entry]) -> None:
        self._keys: dict[str, str | None] = {}
        for entry in patients:
            key = f"Patient/{entry.id}" if entry.id else entry.full_url
            if key and entry.full_url:
                self._keys[entry.full_url] = key

    def of(self, told: str | None) -> str | None:
        """Return the one name of a patient: by a relative or absolute reference, or a URN.

        A Group or a Device is none, and no reference names nobody.
        """
        if told is None:
            return None
        if told not in self._keys:
            self._keys[told] = self._named(told)
        return self._keys[told]

    def _named(self, told: str) -> str | None:
        plain = told.partition("/_history/")[0]
        if plain in self._keys:
            return self._keys[plain]
        if plain.startswith("urn:"):
            return plain
        parts = plain.rsplit("/", 2)
        return f"Patient/{parts[-1]}" if len(parts) > 1 and parts[-2] == "Patient" else None


def by_type_of(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Group resources by their type."""
    grouped: dict[str, list[Entry]] = {}
    for entry in entries:
        grouped.setdefault(entry.resource["resourceType"], []).append(entry)
    return grouped


def the_child(
    by_type: Mapping[str, list[Entry]], findings: Findings
) -> tuple[Child, dict[str, list[Entry]]]:
    """Return the child, and its own clinical resources by type.

    Raises
    ------
    SeveralPatients
    """
    patients = by_type.get("Patient", [])
    identities = Identities(patients)
    subjects: set[str] = set()
    theirs: dict[str, list[Entry]] = {}
    for kind in CLINICAL:
        of_kind = by_type.get(kind, ())
        keys = [identities.of(reference(entry.resource.get("subject"))) for entry in of_kind]
        for entry, key in zip(of_kind, keys, strict=True):
            if key is None:
                findings.dropped(f"{entry.place}.subject", NOBODYS, code="required")
        subjects.update(key for key in set(keys) if key is not None)
        theirs[kind] = [e for e, key in zip(of_kind, keys, strict=True) if key is not None]
    return Child(tuple(patients), _one_key(patients, subjects)), theirs


def _one_key(patients: Sequence[Entry], subjects: set[str]) -> str | None:
    """Return the one name of the child, or refuse several."""
    named = {f"Patient/{e.id}" if e.id else e.full_url for e in patients} - {None}
    # Patients without id and address differ only by what they hold.
    nameless = Different(1)
    for entry in patients:
        if not entry.has_a_name and nameless.adds(entry.resource) and nameless.is_full:
            break
    everybody = named | subjects
    several = max(len(everybody), len(named) + len(nameless))
    if several > 1:
        raise SeveralPatients(
            f"these resources belong to {several} patients; expected those of one child. "
            "Ask for one patient at a time, or use the command fhir-to-cohort for many"
        )
    return next(iter(everybody), None)
