"""Figures 2 and 3, and the forest of codings, each with its numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from lorpredict.evaluation.incidence import WORTH_SHOWING
from lorpredict.report._findings import number, percent
from lorpredict.report._html import (
    Html,
    Inside,
    badge,
    element,
    figure,
    joined,
    paragraph,
    spanning,
    table,
)
from lorpredict.report._svg import inline_svg
from lorpredict.report.study._words import count, p_value, part, plain, titled, unbroken
from lorpredict.study import PublishedAnalysis
from lorpredict.study.published import figures
from lorpredict.study.published._codings import Coding
from lorpredict.study.published._curves import Panel
from lorpredict.study.published._tables import CODED


def loss_of_response(analysis: PublishedAnalysis) -> Html:
    """Figure 2, and how far the two estimates part."""
    drawn = inline_svg(
        figures.loss_of_response(analysis), "loss",
        says="Rising share of children who have lost response by months since the first infusion; "
        "the table below gives it.",
    )  # fmt: skip
    header = ["", "At risk", "1 − Kaplan-Meier (95 %)", "Aalen-Johansen", "Points apart"]
    title = titled(analysis, "Loss of response by months since the first infusion")
    return part(
        analysis,
        "loss_of_response",
        figure(drawn, _seen(analysis)),
        table(header, _points(analysis.curve.points), caption=title),
    )


def _seen(analysis: PublishedAnalysis) -> str:
    if analysis.smallest_cell:
        return "Points with 95 % intervals at the months that may be told."
    return "Line: 1 − Kaplan-Meier with its pointwise 95 % band. Diamonds: Aalen-Johansen."


def _points(points: pd.DataFrame) -> Iterator[list[Inside]]:
    numbers = points[["lost", "low", "high", "aalen_johansen"]].to_numpy(dtype=float)
    months = points["months_since_first_infusion"]
    for month, at_risk, told in zip(months, points["at_risk"], numbers, strict=True):
        lost, low, high, competing = map(float, told)
        apart: Inside = "–"
        if competing == competing:
            far = lost - competing > WORTH_SHOWING
            apart = badge(number(100 * (lost - competing), 1), "bad" if far else "plain")
        yield [
            unbroken(f"{month} months"),
            f"{at_risk}",
            _with_ends(lost, low, high),
            percent(competing) if competing == competing else "–",
            apart,
        ]


def _with_ends(share: float, low: float, high: float) -> str:
    ends = f" ({number(100 * low, 1)} to {number(100 * high, 1)})" if low == low else ""
    return f"{percent(share)}{ends}"


def stratified(analysis: PublishedAnalysis) -> Html:
    """Figure 3, panel by panel."""
    panels = [
        _panel(analysis, panel, letter) for panel, letter in zip(analysis.panels, "AB", strict=True)
    ]
    return part(analysis, "stratified", element("div", panels, class_="pair"))


def _panel(analysis: PublishedAnalysis, panel: Panel, letter: str) -> Html:
    if not panel.curves:
        return paragraph(f"{letter}. {panel.label}: not told, since {plain(panel.reason)}.")
    name = f"panel-{letter.lower()}"
    says = f"Loss of response in two groups by {panel.label}."
    drawn = inline_svg(figures.by_group(analysis, panel), name, says=says)
    return figure(drawn, f"{letter}. {panel.label}: log-rank P {p_value(panel.p)}.")


def codings(analysis: PublishedAnalysis) -> Html:
    """The immunomodulator under four codings, in one forest and its table."""
    drawn = inline_svg(
        figures.codings(analysis), "codings",
        says="Hazard ratio of an immunomodulator under four codings; the table below gives them.",
    )  # fmt: skip
    seen = (
        "Orange: the paper's coding. Squares: the immunomodulator alone. Open diamonds: adjusted "
        "for the other characteristics of Table 3. Right of each: ratio, 95 % interval, and how "
        "many lost response of how many."
    )
    header = ["Coding", "", "Hazard ratio (95 %)", "P", "Children", "Lost response"]
    header += ["Treated", "Of them lost"]
    title = titled(analysis, "Hazard ratio of an immunomodulator")
    return part(
        analysis,
        "codings",
        figure(drawn, seen),
        table(header, _of_codings(analysis), caption=title),
    )


def _of_codings(analysis: PublishedAnalysis) -> Iterator[list[Inside]]:
    half = len(analysis.codings) // 2
    for alone, adjusted in zip(analysis.codings[:half], analysis.codings[half:], strict=True):
        yield [spanning(CODED[alone.way], 2), "alone", *_of_coding(alone)]
        yield [element("td", _adjusted(adjusted)), *_of_coding(adjusted)]


def _adjusted(coding: Coding) -> Html:
    without = f"but not for {', '.join(coding.without)}" if coding.without else ""
    return joined("adjusted", element("small", without) if without else "")


def _of_coding(coding: Coding) -> Iterator[Inside]:
    yield coding.effect.told if coding.effect else element("td", element("small", coding.reason))
    yield p_value(coding.effect.p if coding.effect else None)
    lost, kept = coding.lost, coding.not_lost
    treated = lost[0] + kept[0] if lost and kept else None
    for many in (coding.children, coding.events, treated, lost[0] if lost else None):
        yield count(many, coding.reason)
