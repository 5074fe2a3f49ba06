"""The three laws of log-times, against scipy, which the service does not load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from lorpredict.models._distributions import DISTRIBUTIONS, Distribution, survival_beyond

ROOT = Path(__file__).parents[3]
LAWS: dict[Distribution, Any] = {
    "normal": stats.norm, "logistic": stats.logistic, "extreme": stats.gumbel_l
}  # fmt: skip

every_law = pytest.mark.parametrize("distribution", DISTRIBUTIONS)


@every_law
def test_survival_is_that_of_scipy(distribution: Distribution) -> None:
    z = np.linspace(-40, 40, 4002).reshape(-1, 3)
    theirs = LAWS[distribution].sf(z)
    np.testing.assert_allclose(survival_beyond(z, distribution), theirs, rtol=0, atol=1e-12)
    # Far out, where survival is near 0, the digits are still right.
    told = theirs > 1e-250
    np.testing.assert_allclose(survival_beyond(z, distribution)[told], theirs[told], rtol=1e-12)


@every_law
def test_survival_starts_at_one_ends_at_zero_and_never_rises(distribution: Distribution) -> None:
    z = np.concatenate([[-np.inf, -1e308], np.linspace(-800, 800, 100_001), [1e308, np.inf]])
    survival = survival_beyond(z, distribution)
    assert survival[:2].tolist() == [1.0, 1.0]
    assert survival[-2:].tolist() == [0.0, 0.0]
    assert np.diff(survival).max() <= 0


@every_law
def test_half_of_the_median_children_are_beyond_it(distribution: Distribution) -> None:
    median = np.array([np.log(np.log(2)) if distribution == "extreme" else 0.0])
    assert survival_beyond(median, distribution) == pytest.approx(0.5, abs=1e-15)


def test_telling_a_curve_does_not_load_scipy() -> None:
    program = "import sys; import lorpredict.models._curves; print('scipy' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "False"
