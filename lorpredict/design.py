"""What was decided before any model learns: who, when, which predictors, which horizons."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np

from lorpredict.clinical import (
    Catalogue,
    EligibilityRules,
    Kind,
    catalogue,
    definition,
    read_site_catalogue,
)
from lorpredict.clinical._schedule import INDUCTION_DAYS
from lorpredict.errors import (
    BeyondFollowUp,
    DesignError,
    PredictorKnownLater,
    UnknownPredictor,
    did_you_mean,
)
from lorpredict.survival import DAYS_A_MONTH, FEWEST_AT_RISK, Floats

TROUGH = "trough_week14_ug_ml"


@dataclass(frozen=True)
class ModelDesign:
    """A prediction problem, decided before the data are looked at.

    Parameters
    ----------
    name, version, description
    predictors
        Catalogue names; all known at the landmark at the latest.
    landmark_day
        Days since the first infusion at which the clock starts, where a child has none of its own.
    horizons_days_since_first_infusion
        Times by which the risk is told.
    events, competing
        Values of ``outcome`` that are the event, and those that prevent it; all others censor.
    missing_indicators
        Predictors whose being missing is a feature of its own in linear models.
    trough_forecast
        Population model of infliximab by which a week-14 trough that was not measured is forecast,
        such as ``fasanmade-2011-paediatric``; without one it is missing as all else is.
    response_definition, remission_definition, lor_definition
        Names of the rules in ``activity.toml``.
    site_catalogue
        A site's own predictors beside the catalogue, as their TOML file holds them. In the TOML of
        a design it is the path of that file, seen from the design's.

    Raises
    ------
    UnknownPredictor, PredictorKnownLater, DesignError
        Every fault of the design is named, the most specific error is raised.
    """

    name: str
    version: int
    description: str
    predictors: tuple[str, ...]
    landmark_day: float = 98.0
    horizons_days_since_first_infusion: tuple[float, ...] = (365.0, 730.0)
    events: tuple[str, ...] = ("secondary_lor",)
    competing: tuple[str, ...] = ("stopped_infliximab", "transferred", "surgery", "death")
    missing_indicators: tuple[str, ...] = ()
    trough_forecast: str = ""
    response_definition: str = "beijing-2025"
    remission_definition: str = "beijing-2025"
    lor_definition: str = "beijing-2025"
    site_catalogue: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse_unknown(self)
        _refuse_known_later(self)
        _refuse_impossible(self)
        definition("response", self.response_definition)
        definition("remission", self.remission_definition)
        definition("lor", self.lor_definition)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Build a design from a mapping, as TOML or a model folder gives it."""
        known = [each.name for each in fields(cls)]
        unknown = sorted(set(content) - set(known))
        if unknown:
            hints = " ".join(filter(None, (did_you_mean(name, known) for name in unknown)))
            raise DesignError(f"unknown settings in the design: {', '.join(unknown)}. {hints}")
        absent = [name for name in ("name", "version", "predictors") if name not in content]
        if absent:
            raise DesignError(f"the design lacks {', '.join(absent)}")
        _refuse_wrong_types(cls, content)
        values: dict[str, Any] = {"description": ""}
        values |= {k: tuple(v) if isinstance(v, list) else v for k, v in content.items()}
        return cls(**values)

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read a design from its TOML file."""
        file = Path(path)
        if not file.is_file():
            raise DesignError(f"no design at {file.absolute()}; expected a TOML file")
        try:
            content = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DesignError(f"{file.name} is not TOML: {error}") from error
        beside = content.get("site_catalogue")
        if isinstance(beside, str):
            content["site_catalogue"] = read_site_catalogue(file.parent / beside)
        return cls.from_dict(content)

    def to_dict(self) -> dict[str, Any]:
        """Return the design as plain values, for TOML and JSON."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue that this design draws on: ours, with the site's own predictors."""
        return catalogue().extended_by(self.site_catalogue)

    @property
    def parameters(self) -> int:
        """How many parameters a linear model spends on the design.

        One for a number, a boolean and a missing indicator; a category spends one for each level
        but the first, an ordered one enters as a number.
        """
        known = self.catalogue.columns(self.predictors)
        levels = [
            len(each.levels) - 1 if each.kind is Kind.CATEGORY and not each.ordered else 1
            for each in known
        ]
        return sum(levels) + len(self.missing_indicators)

    @property
    def horizons(self) -> Floats:
        """Horizons in days since the landmark, array of shape (n_horizons,)."""
        return np.asarray(self.horizons_days_since_first_infusion) - self.landmark_day

    def refuse_horizons_beyond(self, follow_up: float) -> None:
        """Refuse horizons that children cannot tell of.

        Parameters
        ----------
        follow_up
            Last day since the landmark with enough children at risk.

        Raises
        ------
        BeyondFollowUp
        """
        wrong = self.horizons[self.horizons > follow_up] + self.landmark_day
        if wrong.size:
            told = ", ".join(f"{day:g}" for day in wrong)
            raise BeyondFollowUp(
                f"design {self.name!r}: horizon {told} days since the first infusion; expected at "
                f"most {follow_up + self.landmark_day:g}, the last day with {FEWEST_AT_RISK} of "
                "these children at risk. Take earlier ones in horizons_days_since_first_infusion"
            )

    @property
    def eligibility(self) -> EligibilityRules:
        """The definitions by which response and its loss are judged."""
        return EligibilityRules(
            self.response_definition, self.remission_definition, self.lor_definition
        )

    def time_grid(self, last_day: float) -> Floats:
        """Days since the landmark, about a month apart; every horizon is one of them.

        Events and censorings are rounded up to it, which keeps who has had the event by a horizon.
        """
        anchors = np.concatenate([[0.0], self.horizons])
        pieces = [
            np.linspace(start, stop, max(1, round((stop - start) / DAYS_A_MONTH)) + 1)[1:]
            for start, stop in pairwise(anchors)
        ]
        steps_after = max(0, int(np.ceil((last_day - anchors[-1]) / DAYS_A_MONTH)))
        pieces.append(anchors[-1] + DAYS_A_MONTH * np.arange(1, steps_after + 1))
        return np.concatenate(pieces)


_TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "str": ("a text", lambda value: isinstance(value, str)),
    "int": ("a whole number", lambda value: type(value) is int),
    "float": ("a number", lambda value: type(value) in (int, float)),
    "tuple[str, ...]": ("a list of texts", lambda value: _is_list(value, str)),
    "tuple[float, ...]": ("a list of numbers", lambda value: _is_list(value, int, float)),
    "Mapping[str, Any]": ("the path of a TOML file", lambda value: isinstance(value, Mapping)),
}


def _is_list(value: Any, *kinds: type) -> bool:
    return isinstance(value, list) and all(type(each) in kinds for each in value)


def _refuse_wrong_types(design: type[ModelDesign], content: dict[str, Any]) -> None:
    faults = []
    for each in fields(design):
        expected, fits = _TYPES[str(each.type)]
        if each.name in content and not fits(content[each.name]):
            faults.append(f"{each.name} is {content[each.name]!r}, expected {expected}")
    if faults:
        raise DesignError("the design cannot be read: " + "; ".join(faults))


def _refuse_unknown(design: ModelDesign) -> None:
    known = design.catalogue
    unknown = [name for name in design.predictors if name not in known]
    if unknown:
        told = [
            f"{name!r} ({did_you_mean(name, list(known)) or 'no such name'})" for name in unknown
        ]
        raise UnknownPredictor(
            f"design {design.name!r} names predictors that the catalogue does not hold: "
            + ", ".join(told)
        )


def _refuse_known_later(design: ModelDesign) -> None:
    later = [name for name in design.predictors if not design.catalogue[name].may_predict]
    if later:
        raise PredictorKnownLater(
            f"design {design.name!r} names predictors that are not known at the landmark "
            f"(day {design.landmark_day:g}): {', '.join(later)}. "
            "A prediction may use only what is known when it is made; take them out of the design"
        )


def _refuse_impossible(design: ModelDesign) -> None:
    outcomes = design.catalogue["outcome"].values
    unusable = [
        name
        for name in design.predictors
        if design.catalogue[name].kind not in (Kind.NUMBER, Kind.BOOLEAN, Kind.CATEGORY)
    ]
    checks = [
        (not design.predictors, "no predictors"),
        (len(set(design.predictors)) < len(design.predictors), "a predictor is named twice"),
        (bool(unusable), f"neither number, boolean nor category: {', '.join(unusable)}"),
        (bool(set(design.missing_indicators) - set(design.predictors)),
         "a missing indicator for something that is not a predictor"),
        (bool(design.trough_forecast) and TROUGH in design.missing_indicators,
         "a trough that is forecast has no missing indicator"),
        (bool(design.trough_forecast) and TROUGH not in design.predictors,
         "trough_forecast without the trough among the predictors"),
        (bool(design.trough_forecast) and design.landmark_day <= INDUCTION_DAYS[-1],
         f"trough_forecast at a landmark before day {INDUCTION_DAYS[-1] + 1:g}, when the infusions "
         "that it counts are not yet given"),
        (design.landmark_day < 0, f"landmark_day {design.landmark_day:g} lies before the start"),
        (not design.horizons_days_since_first_infusion, "no horizons"),
        (bool(np.any(np.diff(np.concatenate([[0.0], design.horizons])) <= 0)),
         "horizons must increase and lie after the landmark"),
        (not design.events, "no event"),
        (bool(set(design.events) & set(design.competing)), "an outcome is event and competing"),
        (bool((set(design.events) | set(design.competing)) - set(outcomes)),
         f"an outcome that is not one of {', '.join(outcomes)}"),
    ]  # fmt: skip
    found = [message for wrong, message in checks if wrong]
    if found:
        raise DesignError(f"design {design.name!r}: " + "; ".join(found))
