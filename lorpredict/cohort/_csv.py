"""Tables from CSV files: UTF-8, commas, points as the decimal mark."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from lorpredict.cohort._loaded import refused

_SEPARATORS = {";": "semicolons", "\t": "tabs"}
_RAGGED = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")


def read_csv(path: Path) -> pd.DataFrame:
    """Read every cell as text.

    Raises
    ------
    CohortFaults
        If the file is empty, not UTF-8, or no table with commas.
    """
    try:
        _refuse_other_separators(path)
        # Without a header, since pandas would rename a column that stands twice.
        lines = pd.read_csv(
            path, header=None, dtype="string", keep_default_na=False, encoding="utf-8"
        )
    except pd.errors.EmptyDataError:
        problem = "the file is empty; expected a header and one row a child"
        raise refused(path.name, problem) from None
    except UnicodeDecodeError:
        problem = f"not UTF-8: line {_first_line_not_utf8(path)} cannot be read"
        raise refused(path.name, problem, "Save the file as UTF-8") from None
    except pd.errors.ParserError as error:
        told = _RAGGED.search(str(error))
        if told is None:
            raise refused(path.name, f"not a CSV table: {str(error).strip()}") from None
        problem = f"not a CSV table: line {told[2]} has {told[3]} cells, the header {told[1]}"
        hint = "The first line has to be the header: remove titles above it, and put a text that "
        raise refused(path.name, problem, hint + "holds a comma into quotes") from None
    return lines.iloc[1:].set_axis(lines.iloc[0], axis=1).reset_index(drop=True)


def _refuse_other_separators(path: Path) -> None:
    """Look at the header, before decimal commas make a ragged table of it."""
    with path.open(encoding="utf-8") as file:
        header = file.readline()
    for mark, name in _SEPARATORS.items():
        if mark in header and "," not in header:
            problem = f"the columns seem to be separated by {name}"
            hint = "Save it with commas between the columns and a point as the decimal mark"
            raise refused(path.name, problem, hint)


def _first_line_not_utf8(path: Path) -> int:
    lines = path.read_bytes().splitlines()
    readable = [line.decode("utf-8", errors="ignore").encode() == line for line in lines]
    return readable.index(False) + 1
