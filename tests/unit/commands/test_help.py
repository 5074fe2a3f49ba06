"""``--help`` is worth reading, and true."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import Any

import pytest
import typer.main

from lorpredict import __version__
from lorpredict.commands import app
from tests.unit.commands.conftest import Run

GROUP: Any = typer.main.get_command(app)
COMMANDS = list(GROUP.commands)
HEAVY = {"pandas", "numba", "sklearn", "matplotlib", "openpyxl", "sqlalchemy", "shap"}


def examples(text: str) -> list[list[str]]:
    return [shlex.split(line) for line in re.findall(r"^    python -m lorpredict (.+)", text, re.M)]


def test_the_commands_stand_in_the_order_in_which_they_are_needed() -> None:
    about_tables = ["template", "fhir-to-cohort", "check", "describe"]
    assert [*about_tables, "predict", "explain", "model"] == COMMANDS


def test_the_first_page_names_every_command_and_every_exit_code(run: Run) -> None:
    answer = run("--help")
    assert answer.code == 0
    assert [name for name in COMMANDS if f"\n  {name}  " not in answer.out] == []
    assert re.findall(r"^    ([012])  ", answer.out, flags=re.M) == ["0", "1", "2"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_and_exit_codes(run: Run, command: str) -> None:
    answer = run(command, "--help")
    assert answer.code == 0
    assert "For example:" in answer.out
    assert re.search(r"Exit codes:\n    0  \w+", answer.out)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_says_what_it_does(command: str) -> None:
    silent = [each.name for each in GROUP.commands[command].params if not each.help]
    assert silent == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_could_be_typed(run: Run, command: str) -> None:
    typed = examples(run(command, "--help").out)
    assert len(typed) >= 2
    for name, *words in typed:
        GROUP.commands[name].make_context(name, words)  # an unknown option would be refused


def test_the_examples_of_the_first_page_could_be_typed(run: Run) -> None:
    typed = examples(run("--help").out)
    assert {name for name, *_ in typed} == set(COMMANDS)
    for name, *words in typed:
        GROUP.commands[name].make_context(name, words)


@pytest.mark.parametrize("command", COMMANDS)
def test_options_stand_in_groups(run: Run, command: str) -> None:
    headings = re.findall(r"^(\w.*):$", run(command, "--help").out, flags=re.M)
    assert headings[0] == "Arguments"
    assert "How the answer is given" in headings


@pytest.mark.parametrize("words", [[], ["check"], ["predict"]], ids=["nothing", "check", "predict"])
def test_a_command_without_arguments_tells_its_help(run: Run, words: list[str]) -> None:
    answer = run(*words)
    assert answer.code == 2
    assert "For example:" in answer.out + answer.err


def test_the_version(run: Run) -> None:
    assert run("--version").out == f"lorpredict {__version__}\n"


@pytest.mark.parametrize("words", [["chekc", "x.csv"], ["check", "x.csv", "--shee", "a"]])
def test_a_misspelt_word_is_wrong_usage(run: Run, words: list[str]) -> None:
    answer = run(*words)
    assert answer.code == 2
    assert answer.out == ""
    assert "Error" in answer.err


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from lorpredict.commands import main; main(['check', '--help']); "
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert HEAVY.isdisjoint(answer.stderr.split())
