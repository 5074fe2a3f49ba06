"""Whether settings are tuned follows from the events, and the plan says why."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from lorpredict import AtRisk, ModelDesign, families, family, landmark
from lorpredict.errors import DesignError
from lorpredict.evaluation import TuningMode, ValidationPlan, choose_plan
from lorpredict.survival import outcome_array
from lorpredict.synthetic import simulate_cohort


@pytest.fixture(scope="module")
def many(design: ModelDesign) -> AtRisk:
    """500 children, 100 of whom have the event."""
    at_risk = landmark(simulate_cohort(500, rng=np.random.default_rng(3)).cohort, design)
    return with_events(at_risk, 100)


def with_events(at_risk: AtRisk, events: int) -> AtRisk:
    kept = at_risk.y["event"] & (np.cumsum(at_risk.y["event"]) <= events)
    assert kept.sum() == events
    return replace(at_risk, y=outcome_array(kept, at_risk.y["duration"]))


def tuned(plan: ValidationPlan) -> set[str]:
    return {name for name, each in families().items() if plan.tuning_of(each) is not None}


def test_below_a_hundred_events_nothing_is_tuned_and_the_plan_says_why(many: AtRisk) -> None:
    plan = choose_plan(with_events(many, 99))
    assert tuned(plan) == set()
    assert plan.lines()[-1].strip() == (
        "settings as by default: 99 events, fewer than 100; which settings look best would be "
        "chance"
    )
    assert "tuned" not in plan.lines()[0]


def test_from_a_hundred_events_on_what_is_quick_is_tuned(many: AtRisk) -> None:
    plan = choose_plan(many)
    assert tuned(plan) == {"boosting"}
    assert plan.lines()[0].endswith(
        "; settings tuned inside where trials are quick, 20 trials each time"
    )
    assert plan.lines()[-1].strip() == (
        "100 events, 100 or more: settings are tuned for XGBoost Cox; other families would take "
        "long, and are tuned with tuning on"
    )


@pytest.mark.parametrize(
    "events, ending", [(100, "tuned as asked"), (99, "; 99 events are few to tell settings apart")]
)
def test_whoever_asks_has_every_family_tuned(many: AtRisk, events: int, ending: str) -> None:
    plan = choose_plan(with_events(many, events), tuning="on")
    tunable = {name for name, each in families().items() if each.search_space} - {"null", "ridge"}
    asked = {name for name in tuned(plan) if family(name).to_tune()}
    assert asked == tunable
    assert plan.lines()[-1].endswith(ending)


def test_whoever_asks_has_none_tuned(many: AtRisk) -> None:
    plan = choose_plan(many, tuning="off")
    assert tuned(plan) == set()
    assert plan.lines()[-1].strip() == "settings as by default: tuning is off"


def test_a_quick_plan_only_tunes_if_asked(many: AtRisk) -> None:
    assert tuned(choose_plan(many, "quick")) == set()
    assert "a quick plan tunes nothing unasked" in choose_plan(many, "quick").lines()[-1]
    assert tuned(choose_plan(many, "quick", tuning="on"))


def test_without_optuna_nothing_is_tuned_unasked(
    many: AtRisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    plan = choose_plan(many)
    assert tuned(plan) == set()
    assert plan.lines()[-1].endswith(
        "Optuna, which would tune them, is absent: install it with pip install lorpredict[training]"
    )
    plan.prepare_tuning()


@pytest.mark.parametrize("mode", ["yes", "On"])
def test_another_word_is_refused(at_risk: AtRisk, mode: TuningMode) -> None:
    with pytest.raises(DesignError, match=rf"no tuning '{mode}': expected one of auto, on, off"):
        choose_plan(at_risk, tuning=mode)


def test_nothing_is_tuned_where_no_family_can_be(at_risk: AtRisk) -> None:
    plan = choose_plan(at_risk, "quick", tuning="on")
    alone = plan.for_families([family("ridge"), family("null")])
    assert alone.tuned == "none"
    assert alone.reasons[-1].startswith("none of the families judged here is tuned")
    assert "tuned inside" not in alone.lines()[0]
    assert plan.for_families([family("ridge"), family("forest")]) is plan
