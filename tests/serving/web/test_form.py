"""The form has what the models use, and asks for a unit where a wrong one could not be seen."""

from __future__ import annotations

import pytest

from lorpredict.clinical import catalogue
from serving.messages import record_fields
from serving.models import ServedModels
from serving.web._files import examples, layout, texts
from serving.web._form import Form


@pytest.fixture(scope="module")
def form(models: ServedModels) -> Form:
    return Form.of(models)


def test_whatever_a_model_uses_can_be_typed(form: Form, models: ServedModels) -> None:
    used = {name for served in models.values() for name in served.model.encoding.predictors}

    assert used <= set(form.fields)
    assert {key for key, each in form.fields.items() if each.is_used} == used


def test_what_is_computed_can_be_given_by_what_it_is_computed_from(form: Form) -> None:
    assert {"weight_kg", "height_cm", "onset_age_years", "pcdai_week14"} <= set(form.fields)
    assert "Weight" in form.fields["bmi_z"].computed_from


def test_what_no_model_uses_is_not_asked(form: Form) -> None:
    assert "faecal_calprotectin_ug_g" not in form.fields


def test_a_column_that_the_layout_does_not_know_stands_in_the_last_group(
    models: ServedModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = {**layout()["groups"], "child": ["sex"]}
    monkeypatch.setitem(layout(), "groups", placed)

    *_, last = Form.of(models).groups
    assert last.key == "other"
    assert "age_years" in {each.key for each in last.fields}


def test_the_layout_names_columns_that_there_are() -> None:
    placed = [key for keys in layout()["groups"].values() for key in keys]

    assert len(placed) == len(set(placed))
    assert set(placed) <= set(record_fields())
    assert set(layout()["groups"]) == set(texts()["groups"])


def test_the_unit_must_be_said_where_a_wrong_one_would_look_as_plausible(form: Form) -> None:
    asked = {key for key, each in form.fields.items() if each.asks_for_unit}
    assert asked == {"crp_mg_l", "disease_duration_months"}


@pytest.mark.parametrize(
    "key, hides",
    [("crp_mg_l", True), ("albumin_g_l", False), ("trough_week14_ug_ml", False), ("bmi_z", False)],
)
def test_a_unit_hides_where_all_its_plausible_values_are_plausible_in_ours(
    key: str, hides: bool
) -> None:
    assert catalogue()[key].hides_wrong_units is hides


def test_units_are_named_as_people_write_them(form: Form) -> None:
    labels = {unit.label for each in form.fields.values() for unit in each.units}
    assert {"years", "lb", "in", "×10⁶/L"} <= labels
    assert not labels & {"a", "[lb_av]", "[in_i]", "10*6/L"}


def test_two_names_of_one_unit_are_offered_once(form: Form) -> None:
    assert [unit.name for unit in form.fields["crp_mg_l"].units] == ["mg/L", "mg/dL"]


def test_the_made_up_children_hold_nothing_that_a_form_lacks(form: Form) -> None:
    for name, each in examples().items():
        assert set(each["record"]) <= set(form.fields), name
