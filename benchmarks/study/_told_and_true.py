"""A model of a simulated cohort, and what it tells children whose true risks are known."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.study._cohorts import DESIGN, SEED, children
from lorpredict import ModelDesign, family, landmark
from lorpredict.design import TROUGH
from lorpredict.evaluation._bootstrap import bootstrap_jobs, optimism
from lorpredict.evaluation._times import times_of
from lorpredict.survival import Floats, RiskInterval
from lorpredict.synthetic import simulate_cohort
from lorpredict.uncertainty import uncertainty_of
from lorpredict.uncertainty._spread import log_hazard

RESAMPLES, FRESH = 50, 3000


@dataclass(frozen=True)
class ToldAndTrue:
    """Arrays of shape (n_children, n_horizons), but for ``known`` of shape (n_children,).

    Parameters
    ----------
    truth : true risks
    interval : of the told risks
    away : told from true, as logarithms of the cumulative hazard
    sampled : how far models of resamples lie apart
    known : whose trough was measured
    """

    truth: Floats
    interval: RiskInterval
    away: Floats
    sampled: Floats
    known: NDArray[np.bool_]


def told_and_true(scenario: str, name: str, n: int, number: int, path: int) -> ToldAndTrue:
    """Train a family on a cohort, and ask it about 3,000 children who taught nobody."""
    warnings.simplefilter("ignore")
    at_risk, chosen = children(scenario, n, number, path), family(name)
    times, _ = times_of(at_risk)
    model = chosen.build(at_risk.design, seed=number).fit(at_risk.X, at_risk.y)
    jobs = bootstrap_jobs(at_risk, chosen, times, resamples=RESAMPLES, seed=number)
    told = optimism([job.work() for job in jobs])
    assert told is not None
    features = model.features(at_risk.X)
    uncertainty = uncertainty_of(name, chosen.interval, features, told.risk, times.horizons)
    assert uncertainty is not None
    rng = np.random.default_rng([SEED, FRESH, number, path + 1])
    simulated = simulate_cohort(FRESH, scenario, rng=rng)
    fresh = landmark(simulated.cohort, ModelDesign.read(DESIGN))
    days = np.minimum(times.horizons, model.follow_up_)
    risk = model.predict_survival(fresh.X, days).risk
    truth, features = simulated.truth.risk(times.horizons), model.features(fresh.X)
    known = fresh.X[TROUGH].notna().to_numpy()
    return ToldAndTrue(
        truth=truth,
        interval=uncertainty.interval(features, risk, times.horizons, known),
        away=log_hazard(truth) - log_hazard(risk),
        sampled=uncertainty.spread.at(features, risk, times.horizons),
        known=known,
    )
