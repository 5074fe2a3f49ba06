"""The report of the published analysis: one HTML file that needs neither network nor script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lorpredict.errors import capitalised
from lorpredict.report._findings import percent
from lorpredict.report._html import Html, element, page, paragraph
from lorpredict.report.study import _comparisons, _curves, _who
from lorpredict.report.study._words import SYNTHETIC, caution, method
from lorpredict.study import PublishedAnalysis
from lorpredict.study.published._analysis import USUAL_SMALLEST_CELL

_SECTIONS = (
    _who.flow,
    _who.table_one,
    _curves.loss_of_response,
    _comparisons.table_two,
    _comparisons.cuts,
    _comparisons.table_three,
    _curves.codings,
    _curves.stratified,
    _comparisons.trough,
    _comparisons.optimisation,
    _comparisons.beside,
    method,
)
_HEADING = re.compile(r'<h2 id="([^"]+)">([^<]+)</h2>')


def study_report(analysis: PublishedAnalysis, *, smallest_cell: int = USUAL_SMALLEST_CELL) -> str:
    """Write the published analysis of a cohort, with what the paper's choices cost beside it.

    The file is whole in itself: pictures and style are inside, and nothing is fetched. It holds no
    row and no identifier of a child, and no date, so that the same cohort gives the same bytes.

    Parameters
    ----------
    analysis
        Of a cohort.
    smallest_cell
        Counts below it are hidden, with those from which they could be computed, unless no child
        is real; 0 hides none. An analysis that hides counts already is told as it is.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    DesignError, TooLittleData
        As :meth:`~lorpredict.study.PublishedAnalysis.to_be_told`.
    """
    told = analysis if analysis.smallest_cell else analysis.to_be_told(smallest_cell)
    body = [tell(told) for tell in _SECTIONS]
    ends = f" {capitalised(SYNTHETIC)}." if told.synthetic else ""
    return page(
        f"Published analysis: {told.cohort}",
        _head(told),
        _summary(told),
        _contents(body),
        element("main", body),
        element("footer", f"Written by lorpredict from the cohort itself, not by hand.{ends}"),
    )


def _head(analysis: PublishedAnalysis) -> Html:
    link = element("a", "Beijing 2025", href="https://doi.org/10.21037/tp-2025-344")
    return element(
        "header",
        element("h1", f"The published analysis: {analysis.cohort}"),
        paragraph(
            "Secondary loss of response to infliximab in children with Crohn's disease: the "
            "figures and tables of ",
            link,
            " made anew from this cohort, and beside each what the paper's choices cost.",
            kind="lead",
        ),
        caution(analysis),
    )


def _summary(analysis: PublishedAnalysis) -> Html:
    told = [paragraph(each) for each in _sentences(analysis)]
    return element("section", element("h2", "In short", id="summary"), told,
                   class_="summary", aria_labelledby="summary")  # fmt: skip


def _sentences(analysis: PublishedAnalysis) -> Iterator[str]:
    children, events = analysis.flow.at_risk, analysis.events
    yield (
        f"Of {children} children with a response at week 14, {events} lost it "
        f"({percent(events / children, 0)}){_by(analysis)}."
    )
    yield (
        f"{analysis.candidates} characteristics were tried one at a time on {events} losses of "
        "response; what stands out among so many may do so by chance."
    )
    published, week_14 = analysis.codings[:2]
    if published.effect and week_14.effect:
        yield (
            "The immunomodulator's hazard ratio, alone, is "
            f"{published.effect.told} as the paper codes it, and {week_14.effect.told} when it is "
            "coded at week 14, as it was known then."
        )
    yield "Nothing here is the effect of a treatment: none was given at random."


def _by(analysis: PublishedAnalysis) -> str:
    points = analysis.curve.points.set_index("months_since_first_infusion")["lost"]
    found = [
        f"{percent(float(points[month]))} by {month} months"
        for month in (12, 24, 36)
        if month in points.index
    ]
    if not found:
        return ""
    return f"; by Kaplan-Meier, since the first infusion, {', '.join(found)}"


def _contents(body: list[Html]) -> Html:
    found = [match for each in body for match in _HEADING.findall(each)]
    links = [element("li", element("a", Html(title), href=f"#{to}")) for to, title in found]
    return element("nav", element("ol", links), aria_label="Contents")
