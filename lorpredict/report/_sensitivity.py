"""What would be found if what cannot be known were otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from lorpredict.errors import capitalised
from lorpredict.report._findings import SMALLEST, Findings, number, percent
from lorpredict.report._head import caution
from lorpredict.report._html import Html, Inside, bullets, paragraph, section, table
from lorpredict.sensitivity import FACTORS, IMPUTATIONS, MAIN, WITHIN, tipping_factor
from lorpredict.study._small_cells import is_small


def sensitivity(findings: Findings) -> Html:
    """Tell how much of the champion's figures hangs on what cannot be known."""
    found, label = findings.development.sensitivity, findings.label(findings.champion)
    return section(
        "Sensitivity analyses",
        "sensitivity",
        caution(findings),
        paragraph(
            f"Three things about children cannot be known for sure, and {label} is judged as if "
            "each were otherwise, where these children let it be asked: who belonged to those at "
            "risk, whether children whose observation ended for another reason would have lost "
            "response sooner, and when between two visits a response was lost. The last two move "
            "what was observed, and with it the level; discrimination and spread are not asked "
            f"again. Ends of observation are drawn {IMPUTATIONS} times, so the row of 1 time "
            "differs a little from the main analysis."
        ),
        table(
            _header(findings),
            _rows(findings, found.table),
            caption=f"{label}, as if it were otherwise; {findings.caution}",
        ),
        paragraph(_tipping_point(found.table)),
        bullets(findings.in_words(f"Not asked: {note}.") for note in found.notes),
    )


def _header(findings: Findings) -> list[Inside]:
    by_day = [
        f"{words}, day {day:g}"
        for day in findings.horizons.values()
        for words in ("Observed risk", "Observed / expected")
    ]
    return ["Analysis", "Children", *by_day, "Uno's C"]


def _rows(findings: Findings, told: pd.DataFrame) -> Iterator[list[Inside]]:
    for analysis, rows in told.groupby("analysis", sort=False):
        seen = dict(zip(rows["horizon"], rows["observed"], strict=True))
        ratio = dict(zip(rows["horizon"], rows["observed_expected"], strict=True))
        cells: list[Inside] = []
        for name in findings.horizons:
            known = name in seen
            cells.append(percent(seen[name]) if known else "–")
            cells.append(number(ratio[name], 2) if known else "–")
        c = rows["uno_c"].iloc[0]
        asked = number(c) if pd.notna(c) else "–"
        children = _children(int(rows["children"].iloc[0]), findings.children)
        yield [capitalised(str(analysis)), children, *cells, asked]


def _children(many: int, in_main: int) -> str:
    """Tell how many there are, unless that told a small count by subtraction."""
    if is_small(abs(many - in_main), SMALLEST):
        return f"fewer than {SMALLEST} {'more' if many > in_main else 'less'}"
    return f"{many}"


def _tipping_point(told: pd.DataFrame) -> str:
    low, high = WITHIN
    between = f"between {low:g} and {high:g}"
    main = told[told["analysis"] == MAIN]["observed_expected"]
    if not main.between(low, high).all():
        return (
            f"Observed over expected does not lie {between} in the main analysis; there is no "
            "tipping point to look for."
        )
    factor = tipping_factor(told)
    if factor is None:
        return (
            f"Observed over expected stays {between} even if those who left lose response "
            f"{max(FACTORS):g} times as often as the others."
        )
    return (
        f"Tipping point: observed over expected no longer lies {between} once those who left lose "
        f"response {factor:g} times as often as the others."
    )
