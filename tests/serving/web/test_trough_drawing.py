"""The picture of a level over time: one band, a line for every model, what was measured."""

from __future__ import annotations

import re

import pytest

from lorpredict.pharmacokinetics import population_model
from serving.trough import Asked
from serving.web._trough_drawing import Curve, curve, curve_days
from tests.serving.web.troughs import BODY

LEVELS = [
    {"day": 42, "value": 10.0, "unit": "ug/mL"},
    {"day": 98, "below_loq": True, "unit": "mg/L", "assay": "LC-MS/MS"},
]
DEFAULT = population_model().name


def asked_with(**changes: object) -> Asked:
    return Asked.of_content({**BODY, **changes})


def drawn(asked: Asked, target: float | None = None) -> Curve:
    course = asked.on(curve_days(asked)).answer()
    return curve(asked, course.individual or course.population, DEFAULT, target)


def heights(path: str) -> dict[float, float]:
    """Return where a line lies, by its place across the frame."""
    ends = re.findall(r"[ML]([\d.]+) ([\d.]+)", path)
    return {float(x): float(y) for x, y in ends}


def test_it_reaches_from_the_first_infusion_to_the_next_one_with_every_peak_and_trough() -> None:
    days = curve_days(asked_with())

    assert (days[0], days[-1]) == (0, 154)
    assert {0, 14, 42, 98} <= set(days)
    assert {day + 2 / 24 for day in (0, 14, 42, 98)} <= set(days)
    assert days == sorted(set(days))


def test_a_day_before_the_last_infusion_may_be_asked_about() -> None:
    days = curve_days(asked_with(days_since_first_infusion=[60]))

    assert (60 in days, days[-1]) == (True, 98)


@pytest.mark.parametrize("infusions", [2, 15, 30])
def test_however_many_infusions_there_are_the_picture_stays_small(infusions: int) -> None:
    given = [{"day": 28 * number, "dose": 5} for number in range(infusions)]
    history = {**BODY["history"], "infusions": given}
    asked = Asked.of_content({"history": history, "days_since_first_infusion": [28 * infusions]})

    assert len(curve_days(asked)) <= 300


def test_the_scale_is_logarithmic() -> None:
    levels = {each.label: each.place for each in drawn(asked_with()).levels}

    assert levels["0.1"] == 100
    assert levels["1"] - levels["10"] == pytest.approx(levels["10"] - levels["100"], abs=0.02)


def test_what_was_measured_lies_at_its_day_and_level() -> None:
    picture = drawn(asked_with(levels=LEVELS))
    places = {each.label: each.place for each in picture.levels}
    measured, below = picture.points

    assert (measured.x, measured.y) == pytest.approx((100 * 42 / 154, places["10"]), abs=0.01)
    assert (below.x, below.y) == pytest.approx((100 * 98 / 154, places["1"]), abs=0.01)
    assert (measured.is_below, below.is_below) == (False, True)


def test_every_model_has_its_line_and_the_default_lies_in_its_band() -> None:
    picture = drawn(asked_with(levels=LEVELS), 5.0)
    there, back = picture.band.removesuffix("Z").split("L1000 ", 1)[0], picture.band
    line = heights(picture.line.path)

    assert picture.line.label == population_model().label
    assert len({picture.line.path, *(each.path for each in picture.others)}) == 5
    assert heights(there)[0.0] <= line[0.0]
    assert back.endswith("Z")
    assert picture.target.startswith("M0 ")
    assert picture.next_mark == 1000


def test_the_line_ends_at_the_trough_that_is_told() -> None:
    asked = asked_with(levels=LEVELS)
    answer, course = asked.answer(), asked.on(curve_days(asked)).answer()
    assert answer.individual is not None
    assert course.individual is not None
    told, last = answer.individual.models, course.individual.models

    ends = [each.levels_ug_ml[-1] for each in last]
    for one, other in zip([each.levels_ug_ml[0] for each in told], ends, strict=True):
        assert (one.day, one.median, one.low) == pytest.approx((other.day, other.median, other.low))


def test_a_level_below_a_limit_that_is_stated_lies_at_that_limit() -> None:
    limit = {"day": 98, "below_loq": True, "loq": 0.3, "unit": "ug/mL"}
    picture = drawn(asked_with(levels=[limit]))
    places = {each.label: each.place for each in picture.levels}

    assert picture.points[0].y == pytest.approx(places["0.3"], abs=0.01)
