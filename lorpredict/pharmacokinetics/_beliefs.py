"""What is believed of one child under one model: how far from the typical one, and how surely.

Before a level is measured that is the population; afterwards it is the individual estimate. Both
are normal on the scale of the logarithms, so that forecasts need not know which of them they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np

from lorpredict.pharmacokinetics._amounts import Bodies, Carried
from lorpredict.pharmacokinetics._kinetics import PARAMETERS
from lorpredict.pharmacokinetics._pieces import Pieces
from lorpredict.pharmacokinetics._population import PopulationModel
from lorpredict.survival import Floats

_SEED = 20251127


@dataclass(frozen=True, eq=False)
class Belief:
    """How far the child's parameters lie from those that the model expects, as logarithms.

    Parameters
    ----------
    model
    centre : array of shape (n_effects,)
        The varying parameters, then the clearance on each occasion that levels have told of.
    spread : array of shape (n_effects, n_effects)
        Times standard normal numbers, it gives how far off the centre may be.
    between_occasions
        Whether the clearance varies from one infusion to the next.
    """

    model: PopulationModel
    centre: Floats
    spread: Floats
    between_occasions: bool

    @classmethod
    def of_population(cls, model: PopulationModel, *, between_occasions: bool = True) -> Self:
        """Know nothing of the child but its covariates."""
        sds = np.array([model.between_patient_sd[name] for name in varying(model)])
        varies = between_occasions and model.between_occasion_sd is not None
        return cls(model, np.zeros(len(sds)), np.diag(sds), varies)

    def effects(self, draws: int, occasions: int) -> Floats:
        """Return the centre, and children drawn around it; array (draws + 1, n + occasions).

        An occasion that no level has told of is as usual in the centre.
        """
        known, parameters = len(self.centre), len(varying(self.model))
        width = parameters + (occasions if self.between_occasions else 0)
        found = np.zeros((draws + 1, max(known, width)))
        found[:, :known] = self.centre
        if draws:
            normal = normals(draws, found.shape[1])
            found[1:, :known] += normal[:, :known] @ self.spread.T
            if width > known:
                found[1:, known:] = (self.model.between_occasion_sd or 0.0) * normal[:, known:]
        return found[:, :width]


def varying(model: PopulationModel) -> tuple[str, ...]:
    """Return the parameters that vary between patients."""
    return tuple(name for name in PARAMETERS if name in model.between_patient_cv)


@lru_cache(maxsize=32)
def normals(draws: int, dimensions: int) -> Floats:
    """Return standard normal numbers that fill space evenly, the same ones each time.

    The same question has the same answer, and quantiles need fewer children than by chance.

    References
    ----------
    Owen 1998. Scrambling Sobol' and Niederreiter-Xing points. J Complexity 14:466.
    """
    from scipy.special import ndtri
    from scipy.stats import qmc

    sequence = qmc.Sobol(dimensions, rng=np.random.default_rng(_SEED))
    points = sequence.random_base2(int(np.ceil(np.log2(max(draws, 2)))))
    found: Floats = ndtri(np.clip(points[:draws], 1e-12, 1 - 1e-12))
    found.setflags(write=False)
    return found


@dataclass(frozen=True, eq=False)
class Children:
    """Bodies in every group of pieces, and their central volume on every asked day.

    Parameters
    ----------
    bodies : arrays of shape (n_groups, n_bodies)
    volumes : array of shape (n_days, n_bodies)
        L.
    """

    bodies: Bodies
    volumes: Floats

    @classmethod
    def of(cls, model: PopulationModel, effects: Floats, pieces: Pieces) -> Self:
        """Put effects on what the model expects by the covariates of each group.

        Parameters
        ----------
        effects : array of shape (n_bodies, n_effects)
            The varying parameters, then the clearance by occasion where it varies.
        """
        names = varying(model)
        factors = dict(zip(names, np.exp(effects[:, : len(names)].T), strict=True))
        found, same = {}, np.ones(len(effects))
        for name in PARAMETERS:
            typical = getattr(model, name).of(pieces.epochs)[pieces.group_epochs, np.newaxis]
            found[name] = typical * factors.get(name, same)
        if effects.shape[1] > len(names):
            by_occasion = np.exp(effects[:, len(names) :].T)
            found["clearance"] = found["clearance"] * by_occasion[pieces.group_occasions]
        volumes = model.central_volume.of(pieces.epochs)[pieces.asked_epochs, np.newaxis]
        return cls(Bodies(**found), volumes * factors.get("central_volume", same))

    @classmethod
    def together(cls, several: Sequence[Children]) -> Self:
        """Put children side by side, so that all of them are carried at once."""
        bodies = {
            name: np.concatenate([getattr(each.bodies, name) for each in several], axis=1)
            for name in PARAMETERS
        }
        volumes = np.concatenate([each.volumes for each in several], axis=1)
        return cls(Bodies(**bodies), volumes)

    def levels(self, pieces: Pieces) -> Floats:
        """Return the level of each on each asked day, mg/L; array (n_bodies, n_days)."""
        central, _ = Carried.of(self.bodies, pieces).amounts()
        found: Floats = (central[pieces.asked_after] / self.volumes).T
        return found


def levels_of(beliefs: Sequence[Belief], pieces: Pieces, *, draws: int) -> list[Floats]:
    """Return levels by each belief: first the centre's, then those of children around it.

    Returns
    -------
    list of arrays of shape (draws + 1, n_days)
        mg/L.
    """
    children = [
        Children.of(each.model, each.effects(draws, pieces.occasions), pieces) for each in beliefs
    ]
    found = Children.together(children).levels(pieces)
    return np.split(found, len(beliefs))
