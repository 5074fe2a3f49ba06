"""What a comparison of regimens answers: every one of them, and none put first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lorpredict.errors import counted
from lorpredict.pharmacokinetics._forecast import INTERVAL
from lorpredict.pharmacokinetics._research import ResearchOnly


@dataclass(frozen=True)
class TroughReached:
    """The trough that a regimen would leave, by one model or by all of them pooled.

    Parameters
    ----------
    model
        Who says so.
    probability
        How likely the target is reached.
    median, low, high
        µg/mL; 95 % of children like this one lie between low and high.
    """

    model: str
    probability: float
    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Regimen:
    """One dose at one interval, and what it would leave; nothing says that it should be given.

    Parameters
    ----------
    dose_mg, dose_mg_kg
        Of each infusion, in all and for each kilogram, after rounding to vials.
    vials
        How many; None where no size was named.
    made_up_from_mg_kg
        The doses for each kilogram that are rounded to this one.
    interval_days
        From one infusion to the next.
    by_model
        Name of the model -> the trough by it.
    pooled
        All models with the same weight.
    is_outside_asked
        Whether the dose, rounded to whole vials, is smaller or larger for each kilogram than all
        that were asked for.
    """

    dose_mg: float
    dose_mg_kg: float
    vials: float | None
    made_up_from_mg_kg: tuple[float, ...]
    interval_days: float
    by_model: Mapping[str, TroughReached]
    pooled: TroughReached
    is_outside_asked: bool = False

    @property
    def between_models(self) -> tuple[float, float]:
        """The lowest and the highest probability of the models."""
        found = [each.probability for each in self.by_model.values()]
        return min(found), max(found)


@dataclass(frozen=True, eq=False, repr=False)
class RegimenSearch(ResearchOnly, Sequence[Regimen]):
    """Every regimen that was compared, by dose and then by interval; none is put first.

    Parameters
    ----------
    regimens
        Smaller doses first, longer intervals first.
    target_ug_ml
        The trough that was asked for.
    from_day, infusions
        The day of the first infusion of each regimen, and after how many of them the trough is
        judged.
    individual
        Whether a level of the child had been measured before.
    left_out
        Regimens that were not computed, and why.
    candidates_source
        Where doses and intervals come from.
    warnings
        What was assumed.
    """

    regimens: tuple[Regimen, ...]
    target_ug_ml: float
    from_day: float
    infusions: int
    individual: bool
    left_out: tuple[str, ...]
    candidates_source: str
    warnings: tuple[str, ...] = field(default=())

    def __getitem__(self, place: Any) -> Any:
        return self.regimens[place]

    def __len__(self) -> int:
        return len(self.regimens)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a regimen and model, the pooled one last of each."""
        return [
            {
                "dose_mg": regimen.dose_mg,
                "dose_mg_kg": regimen.dose_mg_kg,
                "is_outside_asked": regimen.is_outside_asked,
                "interval_days": regimen.interval_days,
                "model": each.model,
                "probability": each.probability,
                "median": each.median,
                "low": each.low,
                "high": each.high,
            }
            for regimen in self.regimens
            for each in (*regimen.by_model.values(), regimen.pooled)
        ]

    def _content(self) -> dict[str, Any]:
        return {
            "target_ug_ml": self.target_ug_ml,
            "from_day": self.from_day,
            "infusions": self.infusions,
            "individual": self.individual,
            "interval": INTERVAL,
            "regimens": [_as_dict(each) for each in self.regimens],
            "left_out": list(self.left_out),
            "candidates_source": self.candidates_source,
            "warnings": list(self.warnings),
        }

    def _told(self) -> str:
        judged = f"target {self.target_ug_ml:g} µg/mL after {counted(self.infusions, 'infusion')}"
        return f"{counted(len(self), 'regimen')}, {judged}"


def _as_dict(regimen: Regimen) -> dict[str, Any]:
    low, high = regimen.between_models
    return {
        "dose_mg": regimen.dose_mg,
        "dose_mg_kg": regimen.dose_mg_kg,
        "vials": regimen.vials,
        "made_up_from_mg_kg": list(regimen.made_up_from_mg_kg),
        "is_outside_asked": regimen.is_outside_asked,
        "interval_days": regimen.interval_days,
        "models": [asdict(each) for each in regimen.by_model.values()],
        "pooled": asdict(regimen.pooled),
        "between_models": {"lowest_probability": low, "highest_probability": high},
    }
