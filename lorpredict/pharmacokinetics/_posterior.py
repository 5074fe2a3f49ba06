"""What measured levels tell of one child: the posterior density, its mode and its curvature.

Effects are counted in their own standard deviations, so that the population is standard normal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import log_ndtr

from lorpredict.errors import NotConverged
from lorpredict.pharmacokinetics._beliefs import Belief, Children, normals, varying
from lorpredict.pharmacokinetics._history import DoseHistory
from lorpredict.pharmacokinetics._levels import MeasuredLevel
from lorpredict.pharmacokinetics._pieces import Pieces
from lorpredict.pharmacokinetics._population import PopulationModel
from lorpredict.survival import Floats

_SMALLEST_LEVEL = 1e-9  # mg/L; below it a purely proportional error would vanish
_LOG_SQRT_2_PI = 0.5 * np.log(2 * np.pi)
_STEP, _WIDE_STEP = 1e-4, 1e-3
_MOST_ROUNDS, _MOST_DAMPING, _LEAST_BEND = 60, 1e10, 1e-3
_STARTS, _WIDER = 256, 2.0
_LONGEST_STEP = 2.0  # standard deviations of an effect
_NOISE = 1e-12  # of the objective, by rounding
GRADIENT = 1e-5  # for each standard deviation of an effect


@dataclass(frozen=True, eq=False)
class Posterior:
    """The density of one child's effects, given its levels.

    Parameters
    ----------
    model, pieces
    sds : array of shape (n_effects,)
        Of the varying parameters, then of the clearance on each occasion.
    measured : array of shape (n_levels,)
        µg/mL; where a level is censored, the limit that it was below.
    censored : array of shape (n_levels,)
    """

    model: PopulationModel
    pieces: Pieces
    sds: Floats
    measured: Floats
    censored: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @classmethod
    def of(
        cls,
        model: PopulationModel,
        history: DoseHistory,
        levels: Sequence[MeasuredLevel],
        *,
        between_occasions: bool,
    ) -> Self:
        """Put model, doses and levels together."""
        pieces = Pieces.of(history, [each.day for each in levels])
        sds = [model.between_patient_sd[name] for name in varying(model)]
        if between_occasions and model.between_occasion_sd is not None:
            sds += [model.between_occasion_sd] * pieces.occasions
        below = np.array([each.value_ug_ml is None for each in levels])
        values = [
            each.loq_ug_ml if each.value_ug_ml is None else each.value_ug_ml for each in levels
        ]
        return cls(model, pieces, np.array(sds), np.array(values, dtype=float), below)

    def levels(self, effects: Floats) -> Floats:
        """Return the model's levels, (n_bodies, n_levels), by effects (n_bodies, n_effects)."""
        found = Children.of(self.model, effects * self.sds, self.pieces).levels(self.pieces)
        return np.maximum(found, _SMALLEST_LEVEL)

    def objective(self, effects: Floats) -> Floats:
        """Return minus the logarithm of the density, up to a constant; shape (n_bodies,)."""
        loss, _ = self._losses(self.levels(effects))
        found: Floats = loss.sum(axis=1) + 0.5 * (effects**2).sum(axis=1)
        return found

    def slope(self, effects: Floats) -> tuple[float, Floats]:
        """Return the objective at one point, and its gradient."""
        steps = _STEP * np.eye(len(effects))
        around = self.levels(np.concatenate([[effects], effects + steps, effects - steps]))
        here, up, down = around[:1], around[1 : len(effects) + 1], around[len(effects) + 1 :]
        loss, slopes = (each[0] for each in self._losses(here))
        gradient = (up - down) @ slopes / (2 * _STEP) + effects
        return float(loss.sum() + 0.5 * effects @ effects), gradient

    def curvature(self, effects: Floats) -> Floats:
        """Return the matrix of second derivatives at one point, by differences."""
        size = len(effects)
        unit = _WIDE_STEP * np.eye(size)
        rows, columns = np.tril_indices(size, -1)
        pairs = [unit[rows] + unit[columns], unit[rows] - unit[columns]]
        offsets = np.concatenate(
            [np.zeros((1, size)), unit, -unit, *pairs, *(-each for each in pairs)]
        )
        found = self.objective(effects + offsets)
        here, up, down = found[0], found[1 : size + 1], found[size + 1 : 2 * size + 1]
        alike, unlike, alike_down, unlike_down = np.split(found[2 * size + 1 :], 4)
        matrix = np.diag(up + down - 2 * here)
        matrix[rows, columns] = (alike + alike_down - unlike - unlike_down) / 4
        whole: Floats = (matrix + np.tril(matrix, -1).T) / _WIDE_STEP**2
        return whole

    def misfit(self, levels: Floats) -> float:
        """Return how many residual standard deviations the worst measured level lies off.

        Parameters
        ----------
        levels : array of shape (n_levels,)
            The model's.
        """
        constant, part = self.model.residual_mg_l or 0.0, self.model.residual
        kept = np.maximum(levels, _SMALLEST_LEVEL)
        away = (self.measured - kept) / np.hypot(constant, part * kept)
        return float(np.where(self.censored, np.maximum(-away, 0.0), np.abs(away)).max())

    def _losses(self, levels: Floats) -> tuple[Floats, Floats]:
        """Return loss and slope of every level by the model's; arrays (n_bodies, n_levels).

        The constant and the proportional part of the residual error are independent: their
        variances add up.
        """
        constant, part = self.model.residual_mg_l or 0.0, self.model.residual
        variance = constant**2 + (part * levels) ** 2
        moves = 2 * part**2 * levels / variance  # how the variance moves, as a part of it
        sd = np.sqrt(variance)
        away = (self.measured - levels) / sd
        loss = 0.5 * (away**2 + np.log(variance))
        slope = -away / sd + 0.5 * moves * (1 - away**2)
        if self.censored.any():
            log_below = log_ndtr(away)
            ratio = np.exp(-0.5 * away**2 - _LOG_SQRT_2_PI - log_below)
            loss = np.where(self.censored, -log_below, loss)
            slope = np.where(self.censored, ratio * (1 / sd + 0.5 * moves * away), slope)
        return loss, slope


def found_mode(posterior: Posterior) -> tuple[Floats, Floats, int]:
    """Find the mode by damped Newton steps, from the most probable of many children on.

    A density may have more than one peak where levels are far from what the doses let expect.

    Returns
    -------
    mode : array of shape (n_effects,)
    curvature : array of shape (n_effects, n_effects)
        Second derivatives of minus the logarithm of the density there, positive definite.
    rounds

    Raises
    ------
    NotConverged
        If the gradient does not vanish, or the point is no minimum.

    References
    ----------
    Dauphin 2014. Identifying and attacking the saddle point problem in high-dimensional
    non-convex optimization (steps by the absolute curvature). NeurIPS 27.
    """
    at, damping = _start(posterior), 0.0
    value, gradient = posterior.slope(at)
    for rounds in range(_MOST_ROUNDS):
        curvature = posterior.curvature(at)
        if np.abs(gradient).max() < GRADIENT:
            return at, _positive(curvature), rounds
        reached, damping = _lower(posterior, at, value, -gradient, curvature, damping)
        if reached is None:
            break
        at = reached
        value, gradient = posterior.slope(at)
    raise _not_found(
        f"its gradient is still {np.abs(gradient).max():.2g} after {rounds + 1} rounds"
    )


def _start(posterior: Posterior) -> Floats:
    """Return the most probable of the typical child and others, spread wider than children are."""
    size = len(posterior.sds)
    tried = np.concatenate([np.zeros((1, size)), _WIDER * normals(_STARTS, size)])
    best: Floats = tried[np.argmin(posterior.objective(tried))]
    return best


def _lower(
    posterior: Posterior, at: Floats, value: float, down: Floats, curvature: Floats, damping: float
) -> tuple[Floats | None, float]:
    """Step to where the density is higher; smaller steps until it is."""
    bends, axes = np.linalg.eigh(curvature)
    bends = np.maximum(np.abs(bends), _LEAST_BEND)
    while damping < _MOST_DAMPING:
        step = axes @ ((axes.T @ down) / (bends + damping))
        step = step / max(1.0, float(np.abs(step).max()) / _LONGEST_STEP)
        if posterior.objective((at + step)[np.newaxis])[0] <= value + _NOISE * abs(value):
            return at + step, damping / 10
        damping = max(damping, 0.1) * 10
    return None, damping


def _positive(curvature: Floats) -> Floats:
    try:
        np.linalg.cholesky(curvature)
    except np.linalg.LinAlgError:
        raise _not_found("the density has no peak where its gradient vanishes") from None
    return curvature


def _not_found(why: str) -> NotConverged:
    return NotConverged(
        f"the individual estimate was not found: {why}. Check doses and levels of this child; "
        "forecasts without an estimate are still possible"
    )


def laplace(posterior: Posterior) -> tuple[Belief, int]:
    """Return what is believed of the child once its levels are known, and in how many rounds.

    References
    ----------
    Tierney, Kadane 1986. Accurate approximations for posterior moments and marginal densities.
    J Am Stat Assoc 81:82.
    """
    mode, curvature, rounds = found_mode(posterior)
    spread = np.linalg.inv(np.linalg.cholesky(curvature)).T
    sds = posterior.sds
    occasions = len(sds) > len(varying(posterior.model))
    belief = Belief(posterior.model, sds * mode, sds[:, np.newaxis] * spread, occasions)
    return belief, rounds
