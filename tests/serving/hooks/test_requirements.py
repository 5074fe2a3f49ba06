"""The table of requirements is whole, and every test that it names is there."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TABLE = tomllib.loads((HERE / "requirements.toml").read_text("utf-8"))["requirement"]

# Rows of the Inferno project's list that are SHALL for the service alone.
FOR_THE_SERVICE = {
    4, 5, 6, 7, 9, 10, 13, 16, 29, 36, 54, 55, 56, 57, 59, 61, 74, 75, 80, 83, 85, 87, 88, 89, 90,
    92, 93, 95, 96, 98, 100, 103, 105, 107, 111, 115, 117, 119, 121, 124, 127, 128, 130, 131, 132,
    133, 134, 135, 136, 138, 139, 141, 142, 144, 147, 176, 201, 211, 213, 216, 217, 218, 219, 220,
}  # fmt: skip


def test_every_requirement_for_the_service_has_its_row_once() -> None:
    numbers = [number for row in TABLE for number in row["numbers"]]

    assert len(numbers) == len(set(numbers))
    assert set(numbers) >= FOR_THE_SERVICE


@pytest.mark.parametrize("named", sorted({test for row in TABLE for test in row["shown_by"]}))
def test_every_test_that_the_table_names_is_there(named: str) -> None:
    file, _, test = named.partition("::")
    module = ast.parse((HERE / file).read_text("utf-8"))

    assert test in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
