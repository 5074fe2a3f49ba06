"""The groups of published tables are read from their own words."""

from __future__ import annotations

from typing import Any

import pytest

from lorpredict.clinical import PublishedCut, table_two_cuts
from lorpredict.errors import CatalogueError


@pytest.mark.parametrize(
    "text, values, held",
    [
        ("<= 12 mg/L", [11.9, 12.0, 12.1], [True, True, False]),
        ("< 110 g/L", [109.0, 110.0], [True, False]),
        ("<= -1 SD", [-1.0, -0.99], [True, False]),
        ("= true", [True, False], [True, False]),
        ("= false", [True, False], [False, True]),
        ("= L2", ["L2", "L1"], [True, False]),
        ("!= none", ["none", "L4a"], [False, True]),
    ],
)
def test_who_is_on_the_named_side(text: str, values: list[Any], held: list[bool]) -> None:
    assert PublishedCut.parse(text).holds(values).tolist() == held


@pytest.mark.parametrize("text", ["about 12", "<=", "", "=="])
def test_what_is_no_cut_is_refused(text: str) -> None:
    with pytest.raises(CatalogueError, match="expected one of =, !=, <, <="):
        PublishedCut.parse(text)


def test_every_row_of_table_2_but_one_is_told_by_a_column() -> None:
    assert len(table_two_cuts()) == 20
    assert "infliximab_alone" not in table_two_cuts()
