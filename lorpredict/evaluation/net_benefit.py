"""Net benefit: what acting on the risk would be worth, beside acting on all, on none, on a sign.

A threshold says how many children one would rather treat in vain than miss one: at 20 % four.
True positives count one, false positives what the threshold makes of them, both per child.

>>> from lorpredict.survival import outcome_array
>>> y = outcome_array([True, True, False, False], [50, 100, 700, 700])
>>> float(net_benefit(np.array([True, False, True, False]), y, 365, 0.2))
0.1875
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lorpredict.errors import DesignError
from lorpredict.evaluation._measure import Predicted, measure
from lorpredict.survival import Floats, Outcome

THRESHOLDS: Floats = np.arange(10, 41) / 100
JUDGED: Floats = np.arange(15, 36) / 100

Treated = NDArray[np.bool_]


@measure("Mean net benefit, thresholds 15-35 %", level="repeat", better="higher")
def mean_net_benefit(predicted: Predicted) -> Floats:
    """Net benefit of acting on the risk by each horizon, mean of the thresholds 15, 16 ... 35 %.

    Treating nobody is worth 0. NaN where it is not known at one of the thresholds, because a mean
    over the others would be another quantity.

    References
    ----------
    Vickers AJ, et al. BMC Med Inform Decis Mak 8:53 (2008).
    """
    return np.array(
        [
            net_benefit_of_risk(risk, predicted.y, float(day), JUDGED).mean()
            for risk, day in zip(predicted.at_horizons.T, predicted.horizons, strict=True)
        ]
    )


def net_benefit(treated: Treated, y: Outcome, day: float, thresholds: ArrayLike) -> Floats:
    """Net benefit of treating these children and no others.

    Parameters
    ----------
    treated : array of shape (n_children,)
        Whether each child would be treated.
    y
        What happened to all children.
    day
        Days since the landmark by which the event counts.
    thresholds : a number or an array, of any shape, of risks from 0 to below 1
        From which risk on one would act.

    Returns
    -------
    array of the shape of ``thresholds``
        0 where nobody is treated. NaN where nobody among the treated is still under observation
        on the day although not all of them had the event: Kaplan-Meier does not reach it.

    Raises
    ------
    DesignError
        If a threshold lies outside 0 to 1, or the arrays differ in length.

    References
    ----------
    Vickers AJ, et al. BMC Med Inform Decis Mak 8:53 (2008): with censoring, by Kaplan-Meier among
    those treated.
    """
    asked = _thresholds(thresholds)
    if len(treated) != len(y):
        raise DesignError(f"{len(treated)} treated or not; expected {len(y)}, one for each child")
    if not treated.any():
        return np.zeros(asked.shape)
    return _worth(float(treated.mean()), _lost(y[treated], day), asked)


def net_benefit_of_risk(risk: Floats, y: Outcome, day: float, thresholds: ArrayLike) -> Floats:
    """Net benefit of treating those whose risk is at the threshold or above it.

    Parameters
    ----------
    risk : array of shape (n_children,)
        Predicted risk by the day.
    y, day, thresholds
        As for ``net_benefit``.

    Returns
    -------
    array of the shape of ``thresholds``
        As for ``net_benefit``. Where everybody is above the threshold it is that of treating all.
    """
    asked = _thresholds(thresholds)
    treated = risk >= asked[..., None]
    number = treated.sum(axis=-1)
    # Who is treated is known from how many are, so that each group is looked at once.
    lost = {0: 0.0} | {
        int(many): _lost(y[treated[number == many][0]], day) for many in np.unique(number) if many
    }
    return _worth(number / len(risk), np.vectorize(lost.__getitem__, otypes=[float])(number), asked)


def decision_curves(
    risk: Floats,
    y: Outcome,
    day: float,
    *,
    references: Mapping[str, Treated] | None = None,
    thresholds: Floats = THRESHOLDS,
) -> pd.DataFrame:
    """Net benefit by threshold of the model and of what one could do without it.

    Parameters
    ----------
    risk : array of shape (n_children,)
        Predicted risk by the day.
    y
        What happened to them.
    day
        Days since the landmark.
    references
        Name -> whether each child would be treated, array of shape (n_children,): for example
        those not in remission at week 14.
    thresholds : array of shape (n_thresholds,)
        10, 11 ... 40 % unless given.

    Returns
    -------
    DataFrame
        Indexed by ``threshold``; columns ``model``, ``treat_all``, ``treat_none`` and one for each
        reference.

    Raises
    ------
    DesignError
        If a threshold lies outside 0 to 1, or an array has not one entry for each child.
    """
    everybody = np.ones(len(y), dtype=bool)
    without = {"treat_all": everybody, "treat_none": ~everybody, **(references or {})}
    curves = {
        "model": net_benefit_of_risk(risk, y, day, thresholds),
        **{name: net_benefit(treated, y, day, thresholds) for name, treated in without.items()},
    }
    return pd.DataFrame(curves, index=pd.Index(thresholds, name="threshold"))


def gain_over_others(curves: pd.DataFrame, judged: Floats = JUDGED) -> pd.DataFrame:
    """Net benefit of the model less that of each other column, over the judged thresholds.

    Parameters
    ----------
    curves
        As ``decision_curves`` gives them; every judged threshold among its rows.
    judged : array of shape (n_judged,)
        15, 16 ... 35 % unless given.

    Returns
    -------
    DataFrame
        Indexed by the name of the other; ``mean`` and ``lowest`` difference, NaN where one of the
        two is not known at one of the thresholds.

    Raises
    ------
    DesignError
        If the curves lack a threshold.
    """
    lacking = judged[~np.isin(judged, curves.index)]
    if lacking.size:
        told = ", ".join(f"{threshold:g}" for threshold in lacking)
        raise DesignError(f"the decision curves lack the thresholds {told}")
    rows = curves.loc[list(judged)]
    gain = -rows.drop(columns="model").sub(rows["model"], axis="index")
    return pd.DataFrame(
        {"mean": gain.mean(skipna=False), "lowest": gain.min(skipna=False)}
    ).rename_axis("other")


def _thresholds(thresholds: ArrayLike) -> Floats:
    asked = np.asarray(thresholds, dtype=float)
    wrong = np.unique(asked[~((asked >= 0) & (asked < 1))])
    if wrong.size:
        told = ", ".join(f"{threshold:g}" for threshold in wrong)
        raise DesignError(f"thresholds {told}; expected risks from 0 to below 1")
    return asked


def _lost(y: Outcome, day: float) -> float:
    """Risk of the event by the day among these; NaN where Kaplan-Meier does not reach it.

    By hand, because scikit-survival's estimator takes ten times as long and there is one for each
    threshold, horizon and resample.
    """
    days, step, leaving = np.unique(y["duration"], return_inverse=True, return_counts=True)
    at_risk = len(y) - np.cumsum(leaving) + leaving
    events = np.bincount(step, weights=y["event"])
    if days[-1] < day and not y["event"].all():
        return float("nan")
    return 1 - float(np.prod((1 - events / at_risk)[days <= day]))


def _worth(share: float | Floats, lost: float | Floats, thresholds: Floats) -> Floats:
    worth: Floats = share * (lost - (1 - lost) * thresholds / (1 - thresholds))
    return worth
