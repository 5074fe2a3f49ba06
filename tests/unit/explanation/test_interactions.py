"""What predictors do in pairs: asked of a model, found by name, adding up."""

from __future__ import annotations

import numpy as np
import pytest

from lorpredict import AtRisk, PackagedModel, families
from lorpredict.errors import BeyondFollowUp, UnknownPredictor
from lorpredict.explanation import Interactions

# Sums of some hundred float64 terms of order one.
EXACT = 1e-12


@pytest.fixture(scope="module")
def found(packaged: dict[str, PackagedModel], at_risk: AtRisk) -> Interactions:
    return packaged["forest"].interactions(at_risk.X)


@pytest.mark.parametrize("name", families())
def test_rows_sum_to_the_contributions_of_every_family(
    packaged: dict[str, PackagedModel], at_risk: AtRisk, name: str
) -> None:
    model = packaged[name]

    found, moved = model.interactions(at_risk.X), model.explain(at_risk.X)

    assert found.predictors == moved.predictors
    assert found.scale == moved.scale
    assert np.array_equal(found.days, moved.days)
    assert found.values.sum(axis=2) == pytest.approx(moved.values, abs=EXACT)
    assert found.values == pytest.approx(found.values.transpose(0, 2, 1, 3), abs=EXACT)


def test_predictors_of_a_linear_model_do_not_interact(
    packaged: dict[str, PackagedModel], at_risk: AtRisk
) -> None:
    found = packaged["ridge"].interactions(at_risk.X)

    beside = ~np.eye(len(found.predictors), dtype=bool)
    assert not found.values[:, beside].any()
    assert found.values.any()


def test_a_pair_is_told_whole(found: Interactions) -> None:
    first, second, most = found.strongest(found.days[1])[0]

    i, j = found.predictors.index(first), found.predictors.index(second)
    whole = found.pair(first, second, found.days[1])
    assert np.array_equal(whole, 2 * found.values[:, i, j, 1])
    assert most == pytest.approx(np.abs(whole).mean())
    assert most > 0
    strengths = [strength for *_, strength in found.strongest(found.days[1])]
    assert strengths == sorted(strengths, reverse=True)
    assert len(strengths) == len(found.predictors) * (len(found.predictors) - 1) / 2


def test_other_names_and_days_are_refused(found: Interactions) -> None:
    first, second = found.predictors[:2]
    with pytest.raises(UnknownPredictor, match="Did you mean albumin_g_l"):
        found.pair("albumin_gl", second, found.days[0])
    with pytest.raises(UnknownPredictor, match="with itself; name two predictors"):
        found.pair(first, first, found.days[0])
    with pytest.raises(BeyondFollowUp, match="100 days were not explained"):
        found.pair(first, second, 100)
