"""Levels to come, by every published model, with how children vary and how the models differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from lorpredict.errors import Fault, FaultsFound, counted
from lorpredict.pharmacokinetics._beliefs import Belief, levels_of
from lorpredict.pharmacokinetics._history import DoseHistory
from lorpredict.pharmacokinetics._history_faults import LAST_DAY
from lorpredict.pharmacokinetics._pieces import Pieces
from lorpredict.pharmacokinetics._population import population_models
from lorpredict.pharmacokinetics._research import ResearchOnly
from lorpredict.survival import Floats

if TYPE_CHECKING:
    from lorpredict.pharmacokinetics._estimates import Estimates

DRAWS = 512
INTERVAL = 0.95
POOLED = "all models"
_TAILS = ((1 - INTERVAL) / 2, 0.5, (1 + INTERVAL) / 2)


@dataclass(frozen=True, eq=False, repr=False)
class Forecast(ResearchOnly):
    """Levels of a child by one model, or by all of them pooled.

    Parameters
    ----------
    model, label
        Who says so, for programs and for people.
    days : array of shape (n_days,)
        Days since the first infusion.
    typical : array of shape (n_days,)
        µg/mL of the child in the centre: typical before a level was measured, as estimated
        afterwards. NaN where models are pooled.
    median, low, high : arrays of shape (n_days,)
        Of children like this one: half of them lie below the median, 95 % between low and high.
    draws : array of shape (n_draws, n_days)
        The levels that these come from.
    """

    model: str
    label: str
    days: Floats
    typical: Floats
    median: Floats
    low: Floats
    high: Floats
    draws: Floats

    def probability_above(self, trough_ug_ml: float) -> Floats:
        """Return how likely a level of at least so much is on each day; shape (n_days,)."""
        above: Floats = np.asarray((self.draws >= trough_ug_ml).mean(axis=0))
        return above

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a day."""
        columns = zip(self.days, self.typical, self.median, self.low, self.high, strict=True)
        return [
            {
                "model": self.model,
                "day": float(day),
                "typical": None if np.isnan(typical) else float(typical),
                "median": float(median),
                "low": float(low),
                "high": float(high),
            }
            for day, typical, median, low, high in columns
        ]

    def _content(self) -> dict[str, Any]:
        levels = [{key: row[key] for key in row if key != "model"} for row in self.rows()]
        return {"model": self.model, "label": self.label, "levels_ug_ml": levels}

    def _told(self) -> str:
        last = f"{self.median[-1]:.2f} ({self.low[-1]:.2f} to {self.high[-1]:.2f}) µg/mL"
        return f"{self.label}: {last} on day {self.days[-1]:g}"


@dataclass(frozen=True, eq=False, repr=False)
class Forecasts(ResearchOnly, Mapping[str, Forecast]):
    """The forecast of every model by its name, all of them pooled, and how far they differ.

    Parameters
    ----------
    by_model
        Name of the model -> its forecast.
    pooled
        All models with the same weight.
    individual
        Whether a level of the child had been measured before.
    if_without_antibodies : array of shape (n_models, n_days)
        Typical levels as if the antibodies had not appeared yet, where their onset is unknown.
    warnings
        What was assumed.
    """

    by_model: Mapping[str, Forecast]
    pooled: Forecast
    individual: bool
    if_without_antibodies: Floats | None = None
    warnings: tuple[str, ...] = field(default=())

    @property
    def between_models(self) -> tuple[Floats, Floats]:
        """The lowest and the highest median of the models on each day; shape (n_days,) each."""
        medians = np.array([each.median for each in self.by_model.values()])
        return medians.min(axis=0), medians.max(axis=0)

    def __getitem__(self, model: str) -> Forecast:
        return self.by_model[model]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_model)

    def __len__(self) -> int:
        return len(self.by_model)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a model and day, the pooled ones last."""
        return [row for each in (*self.by_model.values(), self.pooled) for row in each.rows()]

    def _content(self) -> dict[str, Any]:
        low, high = self.between_models
        days = zip(self.pooled.days, low, high, strict=True)
        without = self.if_without_antibodies
        return {
            "individual": self.individual,
            "interval": INTERVAL,
            "models": [each._content() for each in self.by_model.values()],
            "pooled": self.pooled._content(),
            "between_models": [
                {"day": float(day), "lowest_median": float(a), "highest_median": float(b)}
                for day, a, b in days
            ],
            "if_without_antibodies": None if without is None else without.tolist(),
            "warnings": list(self.warnings),
        }

    def _told(self) -> str:
        low, high = (each[-1] for each in self.between_models)
        spread = f"medians of {counted(len(self), 'model')} from {low:.2f} to {high:.2f} µg/mL"
        return f"{spread} on day {self.pooled.days[-1]:g}"


def forecast(
    history: DoseHistory,
    days: ArrayLike,
    *,
    estimates: Estimates | None = None,
    between_occasions: bool = True,
    draws: int = DRAWS,
) -> Forecasts:
    """Forecast levels on days of a dose history, by every model.

    Parameters
    ----------
    history
        Infusions, given and planned, and covariates. A planned infusion is answered for the
        trough alone; what it would mean for the response is not known.
    days : array of shape (n_days,)
        Days since the first infusion. An infusion that begins on such a day adds nothing yet.
    estimates
        What measured levels of this child have told, by :func:`estimate`.
    between_occasions
        Let the clearance vary from infusion to infusion, in models that say how far; with
        ``estimates`` it is as it was there.
    draws
        How many children like this one are drawn, by a fixed sequence that fills space evenly.

    Raises
    ------
    FaultsFound
        If a day is before the first infusion, or the estimates are of other infusions.

    Examples
    --------
    >>> history = DoseHistory.of(
    ...     infusion_days=[0, 14, 42], doses_mg_kg=5, weight_kg=42, albumin_g_l=38
    ... )
    >>> found = forecast(history, [98])
    >>> found
    Forecasts(medians of 5 models from 1.09 to 2.78 µg/mL on day 98; research only)
    >>> found["fasanmade-2011-paediatric"].typical.round(2)
    array([2.62])
    """
    asked = _checked_days(days, draws)
    beliefs = beliefs_of(history, estimates, between_occasions=between_occasions)
    pieces = Pieces.of(history, asked)
    found = levels_of(beliefs, pieces, draws=draws)
    by_model = {
        each.model.name: summary(each.model.name, each.model.label, asked, levels[0], levels[1:])
        for each, levels in zip(beliefs, found, strict=True)
    }
    return Forecasts(
        by_model=by_model,
        pooled=pooled_of(by_model, asked),
        individual=estimates is not None,
        if_without_antibodies=_without_antibodies(history, asked, beliefs),
        warnings=warnings_of(history, estimates),
    )


def beliefs_of(
    history: DoseHistory, estimates: Estimates | None, *, between_occasions: bool
) -> list[Belief]:
    """Return what is believed of the child under every model."""
    if estimates is not None:
        estimates.refuse_other(history)
        return [each.belief for each in estimates.values()]
    return list(_of_population(between_occasions))


@cache
def _of_population(between_occasions: bool) -> tuple[Belief, ...]:
    models = population_models().values()
    return tuple(Belief.of_population(each, between_occasions=between_occasions) for each in models)


def warnings_of(history: DoseHistory, estimates: Estimates | None) -> tuple[str, ...]:
    """Return what was assumed, and what is strange about the levels."""
    told = () if estimates is None else estimates.warnings
    return tuple(dict.fromkeys((*history.warnings, *told)))


def summary(model: str, label: str, days: Floats, typical: Floats, draws: Floats) -> Forecast:
    """Summarise drawn levels, arrays of shape (n_draws, n_days)."""
    low, median, high = quantiles(draws)
    return Forecast(model, label, days, typical, median, low, high, draws)


def quantiles(draws: Floats) -> Floats:
    """Return the ends and the middle of the interval; array of shape (3, ...)."""
    ordered = np.sort(draws, axis=0)
    places = np.array(_TAILS) * (len(ordered) - 1)
    below = places.astype(int)
    above = np.minimum(below + 1, len(ordered) - 1)
    share = (places - below).reshape(-1, *[1] * (ordered.ndim - 1))
    found: Floats = ordered[below] * (1 - share) + ordered[above] * share
    return found


def pooled_of(by_model: Mapping[str, Forecast], days: Floats) -> Forecast:
    """Put the draws of all models together, each model with the same weight."""
    draws = np.concatenate([each.draws for each in by_model.values()])
    return summary(
        POOLED, "All models, with the same weight", days, np.full(len(days), np.nan), draws
    )


def _without_antibodies(
    history: DoseHistory, days: Floats, beliefs: Sequence[Belief]
) -> Floats | None:
    if history.antibodies_onset_known:
        return None
    pieces = Pieces.of(history.without_antibodies, days)
    return np.concatenate(levels_of(beliefs, pieces, draws=0))


def _checked_days(days: ArrayLike, draws: int) -> Floats:
    asked = np.atleast_1d(np.asarray(days, dtype=float))
    faults = [
        Fault(
            "days",
            f"expected 0 to {LAST_DAY:g} days",
            "Days count from the first infusion",
            value=f"{day:g}",
        )
        for day in asked.ravel()
        if not 0 <= day <= LAST_DAY
    ]
    if asked.ndim != 1 or not asked.size:
        faults.append(Fault("days", f"shape {asked.shape}; expected (n_days,)"))
    if draws < 2:
        faults.append(Fault("draws", "expected 2 or more", value=f"{draws}"))
    if faults:
        raise FaultsFound(faults, subject="what is asked")
    return asked
