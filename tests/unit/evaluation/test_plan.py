"""The plan follows from the children, and says why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lorpredict import AtRisk, ModelDesign, evaluate, family, landmark
from lorpredict.errors import DesignError
from lorpredict.evaluation import ValidationPlan, choose_plan
from lorpredict.evaluation._splits import site_splits, temporal_split
from lorpredict.synthetic import simulate_cohort


def children(n: int, design: ModelDesign, *, sites: int = 1) -> AtRisk:
    simulated = simulate_cohort(n, rng=np.random.default_rng(8), sites=sites)
    return landmark(simulated.cohort, design)


def test_few_children_of_one_hospital_are_not_set_aside(at_risk: AtRisk) -> None:
    plan = choose_plan(at_risk)
    assert (plan.repeats, plan.by_site, plan.by_time) == (20, False, False)
    assert "69 children with 18 events at one hospital" in plan.lines()[1]


def test_a_full_plan_draws_more_often(at_risk: AtRisk) -> None:
    full, usual = choose_plan(at_risk, "full"), choose_plan(at_risk)
    assert (full.resamples, full.resamples_of_trees) == (500, 200)
    assert usual.resamples < full.resamples


@pytest.mark.parametrize("n, sites", [(1000, 1), (300, 3)])
def test_many_children_or_hospitals_are_set_aside(design: ModelDesign, n: int, sites: int) -> None:
    plan = choose_plan(children(n, design, sites=sites))
    assert plan.by_time
    assert plan.by_site is (sites > 1)
    assert "every hospital left out once" in plan.lines()[0] or sites == 1


def test_a_plan_by_an_unknown_name_is_refused(at_risk: AtRisk) -> None:
    with pytest.raises(DesignError, match="no plan 'fulll': expected one of quick, default, full"):
        choose_plan(at_risk, "fulll")  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"repeats": 0}, {"resamples": -1}, {"draws": -5}, {"trials": 0}])
def test_an_impossible_plan_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(DesignError, match="expected at least 1 repeat, 1 trial, and no negative"):
        ValidationPlan(**wrong)  # type: ignore[arg-type]


def test_every_hospital_is_left_out_once(design: ModelDesign) -> None:
    at_risk = children(300, design, sites=3)
    assert at_risk.site is not None
    for split, name in zip(
        site_splits(at_risk, seed=0), ("site-1", "site-2", "site-3"), strict=True
    ):
        assert split.label == name
        assert set(at_risk.site[split.test]) == {name}
        assert name not in set(at_risk.site[split.train])


def test_the_latest_children_are_tested(design: ModelDesign) -> None:
    at_risk = children(300, design)
    assert at_risk.start is not None
    [split] = temporal_split(at_risk, share=0.3, seed=0)
    assert at_risk.start[split.train].max() < at_risk.start[split.test].min()
    assert 85 <= len(split.test) <= 95


def test_where_dates_are_lacking_nobody_is_the_latest(design: ModelDesign) -> None:
    at_risk = children(300, design)
    assert temporal_split(replace(at_risk, start=None), share=0.3, seed=0) == []
    assert at_risk.start is not None
    at_risk.start[4] = np.datetime64("NaT")
    assert temporal_split(at_risk, share=0.3, seed=0) == []


def test_parts_are_told_with_intervals_and_small_ones_by_name(design: ModelDesign) -> None:
    at_risk = children(300, design, sites=3)
    assert at_risk.site is not None
    site = at_risk.site.copy()
    site[np.flatnonzero(~at_risk.y["event"])[:6]] = "site-4"
    plan = ValidationPlan(repeats=1, draws=0, by_site=True, by_time=True)
    found = evaluate(replace(at_risk, site=site), [family("ridge")], plan=plan)
    told = found.parts[found.parts["measure"] == "uno_c"]
    assert set(told["estimator"]) == {"leave one site out", "later children"}
    assert [part for part in told["part"] if part.startswith("site")] == [
        "site-1",
        "site-2",
        "site-3",
    ]
    assert (told["low"] < told["estimate"]).all()
    assert any(note.startswith("site-4: 0 events among 6 children") for note in found.notes)


def test_the_latest_children_are_told_of_without_a_childs_date(design: ModelDesign) -> None:
    [split] = temporal_split(children(300, design), share=0.3, seed=0)
    assert split.label == "the latest 30% of first infusions"
