"""Cohorts with known truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from lorpredict.clinical import GrowthReference, catalogue
from lorpredict.cohort import Cohort
from lorpredict.cohort._cohort import column_type
from lorpredict.errors import TooLittleData
from lorpredict.survival import DAYS_A_MONTH, Floats
from lorpredict.synthetic._course import LANDMARK_DAY, Course, draw_course, draw_start, truth_of
from lorpredict.synthetic._population import Columns, population
from lorpredict.synthetic._scenario import Monitoring, Scenario, scenario
from lorpredict.synthetic._treatment import (
    Given,
    draw_activity,
    draw_remission,
    draw_therapy,
    draw_trough,
    with_weight,
)
from lorpredict.synthetic._truth import Truth

_MIDDLE_OF_ACCRUAL = np.datetime64("2020-04-20")
_DAYS_BETWEEN_INFUSIONS = 56
_EARLIEST_ONSET_YEARS = 0.3
_SIX_MONTHS = 6 * DAYS_A_MONTH
_AZATHIOPRINE = 23 / 30  # of those who had one for more than six months (Beijing 2025, Table 1)


@dataclass(frozen=True)
class SimulatedCohort:
    """Children who do not exist, and what is true of them.

    Parameters
    ----------
    cohort
        As any other cohort; every row says that it is synthetic.
    truth
        The true risk of each child, in the order of the cohort's rows.
    trough_ug_ml : array of shape (n_children,)
        The level of every child at week 14, measured or not.
    """

    cohort: Cohort
    truth: Truth
    trough_ug_ml: Floats

    def __len__(self) -> int:
        return len(self.cohort)

    def true_risks(self, horizons: ArrayLike = (365, 730)) -> pd.DataFrame:
        """Return the true risk of each child as a table.

        Parameters
        ----------
        horizons
            Days since the first infusion.

        Returns
        -------
        DataFrame
            ``patient_id``, then ``risk_by_day_365`` and so on.
        """
        days = np.asarray(horizons, dtype=float)
        risk = self.truth.risk(days - LANDMARK_DAY)
        columns = {f"risk_by_day_{day:.0f}": risk[:, i] for i, day in enumerate(days)}
        return pd.DataFrame({"patient_id": self.cohort.table["patient_id"], **columns})


def simulate_cohort(
    n: int,
    scenario_name: str = "plausible",
    *,
    rng: np.random.Generator,
    sites: int = 1,
) -> SimulatedCohort:
    """Simulate children who have responded to infliximab at week 14, and what became of them.

    Parameters
    ----------
    n
        Number of children; all are at risk at the landmark.
    scenario_name
        ``plausible`` (shrunken effects: for demonstrations, and for any statement about
        performance), ``published`` (reproduces Beijing 2025, whose effects are implausibly
        strong), ``null`` (no predictor tells anything) or ``interactions`` (strong ones).
    rng
        All randomness comes from it.
    sites
        Number of hospitals among which the children are spread; they do not differ.

    Raises
    ------
    DesignError
        If there is no such scenario.
    TooLittleData
        If there is not at least one child and one site.

    Examples
    --------
    >>> simulated = simulate_cohort(200, rng=np.random.default_rng(1))
    >>> simulated.cohort
    Cohort('simulated-plausible', 200 children, synthetic)
    >>> simulated.truth.risk([267, 632]).shape
    (200, 2)
    """
    if n < 1 or sites < 1:
        raise TooLittleData(f"{n} children at {sites} sites: expected at least one of each")
    return simulated_from(scenario(scenario_name), n, rng=rng, sites=sites)


def simulated_from(
    how: Scenario, n: int, *, rng: np.random.Generator, sites: int = 1
) -> SimulatedCohort:
    """Simulate a cohort from a scenario of one's own; see :func:`simulate_cohort`."""
    who = population()
    standardised = who.standardised(n, rng)
    burden = who.burden_seen(standardised)
    columns = with_weight(who.columns(standardised, rng))
    given = draw_therapy(how.therapy, burden, rng)
    trough = draw_trough(how.exposure, columns, given, burden, rng)
    columns["remission_week14"] = draw_remission(how.remission, columns, burden, trough, rng)
    columns["pcdai_week14"] = draw_activity(
        columns["remission_week14"], columns["pcdai_baseline"], rng
    )
    columns["immunomodulator_week14"] = given.immunomodulator
    columns["steroids_week14"] = given.steroids
    columns |= _onset(columns)
    truth = truth_of(how.hazard, columns, trough, standardised)
    start = draw_start(how.follow_up, n, rng)
    columns |= _trough_columns(trough, _measured(how.monitoring, truth, start, rng))
    course = draw_course(how.follow_up, truth, start, columns["age_years"], rng)
    columns |= _observed(course) | _known_later(how, course, given, rng)
    columns["patient_id"] = np.array([f"SIM-{number:06d}" for number in range(1, n + 1)])
    columns["synthetic"] = np.ones(n, dtype=bool)
    columns["growth_reference"] = np.full(n, GrowthReference.who().name)
    if sites > 1:
        columns["site"] = np.array([f"site-{k}" for k in rng.integers(1, sites + 1, n)])
    return SimulatedCohort(_as_cohort(columns, f"simulated-{how.name}"), truth, trough)


def _onset(columns: Columns) -> Columns:
    """Tell when the disease began; no child had it before a few months of age."""
    age, months = columns["age_years"], columns["disease_duration_months"]
    months = np.minimum(months, ((age - _EARLIEST_ONSET_YEARS) * 12).round(1))
    onset = (age - months / 12).round(2)
    return {"disease_duration_months": months, "onset_age_years": onset}


def _measured(
    how: Monitoring, truth: Truth, start: NDArray[np.datetime64], rng: np.random.Generator
) -> NDArray[np.bool_]:
    two_years = (start - _MIDDLE_OF_ACCRUAL).astype(float) / 730.5
    ill = truth.log_hazard - truth.log_hazard.mean()
    odds = how.intercept + how.two_years * two_years + how.log_hazard * ill
    measured: NDArray[np.bool_] = rng.random(len(start)) < expit(odds)
    return measured


def _trough_columns(trough: Floats, measured: NDArray[np.bool_]) -> Columns:
    """Write a level as the laboratory does: below its limit of quantification it gives none."""
    limit = population().loq_ug_ml
    below = measured & (trough < limit)
    return {
        "trough_week14_ug_ml": np.where(measured & ~below, trough.round(2), np.nan),
        "trough_week14_below_loq": _known_where(measured, below),
        "trough_week14_loq_ug_ml": np.where(measured, limit, np.nan),
    }


def _known_where(known: NDArray[np.bool_], values: NDArray[Any]) -> NDArray[np.object_]:
    """Return the values, None where they are not known."""
    objects = values.astype(object)
    objects[~known] = None
    return objects


def _observed(course: Course) -> Columns:
    return {
        "ifx_start_date": np.datetime_as_string(course.start, unit="D"),
        "follow_up_days": course.follow_up_days,
        "outcome": course.outcome,
    }


def _known_later(how: Scenario, course: Course, given: Given, rng: np.random.Generator) -> Columns:
    """Columns that only time can tell: who loses response early cannot have had six months."""
    stopped = rng.random(len(course.start)) < how.therapy.stopped_within_6_months
    kept = given.immunomodulator & ~stopped & (course.follow_up_days > _SIX_MONTHS)
    drug = np.where(rng.random(len(kept)) < _AZATHIOPRINE, "azathioprine", "methotrexate")
    later = (course.follow_up_days - LANDMARK_DAY) // _DAYS_BETWEEN_INFUSIONS
    return {
        "immunomodulator_over_6_months": kept,
        "immunomodulator_drug": _known_where(kept, drug),
        "ifx_duration_months": (course.follow_up_days / DAYS_A_MONTH).round(2),
        "infusions": 4 + later,
    }


def _as_cohort(columns: Columns, name: str) -> Cohort:
    """Put columns in the catalogue's order and types; a test reads the table through the checks."""
    known = catalogue()
    typed: dict[str, Any] = {
        key: pd.array(columns[key], dtype=column_type(known[key]))
        for key in known
        if key in columns
    }
    return Cohort(pd.DataFrame(typed), name)
