"""Where a table comes from: a file, a database or a DataFrame.

An address holds ``://``, and any other text is the path of a file, whose ending says what it is.
All give a table of cells as they came; what the cells mean is for the same checks to say, so that
one cohort is the same cohort from everywhere, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from lorpredict.cohort._csv import read_csv
from lorpredict.cohort._database import is_address, read_database
from lorpredict.cohort._excel import read_excel
from lorpredict.cohort._loaded import Loaded, refused
from lorpredict.cohort._parquet import read_parquet
from lorpredict.errors import did_you_mean

Source = str | Path | pd.DataFrame

_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": read_csv,
    ".parquet": read_parquet,
    ".pq": read_parquet,
}
WORKBOOKS = (".xlsx", ".xlsm")
_INSTEAD = {
    ".xls": "Save it as .xlsx",
    ".ods": "Save it as .xlsx",
    ".tsv": "Save it as .csv, with commas",
    ".txt": "Save it as .csv, with commas",
}


def load(source: Source, *, sheet: str | None = None, query: str | None = None) -> Loaded:
    """Read the cells of a source, converting nothing.

    Raises
    ------
    CohortFaults
        If it cannot be read, or is given a sheet or a query that it does not have.
    """
    if isinstance(source, str) and is_address(source):
        _refuse_option("sheet", sheet, "only a workbook has sheets; an address has a query")
        return read_database(source, query)
    _refuse_option("query", query, "only an address has a query, such as sqlite:///ours.db")
    if isinstance(source, pd.DataFrame):
        _refuse_option("sheet", sheet, "only a workbook has sheets")
        return Loaded(source.reset_index(drop=True), "")
    return _load_file(Path(source), sheet)


def _load_file(path: Path, sheet: str | None) -> Loaded:
    if path.is_dir():
        raise refused(path.resolve().name, "a folder; expected a file")
    if not path.is_file():
        raise refused(path.name, "no such file")
    ending = path.suffix.lower()
    if ending in WORKBOOKS:
        return Loaded(read_excel(path, sheet), path.stem)
    _refuse_option("sheet", sheet, f"only a workbook has sheets, and {path.name} is none")
    if ending not in _READERS:
        known = [*_READERS, *WORKBOOKS]
        hint = _INSTEAD.get(ending) or did_you_mean(ending, known)
        problem = f"its ending is not known; expected one of {', '.join(known)}"
        raise refused(path.name, problem, hint)
    return Loaded(_READERS[ending](path), path.stem)


def _refuse_option(name: str, value: str | None, problem: str) -> None:
    if value is not None:
        raise refused(name, f"given, but {problem}", "Leave it out")
