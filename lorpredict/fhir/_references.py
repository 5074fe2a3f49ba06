"""Following references within what came; nothing is ever fetched."""

from __future__ import annotations

from collections.abc import Iterable

from lorpredict.fhir._entries import Entry
from lorpredict.fhir._json import NOTHING, Json, objects


class Index:
    """Resources by every name under which they may be referred to."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_name: dict[str, Json] = {}
        for entry in entries:
            if entry.full_url:
                self._by_name[entry.full_url] = entry.resource
            if entry.id:
                self._by_name[f"{entry.resource['resourceType']}/{entry.id}"] = entry.resource

    def find(self, reference: str, within: Json = NOTHING) -> Json | None:
        """Return what a reference points to.

        Parameters
        ----------
        reference
            Relative, absolute, a URN, or ``#id`` of a contained resource.
        within
            The resource that refers, for what it contains.
        """
        if reference.startswith("#"):
            contained = objects(within.get("contained"))
            return next((each for _, each in contained if each.get("id") == reference[1:]), None)
        plain = reference.partition("/_history/")[0]
        found = self._by_name.get(plain)
        if found is None and "/" in plain and not plain.startswith("urn:"):
            found = self._by_name.get("/".join(plain.rsplit("/", 2)[-2:]))
        return found
