"""What moved a risk, and how far: in words, and as a waterfall that ends at the risk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from lorpredict.explanation.wording import in_words, rounds_to_nothing
from serving.answers import ContributionTold, ExplainedScale, HorizonExplained
from serving.web._drawing import Bar, waterfall
from serving.web._files import texts
from serving.web.rendering import points

_BARS = 8


class Step(NamedTuple):
    """One bar of a waterfall; ``told`` is None where it stands for several predictors."""

    told: ContributionTold | None
    contribution: float
    bar: Bar


@dataclass(frozen=True)
class Moved:
    """What moved the risk by one horizon.

    Parameters
    ----------
    horizon : as the API tells it
    scale : of the contributions
    """

    horizon: HorizonExplained
    scale: ExplainedScale

    @cached_property
    def raised(self) -> list[ContributionTold]:
        """What raised it, the largest first."""
        return [each for each in self._worth_telling if each.contribution > 0]

    @cached_property
    def lowered(self) -> list[ContributionTold]:
        """What lowered it, the largest first."""
        return [each for each in self._worth_telling if each.contribution < 0]

    @cached_property
    def _worth_telling(self) -> list[ContributionTold]:
        return [
            each
            for each in self.horizon.contributions
            if not rounds_to_nothing(each.contribution, self.scale)
        ]

    @property
    def is_of_risk(self) -> bool:
        """Whether contributions are shares of the risk."""
        return self.scale == "risk"

    @property
    def base(self) -> float:
        """Where the waterfall starts; a log-hazard has no meaning but beside another."""
        return self.horizon.base_value if self.is_of_risk else 0.0

    @cached_property
    def steps(self) -> list[Step]:
        """The bars of the waterfall, the largest first, what is small together as the last."""
        told: list[ContributionTold | None] = [*self._worth_telling[:_BARS]]
        values = [each.contribution for each in self._worth_telling[:_BARS]]
        if len(told) < len(self.horizon.contributions):
            told.append(None)
            values.append(self.horizon.contributions_sum - sum(values))
        bars, _ = waterfall(self.base, values)
        return [Step(*each) for each in zip(told, values, bars, strict=True)]

    @property
    def edges(self) -> list[float]:
        """Where start and result lie in the frame of the bars."""
        return waterfall(self.base, [each.contribution for each in self.steps])[1]

    def amount(self, contribution: float) -> str:
        """Word a contribution without what it is a contribution to."""
        if self.is_of_risk:
            return points(contribution)
        return " ".join(in_words(contribution, self.scale).split()[-2:])

    def reached(self, value: float) -> str:
        """Word where the waterfall starts or ends, with as many digits as its steps have."""
        return f"{100 * value:.1f} %" if self.is_of_risk else self.amount(value)

    @property
    def unit(self) -> str:
        """What the contributions are contributions to."""
        name = "points" if self.is_of_risk else "hazard" if self.scale == "log_hazard" else "time"
        return str(texts()["why"][name])

    @property
    def together(self) -> int:
        """How many predictors the last bar stands for."""
        return len(self.horizon.contributions) - sum(step.told is not None for step in self.steps)
