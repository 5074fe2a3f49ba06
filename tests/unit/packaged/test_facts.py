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


@pytest.mark.parametrize("adjusted", ADJUSTED, ids=["as trained", "level", "level and spread"])
def test_facts_are_the_same_after_toml(facts: ModelFacts, adjusted: Recalibration | None) -> None:
    known = replace(facts, recalibration=adjusted)
    assert through_toml(known) == known


def test_folder_of_before_recalibration_is_still_read(facts: ModelFacts) -> None:
    content = facts.to_dict()
    assert "recalibration" not in content
    assert ModelFacts.from_dict(content).recalibration is None


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
    assert replace(facts, training=training, recalibration=adjusted).cautions == cautions
