"""A record goes in: what is refused, what is remarked upon, what comes out and how it adds up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lorpredict import AtRisk, PackagedModel, families
from lorpredict.errors import BeyondFollowUp, RecordFaults
from lorpredict.survival import StepFunction
from lorpredict.trees import TreeEnsemble

every_family = pytest.mark.parametrize("name", families())
CHILD: dict[str, Any] = {
    "sex": "female", "age_years": 12.0, "disease_duration_months": 8.0, "bmi_z": -1.5,
    "growth_delay": False, "pcdai_baseline": 40.0, "location": "L3", "perianal": True,
    "crp_mg_l": 20.0, "esr_mm_h": 30.0, "haemoglobin_g_l": 110.0, "platelets_10e9_l": 400.0,
    "albumin_g_l": 35.0, "ifx_dose_mg_kg": 6.0, "remission_week14": True,
    "trough_week14_ug_ml": 5.0, "immunomodulator_week14": False, "steroids_week14": False,
}  # fmt: skip


@pytest.fixture
def ridge(packaged: dict[str, PackagedModel]) -> PackagedModel:
    return packaged["ridge"]


def records_of(X: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in X.to_dict("records")]


def faults(model: PackagedModel, *records: dict[str, Any]) -> list[str]:
    with pytest.raises(RecordFaults) as refused:
        model.predict(list(records))
    return [str(fault) for fault in refused.value.faults]


# ---- what is refused --------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a misspelt name": (
        {"albumin_gl": 40.0},
        "albumin_gl in row 1: not a column of the catalogue. "
        "Did you mean albumin_g_l or albumin_week14_g_l?",
    ),
    "another unit": (
        {"albumin_g_l": 4.2},
        "albumin_g_l is 4.2 g/L in row 1: expected 10 to 60 g/L. "
        'Did you mean unit="g/dL" (column albumin_g_dl)?',
    ),
    "a text": (
        {"crp_mg_l": "5"}, "crp_mg_l is '5' mg/L in row 1: expected a number, 0 to 500 mg/L"
    ),
    "a list": (
        {"crp_mg_l": [5]}, "crp_mg_l is [5] mg/L in row 1: expected a number, 0 to 500 mg/L"
    ),
    "an array": (
        {"crp_mg_l": np.array([5, 6])},
        "crp_mg_l is [5, 6] mg/L in row 1: expected a number, 0 to 500 mg/L",
    ),
    "infinity": (
        {"crp_mg_l": float("inf")}, "crp_mg_l is inf mg/L in row 1: expected 0 to 500 mg/L"
    ),
    "a number for a boolean": (
        {"perianal": 1}, "perianal is 1 in row 1: expected true or false"
    ),
    "an unknown level": (
        {"location": "L5"}, "location is 'L5' in row 1: expected one of L3, L2, L1, none"
    ),
    "an index between its steps": (
        {"pcdai_baseline": 33}, "pcdai_baseline is 33 in row 1: expected 0 to 100 in steps of 2.5"
    ),
    "an early landmark": (
        {"landmark_day": 83}, "landmark_day is 83 days in row 1: expected 84 to 112 days"
    ),
    "a contradiction": (
        {"pcdai_week14": 12.5},
        "remission_week14 is true (pcdai_week14: 12.5) in row 1: "
        "contradicts every named definition of remission. Check pcdai_week14",
    ),
}  # fmt: skip


@pytest.mark.parametrize("values, told", REFUSED.values(), ids=REFUSED)
def test_a_record_that_cannot_be_is_refused(
    ridge: PackagedModel, values: dict[str, Any], told: str
) -> None:
    assert faults(ridge, CHILD | values) == [told]


def test_a_record_whose_only_value_cannot_be_read_has_that_fault_alone(
    ridge: PackagedModel,
) -> None:
    assert len(faults(ridge, {"albumin_g_l": 4.2})) == 1


def test_all_faults_of_all_records_are_told_at_once(ridge: PackagedModel) -> None:
    found = faults(ridge, CHILD | {"age_years": 40, "sex": "girl"}, CHILD, {}, {"shoe_size": 36})
    assert [fault.partition(":")[0] for fault in found] == [
        "sex is 'girl' in row 1",
        "age_years is 40 years in row 1",
        "record in row 3",
        "shoe_size in row 4",
        "record in row 4",
    ]


def test_what_is_told_without_value_holds_none(ridge: PackagedModel) -> None:
    with pytest.raises(RecordFaults) as refused:
        ridge.predict([CHILD | {"age_years": 77.7, "location": "Gotham", "landmark_day": 83.25}])
    told = " ".join(fault.without_value for fault in refused.value.faults)
    assert [value for value in ("77.7", "Gotham", "83.25") if value in told] == []
    assert told.count(":") == 3


@pytest.mark.parametrize("record", [{}, {"sex": None, "bmi_z": float("nan")}, {"prior_een": True}])
def test_a_record_without_any_predictor_is_refused(
    ridge: PackagedModel, record: dict[str, Any]
) -> None:
    [told] = faults(ridge, record)
    assert told.startswith("record in row 1: holds none of the model's predictors. They are sex,")


def test_no_record_at_all_is_refused(ridge: PackagedModel) -> None:
    assert faults(ridge) == ["records: expected at least one record, there is none"]


def test_one_record_outside_a_list_is_refused(ridge: PackagedModel) -> None:
    with pytest.raises(RecordFaults, match=r"expected a list of records, this is one\. Put it"):
        ridge.predict(CHILD)  # type: ignore[arg-type]


def test_kaplan_meier_needs_nothing_of_a_child(packaged: dict[str, PackagedModel]) -> None:
    prediction = packaged["null"].predict([{}])
    # One minus the Kaplan-Meier curve at 12 and 24 months since the first infusion.
    assert prediction.risk[0] == pytest.approx([0.1568, 0.2729], abs=5e-5)
    assert prediction.missing == ((),)


def test_a_horizon_in_twenty_years_is_refused(ridge: PackagedModel) -> None:
    with pytest.raises(BeyondFollowUp, match=r"^7207 days since the landmark: expected 0 to 1332"):
        ridge.predict([CHILD], days_since_first_infusion=20 * 365.25)
    with pytest.raises(BeyondFollowUp, match=r"^7207 days"):
        ridge.explain([CHILD], days_since_first_infusion=20 * 365.25)


# ---- what comes out ---------------------------------------------------------------------------


@every_family
def test_a_table_and_its_records_get_the_same_answers(
    name: str, packaged: dict[str, PackagedModel], at_risk: AtRisk
) -> None:
    model, X = packaged[name], at_risk.X.assign(perianal=at_risk.X["perianal"].shift(1))
    from_table, from_records = model.predict(X), model.predict(records_of(X))
    np.testing.assert_array_equal(from_table.risk, from_records.risk)
    assert from_table.missing == from_records.missing
    assert from_table.warnings == from_records.warnings


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NA], ids=["None", "NaN", "NA"])
def test_there_are_three_ways_to_say_that_nothing_was_measured(
    ridge: PackagedModel, nothing: Any
) -> None:
    without = {key: value for key, value in CHILD.items() if key != "albumin_g_l"}
    left_out, said = ridge.predict([without]), ridge.predict([CHILD | {"albumin_g_l": nothing}])
    np.testing.assert_array_equal(left_out.risk, said.risk)
    assert left_out.missing == said.missing == (("albumin_g_l",),)


@pytest.mark.parametrize("value", [np.float64(20.0), np.float32(20.0), np.int64(20), 20])
def test_numbers_of_numpy_are_numbers(ridge: PackagedModel, value: Any) -> None:
    expected = ridge.predict([CHILD]).risk
    np.testing.assert_array_equal(ridge.predict([CHILD | {"crp_mg_l": value}]).risk, expected)


def test_columns_that_the_model_does_not_use_change_nothing(ridge: PackagedModel) -> None:
    more = {"prior_een": True, "site": "here", "outcome": "nobody knows", "infusions": -5}
    np.testing.assert_array_equal(ridge.predict([CHILD | more]).risk, ridge.predict([CHILD]).risk)


def test_what_can_be_derived_is_not_missing(ridge: PackagedModel) -> None:
    derivable = {
        "pcdai_week14": 5.0, "age_years": 12.0, "onset_age_years": 11.0,
        "trough_week14_below_loq": True, "trough_week14_loq_ug_ml": 1.0,
    }  # fmt: skip
    computed = {
        "remission_week14": True, "disease_duration_months": 12.0, "trough_week14_ug_ml": 0.5,
    }  # fmt: skip
    derived = ridge.predict([derivable])
    assert set(computed).isdisjoint(derived.missing[0])
    given = ridge.predict([derivable | computed])
    np.testing.assert_array_equal(derived.risk, given.risk)


def test_a_child_with_its_own_landmark_is_told_the_same_horizons(ridge: PackagedModel) -> None:
    prediction = ridge.predict([CHILD, CHILD | {"landmark_day": 90}])
    assert prediction.days_since_first_infusion.tolist() == [365.0, 730.0]
    assert prediction.days_since_landmark.tolist() == [[267.0, 632.0], [275.0, 640.0]]
    # The clock of the model starts at the landmark, wherever that was.
    later = ridge.predict([CHILD], days_since_first_infusion=[365 + 8, 730 + 8])
    assert prediction.risk[1].tolist() == later.risk[0].tolist()


def test_children_with_landmarks_of_their_own_are_explained_as_they_are_predicted(
    packaged: dict[str, PackagedModel],
) -> None:
    children = [CHILD, CHILD | {"landmark_day": 84}, CHILD | {"landmark_day": 112}]
    found = packaged["forest"].explain(children)
    assert found.days.tolist() == [267.0, 632.0]
    assert found.predicted == pytest.approx(packaged["forest"].predict(children).risk, abs=1e-12)
    total = found.base_values + found.values.sum(axis=1)
    assert total == pytest.approx(found.predicted, abs=1e-12)


def test_a_day_before_a_childs_own_landmark_is_refused(ridge: PackagedModel) -> None:
    with pytest.raises(BeyondFollowUp, match=r"^-7 days since the landmark"):
        ridge.predict([CHILD | {"landmark_day": 112}], days_since_first_infusion=105)


@pytest.mark.parametrize(
    ("pcdai", "remark"),
    [
        ({"pcdai_baseline": 50.0, "pcdai_week14": 20.0}, "already in loss of response at week 14"),
        ({"pcdai_baseline": 20.0, "pcdai_week14": 12.5}, "no response at week 14"),
    ],
)
def test_a_child_who_is_not_in_response_is_told_so(
    ridge: PackagedModel, pcdai: dict[str, float], remark: str
) -> None:
    prediction = ridge.predict([CHILD | pcdai | {"remission_week14": False}])
    assert f"{remark}: no such child was in training" in prediction.warnings[0]


def test_remission_is_read_from_the_index_by_the_designs_definition(
    ridge: PackagedModel,
) -> None:
    silent = {key: value for key, value in CHILD.items() if key != "remission_week14"}
    design = replace(ridge.facts.design, remission_definition="reach")
    reach = replace(ridge, facts=replace(ridge.facts, design=design))
    at_ten = silent | {"pcdai_week14": 10.0}
    assert ridge.predict([at_ten]).risk[0, 0] > reach.predict([at_ten]).risk[0, 0]


def test_a_complete_usual_child_is_answered_without_a_remark(ridge: PackagedModel) -> None:
    prediction = ridge.predict([CHILD])
    assert prediction.missing == ((),)
    assert prediction.warnings == ((),)


@pytest.mark.parametrize(
    "values, remark",
    [
        ({"albumin_g_l": 59.0}, r"Albumin: outside the central 95 % of the training children "
                                r"(25 to 44 g/L), by 15 g/L"),
        ({"location": "none"}, "Disease location: this level occurred in no training child"),
        ({"age_years": 0.5}, r"Age at first infusion: outside the central 95 % of the training "
                             r"children (3.2 to 17 years), by 2.7 years"),
    ],
    ids=["high", "unseen level", "low"],
)  # fmt: skip
def test_what_is_unusual_is_remarked_upon_and_answered(
    ridge: PackagedModel, values: dict[str, Any], remark: str
) -> None:
    prediction = ridge.predict([CHILD | values])
    assert prediction.warnings == ((remark,),)
    assert 0 < prediction.risk[0, 0] < 1


def test_a_value_that_was_never_measured_in_training_is_remarked_upon(
    ridge: PackagedModel,
) -> None:
    encoding = replace(ridge.encoding, never_measured=("trough_week14_ug_ml",))
    prediction = replace(ridge, encoding=encoding).predict([CHILD])
    assert prediction.warnings == (
        ("Infliximab trough at week 14: measured in no training child, so it changes nothing",),
    )


@pytest.mark.parametrize("measured", [1, 8, 9, 18])
def test_an_answer_for_a_child_of_whom_little_is_known_says_so(
    ridge: PackagedModel, measured: int
) -> None:
    prediction = ridge.predict([dict(list(CHILD.items())[:measured])])
    remark = (
        f"only {measured} of the model's 18 predictors measured: "
        "the answer rests on what the absence of the others meant in training"
    )
    # Half of them is enough.
    assert prediction.warnings == ((remark,) if measured < 9 else (),)


# ---- how it adds up ---------------------------------------------------------------------------


@every_family
def test_contributions_add_up_to_the_prediction(
    name: str, packaged: dict[str, PackagedModel], at_risk: AtRisk
) -> None:
    found = packaged[name].explain(at_risk.X)
    # Efficiency, the first of Shapley's axioms; 500 trees are added in float64.
    total = found.base_values + found.values.sum(axis=1)
    np.testing.assert_allclose(total, found.predicted, rtol=0, atol=1e-12)
    assert found.predictors == packaged[name].encoding.predictors


@every_family
def test_an_answer_is_the_prediction_and_its_explanation(
    packaged: dict[str, PackagedModel], at_risk: AtRisk, name: str
) -> None:
    model = packaged[name]

    predicted, moved = model.answer(at_risk.X, days_since_first_infusion=[200, 365])

    alone = model.predict(at_risk.X, days_since_first_infusion=[200, 365])
    explained = model.explain(at_risk.X, days_since_first_infusion=[200, 365])
    assert np.array_equal(predicted.risk, alone.risk)
    assert (predicted.missing, predicted.warnings) == (alone.missing, alone.warnings)
    assert np.array_equal(moved.values, explained.values)
    assert np.array_equal(moved.predicted, explained.predicted)


@every_family
def test_the_detail_of_an_explanation_sums_to_it(
    packaged: dict[str, PackagedModel], at_risk: AtRisk, name: str
) -> None:
    model = packaged[name]

    whole, detail = model.explain(at_risk.X), model.explain(at_risk.X, detail=True)

    assert detail.predictors == model.encoding.names
    summed = model.encoding.by_predictor(detail.values)
    assert summed == pytest.approx(whole.values, abs=1e-12)
    assert np.array_equal(detail.predicted, whole.predicted)


@pytest.mark.parametrize("name", ["ridge", "forest"])
def test_the_detail_tells_levels_and_what_was_not_measured(
    name: str, packaged: dict[str, PackagedModel]
) -> None:
    model = packaged[name]
    little = {"albumin_g_l": 35.0, "sex": "female"}
    detail = model.explain([CHILD, little], detail=True)

    for row, child in zip(detail.data, [CHILD, little], strict=True):
        for feature, told in zip(model.encoding.features, row, strict=True):
            value = child.get(feature.predictor)
            if feature.kind == "number":
                assert told == value
            elif feature.kind == "missing":
                assert told is (value is None)
            elif feature.kind == "level":
                named = feature.name.rpartition("=")[2]
                assert told is (None if value is None else value == named)
    kinds = {feature.kind for feature in model.encoding.features}
    assert kinds >= {"number", "level"}


def test_a_forest_is_explained_on_the_risk_itself(
    packaged: dict[str, PackagedModel], at_risk: AtRisk
) -> None:
    found = packaged["forest"].explain(at_risk.X)
    assert found.scale == "risk"
    expected = packaged["forest"].predict(at_risk.X).risk
    np.testing.assert_allclose(found.predicted, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["boosting", "null", "published", "ridge"])
def test_models_of_cox_type_are_explained_on_the_log_hazard(
    name: str, packaged: dict[str, PackagedModel], at_risk: AtRisk
) -> None:
    model = packaged[name]
    found = model.explain(at_risk.X)
    assert found.scale == "log_hazard"
    # Proportional hazards: risk = 1 - exp(-H0(t) exp(log hazard)).
    baseline: StepFunction = model.curves.baseline  # type: ignore[attr-defined]
    risk = 1 - np.exp(-baseline(found.days) * np.exp(found.predicted))
    np.testing.assert_allclose(risk, model.predict(at_risk.X).risk, rtol=0, atol=1e-12)


def test_an_explanation_shows_what_was_measured_in_its_own_units(ridge: PackagedModel) -> None:
    found = ridge.explain([{"albumin_g_l": 31.0, "location": "L1"}])
    shown = dict(zip(found.predictors, found.data[0], strict=True))
    assert shown == dict.fromkeys(CHILD) | {"albumin_g_l": 31.0, "location": "L1"}


def test_explaining_other_days_does_not_disturb_the_horizons(ridge: PackagedModel) -> None:
    before = ridge.explain([CHILD]).values
    assert ridge.explain([CHILD], days_since_first_infusion=[130, 160, 190]).values.shape == (
        1,
        18,
        3,
    )
    np.testing.assert_array_equal(ridge.explain([CHILD]).values, before)


def test_a_model_with_other_curves_does_not_explain_by_the_old_ones(
    packaged: dict[str, PackagedModel],
) -> None:
    model = packaged["forest"]
    before = model.explain([CHILD])

    changed = replace(model, curves=replace(model.curves, trees=_turned(model.curves)))  # type: ignore[type-var]  # dataclasses all

    assert np.array_equal(changed.explain([CHILD]).values, -before.values)
    assert changed.predict([CHILD]).risk == pytest.approx(1 - before.predicted, abs=1e-12)


def _turned(curves: Any) -> TreeEnsemble:
    """Trees that tell the risk where they told survival."""
    trees: TreeEnsemble = curves.trees
    return replace(trees, values=-trees.values, offset=1 - trees.offset, before=0.0)


def test_an_explanation_can_be_asked_for_one_horizon(
    packaged: dict[str, PackagedModel],
) -> None:
    found = packaged["forest"].explain([CHILD])
    assert found.at(632).values.shape == (1, 18)
    np.testing.assert_array_equal(found.at(632).values, found.values[:, :, 1])


def test_a_model_says_what_it_is_and_nothing_of_its_children(ridge: PackagedModel) -> None:
    assert repr(ridge) == "PackagedModel('lorpredict-week14', ridge, stage=demo)"
    assert ridge.facts.cautions == ("trained on synthetic children: demonstration only",)
    assert ridge.facts.horizons == (267.0, 632.0)


# ---- z-scores ---------------------------------------------------------------------------------

MEASURED = {"sex": "male", "age_years": 12.0, "weight_kg": 33.75, "height_cm": 150.0}


def trained_by(ridge: PackagedModel, *tables: str) -> PackagedModel:
    training = replace(ridge.facts.training, growth_references=tables)
    return replace(ridge, facts=replace(ridge.facts, training=training))


def test_a_z_score_that_is_computed_for_an_answer_says_by_which_tables(
    ridge: PackagedModel,
) -> None:
    answer = trained_by(ridge, "WHO 2006/2007").predict([MEASURED])
    assert "BMI z-score: computed by WHO 2006/2007" in answer.warnings[0]
    assert "bmi_z" not in answer.missing[0]


def test_no_z_score_is_computed_for_a_model_that_learnt_those_of_other_tables(
    ridge: PackagedModel,
) -> None:
    answer = trained_by(ridge, "CDC 2000").predict([MEASURED])
    assert "bmi_z" in answer.missing[0]
    told = "BMI z-score: not computed, since the training children's is by CDC 2000"
    assert any(told in warning for warning in answer.warnings[0])


@every_family
def test_a_child_is_told_the_same_alone_and_among_others(
    packaged: dict[str, PackagedModel], at_risk: AtRisk, name: str
) -> None:
    model, records = packaged[name], records_of(at_risk.X)[:20]
    prediction, contributions = model.answer(records)

    for row, record in enumerate(records):
        alone, moved = model.answer([record])
        np.testing.assert_array_equal(alone.risk[0], prediction.risk[row])
        np.testing.assert_array_equal(moved.values[0], contributions.values[row])
        np.testing.assert_array_equal(moved.predicted[0], contributions.predicted[row])
        if alone.interval is not None and prediction.interval is not None:
            np.testing.assert_array_equal(alone.interval.low[0], prediction.interval.low[row])
            np.testing.assert_array_equal(alone.interval.high[0], prediction.interval.high[row])
