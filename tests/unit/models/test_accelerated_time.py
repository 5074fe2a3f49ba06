"""The curve of accelerated failure time: closed forms, arrays and what may be damaged in them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from lorpredict.errors import DamagedModel
from lorpredict.models import AcceleratedTime
from lorpredict.models._curves import curves_from_arrays
from lorpredict.models._distributions import DISTRIBUTIONS, Distribution
from lorpredict.survival import Floats
from lorpredict.trees import TreeEnsemble

DAYS = np.array([0.0, 30.0, 267.0, 632.0])
SIGMA = 1.6
EARLY, LATE = np.array([[-1.0]]), np.array([[1.0]])


def trees_for_times(early: float, late: float) -> TreeEnsemble:
    """One split: up to zero the middle of the time is ``early`` days, above it ``late``."""
    return TreeEnsemble.from_arrays(
        {
            "roots": np.array([0, 3]),
            "left": np.array([1, -1, -1], dtype=np.int32),
            "right": np.array([2, -1, -1], dtype=np.int32),
            "missing_goes_left": np.array([True, False, False]),
            "feature": np.array([0, -1, -1], dtype=np.int32),
            "threshold": np.zeros(3, dtype=np.float32),
            "weight": np.array([2.0, 1.0, 1.0]),
            "values": np.log([[early], [late]]),
            "offset": np.zeros(1),
            "times": np.empty(0),
            "before": np.array(0.0),
            "output": np.array("log_time"),
            "n_features": np.array(1),
        }
    )


def model(distribution: Distribution = "logistic") -> AcceleratedTime:
    return AcceleratedTime(trees_for_times(200.0, 900.0), distribution, SIGMA)


@pytest.mark.parametrize("row, middle", [(EARLY, 200.0), (LATE, 900.0)], ids=["early", "late"])
def test_log_logistic_and_weibull_curves_are_their_closed_forms(row: Floats, middle: float) -> None:
    odds = (DAYS / middle) ** (1 / SIGMA)
    log_logistic, weibull = 1 / (1 + odds), np.exp(-odds)
    # A few roundings of numbers of order one.
    assert model("logistic").survival(row, DAYS)[0] == pytest.approx(log_logistic, abs=1e-14)
    assert model("extreme").survival(row, DAYS)[0] == pytest.approx(weibull, abs=1e-14)


def test_half_still_respond_at_the_middle_of_a_log_normal_time() -> None:
    assert model("normal").survival(EARLY, np.array([200.0]))[0, 0] == pytest.approx(0.5, abs=1e-14)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_everyone_responds_on_the_day_of_the_landmark(distribution: Distribution) -> None:
    survival = model(distribution).survival(np.concatenate([EARLY, LATE]), DAYS)
    assert survival[:, 0].tolist() == [1.0, 1.0]
    assert (np.diff(survival, axis=1) < 0).all()
    assert (survival[0, 1:] < survival[1, 1:]).all()


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_times_that_no_clock_shows_are_told_without_a_warning(distribution: Distribution) -> None:
    days = np.array([1e-300, 1e300])
    survival = AcceleratedTime(model().trees, distribution, 0.2).survival(EARLY, days)
    assert survival[0].tolist() == [1.0, 0.0]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_arrays_and_back_change_nothing(distribution: Distribution) -> None:
    file = io.BytesIO()
    np.savez(file, **model(distribution).to_arrays())  # type: ignore[arg-type]  # numpy's stub
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        back = curves_from_arrays("AcceleratedTime", dict(arrays))
    np.testing.assert_array_equal(
        back.survival(EARLY, DAYS), model(distribution).survival(EARLY, DAYS)
    )


@pytest.mark.parametrize(
    "change, told",
    [
        ({"distribution": np.array("cauchy")}, "distribution 'cauchy' of times; expected one of n"),
        ({"sigma": np.array(0.0)}, "sigma 0; expected a number above 0"),
        ({"sigma": np.array(np.nan)}, "sigma nan; expected a number above 0"),
    ],
    ids=["distribution", "no spread", "spread not a number"],
)
def test_damaged_arrays_are_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(DamagedModel, match=told):
        AcceleratedTime.from_arrays({**model().to_arrays(), **change})


@pytest.mark.parametrize("absent", ["distribution", "sigma"])
def test_absent_arrays_are_named(absent: str) -> None:
    arrays = model().to_arrays()
    del arrays[absent]
    with pytest.raises(DamagedModel, match=f"the model lacks {absent}"):
        AcceleratedTime.from_arrays(arrays)
