"""Folds inside the rows that teach, none of them with a child on both sides.

A bootstrap holds some children more than once. All copies of a child are in one fold, or else the
child would be tested by a model that has learnt its outcome: settings that learn single children
by heart would win, and penalties would come out too light.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from lorpredict.errors import TooLittleData, counted
from lorpredict.survival import Floats, Outcome, Positions


def folds_of_children(
    known: pd.DataFrame | Floats, y: Outcome, *, folds: int, seed: int
) -> Iterator[tuple[Positions, Positions]]:
    """Divide children into folds, with events spread evenly.

    Parameters
    ----------
    known
        What is known of each row; rows alike in all of it and in the outcome are one child.
    folds
        How many, or as many as children had the event where those are fewer.

    Yields
    ------
    tuple of arrays
        Positions of those who teach and of those who test.

    Raises
    ------
    TooLittleData
        If fewer than two children had the event.
    """
    child = _same_child(known, y)
    event = np.zeros(child.max() + 1, dtype=bool)
    event[child] = y["event"]
    able = min(folds, int(event.sum()))
    if able < 2:
        children = counted(able, "child", "children")
        raise TooLittleData(f"{children} with the event; at least 2 are needed to choose settings")
    # Too few censored children to be in every fold need not be spread evenly.
    strata = event if (~event).sum() >= able else np.zeros(len(event))
    for _, test in StratifiedKFold(able, shuffle=True, random_state=seed).split(strata, strata):
        tested = np.isin(child, test)
        yield np.flatnonzero(~tested), np.flatnonzero(tested)


def _same_child(known: pd.DataFrame | Floats, y: Outcome) -> Positions:
    """Number the children in the order of their first rows."""
    rows = pd.DataFrame(known).assign(**{"the event": y["event"], "its day": y["duration"]})
    numbers: Positions = pd.factorize(pd.util.hash_pandas_object(rows, index=False))[0]
    return numbers
