"""A Cox model with a few columns, quick enough for thousands of resamples.

A general solver answers even where there is no answer: where some combination of the columns
orders the events perfectly a steeper slope is always likelier, and what it gives is where it
gave up. Here that is noticed by the likelihood going flat, and there are no coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lorpredict.survival import Floats, Outcome

_MOST_STEPS = 30
_CLOSE_ENOUGH = 1e-12  # of the log-likelihood, for each event
_ROUNDING = 1e-9
# Information of one event about a column of variance one: about one as a rule. With so little a
# hundred events leave a standard error of ten, which is a hazard ratio known to a factor of e^20.
_FLAT = 1e-4


@dataclass(frozen=True)
class _RiskSets:
    """Rows in the order of falling durations, so that a running sum is a sum over those at risk.

    Parameters
    ----------
    columns : array of shape (n_children, n_columns)
    events : array of shape (n_events,), rows with an event
    at_risk : array of shape (n_events,), the last row still at risk on the day of each event
    """

    columns: Floats
    events: NDArray[np.intp]
    at_risk: NDArray[np.intp]

    def likelihood(self, slopes: Floats) -> float:
        """Breslow's log partial likelihood."""
        line = self.columns @ slopes
        return float((line[self.events] - _log_running_sum(line)[self.at_risk]).sum())

    def score(self, slopes: Floats) -> tuple[Floats, Floats]:
        """Gradient, shape (n_columns,), and information, shape (n_columns, n_columns)."""
        line, x = self.columns @ slopes, self.columns
        weight = np.exp(line - line.max())
        squares = weight[:, None, None] * x[:, :, None] * x[:, None, :]
        total = np.cumsum(weight)[self.at_risk]
        mean = np.cumsum(weight[:, None] * x, axis=0)[self.at_risk] / total[:, None]
        square = np.cumsum(squares, axis=0)[self.at_risk] / total[:, None, None]
        gradient = (x[self.events] - mean).sum(axis=0)
        return gradient, (square - mean[:, :, None] * mean[:, None, :]).sum(axis=0)


def cox_coefficients(columns: Floats, y: Outcome) -> Floats | None:
    """Log hazard ratios of the columns; None where they are not determined.

    Events on one day are treated after Breslow.

    Parameters
    ----------
    columns : array of shape (n_children, n_columns)

    References
    ----------
    Cox DR. J R Stat Soc B 34:187 (1972). Breslow N. Biometrics 30:89 (1974).
    """
    scaled, back = _uncorrelated(columns)
    if back is None or not y["event"].any():
        return None
    slopes = _climbed(_risk_sets(scaled, y))
    return None if slopes is None else back @ slopes


def log_baseline_hazard(line: Floats, y: Outcome) -> float:
    """Logarithm of Breslow's cumulative hazard of a child with line zero, after the last event.

    Parameters
    ----------
    line : array of shape (n_children,), the linear predictor
    """
    sets = _risk_sets(line[:, None], y)
    return float(np.logaddexp.reduce(-_log_running_sum(sets.columns[:, 0])[sets.at_risk]))


def _risk_sets(columns: Floats, y: Outcome) -> _RiskSets:
    order = np.argsort(-y["duration"], kind="stable")
    days, events = y["duration"][order], np.flatnonzero(y["event"][order])
    # Those who leave on the day of an event are at risk of it too.
    at_risk = np.searchsorted(-days, -days[events], side="right") - 1
    return _RiskSets(columns[order], events, at_risk)


def _uncorrelated(columns: Floats) -> tuple[Floats, Floats | None]:
    """Columns of variance one without correlation, and the way back; None if one is redundant."""
    centred = columns - columns.mean(axis=0)
    scaled, triangle = np.linalg.qr(centred)
    size = np.abs(np.diag(triangle))
    if not (size > 1e-9 * np.linalg.norm(centred, axis=0)).all():
        return scaled, None
    root = np.sqrt(len(columns))
    return scaled * root, np.linalg.inv(triangle) * root


def _climbed(sets: _RiskSets) -> Floats | None:
    """The top of the likelihood by Newton's steps, halved where one would lead down."""
    slopes = np.zeros(sets.columns.shape[1])
    height = sets.likelihood(slopes)
    for _ in range(_MOST_STEPS):
        gradient, information = sets.score(slopes)
        if np.linalg.eigvalsh(information)[0] < _FLAT * len(sets.events):
            return None
        step = np.linalg.solve(information, gradient)
        if gradient @ step < _CLOSE_ENOUGH * len(sets.events):
            return slopes + step
        while (reached := sets.likelihood(slopes + step)) < height - _ROUNDING:
            step = step / 2
        slopes, height = slopes + step, reached
    return None


def _log_running_sum(line: Floats) -> Floats:
    total: Floats = np.logaddexp.accumulate(line)
    return total
