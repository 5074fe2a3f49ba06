"""A cohort is described for people and for programs, and small counts can stay at home."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pandas as pd
import pytest

from lorpredict import Cohort, ModelDesign
from lorpredict.study import describe
from tests.unit.commands.conftest import Run
from tests.unit.commands.test_check import BOXES


def test_every_part_is_there_in_its_order(run: Run, ours: Path) -> None:
    answer = run("describe", ours)
    assert (answer.code, answer.err) == (0, "")
    parts = [
        "Synthetic: no row is a child", "Flow diagram", "Table 1", "Missing data",
        "Follow-up and events", "Sample size", "Paris classification", "Activity at week 14",
    ]  # fmt: skip
    places = [answer.out.index(f"\n{part}") for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "line",
    [
        r"  >  18  ended: secondary loss of response",
        r"  male +41 \(59 %\) +11 \(61 %\) +30 \(59 %\)",
        r"  Infliximab trough at week 14 +35 +50\.7 %",
        r"34 of 69 children have all 18 predictors",
        r"  median follow-up +20\.2 months",
        r"  at risk at 12 months +50",
        r"  Present: 69 children with 18 events, 0\.9 for each parameter",
        r"  location +L1 14   L2 20   L3 35",
    ],
)
def test_what_is_told_of_the_shipped_cohort(run: Run, ours: Path, line: str) -> None:
    assert re.search(f"^{line}", run("describe", ours).out, flags=re.M)


@pytest.mark.parametrize("columns", ["80", "120"])
def test_it_fits_the_terminal_without_boxes(
    run: Run, ours: Path, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    told = run("describe", ours).out
    assert max(map(len, told.splitlines())) <= int(columns)
    assert BOXES.search(told) is None


def test_the_quartiles_stand_beside_the_median_where_there_is_room(
    run: Run, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert re.search(
        r"^Age at first infusion, +12\.0 +12\.3 +11\.8 +0\n", run("describe", ours).out, re.M
    )
    monkeypatch.setenv("COLUMNS", "120")
    assert (
        "Age at first infusion, years               12.0 (9.3, 13.7)" in run("describe", ours).out
    )


def test_the_json_is_the_description(
    run: Run, ours: Path, cohort: Cohort, design: ModelDesign
) -> None:
    told = run("describe", ours, "--json").json
    expected = describe(cohort, design).to_dict()
    assert told["ok"] is True
    assert told["table_one"] == expected["table_one"]
    assert told["follow_up"] == expected["follow_up"]
    assert told["sample_size"] == expected["sample_size"]


def test_small_counts_can_be_hidden(run: Run, ours: Path) -> None:
    told = run("describe", ours, "--smallest-cell", "5").out
    assert re.search(r"^Earlier surgery +7 \(10 %\) +hidden +hidden +0\n", told, re.M)
    assert "hidden: a count of 1 to 4" in told
    assert "hidden" not in run("describe", ours).out


def test_table_1_can_be_written_into_a_file(run: Run, ours: Path, tmp_path: Path) -> None:
    answer = run("describe", ours, "--smallest-cell", "5", "--table-one", "table1.csv")
    assert answer.code == 0
    with (tmp_path / "table1.csv").open(encoding="utf-8-sig", newline="") as lines:
        table = {line[0]: line[1:] for line in csv.reader(lines)}
    assert table["  male"] == ["41 (59 %)", "11 (61 %)", "30 (59 %)", ""]
    assert table["Earlier surgery"] == ["7 (10 %)", "hidden", "hidden", "0"]


def test_a_design_of_another_folder_and_another_expectation(
    run: Run, ours: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\nversion = 7\npredictors = ["sex"]\n')
    told = run("describe", ours, "--design", "mine.toml", "--expected-c", "0.65", "--json").json
    assert told["design"] == {"name": "mine", "version": 7}
    assert (told["sample_size"]["parameters"], told["sample_size"]["c"]) == (1, 0.65)


def test_predictors_without_a_column_are_said_first(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows.drop(columns="trough_week14_ug_ml").to_csv(tmp_path / "less.csv", index=False)
    answer = run("describe", "less.csv")
    assert answer.code == 0
    assert "  - Infliximab trough at week 14 (trough_week14_ug_ml)\n\nFlow" in answer.out


def test_a_remark_on_the_file_is_a_sentence_on_stderr(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows.assign(hair="brown").to_csv(tmp_path / "hair.csv", index=False)
    answer = run("describe", "hair.csv")
    assert answer.err == ("warning: columns that the catalogue does not hold are left out: hair\n")
    assert run("describe", "hair.csv", "--json").json["warnings"]


def test_faults_are_told_with_the_command_that_explains_them(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows.loc[2, "sex"] = "F"
    rows.to_csv(tmp_path / "fault.csv", index=False)
    answer = run("describe", "fault.csv", "--table-one", "table1.csv")
    assert (answer.code, answer.out) == (1, "")
    assert "sex is 'F' in row 3" in answer.err
    assert "    python -m lorpredict check fault.csv\n" in answer.err
    assert not (tmp_path / "table1.csv").exists()
    answer = run("describe", "fault.csv", "--design", "baseline")
    assert "    python -m lorpredict check fault.csv --design baseline\n" in answer.err


def test_nobody_at_risk_is_a_fault_of_the_file(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows.assign(follow_up_days="50").to_csv(tmp_path / "early.csv", index=False)
    answer = run("describe", "early.csv", "--json")
    assert answer.code == 1
    assert answer.json["error"]["type"] == "TooLittleData"
    assert answer.err.startswith("error: nobody is at risk at the landmark: ")


@pytest.mark.parametrize("smallest, told", [("1", "expected 2 or more"), ("-1", "Invalid value")])
def test_a_smallest_cell_that_hides_nothing_is_wrong_usage(
    run: Run, ours: Path, smallest: str, told: str
) -> None:
    answer = run("describe", ours, "--smallest-cell", smallest)
    assert answer.code == 2
    assert told in answer.err


def test_an_interruption_is_told_and_has_an_exit_code_of_its_own(
    run: Run, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lorpredict.study.describe", interrupted)
    answer = run("describe", ours, "--table-one", "table1.csv")
    assert (answer.code, answer.out) == (130, "")
    assert answer.err == "interrupted; no file was left half-written\n"
