"""What becomes of the simulated children: loss of response, and the ends that compete with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lorpredict.clinical import table_two_cuts
from lorpredict.survival import DAYS_A_MONTH, Floats
from lorpredict.synthetic._population import Columns
from lorpredict.synthetic._scenario import FollowUp, Hazard
from lorpredict.synthetic._treatment import centred_log
from lorpredict.synthetic._truth import Truth

LANDMARK_DAY = 98
FIRST_DAY, LAST_DAY = np.datetime64("2015-09-01"), np.datetime64("2023-12-31")
_DAYS_OF_ACCRUAL = 2678  # to 31 December 2022
_ADULT_AT_YEARS = 18.0
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Course:
    """How each child was observed.

    Parameters
    ----------
    start : array of shape (n_children,), date of the first infusion
    follow_up_days : whole days from there to the loss of response or the end of observation
    outcome : as the catalogue codes it
    """

    start: NDArray[np.datetime64]
    follow_up_days: Floats
    outcome: NDArray[np.object_]


def truth_of(
    hazard: Hazard, columns: Columns, trough: Floats, standardised: dict[str, Floats]
) -> Truth:
    """Return the true risk of each child under a scenario's hazard."""
    cuts = table_two_cuts()
    log_hazard = hazard.log_trough * centred_log(trough)
    for name, effect in hazard.groups.items():
        held = cuts[name].holds(columns[name]) if name in cuts else columns[name]
        log_hazard = log_hazard + effect * held
    known = {**standardised, "trough_week14_ug_ml": centred_log(trough)}
    for each in hazard.interactions:
        one, other = (known[name] for name in each.of)
        log_hazard = log_hazard + each.log_hazard_ratio * one * other
    days = np.array([0.0, *(m * DAYS_A_MONTH - LANDMARK_DAY for m in hazard.until_months)])
    pieces = np.asarray(hazard.per_month) * np.diff(days) / DAYS_A_MONTH
    return Truth(log_hazard, days, np.concatenate([[0.0], np.cumsum(pieces)]))


def draw_start(how: FollowUp, children: int, rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Draw the dates of first infusions, more of them in later years."""
    waited = np.floor(_DAYS_OF_ACCRUAL * rng.beta(*how.accrual, children)).astype(int)
    start: NDArray[np.datetime64] = FIRST_DAY + waited
    return start


def draw_course(
    how: FollowUp,
    truth: Truth,
    start: NDArray[np.datetime64],
    age_years: Floats,
    rng: np.random.Generator,
) -> Course:
    """Let observation end with the first of: loss, stop, transfer to adults, end of the study.

    Times are counted in whole days, the day on which something happened included, so nobody ends
    at the landmark itself.
    """
    ends = {
        "secondary_lor": truth.days_until_loss(rng),
        "administrative_end": (LAST_DAY - start).astype(float) - LANDMARK_DAY,
        "stopped_infliximab": how.stop_scale_months
        * DAYS_A_MONTH
        * rng.weibull(how.stop_shape, len(start)),
        "transferred": (_ADULT_AT_YEARS - age_years) * _DAYS_A_YEAR - LANDMARK_DAY,
    }
    days = np.maximum(np.ceil(list(ends.values())), 1.0)
    # Of two on one day the loss of response is what is recorded, as a doctor would.
    first = np.argmin(days, axis=0)
    observed: Floats = days[first, np.arange(len(start))] + LANDMARK_DAY
    return Course(start, observed, np.array(list(ends), dtype=object)[first])
