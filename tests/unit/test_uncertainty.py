"""Intervals of single risks: exact where they can be, never outside 0 to 1, kept in the folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lorpredict import Cohort, Development, ModelDesign, PackagedModel, develop
from lorpredict.evaluation import ValidationPlan
from lorpredict.survival import Floats, RiskInterval, RiskPrediction
from lorpredict.uncertainty import (
    CurveSpread,
    LinearSpread,
    Uncertainty,
    Unseen,
    uncertainty_of,
)
from lorpredict.uncertainty._interval import _entries, _unseen
from lorpredict.uncertainty._spread import KINDS

DAYS = np.array([267.0, 632.0])
PLAN = ValidationPlan(repeats=1, resamples=24, resamples_of_trees=20, draws=0)
UNSEEN = Unseen(0.5, 1.0, 300, 0.94)


def risk_of(log_hazard: Floats) -> Floats:
    risk: Floats = -np.expm1(-np.exp(log_hazard))
    return risk


@pytest.fixture(scope="module")
def made(cohort: Cohort, design: ModelDesign) -> Development:
    return develop(cohort, design, family_names=["forest", "boosting"], plan=PLAN)


def test_the_spread_of_linear_models_is_that_of_their_weights() -> None:
    """Forty models whose level and weights are known: the spread of any child follows."""
    rng = np.random.default_rng(0)
    features, new = rng.normal(size=(30, 3)), rng.normal(size=(5, 3))
    weights, level = rng.normal(size=(40, 3)), rng.normal(size=40)
    told = level[:, None] + weights @ features.T
    spread = LinearSpread.fitted(features, risk_of(told / 4)[:, :, None], DAYS[:1])
    expected = ((level[:, None] + weights @ new.T) / 4).std(axis=0, ddof=1)
    assert spread.at(new, np.zeros((5, 1)), DAYS[:1])[:, 0] == pytest.approx(expected)


def test_without_features_the_spread_is_that_of_the_level() -> None:
    level = np.array([-2.0, -1.0, -1.5])
    risk = np.repeat(risk_of(level)[:, None, None], 6, axis=1)
    spread = LinearSpread.fitted(np.empty((6, 0)), risk, DAYS[:1])
    found = spread.at(np.empty((2, 0)), np.zeros((2, 1)), DAYS[:1])
    assert found[:, 0] == pytest.approx([0.5, 0.5])


def test_the_spread_of_other_models_goes_by_the_told_risk() -> None:
    rng = np.random.default_rng(1)
    centre = np.linspace(-3, 0, 200)
    told = centre + rng.normal(size=(300, 200)) * np.where(centre < -1.5, 0.1, 0.4)
    spread = CurveSpread.fitted(np.empty((200, 0)), risk_of(told)[:, :, None], DAYS[:1])
    asked = risk_of(np.array([[-2.7], [-0.3], [-9.0]]))
    found = spread.at(np.empty((3, 0)), asked, DAYS[:1])[:, 0]
    assert found == pytest.approx([0.1, 0.4, 0.1], rel=0.1)


@pytest.mark.parametrize("kind", ["linear", "curve"])
def test_between_two_days_the_spread_lies_between(kind: str) -> None:
    rng = np.random.default_rng(2)
    told = rng.normal(size=(40, 60, 2)) * np.array([0.2, 0.6]) - 1
    spread = KINDS[kind].fitted(np.empty((60, 0)), risk_of(told), DAYS)
    asked = np.full((1, 5), 0.3)
    days = np.array([100.0, 267.0, 450.0, 632.0, 900.0])
    found = spread.at(np.empty((1, 0)), asked, days)[0]
    assert found[0] == found[1]
    assert found[1] < found[2] < found[3] == found[4]


def test_an_interval_holds_its_risk_and_stays_within_0_and_1() -> None:
    uncertainty = Uncertainty(CurveSpread(DAYS, np.zeros((2, 1)), np.full((2, 1), 0.5)), UNSEEN)
    risk = np.array([[0.0, 0.001], [0.3, 0.5], [0.999, 1.0]])
    found = uncertainty.interval(np.empty((3, 0)), risk, DAYS, np.array([True, True, False]))
    assert (found.low >= 0).all()
    assert (found.high <= 1).all()
    assert ((found.low <= risk) & (risk <= found.high)).all()


def test_a_trough_that_is_not_known_makes_a_risk_less_sure() -> None:
    uncertainty = Uncertainty(CurveSpread(DAYS, np.zeros((2, 1)), np.full((2, 1), 0.1)), UNSEEN)
    risk = np.full((2, 2), 0.3)
    found = uncertainty.interval(np.empty((2, 0)), risk, DAYS, np.array([True, False]))
    assert (found.low[1] < found.low[0]).all()
    assert (found.high[1] > found.high[0]).all()


def test_too_few_resamples_or_a_family_that_cannot_say_give_none() -> None:
    told = np.full((19, 4, 2), 0.3)
    assert uncertainty_of("ridge", "linear", np.empty((4, 0)), told, DAYS) is None
    assert uncertainty_of("boosting", None, np.empty((4, 0)), told.repeat(3, 0), DAYS) is None


# ---- in the model folder ------------------------------------------------------------------------

CHILDREN: list[dict[str, Any]] = [
    {"albumin_g_l": 31.0, "trough_week14_ug_ml": 2.5},
    {"remission_week14": False},
]


@pytest.mark.parametrize("family", ["null", "ridge", "forest"])
def test_the_interval_travels_in_the_folder(made: Development, family: str, tmp_path: Path) -> None:
    model = made.packaged(family)
    told = model.predict(CHILDREN)
    assert told.interval is not None
    assert (told.interval.low < told.risk).all()
    assert (told.risk < told.interval.high).all()
    again = PackagedModel.load(model.save(tmp_path / family)).predict(CHILDREN)
    assert again.interval is not None
    np.testing.assert_array_equal(again.interval.low, told.interval.low)
    assert again.interval.method == told.interval.method
    assert "Where 69 simulated children taught, it held the true risk of 9" in told.interval.method


def test_no_row_of_a_cohort_is_in_it(made: Development) -> None:
    for family in ("null", "ridge", "forest"):
        uncertainty = made.packaged(family).uncertainty
        assert uncertainty is not None
        shapes = [array.shape for array in uncertainty.to_arrays().values()]
        assert not any(69 in shape for shape in shapes)


def test_a_family_that_cannot_say_gives_no_interval(made: Development, tmp_path: Path) -> None:
    model = made.packaged("boosting")
    assert model.predict(CHILDREN).interval is None
    folder = model.save(tmp_path / "boosting")
    assert not (folder / "uncertainty.npz").exists()
    assert PackagedModel.load(folder).uncertainty is None


def test_an_uncertainty_that_was_changed_is_refused(made: Development, tmp_path: Path) -> None:
    folder = made.packaged("ridge").save(tmp_path / "ridge")
    (folder / "uncertainty.npz").write_bytes(b"other")
    with pytest.raises(Exception, match=r"uncertainty\.npz was changed"):
        PackagedModel.load(folder)


def test_a_child_with_a_landmark_of_its_own_has_an_interval(made: Development) -> None:
    told = made.packaged("ridge").predict(
        [{"landmark_day": 90, "albumin_g_l": 31.0}, {"albumin_g_l": 31.0}]
    )
    assert told.interval is not None
    assert told.interval.low.shape == (2, 2)


def test_intervals_of_several_groups_are_joined_all_or_none(made: Development) -> None:
    one = made.packaged("ridge").predict(CHILDREN)
    both = RiskPrediction.joined([one, one])
    assert isinstance(both.interval, RiskInterval)
    assert both.interval.high.shape == (4, 2)
    assert RiskPrediction.joined([one, replace(one, interval=None)]).interval is None


def test_what_no_record_tells_stands_for_every_size_of_training_and_between() -> None:
    entry = {
        "children": [100, 10_000],
        "trough_measured": [0.8, 0.4],
        "trough_not_measured": [1.2, 1.0],
        "held": [0.93, 0.95],
    }
    between, below, above = (_unseen(entry, children) for children in (900, 20, 50_000))
    assert 0.6 < between.trough_measured < 0.61
    assert 1.1 < between.trough_not_measured < 1.11
    assert (between.children, between.held) == (100, 0.93)
    assert below == Unseen(0.8, 1.2, 100, 0.93)
    assert above == Unseen(0.4, 1.0, 10_000, 0.95)


@pytest.mark.parametrize("name", ["null", "ridge", "forest"])
def test_every_family_with_an_interval_has_what_no_record_tells(name: str) -> None:
    entry = _entries()[name]
    assert entry["children"] == sorted(entry["children"])
    assert len(entry["held"]) == len(entry["children"])
    assert all(0.5 < share < 1 for share in entry["held"])
    for known in ("trough_measured", "trough_not_measured"):
        assert len(entry[known]) == len(entry["children"])
        assert all(0 < figure < 2 for figure in entry[known])
    assert all(
        one <= other
        for one, other in zip(entry["trough_measured"], entry["trough_not_measured"], strict=True)
    )
