"""A cohort: a table that has been checked."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lorpredict.clinical import Catalogue, Kind, Predictor, catalogue
from lorpredict.clinical._rules import Values

if TYPE_CHECKING:
    from lorpredict.clinical import GrowthReference


class CohortWarning(UserWarning):
    """Something about a cohort that its owner should look at, though it can be used."""


@dataclass(frozen=True)
class Cohort:
    """One checked row a child, in canonical units; made by :func:`read_cohort`.

    Parameters
    ----------
    table
        Columns of the catalogue with the types of :func:`column_type`.
    name
        How the cohort is called in reports; never a path.
    left_out_columns
        Columns of the source that the catalogue does not hold.
    catalogue
        What the columns mean; ours by default, with a site's own where one was given.
    joined
        What was joined to it and may not be joined in another order: ``infusions``, ``levels``,
        and ``activity`` where a score asked for the day of week 14. Not part of the hash.
    fourth_infusions
        By patient_id, the day of the fourth infusion of each child whose infusions were joined,
        also where it is no landmark; NaN where there is no fourth one. Not part of the hash.
    """

    table: pd.DataFrame
    name: str
    left_out_columns: tuple[str, ...] = ()
    catalogue: Catalogue = field(default_factory=catalogue, repr=False)
    joined: tuple[str, ...] = ()
    fourth_infusions: Mapping[str, float] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        kind = "synthetic" if self.is_synthetic else "observed"
        return f"Cohort({self.name!r}, {len(self)} children, {kind})"

    @property
    def is_synthetic(self) -> bool:
        """Whether any row says that it is not a real child."""
        column = self.table.get("synthetic")
        return column is not None and bool(column.fillna(False).any())

    @cached_property
    def sha256(self) -> str:
        """Hash of the checked content; the order of the source's columns does not matter."""
        text = self.table.sort_index(axis=1).to_csv(index=False, lineterminator="\n")
        return hashlib.sha256(text.encode()).hexdigest()


def with_joined(cohort: Cohort, name: str) -> Cohort:
    """Remember that a table was joined; twice is remembered once."""
    return replace(cohort, joined=tuple(dict.fromkeys([*cohort.joined, name])))


def as_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain values, None where nothing was given."""
    plain = table.astype(object)
    plain[table.isna()] = None
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def column_type(predictor: Predictor) -> Any:
    """Return the pandas type in which a column of the catalogue is held."""
    if predictor.kind is Kind.CATEGORY:
        return pd.CategoricalDtype(list(predictor.values), ordered=predictor.ordered)
    return {
        Kind.NUMBER: "float64",
        Kind.BOOLEAN: "boolean",
        Kind.DATE: "string",
        Kind.TEXT: "string",
    }[predictor.kind]


def values_of_table(table: pd.DataFrame, growth_reference: GrowthReference | None = None) -> Values:
    """Make the columns of a checked table into arrays, as the rules of the clinic see them."""
    return Values(partial(_array, table), growth_reference)


def _array(table: pd.DataFrame, name: str) -> Any:
    if name not in table:
        return math.nan
    column = table[name]
    if pd.api.types.is_numeric_dtype(column):  # booleans too
        return column.to_numpy("float64", na_value=np.nan)
    return column.astype(object).to_numpy(object, na_value=math.nan)
