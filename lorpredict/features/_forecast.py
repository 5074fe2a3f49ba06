"""A week-14 trough that was not measured, as a distribution.

A published population model says what level a child of this weight, albumin and dose would have
who clears infliximab as is typical. How much faster or slower the children of a cohort clear it,
and how widely, is learnt from those whose trough was measured, inside the training rows. On that
scale children are log-normal; their levels are not, since a level falls with the exponential of
the clearance.

Of a single child the distribution is spread out over levels of equal probability, and what a
model says of each is averaged. Where one number has to stand for the level it is the expected
logarithm; what stands for it while a model learns is told in ``models/_levels_by_outcome.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from lorpredict.design import TROUGH
from lorpredict.errors import DesignError, TooLittleData
from lorpredict.features._typical_levels import IMMUNOMODULATOR, TypicalLevels
from lorpredict.pharmacokinetics import population_model
from lorpredict.survival import Floats

_FROM = ("weight_kg", "albumin_g_l", "ifx_dose_mg_kg")
_LOWEST, _HIGHEST = 0.01, 100.0  # µg/mL; the catalogue's range, and above zero for the logarithm
# As many children as the published model counts for beside the measured ones.
_PRIOR_CHILDREN = 5
# With fewer, figures such as the ends of a range would be those of one or two of them.
FEWEST_CHILDREN = 20
_LEVELS = 20
_SHARES = (np.arange(_LEVELS) + 0.5) / _LEVELS
# The ends of a normal are cut off by the middles of its parts; they are drawn out to its variance.
STANDARD_LEVELS: Floats = ndtri(_SHARES) / np.sqrt(np.mean(ndtri(_SHARES) ** 2))


@dataclass(frozen=True)
class TroughForecast:
    """What is expected of a trough that was not measured, as learnt from training rows.

    Parameters
    ----------
    population_model
        Name of the published model of the typical child.
    day
        Of the trough, days since the first infusion.
    log_clearance, log_clearance_sd
        Mean and standard deviation of the logarithm of a child's clearance over the typical one,
        where all by which children differ, the assay too, counts as clearance.
    usual_levels : tuple of 20 numbers
        Levels of equal probability in µg/mL over all training children: what is expected where
        weight, albumin or dose were not recorded.
    children
        Number of training children with a measured trough from whom it learnt; 0 where they were
        too few, and the published model stands alone.

    References
    ----------
    The population models: ``clinical/pharmacokinetics.toml``.
    """

    population_model: str
    day: float
    log_clearance: float
    log_clearance_sd: float
    usual_levels: tuple[float, ...]
    children: int

    @classmethod
    def learnt(cls, name: str, predictors: Sequence[str], coded: Floats, *, day: float) -> Self:
        """Learn from coded rows (n_rows, n_predictors) how children clear infliximab.

        The published model's own variability counts as a few more children without any shift, and
        stands alone where fewer than twenty troughs were measured.

        Raises
        ------
        TooLittleData
            If fewer than twenty rows have all that a typical level is computed from.
        DesignError
            If the predictors lack what the forecast is made from.
        CatalogueError
            If there is no such population model.
        """
        _refuse_lacking(name, predictors)
        rows = coded[_can_be_forecast(name, predictors, coded)]
        _refuse_few(len(rows), len(coded), _made_from(name))
        measured = rows[~np.isnan(rows[:, predictors.index(TROUGH)])]
        if len(measured) < FEWEST_CHILDREN:
            measured = measured[:0]
        found = TypicalLevels(name, predictors, measured, day).log_clearance(
            np.clip(measured[:, predictors.index(TROUGH)], _LOWEST, _HIGHEST)
        )
        everybody = TypicalLevels(name, predictors, rows, day)
        together = _PRIOR_CHILDREN + len(found)
        mean = float(found.sum() / together)
        of_prior = _PRIOR_CHILDREN * (everybody.published_variance() + mean**2)
        sd = float(np.sqrt((of_prior + np.sum((found - mean) ** 2)) / together))
        mean, sd = _to_three_digits(np.array([mean, sd]))
        levels = np.quantile(everybody.at(mean + sd * STANDARD_LEVELS), _SHARES)
        usual = tuple(_to_three_digits(_within(levels)))
        return cls(name, float(day), mean, sd, usual, len(found))

    @property
    def made_from(self) -> tuple[str, ...]:
        """The columns that a child's own forecast asks for."""
        return _made_from(self.population_model)

    @property
    def in_words(self) -> str:
        """How a missing trough is forecast, as a report says it."""
        model = population_model(self.population_model)
        learnt = (
            f"moved to the {self.children} training children with a measured trough"
            if self.children
            else "as published, since too few training children had a measured trough"
        )
        return (
            f"forecast where it was not measured, by {model.label} ({model.citation}), from "
            f"{', '.join(self.made_from)}, {learnt}. A prediction is the mean over {_LEVELS} "
            "levels of equal probability; while a model learns, each child has one of them by "
            "lot, weighted by how well it agrees with what became of the child."
        )

    def levels(self, predictors: Sequence[str], coded: Floats) -> Floats:
        """Return levels of equal probability in µg/mL, array of shape (n_rows, 20)."""
        return self.at(STANDARD_LEVELS, predictors, coded)

    def at(self, standard: Floats, predictors: Sequence[str], coded: Floats) -> Floats:
        """Return the levels at places of a standard normal, 0 for the median.

        Returns
        -------
        array of shape (n_rows, n_places), µg/mL; a higher place is a faster clearance
        """
        usual = np.interp(ndtr(-standard), _SHARES, self.usual_levels)
        levels = np.tile(usual, (len(coded), 1))
        known = _can_be_forecast(self.population_model, predictors, coded)
        if known.any():
            typical = TypicalLevels(self.population_model, predictors, coded[known], self.day)
            levels[known] = typical.at(self.log_clearance + self.log_clearance_sd * standard)
        return _within(levels)

    def expected(self, predictors: Sequence[str], coded: Floats) -> Floats:
        """Return the coded rows with the level of the expected logarithm where none was measured.

        It is ``log1p`` that is averaged: the scale on which linear models see a trough.
        """
        place = predictors.index(TROUGH)
        missing = np.flatnonzero(np.isnan(coded[:, place]))
        if not missing.size:
            return coded
        filled = coded.copy()
        levels = self.levels(predictors, coded[missing])
        filled[missing, place] = np.expm1(np.log1p(levels).mean(axis=1))
        return filled

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return asdict(self) | {"usual_levels": list(self.usual_levels)}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Build it from :meth:`to_dict`."""
        return cls(**content | {"usual_levels": tuple(content["usual_levels"])})


def _within(levels: Floats) -> Floats:
    kept: Floats = np.clip(levels, _LOWEST, _HIGHEST)
    return kept


def _to_three_digits(values: Floats) -> list[float]:
    """Round so far that no child can be read from a figure."""
    return [float(f"{value:.3g}") for value in values]


def _refuse_few(known: int, children: int, made_from: Sequence[str]) -> None:
    if known < FEWEST_CHILDREN:
        raise TooLittleData(
            f"{known} of {children} children have {', '.join(made_from)} all recorded; expected at "
            f"least {FEWEST_CHILDREN} to forecast a trough from them. Take a design without "
            "trough_forecast"
        )


def _refuse_lacking(name: str, predictors: Sequence[str]) -> None:
    lacking = [each for each in (TROUGH, *_made_from(name)) if each not in predictors]
    if lacking:
        raise DesignError(
            f"the trough is to be forecast by {name}, which asks for {', '.join(lacking)}; "
            "name it among the predictors"
        )


def _made_from(name: str) -> tuple[str, ...]:
    asks = "immunomodulator" in population_model(name).covariates
    return (*_FROM, IMMUNOMODULATOR) if asks else _FROM


def _can_be_forecast(name: str, predictors: Sequence[str], coded: Floats) -> NDArray[np.bool_]:
    places = [predictors.index(each) for each in _made_from(name)]
    return np.asarray(~np.isnan(coded[:, places]).any(axis=1), dtype=bool)
