"""The risk of a child without a trough: averaged over the forecast, with what it leaves open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lorpredict import AtRisk, Cohort, ModelDesign, PackagedModel, family, landmark, read_cohort
from lorpredict.design import TROUGH
from lorpredict.errors import DesignError, RecordFaults
from lorpredict.exposure import risk_without_level
from lorpredict.features import TroughForecast, coded_records
from lorpredict.synthetic import simulate_cohort
from lorpredict.uncertainty import uncertainty_of
from tests.small_models import packaged, packaged_without_judgement

DESIGNS = Path(__file__).parents[2] / "training" / "designs"
CHILD = {
    "sex": "male",
    "weight_kg": 30.0,
    "albumin_g_l": 34.0,
    "ifx_dose_mg_kg": 5.0,
    "crp_mg_l": 40.0,
    "remission_week14": True,
}
FAMILIES = ("ridge", "forest", "boosting")


def designed(name: str) -> ModelDesign:
    return ModelDesign.read(DESIGNS / f"{name}.toml")


@pytest.fixture(scope="module")
def simulated() -> Cohort:
    return read_cohort(simulate_cohort(600, rng=np.random.default_rng(4)).cohort.table)


@pytest.fixture(scope="module")
def children(simulated: Cohort) -> AtRisk:
    return landmark(simulated, designed("week14-forecast"))


@pytest.fixture(scope="module")
def models(simulated: Cohort, children: AtRisk) -> dict[str, PackagedModel]:
    return {
        name: packaged(
            family(name).build(children.design).fit(children.X, children.y),
            simulated,
            children,
        )
        for name in FAMILIES
    }


@pytest.fixture(scope="module")
def ridge(models: dict[str, PackagedModel]) -> PackagedModel:
    return models["ridge"]


@pytest.fixture(scope="module")
def with_interval(ridge: PackagedModel, children: AtRisk) -> PackagedModel:
    """The same with intervals, from 25 models of the bootstrap."""
    rng, horizons = np.random.default_rng(2), children.design.horizons
    told = []
    for _ in range(25):
        rows = rng.integers(0, len(children), len(children))
        again = family("ridge").build(children.design)
        again.fit(children.X.iloc[rows].reset_index(drop=True), children.y[rows])
        told.append(again.predict_survival(children.X, horizons).risk)
    features = (
        family("ridge").build(children.design).fit(children.X, children.y).features(children.X)
    )
    sure = uncertainty_of("ridge", "linear", features, np.array(told), horizons)
    return PackagedModel(ridge.facts, ridge.encoding, ridge.curves, sure)


def at(model: PackagedModel, level: float) -> Any:
    return model.predict([{**CHILD, TROUGH: level}]).risk[0]


def forecast_of(model: PackagedModel) -> TroughForecast:
    assert model.encoding.forecast is not None
    return model.encoding.forecast


@pytest.mark.parametrize("name", FAMILIES)
def test_the_risk_is_the_mean_over_the_levels_that_the_trough_may_have(
    models: dict[str, PackagedModel], name: str
) -> None:
    model = models[name]
    told = risk_without_level(model, [CHILD])
    levels = np.geomspace(told.trough_low[0], told.trough_high[0], 4)
    assert at(model, levels[0])[1] > at(model, levels[-1])[1]
    np.testing.assert_allclose(told.risk, model.predict([CHILD]).risk)
    assert (told.lowest <= told.risk).all()
    assert (told.risk <= told.highest).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_contributions_add_up_although_the_trough_is_a_distribution(
    models: dict[str, PackagedModel], name: str
) -> None:
    moved = models[name].explain([CHILD])
    np.testing.assert_allclose(moved.values.sum(axis=1) + moved.base_values, moved.predicted)
    if moved.scale == "risk":
        np.testing.assert_allclose(moved.predicted, models[name].predict([CHILD]).risk)


def test_pairs_of_predictors_add_up_to_the_contributions(models: dict[str, PackagedModel]) -> None:
    model, records = models["forest"], [CHILD, {**CHILD, TROUGH: 4.0}]
    pairs, moved = model.interactions(records), model.explain(records)
    np.testing.assert_allclose(pairs.values.sum(axis=2), moved.values, atol=1e-12)


def test_children_with_and_without_a_trough_are_answered_as_each_would_be_alone(
    ridge: PackagedModel,
) -> None:
    other = {**CHILD, "landmark_day": 105}
    records = [{**CHILD, TROUGH: 4.0}, CHILD, other, {**other, TROUGH: 2.0}]
    together = ridge.predict(records, days_since_first_infusion=[365, 730]).risk
    alone = [ridge.predict([each], days_since_first_infusion=[365, 730]).risk for each in records]
    np.testing.assert_allclose(together, np.vstack(alone))


@pytest.mark.parametrize("name", FAMILIES)
def test_no_model_is_told_whether_the_trough_was_measured(
    models: dict[str, PackagedModel], name: str
) -> None:
    assert not [each for each in models[name].encoding.names if "missing" in each]


@pytest.mark.parametrize("name", FAMILIES)
def test_on_average_the_risk_is_that_of_a_model_that_never_saw_a_trough(
    models: dict[str, PackagedModel], simulated: Cohort, name: str
) -> None:
    never = landmark(simulated, designed("week14-no-trough"))
    without = family(name).build(never.design).fit(never.X, never.y)
    fresh = simulate_cohort(1500, rng=np.random.default_rng(5))
    unmeasured = landmark(fresh.cohort, designed("week14-forecast")).X.drop(columns=TROUGH)
    records = [{str(k): v for k, v in row.items()} for row in unmeasured.to_dict("records")]
    found = models[name].predict(records).risk.mean(axis=0)
    expected = without.predict_survival(
        landmark(fresh.cohort, never.design).X, never.design.horizons
    ).risk.mean(axis=0)
    # Within a hundredth on average over cohorts: benchmarks/exposure.py. This is one cohort.
    assert found == pytest.approx(expected, abs=0.02)
    assert found == pytest.approx(fresh.truth.risk(never.design.horizons).mean(axis=0), abs=0.04)


def test_a_measurement_narrows_the_interval(with_interval: PackagedModel) -> None:
    told = risk_without_level(with_interval, [CHILD])
    assert told.narrowed is not None
    assert told.interval is not None
    assert (told.narrowed < 1).all()
    levels = forecast_of(with_interval).levels(
        with_interval.encoding.predictors, coded(with_interval)
    )[0]
    widths = []
    for level in levels:
        ends = with_interval.predict([{**CHILD, TROUGH: level}]).interval
        assert ends is not None
        widths.append((ends.high - ends.low)[0])
    now = (told.interval.high - told.interval.low)[0]
    np.testing.assert_allclose(told.narrowed[0], 1 - np.mean(widths, axis=0) / now)


def coded(model: PackagedModel) -> Any:
    known = model.facts.design.catalogue
    return coded_records([CHILD], known.columns(model.encoding.predictors))


def test_without_an_interval_nothing_is_said_of_narrowing_it(ridge: PackagedModel) -> None:
    told = risk_without_level(ridge, [CHILD])
    assert told.narrowed is None
    assert told.interval is None


def test_more_of_the_dose_that_was_given_means_a_higher_forecast(ridge: PackagedModel) -> None:
    less, more = risk_without_level(ridge, [CHILD, {**CHILD, "ifx_dose_mg_kg": 10.0}]).trough_median
    assert more == pytest.approx(2 * less)


def test_research_only_is_said_on_every_output(ridge: PackagedModel) -> None:
    told = risk_without_level(ridge, [CHILD])
    plain = json.loads(json.dumps(told.to_dict(), allow_nan=False))
    assert "research only" in repr(told)
    assert plain["research_only"].startswith("Research only.")
    assert plain["children"][0]["risks"][1]["risk"] == told.risk[0, 1]


def test_an_answer_says_that_the_trough_was_forecast_and_what_was_not_recorded(
    ridge: PackagedModel,
) -> None:
    without = {name: value for name, value in CHILD.items() if name != "weight_kg"}
    records = [CHILD, {**without, "landmark_day": 91}, {**CHILD, TROUGH: 3.0}]
    first, second, third = ridge.predict(records, days_since_first_infusion=[365]).warnings
    told = "Infliximab trough at week 14: not measured, so that it was forecast"
    assert told in first
    assert f"{told}; as of all training children, without Weight; of day 98 and not 91" in second
    assert not [remark for remark in third if "forecast" in remark]


def test_a_child_with_a_trough_is_sent_to_the_model_itself(ridge: PackagedModel) -> None:
    below = {**CHILD, "trough_week14_below_loq": True, "trough_week14_loq_ug_ml": 1.0}
    with pytest.raises(RecordFaults, match=r"was measured") as refused:
        risk_without_level(ridge, [CHILD, {**CHILD, TROUGH: 3.0}, below])
    assert [fault.row for fault in refused.value.faults] == [2, 3]


def test_a_model_that_did_not_learn_with_a_forecast_is_refused(
    cohort: Cohort, at_risk: AtRisk
) -> None:
    with pytest.raises(DesignError, match="week14-forecast"):
        risk_without_level(packaged_without_judgement("null", cohort, at_risk), [CHILD])


def test_a_folder_keeps_the_forecast(ridge: PackagedModel, tmp_path: Path) -> None:
    again = PackagedModel.load(ridge.save(tmp_path / "model"))
    assert again.encoding.forecast == ridge.encoding.forecast
    found, expected = risk_without_level(again, [CHILD]), risk_without_level(ridge, [CHILD])
    np.testing.assert_array_equal(found.highest, expected.highest)


def test_a_changed_regimen_has_no_way_in(ridge: PackagedModel) -> None:
    with pytest.raises(RecordFaults, match="planned_dose_mg_kg in row 1: not a column"):
        risk_without_level(ridge, [{**CHILD, "planned_dose_mg_kg": 10.0}])
