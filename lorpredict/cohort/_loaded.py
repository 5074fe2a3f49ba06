"""What a source gave, cell by cell as it came, and how it is refused when it gives nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lorpredict.errors import CohortFaults, Fault


@dataclass(frozen=True)
class Loaded:
    """A table before anything is known of its columns.

    Parameters
    ----------
    table
        One column a column of the source, names as they came, also twice. Cells are texts, or
        values of the source's own types; nothing is converted yet.
    name
        What the source is called: of a file or database its name without folder and ending, of
        a DataFrame nothing.
    ones_are_true
        Whether the source has no booleans of its own and writes them as the integers 1 and 0.
    """

    table: pd.DataFrame
    name: str
    ones_are_true: bool = False


def refused(what: str, problem: str, hint: str = "") -> CohortFaults:
    """Return the error of a source that cannot be read at all."""
    return CohortFaults([Fault(what, problem, hint)], subject="the source")
