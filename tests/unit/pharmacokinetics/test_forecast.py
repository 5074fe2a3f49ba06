"""Forecasts: by every model, with how children vary, and repeatable."""

from __future__ import annotations

import numpy as np
import pytest

from lorpredict.errors import FaultsFound
from lorpredict.pharmacokinetics import (
    MeasuredLevel,
    concentration,
    estimate,
    forecast,
    population_model,
    population_models,
)
from tests.unit.pharmacokinetics.children import PAEDIATRIC, history


def test_every_model_answers_and_the_spread_between_them_goes_with_it() -> None:
    found = forecast(history(), [98, 120])
    assert list(found) == list(population_models())
    low, high = found.between_models
    assert low[0] == min(each.median[0] for each in found.values())
    assert high[1] == max(each.median[1] for each in found.values())


def test_without_occasions_children_vary_as_drawn_from_the_population() -> None:
    model = population_model(PAEDIATRIC)
    typical = model.kinetics(weight_kg=np.full(200_000, 42.0), albumin_g_l=38.0)
    drawn = model.draw(typical, rng=np.random.default_rng(5))
    levels = concentration(drawn, 98, infusion_days=[0, 14, 42], doses_mg=210.0)
    found = forecast(history(), [98], between_occasions=False, draws=8192)[PAEDIATRIC]
    low, median, high = np.quantile(levels, [0.025, 0.5, 0.975])
    # The ends of the interval have a standard error of about 1 % in 200,000 by chance.
    assert found.median == pytest.approx(median, rel=0.01)
    assert found.low == pytest.approx(low, rel=0.03)
    assert found.high == pytest.approx(high, rel=0.03)


def test_occasions_widen_a_forecast_of_models_that_have_them_and_of_no_other() -> None:
    steady = forecast(history(), [98], between_occasions=False)
    for name, varies in forecast(history(), [98]).items():
        width = (varies.high - varies.low) / (steady[name].high - steady[name].low)
        has_them = population_model(name).between_occasion_cv is not None
        assert (width > 1.02) == has_them


def test_occasions_are_one_an_infusion() -> None:
    # One occasion for the whole history varies as the sum of both variances does; separate ones
    # partly cancel, so that children differ less.
    model = population_model(PAEDIATRIC)
    typical = model.kinetics(weight_kg=np.full(100_000, 42.0), albumin_g_l=38.0)
    drawn = model.draw(typical, rng=np.random.default_rng(5), between_occasions=True)
    as_one = concentration(drawn, 98, infusion_days=[0, 14, 42], doses_mg=210.0)
    apart = forecast(history(), [98], draws=8192)[PAEDIATRIC].draws
    steady = forecast(history(), [98], between_occasions=False, draws=8192)[PAEDIATRIC].draws
    spreads = [np.log(each).std() for each in (steady, apart, as_one)]
    assert spreads[0] < spreads[1] < spreads[2]


def test_the_same_question_has_the_same_answer() -> None:
    one, other = (forecast(history(), [98])[PAEDIATRIC].draws for _ in range(2))
    assert np.array_equal(one, other)


def test_the_probability_of_a_level_is_the_share_of_children_above_it() -> None:
    found = forecast(history(), [98])[PAEDIATRIC]
    assert found.probability_above(float(found.median[0])) == pytest.approx(0.5, abs=0.01)
    assert found.probability_above(0).tolist() == [1.0]
    assert found.probability_above(90).tolist() == [0.0]


def test_the_pooled_forecast_gives_each_model_the_same_weight() -> None:
    found = forecast(history(), [98])
    shares = [each.probability_above(3.0)[0] for each in found.values()]
    assert found.pooled.probability_above(3.0)[0] == pytest.approx(np.mean(shares))


def test_antibodies_of_unknown_onset_tell_both_ends() -> None:
    found = forecast(history(antibodies=True), [98])
    known = forecast(history(antibodies_from_day=0), [98])
    without = forecast(history(), [98])
    assert found.if_without_antibodies is not None
    assert known.if_without_antibodies is None
    for row, name in enumerate(found):
        assert found[name].typical == known[name].typical
        assert found.if_without_antibodies[row] == without[name].typical
    assert "is not known" in found.warnings[0]


def test_antibodies_move_the_level_from_their_onset_on() -> None:
    name = "fasanmade-2011-combined"
    late = forecast(history(antibodies_from_day=70), [70, 98])[name].typical
    without = forecast(history(), [70, 98])[name].typical
    assert late[0] == without[0]
    assert late[1] < 0.9 * without[1]


def test_a_planned_infusion_leaves_the_trough_before_it_alone() -> None:
    longer = history().followed_by([98], [210])
    alone, planned = (forecast(each, [98])[PAEDIATRIC] for each in (history(), longer))
    assert alone.median == pytest.approx(planned.median)


def test_days_that_cannot_be_asked_are_named() -> None:
    with pytest.raises(FaultsFound, match=r"days is -1: expected 0 to 7300 days"):
        forecast(history(), [-1, 98])
    with pytest.raises(FaultsFound, match="shape"):
        forecast(history(), [])


def test_an_estimate_of_other_infusions_is_refused() -> None:
    found = estimate(history(), [MeasuredLevel.of(98, 6.0)])
    with pytest.raises(FaultsFound, match="not those of the estimate"):
        forecast(history(doses_mg_kg=6), [98], estimates=found)
    planned = history().followed_by([98], [210])
    assert forecast(planned, [154], estimates=found).individual
