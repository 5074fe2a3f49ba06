"""Who was analysed, and Table 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lorpredict.outcome import outcome_label
from lorpredict.report._html import (
    Html,
    Inside,
    bullets,
    element,
    joined,
    paragraph,
    spanning,
    table,
)
from lorpredict.report.study._words import HIDDEN, count, part, titled, unbroken
from lorpredict.study import PublishedAnalysis
from lorpredict.study.published._characteristics import Line


def flow(analysis: PublishedAnalysis) -> Html:
    """Draw who began, who was left out, and how the others ended."""
    told, events = analysis.flow, analysis.children.design.events
    kept = {why: n for why, n in {**told.unknown, **told.flagged}.items() if n != 0}
    ends = [_end(name, many, name in events) for name, many in told.ended.items()]
    steps = [
        _step(count(told.started), "children in the cohort", "Left out", told.left_out),
        _step(f"{told.at_risk}", "analysed: at risk at week 14", "Kept, and counted", kept),
        joined(paragraph("How observation ended among them:"), element("div", ends, class_="ends")),
    ]
    many = analysis.sites
    sites = paragraph(f"{many} hospitals are analysed together, as one.") if many > 1 else ""
    items = [element("li", each) for each in steps]
    return part(analysis, "flow", element("ol", items, class_="flow"), sites)


def _step(many: str, who: str, beside: str, counts: Mapping[str, int | None]) -> Html:
    reasons = [f"{count(number)}: {reason}" for reason, number in counts.items()]
    aside = element("div", beside, bullets(reasons), class_="aside") if reasons else Html("")
    box = element("div", element("strong", many), who, class_="box")
    return element("div", box, aside, class_="step")


def _end(name: str, many: int | None, is_event: bool) -> Html:
    kind = "box event" if is_event else "box"
    return element("div", element("strong", count(many)), outcome_label(name), class_=kind)


def table_one(analysis: PublishedAnalysis) -> Html:
    """Table 1 as the paper prints it, with the paper beside it."""
    parts: dict[str, list[Line]] = {}
    for line in analysis.table_one:
        parts.setdefault(line.part, []).append(line)
    rows: list[list[Inside]] = []
    for name, lines in parts.items():
        for number, line in enumerate(lines):
            head: list[Inside] = [spanning(name.capitalize(), len(lines))] if not number else []
            rows.append([*head, element("td", _name(line)), *_cells(line)])
    header = ["", "Characteristic", f"n = {analysis.flow.at_risk}", "Missing", "Beijing 2025"]
    return part(
        analysis,
        "table_1",
        table(header, rows, caption=titled(analysis, "Table 1. The children analysed")),
    )


def _absent(reason: str) -> Inside:
    if reason.startswith(HIDDEN):
        return HIDDEN
    return element("small", reason) if reason else "–"


def _name(line: Line) -> str:
    told = line.unit and line.unit not in line.label
    return f"{line.label}, {line.unit}" if told else line.label


def _cells(line: Line) -> Iterator[Inside]:
    yield element("td", unbroken(line.told) or _absent(line.reason))
    yield element("td", count(line.missing, line.reason))
    yield element("td", unbroken(line.told_published) or "–")
