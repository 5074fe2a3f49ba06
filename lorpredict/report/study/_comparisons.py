"""Tables 2 and 3, the trough, intensified treatment, and the paper beside it all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lorpredict.cohort import as_records
from lorpredict.report._html import Html, Inside, element, folded, paragraph, spanning, table
from lorpredict.report.study._words import (
    count,
    p_value,
    part,
    plain,
    titled,
    told,
    unbroken,
    words,
)
from lorpredict.study import PublishedAnalysis
from lorpredict.study.published._comparisons import Comparison
from lorpredict.study.published._cox import Term
from lorpredict.synthetic import RECONSTRUCTED_COHORT


def table_two(analysis: PublishedAnalysis) -> Html:
    """All comparisons of the paper; those that cannot be made say why."""
    header = ["Characteristic", "Group", "Lost response", "Not lost", "Missing", "Log-rank", "P"]
    small = "Children in the group; those in the rest stand after the bar."
    title = titled(analysis, "Table 2. One characteristic at a time", small)
    rows = [_comparison(row) for row in analysis.table_two]
    return part(analysis, "table_2", table(header, rows, caption=title))


def _comparison(row: Comparison) -> list[Inside]:
    group = element(
        "td", _typeset_words(row.group), element("small", f"rest: {_typeset_words(row.rest)}")
    )
    if row.lost is None or row.not_lost is None:
        why = element("td", element("small", row.reason), colspan="5")
        return [row.label, group, why]
    missing = sum(row.missing or ())
    pairs = [unbroken(f"{a} | {b}") for a, b in (row.lost, row.not_lost)]
    if row.reason:
        why = element("td", element("small", row.reason), colspan="2")
        return [row.label, group, *pairs, f"{missing}", why]
    return [row.label, group, *pairs, f"{missing}", told(row.statistic, 3), p_value(row.p)]


def cuts(analysis: PublishedAnalysis) -> Html:
    """Each number in two groups, and as it was measured."""
    header = ["Characteristic", "Cut", "Children", "Chi² in two groups", "P", "Chi² as measured"]
    rows: list[list[Inside]] = [
        [
            each.label, _typeset(each.cut), count(each.children, each.reason),
            told(each.statistic_cut, 2),
            p_value(each.p_cut), told(each.statistic_number, 2), p_value(each.p_number),
        ]
        for each in analysis.shapes
    ]  # fmt: skip
    title = titled(analysis, "Two groups, or the number as it was measured")
    return part(analysis, "cuts", table([*header, "P"], rows, caption=title))


def _typeset_words(group: str) -> str:
    return group.replace("-1 SD", "−1 SD")


def _typeset(cut: str) -> str:
    return unbroken(cut.replace("<=", "≤").replace("-", "−"))


def table_three(analysis: PublishedAnalysis) -> Html:
    """The Cox model, and who is in it."""
    model = analysis.table_three
    header = ["Characteristic", "Group", "β", "SE", "Wald", "Hazard ratio (95 %)", "P"]
    who = "" if model.children is None else _of_model(model.children, model.events, model.left_out)
    why = paragraph(f"Not told: {plain(model.reason)}.") if model.reason else ""
    title = titled(analysis, "Table 3. Four characteristics together", who)
    return part(
        analysis,
        "table_3",
        why,
        table(header, [_term(each) for each in model.terms], caption=title),
    )


def _of_model(children: int, events: int | None, left_out: tuple[int, int] | None) -> str:
    out = sum(left_out or ())
    without = f"; {out} with a missing value are left out" if out else ""
    return f"{children} children, of whom {events} lost response{without}."


def _term(term: Term) -> list[Inside]:
    if term.effect is None:
        why = element("td", element("small", term.reason), colspan="5")
        return [term.label, _typeset_words(term.group), why]
    effect = term.effect
    numbers = [told(value, 3) for value in (effect.coefficient, effect.error, effect.wald)]
    ratio, low, high = (told(value, 3) for value in effect.ratio)
    return [
        term.label,
        _typeset_words(term.group),
        *numbers,
        f"{ratio} ({low} to {high})",
        p_value(effect.p),
    ]


def trough(analysis: PublishedAnalysis) -> Html:
    """The trough of those who lost response and of the others."""
    found = analysis.trough
    rows: list[list[Inside]] = [
        [
            each.name, count(each.measured), count(each.missing),
            f"{told(each.mean, 2)} ± {told(each.sd, 2)}" if each.measured else "–",
        ]
        for each in found.groups
    ]  # fmt: skip
    header = ["", "Measured", "Not measured", "Mean ± SD, µg/mL"]
    title = titled(analysis, "Infliximab trough at week 14")
    below = found.below_limit
    half = f" {below} were below the limit and count as half of it." if below else ""
    said = (
        f"Not told: {plain(found.reason)}."
        if found.reason
        else f"Welch's t {told(found.t, 3)} on {told(found.degrees, 1)} degrees of freedom, "
        f"P {p_value(found.p)}.{half}"
    )
    shown = table(header, rows, caption=title) if found.cells else ""
    return part(analysis, "trough", shown, paragraph(said))


def optimisation(analysis: PublishedAnalysis) -> Html:
    """Who was intensified after a low trough; what is not recorded is said."""
    found = analysis.optimisation
    if found.intensified is None or found.others is None or found.missing is None:
        return part(analysis, "optimisation", paragraph(f"Not told: {plain(found.reason)}."))
    rows: list[list[Inside]] = [
        [name, f"{lost}", f"{kept}"]
        for name, (lost, kept) in (
            ("Intensified after a low trough", found.intensified),
            ("Not intensified for that reason", found.others),
            ("Not known", found.missing),
        )
    ]
    title = titled(analysis, "Intensified because the week-14 trough was low")
    shown = table(["", "Lost response later", "Not lost"], rows, caption=title)
    return part(analysis, "optimisation", shown)


def beside(analysis: PublishedAnalysis) -> Html:
    """Published, ours, difference: every figure, table by table."""
    every = analysis.beside_the_paper()
    tables = [
        folded(
            f"{name}: {len(rows)} figures",
            table(
                ["", "Figure", "Published", "Ours", "Difference"],
                _beside(as_records(rows)),
                caption=titled(analysis, f"{name}, beside the paper"),
            ),
        )
        for name, rows in every.groupby("part", sort=False)
    ]
    note = words()["beside"]["reconstructed"]["note"] if _is_shipped(analysis) else ""
    return part(analysis, "beside", paragraph(note) if note else "", tables)


def _beside(rows: list[dict[str, Any]]) -> Iterator[list[Inside]]:
    names = [str(row["name"]) for row in rows]
    for number, row in enumerate(rows):
        first = not number or names[number - 1] != names[number]
        head: list[Inside] = [spanning(names[number], names.count(names[number]))] if first else []
        decimals = _decimals(str(row["published"]))
        ours, difference = row["ours"], row["difference"]
        cells = [str(row["figure"]), str(row["published"]), told(ours, decimals)]
        yield [*head, *(element("td", cell) for cell in (*cells, _signed(difference, decimals)))]


def _decimals(printed: str) -> int:
    return len(printed.partition(".")[2])


def _signed(value: float | None, decimals: int) -> str:
    if value is None:
        return "–"
    kept = decimals + 1 if decimals else 0  # one digit more than is printed
    text = f"{value:+.{kept}f}".replace("-", "−")
    return text if float(f"{value:.{kept}f}") else "0"


def _is_shipped(analysis: PublishedAnalysis) -> bool:
    return analysis.cohort == "beijing-reconstructed" and RECONSTRUCTED_COHORT.is_file()
