"""How values are told to people."""

from __future__ import annotations

import pytest

from lorpredict.clinical import catalogue
from lorpredict.explanation._labels import Labels


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("age_years", 12.2724, "12.3 years"),
        ("age_years", 9.5, "9.5 years"),
        ("age_years", 9.996, "10 years"),
        ("bmi_z", -0.09604, "-0.096 SD"),
        ("crp_mg_l", 24.0, "24 mg/L"),
        ("crp_mg_l", 112.5, "112.5 mg/L"),
        ("trough_week14_ug_ml", 6.2, "6.2 µg/mL"),
        ("platelets_10e9_l", 1012.0, "1012 ×10⁹/L"),
        ("crp_mg_l", 0.0, "0 mg/L"),
    ],
)
def test_a_number_is_told_as_finely_as_a_clinic_measures(
    name: str, value: float, words: str
) -> None:
    assert Labels(catalogue()).told_with_unit(name, value) == words


def test_no_number_is_told_by_powers_of_ten() -> None:
    assert Labels(catalogue()).told("some_count", 123456.0) == "123456"
