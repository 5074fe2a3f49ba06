"""How sure the figures of a finished model are on children of another place.

The model stays as it is; only the children are drawn anew, with replacement. So the intervals tell
of the chance in who was seen, and not of the chance in what the model learnt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from lorpredict.errors import BeyondFollowUp, DesignError
from lorpredict.evaluation._measure import Predicted, values_of
from lorpredict.survival import FEWEST_AT_RISK, Floats, Outcome, last_day_at_risk

Rows = NDArray[np.intp]
LEVEL = 0.95


def external_measures(
    risk: Floats,
    days: Floats,
    horizons: Floats,
    y: Outcome,
    horizon_names: Sequence[str],
    *,
    resamples: int = 500,
    seed: int = 0,
    workers: int = 1,
) -> pd.DataFrame:
    """Every registered measure of a finished model on new children, with its 95 % interval.

    All children were predicted by one model, and the censoring is estimated from themselves, anew
    in every resample.

    Parameters
    ----------
    risk : array of shape (n_children, n_days)
    days : array of shape (n_days,)
        Days since the landmark, every horizon among them.
    horizons : array of shape (n_horizons,)
        Days since the landmark, all within the follow-up of these children.
    y
        What happened to them.
    horizon_names
        One name for each horizon, which ends the name of the measure.
    resamples
        How often the children are drawn.
    seed, workers
        Every draw has a seed of its own, so the result does not depend on the number of processes.

    Returns
    -------
    DataFrame
        One row a figure: ``measure``, ``estimate`` (of all children, once), ``low``, ``high`` and
        ``undefined``, the number of resamples in which the measure is not defined.

    Raises
    ------
    TooLittleData
        If there are fewer than five children.
    BeyondFollowUp
        If fewer than five of them are still at risk at a horizon.
    DesignError
        If a horizon is not among the days.

    References
    ----------
    Efron B, Tibshirani R. An Introduction to the Bootstrap (1993), chapter 13: percentiles.
    """
    _refuse_beyond_follow_up(horizons, y)
    _refuse_not_predicted(horizons, days)
    figures = partial(_figures, risk, days, horizons, y, list(horizon_names))
    return (
        percentile_intervals(figures, len(y), resamples=resamples, seed=seed, workers=workers)
        .rename_axis("measure")
        .reset_index()
    )


def percentile_intervals(
    figures: Callable[[Rows], dict[str, float]],
    children: int,
    *,
    resamples: int = 500,
    seed: int = 0,
    workers: int = 1,
) -> pd.DataFrame:
    """Figures of all children, with the interval that resamples of the children give.

    Parameters
    ----------
    figures
        From rows of children (some of them twice) to figures by name, NaN where not defined.

    Returns
    -------
    DataFrame
        Indexed by the name of the figure: ``estimate``, ``low``, ``high``, ``undefined``. Where a
        figure is not defined for most of the resamples it has no interval.
    """
    estimate = pd.Series(figures(np.arange(children)), dtype=float)
    jobs = [delayed(_drawn)(figures, children, seed, number) for number in range(resamples)]
    drawn = pd.DataFrame(Parallel(n_jobs=workers)(jobs), columns=estimate.index, dtype=float)
    found = percentiles(drawn)
    ends = found[["low", "high"]].where(estimate.notna(), axis="index")
    return pd.DataFrame({"estimate": estimate, **ends, "undefined": found["undefined"]})


def percentiles(drawn: pd.DataFrame) -> pd.DataFrame:
    """Return the interval of each column of draws: ``low``, ``high``, ``undefined``.

    Indexed by the columns. What is not defined in most draws has no interval.
    """
    undefined = drawn.isna().sum()
    shares = {"low": (1 - LEVEL) / 2, "high": (1 + LEVEL) / 2}
    ends = pd.DataFrame({end: drawn.quantile(share) for end, share in shares.items()})
    return ends.where(undefined <= len(drawn) / 2, axis="index").assign(undefined=undefined)


def _drawn(
    figures: Callable[[Rows], dict[str, float]], children: int, seed: int, number: int
) -> dict[str, float]:
    rng = np.random.default_rng([seed, number])
    return figures(rng.integers(children, size=children))


def _figures(
    risk: Floats, days: Floats, horizons: Floats, y: Outcome, names: list[str], rows: Rows
) -> dict[str, float]:
    predicted = Predicted(risk[rows], days, horizons, y[rows], y[rows])
    return values_of(predicted, names)


def _refuse_beyond_follow_up(horizons: Floats, y: Outcome) -> None:
    last = last_day_at_risk(y)
    beyond = horizons[horizons > last]
    if beyond.size:
        told = ", ".join(f"{day:g}" for day in beyond)
        raise BeyondFollowUp(
            f"{told} days since the landmark: expected at most {last:g}, the last day with "
            f"{FEWEST_AT_RISK} of these {len(y)} children at risk; nothing is judged beyond it"
        )


def _refuse_not_predicted(horizons: Floats, days: Floats) -> None:
    unknown = horizons[~np.isin(horizons, days)]
    if unknown.size:
        told = ", ".join(f"{day:g}" for day in unknown)
        raise DesignError(f"{told} days since the landmark: expected among the predicted days")
