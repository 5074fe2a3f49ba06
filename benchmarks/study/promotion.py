"""Do rules (a) and (b) promote a tree model where they should, and only there?

Log-linear cohorts are those of the plausible scenario: what is true there a linear model can see.
In the scenario of interactions it can see nothing. And where there is nothing to see at all,
nothing may be found.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from benchmarks.study._cells import Cell, Row
from benchmarks.study._cohorts import children
from benchmarks.study._measures import measured_alone
from lorpredict import evaluate, family
from lorpredict.evaluation import choose_plan
from lorpredict.evaluation._rules import FEWEST_EVENTS_FOR_TREES, is_a_gain, paired_interval

PART = "promotion"
_SLOPE = "calibration_slope_day_730"


@dataclass(frozen=True)
class Kind:
    """A kind of cohorts, the tree models that may be promoted there, and draws for intervals."""

    scenario: str
    children: int
    cohorts: int
    trees: tuple[str, ...]
    draws: int = 0

    @property
    def about(self) -> dict[str, str | int]:
        """What sets it apart, as it stands in each line."""
        return {"scenario": self.scenario, "children": self.children}


KINDS = (
    Kind("null", 300, 100, ("boosting", "forest"), draws=200),
    Kind("null", 1000, 100, ("boosting",)),
    Kind("interactions", 2000, 60, ("boosting",)),
    Kind("plausible", 1000, 60, ("boosting", "forest")),
)


def cells() -> list[Cell]:
    """Return every cell."""
    return [
        Cell(
            PART,
            kind.about,
            kind.cohorts,
            partial(_judged, kind),
        )
        for kind in KINDS
    ]


def _judged(kind: Kind, number: int) -> Row:
    warnings.simplefilter("ignore")
    at_risk = children(kind.scenario, kind.children, number, 2)
    chosen = [family("ridge"), *(family(name) for name in kind.trees)]
    plan = replace(
        choose_plan(at_risk, tuning="off"),
        resamples=0,
        resamples_of_trees=0,
        draws=kind.draws,
        repeats=5,
        by_time=False,
    )
    with measured_alone("uno_c", "calibration_slope"):
        found = evaluate(at_risk, chosen, plan=plan, seed=number)
    told: Row = {"events": int(at_risk.y["event"].sum())}
    for name, metrics in found.metrics().items():
        told[f"{name} c"] = round(metrics["uno_c"], 5)
    slope = [found.metrics()["ridge"].get(f"{_SLOPE}{end}") for end in ("", "_low", "_high")]
    told["ridge slope"] = [None if value is None else round(value, 4) for value in slope]
    for name in kind.trees:
        gain, lower, _ = paired_interval(found, name, "ridge")
        told |= {f"{name} gain": round(gain, 5), f"{name} lower": round(lower, 5)}
    return told


def table(cells: Sequence[Cell]) -> list[str]:
    """Return the result as lines of Markdown."""
    head = (
        "| scenario | children | cohorts | tree models | events | (b) holds | (a) and (b) "
        "| Uno's C, mean | slope of ridge: interval holds 0, or no slope |"
    )
    rows = [_row(cell) for cell in cells if cell.done()]
    return [head, "| --- | ---: | ---: | --- | ---: | ---: | ---: | --- | ---: |", *rows]


def _row(cell: Cell) -> str:
    done = cell.done()
    [kind] = [kind for kind in KINDS if kind.about == cell.about]
    gained = [
        row
        for row in done
        if any(is_a_gain(row[f"{name} gain"], row[f"{name} lower"]) for name in kind.trees)
    ]
    promoted = [row for row in gained if row["events"] >= FEWEST_EVENTS_FOR_TREES]
    events = [row["events"] for row in done]
    means = [
        f"{name} {np.mean([row[f'{name} c'] for row in done]):.3f}"
        for name in ("ridge", *kind.trees)
    ]
    flat = sum(_flat(row["ridge slope"]) for row in done) if kind.draws else "not asked"
    return (
        f"| {kind.scenario} | {kind.children:,} | {len(done)} | {', '.join(kind.trees)} "
        f"| {min(events)}-{max(events)} | {len(gained)} | {len(promoted)} | {', '.join(means)} "
        f"| {flat} |"
    )


def _flat(slope: Sequence[float | None]) -> bool:
    """Whether nothing says that what is told goes with what comes; None: all are told the same."""
    _, low, high = slope
    return low is None or high is None or low <= 0 <= high
