"""A made-up child as it is typed and as it is sent, and what a page says of it."""

from __future__ import annotations

import base64
import json
import re
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from serving.web.rendering import level

PAGE, ASK = "/trough", "/trough/answer"
FRAGMENT = {"HX-Request": "true"}
SAVED = re.compile(r'trough\.json" href="data:application/json;base64,(.+?)"')
CHILD = {
    "dose_unit": "mg/kg", "albumin_unit": "g/L", "level_unit": "ug/mL", "age_years": "12.5",
    "infusion-1-day": "0", "infusion-1-dose": "5", "infusion-1-weight": "40",
    "infusion-1-albumin": "38", "infusion-2-day": "14", "infusion-2-dose": "5",
    "infusion-3-day": "42", "infusion-3-dose": "5", "infusion-4-day": "98",
    "infusion-4-dose": "5", "infusion-4-weight": "42", "next": "154",
}  # fmt: skip
LEVEL = {"level-1-day": "98", "level-1-value": "4.1", "level-1-assay": "immunoassay"}
TARGET = {"target": "5", "vial": "100"}
BODY: dict[str, Any] = {
    "history": {
        "age_years": 12.5,
        "infusions": [{"day": day, "dose": 5} for day in (0, 14, 42, 98)],
        "dose_unit": "mg/kg",
        "weight": [{"kg": 40}, {"day": 98, "kg": 42}],
        "albumin": [{"value": 38}],
        "albumin_unit": "g/L",
    },
    "levels": [{"day": 98, "value": 4.1, "unit": "ug/mL", "assay": "immunoassay"}],
    "days_since_first_infusion": [154],
    "regimens": {"target_ug_ml": 5, "vial_mg": 100, "from_day": 154},
}


def asked(client: TestClient, typed: dict[str, str]) -> str:
    page = client.post(ASK, data=typed, headers=FRAGMENT)
    assert page.status_code == 200, page.text
    told: str = page.text
    return told


def saved(page: str) -> Any:
    return json.loads(base64.b64decode(SAVED.findall(page)[0]))


def rows(page: str, kind: str) -> list[list[str]]:
    """Return the text of every cell of a table, row by row."""
    table = re.findall(rf'<table class="{kind}.*?</table>', page, re.DOTALL)[0]
    body = table.partition("</thead>")[2]
    found = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [[bare(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in found]


def with_interval(each: dict[str, float]) -> str:
    return f"{level(each['median'])} ({level(each['low'])} to {level(each['high'])})"


def bare(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()
