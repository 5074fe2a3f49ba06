"""Is the true risk of a single child within its interval as often as the interval says?

The true risks are those of children who taught nobody. The part of an interval that no record tells
was measured in other cohorts of the plausible scenario; the other scenarios were not asked for it,
so they show what becomes of an interval where children are not as it was assumed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.study._cells import Cell, Row, by_size
from benchmarks.study._told_and_true import told_and_true

PART = "intervals"
SIZES = {
    "null": {69: 20, 300: 20, 1000: 20},
    "ridge": {69: 20, 300: 20, 1000: 20},
    "forest": {69: 5, 300: 5, 1000: 5},
}
ELSEWHERE = {name: {1000: sizes[1000]} for name, sizes in SIZES.items()}
_PATH = 3


def cells() -> list[Cell]:
    """Return every cell, the quick ones first."""
    elsewhere = ("interactions", "published")
    return by_size(PART, "plausible", SIZES, _judged) + [
        cell for scenario in elsewhere for cell in by_size(PART, scenario, ELSEWHERE, _judged)
    ]


def _judged(scenario: str, name: str, n: int, number: int) -> Row:
    found = told_and_true(scenario, name, n, number, _PATH)
    held = (found.interval.low <= found.truth) & (found.truth <= found.interval.high)
    row: Row = {
        "held": held.mean(),
        "held, measured": held[found.known].mean(),
        "held, not measured": held[~found.known].mean(),
        "width": (found.interval.high - found.interval.low).mean(),
    }
    return {key: round(float(value), 5) for key, value in row.items()}


def table(cells: Sequence[Cell]) -> list[str]:
    """Return the result as lines of Markdown."""
    head = (
        "| scenario | family | children | cohorts | true risks within | trough measured "
        "| not measured | mean width |"
    )
    rows = [_row(cell) for cell in cells if cell.done()]
    return [head, "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |", *rows]


def _row(cell: Cell) -> str:
    done, about = cell.done(), cell.about

    def mean(name: str) -> float:
        return float(np.mean([row[name] for row in done]))

    shares = [f"{100 * mean(f'held{part}'):.1f} %" for part in ("", ", measured", ", not measured")]
    told = [about["scenario"], about["family"], f"{about['children']:,}", str(len(done))]
    width = f"{mean('width'):.2f}"
    return f"| {' | '.join([*map(str, told), *shares, width])} |"
