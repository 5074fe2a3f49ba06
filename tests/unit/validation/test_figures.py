"""Every picture of a validation says what kind it is, and none identifies a child."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from lorpredict import Cohort, PackagedModel
from lorpredict.validation import Validation, validate
from tests.elsewhere import cohort_elsewhere

PICTURES = ["calibration", "kaplan_meier", "decision_curve", "sites"]


@pytest.fixture(scope="module")
def external(packaged: dict[str, PackagedModel]) -> Validation:
    return validate(packaged["ridge"], cohort_elsewhere(200, sites=2), resamples=10)


@pytest.fixture(scope="module")
def drawn(external: Validation) -> dict[str, Figure]:
    return external.figures()


def words(figure: Figure) -> str:
    found: list[Text] = figure.findobj(Text)
    return " ".join(text.get_text() for text in found)


@pytest.mark.parametrize("name", PICTURES)
def test_picture_says_kind_cohort_and_that_it_is_synthetic(
    drawn: dict[str, Figure], name: str
) -> None:
    told = words(drawn[name])
    assert "external validation on elsewhere (200 children, 51 events by day 730)" in told
    assert "synthetic: demonstration only" in told
    assert "Ridge Cox" in told
    assert "ELSEWHERE-" not in told
    assert "APPARENT" not in told


def test_apparent_validation_says_so_in_every_picture(
    packaged: dict[str, PackagedModel], cohort: Cohort
) -> None:
    found = validate(packaged["forest"], cohort, resamples=2)
    assert set(found.figures()) == {"calibration", "kaplan_meier", "decision_curve"}
    for figure in found.figures().values():
        assert "APPARENT, not external" in words(figure)


def test_observed_children_are_called_observed(external: Validation) -> None:
    facts = replace(external.facts, training=replace(external.facts.training, synthetic=False))
    at_risk = replace(external.everyone.at_risk, synthetic=False)
    real = replace(external, facts=facts, everyone=replace(external.everyone, at_risk=at_risk))
    assert "observed cohort" in words(real.figures()["calibration"])


def test_there_is_a_panel_for_each_horizon(drawn: dict[str, Figure]) -> None:
    assert len(drawn["calibration"].axes) == len(drawn["decision_curve"].axes) == 2


def test_sites_stand_in_rows_below_all_children(drawn: dict[str, Figure]) -> None:
    c, first, second = drawn["sites"].axes
    labels = [label.get_text().partition("\n")[0] for label in c.get_yticklabels()]
    assert labels == ["all children", "hospital 1", "hospital 2"]
    assert (first.get_xscale(), second.get_xscale()) == ("log", "log")
    assert [title.get_title() for title in (c, first)] == [
        "Uno's C",
        "observed / expected\nby day 365",
    ]
