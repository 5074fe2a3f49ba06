"""The true risk of every simulated child at any time, which no real cohort tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lorpredict.survival import Floats


@dataclass(frozen=True)
class Truth:
    """Proportional hazards with a hazard that is constant in pieces.

    Parameters
    ----------
    log_hazard : array of shape (n_children,)
        Log hazard ratio of each child against one without any of the effects.
    days : array of shape (n_pieces + 1,)
        Days since the landmark at which pieces begin and end; the first is 0.
    cumulative_hazard : array of shape (n_pieces + 1,)
        Of a child without any of the effects, at each of ``days``.
    """

    log_hazard: Floats
    days: Floats
    cumulative_hazard: Floats

    def risk(self, days: ArrayLike) -> Floats:
        """Probability that response is lost by each day if infliximab is continued.

        Parameters
        ----------
        days : array of shape (n_days,)
            Days since the landmark.

        Returns
        -------
        array of shape (n_children, n_days)
            Other ends prevent nothing in it: they censor, as in lorpredict's estimand.
        """
        hazard = np.interp(np.asarray(days, dtype=float), self.days, self.cumulative_hazard)
        risk: Floats = -np.expm1(-np.exp(self.log_hazard)[:, None] * hazard)
        return risk

    def days_until_loss(self, rng: np.random.Generator) -> Floats:
        """Draw the day of each child's loss of response; infinite where it is never lost."""
        needed = rng.exponential(size=len(self.log_hazard)) * np.exp(-self.log_hazard)
        days: Floats = np.interp(needed, self.cumulative_hazard, self.days, right=np.inf)
        return days

    def __repr__(self) -> str:
        return f"Truth({len(self.log_hazard)} children)"
