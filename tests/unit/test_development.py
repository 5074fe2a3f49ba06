"""The whole line: which families learn, what is judged, what is shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lorpredict import (
    Cohort,
    Development,
    ModelDesign,
    PackagedModel,
    develop,
    families,
    read_cohort,
)
from lorpredict.errors import (
    BeyondFollowUp,
    DesignError,
    TooLittleData,
    TuningError,
    UnknownFamily,
)
from lorpredict.evaluation import TUNING_MODES, ValidationPlan
from lorpredict.features._pipeline import NeverMeasuredWarning
from lorpredict.report import model_card
from lorpredict.synthetic import RECONSTRUCTED_COHORT


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """The shipped cohort as a site would hand it over."""
    return pd.read_csv(RECONSTRUCTED_COHORT, dtype="string", keep_default_na=False)


def only(design: ModelDesign, *predictors: str) -> ModelDesign:
    return ModelDesign.from_dict(
        design.to_dict() | {"predictors": list(predictors), "missing_indicators": []}
    )


def test_every_family_learns_unless_some_are_named(development: Development) -> None:
    assert set(development.models) == set(families())
    assert development.skipped == {}
    assert set(development.evaluation.risk) == set(families())


def test_kaplan_meier_and_ridge_are_always_among_them(
    raw: pd.DataFrame, design: ModelDesign
) -> None:
    found = develop(read_cohort(raw), design, family_names=["published"], plan="quick")
    assert list(found.models) == ["null", "published", "ridge"]


def test_an_unknown_family_is_refused(raw: pd.DataFrame, design: ModelDesign) -> None:
    with pytest.raises(UnknownFamily, match="no model family 'woods'"):
        develop(read_cohort(raw), design, family_names=["woods"], plan="quick")


def test_a_synthetic_cohort_gives_a_demonstration(development: Development) -> None:
    assert development.verdicts.stage == "demo"
    assert development.verdicts.champion == "ridge"
    assert repr(development).startswith("Development('beijing-reconstructed'; champion: ridge, ")
    assert repr(development).endswith("; stage demo)")


def test_18_events_are_too_few_for_20_parameters(development: Development) -> None:
    reasons = development.verdicts.reasons
    assert "18 events for 20 parameters; expected at least 10 events for each" in reasons


def test_the_same_table_without_the_word_synthetic_is_exploratory(
    raw: pd.DataFrame, design: ModelDesign
) -> None:
    observed = read_cohort(raw.drop(columns="synthetic"))
    found = develop(observed, design, family_names=["null"], plan="quick")
    assert found.verdicts.stage == "exploratory"
    assert found.packaged("ridge").facts.cautions == ()


def test_the_facts_of_a_packaged_model_count_its_cohort(development: Development) -> None:
    facts = development.packaged("forest").facts
    training = facts.training
    assert (training.children, training.events, training.synthetic) == (69, 18, True)
    assert (training.first_year, training.last_year, training.sites) == (2015, 2022, None)
    assert training.sha256 == development.cohort.sha256
    assert facts.follow_up_days_since_landmark == 1332.0625  # the grid's, no child's
    assert facts.metrics == development.evaluation.metrics()["forest"]


def test_a_model_may_be_shipped_under_another_name(development: Development) -> None:
    assert development.packaged("null", name="ours").facts.name == "ours"


def test_a_cohort_without_an_event_teaches_nothing(raw: pd.DataFrame, design: ModelDesign) -> None:
    calm = raw.assign(outcome="administrative_end")
    with pytest.raises(TooLittleData) as refused:
        develop(read_cohort(calm, name="calm"), design, plan="quick")
    assert str(refused.value) == (
        "none of the 69 children at risk in 'calm' lost response after the landmark "
        "(outcome secondary_lor); there is nothing to learn"
    )


def test_events_before_the_landmark_do_not_count(raw: pd.DataFrame, design: ModelDesign) -> None:
    early = raw.assign(
        follow_up_days=raw["follow_up_days"].mask(raw["outcome"] == "secondary_lor", "70")
    )
    with pytest.raises(TooLittleData, match="none of the 51 children at risk"):
        develop(read_cohort(early), design, plan="quick")


def test_a_cohort_without_any_trough_is_learnt_with_a_warning(
    raw: pd.DataFrame, design: ModelDesign
) -> None:
    cohort = read_cohort(raw.assign(trough_week14_ug_ml=""))
    with pytest.warns(NeverMeasuredWarning, match="knows nothing of: trough_week14_ug_ml$"):
        found = develop(cohort, design, family_names=["null"], plan="quick")
    model = found.packaged("ridge")
    low, high = (model.predict([{"sex": "male", "trough_week14_ug_ml": t}]) for t in (0.5, 20.0))
    assert low.risk.tolist() == high.risk.tolist()
    told = "Infliximab trough at week 14: measured in no training child, so it changes nothing"
    assert told in low.warnings[0]


def test_a_cohort_that_lacks_a_column_of_the_design_is_refused(
    raw: pd.DataFrame, design: ModelDesign
) -> None:
    with pytest.raises(
        DesignError, match=r"lacks columns .*'week14' needs: growth_delay \(a column"
    ):
        develop(read_cohort(raw.drop(columns="growth_delay")), design, plan="quick")


def test_a_comparator_whose_predictors_are_lacking_is_skipped_with_its_reason(
    raw: pd.DataFrame, design: ModelDesign
) -> None:
    cohort = read_cohort(raw.drop(columns="growth_delay"))
    found = develop(
        cohort,
        only(design, "sex", "albumin_g_l"),
        family_names=["published"],
        plan="quick",
    )
    assert found.skipped == {
        "published": "the table lacks columns that the model needs: growth_delay"
    }
    assert list(found.models) == list(found.evaluation.risk) == ["null", "ridge"]


def test_the_whole_line_gives_the_same_answers_twice(
    raw: pd.DataFrame, design: ModelDesign
) -> None:
    small = only(design, "albumin_g_l", "remission_week14")
    found = [
        develop(read_cohort(raw), small, family_names=["null"], plan="quick", seed=9)
        for _ in range(2)
    ]
    risks = [each.packaged("ridge").predict([{"albumin_g_l": 30.0}]).risk for each in found]
    np.testing.assert_array_equal(risks[0], risks[1])
    assert found[0].packaged("ridge").facts == found[1].packaged("ridge").facts


def test_a_shipped_model_needs_nothing_of_its_development(
    development: Development, raw: pd.DataFrame
) -> None:
    shipped: PackagedModel = development.packaged("ridge")
    own = {"facts", "encoding", "curves", "uncertainty", "documents"}
    assert vars(shipped).keys() == own


def test_a_horizon_of_twenty_years_is_refused_before_anything_is_learnt(
    cohort: Cohort, design: ModelDesign
) -> None:
    far = replace(design, horizons_days_since_first_infusion=(365.0, 7300.0))
    with pytest.raises(BeyondFollowUp, match=r"horizon 7300 days .*; expected at most 1442"):
        develop(cohort, far)


def test_what_tuning_chose_travels_with_the_model(
    cohort: Cohort, design: ModelDesign, tmp_path: Path
) -> None:
    plan = ValidationPlan(repeats=1, draws=0, tuned="some", trials=2)
    found = develop(cohort, design, family_names=["boosting"], plan=plan, seed=1)
    assert set(found.choices) == {"boosting"}
    choice = found.choices["boosting"]
    assert choice.score <= choice.score_by_default
    settings = found.models["boosting"].settings
    assert {name: settings[name] for name in choice.settings} == choice.settings
    loaded = PackagedModel.load(found.packaged("boosting").save(tmp_path / "model"))
    assert loaded.facts.tuned == choice.settings
    assert f"`max_depth` {settings['max_depth']}" in model_card(loaded)
    assert found.packaged("ridge").facts.tuned == {}


def test_the_plan_that_is_asked_for_says_whether_anything_is_tuned(
    cohort: Cohort, design: ModelDesign
) -> None:
    small = only(design, "sex", "albumin_g_l")
    told = {
        mode: develop(cohort, small, family_names=["null"], plan="quick", tuning=mode)
        .evaluation.plan.lines()[-1]
        .strip()
        for mode in TUNING_MODES
    }
    assert told == {
        "auto": "settings as by default: 18 events, fewer than 100; which settings look best "
        "would be chance",
        "on": "none of the families judged here is tuned: they have no settings for it",
        "off": "settings as by default: tuning is off",
    }


def test_studies_that_cannot_be_kept_are_refused_before_anything_is_learnt(
    cohort: Cohort, design: ModelDesign
) -> None:
    with pytest.raises(
        TuningError, match=r"^no studies are kept in mysql://: expected sqlite:////"
    ):
        develop(cohort, design, plan="quick", studies="mysql://host/db")
