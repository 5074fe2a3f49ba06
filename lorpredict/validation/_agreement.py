"""Predicted risk beside what happened, in groups; and what acting on it would be worth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict.evaluation.net_benefit import THRESHOLDS
from lorpredict.evaluation.net_benefit import net_benefit as net_benefit_of
from lorpredict.survival import Floats, Outcome, StepFunction
from lorpredict.validation._judged import Group
from lorpredict.validation._small_counts import FEWEST_FOR_A_RANGE, SMALLEST, unless_small

# House limits: a Kaplan-Meier of few events says little, two points say nothing of a shape.
_EVENTS_A_GROUP = 10
_FEWEST_GROUPS, _MOST_GROUPS = 3, 10


def calibration_groups(group: Group) -> pd.DataFrame:
    """Mean predicted and observed risk of groups of about equal size, with 95 % intervals.

    Children with the same risk stay together, and no group has fewer than five. The
    interval is Kaplan-Meier's on the log-log scale; a group without an event, or with
    nothing but events, has none.

    Returns
    -------
    DataFrame
        ``day`` (since the first infusion), ``group``, ``children``, ``predicted``, ``observed``,
        ``low``, ``high``.
    """
    rows = [
        {"day": day + group.at_risk.design.landmark_day, "group": number, **row}
        for day, risk in zip(group.horizons, group.at_horizons.T, strict=True)
        for number, row in enumerate(_groups(risk, group, float(day)), start=1)
    ]
    return pd.DataFrame(rows)


def _groups(risk: Floats, group: Group, day: float) -> Iterator[dict[str, float]]:
    number = np.clip(group.events // _EVENTS_A_GROUP, _FEWEST_GROUPS, _MOST_GROUPS)
    for members in equal_groups(risk, int(number)):
        observed, low, high = _observed(group.y[members], day)
        yield {
            "children": len(members),
            "predicted": float(risk[members].mean()),
            "observed": observed,
            "low": low,
            "high": high,
        }


def equal_groups(risk: Floats, number: int) -> list[NDArray[np.intp]]:
    """Rows of children in groups of about equal size, the lowest risk first; ties stay together.

    Ties can leave a group of one child; what has fewer than five joins its neighbour.
    """
    edges = np.unique(np.quantile(risk, np.arange(1, number) / number))
    belongs = np.searchsorted(edges, risk, side="left")
    groups: list[NDArray[np.intp]] = []
    for each in np.unique(belongs):
        members = np.flatnonzero(belongs == each)
        if groups and min(len(members), len(groups[-1])) < SMALLEST:
            members = np.sort(np.concatenate([groups.pop(), members]))
        groups.append(members)
    return groups


def _observed(y: Outcome, day: float) -> tuple[float, float, float]:
    """Observed risk by a day and its interval, NaN where there is none."""
    days, survival, ends = kaplan_meier_estimator(y["event"], y["duration"], conf_type="log-log")
    at_day = float(StepFunction(days, survival, before=1.0)([day])[0])
    if not 0 < at_day < 1:
        return 1 - at_day, float("nan"), float("nan")
    low, high = (float(StepFunction(days, end, before=1.0)([day])[0]) for end in (ends[1], ends[0]))
    return 1 - at_day, 1 - low, 1 - high


def net_benefit(group: Group) -> pd.DataFrame:
    """Net benefit of acting on the risk, by horizon and threshold, beside acting on all or none.

    Returns
    -------
    DataFrame
        ``day`` (since the first infusion), ``threshold``, ``model``, ``treat_all``; treating
        nobody is worth 0. ``model`` is NaN where it would treat, or leave, one to four children:
        the difference would be their outcome.

    References
    ----------
    Vickers AJ, et al. BMC Med Inform Decis Mak 8:53 (2008): with censoring, by Kaplan-Meier among
    those above the threshold.
    """
    rows = [
        {
            "day": day + group.at_risk.design.landmark_day,
            "threshold": round(float(threshold), 2),
            "model": _worth(risk >= threshold, group.y, float(day), threshold),
            "treat_all": _worth(np.ones(len(risk), dtype=bool), group.y, float(day), threshold),
        }
        for day, risk in zip(group.horizons, group.at_horizons.T, strict=True)
        for threshold in THRESHOLDS
    ]
    return pd.DataFrame(rows)


def _worth(treated: NDArray[np.bool_], y: Outcome, day: float, threshold: float) -> float:
    few = treated.any() and unless_small(int(treated.sum()), len(y)) is None
    return float("nan") if few else float(net_benefit_of(treated, y, day, threshold))


def risk_distribution(group: Group) -> pd.DataFrame:
    """How the predicted risks are spread, one row a horizon; no single child's.

    Of fewer than twenty children no quantiles are told.
    """
    shares = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
    rows = [
        {
            "day": day + group.at_risk.design.landmark_day,
            "mean": float(risk.mean()),
            "sd": float(risk.std(ddof=1)),
            **{name: _quantile(risk, share) for name, share in shares.items()},
        }
        for day, risk in zip(group.horizons, group.at_horizons.T, strict=True)
    ]
    return pd.DataFrame(rows)


def _quantile(risk: Floats, share: float) -> float:
    return float(np.quantile(risk, share)) if len(risk) >= FEWEST_FOR_A_RANGE else float("nan")
