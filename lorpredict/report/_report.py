"""The report of a training: one HTML file that needs neither network nor script."""

from __future__ import annotations

import re

from lorpredict.development import MODEL_NAME, Development
from lorpredict.errors import capitalised
from lorpredict.report import (
    _children,
    _closing,
    _gate,
    _head,
    _performance,
    _sensitivity,
    _tripod,
)
from lorpredict.report._findings import Findings
from lorpredict.report._html import Html, element, page

_SECTIONS = (
    _head.use,
    _children.flow,
    _children.table_one,
    _children.missing,
    _children.follow_up,
    _children.sample_size,
    _performance.plan,
    _performance.performance,
    _performance.single_models,
    _gate.subgroups_of,
    _gate.parts,
    _sensitivity.sensitivity,
    _gate.gate,
    _closing.predictors,
    _tripod.tripod,
    _closing.regulation,
    _closing.reproducing,
    _closing.notes,
)
_HEADING = re.compile(r'<h2 id="([^"]+)">([^<]+)</h2>')


def training_report(development: Development, *, name: str = MODEL_NAME) -> str:
    """Write everything that a training found out, for people who have to judge it.

    The file is whole in itself: pictures and style are inside, and nothing is fetched. It holds no
    row and no identifier of a child, and hides counts of one to four. It says no date, so that the
    same training gives the same bytes.

    Parameters
    ----------
    development
        Models, evaluation and verdicts of one cohort.
    name
        Under which the models are registered.

    Returns
    -------
    str
        HTML.

    References
    ----------
    Collins GS, et al. TRIPOD+AI statement. BMJ 385:e078378 (2024).
    """
    return _page(Findings(development, name))


def _page(findings: Findings) -> Html:
    body = [tell(findings) for tell in _SECTIONS]
    by_whom = "Written by lorpredict from the training itself, not by hand. "
    return page(
        f"Training report: {findings.name}",
        _head.head(findings),
        _head.summary(findings),
        _head.reasons(findings),
        _contents(body),
        element("main", body),
        element("footer", f"{by_whom}{capitalised(findings.caution)}."),
    )


def _contents(body: list[Html]) -> Html:
    found = [match for each in body for match in _HEADING.findall(each)]
    links = [element("li", element("a", Html(title), href=f"#{to}")) for to, title in found]
    return element("nav", element("ol", links), aria_label="Contents")
