"""What a model design accepts, refuses and computes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lorpredict import ModelDesign, catalogue
from lorpredict.clinical import Known
from lorpredict.errors import (
    CatalogueError,
    DesignError,
    PredictorKnownLater,
    UnknownPredictor,
)
from tests.tables import simple_design

DESIGNS = sorted((Path(__file__).parents[2] / "training" / "designs").glob("*.toml"))
NEVER = [key for key, column in catalogue().items() if not column.may_predict]


@pytest.mark.parametrize("path", DESIGNS, ids=[path.stem for path in DESIGNS])
def test_every_design_that_ships_can_be_read_and_is_called_by_its_file(path: Path) -> None:
    design = ModelDesign.read(path)
    assert design.name == path.stem
    assert design.description


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("week14", 21),
        ("week14-no-trough", 19),
        ("week14-forecast", 21),
        ("week14-published-4", 4),
        ("baseline", 16),
    ],
)
def test_every_design_says_how_many_parameters_it_spends(name: str, parameters: int) -> None:
    (path,) = [path for path in DESIGNS if path.stem == name]
    assert ModelDesign.read(path).parameters == parameters
    assert f" {parameters} parameters" in path.read_text("utf-8").lower()


def test_no_design_ships_without_its_number_of_parameters() -> None:
    assert {path.stem for path in DESIGNS} == {
        "week14", "week14-no-trough", "week14-forecast", "week14-published-4", "baseline",
    }  # fmt: skip


def test_the_baseline_design_knows_nothing_after_the_first_infusion() -> None:
    (path,) = [path for path in DESIGNS if path.stem == "baseline"]
    design = ModelDesign.read(path)
    known = {design.catalogue[name].known for name in design.predictors}
    assert known == {Known.FIRST_INFUSION}


def test_without_the_trough_the_default_design_is_otherwise_the_same() -> None:
    whole, without = (
        ModelDesign.read(path).predictors
        for path in DESIGNS
        if path.stem in ("week14", "week14-no-trough")
    )
    assert set(whole) ^ set(without) == {"trough_week14_ug_ml"}


def test_with_a_forecast_trough_weight_takes_the_place_of_the_missing_indicator() -> None:
    whole, forecast = (
        ModelDesign.read(DESIGNS[0].with_name(f"{name}.toml"))
        for name in ("week14", "week14-forecast")
    )
    assert set(forecast.predictors) ^ set(whole.predictors) == {"weight_kg"}
    assert forecast.trough_forecast
    assert not forecast.missing_indicators


def test_a_forecast_trough_has_no_missing_indicator() -> None:
    with pytest.raises(DesignError, match="a trough that is forecast has no missing indicator"):
        simple_design(
            predictors=["trough_week14_ug_ml"],
            missing_indicators=["trough_week14_ug_ml"],
            trough_forecast="fasanmade-2011-paediatric",
        )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"predictors": ["sex"]}, "without the trough among the predictors"),
        ({"landmark_day": 42}, "at a landmark before day 43"),
    ],
)
def test_a_forecast_that_cannot_be_made_is_refused_by_the_design(
    changes: dict[str, Any], told: str
) -> None:
    usual: dict[str, Any] = {"predictors": ["trough_week14_ug_ml"]}
    with pytest.raises(DesignError, match=told):
        simple_design(**usual | changes, trough_forecast="fasanmade-2011-paediatric")


def test_a_parameter_is_spent_on_each_level_but_the_first_and_on_a_missing_indicator() -> None:
    design = simple_design(
        predictors=["sex", "location", "cdeis_category", "albumin_g_l"],
        missing_indicators=["albumin_g_l"],
    )
    # sex 1, location 3, the ordered category 1, albumin 1 and 1 for its absence
    assert design.parameters == 7


def test_a_predictor_that_the_catalogue_does_not_hold_is_refused_with_its_neighbours() -> None:
    with pytest.raises(UnknownPredictor) as refused:
        simple_design(predictors=["albumin_gl", "shoe_size", "sex"])
    assert str(refused.value) == (
        "design 'drawn' names predictors that the catalogue does not hold: "
        "'albumin_gl' (Did you mean albumin_g_l or albumin_week14_g_l?), "
        "'shoe_size' (no such name)"
    )


@pytest.mark.parametrize("name", NEVER)
def test_what_is_not_known_at_the_landmark_is_refused_by_name(name: str) -> None:
    with pytest.raises(PredictorKnownLater, match=rf"\(day 98\): {name}\. A prediction may use"):
        simple_design(predictors=["sex", name])


def test_the_refused_ones_are_all_of_later_outcome_and_identity() -> None:
    assert len(NEVER) == 15
    assert {catalogue()[name].known for name in NEVER} == {
        Known.LATER, Known.OUTCOME, Known.IDENTITY,
    }  # fmt: skip


@pytest.mark.parametrize(
    "settings, problem",
    [
        ({"predictors": []}, "no predictors"),
        ({"predictors": ["sex", "sex"]}, "a predictor is named twice"),
        ({"missing_indicators": ["bmi_z"]},
         "a missing indicator for something that is not a predictor"),
        ({"horizons_days_since_first_infusion": []}, "no horizons"),
        ({"horizons_days_since_first_infusion": [730, 365]},
         "horizons must increase and lie after the landmark"),
        ({"horizons_days_since_first_infusion": [98, 365]},
         "horizons must increase and lie after the landmark"),
        ({"events": []}, "no event"),
        ({"events": ["surgery"]}, "an outcome is event and competing"),
        ({"events": ["relapse"]}, "an outcome that is not one of secondary_lor, "),
    ],
    ids=["no predictors", "twice", "indicator", "no horizons", "order", "at the landmark",
         "no event", "both", "unknown outcome"],
)  # fmt: skip
def test_a_design_that_cannot_be_carried_out_is_refused(
    settings: dict[str, Any], problem: str
) -> None:
    with pytest.raises(DesignError, match=f"^design 'drawn': {problem}"):
        simple_design(**settings)


def test_the_faults_of_a_design_are_told_at_once() -> None:
    with pytest.raises(DesignError) as refused:
        simple_design(predictors=["sex", "sex"], events=[], horizons_days_since_first_infusion=[90])
    assert str(refused.value) == (
        "design 'drawn': a predictor is named twice; "
        "horizons must increase and lie after the landmark; no event"
    )


@pytest.mark.parametrize("notion", ["response", "remission", "lor"])
def test_a_definition_that_nobody_gave_is_refused(notion: str) -> None:
    with pytest.raises(CatalogueError, match=f"no definition of '{notion}' is called 'mine'"):
        simple_design(**{f"{notion}_definition": "mine"})


def test_a_setting_that_no_design_has_is_named() -> None:
    with pytest.raises(DesignError, match=r"unknown settings .*: predictor\. Did you mean predic"):
        simple_design(predictor=["sex"])


def test_what_a_design_lacks_is_named() -> None:
    with pytest.raises(DesignError, match="the design lacks version, predictors"):
        ModelDesign.from_dict({"name": "mine"})


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("name = mine")
    with pytest.raises(DesignError, match=r"^mine\.toml is not TOML: Invalid value \(at line 1"):
        ModelDesign.read(tmp_path / "mine.toml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DesignError, match=r"no design at .*mine\.toml; expected a TOML file"):
        ModelDesign.read(tmp_path / "mine.toml")


def test_a_design_survives_the_way_to_plain_values_and_back(design: ModelDesign) -> None:
    assert ModelDesign.from_dict(design.to_dict()) == design


def test_horizons_count_from_the_landmark(design: ModelDesign) -> None:
    # 365 and 730 days since the first infusion; the landmark is day 98.
    assert design.horizons.tolist() == [267.0, 632.0]
    assert simple_design(landmark_day=90).horizons.tolist() == [275.0, 640.0]


@pytest.mark.parametrize("last_day", [1.0, 267.0, 632.0, 633.0, 1344.1, 2500.0])
def test_the_grid_holds_the_horizons_and_reaches_the_last_day(
    design: ModelDesign, last_day: float
) -> None:
    grid = design.time_grid(last_day)
    assert {267.0, 632.0} <= set(grid)
    assert grid[0] > 0
    assert grid[-1] >= last_day
    # A month is 30.4 days; whole steps between horizons stretch or shrink it by at most 3 %.
    assert np.diff(grid, prepend=0.0) == pytest.approx(30.4375, rel=0.03)


def test_the_grid_of_the_default_design_is_the_one_that_was_chosen(design: ModelDesign) -> None:
    # 9 steps of 29.67 days to the first horizon, 12 of 30.42 to the second, then months.
    grid = design.time_grid(700.0)
    assert len(grid) == 9 + 12 + 3
    assert grid[[0, 8, 9, 20, 21]] == pytest.approx([29.667, 267, 297.417, 632, 662.4375], abs=1e-3)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"predictors": "sex"}, "predictors is 'sex', expected a list of texts"),
        ({"landmark_day": "98"}, "landmark_day is '98', expected a number"),
        (
            {"horizons_days_since_first_infusion": ["a year"]},
            r"horizons_days_since_first_infusion is \['a year'\], expected a list of numbers",
        ),
        ({"version": True}, "version is True, expected a whole number"),
    ],
)
def test_a_setting_of_the_wrong_type_is_named(setting: dict[str, Any], told: str) -> None:
    content = {"name": "ours", "version": 1, "predictors": ["sex"], **setting}
    with pytest.raises(DesignError, match=told):
        ModelDesign.from_dict(content)


def test_a_landmark_before_the_first_infusion_is_refused() -> None:
    with pytest.raises(DesignError, match="landmark_day -40 lies before the start"):
        simple_design(landmark_day=-40.0)
