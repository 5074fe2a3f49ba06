"""What became of each datum: used, dropped or ambiguous, without a word of the patient's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "information"]
Fate = Literal["used", "dropped", "ambiguous"]


@dataclass(frozen=True)
class Issue:
    """What became of one datum.

    Parameters
    ----------
    severity
        ``error``, ``warning`` or ``information``, as in an OperationOutcome.
    code
        FHIR issue type, such as ``value``, ``code-invalid`` or ``not-supported``.
    kind
        Whether the datum was used, dropped, or is ambiguous and so was not used.
    expression
        Where it stands, as FHIRPath: ``Bundle.entry[3].resource.valueQuantity``.
    text
        One sentence. It holds no value, name, identifier or free text of the input.
    """

    severity: Severity
    code: str
    kind: Fate
    expression: str
    text: str


@dataclass
class Refused:
    """Codes that are never used for one and the same reason: who has the first, and how many."""

    place: str
    count: int = 0


@dataclass
class Findings:
    """Issues as they are found; what is alike and not read is counted and told once."""

    issues: list[Issue] = field(default_factory=list)
    unmapped: Counter[str] = field(default_factory=Counter)
    not_read: Counter[str] = field(default_factory=Counter)
    refused: dict[str, Refused] = field(default_factory=dict)

    def used(
        self,
        place: str,
        text: str,
        *,
        code: str = "informational",
        severity: Severity = "information",
    ) -> None:
        """Tell that a datum was used."""
        self.issues.append(Issue(severity, code, "used", place, text))

    def dropped(
        self, place: str, text: str, *, code: str = "value", severity: Severity = "warning"
    ) -> None:
        """Tell that a datum was left out."""
        self.issues.append(Issue(severity, code, "dropped", place, text))

    def refuse(self, place: str, reason: str) -> None:
        """Tell that a code is never used; thousands of the same are told once."""
        found = self.refused.get(reason)
        if found is None:
            found = self.refused[reason] = Refused(place)
        found.count += 1

    def ambiguous(self, place: str, text: str, *, code: str = "multiple-matches") -> None:
        """Tell that data contradict one another, so that none was used."""
        self.issues.append(Issue("warning", code, "ambiguous", place, text))

    def told(self, root: str) -> tuple[Issue, ...]:
        """Return every issue in the order of its place, with what was only counted at the end."""
        counted = [
            *(_refused(reason, found) for reason, found in self.refused.items()),
            *(_counted(root, kind, n, _UNMAPPED) for kind, n in sorted(self.unmapped.items())),
            *(_counted(root, kind, n, _NOT_READ) for kind, n in sorted(self.not_read.items())),
        ]
        return tuple(dict.fromkeys([*self.issues, *counted]))


_UNMAPPED = "{n} of {kind}: the code is none that is read; a site may add codes in its rules"
_NOT_READ = "{n} of {kind}: resources of this type are not read"


def _refused(reason: str, found: Refused) -> Issue:
    more = f" ({found.count} of them; the first is named)" if found.count > 1 else ""
    return Issue("warning", "not-supported", "dropped", f"{found.place}.code", f"{reason}{more}")


def _counted(root: str, kind: str, number: int, wording: str) -> Issue:
    place = f"{root}.ofType({kind})" if kind.isalpha() else root
    code = "code-invalid" if wording is _UNMAPPED else "not-supported"
    return Issue("information", code, "dropped", place, wording.format(n=number, kind=kind))
