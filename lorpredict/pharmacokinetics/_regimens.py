"""Doses and intervals side by side: which trough each of them would leave, and how surely."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lorpredict.clinical import catalogue
from lorpredict.errors import Fault, FaultsFound
from lorpredict.pharmacokinetics._compared import Regimen, RegimenSearch, TroughReached
from lorpredict.pharmacokinetics._doses import ROUNDINGS, MadeUp, Rounding
from lorpredict.pharmacokinetics._estimates import Estimates
from lorpredict.pharmacokinetics._forecast import (
    DRAWS,
    POOLED,
    beliefs_of,
    quantiles,
    warnings_of,
)
from lorpredict.pharmacokinetics._history import DoseHistory
from lorpredict.pharmacokinetics._history_faults import LAST_DAY, is_number
from lorpredict.pharmacokinetics._knowledge import (
    Candidates,
    plausible_interval,
    usual_candidates,
)
from lorpredict.pharmacokinetics._onward import Onward
from lorpredict.survival import Floats

INFUSIONS = 3
_MOST_INFUSIONS, _LARGEST_TARGET = 20, 100.0


def search_regimens(
    history: DoseHistory,
    target_ug_ml: float,
    *,
    vial_mg: float | None,
    from_day: float,
    estimates: Estimates | None = None,
    candidates: Candidates | None = None,
    infusions: int = INFUSIONS,
    rounding: Rounding = "nearest",
    maximum_mg: float | None = None,
    maximum_mg_kg: float | None = None,
    between_occasions: bool = True,
    draws: int = DRAWS,
) -> RegimenSearch:
    """Compute, for doses and intervals, how likely the trough reaches a target.

    Parameters
    ----------
    history
        Infusions until now, and covariates; the last weight holds from then on.
    target_ug_ml
        The trough asked for, µg/mL. Which trough a child should have is not known: see
        :func:`trough_thresholds` for those that studies name.
    vial_mg
        What a vial holds, as the pharmacy says; doses are rounded to whole vials. None for no
        rounding. There is no default: it is a fact of the product on site.
    from_day
        The day of the next infusion, from which the regimens part.
    estimates
        What measured levels of this child have told, by :func:`estimate`.
    candidates
        Doses and intervals; those of ``clinical/dosing.toml`` by default.
    infusions
        The trough is that after so many infusions of the regimen, just before the next one.
    rounding
        To the next larger, the nearest or the next smaller number of vials.
    maximum_mg, maximum_mg_kg
        Larger doses, after rounding, are left out and named; beyond the house limits of the
        catalogue all are.
    between_occasions, draws
        As in :func:`forecast`.

    Raises
    ------
    FaultsFound
        If the target, the vial or another number cannot be meant, or the next infusion is not
        after the last one.

    Examples
    --------
    >>> history = DoseHistory.of(
    ...     infusion_days=[0, 14, 42], doses_mg_kg=5, weight_kg=42, albumin_g_l=38
    ... )
    >>> found = search_regimens(history, 3.0, vial_mg=100.0, from_day=98)
    >>> found
    RegimenSearch(15 regimens, target 3 µg/mL after 3 infusions; research only)
    >>> found[0].dose_mg, found[0].interval_days
    (200.0, 56.0)
    """
    plan = candidates or usual_candidates()
    limits = {"vial_mg": vial_mg, "maximum_mg": maximum_mg, "maximum_mg_kg": maximum_mg_kg}
    asked = {"infusions": infusions, "rounding": rounding, **limits}
    faults = [*faults_of_regimens(target_ug_ml, plan, **asked), *_faults_of_day(history, from_day)]
    if faults:
        raise FaultsFound(faults, subject="the regimens that are asked for")
    weight = float(history.weight_kg.on(from_day))
    made_up = MadeUp(weight, tuple(plan.doses_mg_kg), rounding=rounding, **limits)
    doses, left_out = made_up.doses()
    beliefs = beliefs_of(history, estimates, between_occasions=between_occasions)
    onward = Onward.of(history, beliefs, float(from_day), infusions=infusions, draws=draws)
    return RegimenSearch(
        regimens=tuple(_regimens(onward, made_up, doses, plan.intervals_days, target_ug_ml)),
        target_ug_ml=float(target_ug_ml),
        from_day=float(from_day),
        infusions=infusions,
        individual=estimates is not None,
        left_out=left_out,
        candidates_source=plan.source,
        warnings=warnings_of(history, estimates),
    )


def _regimens(
    onward: Onward,
    made_up: MadeUp,
    doses: Mapping[float, Sequence[float]],
    intervals: Sequence[float],
    target: float,
) -> Iterator[Regimen]:
    """Compare every dose with every interval: smaller doses first, longer intervals first."""
    names = [each.model.name for each in onward.beliefs]
    courses = {each: onward.course(each) for each in sorted(set(intervals), reverse=True)}
    least, most = made_up.asked
    for dose, per_kg in doses.items():
        for interval, course in courses.items():
            troughs = [kept + dose * of_one for kept, of_one in course]
            each = zip(names, troughs, strict=True)
            yield Regimen(
                dose_mg=dose,
                dose_mg_kg=dose / made_up.weight_kg,
                vials=made_up.vials(dose),
                made_up_from_mg_kg=tuple(per_kg),
                is_outside_asked=not least <= dose / made_up.weight_kg <= most,
                interval_days=interval,
                by_model={name: _reached(name, levels, target) for name, levels in each},
                pooled=_reached(POOLED, np.concatenate(troughs), target),
            )


def _reached(model: str, levels: Floats, target: float) -> TroughReached:
    low, median, high = (float(each) for each in quantiles(levels))
    return TroughReached(model, float((levels >= target).mean()), median, low, high)


def faults_of_regimens(
    target_ug_ml: Any, plan: Candidates, *, infusions: Any, rounding: Any, **limits: Any
) -> list[Fault]:
    """Find what cannot be meant, whoever the child is, all faults at once.

    Parameters
    ----------
    target_ug_ml, infusions, rounding
        As in :func:`search_regimens`.
    plan
        Doses and intervals.
    limits
        ``vial_mg``, ``maximum_mg`` and ``maximum_mg_kg``; None where there is none.

    Examples
    --------
    >>> usual = usual_candidates()
    >>> [str(each) for each in faults_of_regimens(-3, usual, infusions=3, rounding="up")]
    ['target_ug_ml is -3: expected above 0, to 100 µg/mL']
    """
    asked = _faults_of_question(target_ug_ml, infusions, rounding)
    return [*asked, *_faults_of_plan(plan, limits)]


def _faults_of_question(target: Any, infusions: Any, rounding: Any) -> Iterator[Fault]:
    if not (is_number(target) and 0 < target <= _LARGEST_TARGET):
        expected = f"expected above 0, to {_LARGEST_TARGET:g} µg/mL"
        yield Fault("target_ug_ml", expected, value=repr(target))
    if not (isinstance(infusions, int) and 1 <= infusions <= _MOST_INFUSIONS):
        yield Fault("infusions", f"expected 1 to {_MOST_INFUSIONS}", value=repr(infusions))
    if rounding not in ROUNDINGS:
        yield Fault("rounding", f"expected one of {', '.join(ROUNDINGS)}", value=repr(rounding))


def _faults_of_day(history: DoseHistory, day: Any) -> Iterator[Fault]:
    last = history.infusion_days[-1] + history.hours[-1] / 24
    if is_number(day) and last <= day <= LAST_DAY:
        return
    hint = "The regimens part at an infusion that is not before the end of the last one"
    told = f"{day!r} (the last one ended on day {last:.4g})"
    yield Fault("from_day", "expected the day of the next infusion", hint, value=told)


def _faults_of_plan(plan: Candidates, limits: Mapping[str, Any]) -> Iterator[Fault]:
    low, high = plausible_interval()
    if not (plan.doses_mg_kg and plan.intervals_days):
        yield Fault("candidates", "expected a dose and an interval, or more")
    for each in plan.intervals_days:
        if not (is_number(each) and low <= each <= high):
            expected = f"expected {low:g} to {high:g} days"
            yield Fault(
                "intervals_days", expected, "An interval is in days, not in weeks", value=repr(each)
            )
    for each in plan.doses_mg_kg:
        if not catalogue()["ifx_dose_mg_kg"].fits(each):
            expected = f"expected {catalogue()['ifx_dose_mg_kg'].expected}"
            yield Fault("doses_mg_kg", expected, "A dose is for each kilogram", value=repr(each))
    for name, value in limits.items():
        if not (value is None or (is_number(value) and value > 0)):
            yield Fault(name, "expected a number above 0, or none", value=repr(value))
