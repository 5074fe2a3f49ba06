"""What is kept of a child is a band among the training children, whatever the family."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from lorpredict.synthetic import reconstructed_cohort
from serving.keeping import Bands
from serving.models import ServedModels

NUMBERS = ("age_years", "albumin_g_l", "crp_mg_l", "haemoglobin_g_l", "platelets_10e9_l")


@pytest.fixture(params=["champion", "challenger"])
def bands(models: ServedModels, request: pytest.FixtureRequest) -> Bands:
    return models[request.param].bands


@pytest.mark.parametrize("name", NUMBERS)
def test_each_fifth_holds_some_of_the_training_children(
    bands: Bands, children: list[dict[str, Any]], name: str
) -> None:
    found = Counter(bands.of({name: child[name]})[name] for child in children if name in child)

    assert set(found) == {0, 1, 2, 3, 4}
    assert max(found.values()) < 0.5 * found.total()


def test_the_cohort_is_the_one_that_the_models_learnt(children: list[dict[str, Any]]) -> None:
    assert len(children) == len(reconstructed_cohort().table) == 69


def test_a_value_beyond_all_training_children_is_in_the_last_band(bands: Bands) -> None:
    assert bands.of({"albumin_g_l": 59.0})["albumin_g_l"] == 4
    assert bands.of({"albumin_g_l": 11.0})["albumin_g_l"] == 0


def test_levels_are_their_places_and_what_is_no_predictor_has_no_band(bands: Bands) -> None:
    told = bands.of(
        {"sex": "female", "perianal": True, "location": "L1", "landmark_day": 98, "weight_kg": 30.0}
    )

    assert told == {"sex": 1, "perianal": 1, "location": 2}
