"""What the leakage test of the gate finds, and what it lets pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lorpredict import Cohort, ModelDesign, develop, landmark
from lorpredict.evaluation.leakage import Leakage, leakage_of
from lorpredict.synthetic import simulate_cohort


@pytest.fixture(scope="module")
def simulated() -> Cohort:
    return simulate_cohort(400, rng=np.random.default_rng(2)).cohort


def smuggled(cohort: Cohort, later: str, under: str) -> Cohort:
    """Write a later column under the name of an earlier one."""
    column = cohort.table[later].astype(cohort.table[under].dtype)
    return replace(cohort, table=cohort.table.assign(**{under: column}))


def found(cohort: Cohort, design: ModelDesign) -> Leakage:
    return leakage_of(cohort, landmark(cohort, design))


def test_nothing_is_found_in_an_honest_cohort(
    cohort: Cohort, simulated: Cohort, design: ModelDesign
) -> None:
    for honest in (cohort, simulated):
        assert found(honest, design) == Leakage()


@pytest.mark.parametrize("children", [60, 400])
def test_nothing_is_found_where_every_child_has_a_landmark_of_its_own(
    children: int, design: ModelDesign
) -> None:
    rng = np.random.default_rng(4)
    honest = simulate_cohort(children, rng=rng).cohort
    days = rng.normal(98, 7, children).clip(84, 112).round()
    table = honest.table.assign(landmark_day=pd.array(days, dtype="Float64"))
    several = replace(honest, table=table)
    assert all(
        leakage_of(several, landmark(several, design), seed=seed) == Leakage() for seed in range(5)
    )


@pytest.mark.parametrize(
    "later, under",
    [
        ("infusions", "esr_mm_h"),
        ("ifx_duration_months", "disease_duration_months"),
        ("follow_up_days", "platelets_10e9_l"),
        ("immunomodulator_over_6_months", "immunomodulator_week14"),
    ],
)
def test_a_later_column_under_an_earlier_name_is_found(
    simulated: Cohort, design: ModelDesign, later: str, under: str
) -> None:
    leaking = found(smuggled(simulated, later, under), design)
    assert not leaking.passed
    assert any(told.startswith(f"{under} runs with {later}, known later") for told in leaking.alike)


def test_it_is_found_too_where_only_the_follow_up_gives_it_away(
    simulated: Cohort, design: ModelDesign
) -> None:
    cohort = smuggled(simulated, "infusions", "esr_mm_h")
    without = replace(cohort, table=cohort.table.drop(columns=["infusions", "ifx_duration_months"]))
    [told] = found(without, design).alike
    assert told.startswith("esr_mm_h runs with follow_up_days")


def test_the_outcome_under_another_name_is_found(simulated: Cohort, design: ModelDesign) -> None:
    lost = (simulated.table["outcome"] == "secondary_lor").astype("boolean")
    cohort = replace(simulated, table=simulated.table.assign(perianal=lost))
    assert any("perianal runs with outcome" in told for told in found(cohort, design).alike)


def test_a_column_that_tells_of_the_outcome_loosely_passes(
    simulated: Cohort, design: ModelDesign
) -> None:
    """What the numbers cannot tell from a good predictor, when its own column is absent."""
    cohort = smuggled(simulated, "immunomodulator_over_6_months", "perianal")
    without = replace(cohort, table=cohort.table.drop(columns="immunomodulator_over_6_months"))
    assert found(without, design).passed


def test_a_leaking_cohort_gives_no_candidate_and_no_promotion(
    simulated: Cohort, design: ModelDesign
) -> None:
    cohort = smuggled(simulated, "ifx_duration_months", "disease_duration_months")
    made = develop(cohort, design, family_names=["boosting"], plan="quick")
    [rule] = [each for each in made.verdicts.rules["boosting"] if each.letter == "g"]
    assert not rule.holds
    assert made.verdicts.champion == "ridge"
    assert str(rule) in made.packaged("ridge").facts.reasons
