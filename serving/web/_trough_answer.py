"""What the page about troughs shows of an answer: the API's figures, put side by side."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from lorpredict.pharmacokinetics import (
    MeasuredLevel,
    PopulationModel,
    population_model,
    population_models,
)
from serving.trough import Asked
from serving.trough_answers import (
    ForecastTold,
    LevelForecast,
    SpreadOfLevels,
    TroughAnswer,
)
from serving.web._files import trough_texts
from serving.web._trough_drawing import Curve, curve, curve_days


class OfModel(NamedTuple):
    """The trough by one model, or by all of them.

    Parameters
    ----------
    population : before a level
    individual : with the child's own; None where there is no estimate
    without_antibodies : typical level, where the onset of antibodies is not known
    """

    label: str
    is_default: bool
    population: LevelForecast
    individual: LevelForecast | None
    without_antibodies: float | None


class BeforeInfusion(NamedTuple):
    """The trough before an infusion by the default model, how far the models differ, measured."""

    day: float
    default: LevelForecast
    spread: SpreadOfLevels
    measured: str


@dataclass(frozen=True)
class TroughTold:
    """An answer as the page shows it.

    Parameters
    ----------
    asked : the question
    answer : the API's, to the day of the next infusion
    course : the same to the days of the picture
    first_date : of the first infusion, where dates were typed
    """

    asked: Asked
    answer: TroughAnswer
    course: TroughAnswer
    first_date: date | None

    @classmethod
    def of(cls, asked: Asked, answer: TroughAnswer, first_date: date | None) -> TroughTold:
        """Ask for the days of the picture too."""
        return cls(asked, answer, asked.on(curve_days(asked)).answer(), first_date)

    @property
    def models(self) -> list[PopulationModel]:
        """Return who answers."""
        return list(population_models().values())

    @property
    def default(self) -> PopulationModel:
        """Return the model that the library names first."""
        return population_model()

    @property
    def day(self) -> str:
        """Return the day of the trough, in words."""
        return self.in_words(self.asked.question.days_since_first_infusion[0])

    def in_words(self, day: float) -> str:
        """Return a day, with its date where dates were typed."""
        said = trough_texts()["answer"]
        if self.first_date is None:
            return str(said["day"]).format(day=f"{day:g}")
        when = self.first_date + timedelta(days=day)
        return str(said["day_and_date"]).format(day=f"{day:g}", date=when)

    @property
    def forecast(self) -> ForecastTold:
        """Return what is told first: with the child's own levels where there is an estimate."""
        return self.answer.individual or self.answer.population

    @property
    def spread(self) -> SpreadOfLevels:
        """Return how far the models differ about the trough."""
        return self.forecast.between_models[0]

    @property
    def troughs(self) -> list[OfModel]:
        """Return the trough by every model, and by all of them last."""
        population, own = self.answer.population, self.answer.individual
        ours = [*own.models, own.pooled] if own else [None] * (len(population.models) + 1)
        without = [each[0] for each in population.if_without_antibodies or []]
        beside = [*without, None] if without else [None] * len(ours)
        return [
            OfModel(
                each.label,
                each.model == self.default.name,
                each.levels_ug_ml[0],
                mine.levels_ug_ml[0] if mine else None,
                none,
            )
            for each, mine, none in zip(
                [*population.models, population.pooled], ours, beside, strict=True
            )
        ]

    @cached_property
    def curve(self) -> Curve:
        """Return the picture."""
        compared = self.answer.regimens
        target = None if compared is None else compared.target_ug_ml
        return curve(self.asked, self._course, self.default.name, target)

    @property
    def before_infusions(self) -> list[BeforeInfusion]:
        """Return the trough before each infusion, and before the next one."""
        wanted = {
            *self.asked.history.infusion_days[1:],
            *self.asked.question.days_since_first_infusion,
        }
        wanted |= {level.day for level in self.asked.levels}
        default = next(each for each in self._course.models if each.model == self.default.name)
        each = zip(default.levels_ug_ml, self._course.between_models, strict=True)
        return [
            BeforeInfusion(level.day, level, spread, self._measured(level.day))
            for level, spread in each
            if level.day in wanted
        ]

    @property
    def _course(self) -> ForecastTold:
        return self.course.individual or self.course.population

    def _measured(self, day: float) -> str:
        return "; ".join(measured(each) for each in self.asked.levels if each.day == day)

    @property
    def levels(self) -> tuple[MeasuredLevel, ...]:
        """Return what was measured."""
        return self.asked.levels

    @property
    def measured(self) -> str:
        """Return what was measured, in words."""
        return ", ".join(map(measured, self.asked.levels))

    @property
    def warnings(self) -> list[str]:
        """Return what was assumed, each once."""
        return list(dict.fromkeys((*self.forecast.warnings, *self.answer.population.warnings)))

    @property
    def json(self) -> str:
        """The API's answer as an address that a browser saves."""
        content = base64.b64encode(self.answer.model_dump_json().encode()).decode()
        return f"data:application/json;base64,{content}"


def measured(level: MeasuredLevel) -> str:
    """Word a measured level, µg/mL."""
    said = trough_texts()["answer"]
    if level.value_ug_ml is not None:
        return f"{level.value_ug_ml:.3g}"
    if level.loq_ug_ml is None:
        return str(said["below_unknown"])
    return str(said["below"]).format(limit=f"{level.loq_ug_ml:g}")
