"""Gradient boosted trees for the time to loss of response (XGBoost), with a parametric curve.

XGBoost learns the middle of the log-time and takes everything else as given: where it starts
(half a day, unless told) and how widely log-times spread. Both come from the training rows here,
as the law that fits them best before any predictor is looked at. Time is handed to XGBoost in
multiples of that law's middle: its sums are float32, and stay exact where they stay small.

The law is log-logistic by default. Weibull times would be proportional hazards once more, which
XGBoost Cox learns without assuming any shape; and of the other two it is the one that a few very
early or very late times pull at least.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import xgboost as xgb
from scipy.optimize import OptimizeResult, minimize_scalar
from scipy.special import log_ndtr

from lorpredict.errors import DesignError, did_you_mean
from lorpredict.models._curves import AcceleratedTime
from lorpredict.models._distributions import DISTRIBUTIONS, Distribution
from lorpredict.models._family import Learnt, ModelFamily, TrainingRows
from lorpredict.models._search_space import Between
from lorpredict.models._xgboost import SEARCH_SPACE, SETTINGS, boosted
from lorpredict.survival import Floats, Outcome
from lorpredict.trees import TreeEnsemble

_NARROWEST, _WIDEST = 0.2, 5.0
_FAR = 20.0  # spreads; one event among millions of children puts the middle that far away
Logarithm = Callable[[Floats], Floats]
# The density of a standardised log-time and its survival, both as logarithms.
_LAWS: dict[str, tuple[Logarithm, Logarithm]] = {
    "normal": (lambda z: -(z**2 + math.log(2 * math.pi)) / 2, lambda z: log_ndtr(-z)),
    "logistic": (
        lambda z: z - 2 * np.logaddexp(0.0, z),
        lambda z: -np.logaddexp(0.0, z),
    ),
    "extreme": (lambda z: z - np.exp(z), lambda z: -np.exp(z)),
}


def learn(rows: TrainingRows) -> Learnt:
    """Barnwal, Cho and Hocking, J Comput Graph Stat 31:1292 (2022)."""
    distribution: Distribution = rows.settings["distribution"]
    _refuse_spread(rows.settings["sigma"])
    middle, sigma = fitted_law(rows.y, distribution, rows.settings["sigma"])
    objective = {
        "objective": "survival:aft",
        "aft_loss_distribution": distribution,
        "aft_loss_distribution_scale": sigma,
        "base_score": 1.0,  # a time, not its logarithm
    }
    booster = boosted(_interval_data(rows, unit=math.exp(middle)), rows, objective)
    trees = TreeEnsemble.from_xgboost(booster)
    in_days = replace(trees, offset=trees.offset + middle)
    return Learnt(AcceleratedTime(in_days, distribution, sigma), booster)


def _refuse_spread(sigma: object) -> None:
    if sigma is not None and not (isinstance(sigma, int | float) and sigma > 0):
        raise DesignError(f"sigma is {sigma!r}; expected a number above 0, or None")


def fitted_law(
    y: Outcome, distribution: Distribution, sigma: float | None = None
) -> tuple[float, float]:
    """Middle and spread of the log-time that make the training rows most likely.

    Without predictors, so the spread is at least that which remains with them: curves are rather
    too flat than too sure of themselves.

    Parameters
    ----------
    sigma : float, optional
        The spread, where it is given.

    Raises
    ------
    DesignError
        If the distribution is none of the three.
    """
    log_density, log_survival = _law(distribution)
    log_time = np.log(y["duration"])

    def unlikely(middle: float, log_sigma: float) -> float:
        z = (log_time - middle) / math.exp(log_sigma)
        each = np.where(y["event"], log_density(z) - log_sigma, log_survival(z))
        return -float(each.mean())

    def middle_for(log_sigma: float) -> OptimizeResult:
        reach = _FAR * math.exp(log_sigma)
        ends = (log_time.min() - reach, log_time.max() + reach)
        return minimize_scalar(unlikely, bounds=ends, args=(log_sigma,), method="bounded")

    # One after the other: for a given spread there is one best middle, and so for the spread.
    spreads = (math.log(_NARROWEST), math.log(_WIDEST))
    if sigma is None:
        profile = minimize_scalar(lambda s: middle_for(s).fun, bounds=spreads, method="bounded")
        sigma = math.exp(profile.x)
    return float(middle_for(math.log(sigma)).x), sigma


def _law(distribution: str) -> tuple[Logarithm, Logarithm]:
    if distribution not in _LAWS:
        hint = did_you_mean(distribution, list(_LAWS))
        expected = f"expected one of {', '.join(_LAWS)}. {hint}".rstrip()
        raise DesignError(f"distribution {distribution!r} of XGBoost AFT: {expected}")
    return _LAWS[distribution]


def _interval_data(rows: TrainingRows, *, unit: float) -> xgb.DMatrix:
    """Rows with the time between bounds: seen on a day, or some time after the last one seen."""
    time = rows.y["duration"] / unit
    data = xgb.DMatrix(rows.features, missing=np.nan)
    data.set_float_info("label_lower_bound", time)
    data.set_float_info("label_upper_bound", np.where(rows.y["event"], time, np.inf))
    return data


FAMILY = ModelFamily(
    name="aft",
    label="XGBoost AFT",
    kind="tree",
    style="with_missing",
    explained_on="log_acceleration",
    learn=learn,
    settings={
        **SETTINGS,
        "distribution": "logistic",
        "sigma": None,  # None: the one that fits the training rows best without predictors
    },
    search_space={
        **SEARCH_SPACE,
        "distribution": DISTRIBUTIONS,
        "sigma": Between(_NARROWEST, _WIDEST, log=True),
    },
)
