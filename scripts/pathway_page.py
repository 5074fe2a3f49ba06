"""The table of decisions at loss of response, in Markdown, for clinicians."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lorpredict.clinical import trough_thresholds
from lorpredict.errors import capitalised
from lorpredict.pathway import EvidenceTold, Figure, Pathway, Row, default_pathway, evidence_told

_SITUATIONS = {"lost_response": "In loss of response", "in_response": "Still in response"}
_NAMES = {
    "trough": {"below": "below the window", "within": "within the window",
               "above": "above the window", "unknown": "not known"},
    "antibodies": {"negative": "none", "low": "low titre", "high": "high titre",
                   "unknown": "not known"},
    "escalation": {"not_failed": "not failed", "failed": "failed", "unknown": "not known"},
}  # fmt: skip


def page() -> str:
    """Write the page from ``lorpredict/clinical/pathway.toml``."""
    pathway = default_pathway()
    blocks = [_head(pathway), *_thresholds(pathway)]
    for situation, title in _SITUATIONS.items():
        rows = [row for row in pathway.rows if row.situation == situation]
        blocks += [f"## {title}", _table(rows, pathway), *(_row(row, pathway) for row in rows)]
    blocks += ["## What was found, in whom"]
    blocks += [_evidence(evidence_told(each)) for each in pathway.evidence.values()]
    blocks += ["## What none of the documents covers", _listed(pathway.not_covered)]
    return "\n\n".join(blocks) + "\n"


def _head(pathway: Pathway) -> str:
    return f"""# What the documents say at loss of response

<!-- Made by `make docs` from lorpredict/clinical/pathway.toml; edit that file. -->

Version {pathway.version}.
{_lines(pathway.caution)}
Every combination of trough, antibodies and earlier escalation stands in exactly one row."""


def _thresholds(pathway: Pathway) -> Iterator[str]:
    yield "## The window"
    edges = [
        f"- {each.value:g} µg/mL: {each.meaning} ({each.source})"
        for each in pathway.thresholds.values()
    ]
    others = [
        f"- named by a study: {each.trough_ug_ml:g} µg/mL, {each.about} ({each.source})"
        for each in trough_thresholds()
    ]
    assays = [
        f"- {each.label}: measures from {each.loq_ug_ml:g} µg/mL ({each.source})"
        for each in pathway.assays
    ]
    yield "\n".join([*edges, *others, *assays])


def _table(rows: list[Row], pathway: Pathway) -> str:
    lines = ["| trough | antibodies | escalation | mechanism | options |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for row in rows:
        options = "; ".join(_option(key, pathway) for key in row.options)
        mechanism = row.mechanism + (" (our reading)" if row.is_our_reading else "")
        where = [_named(axis, getattr(row, axis)) for axis in _NAMES]
        cells = [*where, f"[{mechanism}](#{row.key})", options or "not covered"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _named(axis: str, values: tuple[str, ...]) -> str:
    names: Mapping[str, str] = _NAMES[axis]
    return "any" if len(values) == len(names) else " or ".join(names[each] for each in values)


def _option(key: str, pathway: Pathway) -> str:
    option = pathway.options[key]
    return option.text + (f" ({option.status})" if option.status else "")


def _row(row: Row, pathway: Pathway) -> str:
    lines = [f"### {row.key}", "", _lines(row.why), ""]
    lines.append(f"- Mechanism: {pathway.mechanisms[row.mechanism]}")
    lines += [
        f"- Named by a document: {_option(key, pathway)} ({pathway.options[key].source})"
        for key in row.options
    ]
    lines += [f"- The documents disagree: {each.says} ({each.source})" for each in row.disagreement]
    lines += [f"- {row.not_covered}"] if row.not_covered else []
    lines += [f"- Needed to decide: {each}" for each in row.needed]
    lines += [f"- To mind: {row.remark}"] if row.remark else []
    example = ", ".join(f"`{name}` {_value(value)}" for name, value in row.example.items())
    return "\n".join([*lines, f"- Example: {example}", f"- Source: {row.source}"])


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _evidence(told: EvidenceTold) -> str:
    size = f"{told.size} patients; " if told.size else ""
    lines = [f"### {told.topic}", "", _lines(told.finding), *map(_lines, told.said), ""]
    lines += [f"- Status: {told.status}"] if told.status else []
    lines += [f"- In whom: {told.population} ({size}children or adults: {told.whom})"]
    lines += [f"- {capitalised(each.what)}: {_figure(each)}" for each in told.figures]
    lines += [f"- How: {each}" for each in dict.fromkeys(f.method for f in told.figures)]
    return "\n".join([*lines, f"- Source: {told.source}"])


def _figure(told: Figure) -> str:
    if told.scale == "ratio":
        return f"{told.estimate:.2f} ({told.low:.2f} to {told.high:.2f})"
    unit = "percentage points" if told.scale == "difference" else "%"
    counted = f"{told.n} of {told.of}, " if told.n is not None else ""
    ends = f"{100 * told.low:.0f} to {100 * told.high:.0f}"
    return f"{counted}{100 * told.estimate:.0f} {unit} ({ends})"


def _listed(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {capitalised(line)}" for line in lines)


def _lines(text: str) -> str:
    """One sentence per line, so that diffs show thoughts."""
    return text.replace(". ", ".\n")
