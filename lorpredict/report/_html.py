"""HTML, put together from small pieces; whatever is not HTML yet is escaped.

>>> element("p", "a < b")
'<p>a &lt; b</p>'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Inside = str | Iterable["Inside"]


def joined(*inside: Inside) -> Html:
    """Put pieces behind one another."""
    return Html("".join(_text(each) for each in inside))


def element(name: str, *inside: Inside, **attributes: str | None) -> Html:
    """Return one element; ``class_`` is its class, and an attribute of None is left out."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{told}>{joined(*inside)}</{name}>")


def paragraph(*inside: Inside, kind: str | None = None) -> Html:
    """Return a paragraph."""
    return element("p", *inside, class_=kind)


def bullets(items: Iterable[Inside], *, kind: str | None = None) -> Html:
    """Return a list; nothing where it would be empty."""
    told = [element("li", each) for each in items]
    return element("ul", told, class_=kind) if told else Html("")


def section(title: str, anchor: str, *inside: Inside) -> Html:
    """Return a section with its heading, which the table of contents leads to."""
    heading = element("h2", title, id=anchor)
    return element("section", heading, *inside, aria_labelledby=anchor)


def folded(summary: str, *inside: Inside) -> Html:
    """Return what is shown when somebody asks, and always on paper."""
    return element("details", element("summary", summary), element("div", *inside))


def table(
    header: Sequence[Inside],
    rows: Iterable[Sequence[Inside]],
    *,
    caption: Inside,
    kind: str | None = None,
) -> Html:
    """Return a table whose first column names its rows.

    A cell that is HTML beginning with ``<th`` or ``<td`` stands as it is.
    """
    head = element("tr", [element("th", each, scope="col") for each in header])
    body = [element("tr", [_cell(each, number) for number, each in enumerate(row)]) for row in rows]
    told = element(
        "table",
        element("caption", element("span", caption)),
        element("thead", head),
        element("tbody", body),
        class_=kind,
    )
    # Reached by the keyboard, since it may have to be scrolled.
    return element("div", told, class_="wide", tabindex="0")


def spanning(text: Inside, rows: int) -> Html:
    """Return the name of several rows of a table."""
    return element("th", text, scope="rowgroup", rowspan=str(rows))


def spanned(text: Inside, rows: int) -> Html:
    """Return a cell that holds for several rows of a table."""
    return element("td", text, rowspan=str(rows))


def figure(picture: Html, caption: Inside) -> Html:
    """Return a picture with what is to be seen in it."""
    return element("figure", picture, element("figcaption", caption))


def badge(text: str, kind: str) -> Html:
    """Return a word in a colour; the word says it all, the colour only helps."""
    return element("span", text, class_=f"badge {kind}")


def page(title: str, *inside: Inside) -> Html:
    """Return the whole document; it needs neither network nor script."""
    style = files("lorpredict.report").joinpath("report.css").read_text("utf-8")
    head = joined(
        Html('<meta charset="utf-8">\n'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">\n'),
        element("title", title),
        Html(f"\n<style>\n{style}</style>\n"),
    )
    body = element("html", Html("\n"), element("head", head), element("body", *inside), lang="en")
    return Html(f"<!DOCTYPE html>\n{body}\n")


def _cell(content: Inside, number: int) -> Html:
    if isinstance(content, Html) and content.startswith(("<th", "<td")):
        return content
    return element("td", content) if number else element("th", content, scope="row")


def _text(inside: Inside) -> str:
    if isinstance(inside, Html):
        return inside
    if isinstance(inside, str):
        return escape(inside)
    return "".join(_text(each) for each in inside)
