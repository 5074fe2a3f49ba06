"""The words beside figures and tables, and how numbers are written there."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from lorpredict.report._findings import number
from lorpredict.report._html import (
    Html,
    Inside,
    badge,
    bullets,
    element,
    joined,
    paragraph,
    section,
)
from lorpredict.study import PublishedAnalysis
from lorpredict.study.published._children import paper
from lorpredict.synthetic import CAUTION

HIDDEN = "hidden"
SYNTHETIC = CAUTION.removeprefix("trained on ")


@cache
def words() -> dict[str, Any]:
    """Return the texts, by section."""
    text = files("lorpredict.report.study").joinpath("study.toml").read_text("utf-8")
    return tomllib.loads(text)


def part(analysis: PublishedAnalysis, key: str, *inside: Inside) -> Html:
    """Return a section: what is shown, the figures, and what the paper's choice costs."""
    said = words()[key]
    costs = [each.format(**_figures(analysis)) for each in said["costs"]]
    return section(
        said["title"],
        key.replace("_", "-"),
        _mark(analysis),
        paragraph(said["shows"]),
        *inside,
        _beside(costs, said["source"]) if costs else "",
    )


def _beside(costs: list[str], source: str) -> Html:
    return element(
        "aside",
        element("h3", "What to bear in mind"),
        bullets(costs),
        paragraph(f"Source: {source}.", kind="lead"),
        class_="summary",
    )


def _figures(analysis: PublishedAnalysis) -> dict[str, str]:
    after = paper()["after_lor"]
    return {
        "candidates": f"{analysis.candidates}",
        "events": f"{analysis.events}",
        "per_candidate": number(analysis.events_per_candidate, 1),
        "by_chance": number(0.05 * analysis.candidates, 0),
        "lost": f"{after['stopped'] + after['optimised']}",
        "stopped": f"{after['stopped']}",
        "optimised": f"{after['optimised']}",
        "regained": f"{after['regained_response']}",
        "most": f"{analysis.smallest_cell - 1}",
        **words()["null_world"],
    }


def method(analysis: PublishedAnalysis) -> Html:
    """Tell how it was done, and what is hidden."""
    said = words()["method"]
    hidden = said["hidden"] if analysis.smallest_cell else []
    told = [each.format(**_figures(analysis)) for each in (*said["told"], *hidden)]
    return section("How it was done", "method", bullets(told))


def caution(analysis: PublishedAnalysis) -> Html:
    """Return what stands over everything of children who do not exist."""
    if not analysis.synthetic:
        return Html("")
    if analysis.wholly_synthetic:
        said = f"{SYNTHETIC.capitalize()}. No figure here speaks of real children."
    else:
        said = (
            "Some of these children are synthetic and the others are real: demonstration only. No "
            "figure here speaks of real children alone, and each may hold them."
        )
    return paragraph(said, kind="caution")


def _mark(analysis: PublishedAnalysis) -> Html:
    """Return the same in short, over every section."""
    return paragraph(badge(SYNTHETIC, "bad")) if analysis.synthetic else Html("")


def titled(analysis: PublishedAnalysis, title: str, small: str = "") -> Html:
    """Return the caption of a table; of children who do not exist it says so."""
    whole = f"{title}; {SYNTHETIC}" if analysis.synthetic else title
    return joined(whole, element("small", small) if small else "")


def told(value: float | None, decimals: int, *, hidden: bool = False) -> str:
    """Return a number in words; what is hidden says so."""
    if hidden:
        return HIDDEN
    return "–" if value is None or value != value else number(value, decimals)


def p_value(value: float | None) -> str:
    """Return a P as tables print it."""
    if value is None:
        return "–"
    return "<\N{NO-BREAK SPACE}0.001" if value < 0.001 else number(value, 3 if value < 0.1 else 2)


def unbroken(text: str) -> str:
    """Return a text that stays on its line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def plain(reason: str) -> str:
    """Return a reason as the end of a sentence."""
    return reason.removeprefix(f"{HIDDEN}: ")


def count(many: int | None, reason: str = "") -> str:
    """Return a count; one that is not there is hidden or not known."""
    if many is not None:
        return f"{many}"
    return HIDDEN if not reason or reason.startswith("hidden") else "–"
