"""What is answered: typed, with the model it came from and how far to trust that."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ESTIMAND = (
    "Probability that a child who is in response at the landmark has lost the response by the "
    "given day, if infliximab is continued as usual; other ends of treatment are censored."
)
READING = (
    "The contributions describe the model, not causes: they are no advice to change a treatment."
)


_WHERE_NOT = "null where the model cannot say how sure a single risk is"
LOW = Field(ge=0, le=1, description=f"Lower end of the 95 % interval; {_WHERE_NOT}.")
HIGH = Field(ge=0, le=1, description=f"Upper end of the 95 % interval; {_WHERE_NOT}.")
INTERVAL = Field(description="How the intervals were found, or that there are none.")

ExplainedScale = Literal["risk", "log_hazard", "log_acceleration"]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DesignTold(_Answer):
    """The prespecified design that the model was trained for."""

    name: str
    version: int


class ModelTold(_Answer):
    """The model that answered."""

    name: str
    alias: str
    family: str
    label: str = Field(description="The family as people call it.")
    version: str = Field(description="Version of lorpredict that trained the model.")
    registered_version: str | None = Field(
        description="Version in the model registry; null where it came from a folder."
    )
    fingerprint: str = Field(description="SHA-256 of the model folder's SHA256SUMS.")
    design: DesignTold
    catalogue_version: str
    stage: str = Field(
        description="How far the model may be trusted: demo, exploratory, candidate."
    )
    reasons: list[str] = Field(description="Why the stage is no better.")
    cautions: list[str] = Field(description="What has to be said with every answer.")


class RiskTold(_Answer):
    """The risk by one day."""

    days_since_first_infusion: float
    days_since_landmark: float
    risk: float = Field(ge=0, le=1)
    risk_low: float | None = LOW
    risk_high: float | None = HIGH


class AbstentionTold(_Answer):
    """Why nothing is said of a child, and what would be needed."""

    reason: str = Field(description="For programs; the same reason always has the same name.")
    text: str
    needed: list[str]


_ABSTENTION = Field(description="Why no risk is told; null where one is.")


class RiskAnswer(_Answer):
    """The risks of one child; none where the model is not made for the child."""

    risks: list[RiskTold]
    abstention: AbstentionTold | None = _ABSTENTION
    missing: list[str] = Field(description="Predictors of the model that were not measured.")
    warnings: list[str] = Field(description="What is unusual about the record.")


class RiskAnswers(_Answer):
    """Risks of secondary loss of response, one answer a record, in the order of the request."""

    model: ModelTold
    estimand: str
    interval: str = INTERVAL
    answers: list[RiskAnswer]


class ContributionTold(_Answer):
    """How far one predictor moved the prediction away from the base value."""

    predictor: str
    label: str
    unit: str | None
    value: bool | float | str | None = Field(
        description="What was sent or derived from it; null where it was not measured."
    )
    measured: bool
    contribution: float = Field(description="On the scale of the explanation.")
    text: str = Field(description="The contribution in words.")


class HorizonExplained(_Answer):
    """One time: base_value + contributions_sum = predicted, exactly."""

    days_since_first_infusion: float
    days_since_landmark: float
    risk: float = Field(ge=0, le=1)
    risk_low: float | None = LOW
    risk_high: float | None = HIGH
    base_value: float
    contributions_sum: float
    predicted: float
    contributions: list[ContributionTold] = Field(description="The largest first.")


class ExplainAnswer(_Answer):
    """The explained risks of one child; none where the model is not made for the child."""

    horizons: list[HorizonExplained]
    abstention: AbstentionTold | None = _ABSTENTION
    missing: list[str]
    warnings: list[str]


class ExplainAnswers(_Answer):
    """Explained risks, one answer a record, in the order of the request."""

    model: ModelTold
    estimand: str
    interval: str = INTERVAL
    scale: ExplainedScale = Field(
        description=(
            "The scale on which the contributions add up. risk: shares of the probability. "
            "log_hazard: exp(contribution) multiplies the hazard, at all times alike. "
            "log_acceleration: exp(contribution) divides the time to loss of response. "
            "Above zero always means sooner."
        )
    )
    reading: str
    answers: list[ExplainAnswer]


class TrainingTold(_Answer):
    """The cohort that taught the model; nothing of a single child."""

    cohort: str
    children: int
    events: int
    synthetic: bool


class ModelDescribed(ModelTold):
    """A model that can be asked, with its card."""

    predictors: list[str]
    horizons_days_since_first_infusion: list[float]
    last_day_since_landmark: float = Field(description="Later days are refused.")
    training: TrainingTold
    interval: str = INTERVAL
    metrics: dict[str, float] = Field(description="Measured on children the model had not seen.")
    card: str = Field(description="The model card, as Markdown.")


class ModelsDescribed(_Answer):
    """Every model that can be asked, by alias."""

    models: list[ModelDescribed]
