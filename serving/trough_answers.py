"""What is answered about troughs: typed, by every model, and for research only."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LevelForecast(_Answer):
    """The level of one day, µg/mL."""

    day: float
    typical: float | None = Field(
        description="Of the child in the centre; null where models are pooled."
    )
    median: float = Field(description="Of children like this one.")
    low: float = Field(description="2.5 % of children like this one lie below.")
    high: float = Field(description="2.5 % of children like this one lie above.")


class ModelForecast(_Answer):
    """What one model says, or all of them with the same weight."""

    model: str
    label: str
    levels_ug_ml: list[LevelForecast]


class SpreadOfLevels(_Answer):
    """How far the models differ on one day, µg/mL."""

    day: float
    lowest_median: float
    highest_median: float


class ForecastTold(_Answer):
    """Levels by every model; the spread between them goes with it."""

    research_only: str
    individual: bool = Field(description="Whether the child's own levels are in it.")
    interval: float = Field(description="Share of children between low and high.")
    models: list[ModelForecast]
    pooled: ModelForecast
    between_models: list[SpreadOfLevels]
    if_without_antibodies: list[list[float]] | None = Field(
        description="Typical levels by model and day as if the antibodies had not appeared yet; "
        "null where their onset is known."
    )
    warnings: list[str]


class ParameterEstimated(_Answer):
    """How many times that of a typical child a parameter is, with its 95 % interval."""

    parameter: str
    factor: float
    low: float
    high: float


class ModelEstimate(_Answer):
    """The most probable parameters of the child by one model."""

    model: str
    label: str
    clearance_l_day: float
    typical_clearance_l_day: float = Field(description="With the same covariates.")
    parameters: list[ParameterEstimated]
    fitted_ug_ml: list[float] = Field(description="By the estimate, on the days of the levels.")
    expected_ug_ml: list[float] = Field(description="By the model alone, on these days.")
    between_occasions: bool


class SpreadOfClearance(_Answer):
    """How far the models differ, L/day."""

    lowest_clearance_l_day: float
    highest_clearance_l_day: float


class EstimateTold(_Answer):
    """The individual estimate by every model."""

    research_only: str
    models: list[ModelEstimate]
    between_models: SpreadOfClearance
    residual_error: str
    warnings: list[str]


class TroughReachedTold(_Answer):
    """The trough that a regimen would leave, µg/mL, by one model or all of them pooled."""

    model: str
    probability: float = Field(ge=0, le=1, description="How likely the target is reached.")
    median: float
    low: float
    high: float


class SpreadOfProbability(_Answer):
    """How far the models differ."""

    lowest_probability: float
    highest_probability: float


class RegimenTold(_Answer):
    """One dose at one interval; nothing says that it should be given."""

    dose_mg: float
    dose_mg_kg: float
    vials: float | None
    made_up_from_mg_kg: list[float]
    is_outside_asked: bool = Field(
        description="Whether the dose in whole vials lies, for each kilogram, outside those asked."
    )
    interval_days: float
    models: list[TroughReachedTold]
    pooled: TroughReachedTold
    between_models: SpreadOfProbability


class RegimensTold(_Answer):
    """Every regimen that was compared, by dose and then by interval; none is put first."""

    research_only: str
    target_ug_ml: float
    from_day: float
    infusions: int
    individual: bool
    interval: float
    regimens: list[RegimenTold]
    left_out: list[str] = Field(description="Doses that were not computed, and why.")
    candidates_source: str
    warnings: list[str]


class ThresholdTold(_Answer):
    """A trough that a study names: what it found, not what a child should reach."""

    trough_ug_ml: float
    about: str
    source: str


class TroughAnswer(_Answer):
    """Forecasts, the individual estimate and regimens of one child; for research only."""

    research_only: str = Field(description="What has to be said with every one of these figures.")
    population: ForecastTold = Field(description="Before the child's own levels.")
    individual: ForecastTold | None = Field(
        description="With them; null where none was sent or no estimate was found."
    )
    estimate: EstimateTold | None = Field(
        description="null where no level was sent or no estimate was found."
    )
    estimate_missing: str | None = Field(
        description="Why there is no estimate; null where there is one."
    )
    regimens: RegimensTold | None = Field(description="null where none were asked for.")
    thresholds: list[ThresholdTold]
