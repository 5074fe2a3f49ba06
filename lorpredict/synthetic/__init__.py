"""Children who do not exist: the cohort that ships with lorpredict, and cohorts with known truth.

Every row says that it is synthetic. Names are imported when they are asked for, since the service
asks for one sentence only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lorpredict._lazy import lazy_names
from lorpredict.synthetic._reconstructed import (
    CAUTION,
    RECONSTRUCTED_COHORT,
    reconstructed_cohort,
)

if TYPE_CHECKING:
    from lorpredict.synthetic._closeness import closeness
    from lorpredict.synthetic._scenario import Scenario, scenario, scenario_names
    from lorpredict.synthetic._simulate import SimulatedCohort, simulate_cohort, simulated_from
    from lorpredict.synthetic._truth import Truth

__all__ = [
    "CAUTION",
    "RECONSTRUCTED_COHORT",
    "Scenario",
    "SimulatedCohort",
    "Truth",
    "closeness",
    "reconstructed_cohort",
    "scenario",
    "scenario_names",
    "simulate_cohort",
    "simulated_from",
]

__getattr__ = lazy_names(
    __name__,
    {
        "_closeness": ("closeness",),
        "_scenario": ("Scenario", "scenario", "scenario_names"),
        "_simulate": ("SimulatedCohort", "simulate_cohort", "simulated_from"),
        "_truth": ("Truth",),
    },
)
