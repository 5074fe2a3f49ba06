"""What a predictor that was not measured leaves open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lorpredict import PackagedModel, families
from lorpredict.clinical import Kind, Predictor, catalogue
from lorpredict.errors import BeyondFollowUp, RecordFaults
from lorpredict.packaged import Unmeasured
from lorpredict.packaged._unmeasured import _usual_values
from lorpredict.survival import CurveModel, Floats

# No value here that a usual one of another predictor could contradict.
FEW: dict[str, Any] = {"sex": "female", "albumin_g_l": 31.0, "remission_week14": False}


@pytest.fixture
def ridge(packaged: dict[str, PackagedModel]) -> PackagedModel:
    return packaged["ridge"]


def values_of(column: Predictor, model: PackagedModel) -> list[Any]:
    """Usual values as a record holds them."""
    if column.kind is Kind.BOOLEAN:
        return [False, True]
    if column.kind is Kind.CATEGORY:
        return list(model.encoding.seen[column.key])
    low, high = model.encoding.usual[column.key]
    if column.transform == "log1p":
        values = np.exp(np.linspace(np.log(1 + low), np.log(1 + high), 9)) - 1
    else:
        values = np.linspace(low, high, 9)
    if not column.step:
        return list(values.clip(low, high))
    steps = [number * column.step for number in range(100) if low <= number * column.step <= high]
    return [min(steps, key=lambda step: abs(step - value)) for value in values]


def named(found: tuple[Unmeasured, ...], name: str) -> Unmeasured:
    [one] = [each for each in found if each.predictor == name]
    return one


# ---- the range --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", families())
def test_a_range_is_that_of_the_predictions_with_each_value_set(
    name: str, packaged: dict[str, PackagedModel]
) -> None:
    model = packaged[name]
    record = {} if name == "trough" else FEW  # the trough alone knows what its absence means
    found = model.unmeasured(record)
    missing = [key for key in model.encoding.predictors if key not in record]
    assert sorted(each.predictor for each in found) == sorted(missing)
    for each in found:
        column = catalogue()[each.predictor]
        values = values_of(column, model)
        risk = model.predict([record | {column.key: value} for value in values]).risk
        # One row among others may be added up in another order.
        np.testing.assert_allclose(each.lowest, risk.min(axis=0), rtol=0, atol=1e-12)  # type: ignore[arg-type]
        np.testing.assert_allclose(each.highest, risk.max(axis=0), rtol=0, atol=1e-12)  # type: ignore[arg-type]


def test_the_widest_range_by_the_last_day_stands_first(ridge: PackagedModel) -> None:
    found = ridge.unmeasured(FEW)
    widths = [each.highest[-1] - each.lowest[-1] for each in found]  # type: ignore[index]
    assert widths == sorted(widths, reverse=True)
    assert [each.width for each in found] == widths
    assert widths[0] > 2 * widths[-1] > 0


def test_a_child_who_was_measured_whole_leaves_nothing_open(ridge: PackagedModel) -> None:
    whole = {
        column.key: values_of(column, ridge)[0]
        for column in catalogue().columns(ridge.encoding.predictors)
    }
    assert ridge.unmeasured(whole) == ()
    del whole["trough_week14_ug_ml"]
    [trough] = ridge.unmeasured(whole)
    assert trough.predictor == "trough_week14_ug_ml"


def test_what_can_be_derived_leaves_nothing_open(ridge: PackagedModel) -> None:
    measured = {"sex": "male", "age_years": 12.0, "weight_kg": 33.75, "height_cm": 150.0}
    names = [each.predictor for each in ridge.unmeasured(measured)]
    assert "bmi_z" not in names
    assert "albumin_g_l" in names


def test_other_days_may_be_asked(ridge: PackagedModel) -> None:
    days = [98.0, 200.0, 365.0]
    trough = named(ridge.unmeasured(FEW, days_since_first_infusion=days), "trough_week14_ug_ml")
    at_horizons = named(ridge.unmeasured(FEW), "trough_week14_ug_ml")
    assert trough.highest is not None
    assert at_horizons.highest is not None
    assert trough.highest.shape == (3,)
    assert trough.highest[0] == 0  # on the landmark day nobody has lost response since
    assert trough.highest[2] == pytest.approx(at_horizons.highest[0], abs=1e-12)


def test_a_child_with_its_own_landmark_is_asked_from_there(
    packaged: dict[str, PackagedModel],
) -> None:
    model = packaged["forest"]
    late = named(model.unmeasured(FEW | {"landmark_day": 110}), "esr_mm_h")
    plan = named(model.unmeasured(FEW, days_since_first_infusion=[353, 718]), "esr_mm_h")
    np.testing.assert_array_equal(late.lowest, plan.lowest)


# ---- what cannot be told ----------------------------------------------------------------------


def test_what_training_does_not_tell_stands_last_and_has_no_range(ridge: PackagedModel) -> None:
    usual = {key: ends for key, ends in ridge.encoding.usual.items() if key != "bmi_z"}
    encoding = replace(ridge.encoding, usual=usual, never_measured=("perianal",))
    found = replace(ridge, encoding=encoding).unmeasured(FEW)
    assert {each.predictor for each in found[-2:]} == {"bmi_z", "perianal"}
    assert all(each.lowest is None and each.highest is None for each in found[-2:])
    assert found[-1].width == 0
    assert all(each.lowest is not None for each in found[:-2])


def test_where_nothing_is_usual_nothing_is_told(packaged: dict[str, PackagedModel]) -> None:
    model = packaged["trough"]
    unknown = replace(model, encoding=replace(model.encoding, usual={}))
    assert unknown.unmeasured({}) == (Unmeasured("trough_week14_ug_ml", None, None),)


def test_a_record_is_refused_as_it_is_before_a_prediction(ridge: PackagedModel) -> None:
    with pytest.raises(RecordFaults, match="holds none of the model's predictors"):
        ridge.unmeasured({})
    with pytest.raises(BeyondFollowUp):
        ridge.unmeasured(FEW, days_since_first_infusion=[7300])


# ---- values -----------------------------------------------------------------------------------


def usual_values(ridge: PackagedModel, key: str, low: float, high: float) -> list[float]:
    encoding = replace(ridge.encoding, usual={key: (low, high)})
    values: list[float] = _usual_values(catalogue()[key], encoding).tolist()
    return values


def test_values_keep_to_the_steps_of_an_index_within_what_is_usual(ridge: PackagedModel) -> None:
    assert usual_values(ridge, "pcdai_baseline", 16, 31) == [17.5, 20, 22.5, 25, 27.5, 30]


def test_values_of_skewed_laboratory_data_are_close_where_children_are(
    ridge: PackagedModel,
) -> None:
    values = usual_values(ridge, "crp_mg_l", 0, 255)
    # log(1 + 255) is eight times log 2.
    assert values == pytest.approx([0, 1, 3, 7, 15, 31, 63, 127, 255])
    assert max(values) <= 255


def test_no_value_is_tried_that_no_child_can_have(ridge: PackagedModel) -> None:
    assert max(usual_values(ridge, "albumin_g_l", 22, 70)) == 60  # rounded outward too far


# ---- the model --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    """Curves that note how many rows each call brings."""

    curves: CurveModel
    calls: list[int]

    def survival(self, features: Floats, days: Floats) -> Floats:
        self.calls.append(len(features))
        return self.curves.survival(features, days)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        return self.curves.to_arrays()


def test_the_model_is_asked_once(ridge: PackagedModel) -> None:
    curves = Counted(ridge.curves, [])
    found = replace(ridge, curves=curves).unmeasured({"sex": "female"})
    assert len(found) == 17
    [rows] = curves.calls
    assert 17 * 2 <= rows <= 17 * 9
