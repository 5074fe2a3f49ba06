"""Read a cohort: match columns, convert units, parse, check, derive."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from lorpredict.clinical import Catalogue, Predictor, catalogue
from lorpredict.clinical._derived import contradictions_of_columns, derived_columns
from lorpredict.cohort._cohort import Cohort, CohortWarning, column_type, values_of_table
from lorpredict.cohort._schema import repeated_rows
from lorpredict.cohort._sources import Source, load
from lorpredict.cohort._table import checked_table, warn_left_out
from lorpredict.errors import Fault

if TYPE_CHECKING:
    from lorpredict.clinical import GrowthReference


def read_cohort(
    source: Source,
    *,
    units: Mapping[str, str] | None = None,
    strict: bool = False,
    name: str | None = None,
    known: Catalogue | None = None,
    sheet: str | None = None,
    query: str | None = None,
    growth_reference: GrowthReference | None = None,
) -> Cohort:
    """Read a cohort table, convert its units and check all of it.

    Parameters
    ----------
    source
        One row a child, from any of these, all through the same checks:

        - the path of a CSV file (UTF-8, commas, points as decimal marks), a Parquet file or an
          Excel workbook, told apart by their ending;
        - a SQLAlchemy address, such as ``sqlite:///ours.db`` or
          ``postgresql://user:password@host/database``, together with a ``query``;
        - a DataFrame.
    units
        Unit of a column where it is not the canonical one: ``{"crp_mg_l": "mg/dL"}``, or
        ``{"crp": "mg/dL"}`` for a column whose name has no unit.
        A suffix says it too: a column ``crp_mg_dl`` is converted by itself.
    strict
        Refuse columns that the catalogue does not hold instead of leaving them out.
    name
        How the cohort is called in reports; by default the name of the file without its ending,
        or that of the database.
    known
        The catalogue of the columns, ``design.catalogue`` where a site has its own; else ours.
    sheet
        The sheet of a workbook; its first if none is named.
    query
        What to ask a database: ``"select * from cohort"``. Nothing is ever written.
    growth_reference
        The growth tables by which missing z-scores are computed; WHO's if none are given.

    Notes
    -----
    Booleans are ``true`` and ``false``. From SQLite, which has none, they are the integers 1 and
    0, as its manual says; from everywhere else 1 and 0 are refused.

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
    loaded = load(source, sheet=sheet, query=query)
    name = loaded.name or "cohort" if name is None else name

    def between_cells(table: pd.DataFrame) -> list[Fault]:
        contradictory = contradictions_of_columns(values_of_table(table, growth_reference))
        return [*contradictory, *_repeated_children(table)]

    checked = checked_table(
        loaded, known, subject=name, units=units, strict=strict, between_cells=between_cells
    )
    warn_left_out(checked, known, stacklevel=3)
    for key, values in checked.table.items():
        _warn_implausible_median(known[str(key)], values)
    table = with_derived(checked.table, known, growth_reference)
    return Cohort(table, name, checked.left_out, known)


def with_derived(
    table: pd.DataFrame, known: Catalogue, growth_reference: GrowthReference | None = None
) -> pd.DataFrame:
    """Fill in what can be computed, where nothing was given; columns in the catalogue's order."""
    found = derived_columns(values_of_table(table, growth_reference))
    typed = {key: _typed(column, known[key], table.index) for key, column in found.items()}
    filled = table.assign(**typed)
    return filled[[key for key in known if key in filled]]


def _typed(column: Any, predictor: Predictor, index: pd.Index) -> pd.Series:
    return pd.Series(column, index=index).astype(column_type(predictor))


def _repeated_children(table: pd.DataFrame) -> list[Fault]:
    hint = "One row a child; remove or rename one of them"
    return repeated_rows(table, ["patient_id"], "the same child as in row", hint)


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
            stacklevel=3,
        )
