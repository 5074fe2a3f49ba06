"""What a packaged model says about itself, to TOML and back."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest
import tomli_w

from lorpredict import PackagedModel
from lorpredict.packaged import ModelFacts, Recalibration
from lorpredict.synthetic import CAUTION


@pytest.fixture
def facts(packaged: dict[str, PackagedModel]) -> ModelFacts:
    return packaged["ridge"].facts


def through_toml(facts: ModelFacts) -> ModelFacts:
    return ModelFacts.from_dict(tomllib.loads(tomli_w.dumps(facts.to_dict())))


ADJUSTED = [
    None,
    Recalibration("baseline", "ours", "c0ffee", 200, 51, synthetic=False),
    Recalibration("slope", "ours", "c0ffee", 200, 51, True, slope=0.915, fingerprint="f1d0"),
]


def all_of(*adjusted: Recalibration | None) -> tuple[Recalibration, ...]:
    return tuple(each for each in adjusted if each is not None)


@pytest.mark.parametrize("adjusted", ADJUSTED, ids=["as trained", "level", "level and spread"])
def test_facts_are_the_same_after_toml(facts: ModelFacts, adjusted: Recalibration | None) -> None:
    known = replace(facts, recalibrations=all_of(adjusted))
    assert through_toml(known) == known


def test_every_recalibration_is_kept_in_its_order(facts: ModelFacts) -> None:
    known = through_toml(replace(facts, recalibrations=all_of(*reversed(ADJUSTED))))
    assert [each.method for each in known.recalibrations] == ["slope", "baseline"]
    assert known.recalibration == ADJUSTED[1]


def test_folder_of_before_recalibration_is_still_read(facts: ModelFacts) -> None:
    content = facts.to_dict()
    assert "recalibrations" not in content
    assert ModelFacts.from_dict(content).recalibration is None


def test_rules_of_the_gate_are_kept_and_an_old_folder_has_none(facts: ModelFacts) -> None:
    assert [rule.letter for rule in through_toml(facts).rules] == list("cdefg")
    without = replace(facts, rules=())
    assert "rules" not in without.to_dict()
    assert through_toml(without).rules == ()


def test_growth_tables_are_kept_and_an_old_folder_names_none(facts: ModelFacts) -> None:
    without = replace(facts, training=replace(facts.training, growth_references=()))
    assert "growth_references" not in without.to_dict()["training"]
    assert through_toml(without) == without
    training = replace(facts.training, growth_references=("WHO 2007", "ours 2020"))
    known = through_toml(replace(facts, training=training))
    assert known.training.growth_references == ("WHO 2007", "ours 2020")


def test_every_cohort_that_taught_or_adjusted_the_model_is_known(facts: ModelFacts) -> None:
    second = Recalibration("slope", "theirs", "f00d", 200, 51, synthetic=False, slope=0.9)
    known = replace(facts, recalibrations=all_of(ADJUSTED[1], second))
    assert known.cohorts_seen == {facts.training.sha256, "c0ffee", "f00d"}


@pytest.mark.parametrize(
    ("trained", "adjusted", "cautions"),
    [
        (True, ADJUSTED[0], (CAUTION,)),
        (True, ADJUSTED[1], (CAUTION,)),
        (False, ADJUSTED[1], ()),
        (False, ADJUSTED[2], ("recalibrated on a synthetic cohort: demonstration only",)),
        (True, ADJUSTED[2],
         (CAUTION, "recalibrated on a synthetic cohort: demonstration only")),
    ],
)  # fmt: skip
def test_every_answer_says_which_cohort_was_synthetic(
    facts: ModelFacts, trained: bool, adjusted: Recalibration | None, cautions: tuple[str, ...]
) -> None:
    training = replace(facts.training, synthetic=trained)
    known = replace(facts, training=training, recalibrations=all_of(adjusted))
    assert known.cautions == cautions


def test_later_recalibration_on_observed_children_does_not_hide_a_synthetic_one(
    facts: ModelFacts,
) -> None:
    training = replace(facts.training, synthetic=False)
    twice = all_of(ADJUSTED[2], ADJUSTED[1])
    known = replace(facts, training=training, recalibrations=twice)
    assert known.cautions == ("recalibrated on a synthetic cohort: demonstration only",)


def test_horizons_of_an_answer_cannot_be_changed_for_the_next(
    packaged: dict[str, PackagedModel],
) -> None:
    model = packaged["ridge"]
    days = model.predict([{"albumin_g_l": 35.0}]).days_since_first_infusion

    with pytest.raises(ValueError, match="read-only"):
        days[0] = 1.0
    assert days.tolist() == [day + 98 for day in model.facts.horizons]
