"""What is left between told and true risks once the spread over resamples is taken away.

Plausible scenario; the true risks are those of children who taught nobody, and these cohorts serve
nothing else. What is left is what no record tells, and what a model of few children blurs: its
standard deviation, where the trough was measured and where it was not, stands rounded in
``lorpredict/uncertainty/unseen.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.study._cells import Cell, Row, by_size
from benchmarks.study._told_and_true import told_and_true

PART = "unseen"
SIZES = {
    "null": {69: 20, 300: 20, 1000: 20},
    "ridge": {69: 20, 300: 20, 1000: 20},
    "forest": {69: 10, 300: 5, 1000: 5},
}
_PATH = 5


def cells() -> list[Cell]:
    """Return every cell, the quick ones first."""
    return by_size(PART, "plausible", SIZES, _judged)


def _judged(scenario: str, name: str, n: int, number: int) -> Row:
    found = told_and_true(scenario, name, n, number, _PATH)
    left = found.away**2 - found.sampled**2
    return {
        label: round(float(left[rows].mean()), 5)
        for label, rows in (("measured", found.known), ("not measured", ~found.known))
    }


def table(cells: Sequence[Cell]) -> list[str]:
    """Return the result as lines of Markdown."""
    head = "| family | children | cohorts | trough measured | trough not measured |"
    rows = [_row(cell) for cell in cells if cell.done()]
    return [head, "| --- | ---: | ---: | ---: | ---: |", *rows]


def _row(cell: Cell) -> str:
    done = cell.done()
    left = (np.mean([row[label] for row in done]) for label in ("measured", "not measured"))
    told = [f"{np.sqrt(max(float(variance), 0.0)):.2f}" for variance in left]
    about = [str(cell.about["family"]), f"{cell.about['children']:,}", str(len(done))]
    return f"| {' | '.join([*about, *told])} |"
