"""What the catalogue of predictors promises, and which entries it refuses."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from lorpredict.clinical import Catalogue, Kind, Known, OtherUnit, Predictor, catalogue
from lorpredict.clinical._derived import DERIVATIONS
from lorpredict.errors import CatalogueError, UnknownPredictor

WHEN_KNOWN = {
    Known.IDENTITY: {
        "patient_id", "ifx_start_date", "landmark_day", "site", "synthetic", "growth_reference",
    },
    Known.OUTCOME: {"follow_up_days", "outcome", "stop_reason", "last_lor_free_days"},
    Known.FIRST_INFUSION: {
        "sex", "age_years", "onset_age_years", "disease_duration_months", "weight_kg", "height_cm",
        "bmi_z", "height_z", "growth_delay", "pcdai_baseline", "location", "upper_gi", "behaviour",
        "perianal", "prior_surgery", "cdeis_category", "prior_een", "prior_steroids",
        "prior_azathioprine", "crp_mg_l", "esr_mm_h", "wbc_10e9_l", "haemoglobin_g_l",
        "platelets_10e9_l", "albumin_g_l", "faecal_calprotectin_ug_g", "ifx_dose_mg_kg",
    },
    Known.LANDMARK: {
        "pcdai_week14", "remission_week14", "trough_week14_ug_ml", "trough_week14_below_loq",
        "trough_week14_loq_ug_ml", "antibodies_week14", "immunomodulator_week14",
        "steroids_week14", "crp_week14_mg_l", "albumin_week14_g_l",
    },
    Known.LATER: {
        "immunomodulator_over_6_months", "immunomodulator_drug", "ifx_duration_months",
        "infusions", "optimised_after_low_trough",
    },
}  # fmt: skip

ALBUMIN: dict[str, Any] = {
    "label": "Albumin",
    "description": "Albumin in the blood.",
    "kind": "number",
    "known": "first_infusion",
    "source": "somebody measured it",
    "unit": "g/L",
    "stem": "albumin",
    "other_units": [{"unit": "g/dL", "suffix": "g_dl", "factor": 10.0}],
    "plausible": [10, 60],
    "plausible_source": "house limit",
}
CATEGORY: dict[str, Any] = {
    "label": "Location",
    "description": "Where.",
    "kind": "category",
    "known": "first_infusion",
    "source": "somebody looked",
    "levels": [{"value": "L1", "label": "ileal"}, {"value": "L2", "label": "colonic"}],
}
CONVERSIONS = [
    pytest.param(column, other, id=f"{key} {other.suffix}")
    for key, column in catalogue().items()
    for other in column.other_units
]


def one_entry(key: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {"version": "1", "predictors": {key: entry}}


def without(entry: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != field}


@pytest.mark.parametrize("known", Known)
def test_every_column_of_the_cohort_table_says_when_it_is_known(known: Known) -> None:
    assert {key for key, column in catalogue().items() if column.known is known} == WHEN_KNOWN[
        known
    ]


def test_only_what_is_known_at_the_landmark_may_predict() -> None:
    may_predict = {key for key, column in catalogue().items() if column.may_predict}
    assert may_predict == WHEN_KNOWN[Known.FIRST_INFUSION] | WHEN_KNOWN[Known.LANDMARK]


def test_a_row_cannot_exist_without_a_patient_and_an_outcome() -> None:
    refused = {key for key, column in catalogue().items() if column.missing == "refused"}
    assert refused == {"patient_id", "follow_up_days", "outcome"}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("crp_mg_l", (0, 500)),
        ("albumin_g_l", (10, 60)),
        ("haemoglobin_g_l", (30, 200)),
        ("trough_week14_ug_ml", (0, 100)),
        ("bmi_z", (-8, 6)),
        ("age_years", (0, 19)),
        ("landmark_day", (84, 112)),
        ("faecal_calprotectin_ug_g", (0, 30_000)),
    ],
)
def test_a_house_limit_stands_as_it_was_chosen(key: str, expected: tuple[int, int]) -> None:
    assert catalogue()[key].plausible == expected
    assert catalogue()[key].plausible_source == "house limit"


def test_every_number_has_a_range_and_a_unit() -> None:
    numbers = [column for column in catalogue().values() if column.kind is Kind.NUMBER]
    assert len(numbers) == 26
    assert [n.key for n in numbers if n.plausible is None or n.unit is None] == []


def test_skewed_laboratory_values_are_seen_on_a_log_scale() -> None:
    assert {key for key, column in catalogue().items() if column.transform == "log1p"} == {
        "crp_mg_l", "crp_week14_mg_l", "esr_mm_h", "platelets_10e9_l",
        "faecal_calprotectin_ug_g", "trough_week14_ug_ml",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "reference"),
    [("location", "L3"), ("behaviour", "B1"), ("upper_gi", "none"), ("sex", "male")],
)
def test_the_first_level_is_the_reference(key: str, reference: str) -> None:
    assert catalogue()[key].values[0] == reference


def test_severity_and_titre_are_ordered_and_nothing_else_is() -> None:
    ordered = {key: column.values for key, column in catalogue().items() if column.ordered}
    assert ordered == {
        "cdeis_category": ("remission", "mild", "moderate", "severe"),
        "antibodies_week14": ("negative", "low", "high"),
    }


@pytest.mark.parametrize(
    ("key", "value", "unit", "expected"),
    [
        ("crp_mg_l", 5.0, "mg/dL", 50.0),
        ("albumin_g_l", 4.2, "g/dL", 42.0),
        ("haemoglobin_g_l", 7.5, "mmol/L", 120.855),
        ("wbc_10e9_l", 7500.0, "/uL", 7.5),
        ("wbc_10e9_l", 7.5, "K/uL", 7.5),
        ("platelets_10e9_l", 400.0, "G/L", 400.0),
        ("trough_week14_ug_ml", 3.2, "mg/L", 3.2),
        ("faecal_calprotectin_ug_g", 250.0, "mg/kg", 250.0),
        ("weight_kg", 100.0, "lb", 45.359237),
        ("height_cm", 1.45, "m", 145.0),
        ("height_cm", 50.0, "in", 127.0),
        ("age_years", 150.0, "months", 12.5),
        ("disease_duration_months", 1.5, "years", 18.0),
        ("esr_mm_h", 20.0, "mm/hr", 20.0),
    ],
)
def test_a_value_in_another_unit_is_converted(
    key: str, value: float, unit: str, expected: float
) -> None:
    assert catalogue()[key].in_canonical_unit(value, unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("column", "other"), CONVERSIONS)
def test_converting_there_and_back_changes_nothing(column: Predictor, other: OtherUnit) -> None:
    there = column.in_canonical_unit(7.3, other.suffix)
    assert there / column.factor_from(other.unit) == pytest.approx(7.3, rel=1e-12)


@pytest.mark.parametrize(("column", "other"), CONVERSIONS)
def test_no_two_units_of_a_column_share_a_name(column: Predictor, other: OtherUnit) -> None:
    for name in (other.unit, other.suffix, *other.aliases):
        assert column.factor_from(name) == other.factor


def test_a_unit_of_another_quantity_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"'nmol/L' is not known; expected one of mg/L, mg/dL"):
        catalogue()["crp_mg_l"].factor_from("nmol/L")


@pytest.mark.parametrize(
    ("key", "value", "hint"),
    [
        ("albumin_g_l", 4.2, 'Did you mean unit="g/dL" (column albumin_g_dl)?'),
        ("haemoglobin_g_l", 12.5, 'Did you mean unit="g/dL" (column haemoglobin_g_dl)?'),
        ("wbc_10e9_l", 7500.0, 'Did you mean unit="/uL" (column wbc_per_ul)?'),
        ("height_cm", 1.45, 'Did you mean unit="m" (column height_m)?'),
        ("weight_kg", 34_000.0, 'Did you mean unit="g" (column weight_g)?'),
        ("age_years", 144.0, 'Did you mean unit="mo" (column age_months)?'),
        ("albumin_g_l", -1.0, ""),
    ],
)
def test_an_implausible_value_names_the_unit_that_fits(key: str, value: float, hint: str) -> None:
    fault = catalogue()[key].fault(value)
    assert fault is not None
    assert fault.hint == hint


def test_a_fault_names_the_column_the_value_and_the_way_out() -> None:
    assert str(catalogue()["albumin_g_l"].fault(4.2, row=17)) == (
        "albumin_g_l is 4.2 g/L in row 17: expected 10 to 60 g/L. "
        'Did you mean unit="g/dL" (column albumin_g_dl)?'
    )


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("pcdai_baseline", 12.0, "expected 0 to 100 in steps of 2.5"),
        ("location", "L5", "expected one of L3, L2, L1, none"),
        ("perianal", "yes", "expected true or false"),
        ("ifx_start_date", "31.03.2024", "expected a date such as 2024-03-31"),
        ("crp_mg_l", float("nan"), "expected a number, 0 to 500 mg/L"),
        ("crp_mg_l", True, "expected a number, 0 to 500 mg/L"),
    ],
)
def test_a_value_that_cannot_be_is_a_fault(key: str, value: Any, problem: str) -> None:
    fault = catalogue()[key].fault(value)
    assert fault is not None
    assert fault.problem == problem


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("albumin_g_l", 10.0),
        ("albumin_g_l", 60),
        ("pcdai_week14", 37.5),
        ("location", "none"),
        ("perianal", False),
        ("ifx_start_date", "2024-03-31"),
        ("outcome", "death"),
    ],
)
def test_a_value_that_can_be_is_no_fault(key: str, value: Any) -> None:
    assert catalogue()[key].fault(value) is None


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        pytest.param(ALBUMIN | {"unit": "g/l"}, "unknown unit 'g/l'", id="unknown unit"),
        pytest.param(ALBUMIN | {"plausible": [60, 10]}, "empty range 60 to 10", id="empty range"),
        pytest.param(ALBUMIN | {"source": " "}, "no source", id="blank source"),
        pytest.param(without(ALBUMIN, "source"), "no source", id="source left out"),
        pytest.param(
            ALBUMIN | {"plausibel": [1, 2]},
            "no field is called 'plausibel'. Did you mean plausible",
            id="unknown field",
        ),
        pytest.param(without(ALBUMIN, "unit"), "a number needs a unit", id="no unit"),
        pytest.param(without(ALBUMIN, "plausible"), "needs a plausible range", id="no range"),
        pytest.param(
            without(ALBUMIN, "plausible_source"), "range needs its own source", id="range unsourced"
        ),
        pytest.param(ALBUMIN | {"kind": "amount"}, "'amount' is not a valid Kind", id="kind"),
        pytest.param(ALBUMIN | {"known": "soon"}, "'soon' is not a valid Known", id="known"),
        pytest.param(without(ALBUMIN, "stem"), "other units need a stem", id="no stem"),
        pytest.param(ALBUMIN | {"stem": "alb"}, "stem 'alb' does not begin the key", id="stem"),
        pytest.param(ALBUMIN | {"transform": "sqrt"}, "unknown transform 'sqrt'", id="transform"),
        pytest.param(
            ALBUMIN | {"transform": "log1p", "plausible": [-5, 60]},
            "log1p needs a plausible range from 0, this one begins at -5",
            id="log of less than 0",
        ),
        pytest.param(ALBUMIN | {"missing": "maybe"}, "unknown rule 'maybe'", id="missing rule"),
        pytest.param(ALBUMIN | {"colour": "red"}, "'colour'", id="unknown field"),
        pytest.param(
            ALBUMIN | {"other_units": [{"unit": "g/dL", "suffix": "g_dl", "factor": 0}]},
            "factor of g/dL is not positive",
            id="factor",
        ),
        pytest.param(
            ALBUMIN | {"published_cut": "< 35 g/L"}, "cut and its source go together", id="cut"
        ),
        pytest.param(
            ALBUMIN | {"derived_from": ["nothing"]},
            "derived from the unknown 'nothing'",
            id="derived from unknown",
        ),
        pytest.param(
            CATEGORY | {"levels": [{"value": "L1", "label": "a"}, {"value": "L1", "label": "b"}]},
            "a level twice",
            id="level twice",
        ),
        pytest.param(CATEGORY | {"levels": []}, "fewer than two levels", id="no levels"),
        pytest.param(CATEGORY | {"kind": "text"}, "levels without category", id="stray levels"),
    ],
)
def test_a_contradictory_entry_is_refused(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        Catalogue.from_toml(one_entry("albumin_g_l", entry))
    assert message in str(refused.value)
    assert "catalogue entry 'albumin_g_l'" in str(refused.value)


@pytest.mark.parametrize(("key", "entry"), [("albumin_g_l", ALBUMIN), ("location", CATEGORY)])
def test_the_entry_that_the_refused_ones_vary_is_accepted(key: str, entry: dict[str, Any]) -> None:
    assert list(Catalogue.from_toml(one_entry(key, entry))) == [key]


@pytest.mark.parametrize(
    "key",
    ["_x", "IL 6 / <b>", "Il6", "6_il", "il-6", "", "il6\n", "größe", "x" * 64],
)
def test_a_name_that_is_no_plain_word_is_refused(key: str) -> None:
    with pytest.raises(CatalogueError, match="a column's name begins with a small letter"):
        Catalogue.from_toml(one_entry(key, CATEGORY))


@pytest.mark.parametrize("key", ["record", "records"])
def test_a_name_for_faults_of_whole_records_is_refused(key: str) -> None:
    with pytest.raises(CatalogueError, match=f"'{key}': a fault of a whole record"):
        Catalogue.from_toml(one_entry(key, CATEGORY))


@pytest.mark.parametrize("key", ["model_dump", "model_config", "model_x", "copy", "json", "mro"])
def test_a_name_that_a_record_uses_for_itself_is_refused(key: str) -> None:
    with pytest.raises(CatalogueError, match=f"'{key}': a record uses this name for itself"):
        Catalogue.from_toml(one_entry(key, CATEGORY))


@pytest.mark.parametrize("key", ["x", "x" * 63, "il6_pg_ml", "copy_number", "remodelled"])
def test_any_other_plain_word_is_a_name(key: str) -> None:
    assert list(Catalogue.from_toml(one_entry(key, CATEGORY))) == [key]


def test_log1p_is_taken_where_the_range_begins_at_0() -> None:
    logged = ALBUMIN | {"transform": "log1p", "plausible": [0, 60]}
    assert Catalogue.from_toml(one_entry("albumin_g_l", logged))["albumin_g_l"].plausible == (0, 60)


@pytest.mark.parametrize("name", ["predictors", "infusions", "levels"])
def test_every_catalogue_that_ships_can_be_read(name: str) -> None:
    assert len(catalogue(name)) > 3


def test_the_faults_of_several_entries_are_told_at_once() -> None:
    content = one_entry("albumin_g_l", ALBUMIN | {"unit": "stone", "source": ""})
    content["predictors"]["location"] = CATEGORY | {"levels": []}
    content["predictors"]["site"] = CATEGORY | {"derived_from": ["nothing"]}
    with pytest.raises(CatalogueError) as refused:
        Catalogue.from_toml(content)
    assert str(refused.value).splitlines() == [
        "catalogue entry 'albumin_g_l': no source; unknown unit 'stone'; "
        "a unit that UCUM does not know stands in braces",
        "catalogue entry 'location': fewer than two levels",
        "catalogue entry 'site': derived from the unknown 'nothing'",
    ]


def test_a_catalogue_without_a_version_is_refused() -> None:
    with pytest.raises(CatalogueError, match="no version"):
        Catalogue.from_toml({"predictors": {"location": CATEGORY}})


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UnknownPredictor, match="Did you mean albumin_g_l"):
        catalogue()["albumin_gl"]


def codes_of_no_column() -> list[dict[str, str]]:
    text = files("lorpredict.clinical").joinpath("codes.toml").read_text("utf-8")
    concepts = tomllib.loads(text)["concepts"].values()
    return [code for concept in concepts for code in concept["codes"]]


def test_a_code_stands_in_one_place_only() -> None:
    tied = {code for column in catalogue().values() for code in column.codes}
    untied = [(code["system"], code["code"]) for code in codes_of_no_column()]
    assert len(set(untied)) == len(untied) == 46
    assert tied & set(untied) == set()


def test_every_code_of_no_column_has_its_display_and_source() -> None:
    for code in codes_of_no_column():
        assert code["display"].strip()
        assert code["source"].startswith("verified against ")


def test_a_number_that_no_float_can_hold_is_a_fault_like_any_other() -> None:
    fault = catalogue()["albumin_g_l"].fault(10**400)
    assert fault is not None
    assert fault.problem == "expected 10 to 60 g/L"


def test_what_says_that_it_is_derived_is_derived() -> None:
    said = {key: column.derived_from for key, column in catalogue().items() if column.derived_from}
    written = {each.key: each.sources for each in DERIVATIONS}
    assert said == written | {"remission_week14": ("pcdai_week14",)}
