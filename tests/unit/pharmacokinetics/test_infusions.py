"""Levels after infusions: the closed form against what it has to be."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad, solve_ivp

from lorpredict.errors import FaultsFound
from lorpredict.pharmacokinetics import (
    Kinetics,
    concentration,
    population_model,
    population_models,
)

Floats = NDArray[np.float64]

# One child of each model, and bodies that no model has.
BODIES = {
    **{
        name: model.kinetics(weight_kg=27.0, albumin_g_l=33.0)
        for name, model in population_models().items()
    },
    "alike rates": Kinetics(*map(np.array, ([0.3], [3.0], [1e-8], [1e-9]))),
    "fast exchange": Kinetics(*map(np.array, ([0.3], [3.0], [1.0], [50.0]))),
    "slow exchange": Kinetics(*map(np.array, ([0.3], [3.0], [1.0], [1e-6]))),
    "large periphery": Kinetics(*map(np.array, ([0.3], [3.0], [300.0], [0.5]))),
}
EACH_BODY = pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
INFUSIONS = ((0.0, 150.0, 2.0), (14.0, 100.0, 1.0), (42.0, 200.0, 24.0))  # day, mg, hours


def integrated(body: Kinetics, days: Floats) -> Floats:
    """The two differential equations, integrated from one change of the rate to the next."""
    out = float(body.clearance[0] / body.central_volume[0])
    away = float(body.intercompartmental_clearance[0] / body.central_volume[0])
    back = float(body.intercompartmental_clearance[0] / body.peripheral_volume[0])
    changes = [(day, mg * 24 / hours) for day, mg, hours in INFUSIONS]
    changes += [(day + hours / 24, -mg * 24 / hours) for day, mg, hours in INFUSIONS]
    amounts, rate, now, found = np.zeros(2), 0.0, 0.0, {0.0: 0.0}
    for day in sorted({*days, *(day for day, _ in changes)}):
        if day > now:
            amounts = solve_ivp(
                lambda _, a, rate=rate: [
                    rate - (out + away) * a[0] + back * a[1],
                    away * a[0] - back * a[1],
                ],
                (now, day), amounts, method="LSODA", rtol=1e-10, atol=1e-13,
            ).y[:, -1]  # fmt: skip
            now = day
        found[day] = amounts[0] / body.central_volume[0]
        rate += sum(change for at, change in changes if at == day)
    return np.array([found[day] for day in days])


def levels(body: Kinetics, days: ArrayLike) -> Floats:
    starts, doses, hours = zip(*INFUSIONS, strict=True)
    return concentration(body, days, infusion_days=starts, doses_mg=doses, hours=hours)


@EACH_BODY
def test_the_closed_form_agrees_with_the_differential_equations(body: Kinetics) -> None:
    # During infusions (day 0.05, 14.02, 42.5), at their ends, between them and long after.
    days = np.array([0.05, 2 / 24, 1.0, 14.0, 14.02, 20.0, 42.0, 42.5, 43.0, 44.0, 98.0, 150.0])
    # The integrator keeps 1e-10 a step; a millionth is far below what any assay tells apart.
    assert levels(body, days)[0] == pytest.approx(integrated(body, days), rel=1e-6)


@EACH_BODY
def test_the_area_under_the_curve_is_dose_over_clearance(body: Kinetics) -> None:
    # What has gone in goes out by clearance x level, whatever the body: mass balance.
    def level(log_day: float) -> float:
        day = float(np.exp(log_day))
        return day * float(concentration(body, day, infusion_days=0.0, doses_mg=100.0)[0, 0])

    edges = np.log([1e-6, 2 / 24, 1.0, 30.0, 1e3, 1e5, 1e7, 1e9])
    area = sum(
        quad(level, a, b, epsabs=1e-9, epsrel=1e-9, limit=200)[0] for a, b in pairwise(edges)
    )
    assert area == pytest.approx(100.0 / body.clearance[0], rel=1e-6)


@EACH_BODY
def test_infusions_add_up_and_doses_are_proportional(body: Kinetics) -> None:
    days = np.array([1.0, 42.3, 98.0])
    alone = [
        concentration(body, days, infusion_days=day, doses_mg=mg, hours=hours)
        for day, mg, hours in INFUSIONS
    ]
    assert levels(body, days) == pytest.approx(sum(alone), rel=1e-12)
    starts, doses, hours = (np.array(each) for each in zip(*INFUSIONS, strict=True))
    twice = concentration(body, days, infusion_days=starts, doses_mg=2 * doses, hours=hours)
    assert twice == pytest.approx(2 * levels(body, days), rel=1e-12)


def test_an_infusion_that_begins_on_the_asked_day_adds_nothing_yet() -> None:
    child = BODIES["fasanmade-2011-paediatric"]
    before = concentration(child, [0, 98], infusion_days=[0, 14, 42], doses_mg=135.0)
    on_the_day = concentration(child, [0, 98], infusion_days=[0, 14, 42, 98], doses_mg=135.0)
    assert before.tolist() == on_the_day.tolist()
    assert before[0, 0] == 0.0
    assert concentration(child, -3.0, infusion_days=0.0, doses_mg=135.0).item() == 0.0


def test_the_level_rises_during_an_infusion_and_falls_from_its_end() -> None:
    child = BODIES["fasanmade-2011-paediatric"]
    hours = np.array([0.5, 1.0, 2.0, 3.0, 12.0])
    level = concentration(child, hours / 24, infusion_days=0.0, doses_mg=135.0)[0]
    assert level.argmax() == 2
    # At its end hardly anything has left: within 1 % of dose over central volume.
    assert level[2] == pytest.approx(135.0 / child.central_volume[0], rel=0.01)
    assert level[:2] / level[2] == pytest.approx([0.25, 0.5], rel=0.01)


def test_one_compartment_is_the_limit_of_two() -> None:
    # Alike rates and nothing beyond: dose / (CL T) (1 - exp(-k T)) exp(-k (t - T)), k = 0.1/day.
    length, k = 2 / 24, 0.1
    expected = 100 / (0.3 * length) * -np.expm1(-k * length) * np.exp(-k * (10 - length))
    level = concentration(BODIES["alike rates"], 10.0, infusion_days=0.0, doses_mg=100.0)
    assert level.item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("nearness", [1e-2, 1e-6, 1e-12, 1e-18])
def test_levels_stay_smooth_while_the_rates_meet(nearness: float) -> None:
    # k21 = k10 + k12 and V2 / V1 = nearness: the rates differ by 2 k21 sqrt(nearness) alone.
    def level(shift: float) -> float:
        away = 0.1 * nearness / (1 - nearness)
        body = Kinetics(*map(np.array, (0.3 * (1 + shift), 3.0, 3.0 * nearness, 3.0 * away)))
        return float(concentration(body, 10.0, infusion_days=0.0, doses_mg=100.0)[0, 0])

    # A change of the clearance by 1e-9 may move the level by about as much, and no more.
    assert level(1e-9) == pytest.approx(level(0.0), rel=1e-8)


def test_a_share_and_a_rate_of_almost_nothing_are_exact() -> None:
    # Once the blood is free, only what came back is in it: of Q x dose / CL that went out to V2,
    # Q / V2 a day returns and CL takes it away. Here that is a trillionth twice over.
    body = Kinetics(*map(np.array, ([0.3], [3.0], [1.0], [1e-12])))
    days = np.array([1e3, 1e12])
    expected = 1e-12**2 * 100 / (0.3**2 * 1.0) * np.exp(-1e-12 * days)
    level = concentration(body, days, infusion_days=0.0, doses_mg=100.0)
    assert level[0] == pytest.approx(expected, rel=1e-6, abs=0)


def test_a_child_answers_alike_alone_and_among_others() -> None:
    children = population_model("dubinsky-2017").kinetics(
        weight_kg=[15.0, 42.0, 80.0],
        albumin_g_l=[28.0, 38.0, 45.0],
        antibodies=[True, False, False],
    )
    starts = np.array([[0.0, 14.0, 42.0], [0.0, 15.0, 43.0], [0.0, 13.0, 0.0]])
    doses = np.array([[75.0, 75.0, 75.0], [210.0, 210.0, 300.0], [400.0, 400.0, 0.0]])
    days = np.array([[98.0, 7.0], [97.0, 7.0], [42.0, 0.04]])
    hours = np.array([[2.0], [3.0], [1.0]])
    together = concentration(children, days, infusion_days=starts, doses_mg=doses, hours=hours)
    assert together.shape == (3, 2)
    for row in range(3):
        alone = Kinetics(*(getattr(children, name)[row] for name in children.__annotations__))
        assert together[row] == pytest.approx(
            concentration(
                alone, days[row], infusion_days=starts[row], doses_mg=doses[row], hours=hours[row]
            )[0],
            rel=1e-12,
        )


@pytest.mark.parametrize("doses", [135.0, [135.0], [135.0] * 3, [[135.0]] * 2, [[135.0] * 3] * 2])
@pytest.mark.parametrize("days", [98.0, [98.0], [[98.0], [98.0]]])
def test_doses_and_days_broadcast(doses: ArrayLike, days: ArrayLike) -> None:
    children = population_model().kinetics(weight_kg=[27.0, 27.0], albumin_g_l=33.0)
    level = concentration(children, days, infusion_days=[0, 14, 42], doses_mg=doses)
    assert level.shape == (2, 1)
    assert (
        level[0, 0]
        == level[1, 0]
        == pytest.approx(
            concentration(
                BODIES["fasanmade-2011-paediatric"], 98, infusion_days=[0, 14, 42], doses_mg=135.0
            ).item()
        )
    )


def test_no_infusions_leave_no_level() -> None:
    level = concentration(BODIES["hanzel-2021"], [1.0, 2.0], infusion_days=[], doses_mg=[])
    assert level.tolist() == [[0.0, 0.0]]


def test_an_unknown_clearance_leaves_the_level_unknown() -> None:
    children = population_model().kinetics(weight_kg=42.0, albumin_g_l=[np.nan, 38.0])
    level = concentration(children, 98, infusion_days=[0, 14, 42], doses_mg=210.0)
    assert np.isnan(level[:, 0]).tolist() == [True, False]


def test_dosing_that_cannot_be_is_named_at_once() -> None:
    children = population_model().kinetics(weight_kg=[27.0, 27.0], albumin_g_l=33.0)
    with pytest.raises(FaultsFound) as refused:
        concentration(
            children, [np.nan], infusion_days=[0, np.inf], doses_mg=[[5, 5], [5, -5]], hours=0
        )
    assert str(refused.value) == (
        "the dosing has 6 faults:\n"
        "  days in row 1: expected a number of days\n"
        "  infusion_days in row 1: expected a number of days\n"
        "  infusion_days in row 2: expected a number of days\n"
        "  doses_mg in row 2: expected 0 mg or more\n"
        "  hours in row 1: expected more than 0 hours\n"
        "  hours in row 2: expected more than 0 hours"
    )


@pytest.mark.parametrize(
    "doses", [[5.0, 5.0], [[5.0] * 3] * 3, [[[5.0] * 3] * 2]], ids=["2", "3 x 3", "1 x 2 x 3"]
)
def test_doses_that_fit_no_infusions_or_children_are_refused(doses: ArrayLike) -> None:
    children = population_model().kinetics(weight_kg=[27.0, 27.0], albumin_g_l=33.0)
    with pytest.raises(FaultsFound, match=r"for 2 children; expected \(n,\) or \(n_children, n\)"):
        concentration(children, 98, infusion_days=[0, 14, 42], doses_mg=doses)


def test_a_hundred_thousand_troughs_take_well_under_a_second() -> None:
    children = population_model().kinetics(weight_kg=np.full(100_000, 42.0), albumin_g_l=38.0)
    began = time.process_time()
    concentration(children, 98, infusion_days=[0, 14, 42], doses_mg=210.0)
    # Some 0.02 seconds; a loop over children would take several.
    assert time.process_time() - began < 0.5
