"""The published population models: what each states, what it asks of a child, and what varies."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from lorpredict.errors import CatalogueError, FaultsFound
from lorpredict.pharmacokinetics import (
    Kinetics,
    PopulationModel,
    TypicalValue,
    population_model,
    population_models,
)

NAMES = [
    "fasanmade-2011-paediatric",
    "fasanmade-2011-combined",
    "dubinsky-2017",
    "wojciechowski-2017",
    "hanzel-2021",
]
# Name -> weight (kg) and albumin (g/L) of the typical child, then CL, V1, V2, Q in L and L/day.
# Fasanmade's are for each kilogram: 5.43 mL/kg/d x 42 kg = 0.22806 L/d.
TYPICAL = {
    "fasanmade-2011-paediatric": (42, 38, 0.22806, 2.2764, 1.2264, 0.14784),
    "fasanmade-2011-combined": (65, 41, 0.3523, 3.406, 1.274, 0.1469),
    "dubinsky-2017": (70, 40, 0.296, 3.30, 1.16, 0.0781),
    "wojciechowski-2017": (70, 40, 0.294, 3.33, 1.14, 0.0719),
    "hanzel-2021": (70, 44, 0.355, 3.10, 1.93, 0.598),
}
# Name -> by what antibodies and an immunomodulator multiply the clearance; 1 where no term is.
FACTORS = {
    "fasanmade-2011-paediatric": (1.0, 1.0),
    "fasanmade-2011-combined": (1 + 0.291, 1 - 0.137),
    "dubinsky-2017": (1 + 0.231, 1.0),
    "wojciechowski-2017": (1 + 0.257, 1.0),
    "hanzel-2021": (1.39, 1.0),
}
# Name -> what the four values are multiplied by at half the reference weight. Those for each
# kilogram halve with the weight, and their exponent comes on top: 0.5 x 0.5^-0.34 = 0.5^0.66.
HALF_THE_WEIGHT = {
    "fasanmade-2011-paediatric": (0.66, 0.829, 0.586, 1.0),
    "fasanmade-2011-combined": (0.687, 0.767, 0.412, 1.0),
    "dubinsky-2017": (0.612, 0.696, 0.604, 1.15),
    "wojciechowski-2017": (0.614, 0.691, 0.59, 1.1),
    "hanzel-2021": (0.666, 0.385, 1.08, 1.26),
}
ALBUMIN = {
    "fasanmade-2011-paediatric": -1.22,
    "fasanmade-2011-combined": -0.855,
    "dubinsky-2017": -2.3,
    "wojciechowski-2017": -1.17,
    "hanzel-2021": -0.826,
}
# CL, V1, V2, Q between patients; CL between occasions; residual, and its part in mg/L.
VARIATION: dict[str, tuple[dict[str, float], float | None, float, float | None]] = {
    "fasanmade-2011-paediatric": ({"CL": 25.2, "V1": 16.3, "V2": 34.9}, 21.9, 27.5, 0.244),
    "fasanmade-2011-combined": ({"CL": 30.7, "V1": 12.6, "V2": 55.3}, 18.3, 29.2, 0.371),
    "dubinsky-2017": ({"CL": 31.3, "V1": 9.85, "V2": 76.1, "Q": 111}, None, 41.9, None),
    "wojciechowski-2017": ({"CL": 32.7, "V1": 15, "V2": 79.9, "Q": 110}, None, 41.9, None),
    "hanzel-2021": ({"CL": 27.7, "V1": 21.4}, None, 10.2, 1.66),
}
SHORT = {
    "clearance": "CL",
    "central_volume": "V1",
    "peripheral_volume": "V2",
    "intercompartmental_clearance": "Q",
}
EACH_MODEL = pytest.mark.parametrize("name", NAMES)


def four(kinetics: Kinetics) -> list[float]:
    return [float(getattr(kinetics, parameter)[0]) for parameter in SHORT]


def typical(name: str, **covariates: ArrayLike) -> Kinetics:
    weight, albumin = TYPICAL[name][:2]
    return population_model(name).kinetics(
        **{"weight_kg": weight, "albumin_g_l": albumin, **covariates}
    )


def test_there_are_five_models() -> None:
    assert list(population_models()) == NAMES


def test_the_default_was_made_from_children() -> None:
    assert population_model() is population_model("fasanmade-2011-paediatric")


def test_an_unknown_model_is_answered_with_the_known_ones() -> None:
    with pytest.raises(CatalogueError) as refused:
        population_model("hanzel-2012")
    assert str(refused.value) == (
        f"no population model is called 'hanzel-2012'; known: {', '.join(NAMES)}. "
        "Did you mean hanzel-2021?"
    )


@EACH_MODEL
def test_every_model_says_where_it_comes_from(name: str) -> None:
    model = population_model(name)
    assert model.name == name
    assert all([model.label, model.citation, model.population])
    assert "doi:10.1002/psp4.70089" in model.source


@EACH_MODEL
def test_the_typical_child_has_the_printed_values(name: str) -> None:
    assert four(typical(name)) == pytest.approx(TYPICAL[name][2:], rel=1e-12)


@EACH_MODEL
def test_half_the_weight_moves_each_value_by_its_exponent(name: str) -> None:
    lighter = four(typical(name, weight_kg=TYPICAL[name][0] / 2))
    expected = [
        value * 0.5**exponent
        for value, exponent in zip(TYPICAL[name][2:], HALF_THE_WEIGHT[name], strict=True)
    ]
    assert lighter == pytest.approx(expected, rel=1e-12)


@EACH_MODEL
def test_albumin_moves_the_clearance_alone(name: str) -> None:
    clearance, *others = four(typical(name, albumin_g_l=TYPICAL[name][1] / 2))
    assert clearance == pytest.approx(TYPICAL[name][2] * 0.5 ** ALBUMIN[name], rel=1e-12)
    assert others == four(typical(name))[1:]


@EACH_MODEL
def test_antibodies_and_immunomodulator_move_the_clearance_where_a_model_has_them(
    name: str,
) -> None:
    plain = four(typical(name))
    for term, factor in zip(("antibodies", "immunomodulator"), FACTORS[name], strict=True):
        assert four(typical(name, **{term: True})) == pytest.approx(
            [plain[0] * factor, *plain[1:]], rel=1e-12
        )


@EACH_MODEL
def test_a_model_names_the_covariates_that_make_a_difference(name: str) -> None:
    terms = zip(("antibodies", "immunomodulator"), FACTORS[name], strict=True)
    expected = ["weight_kg", "albumin_g_l", *(term for term, factor in terms if factor != 1.0)]
    assert list(population_model(name).covariates) == expected


def test_a_small_child_clears_more_for_each_kilogram_and_not_less() -> None:
    # A public re-coding of this model has its exponents of weight positive, and gives 4.0.
    child = population_model("fasanmade-2011-combined").kinetics(weight_kg=20.0, albumin_g_l=38.0)
    assert (child.clearance * 1000 / 20).round(1).tolist() == [8.4]


@EACH_MODEL
def test_variation_is_as_printed_and_what_is_absent_stays_absent(name: str) -> None:
    model, (between, occasion, residual, additive) = population_model(name), VARIATION[name]
    printed = {SHORT[key]: round(100 * cv, 9) for key, cv in model.between_patient_cv.items()}
    assert printed == between
    assert model.between_occasion_cv == (
        None if occasion is None else pytest.approx(occasion / 100)
    )
    assert (model.between_occasion_sd is None) == (occasion is None)
    assert model.residual == pytest.approx(residual / 100)
    assert model.residual_mg_l == additive


def test_a_cv_of_a_log_normal_gives_the_standard_deviation_of_its_logarithm() -> None:
    # A CV of 111 %: sqrt(log(1 + 1.2321)) = sqrt(0.80294).
    sds = population_model("dubinsky-2017").between_patient_sd
    assert sds["intercompartmental_clearance"] == pytest.approx(math.sqrt(0.80294), abs=1e-5)


def test_children_broadcast() -> None:
    children = population_model().kinetics(
        weight_kg=[12.0, 42.0, 80.0], albumin_g_l=38.0, antibodies=[True, False, True]
    )
    assert len(children) == 3
    assert repr(children) == "Kinetics(3 children)"
    assert children.clearance[1] == four(typical("fasanmade-2011-paediatric"))[0]
    assert repr(typical("hanzel-2021")) == "Kinetics(1 child)"


def test_missing_albumin_leaves_the_clearance_unknown_and_the_rest_known() -> None:
    child = population_model().kinetics(weight_kg=[42.0, 42.0], albumin_g_l=[np.nan, 38.0])
    assert np.isnan(child.clearance).tolist() == [True, False]
    assert np.isfinite(child.central_volume).all()


def test_every_value_that_cannot_be_meant_is_named_at_once() -> None:
    with pytest.raises(FaultsFound) as refused:
        population_model().kinetics(
            weight_kg=[42.0, 1.0],
            albumin_g_l=[38.0, 3.8],
            antibodies=np.array(["negative", True], dtype=object),
            immunomodulator=np.array([0, None], dtype=object),
        )
    assert str(refused.value) == (
        "what is known of the children has 5 faults:\n"
        "  weight_kg is 1 kg in row 2: expected 2 to 150 kg\n"
        "  albumin_g_l is 3.8 g/L in row 2: expected 10 to 60 g/L. "
        'Did you mean unit="g/dL" (column albumin_g_dl)?\n'
        "  antibodies is 'negative' in row 1: expected true or false\n"
        "  immunomodulator is 0 in row 1: expected true or false\n"
        "  immunomodulator is None in row 2: expected true or false"
    )


def test_booleans_of_any_container_are_booleans() -> None:
    as_objects = np.array([True, False], dtype=object)
    children = typical("dubinsky-2017", antibodies=as_objects)
    assert (children.clearance[0] / children.clearance[1]).round(3) == 1.231


@pytest.mark.parametrize("weights", [[42.0, 42.0, 42.0], [[42.0], [42.0]]], ids=["3", "2 x 1"])
def test_covariates_that_fit_no_children_are_refused(weights: ArrayLike) -> None:
    with pytest.raises(FaultsFound, match=r"albumin_g_l \(2,\).*expected a number or \(n_children"):
        population_model().kinetics(weight_kg=weights, albumin_g_l=[38.0, 40.0])


ENTRY: dict[str, Any] = {
    "label": "Mine",
    "citation": "me",
    "population": "12 children",
    "between_patient_percent": {"clearance": 30},
    "residual_percent": 20,
    "clearance": {"value": 0.3, "unit": "L/d"},
    "central_volume": {"value": 3, "unit": "L"},
    "peripheral_volume": {"value": 1, "unit": "L"},
    "intercompartmental_clearance": {"value": 0.1, "unit": "L/d"},
}


@pytest.mark.parametrize(
    "changed, told",
    [
        ({"citation": " "}, "population model 'mine': no source"),
        ({"between_patient_percent": {"volume": 3}}, "volume does not vary"),
        ({"residual_percent": 0}, "a variation of 0"),
        ({"colour": "red"}, "'colour'"),
        (
            {"clearance": {"value": 0.3, "unit": "L/day"}},
            r"unknown unit 'L/day'\. Did you mean L/d",
        ),
        ({"clearance": {"value": -0.3, "unit": "L/d"}}, "-0.3 is no typical value"),
        ({"clearance": {"unit": "L/d"}}, "'value'"),
    ],
)
def test_a_model_that_contradicts_itself_is_refused(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(CatalogueError, match=told):
        PopulationModel.from_toml("mine", {**ENTRY, **changed}, source="me")


def test_a_value_without_covariates_is_the_same_in_every_child() -> None:
    model = PopulationModel.from_toml("mine", ENTRY, source="me")
    assert model.covariates == ()
    assert model.kinetics(weight_kg=[20.0, 40.0], albumin_g_l=30.0).clearance.tolist() == [0.3, 0.3]
    assert TypicalValue(1.0, "mL/kg").covariates == {"weight_kg"}
