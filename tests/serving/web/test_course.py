"""What is told over time is the model's own answer, day by day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from serving.models import ServedModels
from serving.web._course import Course, course_of
from serving.web._files import examples

HORIZONS = [365.0, 730.0]


@pytest.fixture(scope="module")
def course(models: ServedModels) -> Course:
    return course_of(models["champion"], examples()["full"]["record"], HORIZONS)


def test_the_curve_begins_at_the_landmark_and_ends_at_the_last_horizon(course: Course) -> None:
    assert (course.days[0], course.days[-1]) == (98, 730)
    assert course.days == sorted(set(course.days))
    assert len(course.days) <= 60


def test_a_child_with_a_landmark_of_its_own_begins_there(models: ServedModels) -> None:
    child = {**examples()["full"]["record"], "landmark_day": 105}

    assert course_of(models["champion"], child, HORIZONS).days[0] == 105


def test_at_the_horizons_it_is_what_is_told_anyway(course: Course, models: ServedModels) -> None:
    told = models["champion"].model.predict([examples()["full"]["record"]]).risk[0]
    rows = {row.day: row.risk for row in course.rows}

    assert [rows[day] for day in HORIZONS] == told.tolist()


def test_marks_stand_every_half_year_with_who_was_still_at_risk(course: Course) -> None:
    assert [tick.label for tick in course.months] == ["6", "12", "18", "24"]
    assert [tick.label for tick in course.at_risk] == ["66", "50", "30", "25"]


def test_the_largest_contributions_are_followed(course: Course) -> None:
    sizes = np.abs(course.contributions.values[0]).max(axis=1)
    names = course.contributions.names_in_words
    largest = sorted(range(len(sizes)), key=lambda place: -sizes[place])[:6]

    assert [each.label for each in course.followed] == [names[place] for place in largest]
    assert (
        course.followed[0].values
        == course.contributions.values[0, largest[0], list(course.horizons)].tolist()
    )


def test_only_horizons_are_called_by_their_months(course: Course) -> None:
    labels = [row.label for row in course.rows]

    assert len(labels) == len(set(labels))
    assert [label for label in labels if "months" in label] == ["12 months", "24 months"]


def test_what_acts_at_all_times_alike_is_not_followed(models: ServedModels) -> None:
    challenger = course_of(models["challenger"], examples()["full"]["record"], HORIZONS)

    assert challenger.followed == []


def test_without_the_course_of_the_cohort_the_curve_is_drawn_all_the_same(
    models: ServedModels, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts: Any = models["champion"].model.facts
    monkeypatch.setitem(facts.__dict__, "course", None)

    alone = course_of(models["champion"], examples()["full"]["record"], HORIZONS)
    assert (alone.cohort_line, alone.at_risk, alone.cohort_intervals) == ("", [], [])
    assert alone.line.startswith("M0 ")
