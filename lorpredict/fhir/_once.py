"""The same resource twice: counted once, and the newer version where both are dated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lorpredict.fhir._entries import Entry
from lorpredict.fhir._issues import Findings
from lorpredict.fhir._json import Different, an_object, text
from lorpredict.fhir._moments import moment

# House limit: so many versions of one resource are no history but a fault of the sender.
MOST_VERSIONS = 20


def each_once(entries: Sequence[Entry], findings: Findings) -> list[Entry]:
    """Return every resource once; two versions of which none is the newer are not used."""
    names = [text(entry.resource.get("id")) or entry.full_url or entry.place for entry in entries]
    if len(set(names)) == len(entries):
        return list(entries)
    by_name: dict[str, list[Entry]] = {}
    for name, entry in zip(names, entries, strict=True):
        by_name.setdefault(name, []).append(entry)
    kept: list[Entry] = []
    for alike in by_name.values():
        kept.extend(_one_of(alike, findings) if len(alike) > 1 else alike)
    return kept


def _one_of(alike: list[Entry], findings: Findings) -> list[Entry]:
    different = Different(MOST_VERSIONS)
    versions: list[Entry] = []
    again: list[Entry] = []
    for entry in alike:
        (versions if different.adds(entry.resource) else again).append(entry)
        if different.is_full:
            told = f"more than {MOST_VERSIONS} versions of one resource; none of them is used"
            findings.ambiguous(alike[0].place, told)
            return []
    for entry in again:
        findings.dropped(
            entry.place, "the same resource again", code="duplicate", severity="information"
        )
    newest = versions if len(versions) == 1 else _newest(versions)
    for entry in versions if len(versions) > 1 else []:
        if not newest:
            findings.ambiguous(entry.place, "two versions of one resource, and none is the newer")
        elif entry is not newest[0]:
            findings.dropped(entry.place, "a newer version of it is there", code="duplicate")
    return newest


def _newest(versions: list[Entry]) -> list[Entry]:
    dated = [(_updated(entry), entry) for entry in versions]
    instants = [at for at, _ in dated if at is not None]
    if len(set(instants)) < len(versions):
        return []
    return [entry for at, entry in dated if at == max(instants)]


def _updated(entry: Entry) -> datetime | None:
    told = moment(an_object(entry.resource.get("meta")).get("lastUpdated"))
    return told.at if told else None
