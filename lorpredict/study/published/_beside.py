"""What the paper prints beside what the cohort gives: one row a figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from lorpredict.study.published._children import paper

if TYPE_CHECKING:
    from lorpredict.study.published._analysis import PublishedAnalysis


@dataclass(frozen=True)
class Beside:
    """One figure, as printed and as found."""

    part: str
    name: str
    figure: str
    published: str
    ours: float | None

    @property
    def difference(self) -> float | None:
        """Ours less the published one; None where one of them is no number."""
        if self.ours is None or self.published.startswith("<"):
            return None
        return self.ours - float(self.published)


def beside_the_paper(analysis: PublishedAnalysis) -> pd.DataFrame:
    """Return every figure that the paper prints and the analysis gives.

    Returns
    -------
    DataFrame
        ``part``, ``name``, ``figure``, ``published`` (as printed), ``ours``, ``difference``; the
        last two are empty where the cohort gives no such figure, or it is hidden.
    """
    rows = [
        *_flow(analysis),
        *_table_one(analysis),
        *_curve(analysis),
        *_table_two(analysis),
        *_table_three(analysis),
        *_figure_three(analysis),
        *_trough(analysis),
    ]
    names = ("part", "name", "figure", "published", "ours", "difference")
    return pd.DataFrame([[getattr(row, name) for name in names] for row in rows], columns=names)


def _flow(analysis: PublishedAnalysis) -> Iterator[Beside]:
    who, outcome, flow = paper()["population"], paper()["outcome"], analysis.flow
    left = list(flow.left_out.values())
    out = None if None in left else sum(count or 0 for count in left)
    counts = {
        "children who began": (who["started"], flow.started),
        "left out": (who["excluded"], out),
        "analysed": (who["analysed"], flow.at_risk),
        "lost response": (outcome["secondary_lor"], analysis.curve.events),
    }
    for name, (printed, found) in counts.items():
        yield Beside("Figure 1", name, "n", str(printed), _number(found))


def _table_one(analysis: PublishedAnalysis) -> Iterator[Beside]:
    names = {"median": ("median", "Q1", "Q3"), "mean": ("mean", "SD"), "count": ("n",)}
    for line in (each for each in analysis.table_one if each.published):
        found = (line.count,) if line.summary == "count" else line.values
        ours = found or (None,) * len(line.published)
        for figure, printed, value in zip(names[line.summary], line.published, ours, strict=True):
            yield Beside("Table 1", line.label, figure, str(printed), _number(value))


def _curve(analysis: PublishedAnalysis) -> Iterator[Beside]:
    points = analysis.curve.points.set_index("months_since_first_infusion")["lost"]
    for step in paper()["kaplan_meier"]["steps"]:
        months = step["months_since_first_infusion"]
        found = 100 * float(points[months]) if months in points.index else None
        name = f"lost response by {months} months, %"
        yield Beside("Figure 2", name, "1 − Kaplan-Meier", str(step["lor_percent"]), found)


def _table_two(analysis: PublishedAnalysis) -> Iterator[Beside]:
    printed = paper()["table2"]["rows"]
    for row in analysis.table_two:
        of_paper = printed[row.key]
        for name in ("lost", "not_lost"):
            counts = of_paper["lor" if name == "lost" else "responder"]
            found = getattr(row, name) or (None, None)
            for side, number, ours in zip(("group", "rest"), counts, found, strict=True):
                figure = f"{name.replace('_', ' ')}, {side}"
                yield Beside("Table 2", row.label, figure, str(number), _number(ours))
        yield Beside("Table 2", row.label, "log-rank", f"{of_paper['chi2']:.3f}", row.statistic)
        yield Beside("Table 2", row.label, "P", of_paper["p"], row.p)


def _table_three(analysis: PublishedAnalysis) -> Iterator[Beside]:
    for term in analysis.table_three.terms:
        printed = paper()["cox"][term.key]
        low, high = printed["ci95"]
        effect = term.effect
        ratio = effect.ratio if effect else (None, None, None)
        figures: dict[str, tuple[Any, float | None]] = {
            "beta": (printed["beta"], effect.coefficient if effect else None),
            "SE": (printed["se"], effect.error if effect else None),
            "Wald": (printed["wald"], effect.wald if effect else None),
            "HR": (printed["hazard_ratio"], ratio[0]),
            "95 % low": (low, ratio[1]),
            "95 % high": (high, ratio[2]),
            "P": (printed["p"], effect.p if effect else None),
        }
        for figure, (of_paper, ours) in figures.items():
            text = of_paper if isinstance(of_paper, str) else f"{of_paper:.3f}"
            yield Beside("Table 3", term.label, figure, text, ours)


def _figure_three(analysis: PublishedAnalysis) -> Iterator[Beside]:
    """The P values beside the curves of the paper are those of its Cox model."""
    terms = {term.key: term for term in analysis.table_three.terms}
    for key, printed in paper()["figure3"].items():
        effect = terms[key].effect
        ours = effect.p if effect else None
        yield Beside("Figure 3", terms[key].label, "P (Wald)", printed["p"], ours)


def _trough(analysis: PublishedAnalysis) -> Iterator[Beside]:
    printed, found = paper()["trough_week14_ug_ml"], analysis.trough
    groups = {each.name: each for each in found.groups}
    for key, name in (("lor", "lost response"), ("responder", "not lost")):
        of_group = groups.get(name)
        for figure, entry in (("n", "n"), ("mean", "mean"), ("SD", "sd")):
            ours = getattr(of_group, "measured" if entry == "n" else entry, None)
            yield Beside("Trough", name, figure, str(printed[key][entry]), _number(ours))
    yield Beside("Trough", "Welch's test", "t", f"{printed['t']:.3f}", found.t)
    yield Beside("Trough", "Welch's test", "P", printed["p"], found.p)
    intensified = analysis.optimisation.intensified
    ours = None if intensified is None else float(sum(intensified))
    number = str(printed["optimised_after_low_trough"])
    yield Beside("Trough", "intensified because it was low", "n", number, ours)


def _number(value: float | None) -> float | None:
    return None if value is None or value != value else float(value)
