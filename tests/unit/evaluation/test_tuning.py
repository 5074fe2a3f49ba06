"""Families choose their settings inside the rows that teach, by a score that is proper."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lorpredict import AtRisk, ModelDesign, evaluate, families, family, landmark
from lorpredict.evaluation import TunedModel, Tuning, ValidationPlan, model_for
from lorpredict.evaluation._inner_folds import InnerFolds
from lorpredict.evaluation._splits import bootstrap_splits
from lorpredict.evaluation._studies import FinishedTrials
from lorpredict.evaluation._trials import Choice, best_of
from lorpredict.models import ModelFamily
from lorpredict.models._search_space import Between, SearchSpace
from lorpredict.synthetic import simulate_cohort

SPACE: SearchSpace = {
    "depth": Between(1, 8, whole=True),
    "rate": Between(0.01, 1.0, log=True),
    "law": ("normal", "logistic", None),
}
DEFAULTS = {"depth": 2, "rate": 0.1, "law": None}


def boosting(search_space: SearchSpace, **settings: Any) -> ModelFamily:
    """XGBoost Cox with other defaults and little to search, so that tests are short."""
    known = family("boosting")
    settings = {**known.settings, "n_estimators": 20, **settings}
    return replace(known, settings=settings, search_space=search_space)


def simulated(scenario: str, design: ModelDesign, n: int = 250) -> AtRisk:
    return landmark(
        simulate_cohort(n, scenario, rng=np.random.default_rng(5)).cohort,
        design,
    )


def tuned(chosen: ModelFamily, at_risk: AtRisk, *, seed: int = 0, trials: int = 6) -> Choice:
    model = model_for(chosen, at_risk.design, seed=seed, tuning=Tuning(trials))
    assert isinstance(model, TunedModel)
    return model.fit(at_risk.X, at_risk.y).choice_


def distance(settings: Mapping[str, Any]) -> float:
    """A score whose best settings are known: depth 6, rate 0.3, logistic."""
    law = 0.0 if settings["law"] == "logistic" else 1.0
    return float(abs(settings["depth"] - 6) / 8 + abs(math.log10(settings["rate"] / 0.3)) + law)


def tried(seed: int, trials: int = 30) -> tuple[Choice, list[dict[str, Any]]]:
    seen: list[dict[str, Any]] = []

    def score(settings: Mapping[str, Any]) -> float:
        seen.append(dict(settings))
        return distance(settings)

    known = FinishedTrials()
    return best_of(SPACE, DEFAULTS, score, seed=seed, trials=trials, known=known), seen


# ---- trials -----------------------------------------------------------------------------------


def test_the_defaults_are_tried_first() -> None:
    assert tried(0, trials=1)[1] == [DEFAULTS]


@pytest.mark.parametrize("seed", range(5))
def test_the_choice_is_near_the_best_settings_and_no_worse_than_the_defaults(seed: int) -> None:
    found, _ = tried(seed)
    assert found.score_by_default == distance(DEFAULTS)
    # The defaults are 1.98 from the best; half of all settings are further off than 1.3.
    assert found.score < 0.6
    assert found.settings["law"] == "logistic"


def test_the_defaults_stay_where_nothing_is_better() -> None:
    found = best_of(SPACE, DEFAULTS, lambda _: 1.0, seed=0, trials=5, known=FinishedTrials())
    assert found.settings == DEFAULTS
    assert str(found) == (
        "depth 2, rate 0.1, law None (integrated Brier score 1.0000, by default 1.0000; 5 trials)"
    )


def test_the_defaults_stay_where_no_settings_can_learn() -> None:
    found = best_of(SPACE, DEFAULTS, lambda _: math.inf, seed=0, trials=3, known=FinishedTrials())
    assert found.settings == DEFAULTS
    assert str(found) == (
        "depth 2, rate 0.1, law None, as by default: no settings could learn in every fold"
    )


def test_the_seed_decides_what_is_tried() -> None:
    assert tried(1)[1] == tried(1)[1]
    assert tried(1)[1] != tried(2)[1]


def test_more_trials_begin_with_the_same_ones() -> None:
    assert tried(1, trials=20)[1] == tried(1, trials=30)[1][:20]


def test_settings_are_tried_once_and_stay_within_the_search_space() -> None:
    few = {"law": ("normal", "logistic", None)}
    seen: list[Any] = []

    def score(settings: Mapping[str, Any]) -> float:
        seen.append(settings["law"])
        return float(len(seen))

    best_of(few, {"law": None}, score, seed=0, trials=12, known=FinishedTrials())
    assert sorted(seen, key=str) == [None, "logistic", "normal"]
    for settings in tried(0)[1]:
        assert all(settings[name] in choices for name, choices in SPACE.items())
        assert type(settings["depth"]) is int


# ---- which settings ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("null", set()),
        ("ridge", set()),  # chooses its penalty itself
        ("coxnet", {"l1_ratio"}),
        ("forest", {"min_samples_leaf", "max_features"}),
        ("gradient", set(family("gradient").search_space)),  # max_features None is among its own
        ("aft", set(family("aft").search_space) - {"sigma"}),
    ],
)
def test_what_a_family_chooses_itself_is_left_to_it(name: str, wanted: set[str]) -> None:
    assert set(family(name).to_tune()) == wanted


def test_what_is_asked_for_is_not_tuned(at_risk: AtRisk) -> None:
    few = boosting({"max_depth": (1, 2), "learning_rate": Between(0.01, 0.3, log=True)})
    asked = {"max_depth": 3}
    model = model_for(few, at_risk.design, seed=0, settings=asked, tuning=Tuning(3))
    assert isinstance(model, TunedModel)
    model.fit(at_risk.X, at_risk.y)
    assert set(model.choice_.settings) == {"learning_rate"}
    assert model.settings["max_depth"] == 3


@pytest.mark.parametrize("name", [n for n, f in families().items() if not f.to_tune()])
def test_a_family_with_nothing_to_tune_is_left_alone(name: str, design: ModelDesign) -> None:
    assert not isinstance(model_for(family(name), design, seed=0, tuning=Tuning()), TunedModel)


def test_trials_of_a_forest_grow_fewer_trees_and_the_model_all_of_them(at_risk: AtRisk) -> None:
    few = replace(family("forest"), search_space={"min_samples_leaf": (5, 10)})
    few = replace(few, settings={**few.settings, "n_estimators": 12})
    few = replace(few, settings_of_trials={"n_estimators": 4})
    grown: list[int] = []

    def learn(rows: Any) -> Any:
        grown.append(rows.settings["n_estimators"])
        return family("forest").learn(rows)

    tuned(replace(few, learn=learn), at_risk, trials=2)
    assert set(grown[:-1]) == {4}
    assert grown[-1] == 12


# ---- inside the rows that teach ---------------------------------------------------------------


@pytest.mark.parametrize(
    "scenario, trees",
    [
        pytest.param("published", 100, id="strong effects take many trees to learn"),
        pytest.param("null", 1, id="where there is nothing to find one tree does least harm"),
    ],
)
def test_the_setting_that_matters_is_found(design: ModelDesign, scenario: str, trees: int) -> None:
    for by_default in (1, 100):
        choosing = boosting({"n_estimators": (1, 100)}, n_estimators=by_default, max_depth=3)
        choice = tuned(choosing, simulated(scenario, design))
        assert choice.settings == {"n_estimators": trees}
        assert (choice.score < choice.score_by_default) is (trees != by_default)


def test_a_tuned_model_has_learnt_with_its_choice(at_risk: AtRisk) -> None:
    chosen = boosting({"max_depth": Between(1, 4, whole=True), "reg_lambda": Between(0.1, 30.0)})
    model = model_for(chosen, at_risk.design, seed=4, tuning=Tuning(4))
    assert isinstance(model, TunedModel)
    model.fit(at_risk.X, at_risk.y)
    plain = chosen.build(at_risk.design, seed=4, settings=model.choice_.settings)
    plain.fit(at_risk.X, at_risk.y)
    assert model.settings == plain.settings
    days = at_risk.design.horizons
    np.testing.assert_array_equal(
        model.predict_survival(at_risk.X, days).survival,
        plain.predict_survival(at_risk.X, days).survival,
    )


def test_learning_twice_chooses_twice_the_same(at_risk: AtRisk) -> None:
    chosen = boosting({"max_depth": Between(1, 4, whole=True)}, max_depth=4)
    model = model_for(chosen, at_risk.design, seed=4, tuning=Tuning(4))
    assert isinstance(model, TunedModel)
    once = model.fit(at_risk.X, at_risk.y).choice_
    assert model.fit(at_risk.X, at_risk.y).choice_ == once


def test_all_copies_of_a_child_are_in_one_fold(at_risk: AtRisk) -> None:
    for resample in bootstrap_splits(at_risk, resamples=5, seed=0):
        X, y = at_risk.X.iloc[resample.train], at_risk.y[resample.train]
        inner = InnerFolds.drawn(X, y, at_risk.design, seed=0)
        for teach, test in inner.parts:
            assert not set(resample.train[teach]) & set(resample.train[test])
            assert sorted([*teach, *test]) == list(range(69))


def test_inner_folds_hold_every_child_once_and_events_evenly(at_risk: AtRisk) -> None:
    inner = InnerFolds.drawn(at_risk.X, at_risk.y, at_risk.design, seed=0)
    assert sorted(row for _, test in inner.parts for row in test) == list(range(69))
    events = [int(at_risk.y["event"][test].sum()) for _, test in inner.parts]
    assert sorted(events) == [3, 3, 4, 4, 4]  # of 18
    assert inner.days[-1] == at_risk.design.horizons[-1]


def test_settings_are_judged_within_follow_up(at_risk: AtRisk) -> None:
    short = at_risk.y.copy()
    short["event"] &= short["duration"] <= 300
    short["duration"] = np.minimum(short["duration"], 300)
    inner = InnerFolds.drawn(at_risk.X, short, at_risk.design, seed=0)
    assert 260 < inner.days[-1] <= 300


def test_with_one_event_the_defaults_stay_and_it_is_said_why(at_risk: AtRisk) -> None:
    y = at_risk.y.copy()
    y["event"] &= np.cumsum(y["event"]) <= 1
    choice = tuned(boosting({"max_depth": (1, 2)}), replace(at_risk, y=y))
    assert str(choice).startswith("max_depth 2, as by default: 1 child with the event; at least 2")


def test_settings_that_cannot_learn_are_passed_over(at_risk: AtRisk) -> None:
    """XGBoost AFT refuses a law that it does not know."""
    known = family("aft")
    laws: SearchSpace = {"distribution": ("logistic", "cauchy")}
    few = replace(known, settings={**known.settings, "n_estimators": 5}, search_space=laws)
    choice = tuned(few, at_risk)
    assert choice.settings == {"distribution": "logistic"}
    assert math.isfinite(choice.score)


# ---- everywhere -------------------------------------------------------------------------------


def test_what_is_tuned_is_judged_otherwise_than_the_defaults(at_risk: AtRisk) -> None:
    plan = ValidationPlan(repeats=1, draws=0, trials=3)
    few = [boosting({"learning_rate": Between(0.1, 0.3)}, learning_rate=0.1, n_estimators=5)]
    none, tuned_inside = (
        evaluate(at_risk, few, plan=replace(plan, tuned=each)).risk["boosting"]
        for each in ("none", "all")
    )
    assert not np.array_equal(none, tuned_inside)
