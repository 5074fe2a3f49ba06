"""Riley's formulas, one function each; ``sample_size`` says what they are for.

They speak of ``events_per_child``, the rate of events times the mean follow-up: how much a model
can explain depends on how much happened, and not on whether time is counted in days or years.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

# Riley's limits.
SHRINKAGE = 0.9
OPTIMISM = 0.05
MARGIN = 0.05
_Z = 1.96  # as pmsampsize has it, so that its numbers are ours


def cox_snell_r2_of(c: float, *, events_per_child: float) -> float:
    """Cox and Snell's R² of a survival model with Harrell's C of ``c``.

    C becomes Royston's D, D the variance of the log-hazard between children, and that the
    likelihood ratio for each event. Many events make the same C explain more.

    Parameters
    ----------
    events_per_child
        Number of events over number of children.

    References
    ----------
    Jinks RC, et al. BMC Med Res Methodol 15:82 (2015), equation 6: C to D.
    Royston P, Sauerbrei W. Stat Med 23:723 (2004): D to R²_D.
    Riley RD, et al. Stat Med 38:1276 (2019); BMJ 368:m441 (2020): R²_D to Cox and Snell's.
    """
    d = 5.50 * (c - 0.5) + 10.26 * (c - 0.5) ** 3
    variance = math.pi / 8 * d**2
    # The papers take more steps to the same end: R²_D = v / (π²/6 + v), O'Quigley's R²_OQ =
    # (π²/6) R²_D / (1 - (1 - π²/6) R²_D), which is v / (1 + v), the likelihood ratio
    # LR = -events ln(1 - R²_OQ), and R²_CS = 1 - exp(-LR / children).
    return 1 - math.pow(1 + variance, -events_per_child)


def expected_shrinkage(cox_snell_r2: float, *, parameters: int, children: int) -> float:
    """Tell by what the effects that ``children`` teach have to be multiplied in new children.

    1 is no overfitting; near 0 almost all that was learnt is noise.

    References
    ----------
    Riley RD, et al. Stat Med 38:1276 (2019), the first criterion solved for the shrinkage.
    """

    def too_many(shrinkage: float) -> float:
        return children_for(shrinkage, cox_snell_r2, parameters) - children

    # The shrunken R² is what is expected, so no shrinkage lies below it.
    least, most = float(np.nextafter(cox_snell_r2, 1)), float(np.nextafter(1, 0))
    return least if too_many(least) > 0 else float(brentq(too_many, least, most))


def children_for(shrinkage: float, r2: float, parameters: int) -> float:
    """Children who teach so much that effects shrink by no more than this in new ones.

    References
    ----------
    Riley RD, et al. Stat Med 38:1276 (2019), with its correction 38:5672.
    """
    return parameters / ((shrinkage - 1) * math.log(1 - r2 / shrinkage))


def children_for_optimism(r2: float, parameters: int, events_per_child: float) -> int:
    """Children among whom the apparent Nagelkerke R² flatters by no more than 0.05."""
    shrinkage = r2 / (r2 + OPTIMISM * largest_r2(events_per_child))
    return math.ceil(children_for(shrinkage, r2, parameters))


def largest_r2(events_per_child: float) -> float:
    """Largest Cox and Snell R² that a model can have, by an exponential model.

    Time counts in mean follow-ups, so that its unit does not matter.

    References
    ----------
    Riley RD, et al. BMJ 368:m441 (2020).
    """
    log_likelihood = events_per_child * (math.log(events_per_child) - 1)
    return 1 - math.exp(2 * log_likelihood)


def children_for_overall_risk(rate: float, mean_follow_up: float, horizon: float) -> int:
    """Children among whom the 95 % interval of the overall risk reaches no farther than 0.05.

    The rate is taken to be constant. Its two limits give risks that do not lie equally far off;
    the lower one lies farther and decides.
    """
    # exp(-rate horizon) (exp(1.96 horizon sqrt(rate / person-years)) - 1) = 0.05, solved.
    distance = math.log1p(MARGIN * math.exp(rate * horizon))
    person_years = rate * (_Z * horizon / distance) ** 2
    return math.ceil(person_years / mean_follow_up)
