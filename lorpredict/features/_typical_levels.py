"""The trough before the fourth infusion by a published model, and the clearance behind a level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lorpredict.clinical._schedule import INDUCTION_DAYS
from lorpredict.pharmacokinetics import Kinetics, concentration, population_model
from lorpredict.survival import Floats

IMMUNOMODULATOR = "immunomodulator_week14"
_STEP = 1e-3  # of a logarithm, for a derivative
# From an eighth of the typical clearance to eight times it; what lies beyond counts as the end.
_TRIED: Floats = np.linspace(-np.log(8), np.log(8), 61)


@dataclass(frozen=True)
class TypicalLevels:
    """Levels of coded rows, none of them lacking what the population model asks for.

    Parameters
    ----------
    name : of the population model
    predictors : of the rows, in order
    coded : array of shape (n_rows, n_predictors)
    day : of the trough, days since the first infusion
    """

    name: str
    predictors: Sequence[str]
    coded: Floats
    day: float

    def at(self, log_clearance: Floats) -> Floats:
        """Level of each row, were its clearance so many times the typical one.

        The infusions are those that are planned, in the dose that was given.

        Parameters
        ----------
        log_clearance : array of shape (n_clearances,)

        Returns
        -------
        array of shape (n_rows, n_clearances), µg/mL
        """
        each = np.tile(np.exp(log_clearance), len(self.coded))
        copies = len(log_clearance)
        kinetics = Kinetics(
            np.repeat(self._kinetics.clearance, copies) * each,
            np.repeat(self._kinetics.central_volume, copies),
            np.repeat(self._kinetics.peripheral_volume, copies),
            np.repeat(self._kinetics.intercompartmental_clearance, copies),
        )
        return self._level(kinetics, np.repeat(self._doses, copies)).reshape(-1, copies)

    def log_clearance(self, levels: Floats) -> Floats:
        """Return the logarithm of the clearance over the typical one that brings about a level.

        Parameters
        ----------
        levels : array of shape (n_rows,), µg/mL
        """
        tried = np.log(self.at(_TRIED))
        found = [
            np.interp(-level, -of_row, _TRIED)
            for level, of_row in zip(np.log(levels), tried, strict=True)
        ]
        return np.array(found, dtype=float)

    def published_variance(self) -> float:
        """Variance of the logarithm of the clearance, as the population model states it.

        All that varies counts as clearance, to first order: volumes, and the assay, whose part is
        divided by how much the level moves with the clearance. The mean over the rows.
        """
        model = population_model(self.name)
        variance = {name: sd**2 for name, sd in model.between_patient_sd.items()}
        variance["clearance"] += (model.between_occasion_sd or 0.0) ** 2
        of_level = np.full(len(self.coded), np.log1p(model.residual**2))
        for parameter, each in variance.items():
            of_level += each * self._elasticity(parameter) ** 2
        return float(np.mean(of_level / self._elasticity("clearance") ** 2))

    def _elasticity(self, parameter: str) -> Floats:
        """By what share the level of each row moves with a parameter."""
        up, down = (
            self._level(self._kinetics.scaled(**{parameter: np.exp(step)}), self._doses)
            for step in (_STEP, -_STEP)
        )
        slope: Floats = np.log(up / down) / (2 * _STEP)
        return slope

    def _level(self, kinetics: Kinetics, doses_mg: Floats) -> Floats:
        found = concentration(
            kinetics, [self.day], infusion_days=INDUCTION_DAYS, doses_mg=doses_mg[:, None]
        )
        level: Floats = found[:, 0]
        return level

    @cached_property
    def _kinetics(self) -> Kinetics:
        told = {"weight_kg": self._column("weight_kg"), "albumin_g_l": self._column("albumin_g_l")}
        model = population_model(self.name)
        if "immunomodulator" not in model.covariates:
            return model.kinetics(**told)
        return model.kinetics(**told, immunomodulator=self._column(IMMUNOMODULATOR) == 1)

    @cached_property
    def _doses(self) -> Floats:
        return self._column("ifx_dose_mg_kg") * self._column("weight_kg")

    def _column(self, name: str) -> Floats:
        column: Floats = self.coded[:, self.predictors.index(name)]
        return column
