"""What all tables beside the cohort are: checked rows of children who have several of them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lorpredict.errors import counted, counted_children


@dataclass(frozen=True, repr=False)
class TableBesideCohort:
    """Checked rows, sorted by child and time; made by the reader of their kind.

    Parameters
    ----------
    table
        Columns of the kind's catalogue; its index is the row of the source, the first is 1.
    name
        How the table is called where it is at fault; never a path.
    left_out_columns
        Columns of the source that the catalogue does not hold.
    """

    table: pd.DataFrame
    name: str
    left_out_columns: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        size = counted(len(self), "row"), counted_children(self.table["patient_id"].nunique())
        return f"{type(self).__name__}({', '.join([repr(self.name), *self._kind, *size])})"

    @property
    def _kind(self) -> tuple[str, ...]:
        """What else tells two tables of this kind apart."""
        return ()
