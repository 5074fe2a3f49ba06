"""A hospital that is not Beijing: children drawn anew from the shipped cohort, and changed.

Every row is synthetic and says so. What is changed is told by the arguments.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lorpredict import Cohort, catalogue, read_cohort
from lorpredict.synthetic import RECONSTRUCTED_COHORT

Positions = NDArray[np.int64]

_LABS = ("crp_mg_l", "esr_mm_h", "platelets_10e9_l", "albumin_g_l", "haemoglobin_g_l")
_LANDMARK_DAY = 98.0


def table_elsewhere(
    children: int = 200,
    *,
    hazard: float = 2.0,
    mixed: float = 0.5,
    sites: int = 2,
    seed: int = 1,
) -> pd.DataFrame:
    """A table as a hospital would hand it over.

    Parameters
    ----------
    hazard
        By how much faster time runs for these children: 2 doubles every hazard, also that of the
        other ends.
    sites
        Number of hospitals, the first one the largest; 0 for a table without the column.
    """
    rng = np.random.default_rng(seed)
    ours = pd.read_csv(RECONSTRUCTED_COHORT)
    table = ours.iloc[rng.integers(len(ours), size=children)].reset_index(drop=True)
    table["patient_id"] = [f"ELSEWHERE-{number:04}" for number in range(children)]
    for lab in _LABS:
        highest = (catalogue()[lab].plausible or (0.0, np.inf))[1]
        table[lab] = (table[lab] * rng.lognormal(0.0, 0.1, children)).round(1).clip(upper=highest)
    _exchange(table, rng.permutation(children)[: round(mixed * children)], rng)
    since = (table["follow_up_days"] - _LANDMARK_DAY) * rng.uniform(0.8, 1.2, children)
    # The shipped cohort knows these days to a tenth, and nobody ends on the landmark itself.
    table["follow_up_days"] = (_LANDMARK_DAY + since / hazard).round(1).clip(_LANDMARK_DAY + 1)
    if sites:
        shares = np.arange(sites, 0, -1) / np.arange(sites + 1).sum()
        table["site"] = rng.choice([f"hospital {n + 1}" for n in range(sites)], children, p=shares)
    return table


def cohort_elsewhere(children: int = 200, **changes: Any) -> Cohort:
    """The same, read and checked."""
    return read_cohort(table_elsewhere(children, **changes), name="elsewhere")


def _exchange(table: pd.DataFrame, rows: Positions, rng: np.random.Generator) -> None:
    """Deal the ends of some children out among them anew."""
    ends = ["follow_up_days", "outcome", "ifx_duration_months"]
    table.loc[rows, ends] = table.loc[rng.permutation(rows), ends].to_numpy()
