"""How the models were judged, and how well they did on children they had not seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from lorpredict.errors import capitalised, interval_text
from lorpredict.evaluation import measure_label, measures
from lorpredict.report._findings import Findings, number
from lorpredict.report._head import caution
from lorpredict.report._html import (
    Html,
    Inside,
    bullets,
    element,
    folded,
    joined,
    paragraph,
    section,
    spanned,
    spanning,
    table,
)
from lorpredict.report._pictures import by_family, of_family, optimism
from lorpredict.survival import Floats

_IN_COMPARISON = (
    "auc",
    "brier",
    "index_of_prediction_accuracy",
    "calibration_slope",
    "observed_expected",
    "ici",
    "mean_net_benefit",
)
_ESTIMATORS = ("cross-validation", "bootstrap", "apparent")
_SHORT = {"higher": "higher is better", "lower": "lower is better"}


def plan(findings: Findings) -> Html:
    """Tell how the models were judged, and why so."""
    how = findings.evaluation.plan
    first = how.lines()[0].removeprefix("Plan of validation: ")
    grid = ", ".join(f"{day + findings.clock:.0f}" for day in findings.evaluation.days)
    days = " and ".join(f"{day:g}" for day in findings.horizons.values())
    return section(
        "How the models were judged",
        "plan",
        paragraph(
            f"{capitalised(first)}. The whole pipeline, with imputation, scaling and the "
            "choice of penalties, was learnt anew in every fold and resample."
        ),
        bullets(findings.in_words(why) for why in how.reasons),
        element("dl", *_items({
            "Horizons": f"day {days} since the first infusion",
            "Intervals": _intervals(findings),
            "Figure told first": "cross-validation, for every family; the apparent figure never",
            "Grid of the integrated Brier score": f"days since the first infusion: {grid}",
        })),
        _tuned(findings),
    )  # fmt: skip


def _tuned(findings: Findings) -> Html:
    """Tell what tuning chose for the models that learnt from all children."""
    chosen = findings.development.choices
    if not chosen:
        return Html("")
    told = (
        f"{findings.label(name)}: {findings.in_words(str(choice))}"
        for name, choice in chosen.items()
    )
    return joined(
        element("h3", "Settings that were tuned"),
        paragraph(
            "Chosen by the integrated Brier score on five inner folds of all children; every fold "
            "and resample above chose its own."
        ),
        bullets(told),
    )


def _intervals(findings: Findings) -> str:
    draws = findings.evaluation.plan.draws
    if not draws:
        return "none: the plan draws no children anew"
    return (
        f"95 %, from {draws} draws of children and of folds; they hold the chance in who was seen "
        "and in how the folds fell"
    )


def _items(told: dict[str, str]) -> list[Html]:
    return [joined(element("dt", key), element("dd", text)) for key, text in told.items()]


def performance(findings: Findings) -> Html:
    """Tell every measure of every family, in tables and pictures."""
    return section(
        "Performance on children the models had not seen",
        "performance",
        caution(findings),
        _comparison(findings),
        by_family(findings, "uno_c"),
        _pictures(findings, _accuracy(findings)),
        _flattery(findings),
        folded("Every measure, in full", caution(findings), _in_full(findings)),
        folded("Every other measure as a picture", caution(findings), _other_pictures(findings)),
    )


def _flattery(findings: Findings) -> Html:
    title = element("h3", "What each model flatters itself")
    if not findings.evaluation.instability:
        return joined(title, paragraph("Not told: the plan has no bootstrap."))
    return joined(title, _optimism(findings), optimism(findings))


def _accuracy(findings: Findings) -> list[str]:
    names = ("index_of_prediction_accuracy", "brier")
    return [f"{name}_{day}" for name in names for day in findings.horizons]


def _pictures(findings: Findings, keys: Iterable[str]) -> Html:
    drawn = [element("div", by_family(findings, key)) for key in keys]
    return element("div", drawn, class_="pair")


def _other_pictures(findings: Findings) -> Html:
    shown = {"uno_c", *_accuracy(findings)}
    keys = dict.fromkeys(findings.evaluation.estimates["measure"])
    return _pictures(findings, (key for key in keys if key not in shown))


def _comparison(findings: Findings) -> Html:
    known = {each.name: each for each in measures()}
    labels = [known[name].label.replace("/", "/ ") for name in _IN_COMPARISON]
    header: list[Inside] = ["Model", "Uno's C", "By day", *labels]
    rows = [row for name in _in_order(findings) for row in _rows_of(findings, name)]
    wanted = "; ".join(
        f"{known[name].label}: {_wanted(known[name].better)}" for name in ("uno_c", *_IN_COMPARISON)
    )
    caption = joined(
        f"Headline figures {findings.intervals}, by cross-validation; {findings.caution}",
        element(
            "small",
            f"Days since the first infusion. {wanted}. The integrated calibration index is never "
            "below zero: in few children it and its interval lie above zero for a perfect model "
            "too.",
        ),
    )
    return table(header, rows, caption=caption, kind="comparison")


def _in_order(findings: Findings) -> tuple[str, ...]:
    return (*findings.served, *findings.others)


def _rows_of(findings: Findings, family: str) -> Iterator[list[Inside]]:
    aliases = {name: alias for alias, name in findings.verdicts.served.items()}
    many = len(findings.horizons)
    alias = element("small", aliases[family]) if family in aliases else ""
    for place, (key, day) in enumerate(findings.horizons.items()):
        cells = [_cell(findings, family, f"{name}_{key}") for name in _IN_COMPARISON]
        begun: list[Inside] = []
        if place == 0:
            c = _inside(findings, family, "uno_c")
            begun = [spanning([findings.label(family), alias], many), spanned(c, many)]
        yield [*begun, element("td", f"{day:g}"), *cells]


def _cell(findings: Findings, family: str, key: str) -> Html:
    return element("td", _inside(findings, family, key))


def _inside(findings: Findings, family: str, key: str) -> Html:
    value, ends = findings.figure(family, key)
    return joined(value, element("small", _minus(ends)) if ends else "")


def _or_dash(value: float) -> str:
    return number(value) if np.isfinite(value) else "–"


def _minus(words: str) -> str:
    return words.replace("-", "−")


def _wanted(better: str | float) -> str:
    return _SHORT[better] if isinstance(better, str) else f"{better:g} is ideal"


def _optimism(findings: Findings) -> Html:
    told = findings.evaluation.estimates
    wide = told[told["measure"] == "uno_c"].pivot(
        index="family", columns="estimator", values="estimate"
    )
    wide = wide.reindex(index=_in_order(findings), columns=list(_ESTIMATORS))
    rows: list[list[Inside]] = []
    for name in _in_order(findings):
        first, corrected, apparent = map(float, wide.loc[name].to_numpy(dtype=float).ravel())
        told_of = (first, corrected, apparent, apparent - first)
        rows.append([findings.label(name), *(_or_dash(each) for each in told_of)])
    small = "Apparent: on the children a model learnt from, to be seen through."
    return table(
        ["Model", "Cross-validation", "Corrected by the bootstrap", "Apparent",
         "Apparent above cross-validation"], rows,
        caption=joined(f"Uno's C in three ways; {findings.caution}", element("small", small)),
    )  # fmt: skip


def _in_full(findings: Findings) -> Html:
    return joined(_of_family(findings, name) for name in _in_order(findings))


def _of_family(findings: Findings, family: str) -> Html:
    told = findings.evaluation.estimates
    of_family = told[told["family"] == family].set_index(["measure", "estimator"])
    rows = [
        [measure_label(key), *_estimates(of_family.loc[key])]
        for key in dict.fromkeys(key for key, _ in of_family.index)
    ]
    header = ["Measure", "Cross-validation (95 %)", "Spread over folds or repeats",
              "Not defined in", "Corrected by the bootstrap", "Apparent"]  # fmt: skip
    small = "Not defined in: draws of children in which the measure does not exist."
    caption = joined(f"{findings.label(family)}; {findings.caution}", element("small", small))
    return table(header, rows, caption=caption)


def _estimates(found: pd.DataFrame) -> list[Inside]:
    columns = ["estimate", "low", "high", "spread", "undefined"]
    wide = found.reindex(_ESTIMATORS)[columns].astype(float).to_numpy()
    first, corrected, apparent = wide
    return [
        _with_ends(first),
        _or_dash(first[3]),
        f"{first[4]:.0f}" if np.isfinite(first[4]) else "–",
        _or_dash(corrected[0]),
        _or_dash(apparent[0]),
    ]


def _with_ends(found: Floats) -> Html:
    ends = interval_text(float(found[1]), float(found[2]))
    return element("td", _or_dash(found[0]), element("small", _minus(ends)) if ends else "")


def single_models(findings: Findings) -> Html:
    """Show calibration, net benefit and instability of every family."""
    without = (
        paragraph("The plan has no bootstrap: how far single risks move was not asked.")
        if not findings.evaluation.instability
        else ""
    )
    return section(
        "Calibration, net benefit and stability",
        "single-models",
        caution(findings),
        without,
        [_single_model(findings, name) for name in findings.served],
        [
            folded(findings.label(name), caution(findings), _single_model(findings, name))
            for name in findings.others
        ],
    )


def _single_model(findings: Findings, name: str) -> Html:
    sure = f"How sure the risk of one child is. {findings.interval_method(name)}"
    return joined(of_family(findings, name), paragraph(sure))
