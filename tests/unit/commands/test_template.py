"""An empty cohort file: complete, explained, and never written over another."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lorpredict.clinical import catalogue
from tests.unit.commands.conftest import Run

SITE = """
name = "ghent"
version = "1"

[predictors.il6_pg_ml]
label = "Interleukin 6"
description = "Interleukin 6 in serum."
kind = "number"
known = "first_infusion"
source = "our laboratory"
unit = "pg/mL"
plausible = [0, 5000]
plausible_source = "house limit"
"""


def rows_of(path: Path, encoding: str = "utf-8") -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.reader(lines))


def book_of(path: Path) -> Any:
    return openpyxl.load_workbook(path)


def test_a_workbook_has_every_column_and_a_sheet_that_explains_it(run: Run, tmp_path: Path) -> None:
    assert run("template", "ours.xlsx").code == 0
    book = book_of(tmp_path / "ours.xlsx")
    assert book.sheetnames == ["cohort", "columns"]
    assert [cell.value for cell in book["cohort"][1]] == list(catalogue())
    assert [cell.value for cell in book["columns"]["A"]] == ["column", *catalogue()]
    assert book["cohort"].max_row == 1
    assert book["cohort"].freeze_panes == "B2"


def test_the_sheet_of_columns_says_what_a_column_means(run: Run, tmp_path: Path) -> None:
    run("template", "ours.xlsx")
    header, *lines = book_of(tmp_path / "ours.xlsx")["columns"].iter_rows(values_only=True)
    crp = next(dict(zip(header, line, strict=True)) for line in lines if line[0] == "crp_mg_l")
    assert crp["label"] == "C-reactive protein"
    assert crp["unit"] == "mg/L"
    assert crp["expected"] == "0 to 500 mg/L"
    assert "crp_mg_dl" in crp["other accepted columns"]
    assert crp["when it is known"] == "known at the first infusion"
    assert crp["needed"] is None
    assert crp["what an empty cell means"]


def test_categories_and_booleans_are_chosen_from_a_list(run: Run, tmp_path: Path) -> None:
    run("template", "ours.xlsx")
    sheet = book_of(tmp_path / "ours.xlsx")["cohort"]
    names = {cell.column_letter: cell.value for cell in sheet[1]}
    lists = {
        names[str(rule.sqref).split(":")[0].rstrip("0123456789")]: rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    assert lists["sex"] == '"male,female"'
    assert lists["perianal"] == '"true,false"'
    assert len(lists) == sum(each.kind in ("category", "boolean") for each in catalogue().values())


def test_a_number_out_of_range_is_only_warned_of_since_the_unit_may_be_another(
    run: Run, tmp_path: Path
) -> None:
    run("template", "ours.xlsx")
    rules = book_of(tmp_path / "ours.xlsx")["cohort"].data_validations.dataValidation
    numbers = [rule for rule in rules if rule.type == "decimal"]
    assert len(numbers) == sum(each.kind == "number" for each in catalogue().values())
    assert {rule.errorStyle for rule in numbers} == {"warning"}


def test_beside_a_csv_stands_a_second_file_that_explains_it(run: Run, tmp_path: Path) -> None:
    assert run("template", "ours.csv").code == 0
    assert rows_of(tmp_path / "ours.csv") == [list(catalogue())]
    explained = rows_of(tmp_path / "ours-columns.csv", "utf-8-sig")
    assert [line[0] for line in explained] == ["column", *catalogue()]
    assert "µg/mL" in (tmp_path / "ours-columns.csv").read_text("utf-8-sig")


def test_the_columns_of_a_design_are_marked(run: Run, tmp_path: Path) -> None:
    run("template", "ours.csv", "--design", "week14-published-4")
    header, *lines = rows_of(tmp_path / "ours-columns.csv", "utf-8-sig")
    assert header[-1] == "used by week14-published-4"
    assert sum(line[-1] == "yes" for line in lines) == 4


@pytest.mark.parametrize("name", ["ours.xlsx", "ours.csv"])
def test_a_sites_own_columns_are_in_it(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "site.toml").write_text(SITE)
    answer = run("template", name, "--site-catalogue", "site.toml", "--json")
    assert answer.code == 0
    assert answer.json["columns"] == [*catalogue(), "il6_pg_ml"]


def test_a_sites_own_text_is_no_formula_and_its_long_list_no_damage(
    run: Run, tmp_path: Path
) -> None:
    levels = ",".join(f'{{value = "ward-{n}", label = "ward {n}"}}' for n in range(60))
    ward = SITE.partition("[predictors")[0] + (
        '[predictors.ward]\nlabel = "Ward"\ndescription = "=1+1"\nkind = "category"\n'
        f'known = "first_infusion"\nsource = "ours"\nlevels = [{levels}]\n'
    )
    (tmp_path / "site.toml").write_text(ward)
    assert run("template", "ours.xlsx", "--site-catalogue", "site.toml").code == 0
    book = book_of(tmp_path / "ours.xlsx")
    meaning = book["columns"].cell(row=book["columns"].max_row, column=3)
    assert (meaning.value, meaning.data_type) == ("=1+1", "s")
    rules = book["cohort"].data_validations.dataValidation
    assert max(len(rule.formula1) for rule in rules) <= 255


@pytest.mark.parametrize("name", ["ours.xlsx", "ours.csv", "ours-columns.csv"])
def test_nothing_is_written_over_unless_it_is_said(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("years of work")
    made = "ours.xlsx" if name.endswith("xlsx") else "ours.csv"
    answer = run("template", made)
    assert answer.code == 2
    assert f"{name} is there already" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "years of work"
    assert run("template", made, "--force").code == 0
    assert (tmp_path / name).read_bytes() != b"years of work"


def test_another_ending_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    answer = run("template", "ours.ods")
    assert answer.code == 2
    assert "expected FILE.xlsx or FILE.csv" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(run: Run) -> None:
    answer = run("template", "nowhere/ours.xlsx")
    assert answer.code == 2
    assert answer.err == "error: there is no folder nowhere to write ours.xlsx into\n"


def test_what_cannot_be_finished_leaves_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(_book: Any, place: Path) -> None:
        place.write_bytes(b"PK half of it")
        raise OSError("no space left on device")

    monkeypatch.setattr(openpyxl.Workbook, "save", half)
    answer = run("template", "ours.xlsx")
    assert (answer.code, answer.err) == (2, "error: no space left on device\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["ours.xlsx", "ours.csv"])
def test_an_empty_template_is_told_what_comes_next(run: Run, name: str) -> None:
    run("template", name)
    answer = run("check", name)
    assert answer.code == 1
    assert "There are no rows yet: fill in one row a child." in answer.out
    assert "patient_id, follow_up_days, outcome" in answer.out
    assert "fault" not in answer.out
    assert answer.err == ""


def test_of_children_whose_outcome_is_to_come_no_column_is_needed(run: Run) -> None:
    run("template", "ours.csv")
    answer = run("check", "ours.csv", "--for-prediction")
    assert "Whatever was not measured stays empty." in answer.out
    assert "needs" not in answer.out


@pytest.mark.parametrize("name", ["ours.xlsx", "ours.csv"])
def test_an_empty_template_cannot_be_described_and_says_why(run: Run, name: str) -> None:
    run("template", name)
    answer = run("describe", name)
    assert answer.code == 1
    assert "expected at least one row, it has none. Fill in one row for each child" in answer.err
    assert f"python -m lorpredict check {name}" in answer.err


def test_an_empty_file_without_what_a_design_needs_is_told_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("patient_id,follow_up_days,outcome\n")
    answer = run("check", "few.csv", "--design", "week14-published-4")
    assert answer.code == 1
    assert "the design week14-published-4 needs this column" in answer.out
    assert "table: expected at least one row, it has none" in answer.out


def test_a_filled_workbook_is_well(run: Run, tmp_path: Path) -> None:
    run("template", "ours.xlsx")
    book = book_of(tmp_path / "ours.xlsx")
    sheet = book["cohort"]
    names = {cell.value: cell.column for cell in sheet[1]}
    child = {
        "patient_id": "007", "follow_up_days": 400, "outcome": "administrative_end",
        "perianal": True, "sex": "female", "crp_mg_l": 12.5,
    }  # fmt: skip
    for name, value in child.items():
        sheet.cell(row=2, column=names[name], value=value)
    book.save(tmp_path / "ours.xlsx")
    answer = run("check", "ours.xlsx")
    assert answer.code == 0, answer.out
    assert "All well: no fault in 1 child." in answer.out
