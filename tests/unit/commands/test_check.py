"""Every fault is told, none is lost, and what is well is said to be well."""

from __future__ import annotations

import csv
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from lorpredict import read_cohort
from lorpredict.commands._source import Asked
from lorpredict.errors import CohortFaults
from tests.unit.commands.conftest import Run
from tests.unit.commands.test_template import SITE

BOXES = re.compile("[\u2500-\u257f\x1b]")

# column, value, number of rows: what hospitals send.
WRONG = [
    ("sex", "F", 9), ("sex", "weiblich", 2), ("perianal", "yes", 12), ("growth_delay", "1", 7),
    ("crp_mg_l", "5,2", 15), ("esr_mm_h", "n/a", 4), ("albumin_g_l", "3.4", 20),
    ("haemoglobin_g_l", "11.2", 18), ("age_years", "140", 3), ("onset_age_years", "18.9", 2),
    ("ifx_start_date", "31.12.2020", 10), ("outcome", "LOR", 5), ("follow_up_days", "soon", 2),
    ("follow_up_days", "", 3), ("location", "l3", 4), ("behaviour", "B4", 1),
    ("platelets_10e9_l", "400000", 11), ("pcdai_baseline", "33", 6), ("bmi_z", "-16", 1),
    ("trough_week14_ug_ml", "<0.4", 8), ("ifx_dose_mg_kg", "300", 3), ("wbc_10e9_l", "?", 2),
]  # fmt: skip


@pytest.fixture
def broken(rows: pd.DataFrame, tmp_path: Path) -> Path:
    """Faults of many kinds, two of them in the columns themselves."""
    table = pd.concat([rows] * 3, ignore_index=True)
    table["patient_id"] = [f"K-{number}" for number in range(len(table))]
    for start, (column, value, number) in enumerate(WRONG):
        table.loc[4 * start : 4 * start + number - 1, column] = value
    table.loc[200:203, "patient_id"] = "K-1"
    table = table.assign(albumin="40", site_notes="[red]see file[/red]")
    table.to_csv(tmp_path / "broken.csv", index=False)
    return tmp_path / "broken.csv"


@pytest.fixture
def thousand(rows: pd.DataFrame, tmp_path: Path) -> Path:
    """A thousand faults of two kinds."""
    table = pd.concat([rows] * 20, ignore_index=True)
    table["patient_id"] = [f"K-{number}" for number in range(len(table))]
    table.loc[:699, "albumin_g_l"] = "3.4"
    table.loc[700:999, "crp_mg_l"] = "5,2"
    table.to_csv(tmp_path / "thousand.csv", index=False)
    return tmp_path / "thousand.csv"


def faults_of(path: Path) -> CohortFaults:
    with pytest.raises(CohortFaults) as refused:
        read_cohort(path)
    return refused.value


def written(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_sound_cohort_is_said_to_be_well(run: Run, ours: Path) -> None:
    answer = run("check", ours, "--design", "week14")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("ours.csv: 69 children, 38 columns read, synthetic\n")
    assert "All well: no fault in 69 children." in answer.out
    assert "the 18 predictors of the design week14 is there" in answer.out


def test_a_sound_cohort_as_json(run: Run, ours: Path) -> None:
    told = run("check", ours, "--json").json
    assert (told["command"], told["ok"], told["children"]) == ("check", True, 69)
    assert told["columns"]["crp_mg_l"] == {
        "source": "crp_mg_l", "factor": 1.0, "given": 69, "computed": 0,
    }  # fmt: skip
    assert told["columns"]["trough_week14_ug_ml"]["given"] == 34
    assert (told["faults"], told["left_out"], told["warnings"]) == ([], [], [])


def test_every_fault_of_a_broken_file_is_counted_under_its_kind(run: Run, broken: Path) -> None:
    faults = faults_of(broken).faults
    answer = run("check", broken)
    assert answer.code == 1
    assert f"\n{len(faults)} faults in " in answer.out
    report = answer.out.split(" kinds\n", 1)[1].split("\nWhat now")[0]
    titles = re.findall(r"^(?=\w)((?:.+\n)(?:\w.*\n)*)", report, flags=re.M)
    counts = [re.search(r"\((\d+) rows\)", title) for title in titles]
    assert sum(int(found[1]) if found else 1 for found in counts) == len(faults)


def test_every_fault_is_written_into_the_file_of_faults(
    run: Run, broken: Path, tmp_path: Path
) -> None:
    faults = faults_of(broken)
    assert run("check", broken, "--faults", "faults.csv").code == 1
    expected = [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in faults.rows()
    ]
    assert written(tmp_path / "faults.csv") == expected


def test_every_fault_is_in_the_json(run: Run, broken: Path) -> None:
    answer = run("check", broken, "--json")
    assert answer.code == 1
    assert answer.json["ok"] is False
    assert answer.json["faults"] == faults_of(broken).rows()


def test_a_fault_is_told_with_its_rows_its_value_and_what_to_do(run: Run, broken: Path) -> None:
    told = run("check", broken).out
    first = 4 * [column for column, _, _ in WRONG].index("crp_mg_l") + 1
    assert (
        "crp_mg_l: expected a number, 0 to 500 mg/L (15 rows)\n"
        f"  '5,2' in rows {first}, {first + 1}, {first + 2} and 12 more, up to row {first + 14}\n"
        "  -> Use a point as the decimal mark\n"
    ) in told


def test_what_to_do_is_worded_for_somebody_who_types(run: Run, broken: Path) -> None:
    told = run("check", broken).out
    assert "--unit haemoglobin_g_l=g/dL (or the column haemoglobin_g_dl)?" in told
    assert "--unit albumin=g/L" in " ".join(told.split())
    assert 'unit="' not in told


def test_the_largest_kind_of_fault_comes_first_after_those_of_whole_columns(
    run: Run, broken: Path
) -> None:
    told = run("check", broken).out
    places = [told.index(each) for each in ("\nalbumin: its unit", "(20 rows)", "(18 rows)")]
    assert places == sorted(places)


def test_a_thousand_faults_are_two_kinds_on_one_page(run: Run, thousand: Path) -> None:
    answer = run("check", thousand)
    assert answer.code == 1
    assert "1,000 faults in 1,000 rows, of 2 kinds" in answer.out
    assert "3.4 g/L in rows 1, 2, 3 and 697 more, up to row 700" in answer.out
    assert len(answer.out.splitlines()) < 30
    assert "check thousand.csv --faults faults.csv" in answer.out.replace(
        f"{thousand}", "thousand.csv"
    )


def test_how_many_rows_are_shown_can_be_chosen(run: Run, thousand: Path) -> None:
    assert "rows 1, 2, 3, 4, 5 and 695 more" in run("check", thousand, "--show", "5").out
    assert "rows 1" not in run("check", thousand, "--show", "0").out


def test_names_of_a_file_are_printed_as_they_are(run: Run, broken: Path, tmp_path: Path) -> None:
    renamed = broken.rename(tmp_path / "[bold]our file.csv")
    told = run("check", renamed).out
    assert told.startswith("[bold]our file.csv: ")


def test_nothing_but_text_is_printed_and_no_line_is_too_long(run: Run, broken: Path) -> None:
    told = run("check", broken).out
    assert BOXES.search(told) is None
    to_copy = "    python -m lorpredict"
    long = [line for line in told.splitlines() if len(line) > 80 and not line.startswith(to_copy)]
    assert long == []


def test_a_command_to_copy_stands_in_one_line_with_its_quotes(run: Run, ours: Path) -> None:
    long = ours.rename(ours.with_name(f"{'a long name ' * 9}.csv"))
    told = run("check", long).out
    assert f"    python -m lorpredict describe '{long}'\n" in told


def test_what_was_converted_and_computed_is_told(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows["crp"] = [f"{float(value) / 10:.3f}" for value in rows.pop("crp_mg_l")]
    rows.loc[:9, "disease_duration_months"] = ""
    rows.to_csv(tmp_path / "units.csv", index=False)
    answer = run("check", "units.csv", "--unit", "crp=mg/dL")
    assert answer.code == 0, answer.out
    assert re.search(r"crp +is read as crp_mg_l +× 10\n", answer.out)
    assert re.search(r"disease_duration_months +in 10 children", answer.out)
    told = run("check", "units.csv", "--unit", "crp=mg/dL", "--json").json
    assert told["columns"]["crp_mg_l"]["source"] == "crp"
    assert told["columns"]["crp_mg_l"]["factor"] == 10
    assert told["columns"]["disease_duration_months"]["computed"] == 10


def test_a_unit_that_is_not_said_is_a_fault_with_its_way_out(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows.rename(columns={"crp_mg_l": "crp"}).to_csv(tmp_path / "unit.csv", index=False)
    answer = run("check", "unit.csv")
    assert answer.code == 1
    assert "crp: its unit is not stated" in answer.out
    assert "or say --unit crp=mg/L" in answer.out


def test_columns_that_are_left_out_are_named_with_what_was_meant(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows = rows.rename(columns={"perianal": "perianl"}).assign(hair="brown")
    rows.to_csv(tmp_path / "more.csv", index=False)
    answer = run("check", "more.csv")
    assert answer.code == 0
    assert "  - perianl  Did you mean perianal?\n  - hair\n" in answer.out
    assert answer.out.count("perianl") == 2  # in the list, and in the verdict
    assert answer.out.count("hair") == 1
    refused = run("check", "more.csv", "--strict")
    assert refused.code == 1
    assert "hair: not in the catalogue" in refused.out


def test_a_column_that_the_design_needs_is_named(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows = rows.rename(columns={"perianal": "perianl"}).drop(columns="trough_week14_ug_ml")
    rows.to_csv(tmp_path / "lacking.csv", index=False)
    assert run("check", "lacking.csv").code == 0
    answer = run("check", "lacking.csv", "--design", "week14", "--faults", "faults.csv")
    assert answer.code == 1
    assert "perianal: the design week14 needs this column and it is not there" in answer.out
    assert "-> Did you mean perianl?" in answer.out
    lacking = {"perianal", "trough_week14_ug_ml"}
    assert {row["column"] for row in written(tmp_path / "faults.csv")} == lacking
    assert run("check", "lacking.csv", "--design", "week14-published-4").code == 0


def test_what_the_design_needs_may_be_computed(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows.drop(columns="disease_duration_months").to_csv(tmp_path / "less.csv", index=False)
    assert run("check", "less.csv", "--design", "week14").code == 0


def test_an_unlikely_median_is_a_remark_and_no_fault(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows["crp_mg_l"] = "1.2"
    rows.to_csv(tmp_path / "low.csv", index=False)
    answer = run("check", "low.csv")
    assert answer.code == 0
    assert "! crp_mg_l: the cohort's median is 1.2 mg/L" in answer.out
    assert len(run("check", "low.csv", "--json").json["warnings"]) == 1


def test_children_whose_outcome_is_still_to_come(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows = rows.drop(columns=["patient_id", "outcome", "follow_up_days"])
    rows.to_csv(tmp_path / "new.csv", index=False)
    answer = run("check", "new.csv")
    assert answer.code == 1
    assert "    python -m lorpredict check new.csv --for-prediction\n" in answer.out
    assert run("check", "new.csv", "--for-prediction").code == 0


def test_a_sites_own_columns_are_known(run: Run, rows: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SITE)
    rows.assign(il6_pg_ml="9000").to_csv(tmp_path / "site.csv", index=False)
    assert "- il6_pg_ml" in run("check", "site.csv").out
    answer = run("check", "site.csv", "--site-catalogue", "site.toml")
    assert answer.code == 1
    assert "il6_pg_ml: expected 0 to 5000 pg/mL (69 rows)" in answer.out


def test_every_source_is_read_alike(run: Run, ours: Path, tmp_path: Path) -> None:
    table = pd.read_csv(ours)
    table.to_excel(tmp_path / "ours.xlsx", index=False, sheet_name="children")
    table.to_parquet(tmp_path / "ours.parquet")
    with sqlite3.connect(tmp_path / "ours.db") as connection:
        table.to_sql("cohort", connection, index=False)
    connection.close()
    query = ("--query", "select * from cohort")
    for source in (["ours.csv"], ["ours.xlsx", "--sheet", "children"], ["ours.parquet"],
                   ["sqlite:///ours.db", *query]):  # fmt: skip
        told = run("check", *source, "--json").json
        assert told["ok"], source
        assert (told["children"], told["columns"]["perianal"]["given"]) == (69, 69)


@pytest.mark.parametrize(
    "words, told",
    [
        (["nothing.csv"], "error: nothing.csv: no such file\n"),
        (["ours.csv", "--query", "select 1"], "error: query: given, but only an address"),
        (["sqlite:///ours.db"], "error: ours: an address needs a query"),
        (["ours.csv", "--design", "week41"], "Did you mean week14"),
        (["ours.csv", "--unit", "crp"], "expected COLUMN=UNIT"),
        (["ours.csv", "--site-catalogue", "no.toml"], "no site catalogue at no.toml"),
        (["ours.csv", "--faults", "nowhere/faults.csv"], "there is no folder nowhere"),
        (["ours.csv", "--faults", "."], "is a folder"),
        (["ours.csv", "--faults", "f.xlsx"], "f.xlsx: expected the ending .csv"),
        (["ours.csv", "--growth-reference", "no.csv"], "no.csv"),
    ],
)
def test_what_cannot_be_read_or_written_is_another_exit_code(
    run: Run, ours: Path, words: list[str], told: str
) -> None:
    answer = run("check", *words)
    assert answer.code == 2
    assert answer.out == ""
    assert told in answer.err
    assert "Traceback" not in answer.err


def test_json_stays_json_where_nothing_can_be_read(run: Run) -> None:
    answer = run("check", "nothing.csv", "--json")
    assert answer.code == 2
    assert answer.json["ok"] is False
    assert answer.json["error"]["message"] == "nothing.csv: no such file"


def test_the_file_of_faults_never_takes_the_place_of_the_file(run: Run, ours: Path) -> None:
    before = ours.read_bytes()
    answer = run("check", "ours.csv", "--faults", str(ours))
    assert answer.code == 2
    assert "never written over" in answer.err
    assert ours.read_bytes() == before


def test_an_old_file_of_faults_does_not_outlive_its_faults(
    run: Run, ours: Path, tmp_path: Path
) -> None:
    (tmp_path / "faults.csv").write_text("row,column,value,problem,hint\n1,sex,F,wrong,\n")
    assert run("check", ours, "--faults", "faults.csv").code == 0
    assert written(tmp_path / "faults.csv") == []


@pytest.mark.parametrize(
    "address, told",
    [
        ("postgresql://me:se:cret@host/ours", "postgresql://me:***@host/ours"),
        ("postgresql://host/ours?user=me&password=secret", "postgresql://host/ours?user=me&password=***"),
        ("postgresql://me:a&b@host:5432/ours", "postgresql://me:***@host:5432/ours"),
        ("postgresql://host:5432/ours", "postgresql://host:5432/ours"),
        ("sqlite:///ours.db", "sqlite:///ours.db"),
    ],
)  # fmt: skip
def test_a_password_is_not_said_again(address: str, told: str) -> None:
    assert Asked(address, query="select 1").words() == [told, "--query", "select 1"]


def test_a_reader_who_has_read_enough_is_no_error(broken: Path) -> None:
    program = f"{sys.executable} -m lorpredict check {broken} | head -n 1"
    answer = subprocess.run(
        ["bash", "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert answer.stdout.startswith("broken.csv: 207 children")
    assert answer.stderr == ""


def test_a_terminal_without_our_signs_gets_question_marks(broken: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "lorpredict", "check", str(broken)],
        capture_output=True, encoding="latin-1", check=False, timeout=120,
        env={"PYTHONIOENCODING": "latin-1", "PATH": ""},
    )  # fmt: skip
    assert answer.returncode == 1
    assert "expected 10 to 2000 ×10?/L" in answer.stdout
    assert answer.stderr == ""


def test_the_next_command_asks_for_the_same_design(run: Run, ours: Path, broken: Path) -> None:
    design = ["--design", "week14-no-trough"]
    assert f"describe {ours} --design week14-no-trough\n" in run("check", ours, *design).out
    again = run("check", broken, *design, "--strict").out
    assert f"check {broken} --design week14-no-trough --strict --faults faults.csv\n" in again


def test_children_without_an_outcome_are_checked_again_as_such(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows["sex"] = "F"
    rows.drop(columns="outcome").to_csv(tmp_path / "new.csv", index=False)
    told = run("check", "new.csv", "--for-prediction").out
    assert "check new.csv --for-prediction --faults faults.csv\n" in told


def test_a_first_sheet_without_children_is_told_with_the_other_one(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    with pd.ExcelWriter(tmp_path / "two.xlsx") as book:
        pd.DataFrame({"Legend": ["albumin in g/L"]}).to_excel(book, sheet_name="Legend")
        rows.to_excel(book, sheet_name="Data", index=False)
    told = run("check", "two.xlsx").out
    assert "The first sheet, 'Legend', was read." in told
    assert "check two.xlsx --sheet Data\n" in told


def test_dates_of_excel_are_counted_without_a_warning_of_a_library(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    dates = pd.to_datetime(rows["ifx_start_date"])
    rows.assign(ifx_start_date=dates).to_excel(tmp_path / "dates.xlsx", index=False)
    answer = run("check", "dates.xlsx")
    assert (answer.code, answer.err) == (0, "")


def test_a_column_that_only_capitals_keep_from_being_ours_is_not_all_well(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    capitals = {"albumin_g_l": "Albumin_G_L", "crp_mg_l": " crp_mg_l"}
    rows.rename(columns=capitals).to_csv(tmp_path / "capitals.csv", index=False)
    told = run("check", "capitals.csv").out.replace("\n", " ")
    assert "All well" not in told
    assert "No fault in 69 children, but what stands in ' crp_mg_l', 'Albumin_G_L'" in told


@pytest.mark.parametrize(
    "given, well",
    [
        ({"albumin_g_l": "albumin_gl"}, False),
        ({"haemoglobin_g_l": "hemoglobin_g_l"}, False),
        ({"site": "site_of_care"}, True),
    ],
    ids=["a letter", "another spelling", "a column of their own"],
)
def test_a_column_that_is_a_slip_away_from_an_absent_one_is_not_all_well(
    run: Run, rows: pd.DataFrame, tmp_path: Path, given: dict[str, str], well: bool
) -> None:
    rows.assign(site="Here").rename(columns=given).to_csv(tmp_path / "slip.csv", index=False)
    answer = run("check", "slip.csv")
    assert answer.code == 0
    assert ("All well" in answer.out) is well
    assert ("rename it if it is ours" in answer.out.replace("\n", " ")) is not well
