"""The simulated cohorts of the study: every path of numbers is another one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lorpredict import AtRisk, ModelDesign, landmark
from lorpredict.synthetic import simulate_cohort

DESIGN = Path(__file__).parents[2] / "training" / "designs" / "week14.toml"
SEED = 2026


def children(scenario: str, n: int, *path: int) -> AtRisk:
    """Simulate a cohort; every path is another one."""
    rng = np.random.default_rng([SEED, n, *path])
    return landmark(simulate_cohort(n, scenario, rng=rng).cohort, ModelDesign.read(DESIGN))
