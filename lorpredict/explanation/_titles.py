"""What the axes of a picture say: the scale, and the day that times are counted from."""

from __future__ import annotations

from dataclasses import dataclass

from lorpredict.errors import capitalised
from lorpredict.survival import DAYS_A_MONTH, Floats, Scale
from lorpredict.synthetic import CAUTION

CAPTION = capitalised(CAUTION)
TIME_AXIS = "Months since the first infusion"

_PREDICTED: dict[Scale, str] = {
    "risk": "Risk of secondary loss of response (%)",
    "survival": "Probability of still responding (%)",
    "cumulative_hazard": "Cumulative hazard of secondary loss of response",
    "log_hazard": "Log-hazard of secondary loss of response",
    "log_time": "Log-time to secondary loss of response (right: later)",
    "log_acceleration": "Log-acceleration of secondary loss of response (right: sooner)",
    "risk_score": "Risk score",
}
# Where the name of the scale alone does not say it; these scales are only drawn from left to right.
_HIGHER: dict[Scale, str] = {"log_time": "later", "log_acceleration": "sooner"}
_SHORT: dict[Scale, str] = {
    "risk": "risk",
    "survival": "probability of still responding",
    "cumulative_hazard": "cumulative hazard",
    "log_hazard": "log-hazard",
    "log_time": "log-time",
    "log_acceleration": "log-acceleration",
    "risk_score": "risk score",
}


@dataclass(frozen=True)
class Wording:
    """The words for one scale; days since the landmark are told since the first infusion."""

    scale: Scale
    landmark_day: float

    @property
    def is_probability(self) -> bool:
        """Whether the scale is drawn in percent."""
        return self.scale in ("risk", "survival")

    @property
    def changes_with_time(self) -> bool:
        """Whether contributions differ from day to day."""
        return self.scale in ("risk", "survival", "cumulative_hazard")

    @property
    def short(self) -> str:
        """What is predicted, in a word."""
        return _SHORT[self.scale]

    @property
    def factor(self) -> float:
        """What turns a value of the scale into one that is drawn."""
        return 100.0 if self.is_probability else 1.0

    @property
    def unit(self) -> str:
        """Unit of a contribution."""
        return "percentage points" if self.is_probability else f"on the {self.short}"

    @property
    def predicted(self) -> str:
        """Name of the axis of predictions."""
        return _PREDICTED[self.scale]

    @property
    def contribution(self) -> str:
        """Name of the axis of contributions."""
        if self.is_probability:
            return f"Contribution to the {self.short} (percentage points)"
        to_the_right = f" (right: {_HIGHER[self.scale]})" if self.scale in _HIGHER else ""
        return f"Contribution to the {self.short}{to_the_right}"

    @property
    def interaction(self) -> str:
        """Name of the axis of interactions."""
        return f"Interaction\n({self.unit})" if self.is_probability else f"Interaction\n{self.unit}"

    def outcome(self, day: float) -> str:
        """What is predicted by a day: ``risk by 12 months after the first infusion``."""
        if not self.changes_with_time:
            return f"{self.short}, the same at all times"
        return f"{self.short} by {self.when(day)} after the first infusion"

    def months(self, days: Floats) -> Floats:
        """Months since the first infusion."""
        return (days + self.landmark_day) / DAYS_A_MONTH

    def shown(self, value: float) -> str:
        """A prediction as people read it."""
        return f"{100 * value:.1f} %" if self.is_probability else f"{value:.2f}"

    def when(self, day: float) -> str:
        """Tell a day since the landmark as a time since the first infusion."""
        months = (day + self.landmark_day) / DAYS_A_MONTH
        if abs(months - round(months)) < 0.05:
            return f"{round(months)} months"
        return f"{day + self.landmark_day:g} days"
