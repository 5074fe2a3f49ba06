"""What the page's script makes of its numbers, in a real browser where there is one."""

from __future__ import annotations

import html
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lorpredict import AtRisk, Cohort
from lorpredict.report.explained import explanation_page
from scripts.browser import document_after
from tests.unit.report.explaining import model_of, table_of

pytestmark = pytest.mark.slow

TABLES = ("beeswarm", "dependence", "field", "together", "child-picture")


def run_in_browser(chromium: Path, page: str, place: Path) -> str:
    """The document after its script has run."""
    file = place / "page.html"
    file.write_text(page, "utf-8")
    return document_after(chromium, file, profile=place / "profile")


def cells(document: str, name: str) -> list[str]:
    """What the table beside a picture says, cell by cell."""
    found = re.search(rf'<div id="{name}-table">(.*?)</table>', document, flags=re.S)
    assert found, name
    return [
        html.unescape(each) for each in re.findall(r"<t[hd](?: [^>]*)?>(.*?)</t[hd]>", found[1])
    ]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """One predictor that nobody had measured, and one that is the same in everybody."""
    return table_of(37).assign(esr_mm_h=np.nan, ifx_dose_mg_kg=5.0)


@pytest.fixture(scope="module", params=["forest", "ridge"])
def pages(
    request: pytest.FixtureRequest,
    cohort: Cohort,
    at_risk: AtRisk,
    table: pd.DataFrame,
    chromium: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, str]:
    """The page as it was written, and as its script has left it."""
    written = explanation_page(model_of(request.param, cohort, at_risk), table)
    return written, run_in_browser(chromium, written, tmp_path_factory.mktemp("browser"))


def test_script_draws_every_picture(pages: tuple[str, str]) -> None:
    written, drawn = pages
    for name in TABLES:
        if f'id="{name}"' in written:
            assert re.search(rf'<div id="{name}" class="live"><p class="heading"', drawn), name
            assert re.search(rf'<svg[^>]*aria-labelledby="{name}-heading"', drawn), name
    assert len(re.findall(r"<circle", drawn)) > 37 * 12
    assert not re.findall(
        r"NaN|undefined|Infinity", re.sub(r"<script.*?</script>", "", drawn, flags=re.S)
    )


def test_script_tells_the_same_numbers_as_the_page_without_it(pages: tuple[str, str]) -> None:
    written, drawn = pages
    compared = 0
    for name in TABLES:
        if f'id="{name}-table"' not in written:
            continue
        before, after = cells(written, name), cells(drawn, name)
        assert len(before) == len(after)
        for one, other in zip(before, after, strict=True):
            assert _alike(one, other), (name, one, other)
        compared += len(before)
    assert compared > 200


def _alike(one: str, other: str) -> bool:
    """Equal words; numbers may differ by the rounding of what the page holds."""
    number = re.compile(r"[+−-]?\d+(?:\.\d+)?(?:e-?\d+)?")
    if number.sub("", one).replace("-", "−") != number.sub("", other).replace("-", "−"):
        return False
    pairs = zip(number.findall(one), number.findall(other), strict=True)
    return all(abs(_number(a) - _number(b)) <= 0.0101 + 0.002 * abs(_number(a)) for a, b in pairs)


def _number(text: str) -> float:
    return float(text.replace("−", "-"))
