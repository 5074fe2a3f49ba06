"""lifelines, which does the statistics of the published analysis, asked quietly.

It costs seconds to load, so that it is loaded when the first figure is wanted. It warns about
pandas and about groups that separate; what those warnings mean is looked at here instead.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lorpredict.errors import NotInstalled
from lorpredict.survival import Floats

Rows = NDArray[np.bool_]

# lifelines stops 2e-4 before the maximum unless it is told to go on.
_TO_THE_MAXIMUM = {"precision": 1e-12, "r_precision": 1e-14}
# A hazard ratio of e^12 is no estimate: it is still on its way to infinity.
_LARGEST_COEFFICIENT, _LARGEST_ERROR = 12.0, 50.0


def refuse_without_lifelines() -> None:
    """Refuse an analysis where lifelines is not installed.

    Raises
    ------
    NotInstalled
    """
    if find_spec("lifelines") is None:
        raise NotInstalled(
            "the published analysis needs lifelines, which is absent: "
            "install it with pip install lorpredict[study]"
        )


@contextmanager
def _quietly() -> Iterator[None]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@dataclass(frozen=True)
class Steps:
    """Share who have had the event, by Kaplan-Meier, with its 95 % interval.

    Parameters
    ----------
    days, lost, low, high : arrays of shape (n_days,)
        From each day up to the next; NaN as ends where the share is 0 or 1.
    """

    days: Floats
    lost: Floats
    low: Floats
    high: Floats

    def at(self, days: Floats) -> Floats:
        """Share and ends on each day, array of shape (3, n_days)."""
        held = np.searchsorted(self.days, days, side="right") - 1
        found: Floats = np.stack([self.lost, self.low, self.high])[:, held]
        return found


def kaplan_meier(days: Floats, event: Rows) -> Steps:
    """Return the Kaplan-Meier estimate; the interval is on the log-log scale."""
    with _quietly():
        from lifelines import KaplanMeierFitter

        fitted = KaplanMeierFitter().fit(days, event)
        ends = fitted.confidence_interval_.to_numpy()
    lost = 1 - fitted.survival_function_.to_numpy()[:, 0]
    inside = np.where((lost > 0) & (lost < 1), 1.0, np.nan)
    when = fitted.survival_function_.index.to_numpy(dtype=float)
    return Steps(when, lost, (1 - ends[:, 1]) * inside, (1 - ends[:, 0]) * inside)


def log_rank(days: Floats, event: Rows, group: Rows) -> tuple[float, float]:
    """Return statistic and P of the log-rank test between a group and the rest."""
    with _quietly():
        from lifelines.statistics import logrank_test

        found = logrank_test(days[group], days[~group], event[group], event[~group])
    return float(found.test_statistic), float(found.p_value)


@dataclass(frozen=True)
class Effect:
    """A coefficient of a Cox model, with its standard error and its P by Wald."""

    coefficient: float
    error: float
    p: float

    @property
    def wald(self) -> float:
        """Wald's statistic on one degree of freedom."""
        return (self.coefficient / self.error) ** 2

    @property
    def ratio(self) -> tuple[float, float, float]:
        """Hazard ratio and its 95 % interval."""
        ends = self.coefficient + np.array([0.0, -1.0, 1.0]) * 1.959963984540054 * self.error
        ratio, low, high = np.exp(ends)
        return float(ratio), float(low), float(high)

    @property
    def told(self) -> str:
        """Hazard ratio and interval as they are printed."""
        ratio, low, high = self.ratio
        return f"{ratio:.2f} ({low:.2f} to {high:.2f})"


@dataclass(frozen=True)
class Fit:
    """A Cox model: its effects by name, and twice the gain in log-likelihood over no effect."""

    effects: dict[str, Effect]
    likelihood_ratio: float


def cox(days: Floats, event: Rows, terms: pd.DataFrame) -> Fit | None:
    """Fit a Cox model (Efron's ties); None where its likelihood has no maximum."""
    table = terms.assign(_days=days, _event=event.astype(float))
    with _quietly():
        from lifelines import CoxPHFitter

        return _fitted(
            lambda: CoxPHFitter().fit(table, "_days", "_event", fit_options=_TO_THE_MAXIMUM)
        )


def cox_over_time(intervals: pd.DataFrame) -> Fit | None:
    """Fit a Cox model whose terms change; columns ``id``, ``start``, ``stop``, ``event``, terms."""
    with _quietly():
        from lifelines import CoxTimeVaryingFitter

        return _fitted(
            lambda: CoxTimeVaryingFitter().fit(
                intervals,
                id_col="id",
                event_col="event",
                start_col="start",
                stop_col="stop",
                fit_options=_TO_THE_MAXIMUM,
            )
        )


def _fitted(fit: Callable[[], Any]) -> Fit | None:
    from lifelines.exceptions import ConvergenceError

    try:
        model = fit()
    except (ConvergenceError, np.linalg.LinAlgError):
        return None
    told = model.summary
    effects = {
        str(name): Effect(float(row["coef"]), float(row["se(coef)"]), float(row["p"]))
        for name, row in told.iterrows()
    }
    if not all(_is_an_estimate(each) for each in effects.values()):
        return None
    return Fit(effects, float(model.log_likelihood_ratio_test().test_statistic))


def _is_an_estimate(effect: Effect) -> bool:
    found = np.array([effect.coefficient, effect.error])
    within = abs(effect.coefficient) < _LARGEST_COEFFICIENT and effect.error < _LARGEST_ERROR
    return bool(np.isfinite(found).all() and effect.error > 0 and within)
