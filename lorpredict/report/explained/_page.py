"""The page: one HTML file that asks no other host for anything, and forbids itself to."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

from lorpredict.errors import counted_children
from lorpredict.packaged import PackagedModel
from lorpredict.report._html import Html, Inside, element, folded, joined, paragraph, section
from lorpredict.report.explained import _head, _stills, _tables
from lorpredict.report.explained._content import as_json, content
from lorpredict.report.explained._explained import ExplainedCohort, Records, explain_cohort

# In the order in which they stand on one another.
_SCRIPTS = ("read.js", "draw.js", "clouds.js", "field.js", "child.js", "page.js")


def explanation_page(model: PackagedModel, records: Records, **asked: Any) -> str:
    """Write the explanation of a model on a cohort, to look around in.

    The file is whole in itself: style, script and numbers are inside, and nothing is fetched. It
    holds the values of children, rounded and without identifiers, dates and hospitals; their order
    is that of their risk, so that no row of a file can be found by its number. With the script
    switched off it shows the last month.

    Parameters
    ----------
    model : PackagedModel
    records
        As in :meth:`lorpredict.PackagedModel.predict`.
    asked
        ``cohort``, ``seed`` and ``most_shown`` of :func:`explain_cohort`, which also tells what is
        refused.

    Returns
    -------
    str
        HTML.
    """
    return page_of(explain_cohort(model, records, **asked))


def page_of(explained: ExplainedCohort) -> str:
    """Write the page of what was explained already."""
    script = _script()
    body = [
        _head.head(explained),
        element(
            "main",
            _head.model(explained),
            _importance(explained),
            _controls(explained),
            _beeswarm(explained),
            _dependence(explained),
            _heat_map(explained),
            _interactions(explained),
            _child(explained),
        ),
        element("footer", "Written by lorpredict from the model itself, not by hand."),
        element("script", as_json(content(explained)), id="explained", type="application/json"),
        element("script", script),
    ]
    title = f"What moves the predictions of {explained.facts.name}"
    whole = element("html", _document_head(title, script), element("body", *body), lang="en")
    return f"<!DOCTYPE html>\n{whole}\n"


def _document_head(title: str, script: Html) -> Html:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    style = _resource("lorpredict.report", "report.css") + _resource(__package__, "page.css")
    return element(
        "head",
        Html('<meta charset="utf-8">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html('<meta name="referrer" content="no-referrer">'),
        element("title", title),
        Html(f"<style>\n{style}</style>"),
    )


def _script() -> Html:
    parts = [_resource(__package__, name) for name in _SCRIPTS]
    return Html('"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n")


def _resource(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text("utf-8")


def _importance(explained: ExplainedCohort) -> Html:
    over = " over time" if explained.words.changes_with_time else ""
    everyone = counted_children(len(explained.everyone.values))
    return section(
        f"What matters on average{over}",
        "importance",
        paragraph(
            f"Mean absolute contribution of each predictor over all {everyone} of the cohort. No "
            "single child can be read from it.",
            kind="lead",
        ),
        element("figure", _stills.importance(explained)),
        folded("The same as a table", _tables.importance(explained)),
    )


def _controls(explained: ExplainedCohort) -> Html:
    """Return where the month is chosen; the script shows it."""
    if not explained.words.changes_with_time:
        return Html("")
    return element(
        "div",
        element("label", "Time: by ", element("output", "", id="month-told"), for_="month"),
        _slider("month", least="0", most="0", value="0"),
        class_="controls bar",
        hidden="",
    )


def _beeswarm(explained: ExplainedCohort) -> Html:
    return section(
        "All children",
        "all-children",
        paragraph("A dot is a child; to the right it adds to the prediction.", kind="lead"),
        _picture("beeswarm", _stills.beeswarm(explained), _tables.beeswarm(explained)),
    )


def _dependence(explained: ExplainedCohort) -> Html:
    name = explained.strongest[0]
    return section(
        "One predictor: its value and what it does",
        "one-predictor",
        _choices(("predictor", "Predictor"), ("shade", "Coloured by")),
        _picture(
            "dependence", _stills.dependence(explained, name), _tables.dependence(explained, name)
        ),
    )


def _heat_map(explained: ExplainedCohort) -> Html:
    return section(
        "Every child and every predictor",
        "heat-map",
        paragraph("A column is a child, in order of the prediction above it.", kind="lead"),
        _picture("field", _stills.heat_map(explained), _tables.heat_map(explained)),
    )


def _interactions(explained: ExplainedCohort) -> Html:
    pairs = explained.pairs(1)
    if not pairs:
        told = (
            f"On the {explained.words.short} this model adds its predictors up one by one: no two "
            "of them do anything together that they do not do alone."
        )
        return section("Two predictors together", "two-predictors", paragraph(told))
    told = (
        "What two predictors do together beyond what each does alone. It is part of the "
        "contributions above, half of it in each of the two. The strongest pairs can be chosen."
    )
    return section(
        "Two predictors together",
        "two-predictors",
        paragraph(told, kind="lead"),
        _choices(("pair", "Pair")),
        _picture(
            "together",
            _stills.interaction(explained, *pairs[0]),
            _tables.interaction(explained, *pairs[0]),
        ),
    )


def _child(explained: ExplainedCohort) -> Html:
    many = len(explained.shown.values)
    position = (many - 1) // 2
    chooser = element(
        "div",
        element("label", "Child ", element("output", "", id="child-told"), for_="child"),
        _slider("child", least="1", most=str(many), value=str(position + 1)),
        class_="controls",
        hidden="",
    )
    told = f"Child {position + 1} of {many} in order of risk."
    return section(
        "One child",
        "one-child",
        chooser,
        element("p", told, class_="still"),
        paragraph(explained.model.interval_method, kind="lead"),
        _picture("child-picture", _stills.child(explained, position),
                 _tables.child(explained, position), opened=True),
    )  # fmt: skip


def _slider(key: str, *, least: str, most: str, value: str) -> Html:
    made = element("input", type="range", id=key, min=least, max=most, value=value, step="1")
    return Html(made.removesuffix("</input>"))


def _choices(*named: tuple[str, str]) -> Html:
    fields = [
        [element("label", label, for_=key), element("select", "", id=key)] for key, label in named
    ]
    return element("div", [element("span", each) for each in fields], class_="controls", hidden="")


def _picture(name: str, still: Html, table: Inside, *, opened: bool = False) -> Html:
    """Return a picture with its place for the script, what a reader points at, and its table."""
    summary = element("summary", "The same as a table")
    alternative = element("div", table, id=f"{name}-table")
    return joined(
        element("figure", still, element("div", "", id=name, class_="live", hidden="")),
        element("p", "", id=f"{name}-reading", class_="reading", role="status", hidden=""),
        element("details", summary, alternative, open="" if opened else None),
    )
