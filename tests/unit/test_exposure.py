"""The risk of a child without a trough: averaged over the forecast, with what it leaves open."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lorpredict import AtRisk, Cohort, ModelDesign, PackagedModel, family, landmark, read_cohort
from lorpredict.design import TROUGH
from lorpredict.errors import DesignError, RecordFaults, UnsupportedModel
from lorpredict.exposure import risk_without_level
from lorpredict.features import TroughForecast, coded_records
from lorpredict.recalibration import recalibrate
from lorpredict.report import model_card
from lorpredict.survival import RiskInterval
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


def log_hazard_spread(ends: RiskInterval) -> Any:
    """Half of an interval on the scale on which it is symmetric, over the 97.5 % quantile."""
    low, high = (np.log(-np.log1p(-each)) for each in (ends.low, ends.high))
    return (high - low)[0] / (2 * 1.96)


def test_a_measurement_takes_away_what_the_levels_leave_open(with_interval: PackagedModel) -> None:
    told = risk_without_level(with_interval, [CHILD])
    assert told.narrowed is not None
    assert told.interval is not None
    names, known = with_interval.encoding.predictors, with_interval.facts.design.catalogue
    coded = coded_records([CHILD], known.columns(names))
    [levels] = forecast_of(with_interval).levels(names, coded)
    asked = [with_interval.predict([{**CHILD, TROUGH: level}]) for level in levels]
    measured = np.mean([log_hazard_spread(each.interval) for each in asked], axis=0)  # type: ignore[arg-type]
    between = np.std([np.log(-np.log1p(-each.risk[0])) for each in asked], axis=0)
    np.testing.assert_allclose(
        told.narrowed[0], 1 - measured / np.hypot(measured, between), rtol=1e-3
    )
    unknown = log_hazard_spread(told.interval)
    np.testing.assert_allclose(unknown, np.hypot(measured, between), rtol=0.05)


def test_where_the_trough_tells_the_model_nothing_measuring_it_narrows_nothing(
    with_interval: PackagedModel,
) -> None:
    curves = with_interval.curves
    place = with_interval.encoding.names.index(TROUGH)
    blind = np.where(np.arange(len(curves.coefficients)) == place, 0.0, curves.coefficients)  # type: ignore[attr-defined]
    model = replace(with_interval, curves=replace(curves, coefficients=blind))  # type: ignore[type-var]
    told = risk_without_level(model, [CHILD])
    np.testing.assert_allclose(told.lowest, told.highest)
    np.testing.assert_allclose(told.narrowed, 0.0, atol=1e-9)  # type: ignore[arg-type]


def test_where_there_is_no_risk_yet_there_is_nothing_to_narrow(
    with_interval: PackagedModel,
) -> None:
    told = risk_without_level(with_interval, [CHILD], days_since_first_infusion=[98, 365])
    first, second = told.to_dict()["children"][0]["risks"]
    assert first["interval_narrowed_by"] is None
    assert 0 < second["interval_narrowed_by"] < 1


def test_an_interval_says_what_was_done_with_a_forecast_trough(
    with_interval: PackagedModel,
) -> None:
    assert "Where a trough was forecast" in with_interval.interval_method
    ends = with_interval.predict([CHILD]).interval
    assert ends is not None
    assert ends.method == with_interval.interval_method


def test_a_table_is_asked_as_records_are(ridge: PackagedModel) -> None:
    records = [CHILD, {**CHILD, "weight_kg": 50.0}]
    table = pd.DataFrame(records)
    found = risk_without_level(ridge, table)
    expected = risk_without_level(ridge, records)
    np.testing.assert_array_equal(found.trough_median, expected.trough_median)
    np.testing.assert_array_equal(found.lowest, expected.lowest)


@pytest.mark.parametrize("name", ["ridge", "forest"])
def test_what_an_unmeasured_predictor_leaves_open_agrees_with_what_is_told_once_it_is_known(
    models: dict[str, PackagedModel], name: str
) -> None:
    child = {key: value for key, value in CHILD.items() if key != "sex"}
    [sex] = [each for each in models[name].unmeasured(child) if each.predictor == "sex"]
    told = models[name].predict([{**child, "sex": each} for each in ("male", "female")]).risk
    np.testing.assert_allclose(sex.lowest, told.min(axis=0))  # type: ignore[arg-type]
    np.testing.assert_allclose(sex.highest, told.max(axis=0))  # type: ignore[arg-type]


def test_a_model_with_a_forecast_is_not_recalibrated(
    ridge: PackagedModel, simulated: Cohort
) -> None:
    with pytest.raises(UnsupportedModel, match="Train it anew on these children instead"):
        recalibrate(ridge, simulated)


def test_the_card_says_how_a_missing_trough_is_forecast(ridge: PackagedModel) -> None:
    card = model_card(ridge)
    assert "The trough is forecast where it was not measured, by Fasanmade 2011, children" in card
    assert "by lot, weighted by how well it agrees with what became of the child" in card


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
