"""Who is analysed, as the paper does it: everybody at risk at week 14, counted from the start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lorpredict.clinical import PublishedCut, catalogue, published_study
from lorpredict.cohort import Cohort
from lorpredict.cohort._cohort import column_type
from lorpredict.design import ModelDesign
from lorpredict.outcome import FlowDiagram, landmark
from lorpredict.study.published._lifelines import Rows
from lorpredict.survival import DAYS_A_MONTH, Floats

BEIJING = "beijing-2025"
ALONE, OVER_SIX_MONTHS, AT_WEEK_14 = (
    "infliximab_alone",
    "immunomodulator_over_6_months",
    "immunomodulator_week14",
)
SIX_MONTHS = 6 * DAYS_A_MONTH
_DESIGN = ModelDesign(
    "published-analysis",
    1,
    "Children at risk at week 14, as Beijing 2025 analysed them; no model is made",
    predictors=("sex",),
)


@dataclass(frozen=True)
class Children:
    """The children who are analysed.

    Parameters
    ----------
    table
        Their rows of the cohort, every column.
    lost : array of shape (n_children,)
        Whether response was lost.
    days : array of shape (n_children,)
        Days since the first infusion to the loss of response or the end of observation.
    landmark_days : array of shape (n_children,)
        Day of the fourth infusion since the first.
    states : array of shape (n_children,)
        0 censored, 1 response lost, 2 and up the competing ends.
    """

    table: pd.DataFrame
    lost: Rows
    days: Floats
    landmark_days: Floats
    states: NDArray[np.int64]
    flow: FlowDiagram
    design: ModelDesign

    def __len__(self) -> int:
        return len(self.days)

    @property
    def competing(self) -> Rows:
        """Whose observation ended by something that makes a loss of response impossible."""
        ended: Rows = self.states > 1
        return ended

    def kept(self, rows: Rows) -> Children:
        """Return the children of these rows."""
        return replace(
            self,
            table=self.table.loc[rows].reset_index(drop=True),
            lost=self.lost[rows],
            days=self.days[rows],
            landmark_days=self.landmark_days[rows],
            states=self.states[rows],
        )


def children_of(cohort: Cohort, design: ModelDesign | None = None) -> Children:
    """Take the children at risk at the landmark, and count from the first infusion.

    Raises
    ------
    TooLittleData
        If nobody is at risk.
    """
    rules = design or _DESIGN
    at_risk = landmark(replace(cohort, table=_with_empty_columns(cohort, rules)), rules)
    table = cohort.table.iloc[at_risk.rows].reset_index(drop=True)
    if "remission_week14" in at_risk.X:  # from the PCDAI, where it was not given
        table = table.assign(remission_week14=at_risk.X["remission_week14"])
    days = table["follow_up_days"].to_numpy(dtype=float)
    since_landmark: Floats = at_risk.y["duration"]
    return Children(
        table=table,
        lost=np.asarray(at_risk.y["event"], dtype=bool),
        days=days,
        landmark_days=days - since_landmark,
        states=at_risk.states,
        flow=at_risk.flow,
        design=rules,
    )


def _with_empty_columns(cohort: Cohort, design: ModelDesign) -> pd.DataFrame:
    """No predictor of the design is looked at, so that none of them need be there."""
    nothing = pd.Series([None] * len(cohort), index=cohort.table.index, dtype="object")
    lacking = [key for key in design.predictors if key not in cohort.table]
    empty = {key: nothing.astype(column_type(design.catalogue[key])) for key in lacking}
    return cohort.table.assign(**empty)


def paper() -> dict[str, Any]:
    """Return the figures of Beijing 2025."""
    return published_study(BEIJING)


def label_of(key: str) -> str:
    """Return what a row of Table 2 is called."""
    known = catalogue()
    return known[key].label if key in known else "Infliximab alone"


def membership(table: pd.DataFrame, key: str) -> pd.Series | None:
    """Whether each child belongs to the published group of a row of Table 2.

    Returns
    -------
    nullable booleans, missing where it is not known; None where a column is lacking
    """
    if key == ALONE:
        return _infliximab_alone(table)
    if key not in table:
        return None
    cuts = paper()["table2"]["rows"]
    cut = PublishedCut.parse(str(cuts[key]["cut"] if key in cuts else "= true"))
    known = table[key].notna().to_numpy()
    held = np.zeros(len(table), dtype=object)
    held[known] = cut.holds(table[key][known])
    held[~known] = None
    return pd.Series(pd.array(held, dtype="boolean"))


def _infliximab_alone(table: pd.DataFrame) -> pd.Series | None:
    """Neither an immunomodulator nor steroids at week 14, which the paper does not define."""
    if not {AT_WEEK_14, "steroids_week14"} <= set(table):
        return None
    either: pd.Series = table[AT_WEEK_14] | table["steroids_week14"]
    return (~either).reset_index(drop=True)


def known_group(held: pd.Series) -> tuple[Rows, Rows]:
    """Split nullable booleans into who is in the group, and of whom it is known."""
    known: Rows = held.notna().to_numpy(dtype=bool)
    group: Rows = held.fillna(False).to_numpy(dtype=bool)
    return group, known
