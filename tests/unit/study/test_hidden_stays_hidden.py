"""What an attacker would compute from the tables of real children: nothing of a few of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from lorpredict import read_cohort
from lorpredict.study import PublishedAnalysis, published_analysis
from tests.unit.study.test_published_analysis import table

SMALLEST = 5
GAPS = {
    "remission_week14": 0.04, "pcdai_week14": 0.04, "growth_delay": 0.1, "bmi_z": 0.04,
    "immunomodulator_over_6_months": 0.1, "immunomodulator_week14": 0.04, "crp_mg_l": 0.1,
}  # fmt: skip


def analysed(changed: pd.DataFrame) -> PublishedAnalysis:
    return published_analysis(read_cohort(changed.assign(synthetic=False), name="ours"))


def with_gaps(children: int, seed: int) -> pd.DataFrame:
    """Leave values out at random, and intensify some children after a low trough."""
    changed, rng = table(children, seed=seed), np.random.default_rng(seed)
    for key, share in GAPS.items():
        changed.loc[rng.random(children) < share, key] = pd.NA
    changed = changed.drop(columns=["height_cm", "weight_kg"])
    return changed.assign(optimised_after_low_trough=changed["trough_week14_ug_ml"] < 5)


@pytest.fixture(scope="module", params=[69, 120, 150, 220, 221])
def whole(request: pytest.FixtureRequest) -> PublishedAnalysis:
    return analysed(with_gaps(request.param, seed=request.param))


@pytest.fixture(scope="module", params=[69, 89, 140])
def without_gaps(request: pytest.FixtureRequest) -> PublishedAnalysis:
    return analysed(table(request.param, seed=request.param))


def small(one: int, other: int) -> bool:
    return 0 < abs(one - other) < SMALLEST


def losses_of_smaller_group(error: float, events: int) -> int:
    """Solve 1/d + 1/(events - d) = error² for whole d."""
    found = range(1, events // 2 + 1)
    return min(found, key=lambda d: abs(1 / d + 1 / (events - d) - error**2))


def totals(told: PublishedAnalysis) -> Iterator[tuple[int, int]]:
    """All pairs of lost and not lost that are told."""
    yield told.events, told.flow.at_risk - told.events
    for row in told.table_two:
        if row.lost and row.not_lost:
            yield sum(row.lost), sum(row.not_lost)
    model = told.table_three
    if model.children is not None and model.events is not None:
        yield model.events, model.children - model.events
    yield from (each.totals for each in told.codings if each.totals)
    lost_and_not = [each.measured for each in told.trough.groups if each.measured is not None]
    if lost_and_not:
        yield lost_and_not[0], lost_and_not[1]
    if told.optimisation.intensified and told.optimisation.others:
        yield told.optimisation.intensified
        found = zip(told.optimisation.intensified, told.optimisation.others, strict=True)
        lost, kept = (a + b for a, b in found)
        yield lost, kept


# ---- standard errors ----------------------------------------------------------------------------


def test_a_standard_error_would_tell_the_losses_of_a_hidden_group(
    without_gaps: PublishedAnalysis,
) -> None:
    week_14 = without_gaps.codings[1]
    assert week_14.effect is not None
    assert week_14.lost is not None
    derived = losses_of_smaller_group(week_14.effect.error, without_gaps.events)
    assert abs(derived - min(week_14.lost)) <= 1  # to the child, or to one


def test_no_coding_has_a_standard_error_without_its_counts(
    without_gaps: PublishedAnalysis,
) -> None:
    for coding in without_gaps.to_be_told(SMALLEST).codings:
        assert coding.effect is None or coding.lost is not None, coding


def test_over_time_is_not_told_where_it_stands_for_a_hidden_landmark(
    without_gaps: PublishedAnalysis,
) -> None:
    codings = {(c.way, c.adjusted): c for c in without_gaps.to_be_told(SMALLEST).codings}
    for adjusted in (False, True):
        landmark, over_time = (
            codings[way, adjusted] for way in ("landmark at 6 months", "over time")
        )
        assert over_time.effect is None or landmark.totals is not None


def test_a_hidden_row_holds_no_number(whole: PublishedAnalysis) -> None:
    told = whole.to_be_told(SMALLEST).tables()
    found = 0
    for name, made in told.items():
        if "reason" not in made:
            continue
        of_model = ["children", "events"] if name == "table_3" else []
        hidden = made[made["reason"].str.startswith("hidden")].drop(columns=of_model)
        numbers = hidden.select_dtypes("number")
        found += len(hidden)
        assert numbers.isna().all(axis=None), name
    assert found


# ---- differences --------------------------------------------------------------------------------


def test_no_two_totals_differ_by_a_few_children(whole: PublishedAnalysis) -> None:
    for one, other in combinations(totals(whole.to_be_told(SMALLEST)), 2):
        assert not small(one[0], other[0]), (one, other)
        assert not small(one[1], other[1]), (one, other)
        assert not small(sum(one), sum(other)), (one, other)


def test_no_line_of_table_1_differs_from_a_total_by_a_few(whole: PublishedAnalysis) -> None:
    told = whole.to_be_told(SMALLEST)
    known = {sum(each) for each in totals(told)}
    measured = {line.measured for line in told.table_one if line.measured is not None}
    for one, other in combinations(known | measured, 2):
        assert not small(one, other), (one, other)


def test_no_coding_differs_by_a_few_from_the_children_at_risk_at_a_month(
    whole: PublishedAnalysis,
) -> None:
    told = whole.to_be_told(SMALLEST)
    at_risk = [int(many) for many in told.curve.points["at_risk"]]
    for coding in (each for each in told.codings if each.children is not None):
        assert not any(small(coding.children or 0, many) for many in at_risk), coding.way


def test_table_3_is_not_told_beside_a_row_that_has_a_few_children_more() -> None:
    changed = table(220, seed=3)
    lost = changed.index[changed["outcome"] == "secondary_lor"]
    kept = changed.index.difference(lost)
    changed.loc[[*lost[:6], *kept[:8]], "immunomodulator_over_6_months"] = pd.NA
    changed.loc[[*lost[4:8], *kept[6:10]], "growth_delay"] = pd.NA
    told = analysed(changed).to_be_told(SMALLEST)
    drug = next(row for row in told.table_two if row.key == "immunomodulator_over_6_months")
    assert drug.lost is not None
    assert sum(drug.lost) == len(lost) - 6
    assert told.table_three.children is None
    assert {term.effect for term in told.table_three.terms} == {None}


# ---- troughs and Table 1 ------------------------------------------------------------------------


def test_a_few_troughs_above_the_limit_are_hidden_with_their_test() -> None:
    changed = table(220, seed=3)
    measured = changed.index[changed["trough_week14_ug_ml"].notna()]
    below = measured[3:]
    changed["trough_week14_below_loq"] = changed.index.isin(below)
    changed["trough_week14_loq_ug_ml"] = 1.0
    changed.loc[below, "trough_week14_ug_ml"] = pd.NA
    whole = analysed(changed)
    told = whole.to_be_told(SMALLEST).trough
    groups = whole.trough.groups
    assert sum(each.measured or 0 for each in groups) - (whole.trough.below_limit or 0) == 3
    assert min(n or 0 for each in groups for n in (each.measured, each.missing)) >= SMALLEST
    assert (told.t, told.p, told.below_limit) == (None, None, None)


def test_a_mean_that_would_say_of_how_many_it_is_is_hidden() -> None:
    changed = table(120)
    changed.loc[changed.index[:2], "ifx_dose_mg_kg"] = np.nan
    whole = analysed(changed)
    line = next(each for each in whole.table_one if each.key == "ifx_dose_mg_kg")
    told = next(e for e in whole.to_be_told().table_one if e.key == "ifx_dose_mg_kg")
    assert line.missing == 2
    assert (told.values, told.measured) == ((), None)
