"""Elastic net Cox regression (scikit-survival): shrinks like ridge and leaves predictors out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sksurv.linear_model import CoxnetSurvivalAnalysis

from lorpredict.errors import TooLittleData
from lorpredict.models._cox import chosen_penalty, linear_hazard
from lorpredict.models._family import Learnt, ModelFamily, TrainingRows
from lorpredict.models._search_space import Between
from lorpredict.survival import Floats, Outcome

LAST = "last"
_STEPS = 10_000  # of coordinate descent; who has not converged by then never does


def learn(rows: TrainingRows) -> Learnt:
    """Choose the penalty along the path by cross-validated partial likelihood, then fit.

    References
    ----------
    Simon N, Friedman J, Hastie T, Tibshirani R. J Stat Softw 39:5 (2011).
    """
    settings = dict(rows.settings)
    if settings.pop("penalty") == LAST:
        fitted = _whole_path(rows, settings)
    else:
        ratio = settings["l1_ratio"]
        fitted = descended(rows.features, rows.y, _down_to_the_chosen(rows), l1_ratio=ratio)
    return Learnt(linear_hazard(fitted.coef_[:, -1], rows), fitted)


def _whole_path(rows: TrainingRows, settings: Mapping[str, Any]) -> CoxnetSurvivalAnalysis:
    try:
        return _fit(rows.features, rows.y, not_converged="error", **settings)
    except (ArithmeticError, ConvergenceWarning) as error:
        told = f"the library's own path of penalties does not converge: {error}"
        raise TooLittleData(told) from error


def _down_to_the_chosen(rows: TrainingRows) -> list[float]:
    given = rows.settings["penalty"]
    penalties = path(rows.features, rows.y, rows.settings, down_to=given)
    if given is not None:
        return penalties
    fit = partial(coefficients, l1_ratio=rows.settings["l1_ratio"])
    chosen = chosen_penalty(rows.features, rows.y, penalties, fit, seed=rows.seed)
    return penalties[: penalties.index(chosen) + 1]


def path(
    features: Floats, y: Outcome, settings: Mapping[str, Any], *, down_to: float | None = None
) -> list[float]:
    """Penalties from the smallest that leaves out every predictor, downwards in equal ratios."""
    # Where no predictor varies, any penalty leaves them all out.
    highest = highest_penalty(features, y, settings["l1_ratio"]) or 1.0
    lowest = highest * settings["alpha_min_ratio"] if down_to is None else down_to
    if lowest >= highest:
        return [lowest]
    penalties: list[float] = np.geomspace(highest, lowest, settings["n_alphas"]).tolist()
    return penalties


def coefficients(
    features: Floats, y: Outcome, penalties: Sequence[float], *, l1_ratio: float
) -> Floats:
    """Coefficients for each of falling penalties, array of shape (n_penalties, n_features).

    The library stops where further steps change next to nothing, or no longer converge; the last
    coefficients then stand for all smaller penalties, which are never chosen before them.
    """
    # Where these rows' own path starts lower, five steps without a change would end it.
    highest = highest_penalty(features, y, l1_ratio)
    own = [penalty for penalty in penalties if penalty < highest]
    found = np.zeros((len(penalties), features.shape[1]))
    if own:
        along = descended(features, y, [highest, *own], l1_ratio=l1_ratio).coef_.T
        reached = np.minimum(np.arange(1, len(own) + 1), len(along) - 1)
        found[-len(own) :] = along[reached]
    return found


def descended(
    features: Floats, y: Outcome, penalties: Sequence[float], *, l1_ratio: float
) -> CoxnetSurvivalAnalysis:
    """Fit along falling penalties, each from where the one before ended, as far as it goes.

    The first should leave out every predictor: beyond it there is nothing that need converge.
    """
    along: dict[str, Any] = {"l1_ratio": l1_ratio, "alphas": list(penalties), "max_iter": _STEPS}
    if len(penalties) == 1:
        return _fit(features, y, **along)
    try:
        return _fit(features, y, not_converged="error", **along)
    except (ArithmeticError, ConvergenceWarning):
        # The smaller the penalty, the worse for predictors that tell the events apart.
        kept = len(penalties) - max(1, len(penalties) // 4)
        return descended(features, y, penalties[:kept], l1_ratio=l1_ratio)


def highest_penalty(features: Floats, y: Outcome, l1_ratio: float) -> float:
    """Smallest penalty that leaves out every predictor: where the library's own path begins.

    The slope of the partial log-likelihood where all coefficients are zero, by the child; the
    library tells it only once it has fitted a smaller one, which need not converge.
    """
    order = np.argsort(-y["duration"], kind="stable")
    days, event, ordered = y["duration"][order], y["event"][order], features[order]
    last_of_tie = np.searchsorted(-days, -days, side="right") - 1
    mean_at_risk = np.cumsum(ordered, axis=0)[last_of_tie] / (last_of_tie + 1)[:, None]
    slope = (ordered - mean_at_risk)[event].sum(axis=0)
    return float(np.abs(slope).max() / len(y) / l1_ratio)


def _fit(
    features: Floats,
    y: Outcome,
    *,
    not_converged: Literal["ignore", "error"] = "ignore",
    **settings: Any,
) -> CoxnetSurvivalAnalysis:
    with warnings.catch_warnings():
        # Everyone's curve is then the average child's, which is an answer and no accident.
        warnings.filterwarnings("ignore", "all coefficients are zero", UserWarning)
        warnings.simplefilter(not_converged, ConvergenceWarning)
        return CoxnetSurvivalAnalysis(**settings).fit(features, y)


FAMILY = ModelFamily(
    name="coxnet",
    label="Elastic net Cox",
    kind="linear",
    style="standardised",
    explained_on="log_hazard",
    learn=learn,
    settings={
        "penalty": None,  # None: chosen along the path; "last": its smallest, the library's way
        "l1_ratio": 0.5,
        "n_alphas": 30,
        "alpha_min_ratio": 0.01,
    },
    search_space={"l1_ratio": Between(0.05, 1.0)},
)
