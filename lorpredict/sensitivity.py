"""What would be found if what cannot be known were otherwise.

Three questions: whether children already in loss of response at the landmark belong to those at
risk; whether those whose observation ended for another reason would have lost response sooner than
the others; and whether a loss of response, which only a visit shows, happened earlier.

References
----------
Little RJA, et al. N Engl J Med 367:1355 (2012), on tipping points.
Turnbull BW. J R Stat Soc B 38:290 (1976), on events known to lie between two visits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lorpredict.cohort import Cohort
from lorpredict.errors import TooLittleData
from lorpredict.evaluation import Evaluation, ValidationPlan, evaluate
from lorpredict.evaluation._rules import OBSERVED_EXPECTED
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.models import family
from lorpredict.outcome import ALREADY_LOST, UNKNOWN, landmark
from lorpredict.survival import Floats, Outcome, outcome_array

# How many times as often those who were lost sight of are taken to lose response.
FACTORS = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
MAIN = "main analysis"
WITHIN = OBSERVED_EXPECTED  # where a model counts as calibrated, here as in the gate
IMPUTATIONS = 50
_STEPS, _SETTLED = 2000, 1e-7


@dataclass(frozen=True)
class Sensitivity:
    """The sensitivity analyses of one model.

    Parameters
    ----------
    table
        One row an analysis and horizon: ``analysis``, ``children``, ``horizon`` (a name such as
        ``day_365``), ``observed`` risk, ``observed_expected`` of the model, ``uno_c`` where models
        were fitted anew.
    notes
        What could not be asked of these children, in words.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


def sensitivity_of(
    cohort: Cohort, evaluation: Evaluation, family_name: str, *, seed: int = 0
) -> Sensitivity:
    """Ask how much of what was found hangs on what cannot be known.

    Parameters
    ----------
    cohort
        The cohort that the evaluation is of.
    evaluation
        With the out-of-fold risks of the family.
    family_name
        The model in question, usually the champion.
    """
    at_risk = evaluation.at_risk
    asked = [
        _who_belongs(cohort, evaluation, family_name, seed),
        _tipping(evaluation, family_name, seed),
        _between_visits(cohort, evaluation, family_name),
    ]
    seen = observed_risk(at_risk.y, evaluation.horizons)
    main = _rows(MAIN, evaluation, family_name, seen, with_c=True)
    rows = [row for part in ([main, ()], *asked) for row in part[0]]
    notes = [note for part in asked for note in part[1]]
    return Sensitivity(pd.DataFrame(rows), tuple(notes))


Row = dict[str, Any]
Part = tuple[list[Row], tuple[str, ...]]


class Doubt(TypedDict, total=False):
    """What :func:`landmark` is asked of children in doubt."""

    already_lost: Literal["left out", "kept"]
    unknown: Literal["kept", "left out"]


def _who_belongs(cohort: Cohort, evaluation: Evaluation, name: str, seed: int) -> Part:
    """Fit and judge anew with the children in doubt in, and out."""
    at_risk, rows, notes = evaluation.at_risk, [], []
    plan = ValidationPlan(
        repeats=5, draws=0, tuned=evaluation.plan.tuned, trials=evaluation.plan.trials
    )
    others: dict[str, Doubt] = {
        f"with those {ALREADY_LOST}": {"already_lost": "kept"},
        f"without those of whom it is not known {UNKNOWN.partition(' is ')[0]}": {
            "unknown": "left out"
        },
    }
    for analysis, asked in others.items():
        try:
            other = landmark(cohort, at_risk.design, **asked)
            if len(other) == len(at_risk):
                notes.append(f"{analysis}: there is no such child")
                continue
            judged = evaluate(other, [family(name)], plan=plan, seed=seed)
        except TooLittleData as error:
            notes.append(f"{analysis}: {error}")
            continue
        seen = observed_risk(other.y, judged.horizons)
        rows += _rows(analysis, judged, name, seen, with_c=True)
    return rows, tuple(notes)


def _tipping(evaluation: Evaluation, name: str, seed: int) -> Part:
    """Let those who left for another reason lose response more often, or less, than the others."""
    at_risk = evaluation.at_risk
    left = at_risk.states > 1
    if not left.any():
        return [], ("nobody's observation ended for a competing reason: no tipping point",)
    rows = []
    for factor in FACTORS:
        drawn = [
            observed_risk(_imputed(at_risk.y, left, factor, rng), evaluation.horizons)
            for rng in np.random.default_rng(seed).spawn(IMPUTATIONS)
        ]
        rows += _rows(_left(factor), evaluation, name, np.mean(drawn, axis=0))
    return rows, ()


def _left(factor: float) -> str:
    return f"those who left lose response {factor:g} times as often"


def _imputed(
    y: Outcome, left: NDArray[np.bool_], factor: float, rng: np.random.Generator
) -> Outcome:
    """Draw when those who left would have lost response, from the hazard of the others."""
    days = np.unique(y["duration"][y["event"]])
    hazard = -np.log1p(-np.minimum(observed_risk(y, days), 1 - 1e-9))
    until_left = np.interp(y["duration"], days, hazard, left=0.0)
    reached = until_left + rng.exponential(size=len(y)) / factor
    when = np.interp(reached, hazard, days, right=np.inf)
    lost = left & np.isfinite(when)
    end = np.where(lost, when, np.where(left, np.max(y["duration"]), y["duration"]))
    return outcome_array(y["event"] | lost, np.maximum(end, y["duration"]))


def _between_visits(cohort: Cohort, evaluation: Evaluation, name: str) -> Part:
    """Take a loss of response to lie between the last good visit and the one that shows it."""
    at_risk = evaluation.at_risk
    column = cohort.table.get("last_lor_free_days")
    known = np.zeros(len(at_risk), dtype=bool)
    if column is not None:
        last_good = column.iloc[at_risk.rows].to_numpy(dtype=float) - at_risk.design.landmark_day
        known = at_risk.y["event"] & ~np.isnan(last_good)
    if not known.any():
        return [], ("no visit before a loss of response is recorded (last_lor_free_days)",)
    begin = np.where(known, np.maximum(last_good, 0.0), at_risk.y["duration"])
    observed = turnbull(begin, at_risk.y, evaluation.horizons)
    return _rows("a loss lies between two visits", evaluation, name, observed), ()


def turnbull(begin: Floats, y: Outcome, days: Floats) -> Floats:
    """Risk by each day where an event is known to lie between ``begin`` and its duration.

    The self-consistent estimate; within the last interval in which it may rise it is taken to rise
    at the end, as the first visit that shows a loss does.

    Parameters
    ----------
    begin : array of shape (n_children,)
        Last day known to be free of the event; read for children with the event alone.
    y
        The event, and the day that shows it.
    """
    event, end = y["event"], y["duration"]
    steps = np.unique(end[event])
    may = np.where(
        event[:, None],
        (steps > begin[:, None]) & (steps <= end[:, None]) | (steps == end[:, None]),
        steps > end[:, None],
    )
    later = ~event  # the event may lie beyond all steps
    mass = np.full(len(steps) + 1, 1 / (len(steps) + 1))
    allowed = np.column_stack([may, later]).astype(float)
    for _ in range(_STEPS):
        share = allowed * mass
        again = (share / share.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.abs(again - mass).max() < _SETTLED:
            break
        mass = again
    risk: Floats = np.concatenate([[0.0], np.cumsum(mass[:-1])])[
        np.searchsorted(steps, days, side="right")
    ]
    return risk


def _rows(
    analysis: str, evaluation: Evaluation, name: str, observed: Floats, *, with_c: bool = False
) -> list[Row]:
    """Set observed risks beside those that the model told the children of an evaluation."""
    places = np.searchsorted(evaluation.days, evaluation.horizons)
    expected = np.nanmean(evaluation.risk[name], axis=(0, 1))[places]
    found = evaluation.metrics()[name].get("uno_c", float("nan"))
    return [
        {
            "analysis": analysis,
            "children": len(evaluation.at_risk),
            "horizon": day,
            "observed": float(seen),
            "observed_expected": float(seen / told) if told > 0 else float("nan"),
            "uno_c": found if with_c else float("nan"),
        }
        for day, seen, told in zip(evaluation.times.names, observed, expected, strict=True)
    ]


def tipping_factor(table: pd.DataFrame) -> float | None:
    """Smallest factor above 1 at which a model is no longer calibrated, or None.

    Parameters
    ----------
    table
        Of :class:`Sensitivity`.
    """
    for factor in FACTORS:
        rows = table[table["analysis"] == _left(factor)]
        ratio = rows["observed_expected"]
        if factor > 1 and len(rows) and not ratio.between(*WITHIN).all():
            return factor
    return None
