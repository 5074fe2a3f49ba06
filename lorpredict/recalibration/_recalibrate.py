"""Recalibrate: the model of elsewhere, brought to the level of these children."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal, get_args

from lorpredict.cohort import Cohort
from lorpredict.errors import DesignError, TooLittleData, UnsupportedModel, did_you_mean
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.outcome import AtRisk
from lorpredict.packaged import ModelFacts, PackagedModel, Recalibration
from lorpredict.packaged._cohort import at_risk_for, course_of, features_of
from lorpredict.packaged._facts import RECALIBRATED
from lorpredict.recalibration._curves import adjusted
from lorpredict.recalibration._slope import NewChildren
from lorpredict.survival import CurveModel, Floats, last_day_at_risk

Method = Literal["baseline", "slope"]
METHODS: tuple[Method, ...] = get_args(Method)

FEWEST_EVENTS = 10  # house limit: below it even the level is a guess
OFF = 1.1  # house limit: a level that is further off is told
ENOUGH_EVENTS = 100  # Collins GS, et al. Stat Med 35:214 (2016), for the figures it rests on


class FewEventsWarning(UserWarning):
    """A recalibration that rests on few events."""


def recalibrate(
    model: PackagedModel,
    cohort: Cohort,
    *,
    method: Method = "baseline",
    fingerprint: str | None = None,
) -> PackagedModel:
    """Adjust a model to the children of another cohort; the model itself stays as it is.

    Parameters
    ----------
    cohort
        Read with ``known=model.facts.design.catalogue`` where the model has a site's predictors.
    method
        ``baseline`` brings the mean risk to what was observed and leaves the spread; ``slope``
        brings both, and needs more events.
    fingerprint
        Of the folder that the model was loaded from, for the new model's record.

    Returns
    -------
    PackagedModel
        Its follow-up is the shorter of the two, its stage ``demo`` or ``exploratory``: it has not
        been judged on any child that it was not adjusted to.

    Raises
    ------
    DesignError
        If the cohort lacks predictors of the model, all of them named.
    TooLittleData
        If no horizon lies within the follow-up, fewer than ten children lost response by the last
        that does, or there is no slope above 0.
    UnsupportedModel
        If the model's shape cannot be adjusted, or it forecasts troughs.

    Notes
    -----
    A model is *validated* on a cohort first. Recalibration mends a wrong level and a wrong spread;
    it does not mend a ranking.

    References
    ----------
    van Houwelingen HC. Stat Med 19:3401 (2000).
    """
    _refuse_other(method)
    _refuse_forecast(model)
    at_risk = at_risk_for(model, cohort)
    children = _children(model, at_risk)
    found = adjusted(model.curves, children, with_slope=method == "slope")
    record = Recalibration(
        method=method,
        cohort=cohort.name,
        sha256=cohort.sha256,
        children=len(at_risk),
        events=children.events,
        synthetic=cohort.is_synthetic,
        slope=found.slope,
        fingerprint=fingerprint,
    )
    _warn_few(record)
    remarks = _remarks(model.facts, record, _level(found.curves, children))
    facts = _facts(model.facts, record, remarks, follow_up=_follow_up(model, at_risk))
    # The quartiles were of the model as it was; what it tells now was predicted for nobody unseen.
    facts = replace(facts, course=course_of(cohort.name, at_risk))
    return PackagedModel(facts, model.encoding, found.curves)


def _refuse_other(method: str) -> None:
    if method not in METHODS:
        hint = did_you_mean(method, METHODS)
        told = f"no method {method!r} of recalibration; there are {', '.join(METHODS)}. {hint}"
        raise DesignError(told.rstrip())


def _refuse_forecast(model: PackagedModel) -> None:
    """Refuse what would miss its own target: a mean over levels is not one curve that moves."""
    if model.encoding.forecast is not None:
        raise UnsupportedModel(
            f"{model!r} averages over the levels that a missing trough may have had, and is not "
            "recalibrated; expected a model of a design without trough_forecast. Train it anew on "
            "these children instead"
        )


def _children(model: PackagedModel, at_risk: AtRisk) -> NewChildren:
    follow_up, horizons = _follow_up(model, at_risk), model.facts.design.horizons
    if follow_up < horizons[0]:
        raise TooLittleData(
            f"no horizon lies within follow-up: it ends on day {follow_up:g} since the landmark, "
            f"the first horizon is day {horizons[0]:g}"
        )
    children = NewChildren(
        features=features_of(model, at_risk),
        y=at_risk.y,
        horizons=horizons[horizons <= follow_up],
        grid=_grid(at_risk),
    )
    _refuse_few(children)
    return children


def _refuse_few(children: NewChildren) -> None:
    if children.events < FEWEST_EVENTS:
        raise TooLittleData(
            f"{children.events} of the {len(children.y)} children at risk lost response by day "
            f"{children.horizons[-1]:g} since the landmark, the last horizon within follow-up; "
            f"expected at least {FEWEST_EVENTS} events to recalibrate by"
        )


def _grid(at_risk: AtRisk) -> Floats:
    return at_risk.design.time_grid(float(at_risk.y["duration"].max()))


def _follow_up(model: PackagedModel, at_risk: AtRisk) -> float:
    """Return the shorter follow-up; that of these children ends on a day of the grid."""
    grid = _grid(at_risk)
    within = grid[grid <= last_day_at_risk(at_risk.y)]
    own = float(within[-1]) if within.size else 0.0
    return min(model.facts.follow_up_days_since_landmark, own)


def _level(curves: CurveModel, children: NewChildren) -> dict[float, float]:
    """Horizon -> observed over expected risk of the adjusted model on these very children."""
    expected = 1 - curves.survival(children.features, children.horizons).mean(axis=0)
    observed = observed_risk(children.y, children.horizons)
    return dict(zip(children.horizons.tolist(), (observed / expected).tolist(), strict=True))


def _facts(
    facts: ModelFacts, record: Recalibration, remarks: Iterable[str], *, follow_up: float
) -> ModelFacts:
    return replace(
        facts,
        follow_up_days_since_landmark=follow_up,
        stage="demo" if facts.stage == "demo" or record.synthetic else "exploratory",
        reasons=tuple(dict.fromkeys([*facts.reasons, *remarks])),
        recalibrations=(*facts.recalibrations, record),
    )


def _remarks(
    facts: ModelFacts, record: Recalibration, level: Mapping[float, float]
) -> Iterator[str]:
    """Say why the stage is no better than it is."""
    if record.synthetic:
        yield RECALIBRATED
    yield (
        f"recalibrated ({record.method}) on {record.children} children of {record.cohort!r} with "
        f"{record.events} events, and not validated since on others"
    )
    if record.events < ENOUGH_EVENTS:
        yield _few(record)
    if record.sha256 == facts.training.sha256:
        yield "recalibrated on the very cohort it learnt from, which adjusts it to their chance"
    elif record.sha256 in facts.cohorts_seen:
        yield "recalibrated again on the very cohort it had been recalibrated on before"
    off = {day: ratio for day, ratio in level.items() if not 1 / OFF <= ratio <= OFF}
    if off:
        told = ", ".join(f"{ratio:.2f} by day {day:g}" for day, ratio in off.items())
        yield f"after it observed over expected is still {told} since the landmark"


def _few(record: Recalibration) -> str:
    return (
        f"{record.events} events to recalibrate by; below {ENOUGH_EVENTS} the level is uncertain, "
        "and the slope more so"
    )


def _warn_few(record: Recalibration) -> None:
    if record.events < ENOUGH_EVENTS:
        warnings.warn(_few(record), FewEventsWarning, stacklevel=3)
