"""How close a simulated cohort comes to the figures of Beijing 2025 that it was calibrated to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict.clinical import PublishedCut, published_study, table_two_cuts
from lorpredict.cohort import Cohort
from lorpredict.survival import DAYS_A_MONTH, StepFunction, outcome_array

# What cannot be reached together with the rest, and why.
UNREACHED: Mapping[str, str] = {
    "trough, lost response: sd": (
        "six children with troughs of 2.55 ± 1.53; a log-normal spread that gives the other 28 "
        "their 6.65 ± 4.80 gives these more"
    ),
    "infliximab_alone": (
        "each child has one of three therapies, and two of them are fixed by the row of steroids "
        "and by the Cox coefficient of immunomodulators; infliximab alone gets what is left"
    ),
}


@dataclass(frozen=True)
class Figure:
    """One figure of the paper and its like in a simulated cohort."""

    part: str
    name: str
    published: float
    simulated: float

    @property
    def reason(self) -> str:
        """Why it is missed, where that is known."""
        return next((why for which, why in UNREACHED.items() if self.name.startswith(which)), "")


def closeness(cohort: Cohort) -> pd.DataFrame:
    """Set the published figures of Beijing 2025 beside those of a simulated cohort.

    Parameters
    ----------
    cohort
        Of many children; with few, chance hides how close the scenario is.

    Returns
    -------
    DataFrame
        ``part``, ``figure``, ``published``, ``simulated``, ``difference``, ``reason``. Shares and
        incidences in percent, Cox coefficients as they are, troughs in µg/mL.
    """
    paper, table = published_study("beijing-2025"), cohort.table
    lost = (table["outcome"] == "secondary_lor").to_numpy()
    figures = [
        *_curve(paper, table, lost),
        *_cox(paper, table, lost),
        *_troughs(paper, table, lost),
        *_groups(paper, table, lost),
    ]
    rows = [
        (f.part, f.name, f.published, f.simulated, f.simulated - f.published, f.reason)
        for f in figures
    ]
    return pd.DataFrame(
        rows, columns=["part", "figure", "published", "simulated", "difference", "reason"]
    )


def _curve(paper: Mapping[str, Any], table: pd.DataFrame, lost: NDArray[Any]) -> Iterator[Figure]:
    days, survival = kaplan_meier_estimator(lost, table["follow_up_days"].to_numpy())
    curve = StepFunction(days, survival, before=1.0)
    for step in paper["kaplan_meier"]["steps"]:
        months = step["months_since_first_infusion"]
        incidence = 100 * (1 - float(curve(months * DAYS_A_MONTH)))
        yield Figure("Kaplan-Meier", f"{months} months", step["lor_percent"], incidence)


def _cox(paper: Mapping[str, Any], table: pd.DataFrame, lost: NDArray[Any]) -> Iterator[Figure]:
    groups = {
        name: PublishedCut.parse(entry["cut"]).holds(table[name])
        for name, entry in paper["cox"].items()
    }
    y = outcome_array(lost, table["follow_up_days"])
    coded = np.column_stack([*groups.values()]).astype(float)
    with np.errstate(over="ignore"):  # the library halves a step that was too long
        fitted = CoxPHSurvivalAnalysis(ties="breslow").fit(coded, y)
    for name, coefficient in zip(groups, fitted.coef_, strict=True):
        yield Figure("Cox", name, paper["cox"][name]["beta"], float(coefficient))


def _troughs(paper: Mapping[str, Any], table: pd.DataFrame, lost: NDArray[Any]) -> Iterator[Figure]:
    printed = paper["trough_week14_ug_ml"]
    # What the laboratory could not measure counts as half of its limit.
    half = table["trough_week14_loq_ug_ml"] / 2
    level = table["trough_week14_ug_ml"].fillna(half).to_numpy()
    for name, key, rows in (("lost response", "lor", lost), ("responders", "responder", ~lost)):
        known = level[rows][~np.isnan(level[rows])]
        yield Figure("Trough", f"trough, {name}: mean", printed[key]["mean"], float(known.mean()))
        yield Figure("Trough", f"trough, {name}: sd", printed[key]["sd"], float(known.std(ddof=1)))
        everyone = sum(paper["table2"]["rows"]["sex"][key])
        share = 100 * printed[key]["n"] / everyone
        yield Figure("Trough", f"measured, {name}", share, 100 * len(known) / int(rows.sum()))


def _groups(paper: Mapping[str, Any], table: pd.DataFrame, lost: NDArray[Any]) -> Iterator[Figure]:
    cuts = table_two_cuts()
    for name, row in paper["table2"]["rows"].items():
        held = cuts[name].holds(table[name]) if name in cuts else _infliximab_alone(table)
        for key, label, rows in (
            ("lor", "lost response", lost),
            ("responder", "responders", ~lost),
        ):
            share = 100 * row[key][0] / sum(row[key])
            yield Figure("Table 2", f"{name}, {label}", share, 100 * float(held[rows].mean()))


def _infliximab_alone(table: pd.DataFrame) -> NDArray[np.bool_]:
    alone = ~table["immunomodulator_week14"] & ~table["steroids_week14"]
    return alone.to_numpy(dtype=bool)
