"""Reference records: made from the catalogue, never a child's.

They spread over the plausible ranges so that most branches of a model are walked, and one in
four values is left out so that missing values are walked too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lorpredict.clinical import Kind, Predictor

_RECORDS = 16
# Multiples of the golden ratio's fraction spread evenly over the unit interval.
_GOLDEN = 0.6180339887498949


def reference_records(columns: Sequence[Predictor]) -> list[dict[str, Any]]:
    """Make records for the given predictors; the same ones at every call."""
    return [
        {
            predictor.key: _value(predictor, _fraction(row, column))
            for column, predictor in enumerate(columns)
            if (row + column) % 4 or column == row % len(columns)
        }
        for row in range(_RECORDS)
    ]


def _fraction(row: int, column: int) -> float:
    return ((row + 1) * _GOLDEN + (column + 1) * _GOLDEN**2) % 1.0


def _value(predictor: Predictor, fraction: float) -> Any:
    if predictor.kind is Kind.BOOLEAN:
        return fraction < 0.5
    if predictor.kind is Kind.CATEGORY:
        return predictor.values[int(fraction * len(predictor.values))]
    low, high = predictor.plausible or (0.0, 1.0)
    # The square keeps to the lower end of the wide house limits, where children are.
    value = low + (high - low) * fraction**2
    return round(value / predictor.step) * predictor.step if predictor.step else round(value, 2)
