"""The immunomodulator's four codings where the truth is known: no drug changes the hazard.

Measured: in 20,000 children of the scenario ``null`` (seed 8) the published coding gives 0.68, that
at week 14 1.02, the landmark at 6 months and the time-varying covariate 0.99. Seeds 9 and 10 give
0.70, 1.01, 1.02 and 0.68, 0.99, 0.98.
"""

from __future__ import annotations

import numpy as np
import pytest

from lorpredict.report.study._words import words
from lorpredict.study.published._children import children_of
from lorpredict.study.published._codings import Coding, codings
from lorpredict.study.published._lifelines import Effect
from lorpredict.synthetic import scenario, simulate_cohort

CHILDREN, SEED = 20_000, 8


@pytest.fixture(scope="module")
def found() -> dict[str, Coding]:
    simulated = simulate_cohort(CHILDREN, "null", rng=np.random.default_rng(SEED))
    return {each.way: each for each in codings(children_of(simulated.cohort)) if not each.adjusted}


def test_no_drug_changes_the_hazard_of_this_world() -> None:
    assert scenario("null").hazard.groups == {}


def test_the_published_coding_makes_a_drug_that_does_nothing_look_protective(
    found: dict[str, Coding],
) -> None:
    ratio, _, high = effect(found["published"]).ratio
    assert ratio == pytest.approx(0.70, abs=0.03)
    assert high < 0.8


@pytest.mark.parametrize("way", ["week 14", "landmark at 6 months", "over time"])
def test_the_other_codings_find_nothing(found: dict[str, Coding], way: str) -> None:
    ratio, low, high = effect(found[way]).ratio
    assert ratio == pytest.approx(1, abs=0.05)
    assert low < 1 < high


def test_landmark_and_time_varying_covariate_agree(found: dict[str, Coding]) -> None:
    # Nobody counts as treated before month 6, so that losses before then compare nothing.
    landmark, over_time = (effect(found[way]) for way in ("landmark at 6 months", "over time"))
    assert landmark.coefficient == pytest.approx(over_time.coefficient, abs=1e-8)
    assert landmark.error == pytest.approx(over_time.error, abs=1e-8)


def test_the_report_tells_what_is_found_here(found: dict[str, Coding]) -> None:
    told = words()["null_world"]
    names = {"published": "published", "week 14": "week_14", "landmark at 6 months": "landmark",
             "over time": "over_time"}  # fmt: skip
    for way, name in names.items():
        assert told[f"null_{name}"] == f"{effect(found[way]).ratio[0]:.2f}"


def effect(coding: Coding) -> Effect:
    assert coding.effect is not None, coding.reason
    return coding.effect
