"""A trough that was not measured becomes a distribution, learnt from those who had it measured."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lorpredict.design import TROUGH
from lorpredict.errors import CatalogueError, DesignError, TooLittleData
from lorpredict.features import Encoding, SpreadOut, TroughForecast
from lorpredict.features._forecast import STANDARD_LEVELS
from lorpredict.pharmacokinetics import concentration, population_model
from lorpredict.survival import Floats

PAEDIATRIC, COMBINED = "fasanmade-2011-paediatric", "fasanmade-2011-combined"
NAMES = ("weight_kg", "albumin_g_l", "ifx_dose_mg_kg", TROUGH)
DAY = 98.0
NOBODY = [np.nan] * 20
SOME = [1.0, 4.0, 9.0] * 8


def rows(troughs: list[float], *, weight: float = 42.0) -> Floats:
    """Children of one weight, 38 g/L of albumin and 5 mg/kg, with these troughs."""
    return np.array([[weight, 38.0, 5.0, trough] for trough in troughs])


def learnt(troughs: list[float], name: str = PAEDIATRIC) -> TroughForecast:
    return TroughForecast.learnt(name, NAMES, rows(troughs), day=DAY)


def level(*, times: float = 1.0, weight: float = 42.0) -> float:
    """Trough of a child who clears infliximab so many times as fast as is typical."""
    child = population_model(PAEDIATRIC).kinetics(weight_kg=weight, albumin_g_l=38.0)
    faster = child.scaled(clearance=times)
    found = concentration(faster, DAY, infusion_days=[0, 14, 42], doses_mg=5.0 * weight)
    return float(found[0, 0])


def median(forecast: TroughForecast, coded: Floats) -> float:
    return float(forecast.at(np.zeros(1), NAMES, coded)[0, 0])


def test_where_nobody_was_measured_the_published_model_is_taken_as_it_is() -> None:
    forecast = learnt(NOBODY)
    assert (forecast.log_clearance, forecast.children) == (0.0, 0)
    assert median(forecast, rows(NOBODY)) == pytest.approx(level()) == pytest.approx(2.62, abs=5e-3)


def test_without_measured_children_levels_vary_as_those_drawn_by_the_model() -> None:
    model = population_model(PAEDIATRIC)
    children = model.kinetics(weight_kg=np.full(40_000, 42.0), albumin_g_l=38.0)
    rng = np.random.default_rng(1)
    drawn = model.draw(children, rng=rng, between_occasions=True)
    found = concentration(drawn, DAY, infusion_days=[0, 14, 42], doses_mg=210.0)[:, 0]
    found *= np.exp(np.sqrt(np.log1p(model.residual**2)) * rng.standard_normal(40_000))
    told = learnt(NOBODY).at(np.array([1.0, 0.0, -1.0]), NAMES, rows([np.nan]))[0]
    expected = np.quantile(found, [0.1587, 0.5, 0.8413])
    assert told == pytest.approx(expected, rel=0.1)


def test_many_children_who_clear_faster_move_the_forecast_there() -> None:
    forecast = learnt([level(times=1.5)] * 200)
    assert forecast.log_clearance == pytest.approx(np.log(1.5), rel=0.03)
    assert forecast.log_clearance_sd < 0.3 * learnt(NOBODY).log_clearance_sd
    assert median(forecast, rows([np.nan])) == pytest.approx(level(times=1.5), rel=0.05)


def test_twenty_measured_children_move_it_by_four_fifths_of_the_way() -> None:
    forecast = learnt([level(times=1.5)] * 20)
    assert forecast.log_clearance == pytest.approx(4 / 5 * np.log(1.5), rel=2e-3)


def test_a_few_measured_children_move_nothing_and_cannot_be_read_from_it() -> None:
    few = learnt([*[level(times=1.5)] * 19, *NOBODY])
    assert few == learnt([*NOBODY, *NOBODY])
    assert few.children == 0
    assert "as published" in few.in_words


def test_figures_have_three_digits_from_which_no_level_can_be_computed() -> None:
    forecast = learnt([*SOME, 3.21])
    figures = [forecast.log_clearance, forecast.log_clearance_sd, *forecast.usual_levels]
    assert figures == [float(f"{each:.3g}") for each in figures]
    assert "the 25 training children" in forecast.in_words


def test_too_few_children_with_a_weight_are_told_before_anything_is_learnt() -> None:
    coded = rows([3.0] * 30)
    coded[11:, 0] = np.nan
    with pytest.raises(TooLittleData, match="11 of 30 children have weight_kg, albumin_g_l"):
        TroughForecast.learnt(PAEDIATRIC, NAMES, coded, day=DAY)


def test_a_heavier_child_is_expected_to_have_what_the_model_says() -> None:
    forecast = learnt(NOBODY)
    light, heavy = (median(forecast, rows([np.nan], weight=kg)) for kg in (20.0, 60.0))
    assert [light, heavy] == pytest.approx([level(weight=20.0), level(weight=60.0)])


def test_levels_are_spread_as_the_clearance_is() -> None:
    assert STANDARD_LEVELS.mean() == pytest.approx(0.0, abs=1e-12)
    assert STANDARD_LEVELS.var() == pytest.approx(1.0)
    forecast = learnt(SOME)
    levels = forecast.levels(NAMES, rows([np.nan]))[0]
    fastest = forecast.log_clearance + forecast.log_clearance_sd * STANDARD_LEVELS[-1]
    assert levels[-1] == pytest.approx(level(times=np.exp(fastest)))
    assert (np.diff(levels) < 0).all()


def test_what_was_measured_stays_as_it_was() -> None:
    forecast, coded = learnt(SOME), rows([5.5, np.nan])
    filled = forecast.expected(NAMES, coded)
    assert filled[0, -1] == 5.5
    assert filled[1, -1] > 0
    assert np.isnan(coded[1, -1])


def test_the_expected_level_is_the_mean_on_the_scale_of_linear_models() -> None:
    forecast, coded = learnt(SOME), rows([np.nan])
    expected = np.log1p(forecast.expected(NAMES, coded)[0, -1])
    assert expected == pytest.approx(np.log1p(forecast.levels(NAMES, coded)).mean())


def test_without_a_weight_a_child_is_as_all_training_children_are() -> None:
    coded = np.vstack([rows([4.0, 5.0] * 5, weight=20.0), rows([6.0, 7.0] * 5, weight=60.0)])
    forecast = TroughForecast.learnt(PAEDIATRIC, NAMES, coded, day=DAY)
    unknown = rows([np.nan])
    unknown[0, 0] = np.nan
    everybody = np.quantile(forecast.levels(NAMES, coded), [0.1, 0.5, 0.9])
    told = forecast.at(np.array([1.2816, 0.0, -1.2816]), NAMES, unknown)[0]
    assert told == pytest.approx(everybody, rel=0.1)
    assert forecast.at(np.array([9.0, -9.0]), NAMES, unknown)[0].tolist() == [
        forecast.usual_levels[0],
        forecast.usual_levels[-1],
    ]


def test_an_immunomodulator_counts_where_the_model_has_a_term_for_it() -> None:
    names = (*NAMES, "immunomodulator_week14")
    coded = np.column_stack([rows(NOBODY), [0.0, 1.0] * 10])
    forecast = TroughForecast.learnt(COMBINED, names, coded, day=DAY)
    assert forecast.made_from == ("weight_kg", "albumin_g_l", "ifx_dose_mg_kg", names[-1])
    without, with_one = forecast.at(np.zeros(1), names, coded)[:2, 0]
    assert with_one > without


def test_what_the_forecast_asks_for_is_named_where_the_design_lacks_it() -> None:
    with pytest.raises(DesignError, match="asks for weight_kg, immunomodulator_week14; name it"):
        TroughForecast.learnt(COMBINED, NAMES[1:], rows([1.0])[:, 1:], day=DAY)


def test_an_unknown_population_model_is_refused_by_name() -> None:
    with pytest.raises(CatalogueError, match="fasanmade-2011-paediatric"):
        TroughForecast.learnt("fasanmade-2012", NAMES, rows([1.0]), day=DAY)


def test_an_encoding_with_a_forecast_survives_the_way_through_json() -> None:
    encoding = Encoding(NAMES, (), forecast=learnt(SOME))
    there = json.dumps(encoding.to_dict(), allow_nan=False)
    assert Encoding.from_dict(json.loads(there)) == encoding


def test_rows_of_a_record_are_averaged_and_those_of_others_left_alone() -> None:
    spread = SpreadOut(np.arange(5.0)[:, None], np.array([0, 1, 1, 1, 2]))
    values = np.array([[10.0], [1.0], [2.0], [6.0], [7.0]])
    np.testing.assert_allclose(spread.averaged(values), [[10.0], [3.0], [7.0]])
    some = spread.of(np.array([1, 2]))
    np.testing.assert_array_equal(some.owners, [0, 0, 0, 1])
    np.testing.assert_allclose(some.averaged(some.features), [[2.0], [4.0]])


def test_the_spread_of_the_rows_of_a_record_is_told_beside_their_mean() -> None:
    spread = SpreadOut(np.zeros((4, 1)), np.array([0, 1, 1, 2]))
    found = spread.spread(np.array([[10.0], [1.0], [3.0], [7.0]]))
    np.testing.assert_allclose(found, [[0.0], [1.0], [0.0]])
