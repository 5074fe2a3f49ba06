"""What censoring hides: weights that let observed outcomes stand for it, and the end of a view.

"Inverse probability of censoring weight" misleads: what is inverted is the probability of *not*
having been censored yet. Children censored before the time of interest get weight zero; those
who are known to have had the event, or to be free of it, count for those who are not known.
"""

from __future__ import annotations

import numpy as np
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict.survival import Floats, Outcome, StepFunction, outcome_array


def uncensored_probability(y: Outcome) -> StepFunction:
    """Kaplan-Meier estimate of the probability of not being censored yet, by day.

    Where the last child of ``y`` was censored the estimate falls to zero; it is held at its last
    positive value instead, so that a single late child does not get infinite weight.
    """
    days, probability = kaplan_meier_estimator(y["event"], y["duration"], reverse=True)
    positive = probability > 0
    return StepFunction(days[positive], probability[positive], before=1.0)


def censored_at(y: Outcome, day: float) -> Outcome:
    """What is known on a day: whoever is still under observation then is censored there."""
    return outcome_array(y["event"] & (y["duration"] <= day), np.minimum(y["duration"], day))


def weights_by_day(y: Outcome, days: Floats, reference: Outcome) -> tuple[Floats, Floats]:
    """Weights of children with the event by a day, and of those still free of it.

    Returns
    -------
    with_event, free : arrays of shape (n_children, n_days); all others weigh nothing

    References
    ----------
    Graf E, et al. Stat Med 18:2529 (1999).
    """
    uncensored = uncensored_probability(reference)
    just_before = uncensored(np.nextafter(y["duration"], 0.0))
    happened = (y["duration"][:, None] <= days) & y["event"][:, None]
    free = y["duration"][:, None] > days
    return happened / just_before[:, None], free / uncensored(days)[None, :]
