"""The individual estimate: how one child handles infliximab, by its own measured levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lorpredict.errors import Fault, FaultsFound, counted
from lorpredict.pharmacokinetics._beliefs import Belief, Children, varying
from lorpredict.pharmacokinetics._history import DoseHistory
from lorpredict.pharmacokinetics._levels import MeasuredLevel
from lorpredict.pharmacokinetics._pieces import Pieces
from lorpredict.pharmacokinetics._population import PopulationModel, population_models
from lorpredict.pharmacokinetics._posterior import Posterior, laplace
from lorpredict.pharmacokinetics._research import ResearchOnly
from lorpredict.survival import Floats

_FAR = 3.0
_STRANGE = (
    "By these levels the child lies more than 3 standard deviations from the population, or a "
    "level from all that the model allows: check the doses, the days, the unit of the levels and "
    "whether the samples were troughs"
)
RESIDUALS_JOINED = (
    "The constant and the proportional part of the residual error are taken as independent, so "
    "that their variances add up; the source does not say how they join."
)


@dataclass(frozen=True, eq=False, repr=False)
class IndividualEstimate(ResearchOnly):
    """The most probable parameters of a child by one model, and how sure they are.

    Parameters
    ----------
    model
        The population model.
    belief
        Where the child lies, and how far off that may be.
    clearance_l_day
        On the day of the last level, as on average over occasions, L/day.
    typical_clearance_l_day
        What the model expects of a child with the same covariates.
    fitted, expected : arrays of shape (n_levels,)
        Levels at the measured days by the estimate, and by the model before it, µg/mL.
    misfit
        How many residual standard deviations the worst level lies from the fitted one.
    rounds
        How many it took to find it.
    """

    model: PopulationModel
    belief: Belief
    clearance_l_day: float
    typical_clearance_l_day: float
    fitted: Floats
    expected: Floats
    misfit: float
    rounds: int

    @property
    def factors(self) -> dict[str, float]:
        """Parameter -> how many times that of a typical child with the same covariates."""
        names = varying(self.model)
        return dict(zip(names, np.exp(self.belief.centre[: len(names)]).tolist(), strict=True))

    @property
    def standard_errors(self) -> dict[str, float]:
        """Parameter -> standard error of the logarithm of its factor."""
        names = varying(self.model)
        spread = np.sqrt((self.belief.spread**2).sum(axis=1))
        return dict(zip(names, spread[: len(names)].tolist(), strict=True))

    @property
    def distance(self) -> float:
        """How many standard deviations of the population its farthest parameter lies away."""
        names, sds = varying(self.model), self.model.between_patient_sd
        far = zip(names, np.abs(self.belief.centre[: len(names)]), strict=True)
        return max(float(each) / sds[name] for name, each in far)

    @property
    def is_strange(self) -> bool:
        """Whether the child, or one of its levels, lies more than 3 deviations off."""
        return max(self.distance, self.misfit) > _FAR

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a parameter."""
        errors = self.standard_errors
        return [
            {
                "model": self.model.name,
                "parameter": name,
                "factor": factor,
                "low": float(factor * np.exp(-1.96 * errors[name])),
                "high": float(factor * np.exp(1.96 * errors[name])),
            }
            for name, factor in self.factors.items()
        ]

    def _content(self) -> dict[str, Any]:
        parameters = [{key: row[key] for key in row if key != "model"} for row in self.rows()]
        return {
            "model": self.model.name,
            "label": self.model.label,
            "clearance_l_day": self.clearance_l_day,
            "typical_clearance_l_day": self.typical_clearance_l_day,
            "parameters": parameters,
            "fitted_ug_ml": self.fitted.tolist(),
            "expected_ug_ml": self.expected.tolist(),
            "between_occasions": self.belief.between_occasions,
        }

    def _told(self) -> str:
        return (
            f"{self.model.label}: clearance {self.clearance_l_day:.3f} L/day, "
            f"{self.factors['clearance']:.2f} times the typical one"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Estimates(ResearchOnly, Mapping[str, IndividualEstimate]):
    """The individual estimate of every model by its name.

    Parameters
    ----------
    by_model
        Name of the model -> its estimate.
    history, levels
        What they come from.
    warnings
        What was assumed.
    """

    by_model: Mapping[str, IndividualEstimate]
    history: DoseHistory
    levels: tuple[MeasuredLevel, ...]
    warnings: tuple[str, ...] = field(default=())

    def refuse_other(self, history: DoseHistory) -> None:
        """Refuse a history that is not this one, or this one carried on.

        Raises
        ------
        FaultsFound
            If an infusion before the last level is another one.
        """
        last = max(each.day for each in self.levels)
        if _until(self.history, last) != _until(history, last):
            problem = "the infusions until the last level are not those of the estimate"
            hint = "Estimate anew, or use the history that the estimate came from"
            raise FaultsFound([Fault("estimates", problem, hint)], subject="what is asked")

    @property
    def between_models(self) -> tuple[float, float]:
        """The lowest and the highest clearance of the models, L/day."""
        found = [each.clearance_l_day for each in self.by_model.values()]
        return min(found), max(found)

    def __getitem__(self, model: str) -> IndividualEstimate:
        return self.by_model[model]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_model)

    def __len__(self) -> int:
        return len(self.by_model)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a model and parameter."""
        return [row for each in self.by_model.values() for row in each.rows()]

    def _content(self) -> dict[str, Any]:
        low, high = self.between_models
        return {
            "models": [each._content() for each in self.by_model.values()],
            "between_models": {"lowest_clearance_l_day": low, "highest_clearance_l_day": high},
            "residual_error": RESIDUALS_JOINED,
            "warnings": list(self.warnings),
        }

    def _told(self) -> str:
        low, high = self.between_models
        levels, models = counted(len(self.levels), "level"), counted(len(self), "model")
        return f"clearance by {levels} and {models} from {low:.3f} to {high:.3f} L/day"


def estimate(
    history: DoseHistory,
    levels: Sequence[MeasuredLevel],
    *,
    between_occasions: bool = True,
) -> Estimates:
    """Estimate one child's parameters from its levels, by every model.

    The most probable parameters (maximum a posteriori), with the child's spread by Laplace's
    approximation: normal on the logarithms, with the curvature of the density at its mode.

    Parameters
    ----------
    history
        The infusions and covariates, at least until the last level.
    levels
        One or more; below the limit of quantification they count as what they are, a level that
        may be anywhere below.
    between_occasions
        Let the clearance vary from infusion to infusion, in models that say how far: what one
        level tells is then believed less.

    Raises
    ------
    FaultsFound
        If there is no level.
    NotConverged
        If a model's estimate was not found.

    Examples
    --------
    >>> history = DoseHistory.of(
    ...     infusion_days=[0, 14, 42], doses_mg_kg=5, weight_kg=42, albumin_g_l=38
    ... )
    >>> found = estimate(history, [MeasuredLevel.of(98, 6.0)])
    >>> round(found["fasanmade-2011-paediatric"].factors["clearance"], 2)
    0.87

    References
    ----------
    Sheiner, Beal, Rosenberg, Marathe 1979. Forecasting individual pharmacokinetics.
    Clin Pharmacol Ther 26:294.
    """
    if not levels:
        hint = "Measure one, or forecast without an estimate"
        raise FaultsFound([Fault("levels", "no level is given", hint)], subject="what is asked")
    by_model = {
        name: _estimated(model, history, levels, between_occasions=between_occasions)
        for name, model in population_models().items()
    }
    far = [each.model.label for each in by_model.values() if each.is_strange]
    strange = (f"{_STRANGE} ({'; '.join(far)}).",) if far else ()
    warnings = (*history.warnings, *strange)
    return Estimates(by_model, history=history, levels=tuple(levels), warnings=warnings)


def _estimated(
    model: PopulationModel,
    history: DoseHistory,
    levels: Sequence[MeasuredLevel],
    *,
    between_occasions: bool,
) -> IndividualEstimate:
    posterior = Posterior.of(model, history, levels, between_occasions=between_occasions)
    belief, rounds = laplace(posterior)
    pieces = posterior.pieces
    effects = np.stack([belief.centre, np.zeros(len(belief.centre))])
    fitted, expected = Children.of(model, effects, pieces).levels(pieces)
    last = Pieces.of(history, [max(each.day for each in levels)])
    typical = float(model.clearance.of(last.epochs)[last.asked_epochs[0]])
    own = dict(zip(varying(model), belief.centre, strict=False)).get("clearance", 0.0)
    return IndividualEstimate(
        model=model,
        belief=belief,
        clearance_l_day=typical * float(np.exp(own)),
        typical_clearance_l_day=typical,
        fitted=fitted,
        expected=expected,
        misfit=posterior.misfit(fitted),
        rounds=rounds,
    )


def _until(history: DoseHistory, day: float) -> list[tuple[float, float, float]]:
    each = zip(history.infusion_days, history.doses_mg, history.hours, strict=True)
    return [infusion for infusion in each if infusion[0] < day]
