"""A model of Beijing on children of elsewhere: who is judged, by what, and what is said of it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lorpredict import Cohort, ModelDesign, PackagedModel, read_cohort
from lorpredict.errors import DesignError, TooLittleData
from lorpredict.evaluation import Predicted, measures
from lorpredict.packaged import Recalibration
from lorpredict.packaged._cohort import at_risk_for, features_of
from lorpredict.synthetic import CAUTION, RECONSTRUCTED_COHORT
from lorpredict.validation import Validation, validate
from tests.elsewhere import cohort_elsewhere, table_elsewhere

RESAMPLES = 20


@pytest.fixture(scope="module")
def ridge(packaged: dict[str, PackagedModel]) -> PackagedModel:
    return packaged["ridge"]


@pytest.fixture(scope="module")
def elsewhere() -> Cohort:
    return cohort_elsewhere(200, sites=3)


@pytest.fixture(scope="module")
def validation(ridge: PackagedModel, elsewhere: Cohort) -> Validation:
    return validate(ridge, elsewhere, resamples=RESAMPLES)


def changed(cohort: Cohort, **columns: object) -> Cohort:
    return replace(cohort, table=cohort.table.assign(**columns))  # type: ignore[arg-type]


def judged(model: PackagedModel, cohort: Cohort) -> Validation:
    return validate(model, cohort, resamples=2)


# ---- what is told -----------------------------------------------------------------------------


def test_children_are_told_the_risk_that_the_service_would_tell_them(
    ridge: PackagedModel, elsewhere: Cohort, validation: Validation
) -> None:
    records = elsewhere.table.drop(columns=["outcome", "follow_up_days"])
    answered = ridge.predict(records)
    np.testing.assert_allclose(validation.everyone.at_horizons, answered.risk, atol=1e-12)


def test_every_registered_measure_is_told_with_its_interval(validation: Validation) -> None:
    everyone = validation.everyone
    predicted = Predicted(everyone.risk, everyone.days, everyone.horizons, everyone.y, everyone.y)
    told = validation.measures.set_index("measure")
    for measure in measures():
        for name, value in measure.named_values(predicted, everyone.horizon_names).items():
            assert told.estimate[name] == pytest.approx(value, nan_ok=True)
            assert told.low[name] <= told.high[name]


def test_metrics_name_the_ends_of_the_interval(validation: Validation) -> None:
    found = validation.metrics()
    assert found["uno_c_low"] < found["uno_c"] < found["uno_c_high"]
    assert (found["children"], found["events"]) == (200, 51)
    assert all(np.isfinite(value) for value in found.values())


def test_doubled_hazard_is_seen_as_more_events_than_expected(validation: Validation) -> None:
    found = validation.metrics()
    assert found["observed_expected_day_365_low"] > 1
    assert found["calibration_in_the_large_low"] > 0


def test_same_seed_gives_the_same_intervals_whoever_computes_them(
    ridge: PackagedModel, elsewhere: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lorpredict.validation._judged.CHILDREN_WORTH_A_PROCESS", 0)
    small = changed(elsewhere, site=pd.NA)
    one, two = (validate(ridge, small, resamples=4, seed=3, workers=n) for n in (1, 2))
    pd.testing.assert_frame_equal(one.measures, two.measures)


def test_progress_is_told_group_by_group(ridge: PackagedModel, elsewhere: Cohort) -> None:
    seen: list[tuple[int, int]] = []
    validate(ridge, elsewhere, resamples=2, progress=lambda *done: seen.append(done))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_no_table_has_a_row_of_a_single_child(validation: Validation, elsewhere: Cohort) -> None:
    told = "\n".join(table.to_csv() for table in validation.tables().values())
    assert "ELSEWHERE-" not in told + "\n".join(validation.lines())
    assert max(len(table) for table in validation.tables().values()) < len(elsewhere)


# ---- apparent or external ---------------------------------------------------------------------


def test_other_children_make_an_external_validation(validation: Validation) -> None:
    assert validation.kind == "external"
    assert (
        repr(validation)
        == "Validation(external on 'elsewhere', 200 children, 51 events by day 730)"
    )


def test_very_cohort_that_the_model_learnt_from_is_told_loudly(
    ridge: PackagedModel, cohort: Cohort
) -> None:
    found = judged(ridge, cohort)
    assert found.kind == "apparent"
    assert found.notes[0].startswith(
        "APPARENT, NOT EXTERNAL: the model learnt from this very cohort."
    )


def test_cohort_that_the_model_was_recalibrated_on_is_apparent_too(
    ridge: PackagedModel, elsewhere: Cohort
) -> None:
    adjusted = Recalibration("baseline", "elsewhere", elsewhere.sha256, 200, 51, synthetic=True)
    found = judged(
        replace(ridge, facts=replace(ridge.facts, recalibrations=(adjusted,))), elsewhere
    )
    assert found.kind == "apparent"
    assert "was recalibrated on this very cohort" in found.notes[0]


def test_synthetic_children_are_told_of_on_either_side(
    ridge: PackagedModel, elsewhere: Cohort, validation: Validation
) -> None:
    assert f"the model was {CAUTION}" in validation.notes
    assert "the cohort is synthetic: demonstration only" in validation.notes
    real = judged(ridge, changed(elsewhere, synthetic=False))
    assert "the cohort is synthetic: demonstration only" not in real.notes
    assert real.synthetic  # the model is


# ---- what is refused, what is a note ----------------------------------------------------------


def test_every_lacking_predictor_is_named_with_the_nearest_column(ridge: PackagedModel) -> None:
    table = table_elsewhere(60).rename(columns={"remission_week14": "remision_week14"})
    with pytest.warns(UserWarning, match="left out: remision_week14"):
        cohort = read_cohort(table.drop(columns=["albumin_g_l", "perianal"]), name="ours")
    with pytest.raises(DesignError) as refused:
        judged(ridge, cohort)
    assert str(refused.value) == (
        "the cohort 'ours' lacks columns that the design 'week14' needs: perianal; albumin_g_l; "
        "remission_week14 Did you mean remision_week14? "
        "(a column may be empty, where nothing was measured)"
    )


def test_model_of_four_predictors_asks_for_these_alone(packaged: dict[str, PackagedModel]) -> None:
    published = packaged["published"]
    table = table_elsewhere(100).drop(columns=["albumin_g_l", "perianal", "trough_week14_ug_ml"])
    found = judged(published, read_cohort(table))
    assert list(found.case_mix["predictor"]) == list(published.encoding.predictors)


def test_predictor_that_is_there_and_empty_is_a_note(
    ridge: PackagedModel, elsewhere: Cohort
) -> None:
    table = table_elsewhere(100).assign(trough_week14_ug_ml="")
    found = judged(ridge, read_cohort(table))
    assert "measured in none of these children: Infliximab trough at week 14" in found.notes


def test_cohort_without_an_event_is_refused(ridge: PackagedModel, elsewhere: Cohort) -> None:
    calm = read_cohort(table_elsewhere(60).assign(outcome="administrative_end"), name="calm")
    with pytest.raises(TooLittleData, match="none of the 60 children at risk in 'calm' lost"):
        judged(ridge, calm)


def test_horizon_beyond_the_new_follow_up_is_left_out_with_a_note(ridge: PackagedModel) -> None:
    found = judged(ridge, short(400))
    assert found.everyone.horizons.tolist() == [267]
    assert found.notes[2].startswith(
        "all children: day 632 since the landmark is left out: 0 of these children were still"
    )
    assert "uno_c" in found.metrics()


def test_horizon_beyond_the_follow_up_of_the_model_is_left_out_with_a_note(
    ridge: PackagedModel, elsewhere: Cohort
) -> None:
    facts = replace(ridge.facts, follow_up_days_since_landmark=300.0)
    found = judged(replace(ridge, facts=facts), changed(elsewhere, site=pd.NA))
    assert found.everyone.horizons.tolist() == [267]
    told = "all children: day 632 since the landmark is left out: the model's follow-up ends on"
    assert found.notes[2] == f"{told} day 300"


def test_cohort_that_ends_before_the_first_horizon_is_refused(ridge: PackagedModel) -> None:
    with pytest.raises(TooLittleData, match="0 of 100 children were still at risk; expected at le"):
        judged(ridge, short(300))


def short(last_day: float) -> Cohort:
    """Observation that ends early for everybody."""
    table = table_elsewhere(100, sites=0)
    early = table["follow_up_days"] > last_day
    table["outcome"] = table["outcome"].mask(early, "administrative_end")
    return read_cohort(table.assign(follow_up_days=table["follow_up_days"].clip(upper=last_day)))


# ---- sites ------------------------------------------------------------------------------------


def with_sites(cohort: Cohort, site: pd.Series) -> Cohort:
    return changed(cohort, site=site.astype("string"))


def test_sites_with_ten_events_stand_alone_and_small_ones_are_told(validation: Validation) -> None:
    counts = validation.sites.groupby("site", sort=False)[["children", "events"]].first()
    assert counts.index.tolist() == ["all children", "hospital 1", "hospital 2"]
    assert (counts.events >= 10).all()
    assert (
        "1 of 3 sites saw fewer than 10 events and is too few to be judged even together: "
        "26 children, 7 events by day 730"
    ) in validation.notes


def test_sites_are_told_on_screen_with_their_discrimination_and_level(
    validation: Validation,
) -> None:
    lines, sites = validation.lines(), validation.sites.set_index(["site", "measure"])
    at = lines.index("by site:")
    for site in sites.index.unique("site"):
        start = next(n for n, line in enumerate(lines[at:], at) if line.startswith(f"  {site}"))
        for measure in ("uno_c", "calibration_in_the_large"):
            row = sites.loc[(site, measure)]
            told = f"    {measure}: {row.estimate:.3f} ({row.low:.3f} to {row.high:.3f})"
            assert told in lines[start + 1 : start + 3]


def test_small_sites_are_judged_together_where_they_have_enough_events(
    ridge: PackagedModel, elsewhere: Cohort
) -> None:
    tenths = pd.Series([f"practice {row % 10}" for row in range(200)])
    found = judged(ridge, with_sites(elsewhere, tenths))
    assert list(dict.fromkeys(found.sites["site"])) == ["all children", "other sites"]
    assert any("are judged together as 'other sites': 200 children, 51 events" in note
               for note in found.notes)  # fmt: skip


def test_site_is_judged_as_a_cohort_of_its_own_would_be(
    ridge: PackagedModel, elsewhere: Cohort, validation: Validation
) -> None:
    rows = (elsewhere.table["site"] == "hospital 1").to_numpy()
    alone = replace(elsewhere, table=elsewhere.table[rows].reset_index(drop=True))
    found = validate(ridge, alone, resamples=RESAMPLES)
    of_site = validation.sites[validation.sites["site"] == "hospital 1"]
    pd.testing.assert_frame_equal(
        of_site[list(found.measures)].reset_index(drop=True), found.measures
    )


def test_children_without_a_site_are_counted_among_the_others(
    ridge: PackagedModel, elsewhere: Cohort
) -> None:
    site = elsewhere.table["site"].where(elsewhere.table["site"] != "hospital 3")
    found = judged(ridge, with_sites(elsewhere, site))
    assert any("1 of 3 sites saw fewer than 10" in note for note in found.notes)


@pytest.mark.parametrize("sites", [0, 1])
def test_one_hospital_has_no_sites(ridge: PackagedModel, sites: int) -> None:
    found = judged(ridge, cohort_elsewhere(100, sites=sites))
    assert list(dict.fromkeys(found.sites["site"])) == ["all children"]
    assert "sites" not in found.figures()


# ---- case-mix ---------------------------------------------------------------------------------


def test_values_outside_the_usual_range_of_training_are_counted(
    ridge: PackagedModel, validation: Validation, elsewhere: Cohort
) -> None:
    low, high = ridge.encoding.usual["albumin_g_l"]
    albumin, row = elsewhere.table["albumin_g_l"], validation.case_mix.set_index("predictor")
    assert row["below_usual"]["albumin_g_l"] == np.sum(albumin < low)
    assert row["above_usual"]["albumin_g_l"] == np.sum(albumin > high)
    assert row["measured"]["albumin_g_l"] == albumin.notna().sum()
    assert row["share_true"]["perianal"] == pytest.approx(elsewhere.table["perianal"].mean())
    assert any(
        "one in ten: " in note and re.search(r"Albumin \(14\.\d%\)", note)
        for note in validation.notes
    )


def test_level_that_no_training_child_had_is_told(
    packaged: dict[str, PackagedModel], elsewhere: Cohort
) -> None:
    ridge = packaged["ridge"]
    seen = {**ridge.encoding.seen, "location": ("L1", "L3")}
    found = judged(replace(ridge, encoding=replace(ridge.encoding, seen=seen)), elsewhere)
    count = int((elsewhere.table["location"] == "L2").sum())
    assert any(f"no training child had: L2 ({count})" in note for note in found.notes)


def test_both_cohorts_stand_side_by_side(validation: Validation) -> None:
    table = validation.tables()["cohorts"]
    assert list(table.loc["training"]) == [
        "beijing-reconstructed", 69, 18, "after the landmark", True,
    ]  # fmt: skip
    assert list(table.loc["this cohort"]) == ["elsewhere", 200, 51, "by day 730", True]


def test_model_without_predictors_has_no_case_mix(packaged: dict[str, PackagedModel]) -> None:
    found = judged(packaged["null"], cohort_elsewhere(100))
    assert found.case_mix.empty
    assert "calibration_slope_day_365" not in found.metrics()  # all are told the same
    assert "  calibration_slope_day_365: not defined" in found.lines()


# ---- the children pass the model's design -----------------------------------------------------


def test_landmark_of_the_model_decides_who_is_at_risk(
    ridge: PackagedModel, design: ModelDesign, elsewhere: Cohort
) -> None:
    later = replace(design, landmark_day=110.0)
    model = replace(ridge, facts=replace(ridge.facts, design=later))
    at_risk = at_risk_for(model, elsewhere)
    assert len(at_risk) == (elsewhere.table["follow_up_days"] > 110).sum() < 200
    assert features_of(model, at_risk).shape == (len(at_risk), len(ridge.encoding.features))
    assert at_risk.design is later


def test_shipped_cohort_read_anew_is_known_by_its_hash(ridge: PackagedModel) -> None:
    assert judged(ridge, read_cohort(RECONSTRUCTED_COHORT, name="another name")).kind == "apparent"
