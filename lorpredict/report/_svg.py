"""A picture as SVG that stands within a page, the same bytes for the same picture."""

from __future__ import annotations

import re
from io import StringIO

import matplotlib
from matplotlib.figure import Figure

from lorpredict.report._html import Html, element

_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def inline_svg(figure: Figure, name: str, *, says: str) -> Html:
    """Return a picture as an element of a page.

    Parameters
    ----------
    name
        Begins every id within, so that two pictures of a page share none.
    says
        What is to be seen, for those who do not see it.
    """
    drawn = StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "lorpredict"}):
        figure.savefig(drawn, format="svg", metadata=_NO_METADATA, transparent=True)
    return Html(_within_a_page(drawn.getvalue(), name, says))


def _within_a_page(drawn: str, name: str, says: str) -> str:
    picture = drawn[drawn.index("<svg") :].strip()
    picture = re.sub(r"\s*<metadata>.*?</metadata>", "", picture, flags=re.S)
    picture = re.sub(r"<!--.*?-->\n?", "", picture, flags=re.S)
    picture = re.sub(r' id="', f' id="{name}-', picture)
    picture = re.sub(r"url\(#", f"url(#{name}-", picture)
    picture = re.sub(r'href="#', f'href="#{name}-', picture)
    head, rest = picture.split(">", 1)
    box = re.search(r'viewBox="[^"]*"', head)
    width = re.search(r'width="([\d.]+)pt"', head)
    if box is None or width is None:
        raise ValueError("the picture has no size")
    widest = f"max-width:{float(width[1]) * 1.45:.0f}px"
    begun = (
        f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" {box[0]} style="{widest}" '
        f'role="img" aria-labelledby="{name}-says" xmlns="http://www.w3.org/2000/svg">'
    )
    return begun + element("title", says, id=f"{name}-says") + rest
