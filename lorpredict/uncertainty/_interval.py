"""The interval of a single risk, from how models differ and from what no record tells."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lorpredict.survival import NO_INTERVAL, Floats, RiskInterval
from lorpredict.uncertainty._spread import KINDS, Spread, log_hazard

LEVEL = 0.95
QUANTILE = 1.959963984540054
_FEWEST_RESAMPLES = 20
METHOD = (
    "95 % interval: from models of resamples of the training children, and from what two children "
    "with the same record differ by in simulated cohorts."
)
FORECAST_IN_INTERVAL = (
    "Where a trough was forecast, the interval is that of a known trough, widened by what the "
    "levels that it may have had leave open; that share was counted for models without a forecast."
)


@dataclass(frozen=True)
class Unseen:
    """What no record tells, as simulated cohorts show it.

    Parameters
    ----------
    trough_measured, trough_not_measured
        Standard deviation of the log hazard between children with the same record: where the
        trough was measured, and where it was not.
    children
        How many taught in the simulated cohorts that are nearest in size.
    held
        Share of the children there, who taught nobody, whose true risk the interval held.
    """

    trough_measured: float
    trough_not_measured: float
    children: int
    held: float


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """What a model folder holds to tell intervals.

    Parameters
    ----------
    spread
        How far models of other samples would lie from this one.
    unseen
        How far children with the same record lie apart.
    """

    spread: Spread
    unseen: Unseen

    @property
    def method(self) -> str:
        """How an interval is made, and how often it held the true risk where that is known."""
        taught, held = self.unseen.children, 100 * self.unseen.held
        return (
            f"{METHOD} Where {taught:,} simulated children taught, it held the true risk of "
            f"{held:.0f} % of others."
        )

    def interval(
        self,
        features: Floats,
        risk: Floats,
        days: Floats,
        trough_known: NDArray[np.bool_],
        *,
        left_open: Floats | None = None,
    ) -> RiskInterval:
        """Return the interval of told risks.

        Parameters
        ----------
        features : array of shape (n_children, n_features)
        risk : array of shape (n_children, n_days), as the model tells it
        days : array of shape (n_days,), days since the landmark
        trough_known : array of shape (n_children,)
            Whether the model knows the child's trough, or what it may have been.
        left_open : array of shape (n_children, n_days)
            How far the log hazards of the levels that it may have had lie apart, as a standard
            deviation.
        """
        sampled = self.spread.at(features, risk, days)
        measured, not_measured = self.unseen.trough_measured, self.unseen.trough_not_measured
        unseen = np.where(trough_known, measured, not_measured)[:, None]
        away = QUANTILE * np.hypot(sampled, unseen)
        if left_open is not None:
            away = np.hypot(away, QUANTILE * left_open)
        told = log_hazard(risk)
        low, high = (-np.expm1(-np.exp(told + side * away)) for side in (-1, 1))
        return RiskInterval(np.minimum(low, risk), np.maximum(high, risk), self.method)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All that is needed to build it again."""
        own = {"kind": np.array(self.spread.kind), "unseen": np.array(astuple(self.unseen))}
        return own | self.spread.to_arrays()

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Build it again."""
        content = dict(arrays)
        kind, unseen = str(content.pop("kind")), content.pop("unseen")
        measured, not_measured, children, held = map(float, unseen)
        return cls(KINDS[kind](**content), Unseen(measured, not_measured, int(children), held))


def interval_method(uncertainty: Uncertainty | None, *, forecasts: bool = False) -> str:
    """How the interval of a single risk is made, or that there is none.

    Parameters
    ----------
    forecasts : whether the model forecasts a trough that was not measured
    """
    if uncertainty is None:
        return NO_INTERVAL
    return f"{uncertainty.method} {FORECAST_IN_INTERVAL}" if forecasts else uncertainty.method


def uncertainty_of(
    family: str, kind: str | None, features: Floats, risk: Floats, days: Floats
) -> Uncertainty | None:
    """Learn the uncertainty of a family's model from the models of the bootstrap.

    Parameters
    ----------
    family
        Its name in ``unseen.toml``.
    kind
        ``linear`` or ``curve``; None where the family cannot say.
    features : array of shape (n_children, n_features)
        Of the children that taught the model, as the model sees them.
    risk : array of shape (n_resamples, n_children, n_days)
        What the models of resamples told them.
    days : array of shape (n_days,), days since the landmark

    Returns
    -------
    Uncertainty or None
        None too where fewer than twenty resamples could learn, or ``unseen.toml`` does not hold
        the family.
    """
    entry = _entries().get(family)
    if kind is None or entry is None or len(risk) < _FEWEST_RESAMPLES:
        return None
    return Uncertainty(KINDS[kind].fitted(features, risk, days), _unseen(entry, len(features)))


def _unseen(entry: Mapping[str, Any], children: int) -> Unseen:
    """Interpolate between the sizes of training that were simulated, over their logarithm."""
    sizes = np.log(entry["children"])
    measured, not_measured = (
        float(np.interp(np.log(children), sizes, entry[f"trough_{known}"]))
        for known in ("measured", "not_measured")
    )
    nearest = int(np.abs(sizes - np.log(children)).argmin())
    return Unseen(measured, not_measured, entry["children"][nearest], entry["held"][nearest])


@cache
def _entries() -> dict[str, Any]:
    return tomllib.loads(files("lorpredict.uncertainty").joinpath("unseen.toml").read_text("utf-8"))
