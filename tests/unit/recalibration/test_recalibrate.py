"""A model of Beijing brought to the level of elsewhere: what changes, stays and is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lorpredict import Cohort, PackagedModel, families, read_cohort
from lorpredict.errors import DesignError, TooLittleData
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.explanation import ExactExplainer
from lorpredict.packaged import fingerprint
from lorpredict.packaged._cohort import at_risk_for, features_of
from lorpredict.recalibration import FewEventsWarning, Method, recalibrate
from lorpredict.survival import Floats
from lorpredict.validation import validate
from tests.elsewhere import cohort_elsewhere, table_elsewhere

every_family = pytest.mark.parametrize("name", families())
pytestmark = pytest.mark.filterwarnings(
    "ignore::lorpredict.recalibration.FewEventsWarning"  # every cohort here is small
)


@pytest.fixture(scope="module")
def elsewhere() -> Cohort:
    return cohort_elsewhere(200, sites=0)


@pytest.fixture(scope="module")
def ridge(packaged: dict[str, PackagedModel]) -> PackagedModel:
    return packaged["ridge"]


def observed_over_expected(model: PackagedModel, cohort: Cohort) -> Floats:
    at_risk = at_risk_for(model, cohort)
    horizons = np.array(model.facts.horizons)
    survival = model.curves.survival(features_of(model, at_risk), horizons)
    expected: Floats = (1 - survival).mean(axis=0)
    return observed_risk(at_risk.y, horizons) / expected


# ---- level and spread -------------------------------------------------------------------------


@every_family
def test_level_of_every_family_comes_out_right_on_the_children_it_was_brought_to(
    name: str, packaged: dict[str, PackagedModel], elsewhere: Cohort
) -> None:
    before = observed_over_expected(packaged[name], elsewhere)
    after = observed_over_expected(recalibrate(packaged[name], elsewhere), elsewhere)
    assert (before > 1.4).all()  # the hazard was doubled
    # Breslow matches events, not the risk at a day: hence a quarter.
    assert after == pytest.approx([1, 1], abs=0.25)


@pytest.mark.parametrize("name", ["forest", "extra", "aft", "null"])
def test_level_of_forests_log_times_and_kaplan_meier_is_exact(
    name: str, packaged: dict[str, PackagedModel], elsewhere: Cohort
) -> None:
    after = observed_over_expected(recalibrate(packaged[name], elsewhere), elsewhere)
    assert after == pytest.approx([1, 1], abs=1e-9)


@pytest.mark.parametrize("name", ["ridge", "published", "boosting", "extra"])
def test_slope_at_the_last_horizon_comes_out_as_one(
    name: str, packaged: dict[str, PackagedModel], elsewhere: Cohort
) -> None:
    model = recalibrate(packaged[name], elsewhere, method="slope")
    found = validate(model, elsewhere, resamples=1).measures.set_index("measure").estimate
    assert found["calibration_slope_day_730"] == pytest.approx(1, abs=1e-5)
    assert found["observed_expected_day_730"] == pytest.approx(1, abs=0.05)


def test_baseline_leaves_the_ranking_and_the_spread_alone(
    ridge: PackagedModel, elsewhere: Cohort
) -> None:
    features = features_of(ridge, at_risk_for(ridge, elsewhere))
    old, new = (model.curves for model in (ridge, recalibrate(ridge, elsewhere)))
    np.testing.assert_array_equal(old.log_hazard(features), new.log_hazard(features))  # type: ignore[attr-defined]


def test_breslows_baseline_expects_as_many_events_as_there_were(
    ridge: PackagedModel, elsewhere: Cohort
) -> None:
    # Breslow: the sum of the children's cumulative hazards is the number of events. The baseline is
    # kept on a monthly grid, and what was expected between two months is interpolated.
    found = validate(recalibrate(ridge, elsewhere), elsewhere, resamples=1).measures
    large = found.set_index("measure").estimate["calibration_in_the_large"]
    assert large == pytest.approx(0, abs=0.05)


# ---- explanations -----------------------------------------------------------------------------


@every_family
@pytest.mark.parametrize("method", ["baseline", "slope"])
def test_contributions_still_add_up_to_the_new_prediction(
    name: str, method: Method, packaged: dict[str, PackagedModel], elsewhere: Cohort
) -> None:
    model = recalibrated(packaged[name], elsewhere, method)
    features = features_of(model, at_risk_for(model, elsewhere))[:20]
    days = np.array(model.facts.horizons)
    exact = ExactExplainer(model.curves, days)(features)
    np.testing.assert_allclose(
        exact.base_values + exact.values.sum(axis=1), exact.predicted, atol=1e-9
    )
    if exact.scale == "risk":
        risk = 1 - model.curves.survival(features, days)
        np.testing.assert_allclose(exact.predicted, risk, atol=1e-9)


@pytest.mark.parametrize("name", ["ridge", "boosting"])
def test_contributions_are_multiplied_by_the_slope(
    name: str, packaged: dict[str, PackagedModel], elsewhere: Cohort
) -> None:
    old, new = packaged[name], recalibrate(packaged[name], elsewhere, method="slope")
    assert new.facts.recalibration is not None
    records = elsewhere.table.head(5)
    expected = new.facts.recalibration.slope * old.explain(records).values  # type: ignore[operator]
    np.testing.assert_allclose(new.explain(records).values, expected, atol=1e-12)


def recalibrated(model: PackagedModel, cohort: Cohort, method: Method) -> PackagedModel:
    """By the method asked, or the level alone where there is no slope; which is tested below."""
    try:
        return recalibrate(model, cohort, method=method)
    except TooLittleData:
        return recalibrate(model, cohort)


# ---- the new model ----------------------------------------------------------------------------


@every_family
def test_new_folder_is_whole_and_the_old_one_untouched(
    name: str, packaged: dict[str, PackagedModel], elsewhere: Cohort, tmp_path: Path
) -> None:
    old = packaged[name].save(tmp_path / "old")
    before = {path.name: path.read_bytes() for path in old.iterdir()}
    model = recalibrate(PackagedModel.load(old), elsewhere, fingerprint=fingerprint(old))
    new = PackagedModel.load(model.save(tmp_path / "new"))  # answers its own reference records
    assert {path.name: path.read_bytes() for path in old.iterdir()} == before
    assert new.facts == model.facts
    assert new.facts.recalibration is not None
    assert new.facts.recalibration.fingerprint == fingerprint(old)
    assert sum(path.stat().st_size for path in (tmp_path / "new").iterdir()) < 5e6


def test_facts_say_by_which_children_and_how(ridge: PackagedModel, elsewhere: Cohort) -> None:
    facts = recalibrate(ridge, elsewhere, method="slope").facts
    adjusted = facts.recalibration
    assert adjusted is not None
    assert (adjusted.method, adjusted.cohort, adjusted.children, adjusted.events) == (
        "slope", "elsewhere", 200, 51,
    )  # fmt: skip
    assert adjusted.sha256 == elsewhere.sha256
    assert adjusted.slope == pytest.approx(0.915, abs=1e-3)
    assert facts.training == ridge.facts.training
    assert facts.metrics == ridge.facts.metrics
    assert recalibrate(ridge, elsewhere).facts.recalibration.slope is None  # type: ignore[union-attr]


def test_course_becomes_that_of_the_children_and_nothing_unseen_is_told_of_them(
    ridge: PackagedModel, elsewhere: Cohort
) -> None:
    before, after = ridge.facts.course, recalibrate(ridge, elsewhere).facts.course
    assert before is not None
    assert after is not None
    assert len(before.quartiles) == 2
    assert (after.cohort, after.points[0].at_risk, after.quartiles) == ("elsewhere", 200, ())


def test_follow_up_becomes_that_of_the_children_where_it_is_shorter(
    ridge: PackagedModel, elsewhere: Cohort
) -> None:
    facts = recalibrate(ridge, elsewhere).facts
    grid = facts.design.time_grid(2000)
    last = np.sort(at_risk_for(ridge, elsewhere).y["duration"])[-5]
    assert facts.follow_up_days_since_landmark == grid[grid <= last][-1] < last
    early = replace(ridge, facts=replace(ridge.facts, follow_up_days_since_landmark=700.0))
    assert recalibrate(early, elsewhere).facts.follow_up_days_since_landmark == 700


@pytest.mark.parametrize(
    ("trained", "met", "stage", "cautions"),
    [
        (True, True, "demo", 2),
        (True, False, "demo", 1),
        (False, True, "demo", 1),
        (False, False, "exploratory", 0),
    ],
)
def test_stage_is_demo_if_either_cohort_is_synthetic(
    ridge: PackagedModel, elsewhere: Cohort, trained: bool, met: bool, stage: str, cautions: int
) -> None:
    training = replace(ridge.facts.training, synthetic=trained)
    known = replace(ridge.facts, training=training, stage="demo" if trained else "candidate")
    cohort = replace(elsewhere, table=elsewhere.table.assign(synthetic=met))
    facts = recalibrate(replace(ridge, facts=known), cohort).facts
    assert facts.stage == stage
    assert len(facts.cautions) == cautions
    assert any("not validated since on others" in reason for reason in facts.reasons)


def test_recalibrating_twice_tells_of_both(ridge: PackagedModel, elsewhere: Cohort) -> None:
    real = replace(ridge.facts.training, synthetic=False)
    known = replace(ridge, facts=replace(ridge.facts, training=real))
    once = recalibrate(known, elsewhere, method="slope")
    other = cohort_elsewhere(150, seed=9, sites=0)
    ours = replace(other, table=other.table.assign(synthetic=False))
    twice = recalibrate(once, ours, fingerprint="of the first")
    assert twice.facts.recalibrations[:-1] == once.facts.recalibrations
    assert twice.facts.cautions == ("recalibrated on a synthetic cohort: demonstration only",)
    assert twice.facts.cohorts_seen == {real.sha256, elsewhere.sha256, ours.sha256}
    assert twice.facts.recalibration is not None
    assert twice.facts.recalibration.children == 150
    assert twice.facts.recalibration.fingerprint == "of the first"
    assert any("200 children of 'elsewhere'" in reason for reason in twice.facts.reasons)


def test_level_that_is_still_off_is_told(
    packaged: dict[str, PackagedModel], elsewhere: Cohort
) -> None:
    # The published spread is far too wide here, so Breslow's baseline cannot bring the level right.
    reasons = recalibrate(packaged["published"], elsewhere).facts.reasons
    assert re.search(r"still 1\.17 by day 267, 1\.20 by day 632", " ".join(reasons))


def test_second_time_on_the_same_cohort_is_told(ridge: PackagedModel, elsewhere: Cohort) -> None:
    reasons = recalibrate(recalibrate(ridge, elsewhere), elsewhere).facts.reasons
    assert "recalibrated again on the very cohort it had been recalibrated on before" in reasons


def test_learning_cohort_itself_is_told(ridge: PackagedModel, cohort: Cohort) -> None:
    reasons = recalibrate(ridge, cohort).facts.reasons
    assert any("on the very cohort it learnt from" in reason for reason in reasons)


# ---- what is refused --------------------------------------------------------------------------


def with_events(events: int) -> Cohort:
    """A hundred children of whom so many lost response."""
    table = table_elsewhere(100, sites=0)
    lost = table.index[table["outcome"] == "secondary_lor"]
    table.loc[lost[events:], "outcome"] = "administrative_end"
    return read_cohort(table, name="few")


def test_nine_events_are_too_few(ridge: PackagedModel) -> None:
    with pytest.raises(TooLittleData, match=r"^9 of the 100 .*expected at least 10 events"):
        recalibrate(ridge, with_events(9))


def test_events_after_the_last_horizon_within_follow_up_do_not_count(
    ridge: PackagedModel, elsewhere: Cohort
) -> None:
    early = replace(ridge, facts=replace(ridge.facts, follow_up_days_since_landmark=300.0))
    y = at_risk_for(ridge, elsewhere).y
    by_first = int((y["event"] & (y["duration"] <= 267)).sum())
    assert by_first < int((y["event"] & (y["duration"] <= 632)).sum())
    adjusted = recalibrate(early, elsewhere).facts.recalibration
    assert adjusted is not None
    assert adjusted.events == by_first
    table = table_elsewhere(200, sites=0)
    lost = table.index[(table["outcome"] == "secondary_lor") & (table["follow_up_days"] <= 365)]
    table.loc[lost[9:], "follow_up_days"] += 300
    with pytest.raises(TooLittleData, match=r"^9 of the 200 .* by day 267 since the landmark"):
        recalibrate(early, read_cohort(table))


@pytest.mark.filterwarnings("default::lorpredict.recalibration.FewEventsWarning")
def test_ten_events_are_told_to_be_few(ridge: PackagedModel) -> None:
    with pytest.warns(FewEventsWarning, match="10 events to recalibrate by; below 100"):
        model = recalibrate(ridge, with_events(10))
    assert any(reason.startswith("10 events to recalibrate by") for reason in model.facts.reasons)


def test_model_that_ranks_the_wrong_way_round_has_no_slope_to_be_brought_to(
    ridge: PackagedModel, elsewhere: Cohort
) -> None:
    curves = replace(ridge.curves, coefficients=-ridge.curves.coefficients)  # type: ignore[attr-defined, type-var]
    with pytest.raises(TooLittleData, match=r"slope is -0\.\d\d; expected above 0"):
        recalibrate(replace(ridge, curves=curves), elsewhere, method="slope")


def test_kaplan_meier_has_no_slope(packaged: dict[str, PackagedModel], elsewhere: Cohort) -> None:
    with pytest.raises(TooLittleData, match=r'same predicted risk.*Use method="baseline"'):
        recalibrate(packaged["null"], elsewhere, method="slope")


def test_forest_that_cannot_be_bent_far_enough_says_how_far(
    packaged: dict[str, PackagedModel], elsewhere: Cohort
) -> None:
    with pytest.raises(TooLittleData, match=r"slope to 1\.\d+ at the lowest .* expected to reach"):
        recalibrate(packaged["forest"], elsewhere, method="slope")


def test_misspelt_method_is_refused(ridge: PackagedModel, elsewhere: Cohort) -> None:
    told = "no method 'baselin' of recalibration; there are baseline, slope. Did you mean baseline?"
    with pytest.raises(DesignError, match=re.escape(told)):
        recalibrate(ridge, elsewhere, method="baselin")  # type: ignore[arg-type]


def test_lacking_predictors_are_refused_by_name(ridge: PackagedModel) -> None:
    cohort = read_cohort(table_elsewhere(60).drop(columns=["perianal", "albumin_g_l"]))
    with pytest.raises(DesignError, match=r"needs: perianal; albumin_g_l \(a column"):
        recalibrate(ridge, cohort)


def test_follow_up_before_the_first_horizon_is_refused(ridge: PackagedModel) -> None:
    table = table_elsewhere(100, sites=0)
    late = table["follow_up_days"] > 300
    table["outcome"] = table["outcome"].mask(late, "administrative_end")
    short = read_cohort(table.assign(follow_up_days=table["follow_up_days"].clip(upper=300)))
    with pytest.raises(TooLittleData, match=r"ends on day .* the first horizon is day 267"):
        recalibrate(ridge, short)


@pytest.fixture(autouse=True)
def _models_stay_as_they_are(packaged: dict[str, PackagedModel]) -> Iterator[None]:
    before = {name: model.facts for name, model in packaged.items()}
    yield
    assert {name: model.facts for name, model in packaged.items()} == before
