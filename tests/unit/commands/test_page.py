"""Every command of the how-to page runs, in its order."""

from __future__ import annotations

import re
import shlex
import shutil
import sqlite3
from pathlib import Path

import pandas as pd

from tests.unit.commands.conftest import Run

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "command-line.md"


def commands() -> list[list[str]]:
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), flags=re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    assert all(line.startswith("$ python -m lorpredict ") for line in lines)
    return [shlex.split(line.removeprefix("$ python -m lorpredict ")) for line in lines]


def fill_in(folder: Path, ours: Path) -> None:
    """Do what the page leaves to the reader: put children into the empty files."""
    table = pd.read_csv(ours)
    table.to_excel(folder / "ours.xlsx", index=False, sheet_name="cohort")
    table.to_parquet(folder / "ours.parquet")
    with sqlite3.connect(folder / "ours.db") as connection:
        table.to_sql("cohort", connection, index=False)
    connection.close()


def test_the_commands_of_the_page_run(run: Run, rows: pd.DataFrame, ridge: Path) -> None:
    folder = Path.cwd()
    shutil.copytree(ridge, folder / "model-folder")
    filled = folder / "filled.csv"
    rows.to_csv(filled, index=False)
    for words in commands():
        answer = run(*words)
        assert answer.code == 0, (words, answer.out, answer.err)
        if words[0] == "template" and words[1] == "ours.csv":
            shutil.copy(filled, folder / "ours.csv")
            fill_in(folder, filled)
    made = {"faults.csv", "table1.csv", "risks.csv", "contributions.csv", "child.png"}
    assert made <= {path.name for path in folder.iterdir()}


def test_every_command_is_on_the_page() -> None:
    named = {words[0] for words in commands()}
    assert named == {"template", "check", "describe", "predict", "explain", "model"}


def test_what_the_page_shows_is_what_check_says(
    run: Run, rows: pd.DataFrame, tmp_path: Path
) -> None:
    rows.loc[3:8, "albumin_g_l"] = "3.4"
    rows.loc[3:8, "ifx_start_date"] = "31.12.2020"
    rows.to_csv(tmp_path / "broken.csv", index=False)
    said = run("check", "broken.csv").out
    [shown] = re.findall(r"```text\n(.*?)```", PAGE.read_text("utf-8"), flags=re.S)
    without_numbers = re.compile(r"\d+ (rows|more)|up to row \d+")
    lines = {without_numbers.sub("", line) for line in said.splitlines()}
    assert {without_numbers.sub("", line) for line in shown.splitlines()} <= lines
