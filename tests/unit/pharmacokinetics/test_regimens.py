"""Doses and intervals side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lorpredict.errors import FaultsFound
from lorpredict.pharmacokinetics import (
    Candidates,
    MeasuredLevel,
    RegimenSearch,
    estimate,
    forecast,
    search_regimens,
    usual_candidates,
)
from tests.unit.pharmacokinetics.children import history


def searched(target: float = 3.0, **changed: Any) -> RegimenSearch:
    given: dict[str, Any] = {"history": history(), "vial_mg": 100.0, "from_day": 98} | changed
    return search_regimens(given.pop("history"), target, **given)


def test_the_regimens_are_the_doses_by_the_intervals_and_in_no_order_of_merit() -> None:
    found = searched(vial_mg=None)
    usual = usual_candidates()
    assert len(found) == len(usual.doses_mg_kg) * len(usual.intervals_days)
    order = [(each.dose_mg, -each.interval_days) for each in found]
    assert order == sorted(order)
    assert "Beijing 2025" in found.candidates_source


@pytest.mark.parametrize("individual", [False, True], ids=["population", "individual"])
def test_a_regimen_leaves_the_trough_that_a_forecast_of_it_tells(individual: bool) -> None:
    own = estimate(history(), [MeasuredLevel.of(98, 6.0)]) if individual else None
    found = searched(estimates=own)
    regimen = found[0]
    days = [98 + regimen.interval_days * each for each in range(3)]
    planned = history().followed_by(days, [regimen.dose_mg] * 3)
    expected = forecast(planned, [days[-1] + regimen.interval_days], estimates=own)
    assert found.individual == individual
    for name, each in regimen.by_model.items():
        assert each.median == pytest.approx(expected[name].median[0])
        assert each.probability == expected[name].probability_above(3.0)[0]
    assert regimen.pooled.high == pytest.approx(expected.pooled.high[0])


def test_more_infliximab_more_often_reaches_the_target_more_surely() -> None:
    found = {(each.dose_mg, each.interval_days): each for each in searched()}
    for (dose, interval), each in found.items():
        larger = found.get((dose + 100, interval), each)
        closer = found.get((dose, interval - 7), each)
        for name, by_model in each.by_model.items():
            assert by_model.probability <= larger.by_model[name].probability
            assert by_model.probability <= closer.by_model[name].probability


def test_the_spread_between_models_goes_with_every_regimen() -> None:
    found = searched()
    for told, each in zip(found.to_dict()["regimens"], found, strict=True):
        shares = [model["probability"] for model in told["models"]]
        assert tuple(told["between_models"].values()) == (min(shares), max(shares))
        assert each.pooled.probability == pytest.approx(np.mean(shares))


@pytest.mark.parametrize(
    "rounding, doses",
    [("up", {300, 400, 500}), ("nearest", {200, 300, 400}), ("down", {200, 300, 400})],
)
def test_doses_are_whole_vials_and_each_stands_once(rounding: Any, doses: set[float]) -> None:
    # 5 to 10 mg/kg for 42 kg are 210, 252, 294, 336, 378 and 420 mg.
    found = searched(rounding=rounding)
    assert {each.dose_mg for each in found} == doses
    assert {each.vials for each in found} == {dose / 100 for dose in doses}
    assert sorted({each for regimen in found for each in regimen.made_up_from_mg_kg}) == [
        5,
        6,
        7,
        8,
        9,
        10,
    ]


def test_two_whole_vials_are_not_rounded_to_three() -> None:
    child = history(weight_kg=40)
    plan = Candidates(doses_mg_kg=(5.0,), intervals_days=(56.0,), source="a test")
    (found,) = searched(history=child, rounding="up", candidates=plan)
    assert (found.dose_mg, found.dose_mg_kg) == (200, 5)


def test_a_dose_beyond_the_maximum_is_left_out_and_named() -> None:
    found = searched(maximum_mg=300)
    assert {each.dose_mg for each in found} == {200, 300}
    told = "made up to 400 mg: the maximum is 300 mg"
    assert found.left_out == (f"9 mg/kg, {told}", f"10 mg/kg, {told}")
    per_kg = searched(maximum_mg_kg=7.2)
    assert "the maximum is 7.2 mg/kg" in per_kg.left_out[0]


def test_a_vial_that_is_too_much_for_a_small_child_is_left_out_by_the_house_limit() -> None:
    small = history(weight_kg=4)
    found = searched(history=small)
    assert len(found) == 0
    assert "25 mg/kg; the house limit is 2 to 20 mg/kg" in found.left_out[0]
    assert found.rows() == []


def test_the_last_weight_is_the_weight_of_the_regimens() -> None:
    grown = history(weight_kg=[(0, 40), (90, 60)])
    assert searched(history=grown, vial_mg=None)[0].dose_mg == 300


@pytest.mark.parametrize(
    "changed, told",
    [
        ({"target": -1}, "target_ug_ml is -1"),
        ({"target": 3000}, "target_ug_ml is 3000: expected above 0, to 100 µg/mL"),
        (
            {"from_day": 42},
            "from_day is 42 (the last one ended on day 42.08): expected the day of the next",
        ),
        ({"from_day": "98"}, "from_day is '98'"),
        ({"vial_mg": 0}, "vial_mg is 0: expected a number above 0, or none"),
        ({"infusions": 0}, "infusions is 0: expected 1 to 20"),
        ({"rounding": "sideways"}, "expected one of up, nearest, down"),
        ({"candidates": Candidates((5.0,), (4.0, 8.0), "weeks")}, "in days, not in weeks"),
        ({"candidates": Candidates((210.0,), (56.0,), "mg")}, "for each kilogram"),
        ({"candidates": Candidates((), (56.0,), "none")}, "expected a dose and an interval"),
    ],
)
def test_a_search_that_cannot_be_meant_is_named(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(FaultsFound) as found:
        searched(**changed)
    assert told in str(found.value)
