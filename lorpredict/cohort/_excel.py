"""Tables from Excel workbooks: a header in the first row of a sheet, one row below it a child.

What a formula shows is read, as it was when the workbook was last saved by a spreadsheet program.
A formula that no program has ever computed shows nothing; its text is read instead, so that it is
refused by its cell and not taken for a missing value.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd

from lorpredict.cohort._loaded import refused

# Excel holds every number as a float, and no more than 15 digits of it.
_FIRST_INEXACT_INTEGER = 10**15
Row = Sequence[Any]


def read_excel(path: Path, sheet: str | None) -> pd.DataFrame:
    """Read every cell as the value that the sheet shows.

    Parameters
    ----------
    path
        A workbook, ``.xlsx`` or ``.xlsm``.
    sheet
        The sheet's name; the first sheet if None.

    Raises
    ------
    CohortFaults
        If the file is no workbook, or holds no such sheet.
    """
    with warnings.catch_warnings():
        # openpyxl remarks on decorations that it does not know; none of them holds a value.
        warnings.simplefilter("ignore")
        try:
            rows = _rows(path, sheet, computed=True)
            if rows is not None and _has_formulas(path):
                rows = _with_uncomputed(rows, _rows(path, sheet, computed=False) or [])
        except Exception as error:  # openpyxl lets through whatever its parsers raise
            first_line = str(error).strip().partition("\n")[0] or type(error).__name__
            hint = "Save it as an Excel workbook (.xlsx), without a password"
            raise refused(path.name, f"not an Excel workbook: {first_line}", hint) from None
    if rows is None:
        told = ", ".join(map(repr, sheet_names(path)))
        raise refused(path.name, f"no sheet is called {sheet!r}", f"There are {told}")
    return _as_table(path, rows)


def _rows(path: Path, sheet: str | None, *, computed: bool) -> list[Row] | None:
    """Read all rows of a sheet; None if there is no such sheet."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=computed)
    try:
        chosen = [each for each in book.worksheets if sheet in (None, each.title)]
        if not chosen:
            return None
        chosen[0].reset_dimensions()  # some programs write a size that is not the sheet's
        return list(chosen[0].iter_rows(values_only=True))
    finally:
        book.close()


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return what the sheets of a workbook are called, in their order."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return tuple(each.title for each in book.worksheets)
    finally:
        book.close()


def _has_formulas(path: Path) -> bool:
    with ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return any(b"<f" in archive.read(name) for name in sheets)


def _with_uncomputed(shown: Sequence[Row], written: Sequence[Row]) -> list[Row]:
    return [
        [text if value is None else value for value, text in zip(values, texts, strict=True)]
        for values, texts in zip(shown, written, strict=True)
    ]


def _as_table(path: Path, rows: Sequence[Row]) -> pd.DataFrame:
    """Give every row the width of the widest; rows and columns that hold nothing end the table."""
    filled = [number for number, row in enumerate(rows, start=1) if any(map(_holds_value, row))]
    if not filled:
        raise refused(path.name, "the sheet is empty; expected a header and one row a child")
    width = max(len(row) for row in rows)
    cells = [[*map(_cell, row), *[None] * (width - len(row))] for row in rows[: filled[-1]]]
    used = [place for place in range(width) if any(_holds_value(row[place]) for row in cells)]
    names = list(_names([cells[0][place] for place in used], used))
    body = [[row[place] for place in used] for row in cells[1:]]
    return pd.DataFrame(body, columns=names, dtype=object)


def _holds_value(cell: Any) -> bool:
    return cell is not None and cell != ""


def _cell(value: Any) -> Any:
    if isinstance(value, int) and abs(value) >= _FIRST_INEXACT_INTEGER:
        return float(value)
    return value


def _names(header: Sequence[Any], places: Sequence[int]) -> Iterator[str]:
    from openpyxl.utils import get_column_letter

    for name, place in zip(header, places, strict=True):
        letter = get_column_letter(place + 1)
        yield str(name) if _holds_value(name) else f"column {letter} without a name"
