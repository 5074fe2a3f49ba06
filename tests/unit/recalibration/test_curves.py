"""The mathematics alone: where the truth is known it is found, and curves stay curves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sksurv.linear_model import CoxPHSurvivalAnalysis

from lorpredict.errors import TooLittleData, UnsupportedModel
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.models import AcceleratedTime, LinearHazard, SurvivalForest, TreeHazard
from lorpredict.models._distributions import survival_beyond
from lorpredict.recalibration import _forest
from lorpredict.recalibration._curves import adjusted
from lorpredict.recalibration._forest import _Bend
from lorpredict.recalibration._slope import NewChildren
from lorpredict.survival import Floats, Outcome, StepFunction, outcome_array
from lorpredict.trees import TreeEnsemble
from lorpredict.trees._joining import Tree, join

HORIZONS = np.array([300.0, 600.0])
GRID = np.linspace(30.0, 900.0, 30)
CHILDREN = 4000
# Some 1500 events: the standard error of a slope is about .03, of a log-level about .03.
TOLERANCE = 0.1


def stump(low: Floats, high: Floats) -> Tree:
    """One split at zero on the first feature."""
    leaf = np.array([1, -1, -1]), np.array([2, -1, -1])
    return Tree(
        *leaf,
        missing=leaf[0],
        feature=np.array([0, -1, -1]),
        threshold=np.zeros(3, dtype=np.float32),
        weight=np.array([2.0, 1.0, 1.0]),
        values=np.array([low, high]),
    )


def children_of(features: Floats, log_time: Floats, rng: np.random.Generator) -> NewChildren:
    seen = rng.uniform(200, 1000, size=len(log_time))
    days = np.exp(log_time)
    y = outcome_array(days <= seen, np.minimum(days, seen))
    return NewChildren(features, y, HORIZONS, GRID)


@pytest.fixture(scope="module")
def features() -> Floats:
    return np.random.default_rng(3).normal(size=(CHILDREN, 1))


@pytest.fixture(scope="module")
def children(features: Floats) -> NewChildren:
    """Hazard exp(0.6 x) / 1000 a day; the model says exp(1.2 x) and half of the level."""
    rng = np.random.default_rng(4)
    wait = rng.exponential(1000 * np.exp(-0.6 * features[:, 0]))
    return children_of(features, np.log(wait), rng)


MODEL = LinearHazard(np.array([1.2]), np.zeros(1), StepFunction(GRID, GRID / 2000))


def truth(features: Floats) -> Floats:
    survival: Floats = np.exp(-np.exp(0.6 * features) / 1000 * HORIZONS)
    return survival


# ---- proportional hazards ---------------------------------------------------------------------


def test_slope_and_level_of_a_linear_hazard_are_found(children: NewChildren) -> None:
    found = adjusted(MODEL, children, with_slope=True)
    assert found.slope == pytest.approx(0.5, abs=0.05)
    survival = found.curves.survival(children.features, HORIZONS)
    np.testing.assert_allclose(survival, truth(children.features), atol=0.05)


def test_slope_is_the_coefficient_of_a_cox_model_that_ends_at_the_last_horizon(
    children: NewChildren,
) -> None:
    y = children.y
    until = outcome_array(y["event"] & (y["duration"] <= 600), np.minimum(y["duration"], 600))
    log_hazard = MODEL.log_hazard(children.features)[:, None]
    expected = CoxPHSurvivalAnalysis().fit(log_hazard, until).coef_[0]
    assert adjusted(MODEL, children, with_slope=True).slope == pytest.approx(expected, abs=1e-6)


def test_baseline_of_a_right_slope_is_the_true_one(children: NewChildren) -> None:
    right = replace(MODEL, coefficients=np.array([0.6]))
    found = adjusted(right, children, with_slope=False).curves
    assert isinstance(found, LinearHazard)
    assert found.baseline(HORIZONS) == pytest.approx(HORIZONS / 1000, rel=TOLERANCE)


def test_trees_are_multiplied_with_their_offset(children: NewChildren) -> None:
    trees = join([stump(np.array([-0.8]), np.array([0.8]))], output="log_hazard", n_features=1,
                 offset=0.3)  # fmt: skip
    model = TreeHazard(trees, MODEL.baseline)
    found = adjusted(model, children, with_slope=True)
    assert isinstance(found.curves, TreeHazard)
    assert found.slope is not None
    np.testing.assert_allclose(
        found.curves.log_hazard(children.features),
        found.slope * model.log_hazard(children.features),
    )


def test_unknown_shape_is_refused_by_name(children: NewChildren) -> None:
    class Oracle:
        pass

    known = "LinearHazard, TreeHazard, SurvivalForest, AcceleratedTime"
    with pytest.raises(UnsupportedModel, match=f"Oracle cannot be recalibrated; .* {known}"):
        adjusted(Oracle(), children, with_slope=False)


# ---- forests ----------------------------------------------------------------------------------


def forest(*leaves: tuple[list[float], list[float]]) -> SurvivalForest:
    """A forest of stumps; each leaf tells the survival by day 300, 600 and 900."""
    times = np.array([300.0, 600.0, 900.0])
    trees = [stump(np.array(low) / len(leaves), np.array(high) / len(leaves))
             for low, high in leaves]  # fmt: skip
    return SurvivalForest(join(trees, output="survival", n_features=1, times=times, before=1.0))


TWO_LEAVES = forest(([0.9, 0.8, 0.7], [0.7, 0.5, 0.4]))


def groups(low: Outcome, high: Outcome) -> NewChildren:
    features = np.concatenate([np.full(len(low), -1.0), np.full(len(high), 1.0)])
    return NewChildren(features[:, None], np.concatenate([low, high]), HORIZONS, GRID)


def test_hazard_of_each_stretch_is_multiplied_as_counted_by_hand() -> None:
    bend = _Bend(exponent=1.0, factors=np.array([2.0, 0.5]), horizons=HORIZONS)
    found = SurvivalForest(bend(TWO_LEAVES.trees)).survival(
        np.array([[-1.0], [1.0]]), np.array([299.0, 300.0, 600.0, 900.0])
    )
    # By day 300 squared; then the square root of what is lost in each stretch, and so on.
    low = [1, 0.9**2, 0.9**2 * np.sqrt(0.8 / 0.9), 0.9**2 * np.sqrt(0.7 / 0.9)]
    high = [1, 0.7**2, 0.7**2 * np.sqrt(0.5 / 0.7), 0.7**2 * np.sqrt(0.4 / 0.7)]
    np.testing.assert_allclose(found, [low, high])


def test_exponent_raises_the_cumulative_hazard() -> None:
    bend = _Bend(exponent=2.0, factors=np.array([1.0, 1.0]), horizons=HORIZONS)
    found = SurvivalForest(bend(TWO_LEAVES.trees)).survival(np.array([[1.0]]), HORIZONS)
    np.testing.assert_allclose(found, [np.exp([-(np.log(0.7) ** 2), -(np.log(0.5) ** 2)])])


def test_nothing_is_changed_where_nothing_has_to_be() -> None:
    bend = _Bend(exponent=1.0, factors=np.ones(2), horizons=HORIZONS)
    np.testing.assert_allclose(bend(TWO_LEAVES.trees).values, TWO_LEAVES.trees.values, atol=1e-15)


def test_no_factor_makes_a_curve_rise() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        falls = np.sort(rng.uniform(0, 1, size=(2, 3)))[:, ::-1]
        trees = forest((falls[0].tolist(), falls[1].tolist())).trees
        bend = _Bend(rng.uniform(0.1, 8), rng.exponential(3, size=2) * [1, 0.01], HORIZONS)
        curves = SurvivalForest(bend(trees)).survival(
            np.array([[-1.0], [1.0]]), np.linspace(0, 900, 50)
        )
        assert (np.diff(curves, axis=1) <= 1e-15).all()
        assert ((curves >= 0) & (curves <= 1)).all()


def lost_by(share_first: float, share_second: float, children: int = 100) -> Outcome:
    """Nobody is censored before day 700."""
    first, second = round(share_first * children), round((share_second - share_first) * children)
    days = [100.0] * first + [400.0] * second + [700.0] * (children - first - second)
    return outcome_array(np.array(days) < 700, days)


def at_constant_hazard(survival: float, children: int = 1000) -> Outcome:
    """Quantiles of an exponential law with this survival by day 600, seen until day 700."""
    beyond = 1 - (np.arange(children) + 0.5) / children
    days = 600 * np.log(beyond) / np.log(survival)
    return outcome_array(days <= 700, np.minimum(days, 700))


def test_true_leaves_are_found_where_each_has_its_own_children() -> None:
    # The high leaf has four times the hazard of the low one; the forest knows a ratio of two.
    children = groups(at_constant_hazard(0.9), at_constant_hazard(0.9**4))
    shy = forest(([0.95, 0.9, 0.9], [0.95**2, 0.9**2, 0.9**2]))
    found = adjusted(shy, children, with_slope=True)
    survival = found.curves.survival(np.array([[-1.0], [1.0]]), HORIZONS)
    assert found.slope == pytest.approx(np.log(4) / np.log(2), abs=0.02)
    assert survival[:, 1] == pytest.approx([0.9, 0.9**4], abs=0.005)


def test_of_several_exponents_with_a_slope_of_one_the_nearest_to_one_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The measure is replaced by one that rises through 1 at exp(-1) and falls through it at
    # exp(0.5) and so is below 1 at both ends; beyond an exponent of five the level is not reached.
    exponent = [1.0]

    def fitted(_curves: SurvivalForest, children: NewChildren, tried: float) -> _Bend:
        if tried > 5:
            raise TooLittleData("not so far")
        exponent[0] = tried
        return _Bend(tried, np.ones(2), children.horizons)

    def measured(_survival: Floats, _children: NewChildren) -> float:
        at = np.log(exponent[0])
        return float(1 - 0.3 * (at + 1) * (at - 0.5))

    monkeypatch.setattr(_forest, "_fitted", fitted)
    monkeypatch.setattr(_forest, "measured_slope", measured)
    same = groups(lost_by(0.2, 0.4), lost_by(0.2, 0.4))
    assert adjusted(TWO_LEAVES, same, with_slope=True).slope == pytest.approx(np.exp(0.5))


def test_nobody_lost_between_the_horizons_leaves_the_curves_flat_there() -> None:
    children = groups(lost_by(0.2, 0.2), lost_by(0.4, 0.4))
    curves = adjusted(TWO_LEAVES, children, with_slope=False).curves
    survival = curves.survival(children.features, HORIZONS)
    np.testing.assert_allclose(survival[:, 0], survival[:, 1])
    assert 1 - survival.mean() == pytest.approx(0.3)


def test_leaves_without_any_loss_set_a_limit_that_is_told() -> None:
    innocent = forest(([1.0, 1.0, 1.0], [0.7, 0.5, 0.4]))
    with pytest.raises(TooLittleData, match=r"^60% of these children .* by day 300 since"):
        adjusted(innocent, groups(lost_by(0.6, 0.7), lost_by(0.6, 0.7)), with_slope=False)


def test_leaf_in_which_everybody_lost_response_can_still_be_bent() -> None:
    hopeless = forest(([0.9, 0.8, 0.7], [0.5, 0.0, 0.0]))
    children = groups(lost_by(0.1, 0.2), lost_by(0.4, 0.6))
    survival = adjusted(hopeless, children, with_slope=False).curves.survival(
        children.features, HORIZONS
    )
    assert (1 - survival).mean(axis=0) == pytest.approx([0.25, 0.4])


# ---- accelerated time -------------------------------------------------------------------------


def log_time_trees(offset: float = 6.0) -> TreeEnsemble:
    return join([stump(np.array([0.5]), np.array([-0.5]))], output="log_time", n_features=1,
                offset=offset)  # fmt: skip


def spread(distribution: str, rng: np.random.Generator) -> Floats:
    drawn = {
        "normal": rng.normal(size=CHILDREN),
        "logistic": rng.logistic(size=CHILDREN),
        "extreme": np.log(rng.exponential(size=CHILDREN)),
    }
    return drawn[distribution]


every_law = pytest.mark.parametrize("distribution", ["normal", "logistic", "extreme"])


def accelerated(distribution: str) -> AcceleratedTime:
    return AcceleratedTime(log_time_trees(), distribution, sigma=1.0)  # type: ignore[arg-type]


@every_law
@pytest.mark.parametrize(("spread_by", "with_slope"), [(1.0, False), (2.0, True)])
def test_shift_stretch_and_spread_of_log_times_are_found(
    features: Floats, distribution: str, spread_by: float, with_slope: bool
) -> None:
    rng, model = np.random.default_rng(5), accelerated(distribution)
    middle = 6.7 + 0.6 * spread_by * (model.log_time(features) - 6)
    children = children_of(features, middle + 0.6 * spread(distribution, rng), rng)
    found = adjusted(model, children, with_slope=with_slope)
    assert isinstance(found.curves, AcceleratedTime)
    assert found.curves.sigma == pytest.approx(0.6, rel=TOLERANCE)
    assert found.slope == (pytest.approx(2.0, rel=TOLERANCE) if with_slope else None)
    z = (np.log(HORIZONS)[None, :] - middle[:, None]) / 0.6
    survival = found.curves.survival(features, HORIZONS)
    np.testing.assert_allclose(survival, survival_beyond(z, model.distribution), atol=0.03)


@every_law
@pytest.mark.parametrize("with_slope", [False, True])
def test_level_of_log_times_is_exact_and_their_spread_is_what_is_told(
    children: NewChildren, distribution: str, with_slope: bool
) -> None:
    model = accelerated(distribution)
    found = adjusted(model, children, with_slope=with_slope)
    assert isinstance(found.curves, AcceleratedTime)
    expected = found.curves.survival(children.features, HORIZONS).mean(axis=0)
    np.testing.assert_allclose(1 - expected, observed_risk(children.y, HORIZONS), rtol=1e-9)
    old, new = (
        np.ptp(curves.log_time(children.features)) / curves.sigma
        for curves in (model, found.curves)
    )
    assert new == pytest.approx((found.slope or 1.0) * old, rel=1e-9)


def test_single_horizon_only_shifts_log_times(children: NewChildren) -> None:
    alone = replace(children, horizons=HORIZONS[1:])
    model = accelerated("logistic")
    found = adjusted(model, alone, with_slope=False).curves
    assert isinstance(found, AcceleratedTime)
    assert found.sigma == model.sigma
    expected = found.survival(children.features, alone.horizons).mean()
    assert 1 - expected == pytest.approx(observed_risk(children.y, alone.horizons)[0], rel=1e-9)


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ((0.0, 0.4), "none of these children lost response by day 300"),
        ((0.4, 0.4), "none of these children lost response between day 300 and day 600"),
        ((0.4, 1.0), "all of these children had lost response by day 600"),
    ],
)
def test_curves_of_log_times_cannot_stay_level_nor_end(
    lost: tuple[float, float], told: str
) -> None:
    flat = groups(lost_by(*lost), lost_by(*lost))
    with pytest.raises(TooLittleData, match=rf"^{told} since .* model of another family$"):
        adjusted(accelerated("normal"), flat, with_slope=False)


def test_log_times_that_are_all_the_same_have_no_stretch(children: NewChildren) -> None:
    same = join([stump(np.zeros(1), np.zeros(1))], output="log_time", n_features=1, offset=6.0)
    with pytest.raises(TooLittleData, match="same predicted risk"):
        adjusted(AcceleratedTime(same, "normal", 1.0), children, with_slope=True)


def test_log_times_that_rank_the_wrong_way_round_are_refused(children: NewChildren) -> None:
    trees = log_time_trees()
    wrong = AcceleratedTime(replace(trees, values=-trees.values), "extreme", 1.0)
    with pytest.raises(TooLittleData, match="expected above 0"):
        adjusted(wrong, children, with_slope=True)
