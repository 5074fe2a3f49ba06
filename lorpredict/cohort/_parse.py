"""Raw columns to the catalogue's types: what cannot be read is named, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from lorpredict.clinical import Kind, catalogue
from lorpredict.cohort._cohort import column_type
from lorpredict.errors import Fault

_TRUTH = {"true": True, "false": False}
_NOTHING = ("na", "n/a", "nan", "null", "none", "-", ".", "?", "unknown")


def parse_column(key: str, raw: pd.Series, factor: float) -> tuple[pd.Series, list[Fault]]:
    """Read one column as its kind, in the canonical unit; unreadable cells become faults."""
    text = _as_text(raw)
    given = text.notna()
    parsed = _PARSERS[catalogue()[key].kind](text, raw)
    unreadable = given & parsed.isna()
    if catalogue()[key].kind is Kind.NUMBER:
        parsed = parsed * factor
    typed = parsed.astype(column_type(key))
    return typed, [_unreadable(key, text, int(position)) for position in np.flatnonzero(unreadable)]


def _as_text(raw: pd.Series) -> pd.Series:
    text = raw.astype("string").str.strip()
    return text.mask(text == "")


def _number(text: pd.Series, raw: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(raw) and not pd.api.types.is_bool_dtype(raw):
        numbers = raw.astype("float64")
    else:
        # to_numeric says what is a number, but its own parser is off in the last bit.
        is_number = pd.to_numeric(text, errors="coerce").notna()
        numbers = text.where(is_number).astype("float64")
    return numbers.where(np.isfinite(numbers))


def _boolean(text: pd.Series, _raw: pd.Series) -> pd.Series:
    return text.str.lower().map(_TRUTH).astype("boolean")


def _same_text(text: pd.Series, _raw: pd.Series) -> pd.Series:
    return text


def _category(text: pd.Series, _raw: pd.Series) -> pd.Series:
    known = catalogue()[str(text.name)].values
    return text.where(text.isin(known))


def _date(text: pd.Series, _raw: pd.Series) -> pd.Series:
    days = text.str.removesuffix(" 00:00:00")
    return days.where(pd.to_datetime(days, format="%Y-%m-%d", errors="coerce").notna())


_PARSERS: dict[Kind, Callable[[pd.Series, pd.Series], pd.Series]] = {
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.CATEGORY: _category,
    Kind.DATE: _date,
    Kind.TEXT: _same_text,
}


def _unreadable(key: str, text: pd.Series, position: int) -> Fault:
    predictor, value = catalogue()[key], str(text.iloc[position])
    problem = f"expected {predictor.expected_of_text}"
    return Fault(key, problem, _way_out(key, value), row=position + 1, value=repr(value))


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
