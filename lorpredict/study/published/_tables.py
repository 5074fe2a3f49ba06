"""The analysis as tables, as figures by name, and in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from lorpredict.errors import counted_children
from lorpredict.outcome import outcome_label
from lorpredict.study.published._codings import Coding
from lorpredict.study.published._lifelines import Effect
from lorpredict.synthetic import CAUTION

if TYPE_CHECKING:
    from lorpredict.study.published._analysis import PublishedAnalysis

CODED = {
    "published": "more than 6 months, as if known from the first infusion",
    "week 14": "at week 14, clock from week 14",
    "landmark at 6 months": "more than 6 months, clock from month 6",
    "over time": "more than 6 months, counted from month 6 on",
}


def tables(analysis: PublishedAnalysis) -> dict[str, pd.DataFrame]:
    """Tables by name; a cell is empty where a count is hidden or there is none."""
    made = {
        "flow": _flow(analysis),
        "table_1": _table_one(analysis),
        "loss_of_response": analysis.curve.points,
        "table_2": _table_two(analysis),
        "table_3": _table_three(analysis),
        "stratified_curves": _panels(analysis),
        "trough": _trough(analysis),
        "intensified_after_low_trough": _optimisation(analysis),
        "immunomodulator_codings": _codings(analysis),
        "cuts_and_numbers": _shapes(analysis),
        "published_and_ours": analysis.beside_the_paper(),
    }
    return {name: _with_caution(table, analysis) for name, table in made.items()}


def _with_caution(table: pd.DataFrame, analysis: PublishedAnalysis) -> pd.DataFrame:
    """A table of children who do not exist says so in every row, wherever it is copied to."""
    if not analysis.synthetic:
        return table
    return table.assign(synthetic=True if analysis.wholly_synthetic else "in part")


def _flow(analysis: PublishedAnalysis) -> pd.DataFrame:
    flow = analysis.flow
    rows: list[tuple[str, str, int | None]] = [("started", "children in the cohort", flow.started)]
    rows += [("left out", reason, count) for reason, count in flow.left_out.items()]
    rows += [("analysed", "at risk at the landmark", flow.at_risk)]
    rows += [("kept, not known", reason, count) for reason, count in flow.unknown.items()]
    rows += [("kept, ambiguous", reason, count) for reason, count in flow.flagged.items()]
    rows += [("ended", outcome_label(name), count) for name, count in flow.ended.items()]
    return _whole(pd.DataFrame(rows, columns=["step", "what", "n"]), "n")


def _table_one(analysis: PublishedAnalysis) -> pd.DataFrame:
    rows = [
        {
            "part": line.part,
            "characteristic": line.label,
            "unit": line.unit,
            "as": line.summary,
            "measured": line.measured,
            "missing": line.missing,
            "told": line.told,
            "published": line.told_published,
            "reason": line.reason,
        }
        for line in analysis.table_one
    ]
    return _whole(pd.DataFrame(rows), "measured", "missing")


def _table_two(analysis: PublishedAnalysis) -> pd.DataFrame:
    rows = [
        {
            "characteristic": row.label,
            "group": row.group,
            "rest": row.rest,
            "lost_in_group": row.lost and row.lost[0],
            "lost_in_rest": row.lost and row.lost[1],
            "not_lost_in_group": row.not_lost and row.not_lost[0],
            "not_lost_in_rest": row.not_lost and row.not_lost[1],
            "missing": row.missing and sum(row.missing),
            "log_rank": row.statistic,
            "p": row.p,
            "reason": row.reason,
        }
        for row in analysis.table_two
    ]
    counts = ("lost_in_group", "lost_in_rest", "not_lost_in_group", "not_lost_in_rest", "missing")
    return _whole(pd.DataFrame(rows), *counts)


def _effect(effect: Effect | None) -> dict[str, float | None]:
    ratio, low, high = effect.ratio if effect else (None, None, None)
    return {
        "beta": effect.coefficient if effect else None,
        "se": effect.error if effect else None,
        "wald": effect.wald if effect else None,
        "hazard_ratio": ratio,
        "low": low,
        "high": high,
        "p": effect.p if effect else None,
    }


def _table_three(analysis: PublishedAnalysis) -> pd.DataFrame:
    model = analysis.table_three
    rows = [
        {
            "characteristic": term.label,
            "group": term.group,
            **_effect(term.effect),
            "children": model.children,
            "events": model.events,
            "reason": term.reason,
        }
        for term in model.terms
    ]
    return _whole(pd.DataFrame(rows), "children", "events")


def _panels(analysis: PublishedAnalysis) -> pd.DataFrame:
    found = [
        curve.points.assign(characteristic=panel.label, group=curve.name)
        for panel in analysis.panels
        for curve in panel.curves
    ]
    columns = ["characteristic", "group", "months_since_first_infusion", "at_risk", "lost"]
    columns += ["low", "high"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def _trough(analysis: PublishedAnalysis) -> pd.DataFrame:
    found = analysis.trough
    rows = [
        {
            "group": each.name, "measured": each.measured, "missing": each.missing,
            "mean_ug_ml": each.mean, "sd_ug_ml": each.sd, "t": found.t, "p": found.p,
            "reason": found.reason,
        }
        for each in found.groups
    ]  # fmt: skip
    nothing = [{"group": "", "measured": None, "missing": None, "reason": found.reason}]
    return _whole(pd.DataFrame(rows or nothing), "measured", "missing")


def _optimisation(analysis: PublishedAnalysis) -> pd.DataFrame:
    found = analysis.optimisation
    groups = {
        "intensified": found.intensified, "not intensified": found.others,
        "not known": found.missing,
    }  # fmt: skip
    rows = [
        (name, pair and pair[0], pair and pair[1], found.reason) for name, pair in groups.items()
    ]
    table = pd.DataFrame(rows, columns=["group", "lost", "not_lost", "reason"])
    return _whole(table, "lost", "not_lost")


def _codings(analysis: PublishedAnalysis) -> pd.DataFrame:
    rows = [_of_coding(each) for each in analysis.codings]
    counts = ("children", "events", "treated", "events_in_treated")
    return _whole(pd.DataFrame(rows), *counts)


def _of_coding(coding: Coding) -> dict[str, Any]:
    lost, not_lost = coding.lost, coding.not_lost
    return {
        "coding": CODED[coding.way],
        "adjusted": "as in Table 3" if coding.adjusted else "alone",
        "not_adjusted_for": ", ".join(coding.without),
        **_effect(coding.effect),
        "children": coding.children,
        "events": coding.events,
        "treated": lost[0] + not_lost[0] if lost and not_lost else None,
        "events_in_treated": lost and lost[0],
        "reason": coding.reason,
    }


def _shapes(analysis: PublishedAnalysis) -> pd.DataFrame:
    rows = [
        {
            "characteristic": each.label, "cut": each.cut, "children": each.children,
            "chi2_of_cut": each.statistic_cut, "p_of_cut": each.p_cut,
            "chi2_of_number": each.statistic_number, "p_of_number": each.p_number,
            "reason": each.reason,
        }
        for each in analysis.shapes
    ]  # fmt: skip
    return _whole(pd.DataFrame(rows), "children")


def _whole(table: pd.DataFrame, *counts: str) -> pd.DataFrame:
    """Counts are whole numbers, also beside a cell that is empty."""
    return table.assign(**{name: table[name].astype("Int64") for name in counts})


def metrics(analysis: PublishedAnalysis) -> dict[str, float]:
    """Figures by name; what is hidden or not defined is absent."""
    return dict(_metrics(analysis))


def _metrics(analysis: PublishedAnalysis) -> Iterator[tuple[str, float]]:
    yield "children", float(analysis.flow.at_risk)
    yield "events", float(analysis.events)
    yield "events_per_candidate", analysis.events_per_candidate
    points = analysis.curve.points
    for months, lost in zip(points["months_since_first_infusion"], points["lost"], strict=True):
        yield f"lost_percent_by_{months}_months", 100 * float(lost)
    for term in analysis.table_three.terms:
        if term.effect:
            yield f"hazard_ratio/{term.key}", term.effect.ratio[0]
    for coding in analysis.codings:
        if coding.effect and not coding.adjusted:
            yield f"immunomodulator/{coding.way.replace(' ', '_')}", coding.effect.ratio[0]
    if analysis.trough.t is not None:
        yield "trough_t", analysis.trough.t


def lines(analysis: PublishedAnalysis) -> list[str]:
    """What a person reads before any table."""
    return list(_lines(analysis))


def _lines(analysis: PublishedAnalysis) -> Iterator[str]:
    yield f"published analysis of {analysis.cohort}: {counted_children(analysis.flow.at_risk)}"
    if analysis.synthetic:
        yield CAUTION.replace("trained on ", "")
    yield (
        f"{analysis.events} lost response; {analysis.events_per_candidate:.1f} for each of "
        f"{analysis.candidates} characteristics that were tried"
    )
    points = analysis.curve.points.set_index("months_since_first_infusion")["lost"]
    for months in (12, 24, 36):
        if months in points.index:
            lost = 100 * float(points[months])
            yield f"lost response by {months} months since the first infusion: {lost:.1f} %"
    yield "hazard ratio of an immunomodulator, alone:"
    for coding in analysis.codings:
        if not coding.adjusted:
            ratio = coding.effect.told if coding.effect else coding.reason
            yield f"  {CODED[coding.way]}: {ratio}"
    if analysis.smallest_cell:
        yield f"counts below {analysis.smallest_cell} are hidden, with what would tell them"
