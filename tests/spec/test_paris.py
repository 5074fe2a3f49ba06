"""The Paris classification, from the columns of the cohort table to what is said at the bedside."""

from __future__ import annotations

from typing import Any

import pytest

from lorpredict.clinical._paris import ParisClassification
from tests.tables import drawn

RULES = """
onset_age_years | location | upper_gi | behaviour | perianal | growth_delay | said
----------------|----------|----------|-----------|----------|--------------|----------------
11              | L3       | L4a      | B1        | yes      | no           | A1b L3+L4a B1p G0
0               | L2       | none     | B1        | no       | no           | A1a L2 B1 G0
9.99            | L1       | none     | B2        | no       | yes          | A1a L1 B2 G1
10              | L1       | L4b      | B3        | yes      | yes          | A1b L1+L4b B3p G1
16.99           | L3       | L4ab     | B2B3      | no       | yes          | A1b L3+L4ab B2B3 G1
17              | none     | L4a      | B1        | no       | no           | A2 L4a B1 G0
40              | L2       | none     | B1        | no       | no           | A2 L2 B1 G0
40.1            | L2       | none     | B1        | no       | no           | A3 L2 B1 G0
                | L3       | L4a      | B1        | yes      | no           | Ax L3+L4a B1p G0
11              |          | L4a      | B1        | yes      | no           | A1b Lx+L4a B1p G0
11              | L3       |          | B1        | yes      | no           | A1b L3+L4x B1p G0
11              |          | none     | B1        | yes      | no           | A1b Lx B1p G0
11              | none     |          | B1        | yes      | no           | A1b L4x B1p G0
11              | none     | none     | B1        | yes      | no           | A1b Lx B1p G0
11              | L3       | none     |           | yes      | no           | A1b L3 Bxp G0
11              | L3       | none     | B1        |          | no           | A1b L3 B1px G0
11              | L3       | none     | B1        | yes      |              | A1b L3 B1p Gx
                |          |          |           |          |              | Ax Lx+L4x Bxpx Gx
"""


def as_value(key: str, text: str) -> Any:
    if not text:
        return None
    if key == "onset_age_years":
        return float(text)
    return {"yes": True, "no": False}.get(text, text)


@pytest.mark.parametrize(
    "row", drawn(RULES).to_dict("records"), ids=[str(said) for said in drawn(RULES)["said"]]
)
def test_a_child_is_classified_by_what_is_known_alone(row: dict[str, str]) -> None:
    said = row.pop("said")
    classification = ParisClassification.of({key: as_value(key, row[key]) for key in row})
    assert str(classification) == said
