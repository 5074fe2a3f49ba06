"""Read a cohort: match columns, convert units, parse, check, derive."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from lorpredict.clinical import Catalogue, Predictor, catalogue, derive
from lorpredict.cohort._cohort import Cohort, CohortWarning, as_records, column_type
from lorpredict.cohort._columns import ColumnPlan, nearest_known, plan_columns
from lorpredict.cohort._parse import parse_column
from lorpredict.cohort._schema import table_faults
from lorpredict.errors import CohortFaults, Fault

Source = str | Path | pd.DataFrame


def read_cohort(
    source: Source,
    *,
    units: Mapping[str, str] | None = None,
    strict: bool = False,
    name: str | None = None,
    known: Catalogue | None = None,
) -> Cohort:
    """Read a cohort table, convert its units and check all of it.

    Parameters
    ----------
    source
        Path of a CSV file (UTF-8, comma, point as decimal mark), or a DataFrame. One row a child.
    units
        Unit of a column where it is not the canonical one: ``{"crp_mg_l": "mg/dL"}``, or
        ``{"crp": "mg/dL"}`` for a column whose name has no unit.
        A suffix says it too: a column ``crp_mg_dl`` is converted by itself.
    strict
        Refuse columns that the catalogue does not hold instead of leaving them out.
    name
        How the cohort is called in reports; the file's name without its ending by default.
    known
        The catalogue of the columns, ``design.catalogue`` where a site has its own; else ours.

    Raises
    ------
    CohortFaults
        With every fault of the table: row (the first is 1), column, value, what was expected.

    Examples
    --------
    >>> from lorpredict.synthetic import RECONSTRUCTED_COHORT
    >>> read_cohort(RECONSTRUCTED_COHORT, name="beijing")
    Cohort('beijing', 69 children, synthetic)
    """
    known = catalogue() if known is None else known
    raw = _load(source)
    plan = plan_columns(raw.columns, units or {}, known)
    faults = list(plan.faults)
    if strict:
        faults += [Fault(c, "not in the catalogue", nearest_known(c, known)) for c in plan.left_out]
    table, unreadable = _parse(raw, plan, known)
    faults += unreadable
    if not len(raw):
        faults.append(Fault("table", "expected at least one row, it has none"))
    faults += table_faults(table, known)
    if faults:
        by_row = sorted(_once_each(faults), key=lambda fault: fault.row or 0)
        raise CohortFaults(by_row, subject=_name(source, name))
    _warn(plan, table, known)
    return Cohort(_derived(table, known), _name(source, name), plan.left_out, known)


def _load(source: Source) -> pd.DataFrame:
    if isinstance(source, pd.DataFrame):
        return source.reset_index(drop=True)
    path = Path(source)
    if not path.is_file():
        raise _unreadable(path, "no such file")
    try:
        # Without a header, since pandas would rename a column that stands twice.
        lines = pd.read_csv(
            path, header=None, dtype="string", keep_default_na=False, encoding="utf-8"
        )
        if lines.shape[1] == 1 and ";" in str(lines.iloc[0, 0]):
            hint = "Save it with commas between the columns and a point as the decimal mark"
            raise _unreadable(path, "the columns seem to be separated by semicolons", hint)
        return lines.iloc[1:].set_axis(lines.iloc[0], axis=1).reset_index(drop=True)
    except pd.errors.EmptyDataError:
        raise _unreadable(
            path, "the file is empty; expected a header and one row a child"
        ) from None
    except UnicodeDecodeError:
        problem = f"not UTF-8: line {_first_line_not_utf8(path)} cannot be read"
        raise _unreadable(path, problem, "Save the file as UTF-8") from None
    except pd.errors.ParserError as error:
        raise _unreadable(path, f"not a CSV table: {str(error).strip()}") from None


def _first_line_not_utf8(path: Path) -> int:
    lines = path.read_bytes().splitlines()
    readable = [line.decode("utf-8", errors="ignore").encode() == line for line in lines]
    return readable.index(False) + 1


def _unreadable(path: Path, problem: str, hint: str = "") -> CohortFaults:
    return CohortFaults([Fault(path.name, problem, hint)], subject="the cohort")


def _name(source: Source, name: str | None) -> str:
    if name is not None:
        return name
    return "cohort" if isinstance(source, pd.DataFrame) else Path(source).stem


def _parse(
    raw: pd.DataFrame, plan: ColumnPlan, known: Catalogue
) -> tuple[pd.DataFrame, list[Fault]]:
    columns, faults = {}, []
    for key in (key for key in known if key in plan.sources):
        first = list(map(str, raw.columns)).index(plan.sources[key])  # a name may stand twice
        series = raw.iloc[:, first].rename(key)
        columns[key], unreadable = parse_column(known[key], series, plan.factors[key])
        faults += unreadable
    return pd.DataFrame(columns, index=raw.index), faults


def _once_each(faults: list[Fault]) -> list[Fault]:
    """Keep the first fault of a cell: text for a number is not also an empty cell."""
    seen: dict[tuple[str, int | None], Fault] = {}
    for fault in faults:
        seen.setdefault((fault.column, fault.row), fault)
    return list(seen.values())


def _derived(table: pd.DataFrame, known: Catalogue) -> pd.DataFrame:
    """Fill in what can be computed, where nothing was given."""
    filled = pd.DataFrame([derive(record) for record in as_records(table)])
    ordered = [key for key in known if key in filled]
    return filled[ordered].astype({key: column_type(known[key]) for key in ordered})


def _warn(plan: ColumnPlan, table: pd.DataFrame, known: Catalogue) -> None:
    if plan.left_out:
        told = [f"{column} {nearest_known(column, known)}".strip() for column in plan.left_out]
        warnings.warn(
            "columns that the catalogue does not hold are left out: " + "; ".join(told),
            CohortWarning,
            stacklevel=3,
        )
    for key in table.columns:
        _warn_implausible_median(known[str(key)], table[key])


def _warn_implausible_median(predictor: Predictor, values: pd.Series) -> None:
    if predictor.plausible_median is None or not values.notna().any():
        return
    low, high = predictor.plausible_median
    median = float(values.median())
    if not low <= median <= high:
        warnings.warn(
            f"{predictor.key}: the cohort's median is {median:g} {predictor.readable_unit}; "
            f"expected {low:g} to {high:g} in children who start infliximab. "
            "Is the unit right?",
            CohortWarning,
            stacklevel=4,
        )
