"""Is the figure that is told first right on average, and is it in its interval as often as it says?

The truth is Uno's C of the very model that would be shipped, on 20,000 children who were never
seen; where there is nothing to see it is a half. The plan is that of the library for so many
children, with 100 resamples.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.study._cells import Cell, Row, by_size
from benchmarks.study._cohorts import children
from benchmarks.study._measures import measured_alone
from lorpredict import AtRisk, evaluate, family
from lorpredict.evaluation import Predicted, choose_plan
from lorpredict.evaluation._plan import HEADLINE
from lorpredict.evaluation.discrimination import uno_c

PART = "headline"
SIZES = {"ridge": {69: 200, 300: 100, 1000: 40}, "forest": {69: 30, 300: 20, 1000: 10}}
NOTHING = {"ridge": {300: 40}}
RESAMPLES, FRESH = 100, 20_000


def cells() -> list[Cell]:
    """Return every cell, the quick ones first."""
    return by_size(PART, "plausible", SIZES, _judged) + by_size(PART, "null", NOTHING, _judged)


def true_c(model: Any, fresh: AtRisk) -> float:
    """Uno's C of a fitted model on children who were never seen."""
    days = fresh.design.horizons
    # Beyond its follow-up a model of few children tells what it told last, as the service does not.
    risk = model.predict_survival(fresh.X, np.minimum(days, model.follow_up_)).risk
    return float(np.asarray(uno_c(Predicted(risk, days, days, fresh.y, fresh.y))))


def _judged(scenario: str, name: str, n: int, number: int) -> Row:
    warnings.simplefilter("ignore")
    at_risk, chosen = children(scenario, n, number, 0), family(name)
    plan = replace(
        choose_plan(at_risk, tuning="off"),
        resamples=RESAMPLES,
        resamples_of_trees=RESAMPLES,
        by_time=False,
    )
    with measured_alone("uno_c"):
        found = evaluate(at_risk, [chosen], plan=plan, seed=number)
    model = chosen.build(at_risk.design, seed=number).fit(at_risk.X, at_risk.y)
    fresh = children(scenario, FRESH, number, 1)
    told: Row = {"events": int(at_risk.y["event"].sum()), "true": round(true_c(model, fresh), 5)}
    rows = found.estimates[found.estimates["measure"] == "uno_c"].to_dict("records")
    for row in rows:
        for end in ("estimate", "low", "high"):
            if np.isfinite(row[end]):
                told[f"{row['estimator']} {end}"] = round(float(row[end]), 5)
    return told


def table(cells: Sequence[Cell]) -> list[str]:
    """Return the result as lines of Markdown."""
    head = (
        "| scenario | family | children | cohorts | estimator | error (Monte-Carlo error) "
        "| 95 % interval holds the truth |"
    )
    rows = [line for cell in cells for line in _rows(cell)]
    return [head, "| --- | --- | ---: | ---: | --- | ---: | ---: |", *rows]


def _rows(cell: Cell) -> list[str]:
    done, about = cell.done(), cell.about
    if len(done) < 2:
        return []
    truth = np.array([row["true"] for row in done])
    told = []
    for estimator in ("cross-validation", "bootstrap", "apparent"):
        value, low, high = (
            np.array([row.get(f"{estimator} {end}", np.nan) for row in done], dtype=float)
            for end in ("estimate", "low", "high")
        )
        error = value - truth
        standard = error.std(ddof=1) / np.sqrt(len(done))
        held = (low <= truth) & (truth <= high)
        coverage = f"{100 * held.mean():.0f} %" if estimator == HEADLINE else "none told"
        told.append(
            f"| {about['scenario']} | {about['family']} | {about['children']:,} | {len(done)} "
            f"| {estimator} | {error.mean():+.4f} ({standard:.4f}) | {coverage} |"
        )
    return told
