"""Where resources come from: Bundles, prefetch objects, lists; each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeGuard

from lorpredict.fhir._issues import Findings, Severity
from lorpredict.fhir._json import Json, objects, text
from lorpredict.fhir._knowledge import knowledge
from lorpredict.fhir._refusals import NotABundle, UnsupportedBundle

READ_BUNDLES = ("searchset", "collection", "transaction", "batch", "document")
_OTHER_BUNDLES = (
    "message",
    "history",
    "batch-response",
    "transaction-response",
    "subscription-notification",
)
_SEVERITIES: Mapping[str, Severity] = {
    "fatal": "error",
    "error": "error",
    "warning": "warning",
    "information": "information",
}
_ISSUE_TYPES = frozenset(
    {
        "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown",
        "expired", "forbidden", "suppressed", "processing", "not-supported", "duplicate",
        "multiple-matches", "not-found", "deleted", "too-long", "code-invalid", "extension",
        "too-costly", "business-rule", "conflict", "transient", "lock-error", "no-store",
        "exception", "timeout", "incomplete", "throttled", "informational",
    }
)  # fmt: skip


class Entry(NamedTuple):
    """One resource, where it stands and where it says that it lives."""

    place: str
    resource: Json
    full_url: str | None

    @property
    def id(self) -> str | None:
        """The logical id."""
        return text(self.resource.get("id"))

    @property
    def has_a_name(self) -> bool:
        """Whether others can refer to it."""
        return bool(self.id or self.full_url)

    @property
    def reference(self) -> str:
        """How others refer to it; its place where it says neither id nor address."""
        named = f"{self.resource.get('resourceType')}/{self.id}" if self.id else None
        return named or self.full_url or self.place


def of_bundle(bundle: Any, findings: Findings, root: str = "Bundle") -> Iterator[Entry]:
    """Yield the resources of a Bundle one by one; a broken entry is an issue.

    Raises
    ------
    NotABundle, UnsupportedBundle
    """
    _refuse_other_bundles(bundle)
    for place, link in objects(bundle.get("link")):
        if link.get("relation") == "next":
            findings.dropped(
                f"{root}.link[{place}]",
                "the search has further pages, which were not handed over",
                code="incomplete",
            )
    listed = bundle.get("entry")
    if listed is not None and not isinstance(listed, list):
        findings.dropped(f"{root}.entry", "not a list of entries", code="structure")
        return
    for place, entry in enumerate(listed or ()):
        where = f"{root}.entry[{place}].resource"
        try:
            resource, full_url = entry.get("resource"), entry.get("fullUrl")
        except AttributeError:
            findings.dropped(where, "an entry that is not an object", code="structure")
            continue
        if _is_usable(resource, where, findings):
            yield Entry(where, resource, full_url and text(full_url))


def of_list(resources: Iterable[Any], findings: Findings, root: str) -> Iterator[Entry]:
    """Yield resources that came one by one."""
    for place, resource in enumerate(resources):
        if _is_usable(resource, f"{root}[{place}]", findings):
            yield Entry(f"{root}[{place}]", resource, None)


def of_prefetch(prefetch: Any, findings: Findings) -> Iterator[Entry]:
    """Yield what a CDS Hooks client prefetched; null means that it has none.

    Raises
    ------
    NotABundle
        If it is no object.
    """
    if not isinstance(prefetch, Mapping):
        raise NotABundle("the prefetch is not an object; expected keys with resources or null")
    known = knowledge()["told"]["prefetch_keys"]
    for place, (key, value) in enumerate(prefetch.items()):
        root = f"prefetch.{key}" if key in known else f"prefetch[{place}]"
        what = key if key in known else "a key that was not asked for"
        if value is None:
            told = f"{what}: the client has none"
            findings.dropped(root, told, code="not-found", severity="information")
        elif isinstance(value, dict) and value.get("resourceType") == "Bundle":
            yield from of_bundle(value, findings, root)
        elif isinstance(value, dict) and value.get("resourceType") == "OperationOutcome":
            _tell_outcome(value, root, findings, at_least="error", what=f"{what}: ")
        elif _is_usable(value, root, findings):
            yield Entry(root, value, None)


def _refuse_other_bundles(bundle: Any) -> None:
    if not isinstance(bundle, Mapping) or bundle.get("resourceType") != "Bundle":
        raise NotABundle(
            "this is not a FHIR Bundle; expected an object with resourceType Bundle, "
            "such as the answer to a search"
        )
    kind = bundle.get("type")
    if kind not in READ_BUNDLES:
        told = kind if isinstance(kind, str) and kind in _OTHER_BUNDLES else "unknown"
        raise UnsupportedBundle(
            f"a Bundle of type {told} is not read; expected one of {', '.join(READ_BUNDLES)}"
        )


def _is_usable(resource: Any, place: str, findings: Findings) -> TypeGuard[Json]:
    """Whether there is a resource; tell what is there otherwise."""
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if isinstance(kind, str) and kind != "OperationOutcome":
        return True
    if not isinstance(resource, dict):
        findings.dropped(place, "no resource that is an object", code="structure")
    elif kind == "OperationOutcome":
        _tell_outcome(resource, place, findings)
    else:
        findings.dropped(place, "a resource without resourceType", code="structure")
    return False


def _tell_outcome(
    outcome: Json,
    place: str,
    findings: Findings,
    at_least: Severity | None = None,
    what: str = "",
) -> None:
    """Pass on that the client failed, with its code and none of its words."""
    told = list(objects(outcome.get("issue"))) or [(0, {})]
    for number, issue in told:
        severity = at_least or _known(issue.get("severity"), _SEVERITIES, "error")
        code = issue.get("code")
        findings.dropped(
            f"{place}.issue[{number}]",
            f"{what}the client could not hand this over",
            code=code if isinstance(code, str) and code in _ISSUE_TYPES else "processing",
            severity=severity,
        )


def _known(value: Any, names: Mapping[str, Severity], otherwise: Severity) -> Severity:
    return names.get(value, otherwise) if isinstance(value, str) else otherwise
