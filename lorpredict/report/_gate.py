"""What the gate says of every family, of subgroups, of hospitals and of later children."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from lorpredict.errors import interval_text
from lorpredict.evaluation import measure_label
from lorpredict.evaluation._rules import Rule
from lorpredict.evaluation.gate import NOT_JUDGED
from lorpredict.evaluation.subgroups import FEWEST_EVENTS, subgroup_rows, subgroups
from lorpredict.report._findings import SMALLEST, Findings, count, number
from lorpredict.report._head import caution
from lorpredict.report._html import (
    Html,
    Inside,
    badge,
    element,
    folded,
    paragraph,
    section,
    table,
)
from lorpredict.study._small_cells import hidden_in_a_sum

_RULES = {
    "a": "enough events for a tree model",
    "b": "a gain over the simple model",
    "c": "accuracy above Kaplan-Meier",
    "d": "calibration",
    "e": "net benefit",
    "f": "stability, subgroups",
    "g": "no leakage",
}
_PARTITIONS = (
    ("female", "male"),
    ("below 10 years", "10 years and older"),
    ("trough measured", "trough not measured"),
)
_OF_A_PART = ("uno_c", "calibration_slope", "observed_expected", "index_of_prediction_accuracy")


def gate(findings: Findings) -> Html:
    """Tell every rule of every family with its figure, its threshold and its verdict."""
    judged = findings.verdicts.rules
    return section(
        "The gate",
        "gate",
        caution(findings),
        paragraph(
            "Rules and thresholds were set before any model was judged. Rules (a), (b), (f) and "
            "(g) decide whether a tree model may answer in place of the simple one; sample size "
            "and rules (c) to (g) decide the stage. Of several tree models that may, the best "
            "answers: its figures are those that made it the best of several on these children, "
            "and may be a little too kind."
        ),
        _overview(findings, judged),
        [_rules_of(findings, name, judged[name]) for name in findings.served],
        [
            folded(f"Rules of {findings.label(name)}", _rules_of(findings, name, judged[name]))
            for name in findings.others
            if name in judged
        ],
    )


def _overview(findings: Findings, judged: Mapping[str, tuple[Rule, ...]]) -> Html:
    rows: list[list[Inside]] = []
    for name in (*findings.served, *findings.others):
        found = {rule.letter: rule for rule in judged.get(name, ())}
        known = name in judged
        stage = findings.verdicts.stages[name] if known else NOT_JUDGED
        verdicts = [_verdict(found[letter]) if letter in found else "–" for letter in _RULES]
        rows.append([findings.label(name), stage, *verdicts])
    header = ["Model", "Stage", *(f"({letter}) {words}" for letter, words in _RULES.items())]
    return table(header, rows, caption=f"Which rules hold; {findings.caution}")


def _verdict(rule: Rule) -> Html:
    return badge("holds", "good") if rule.holds else badge("does not hold", "bad")


def _rules_of(findings: Findings, family: str, rules: tuple[Rule, ...]) -> Html:
    alias = {name: alias for alias, name in findings.verdicts.served.items()}.get(family)
    rows: list[list[Inside]] = [
        [
            f"({rule.letter}) {_name(findings, rule)}",
            findings.in_words(rule.figure),
            rule.threshold,
            _verdict(rule),
        ]
        for rule in rules
    ]
    who = f"{findings.label(family)} ({alias})" if alias else findings.label(family)
    caption = f"{who}; {findings.caution}"
    return table(["Rule", "Figure", "Needed", "Verdict"], rows, caption=caption, kind="texts")


def _name(findings: Findings, rule: Rule) -> str:
    before, over, reference = rule.name.partition(" over ")
    known = over and reference in findings.evaluation.risk
    return f"{before} over {findings.label(reference)}" if known else rule.name


def subgroups_of(findings: Findings) -> Html:
    """Tell how the served models do in subgroups, with small counts hidden."""
    shown = [_subgroups(findings, name) for name in findings.served]
    rest = [folded(findings.label(n), _subgroups(findings, n)) for n in findings.others]
    return section(
        "Subgroups",
        "subgroups",
        caution(findings),
        paragraph(
            f"A subgroup is judged from {FEWEST_EVENTS} events by the last horizon on; with fewer "
            "no figure is told, since it would be noise. Risks of all folds are ranked together "
            "here, as a few children of a fold cannot be; so the C of all children differs from "
            "the headline, which is the mean over folds, and that of one curve for all lies below "
            "a half."
        ),
        shown,
        rest,
    )


def _subgroups(findings: Findings, family: str) -> Html:
    told = subgroups(findings.evaluation, family)
    shown = _told_counts(findings, told)
    ratios = {f"observed_expected_{name}": day for name, day in findings.horizons.items()}
    rows = [
        [
            row["subgroup"],
            *shown[row["subgroup"]],
            _or_dash(row["uno_c"]),
            _or_dash(row["drop"]) if row["subgroup"] != "all children" else "–",
            *(_or_dash(row[name]) for name in ratios),
        ]
        for row in told.to_dict("records")
    ]
    header = ["Subgroup", "Children", "Lost response", "Uno's C", "Lower than in all by",
              *(f"Observed / expected by day {day:g}" for day in ratios.values())]  # fmt: skip
    return table(header, rows, caption=f"{findings.label(family)}; {findings.caution}")


def _or_dash(value: float) -> str:
    return number(value) if np.isfinite(value) else "–"


def _told_counts(findings: Findings, told: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Children and events of each subgroup; what would give a small count away is hidden."""
    rows, event = (
        subgroup_rows(findings.development.at_risk),
        findings.development.at_risk.y["event"],
    )
    rows = {"all children": np.ones(len(event), dtype=bool), **rows}
    shown: dict[str, tuple[str, str]] = {}
    for group in (("all children",), *_partitions(findings)):
        names = [name for name in group if name in set(told["subgroup"])]
        children = {name: int(rows[name].sum()) for name in names}
        events = {name: int(event[rows[name]].sum()) for name in names}
        free = {f"{name} without": children[name] - events[name] for name in names}
        kept = hidden_in_a_sum(children, SMALLEST)
        # Events of a group and those free of them add up to its children.
        hide = any(0 < many < SMALLEST for many in (*events.values(), *free.values()))
        for name in names:
            told_events = "hidden" if hide and events[name] else count(events[name])
            shown[name] = (count(kept[name]), told_events)
    return shown


def _partitions(findings: Findings) -> Iterator[tuple[str, ...]]:
    yield from _PARTITIONS
    yield tuple(n for n in subgroup_rows(findings.development.at_risk) if n.startswith("hospital "))


def parts(findings: Findings) -> Html:
    """Tell how models did in hospitals and periods that had taught them nothing."""
    told = findings.evaluation.parts
    if told.empty:
        return section(
            "Hospitals and later children",
            "parts",
            paragraph(
                "No hospital and no period was left out: the plan did not ask for it, since there "
                "is one hospital or there are few children, or no part had enough events. Whether "
                "the models hold elsewhere or later is not known."
            ),
        )
    shown = told[told["family"].isin(findings.served)]
    rest = told[~told["family"].isin(findings.served)]
    return section(
        "Hospitals and later children",
        "parts",
        caution(findings),
        paragraph("Each part was left out once, and predicted by models of all the others."),
        _parts(findings, shown),
        folded("Other models", _parts(findings, rest)) if len(rest) else "",
    )


def _parts(findings: Findings, told: pd.DataFrame) -> Html:
    measured = dict.fromkeys(told["measure"])
    keys = [key for name in _OF_A_PART for key in measured if key.startswith(name)]
    rows: list[list[Inside]] = []
    for (estimator, part, family), found in told.groupby(
        ["estimator", "part", "family"], sort=False
    ):
        by_key = found.set_index("measure")
        name = f"hospital {part}" if "site" in str(estimator) else f"{estimator} ({part})"
        cells = [_part_cell(by_key, key) for key in keys]
        rows.append([findings.in_words(name), findings.label(str(family)), *cells])
    header = ["Left out", "Model", *(measure_label(key) for key in keys)]
    return table(header, rows, caption=f"Estimates with 95 % intervals; {findings.caution}")


def _part_cell(found: pd.DataFrame, key: str) -> Html:
    if key not in found.index:
        return element("td", "–")
    row = found.loc[key]
    ends = interval_text(float(row["low"]), float(row["high"])).replace("-", "−")
    return element("td", number(float(row["estimate"])), element("small", ends) if ends else "")
