"""What the script of the page draws: columns of rounded numbers, no row and no identifier."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex

from lorpredict.explanation._heat_map import DIVERGING
from lorpredict.explanation._labels import is_measured
from lorpredict.explanation._over_time import PALETTE
from lorpredict.explanation._values import VALUES
from lorpredict.report._html import Html
from lorpredict.report.explained._explained import ExplainedCohort
from lorpredict.survival import Floats

DIGITS = 4
PAIRS = 8
_SHADES = 33


def content(explained: ExplainedCohort) -> dict[str, Any]:
    """Return everything that is drawn, ready for JSON."""
    words, shown = explained.words, explained.shown
    return {
        "changes": words.changes_with_time,
        "percent": words.is_probability,
        "words": _words(explained),
        "months": _months(explained.days, explained),
        "explainedMonths": _months(shown.days, explained),
        "children": len(shown.values),
        "predictors": [_predictor(explained, place) for place in range(len(shown.predictors))],
        "contributions": packed(words.factor * shown.values.transpose(1, 2, 0)),
        "base": packed(words.factor * shown.base_values.T),
        "predicted": packed(words.factor * shown.predicted.T),
        "risk": packed(100 * explained.risk.T),
        "interval": _interval(explained),
        "pairs": [_pair(explained, *names) for names in explained.pairs(PAIRS)],
        "colours": {
            "values": _shades(VALUES),
            "field": _shades(DIVERGING),
            "lines": list(PALETTE),
        },
    }


def packed(numbers: Floats) -> dict[str, Any]:
    """Write numbers as whole multiples of a power of ten: the largest has four digits.

    >>> packed(np.array([12.3456, -0.0061]))
    {'decimals': 2, 'values': [1235, -1]}
    """
    largest = float(np.abs(numbers).max()) if numbers.size else 0.0
    decimals = DIGITS - 1 - math.floor(math.log10(largest)) if largest > 0 else 0
    whole = np.rint(numbers * 10.0**decimals).astype(np.int64)
    return {"decimals": decimals, "values": whole.tolist()}


def as_json(told: dict[str, Any]) -> Html:
    """Return JSON that may stand in a page: nothing in it ends the element that holds it."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Html(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))


def _words(explained: ExplainedCohort) -> dict[str, str]:
    words = explained.words
    return {
        "short": words.short,
        "unit": words.unit,
        "contribution": words.contribution,
        "contributionUp": words.contribution.replace("(right: ", "(up: "),
        "predictedUp": words.predicted.replace("(right: ", "(up: "),
        "interaction": words.interaction.replace("\n", " "),
    }


def _interval(explained: ExplainedCohort) -> dict[str, Any] | None:
    sure = explained.interval
    if sure is None:
        return None
    return {"low": packed(100 * sure.low.T), "high": packed(100 * sure.high.T)}


def _months(days: Floats, explained: ExplainedCohort) -> list[dict[str, Any]]:
    at = explained.words.months(days)
    return [
        {"at": round(float(month), 2), "told": explained.month(float(day))}
        for month, day in zip(at, days, strict=True)
    ]


def _predictor(explained: ExplainedCohort, place: int) -> dict[str, Any]:
    shown = explained.shown
    name, column = shown.predictors[place], shown.data[:, place]
    labels = shown.labels
    levels = labels.levels(name, column)
    if levels:
        values: list[Any] = [
            levels.index(labels.told(name, value)) if is_measured(value) else None
            for value in column
        ]
    else:
        values = [float(f"{value:.{DIGITS}g}") if is_measured(value) else None for value in column]
    return {
        "name": name,
        "label": labels.label(name),
        "withUnit": labels.label_with_unit(name),
        "unit": labels.unit(name),
        "levels": list(levels),
        "values": values,
    }


def _pair(explained: ExplainedCohort, first: str, second: str) -> dict[str, Any]:
    told = explained.interactions
    numbers = np.array([told.pair(first, second, float(day)) for day in told.days])
    names = explained.shown.predictors
    return {
        "first": names.index(first),
        "second": names.index(second),
        "values": packed(explained.words.factor * numbers),
    }


def _shades(name: str) -> list[str]:
    return [to_hex(shade) for shade in colormaps[name](np.linspace(0, 1, _SHADES))]
