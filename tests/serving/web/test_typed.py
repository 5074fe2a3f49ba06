"""What was typed is read as strictly as the API reads, and every fault stands by its field."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from lorpredict.clinical import criteria
from serving.models import ServedModels
from serving.web._files import examples
from serving.web._form import Form
from serving.web._typed import WHOLE, Typed, Unreadable, read


@pytest.fixture(scope="module")
def form(models: ServedModels) -> Form:
    return Form.of(models)


def _read(form: Form, **typed: str) -> Any:
    return read(Typed({"albumin_g_l": "36", **typed}), form)


def test_a_value_is_read_in_the_unit_that_was_chosen(form: Form) -> None:
    reading = _read(form, **{"albumin_g_l": "3.6", "albumin_g_l.unit": "g/dL"})

    assert reading.record == {"albumin_g_l": 36.0}
    assert reading.question.children() == [{"albumin_g_l": 36.0}]


@pytest.mark.parametrize("name", list(examples()))
def test_a_record_that_is_typed_is_read_as_it_was(form: Form, name: str) -> None:
    record = examples()[name]["record"]
    typed = Typed.of_record(record, form)

    assert read(typed, form).record == pytest.approx(record)
    assert typed.not_confirmed == []


def test_yes_no_and_levels_are_read(form: Form) -> None:
    reading = _read(form, perianal="false", location="none", sex="female")

    assert reading.record["perianal"] is False
    assert (reading.record["location"], reading.record["sex"]) == ("none", "female")


@pytest.mark.parametrize(
    "key, text, expected",
    [
        ("albumin_g_l", "abc", "a number such as 5.3"),
        ("albumin_g_l", "36,5", "a decimal point"),
        ("albumin_g_l", "1e1", "a number such as 5.3"),
        ("albumin_g_l", "NaN", "a number such as 5.3"),
        ("albumin_g_l", "٣٦", "a number such as 5.3"),
        ("albumin_g_l", "3.6", "expected 10 to 60 g/L. Is it in g/dL?"),
        ("crp_mg_l", "12", "the unit of this value: mg/L, mg/dL"),
        ("pcdai_baseline", "41", "0 to 100 in steps of 2.5"),
        ("sex", "other", "one of male, female"),
        ("perianal", "yes", "one of yes, no"),
    ],
)
def test_a_fault_says_what_was_expected_and_not_what_was_typed(
    form: Form, key: str, text: str, expected: str
) -> None:
    reading = _read(form, **{key: text})

    assert list(reading.faults) == [key]
    assert expected in reading.faults[key]
    assert text not in reading.faults[key].replace("5.3", "").replace("0 to 100", "").split()
    assert reading.question is None


def test_every_fault_is_told_at_once(form: Form) -> None:
    reading = _read(form, albumin_g_l="3.6", crp_mg_l="12", age_years="abc")

    assert set(reading.faults) == {"albumin_g_l", "crp_mg_l", "age_years"}


def test_values_that_contradict_one_another_are_refused(form: Form) -> None:
    reading = _read(form, age_years="8", onset_age_years="12")

    assert reading.question is None
    assert reading.faults


def test_a_value_that_was_not_measured_was_not_typed(form: Form) -> None:
    reading = _read(form, **{"albumin_g_l.not_measured": "on"})

    assert "expected one of the two" in reading.faults["albumin_g_l"]


def test_what_is_not_ticked_is_not_confirmed() -> None:
    first, *others = criteria()
    typed = Typed({f"eligible.{each.key}": "on" for each in others})

    assert typed.not_confirmed == [first.statement]


def test_a_field_of_no_form_of_ours_is_refused(form: Form) -> None:
    assert "no such field" in _read(form, patient_id="a").faults[WHOLE]


def test_empty_fields_are_not_measured() -> None:
    assert Typed.read(b"albumin_g_l=&crp_mg_l=+&sex=male").values == {"sex": "male"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"a", b"sex=male&sex=female", b"sex=%ff", "sex=ü".encode(), b"a=1&b"],
)
def test_what_is_no_form_is_not_read(body: bytes) -> None:
    with pytest.raises(Unreadable):
        Typed.read(body)


def test_more_fields_than_any_form_has_are_not_read() -> None:
    with pytest.raises(Unreadable):
        Typed.read(urlencode({f"f{n}": n for n in range(500)}).encode())


def test_a_range_is_told_in_the_unit_that_was_chosen(form: Form) -> None:
    reading = _read(form, **{"albumin_g_l": "34", "albumin_g_l.unit": "g/dL"})

    assert reading.faults["albumin_g_l"] == "expected 1 to 6 g/dL"


def test_what_is_below_a_limit_is_told_where_it_belongs(form: Form) -> None:
    reading = _read(form, trough_week14_ug_ml="<0.4")

    assert "Trough below the limit of quantification" in reading.faults["trough_week14_ug_ml"]


def test_faults_are_in_the_order_of_the_form(form: Form) -> None:
    reading = _read(form, landmark_day="200", albumin_g_l="x", age_years="99")

    assert list(reading.faults) == ["age_years", "albumin_g_l", "landmark_day"]
