"""Raw columns to the catalogue's types: what cannot be read is named, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from lorpredict.clinical import Kind, Predictor
from lorpredict.cohort._cohort import column_type
from lorpredict.errors import Fault

_TRUTH = {"true": True, "false": False}
_NOTHING = ("na", "n/a", "nan", "null", "none", "-", ".", "?", "unknown")


def parse_column(column: Predictor, raw: pd.Series, factor: float) -> tuple[pd.Series, list[Fault]]:
    """Read one column as its kind, in the canonical unit; unreadable cells become faults."""
    text = _as_text(raw)
    given = text.notna()
    parsed = _PARSERS[column.kind](text, raw, column)
    unreadable = given & parsed.isna()
    if column.kind is Kind.NUMBER:
        parsed = parsed * factor
    typed = parsed.astype(column_type(column))
    places = np.flatnonzero(unreadable)
    return typed, [_unreadable(column, text, int(position)) for position in places]


def _as_text(raw: pd.Series) -> pd.Series:
    text = raw.astype("string").str.strip()
    return text.mask(text == "")


def _number(text: pd.Series, raw: pd.Series, _column: Predictor) -> pd.Series:
    if pd.api.types.is_numeric_dtype(raw) and not pd.api.types.is_bool_dtype(raw):
        numbers = raw.astype("float64")
    else:
        # to_numeric says what is a number, but its own parser is off in the last bit.
        is_number = pd.to_numeric(text, errors="coerce").notna()
        numbers = text.where(is_number).astype("float64")
    return numbers.where(np.isfinite(numbers))


def _boolean(text: pd.Series, _raw: pd.Series, _column: Predictor) -> pd.Series:
    return text.str.lower().map(_TRUTH).astype("boolean")


def _same_text(text: pd.Series, _raw: pd.Series, _column: Predictor) -> pd.Series:
    return text


def _category(text: pd.Series, _raw: pd.Series, column: Predictor) -> pd.Series:
    return text.where(text.isin(column.values))


def _date(text: pd.Series, _raw: pd.Series, _column: Predictor) -> pd.Series:
    days = text.str.removesuffix(" 00:00:00")
    return days.where(pd.to_datetime(days, format="%Y-%m-%d", errors="coerce").notna())


_PARSERS: dict[Kind, Callable[[pd.Series, pd.Series, Predictor], pd.Series]] = {
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.CATEGORY: _category,
    Kind.DATE: _date,
    Kind.TEXT: _same_text,
}


def _unreadable(column: Predictor, text: pd.Series, position: int) -> Fault:
    value = str(text.iloc[position])
    problem = f"expected {column.expected_of_text}"
    return Fault(
        column.key, problem, _way_out(column.key, value), row=position + 1, value=repr(value)
    )


def _way_out(key: str, value: str) -> str:
    """Say what was probably meant by a cell that cannot be read; it is never guessed."""
    if value.lower() in _NOTHING:
        return "Leave the cell empty where nothing was measured"
    if re.fullmatch(r"-?\d+,\d+", value):
        return "Use a point as the decimal mark"
    if value.startswith("<") and key == "trough_week14_ug_ml":
        return (
            "Leave it empty, set trough_week14_below_loq to true "
            "and give the limit in trough_week14_loq_ug_ml"
        )
    return ""
