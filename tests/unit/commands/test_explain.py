"""What moved a child's risk: the right child, every contribution, exactly."""

from __future__ import annotations

import csv
import re
from math import fsum
from pathlib import Path

import pandas as pd
import pytest

from tests.unit.commands.conftest import Run
from tests.unit.commands.test_predict import FIRST_AND_LAST


def test_the_first_child_is_told_where_none_is_named(run: Run, ours: Path, forest: Path) -> None:
    answer = run("explain", forest, ours)
    assert answer.code == 0
    assert "\nRow 1 of ours, PSEUDO-01\n" in answer.out
    assert re.search(r"^  by 12 months +\d+\.\d %$", answer.out, flags=re.M)
    assert "The contributions describe the model, not causes" in answer.out
    assert answer.out.startswith(FIRST_AND_LAST)


@pytest.mark.parametrize("choice", [["--row", "4"], ["--patient", "PSEUDO-04"]])
def test_a_child_is_chosen_by_its_row_or_its_identifier(
    run: Run, ours: Path, ridge: Path, choice: list[str]
) -> None:
    answer = run("explain", ridge, ours, *choice)
    assert "\nRow 4 of ours, PSEUDO-04\n" in answer.out
    assert "\nNot measured\n  - Infliximab trough at week 14\n" in answer.out


def test_contributions_on_a_hazard_are_told_once_for_all_times(
    run: Run, ours: Path, ridge: Path
) -> None:
    told = run("explain", ridge, ours, "--row", "3", "--top", "2").out
    assert told.count("What moves it most, at all times alike") == 1
    assert len(re.findall(r"hazard × \d+\.\d\d$", told, flags=re.M)) == 3  # two and the others
    assert re.search(r"^  Remission at week 14 +no +hazard × \d", told, flags=re.M)
    assert re.search(r"^  16 others together +hazard ×", told, flags=re.M)


def test_contributions_to_a_risk_are_told_for_each_horizon(
    run: Run, ours: Path, forest: Path
) -> None:
    told = run("explain", forest, ours, "--row", "3").out
    assert "What moves the risk by 12 months most" in told
    assert "What moves the risk by 24 months most" in told


@pytest.mark.parametrize("family", ["ridge", "forest"])
def test_all_contributions_of_the_json_add_up(
    run: Run, ours: Path, model_folders: dict[str, Path], family: str
) -> None:
    told = run("explain", model_folders[family], ours, "--json").json
    assert len(told["children"]) == 69
    for child in told["children"]:
        for each in child["horizons"]:
            assert len(each["contributions"]) == 18
            moved = fsum(one["contribution"] for one in each["contributions"])
            assert each["base_value"] + moved == pytest.approx(each["predicted"], abs=1e-9)


def test_the_json_of_one_child_is_the_one_of_all(run: Run, ours: Path, ridge: Path) -> None:
    everybody = run("explain", ridge, ours, "--json").json["children"]
    assert run("explain", ridge, ours, "--row", "7", "--json").json["children"] == [everybody[6]]


def test_the_file_has_a_line_for_each_contribution(
    run: Run, ours: Path, ridge: Path, tmp_path: Path
) -> None:
    answer = run("explain", ridge, ours, "--output", "all.csv")
    assert answer.code == 0
    assert "Written: all.csv" in answer.out
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    assert len(table) == 69 * 2 * 18
    assert {line["stage"] for line in table} == {"demo"}
    unmeasured = {line["predictor"] for line in table if line["measured"] == "false"}
    assert unmeasured == {"trough_week14_ug_ml"}


@pytest.mark.parametrize("family", ["ridge", "forest"])
@pytest.mark.parametrize(
    "ending, start", [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]
)
def test_the_picture_of_a_child(
    run: Run, ours: Path, model_folders: dict[str, Path], tmp_path: Path,
    family: str, ending: str, start: bytes,
) -> None:  # fmt: skip
    picture = f"child.{ending}"
    answer = run("explain", model_folders[family], ours, "--row", "2", "--figure", picture)
    assert answer.code == 0
    assert (tmp_path / picture).read_bytes().startswith(start)
    assert b"PSEUDO" not in (tmp_path / picture).read_bytes()


def test_a_child_with_a_landmark_of_its_own_is_drawn(
    run: Run, rows: pd.DataFrame, forest: Path, tmp_path: Path
) -> None:
    rows.assign(landmark_day="112").to_csv(tmp_path / "late.csv", index=False)
    assert run("explain", forest, "late.csv", "--figure", "child.png").code == 0
    assert (tmp_path / "child.png").is_file()


@pytest.mark.parametrize(
    "words, told",
    [
        (["--row", "70"], "there is no row 70; the file has 69"),
        (["--row", "0"], "Invalid value"),
        (["--patient", "PSEUDO-99"], "no child is called 'PSEUDO-99'"),
        (["--row", "1", "--patient", "PSEUDO-01"], "give one of the two"),
        (["--figure", "child.bmp"], "expected the ending .png, .svg, .pdf"),
        (["--output", "ours.csv"], "never written over"),
        (["--figure", "MODEL/child.png"], "would change the folder"),
    ],
)
def test_a_wrong_choice_is_wrong_usage(
    run: Run, ours: Path, ridge: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    before = sorted(tmp_path.iterdir())
    answer = run("explain", ridge, ours, *(word.replace("MODEL", str(ridge)) for word in words))
    assert answer.code == 2
    assert told in answer.err
    assert sorted(tmp_path.iterdir()) == before
