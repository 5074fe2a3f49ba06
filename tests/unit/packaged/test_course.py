"""What became of the training children, as a model folder tells it."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from lorpredict import AtRisk, Development, PackagedModel, families
from lorpredict.packaged import CohortCourse, CoursePoint, Quarter, RiskQuartiles
from lorpredict.packaged._cohort import course_of, quartiles_of
from lorpredict.survival import Floats, Outcome

QUARTERS = [98, 183, 274, 365, 457, 548, 639, 730, 822, 913, 1004, 1096, 1187, 1278, 1370]


@pytest.fixture
def course(at_risk: AtRisk) -> CohortCourse:
    return course_of("ours", at_risk)


def point(course: CohortCourse, day: float) -> CoursePoint:
    found = course.at(day)
    assert found is not None
    return found


# ---- the course -------------------------------------------------------------------------------


def test_the_shipped_cohort_goes_as_it_is_known_to(course: CohortCourse) -> None:
    assert [point(course, day).at_risk for day in (98, 365, 730)] == [69, 50, 25]
    # 12 months: 10 of 69 had lost response, 9 had left before.
    assert point(course, 365).risk == pytest.approx(0.157, abs=5e-4)


def test_risk_and_interval_are_the_product_limit_worked_out_by_hand(
    course: CohortCourse, at_risk: AtRisk
) -> None:
    for told in course.points[1:]:
        expected = product_limit(at_risk.y, told.day_since_first_infusion - 98)
        found = (told.risk, told.low, told.high)
        # The same few products in another order.
        assert found == pytest.approx(expected, abs=1e-12)


def product_limit(y: Outcome, day: float) -> tuple[float, float, float]:
    """Risk by a day, and its log-log interval by Greenwood's variance."""
    survival, greenwood = 1.0, 0.0
    for when in np.unique(y["duration"][y["event"] & (y["duration"] <= day)]):
        left, lost = (y["duration"] >= when).sum(), (y["event"] & (y["duration"] == when)).sum()
        survival *= 1 - lost / left
        greenwood += lost / (left * (left - lost))
    width = norm.ppf(0.975) * np.sqrt(greenwood) / np.log(survival)
    low, high = sorted(1 - survival ** np.exp([width, -width]))
    return 1 - survival, low, high


def test_days_are_the_landmark_the_quarters_and_the_horizons_and_no_childs(
    course: CohortCourse, at_risk: AtRisk
) -> None:
    assert [each.day_since_first_infusion for each in course.points] == QUARTERS
    asked = replace(at_risk.design, horizons_days_since_first_infusion=(400.0,))
    with_another = course_of("ours", replace(at_risk, design=asked))
    days = [each.day_since_first_infusion for each in with_another.points]
    assert days == sorted([*QUARTERS, 400])


def test_the_course_ends_while_five_children_are_at_risk(at_risk: AtRisk) -> None:
    early = at_risk.y.copy()
    early["duration"] = np.minimum(early["duration"], 400.0)
    course = course_of("ours", replace(at_risk, y=early))
    assert (
        course.points[-1].day_since_first_infusion == 457
    )  # the next is 548, and nobody is told beyond 498
    early["duration"][4:] = np.minimum(early["duration"][4:], 100.0)
    course = course_of("ours", replace(at_risk, y=early))
    assert course.points[-1].day_since_first_infusion == 183


def test_where_nobody_has_lost_response_there_is_no_interval(course: CohortCourse) -> None:
    first = course.points[0]
    assert (first.risk, first.low, first.high) == (0.0, None, None)
    assert "low" not in course.to_dict()["points"][0]


def test_a_day_between_two_is_not_told(course: CohortCourse) -> None:
    assert course.at(366) is None


# ---- quartiles --------------------------------------------------------------------------------


def told_by(development: Development, name: str) -> Floats:
    horizons = development.evaluation.horizons
    return development.models[name].predict_survival(development.at_risk.X, horizons).risk


def test_quartiles_are_those_of_risks_that_were_told_unseen(development: Development) -> None:
    evaluation = development.evaluation
    [risk] = evaluation.risk["forest"]  # a quick plan has one repeat
    told = told_by(development, "forest")
    by = dict(zip(evaluation.days.tolist(), risk.T, strict=True))
    found = quartiles_of(evaluation, "forest", told)
    for each, horizon in zip(found, (267.0, 632.0), strict=True):
        assert each.day_since_first_infusion == horizon + 98
        assert each.values == pytest.approx(np.percentile(by[horizon], [25, 50, 75]), abs=5e-4)
        # The apparent ones are another thing.
        apparent = np.percentile(told[:, [267, 632].index(int(horizon))], [25, 50, 75])
        assert np.abs(np.array(each.values) - apparent).max() > 0.01


def test_a_child_counts_once_with_the_mean_of_its_repeats(development: Development) -> None:
    evaluation, told = development.evaluation, told_by(development, "ridge")
    [risk] = evaluation.risk["ridge"]
    opposite = np.stack([risk, 0.5 - risk, np.full(risk.shape, np.nan)])  # one repeat failed
    found = quartiles_of(replace(evaluation, risk={"ridge": opposite}), "ridge", told)
    assert [each.values for each in found] == [(0.25, 0.25, 0.25)] * 2


@pytest.mark.parametrize(("children", "horizons"), [(19, 0), (20, 2)])
def test_fewer_than_twenty_children_have_no_quartiles(
    development: Development, children: int, horizons: int
) -> None:
    evaluation, told = development.evaluation, told_by(development, "ridge")[:children]
    fewer = replace(evaluation, risk={"ridge": evaluation.risk["ridge"][:, :children]})
    assert len(quartiles_of(fewer, "ridge", told)) == horizons


def test_where_no_repeat_is_whole_there_are_no_quartiles(development: Development) -> None:
    evaluation = development.evaluation
    risk = evaluation.risk["ridge"].copy()
    risk[:, 0] = np.nan
    failed = replace(evaluation, risk={"ridge": risk})
    assert quartiles_of(failed, "ridge", told_by(development, "ridge")) == ()


@pytest.mark.parametrize("name", families())
def test_quarters_are_told_of_models_that_know_four_different_risks(
    name: str, packaged: dict[str, PackagedModel]
) -> None:
    course = packaged[name].facts.course
    assert course is not None
    coarse = name in ("null", "not_in_remission")  # one risk, and two or three
    assert [each.day_since_first_infusion for each in course.quartiles] == (
        [] if coarse else [365, 730]
    )


@pytest.mark.parametrize(
    ("risk", "quarter"),
    [
        (0.0, Quarter.LOWEST),
        (0.08, Quarter.LOWEST),
        (0.081, Quarter.SECOND),
        (0.15, Quarter.SECOND),
        (0.2, Quarter.THIRD),
        (0.9, Quarter.HIGHEST),
    ],
)
def test_a_risk_has_its_place(risk: float, quarter: Quarter) -> None:
    course = CohortCourse("ours", (), (RiskQuartiles(365.0, (0.08, 0.15, 0.24)),))
    assert course.place(risk, 365) is quarter
    assert course.place(risk, 366) is None


# ---- the folder -------------------------------------------------------------------------------


def test_the_course_travels_in_the_folder(
    packaged: dict[str, PackagedModel], tmp_path: Path
) -> None:
    model = packaged["forest"]
    folder = model.save(tmp_path / "model")
    course = PackagedModel.load(folder).facts.course
    assert course is not None
    assert course == model.facts.course
    assert len(course.points) == len(QUARTERS)
    assert len(course.quartiles) == 2


def test_a_folder_of_before_the_course_is_still_read(
    packaged: dict[str, PackagedModel], tmp_path: Path
) -> None:
    model = packaged["ridge"]
    old = replace(model, facts=replace(model.facts, course=None)).save(tmp_path / "old")
    assert "course" not in tomllib.loads((old / "model.toml").read_text("utf-8"))
    assert PackagedModel.load(old).facts.course is None
