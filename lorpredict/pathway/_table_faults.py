"""What may be wrong with a pathway: unknown names, no source, holes in the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from itertools import product
from typing import Any, TypeGuard

from lorpredict.clinical import Evidence
from lorpredict.errors import CatalogueError, did_you_mean
from lorpredict.pathway._found import AXES
from lorpredict.pathway._situation import Situation
from lorpredict.pathway._table import Option, Row

_TABLES = ("name", "thresholds", "assays", "antibodies", "rows", "options", "evidence")
_LISTS = ("rows", "options", "evidence")
_LISTED = ("trough", "antibodies", "escalation", "options", "needed", "disagreement", "evidence",
           "adds", "said", "counts", "compared")  # fmt: skip
_THRESHOLDS = ("window_low_ug_ml", "window_high_ug_ml")
_CLASSES = ("unit", "low_from", "high_from", "source")
_ASSAY = ("label", "loq_ug_ml", "source", "aliases")
_LARGEST = 100.0  # house limit of a trough, µg/mL


def entries_by_key(entries: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the entries of a list by their key."""
    return {each["key"]: each for each in entries}


def site_faults(site: Mapping[str, Any]) -> Iterator[str]:
    """Name what is wrong with a site's file by itself, before it is put into ours."""
    yield from _unknown("table", site, _TABLES)
    for name in _TABLES[1:]:
        expected = list if name in _LISTS else dict
        if name in site and not isinstance(site[name], expected):
            shape = f"[[{name}]]" if expected is list else f"[{name}]"
            yield f"{name} is no {'list' if expected is list else 'table'}; expected {shape}"
    for key, entry in _tables(site, "thresholds"):
        yield from _threshold_faults(key, entry)
    for key, entry in _tables(site, "assays"):
        yield from _assay_faults(key, entry)
    yield from _class_faults(site.get("antibodies", {}))
    for name, made in (("rows", Row), ("options", Option), ("evidence", Evidence)):
        for entry in site[name] if isinstance(site.get(name), list) else ():
            yield from _entry_faults(name, entry, made)


def table_faults(whole: Mapping[str, Any]) -> Iterator[str]:
    """Name what is wrong with a whole pathway: ours, or ours with a site's changes."""
    low, high = (whole["thresholds"][key]["value"] for key in _THRESHOLDS)
    if not 0 < low < high <= _LARGEST:
        yield (f"the window reaches from {low:g} to {high:g} µg/mL; "
               f"expected 0 < window_low_ug_ml < window_high_ug_ml <= {_LARGEST:g}")  # fmt: skip
    for name, made in (("rows", Row), ("options", Option), ("evidence", Evidence)):
        for entry in whole[name]:
            yield from _entry_faults(name, entry, made)
        yield from _twice(name, whole[name])
    yield from _evidence_faults(whole["evidence"])
    yield from _names(whole)
    yield from _coverage(whole["rows"])


# ---- thresholds, assays, classes -----------------------------------------------------------------


def _threshold_faults(key: str, entry: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown("threshold", [key], _THRESHOLDS)
    yield from _unknown(f"setting of thresholds.{key}", entry, ("value", "meaning", "source"))
    if not _is_number(entry.get("value")):
        yield f"thresholds.{key} needs a value, a number in µg/mL"
    if not _is_text(entry.get("source")):
        yield f"thresholds.{key} has no source; nothing ships without one"


def _assay_faults(key: str, entry: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(f"setting of assays.{key}", entry, _ASSAY)
    for name in ("label", "source"):
        if not _is_text(entry.get(name)):
            yield f"assays.{key} has no {name}"
    limit = entry.get("loq_ug_ml")
    if not (_is_number(limit) and 0.01 <= limit <= 10):
        yield f"assays.{key} needs loq_ug_ml, 0.01 to 10 µg/mL (house limit)"


def _class_faults(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict) or not entry:
        return
    yield from _unknown("setting of antibodies", entry, _CLASSES)
    texts = all(_is_text(entry.get(name)) for name in ("unit", "source"))
    low, high = entry.get("low_from"), entry.get("high_from")
    if not (texts and _is_number(low) and _is_number(high)):
        yield "antibodies needs unit and source (texts), low_from and high_from (numbers) together"
    elif not 0 < low <= high:
        told = f"antibodies.low_from is {low:g} and high_from {high:g}"
        yield f"{told}; expected 0 < low_from <= high_from"


# ---- rows, options, evidence ---------------------------------------------------------------------


def _entry_faults(name: str, entry: Any, made: Any) -> Iterator[str]:
    """Name unknown and missing fields, and that there is no source."""
    if not (isinstance(entry, dict) and _is_text(entry.get("key"))):
        yield f"{name} holds an entry without a key"
        return
    told = f"{name}.{entry['key']}"
    yield from _unknown(f"field of {told}", entry, [each.name for each in fields(made)])
    for each in fields(made):
        is_needed = each.default is MISSING and each.default_factory is MISSING
        if is_needed and each.name not in entry and each.name != "source":
            yield f"{told} has no {each.name}"
    yield from (
        f"{told}.{each} is {entry[each]!r}; expected a list"
        for each in _LISTED
        if each in entry and not isinstance(entry[each], list)
    )
    if not _is_text(entry.get("source")):
        yield f"{told} has no source; nothing ships without one"


def _twice(name: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    counts = Counter(each["key"] for each in entries if isinstance(each, dict) and "key" in each)
    yield from (f"{name} holds {key!r} {n} times" for key, n in counts.items() if n > 1)


def _evidence_faults(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for entry in entries:
        try:
            Evidence.from_toml(entry)
        except CatalogueError as error:
            yield str(error)


def _names(whole: Mapping[str, Any]) -> Iterator[str]:
    """Name what is referred to and is not there."""
    options, evidence = (
        {each.get("key") for each in whole[name]} for name in ("options", "evidence")
    )
    for row in whole["rows"]:
        told = f"rows.{row.get('key')}"
        yield from _unknown(f"option in {told}", row.get("options", ()), options)
        yield from _unknown(
            f"evidence in {told}", [each.get("evidence") for each in row.get("disagreement", ())],
            evidence,
        )  # fmt: skip
        yield from _unknown(f"mechanism in {told}", [row.get("mechanism")], whole["mechanisms"])
        known = [each.name for each in fields(Situation)]
        yield from _unknown(f"field of the example in {told}", row.get("example", {}), known)
    for option in whole["options"]:
        told = f"options.{option.get('key')}"
        yield from _unknown(f"evidence in {told}", option.get("evidence", ()), evidence)
        yield from _unknown(f"drug in {told}", option.get("adds", ()), whole["immunomodulators"])


def _coverage(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Name each combination that stands in no row, or in several."""
    found: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        axes = [_values(row, axis) for axis in AXES]
        for axis, values in zip(AXES, axes, strict=True):
            yield from _unknown(f"{axis} in rows.{row.get('key')}", values, AXES[axis])
        for place in product(*axes):
            found.setdefault(place, []).append(str(row.get("key")))
    for place in product(*AXES.values()):
        held = found.get(place, [])
        if len(held) != 1:
            told = ", ".join(f"{axis} {value}" for axis, value in zip(AXES, place, strict=True))
            yield f"the combination {told} stands in {' and '.join(held) or 'no row'}; expected one"


def _values(row: Mapping[str, Any], axis: str) -> list[str]:
    given = row.get(axis, [])
    return [given] if isinstance(given, str) else list(given)


# ---- words ---------------------------------------------------------------------------------------


def _unknown(noun: str, given: Iterable[Any], known: Iterable[Any]) -> Iterator[str]:
    names = [str(each) for each in known]
    for name in given:
        if name not in names:
            hint = did_you_mean(str(name), names) or f"Known: {', '.join(names)}"
            yield f"unknown {noun} {name!r}. {hint}"


def _tables(site: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    given = site.get(name, {})
    for key, entry in given.items() if isinstance(given, dict) else ():
        yield key, entry if isinstance(entry, dict) else {}


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
