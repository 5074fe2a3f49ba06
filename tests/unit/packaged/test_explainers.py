"""Explainers are kept for the days that are asked again, and for no more than that."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lorpredict import PackagedModel
from lorpredict.explanation import ExactExplainer
from lorpredict.packaged._explainers import Explainers
from lorpredict.survival import Floats

HORIZONS = (267.0, 632.0)


@pytest.fixture
def explainers(packaged: dict[str, PackagedModel]) -> Explainers:
    return Explainers(packaged["ridge"].curves, HORIZONS)


def some_days(number: float) -> Floats:
    return np.array([10.0, 20.0]) + number


def test_days_that_are_asked_again_are_explained_by_what_was_built(explainers: Explainers) -> None:
    first = explainers.at(some_days(0))
    assert explainers.at(some_days(0)) is first
    assert explainers.at(some_days(1)) is not first
    assert first.days.tolist() == [10.0, 20.0]


def test_the_latest_eight_sets_of_days_are_kept(explainers: Explainers) -> None:
    built = [explainers.at(some_days(number)) for number in range(9)]
    for number in range(8, 0, -1):
        assert explainers.at(some_days(number)) is built[number]
    assert explainers.at(some_days(0)) is not built[0]


def test_the_horizons_are_never_let_go(explainers: Explainers) -> None:
    horizons = explainers.at(np.array(HORIZONS))
    built = [explainers.at(some_days(number)) for number in range(20)]
    assert explainers.at(np.array(HORIZONS)) is horizons
    assert explainers.at(some_days(12)) is built[12]  # they take none of the eight places


@pytest.fixture
def _threads_change_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_threads_change_often")
def test_threads_that_ask_for_many_days_at_once_are_all_answered(
    packaged: dict[str, PackagedModel],
) -> None:
    explainers = Explainers(packaged["boosting"].curves, HORIZONS)

    def ask(number: int) -> ExactExplainer:
        return explainers.at(some_days(number % 12))

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(ask, range(600)))
    for number, each in enumerate(found):
        assert each.days.tolist() == some_days(number % 12).tolist()


def test_a_model_keeps_the_days_of_a_page(packaged: dict[str, PackagedModel]) -> None:
    model, days = packaged["forest"], [98.0, 200.0, 365.0]
    before = model.explain([{"albumin_g_l": 33.0}], days_since_first_infusion=days)
    kept = model._explainers.at(np.array(days) - 98)
    after = model.explain([{"albumin_g_l": 33.0}], days_since_first_infusion=days)
    assert model._explainers.at(np.array(days) - 98) is kept
    np.testing.assert_array_equal(after.values, before.values)
