"""From the day on which regimens part: what is in the body, and where an interval leads.

Levels are proportional to doses. So each interval is carried through twice, once from what is in
the body already and once with 1 mg an infusion, and every dose follows by multiplication.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from lorpredict.pharmacokinetics._amounts import Amounts, Carried
from lorpredict.pharmacokinetics._beliefs import Belief, Children
from lorpredict.pharmacokinetics._history import DoseHistory
from lorpredict.pharmacokinetics._pieces import Pieces
from lorpredict.survival import Floats

_HOURS = 2.0  # as in the population models


@dataclass(frozen=True, eq=False)
class Onward:
    """Drawn children on the day of the next infusion.

    Parameters
    ----------
    history
        Until then.
    beliefs
        What is believed of the child under every model.
    day, infusions
        When the first infusion of a regimen is, and how many there are.
    effects
        For each model, array of shape (n_draws, n_effects); a child is the same in all regimens.
    begin
        Central and peripheral amounts, arrays of shape (n_models x n_draws,).
    """

    history: DoseHistory
    beliefs: Sequence[Belief]
    day: float
    infusions: int
    effects: Sequence[Floats]
    begin: Amounts

    @classmethod
    def of(
        cls,
        history: DoseHistory,
        beliefs: Sequence[Belief],
        day: float,
        *,
        infusions: int,
        draws: int,
    ) -> Self:
        """Draw children, and carry them until the day."""
        occasions = len(history.infusion_days) + infusions
        effects = [each.effects(draws, occasions)[1:] for each in beliefs]
        pieces = Pieces.of(history, [day])
        children = _children(beliefs, effects, pieces)
        central, peripheral = Carried.of(children.bodies, pieces).amounts()
        return cls(history, beliefs, day, infusions, effects, (central[-1], peripheral[-1]))

    def course(self, interval: float) -> list[tuple[Floats, Floats]]:
        """Follow an interval until the trough after the last infusion.

        Returns
        -------
        list of pairs of arrays of shape (n_draws,), one a model
            The trough by what was in the body before, and that by 1 mg an infusion, mg/L.
        """
        days = tuple(self.day + interval * number for number in range(self.infusions))
        planned = replace(
            self.history,
            infusion_days=(*self.history.infusion_days, *days),
            doses_mg=(*self.history.doses_mg, *[1.0] * self.infusions),
            hours=(*self.history.hours, *[_HOURS] * self.infusions),
        )
        pieces = Pieces.of(planned, [days[-1] + interval], from_day=self.day)
        children = _children(self.beliefs, self.effects, pieces)
        carried = Carried.of(children.bodies, pieces)
        whole, _ = carried.amounts(self.begin)
        infused, _ = carried.amounts()
        kept = (whole[-1] - infused[-1]) / children.volumes[0]
        of_one = infused[-1] / children.volumes[0]
        models = len(self.beliefs)
        return list(zip(np.split(kept, models), np.split(of_one, models), strict=True))


def _children(beliefs: Sequence[Belief], effects: Sequence[Floats], pieces: Pieces) -> Children:
    each = zip(beliefs, effects, strict=True)
    return Children.together([Children.of(belief.model, own, pieces) for belief, own in each])
