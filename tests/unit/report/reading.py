"""What a person reads of an HTML page, and what its tables hold."""

from __future__ import annotations

from html.parser import HTMLParser

_NOT_READ = {"style", "pre", "script"}
_ENDS_A_LINE = {
    "p",
    "li",
    "tr",
    "h1",
    "h2",
    "h3",
    "dd",
    "figcaption",
    "caption",
    "title",
    "summary",
}
_VOID = {"meta", "br", "hr", "img", "link", "input"}


class Reading(HTMLParser):
    """A page, read once.

    ``text`` is what is read, line by line; code is left out. ``open`` are elements that were not
    closed, ``ids`` every id, ``links`` where links within the page lead.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._said: list[str] = []
        self.feed(page)
        self.text = "".join(self._said)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.elements.append((tag, known))
        self.ids += [known["id"]] if known.get("id") else []  # type: ignore[list-item]
        self.links += [known["href"][1:]] if (known.get("href") or "").startswith("#") else []  # type: ignore[index]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self._said.append("\n" if tag in _ENDS_A_LINE else " " if tag in ("td", "th") else "")

    def handle_data(self, data: str) -> None:
        if not _NOT_READ.intersection(self.open):
            self._said.append(data)
