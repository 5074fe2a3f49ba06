"""HTML from small pieces."""

from __future__ import annotations

from lorpredict.report._html import bullets, element, joined, table


def test_what_is_not_html_yet_is_escaped() -> None:
    assert element("p", "a < b", title='"x"') == '<p title="&quot;x&quot;">a &lt; b</p>'


def test_what_is_html_already_stays() -> None:
    inner = element("b", "x & y")
    assert joined("1 < ", inner) == "1 &lt; <b>x &amp; y</b>"


def test_an_attribute_of_none_is_left_out() -> None:
    assert element("p", "x", class_=None, aria_label="y") == '<p aria-label="y">x</p>'


def test_an_empty_list_is_nothing() -> None:
    assert bullets([]) == ""


def test_the_first_column_names_its_row() -> None:
    found = table(["", "n"], [["girls", "28"]], caption="<Sex>")
    assert "<caption><span>&lt;Sex&gt;</span></caption>" in found
    assert '<tr><th scope="row">girls</th><td>28</td></tr>' in found
