"""Reading a cohort: files and tables, names, units, what is left out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lorpredict import Cohort, read_cohort
from lorpredict.clinical import GrowthReference, catalogue
from lorpredict.cohort import CohortWarning
from lorpredict.errors import CohortFaults
from lorpredict.synthetic import RECONSTRUCTED_COHORT
from tests.tables import drawn

THREE = drawn("""
    patient_id | follow_up_days | outcome            | crp_mg_l | albumin_g_l | perianal | location
    a          | 200            | secondary_lor      | 52       | 31.5        | true     | L1
    b          | 300            | transferred        | 4        | 42          | FALSE    | none
    c          | 400            | administrative_end |          |             |          |
""")
CSV = THREE.to_csv(index=False)


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "ours.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def in_other_units(crp: str, albumin: str) -> pd.DataFrame:
    """The three children with CRP in mg/dL and albumin in g/dL, under the given names."""
    renamed = THREE.rename(columns={"crp_mg_l": crp, "albumin_g_l": albumin})
    return renamed.assign(**{crp: ["5.2", "0.4", ""], albumin: ["3.15", "4.2", ""]})


def faults(source: Any, **options: Any) -> list[str]:
    with pytest.raises(CohortFaults) as refused:
        read_cohort(source, **options)
    return [str(fault) for fault in refused.value.faults]


def test_a_file_and_a_table_give_the_same_cohort(tmp_path: Path) -> None:
    from_file, from_table = read_cohort(written(tmp_path, CSV)), read_cohort(THREE)
    pd.testing.assert_frame_equal(from_file.table, from_table.table)
    assert from_file.sha256 == from_table.sha256


def test_a_file_with_the_mark_that_spreadsheets_write_is_read(tmp_path: Path) -> None:
    marked = written(tmp_path, CSV.encode("utf-8-sig"))
    assert read_cohort(marked).sha256 == read_cohort(THREE).sha256


def test_a_table_of_typed_columns_gives_the_same_cohort_as_its_text() -> None:
    typed = pd.read_csv(RECONSTRUCTED_COHORT)
    text = pd.read_csv(RECONSTRUCTED_COHORT, dtype="string", keep_default_na=False)
    # pandas reads the level "none" as it stands, and numbers as numbers.
    typed["upper_gi"] = text["upper_gi"]
    pd.testing.assert_frame_equal(read_cohort(typed).table, read_cohort(text).table)


def test_values_arrive_in_the_types_of_the_catalogue() -> None:
    table = read_cohort(THREE).table
    assert table["crp_mg_l"].tolist()[:2] == [52.0, 4.0]
    assert table["perianal"].tolist() == [True, False, pd.NA]
    assert table["location"].cat.categories.tolist() == ["L3", "L2", "L1", "none"]
    assert table["location"].tolist()[:2] == ["L1", "none"]
    assert table.isna().sum().to_dict() == dict.fromkeys(table, 0) | dict.fromkeys(
        ["crp_mg_l", "albumin_g_l", "perianal", "location"], 1
    )


@pytest.mark.parametrize(
    "table, units",
    [
        pytest.param(in_other_units("crp_mg_dl", "albumin_g_dl"), None, id="by suffix"),
        pytest.param(
            in_other_units("crp_mg_l", "albumin_g_l"),
            {"crp_mg_l": "mg/dL", "albumin_g_l": "g/dL"},
            id="by unit, under the canonical name",
        ),
        pytest.param(
            in_other_units("crp", "albumin"),
            {"crp": "mg/dL", "albumin": "g/dL"},
            id="by unit, under the name without one",
        ),
    ],
)
def test_another_unit_is_converted(table: pd.DataFrame, units: dict[str, str] | None) -> None:
    converted = read_cohort(table, units=units).table
    expected = read_cohort(THREE).table
    pd.testing.assert_frame_equal(converted, expected, check_exact=False, rtol=1e-12)


def test_a_quantity_without_its_unit_is_refused() -> None:
    table = THREE.rename(columns={"crp_mg_l": "crp"})
    told = "crp: its unit is not stated. Call it crp_mg_l or crp_mg_dl"
    with pytest.raises(CohortFaults, match=told):
        read_cohort(table)


def test_an_unknown_unit_is_refused_with_the_known_ones() -> None:
    assert faults(THREE, units={"crp_mg_l": "nmol/L"}) == [
        "crp_mg_l: unit 'nmol/L' is not known; expected one of mg/L, mg/dL, ug/mL"
    ]


def test_a_unit_for_a_column_that_is_not_there_is_refused() -> None:
    assert faults(THREE, units={"crp_mgl": "mg/dL"}) == [
        "crp_mgl: a unit is given for a column that is not there. Did you mean crp_mg_l?"
    ]


def test_the_order_of_columns_does_not_matter() -> None:
    shuffled = THREE[["location", "outcome", "perianal", "crp_mg_l", "patient_id",
                      "follow_up_days", "albumin_g_l"]]  # fmt: skip
    assert read_cohort(shuffled).sha256 == read_cohort(THREE).sha256
    pd.testing.assert_frame_equal(read_cohort(shuffled).table, read_cohort(THREE).table)


def test_the_hash_does_not_know_the_order_of_columns() -> None:
    cohort = read_cohort(THREE)
    assert Cohort(cohort.table.iloc[:, ::-1], "turned").sha256 == cohort.sha256


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.assign(crp_mg_l=["52", "5", ""]),
        lambda table: table.iloc[::-1],
        lambda table: table.drop(columns="perianal"),
    ],
    ids=["a value", "the order of children", "a column"],
)
def test_another_content_has_another_hash(change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    assert read_cohort(change(THREE)).sha256 != read_cohort(THREE).sha256


def test_unknown_columns_are_left_out_with_one_warning_that_names_their_neighbours() -> None:
    table = THREE.assign(albumin_gl="40", shoe_size="36")
    with pytest.warns(CohortWarning) as warned:
        cohort = read_cohort(table)
    assert [str(warning.message) for warning in warned] == [
        "columns that the catalogue does not hold are left out: "
        "albumin_gl Did you mean albumin_g_l or albumin_g_dl or albumin_mg_dl?; shoe_size"
    ]
    assert cohort.left_out_columns == ("albumin_gl", "shoe_size")
    assert cohort.sha256 == read_cohort(THREE).sha256


def test_unknown_columns_are_refused_where_reading_is_strict() -> None:
    told = faults(THREE.assign(albumin_gl="40", shoe_size="36"), strict=True)
    assert told == [
        "albumin_gl: not in the catalogue. "
        "Did you mean albumin_g_l or albumin_g_dl or albumin_mg_dl?",
        "shoe_size: not in the catalogue",
    ]


def test_a_near_miss_of_a_column_that_is_needed_is_an_error_with_a_hint() -> None:
    table = THREE.rename(columns={"patient_id": "patientid", "follow_up_days": "followup_days"})
    assert faults(table) == [
        "patient_id: this column is needed and is not there. Did you mean patientid?",
        "follow_up_days: this column is needed and is not there. Did you mean followup_days?",
    ]


def test_two_columns_for_one_quantity_are_refused() -> None:
    assert faults(THREE.assign(crp_mg_dl="5")) == [
        "crp_mg_dl: the same quantity as the column crp_mg_l. Keep one of the two"
    ]


def test_one_name_twice_is_refused() -> None:
    twice = pd.concat([THREE, THREE[["perianal"]]], axis=1)
    assert faults(twice) == [
        "perianal: this column stands twice in the header. Keep one of the two"
    ]


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param("", "ours.csv: the file is empty; expected a header and one row a child",
                     id="empty"),
        pytest.param(CSV.splitlines()[0], "table: expected at least one row, it has none. "
                     "Fill in one row for each child", id="header only"),
        pytest.param(CSV.replace("L1", "Zürich").encode("latin-1"),
                     "ours.csv: not UTF-8: line 2 cannot be read. Save the file as UTF-8",
                     id="not UTF-8"),
        pytest.param(CSV + "d,1,2,3,4,5,6,7,8\n",
                     "ours.csv: not a CSV table: line 5 has 9 cells, the header 7. "
                     "The first line has to be the header: remove titles above it, and put a "
                     "text that holds a comma into quotes", id="not a table"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    assert faults(written(tmp_path, content)) == [message]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert faults(tmp_path / "theirs.csv") == ["theirs.csv: no such file"]


def test_a_cohort_is_called_by_its_file_unless_it_is_given_a_name(tmp_path: Path) -> None:
    path = written(tmp_path, CSV)
    assert repr(read_cohort(path)) == "Cohort('ours', 3 children, observed)"
    assert read_cohort(str(path), name="theirs").name == "theirs"
    assert read_cohort(THREE).name == "cohort"


def test_the_table_that_was_handed_over_is_not_changed() -> None:
    table = in_other_units("crp", "albumin").assign(trough_week14_below_loq="")
    table.index = pd.Index([7, 8, 9])
    before = table.copy()
    read_cohort(table, units={"crp": "mg/dL", "albumin": "g/dL"})
    pd.testing.assert_frame_equal(table, before)


def test_rows_are_counted_from_one_whatever_the_index_says() -> None:
    table = THREE.assign(crp_mg_l=["1", "many", "501"])
    table.index = pd.Index([7, 8, 9])
    assert faults(table) == [
        "crp_mg_l is 'many' in row 2: expected a number, 0 to 500 mg/L",
        "crp_mg_l is 501 mg/L in row 3: expected 0 to 500 mg/L",
    ]


@pytest.mark.parametrize(
    "said, expected",
    [(["true", "", ""], True), (["false", "false", ""], False), (["", "", ""], False)],
)
def test_one_synthetic_row_makes_a_cohort_synthetic(said: list[str], expected: bool) -> None:
    assert read_cohort(THREE.assign(synthetic=said)).is_synthetic is expected


def test_a_cohort_without_the_word_is_a_childs() -> None:
    assert not read_cohort(THREE).is_synthetic


def test_an_implausible_median_asks_for_the_unit() -> None:
    # A CRP in mg/dL under the name for mg/L lies within the plausible range; its median does not.
    with pytest.warns(CohortWarning) as warned:
        read_cohort(THREE.assign(crp_mg_l=["0.4", "1.2", "5.2"]))
    assert [str(warning.message) for warning in warned] == [
        "crp_mg_l: the cohort's median is 1.2 mg/L; "
        "expected 1.5 to 150 in children who start infliximab. Is the unit right?"
    ]


def test_a_median_within_its_range_is_passed_over_in_silence(cohort: Cohort) -> None:
    # Warnings are errors here, so reading the shipped cohort without one is the assertion.
    assert read_cohort(RECONSTRUCTED_COHORT).sha256 == cohort.sha256


def test_a_missing_column_does_not_hide_what_is_wrong_with_the_others() -> None:
    table = THREE.drop(columns="outcome").assign(albumin_g_l=["31.5", "4.2", "38"])
    assert faults(table) == [
        "outcome: this column is needed and is not there",
        'albumin_g_l is 4.2 g/L in row 2: expected 10 to 60 g/L. Did you mean unit="g/dL" '
        "(column albumin_g_dl)?",
    ]


def test_a_header_that_stands_twice_in_a_file_is_refused(tmp_path: Path) -> None:
    table = THREE.assign(again=THREE["perianal"]).rename(columns={"again": "perianal"})
    assert faults(written(tmp_path, table.to_csv(index=False))) == [
        "perianal: this column stands twice in the header. Keep one of the two"
    ]


def test_a_file_with_semicolons_is_refused_with_the_way_out(tmp_path: Path) -> None:
    [fault] = faults(written(tmp_path, CSV.replace(",", ";")))
    assert "the columns seem to be separated by semicolons. Save it with commas" in fault


@pytest.mark.parametrize(
    ("column", "cell", "hint"),
    [
        ("crp_mg_l", "NA", "Leave the cell empty where nothing was measured"),
        ("crp_mg_l", "1,2", "Use a point as the decimal mark"),
        ("trough_week14_ug_ml", "<0.4", "set trough_week14_below_loq to true"),
    ],
)
def test_what_was_probably_meant_is_said_and_never_guessed(
    column: str, cell: str, hint: str
) -> None:
    [fault] = faults(THREE.assign(**{column: ["", cell, ""]}))
    assert hint in fault
    assert "in row 2" in fault


def test_reading_a_csv_loads_neither_workbooks_nor_databases() -> None:
    program = (
        "import sys\n"
        "from lorpredict.synthetic import reconstructed_cohort\n"
        "reconstructed_cohort()\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert {"openpyxl", "sqlalchemy", "psycopg", "pygrowup"}.isdisjoint(answer.stdout.split())


GROWN = THREE.assign(
    sex=["male", "female", "male"],
    age_years=["12", "12", ""],
    weight_kg=["33.75", "40", "40"],
    height_cm=["150", "", "150"],
    bmi_z=["", "0.5", ""],
)


def test_z_scores_are_computed_where_they_can_be_and_name_their_reference() -> None:
    table = read_cohort(GROWN).table
    assert table["bmi_z"].round(4).tolist()[:2] == [-1.5606, 0.5]
    assert table["bmi_z"].isna().tolist() == [False, False, True]
    assert table["height_z"].isna().tolist() == [False, True, True]
    assert table["growth_reference"].tolist() == ["WHO 2006/2007", pd.NA, pd.NA]
    assert list(table) == [key for key in catalogue() if key in table]


def test_a_cohort_that_was_read_can_be_read_again() -> None:
    once = read_cohort(GROWN)
    assert read_cohort(once.table).sha256 == once.sha256


def test_a_site_reads_with_its_own_growth_reference() -> None:
    # Of a median 1 kg/m2 or cm higher at every age the z-scores are lower; the rest is WHO's.
    who = GrowthReference.who()
    higher = {key: replace(each, m=each.m + 1) for key, each in who.tables.items()}
    ours = GrowthReference("ours", higher, restricted=True)
    table = read_cohort(GROWN, growth_reference=ours).table
    assert table["growth_reference"].tolist() == ["ours", pd.NA, pd.NA]
    assert table["bmi_z"][0] == pytest.approx(float(ours.bmi_z(33.75, 150, 12, True)), abs=1e-12)
    assert table["bmi_z"][0] < read_cohort(GROWN).table["bmi_z"][0] - 0.3


def test_a_given_z_score_is_judged_by_the_sites_own_reference() -> None:
    who = GrowthReference.who()
    higher = {key: replace(each, m=each.m + 3) for key, each in who.tables.items()}
    ours = GrowthReference("ours", higher, restricted=True)
    given = GROWN.assign(bmi_z=["-1.56", "0.5", ""])
    assert len(read_cohort(given)) == 3
    [told] = faults(given, growth_reference=ours)
    assert told.startswith("bmi_z is -1.56 (computed: -3.")
