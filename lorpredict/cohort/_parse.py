"""Raw columns to the catalogue's types: what cannot be read is named, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lorpredict.clinical import Kind, Predictor
from lorpredict.cohort._cohort import column_type
from lorpredict.errors import Fault

_NUMBERS = ("floating", "integer", "mixed-integer-float", "decimal")
_TRUTH = {"true": True, "false": False}
# What is often written for true and false: it is refused, and answered by what to write.
_INSTEAD_OF_TRUTH = {
    ("yes", "no"): "Write true for yes and false for no",
    ("y", "n"): "Write true for y and false for n",
    ("t", "f"): "Write the whole word, true or false",
    ("1", "0", "1.0", "0.0"): "Write true for 1 and false for 0",
}
_ONE_IS_TRUE = {1: "true", 0: "false"}
_NOTHING = ("na", "n/a", "nan", "null", "none", "-", ".", "?", "unknown")
# A spreadsheet keeps 15 digits of a number; of a longer identifier it has lost some.
_FIRST_INEXACT_INTEGER = 1e15
_SHORTENED = re.compile(r"-?\d+([.,]\d+)?[eE]\+\d+")
_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_OTHER_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
# The days that Excel counts from 1900, between 1954 and 2064.
_EXCEL_DAYS = (20_000, 60_000)


def parse_column(
    column: Predictor, raw: pd.Series, factor: float, *, ones_are_true: bool = False
) -> tuple[pd.Series, list[Fault]]:
    """Read one column as its kind, in the canonical unit; unreadable cells become faults.

    Parameters
    ----------
    column
        What the column has to be.
    raw
        Cells as they came: texts, or values of the source's types.
    factor
        Turns a number into the canonical unit.
    ones_are_true
        Read the integers 1 and 0 as true and false, where the source has no booleans.
    """
    if _is_plain_number(raw) and column.kind is Kind.NUMBER:
        numbers = raw.astype("float64")
        finite = numbers.where(np.isfinite(numbers))
        return finite * factor, _unreadable(column, raw, raw.notna() & finite.isna())
    if column.kind is Kind.BOOLEAN and ones_are_true:
        raw = raw.map(lambda cell: _ONE_IS_TRUE.get(cell, cell) if type(cell) is int else cell)
    text = _as_text(column, raw)
    # Each spelling is parsed once. What was not given has the place -1: the last, which is NA.
    places, spellings = pd.factorize(text)
    given = pd.Series([*spellings, pd.NA], dtype="string").str.strip()
    given = given.mask(given == "")
    parsed = _PARSERS[column.kind](given, column)
    if column.kind is Kind.NUMBER:
        parsed = parsed * factor
    typed = parsed.astype(column_type(column)).iloc[places].set_axis(raw.index)
    unreadable = (given.notna() & parsed.isna()).to_numpy()[places]
    return typed, _unreadable(column, text, unreadable)


def _is_plain_number(raw: pd.Series) -> bool:
    """Whether every cell that is there is a number already, be it a Decimal."""
    if raw.dtype == object:
        return pd.api.types.infer_dtype(raw, skipna=True) in _NUMBERS
    return pd.api.types.is_numeric_dtype(raw) and not pd.api.types.is_bool_dtype(raw)


def _as_text(column: Predictor, raw: pd.Series) -> pd.Series:
    """Write every cell as text; a whole number that names a child has no decimal point."""
    may_hold_floats = pd.api.types.is_float_dtype(raw) or raw.dtype == object
    if column.kind is Kind.TEXT and may_hold_floats:
        raw = raw.map(_without_point)
    return raw.astype("string")


def _without_point(cell: Any) -> Any:
    if not isinstance(cell, float) or not cell.is_integer():
        return cell
    return int(cell) if abs(cell) < _FIRST_INEXACT_INTEGER else f"{cell:e}"


def _number(text: pd.Series, _column: Predictor) -> pd.Series:
    # to_numeric says what is a number, but its own parser is off in the last bit.
    is_number = pd.to_numeric(text, errors="coerce").notna()
    numbers = text.where(is_number).astype("float64")
    return numbers.where(np.isfinite(numbers))


def _boolean(text: pd.Series, _column: Predictor) -> pd.Series:
    return text.str.lower().map(_TRUTH).astype("boolean")


def _whole_text(text: pd.Series, _column: Predictor) -> pd.Series:
    return text.mask(text.str.fullmatch(_SHORTENED, na=False))


def _category(text: pd.Series, column: Predictor) -> pd.Series:
    return text.where(text.isin(column.values))


def _date(text: pd.Series, _column: Predictor) -> pd.Series:
    days = text.str.replace(_MIDNIGHT, "", regex=True)
    return days.where(days.map(_is_day))


def _is_day(text: Any) -> bool:
    if pd.isna(text) or not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_PARSERS: dict[Kind, Callable[[pd.Series, Predictor], pd.Series]] = {
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.CATEGORY: _category,
    Kind.DATE: _date,
    Kind.TEXT: _whole_text,
}


def _unreadable(column: Predictor, cells: pd.Series, where: Any) -> list[Fault]:
    problem = f"expected {column.expected_of_text}"
    faults = []
    for place in np.flatnonzero(where):
        value = str(cells.iloc[place]).strip()
        hint = _way_out(column, value)
        faults.append(Fault(column.key, problem, hint, row=int(place) + 1, value=repr(value)))
    return faults


def _way_out(column: Predictor, value: str) -> str:
    """Say what was probably meant by a cell that cannot be read; it is never guessed."""
    if value.lower() in _NOTHING:
        return "Leave the cell empty where nothing was measured"
    if value.startswith("="):
        return "This formula was never computed: open the workbook, save it, and read it again"
    return _HINTS[column.kind](column, value)


def _number_hint(column: Predictor, value: str) -> str:
    if re.fullmatch(r"-?\d+,\d+", value):
        return "Use a point as the decimal mark"
    if value.startswith("<") and column.key == "trough_week14_ug_ml":
        return (
            "Leave it empty, set trough_week14_below_loq to true "
            "and give the limit in trough_week14_loq_ug_ml"
        )
    if value.startswith("<") and column.key == "value_ug_ml":
        return "Leave it empty, set below_loq to true and give the limit in loq_ug_ml"
    return ""


def _boolean_hint(_column: Predictor, value: str) -> str:
    hints = (hint for words, hint in _INSTEAD_OF_TRUTH.items() if value.lower() in words)
    return next(hints, "")


def _category_hint(column: Predictor, value: str) -> str:
    """Name the level of another case, or the only one that begins like this."""
    begin_alike = [level for level in column.values if level.lower().startswith(value.lower())]
    same = [level for level in begin_alike if level.lower() == value.lower()]
    meant = same or begin_alike
    return f"Did you mean {meant[0]}?" if len(meant) == 1 else ""


def _date_hint(_column: Predictor, value: str) -> str:
    if _DATE.match(value) and len(value) > len("2024-03-31"):
        return "Leave the time of day out"
    if _OTHER_DATE.fullmatch(value) and not _DATE.fullmatch(value):
        return "Write year-month-day; the order of other dates cannot be known"
    if re.fullmatch(r"\d+(\.\d+)?", value) and _EXCEL_DAYS[0] < float(value) < _EXCEL_DAYS[1]:
        return "If Excel shows a date here, format the column as a date, or write it as text"
    return ""


def _text_hint(_column: Predictor, _value: str) -> str:
    return "A spreadsheet has shortened this number: format the column as text"


_HINTS: dict[Kind, Callable[[Predictor, str], str]] = {
    Kind.NUMBER: _number_hint,
    Kind.BOOLEAN: _boolean_hint,
    Kind.CATEGORY: _category_hint,
    Kind.DATE: _date_hint,
    Kind.TEXT: _text_hint,
}
