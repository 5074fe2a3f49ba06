"""Pictures and the report: whole, labelled, and without anything that names a child."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from lorpredict.monitoring import Monitoring
from tests.unit.monitoring.audits import Service, monitored

PICTURES = [
    "predictor_drift", "missingness", "abstentions", "risks", "observed_expected", "cumulative",
]  # fmt: skip


@pytest.fixture(scope="module")
def told() -> Monitoring:
    service = Service(moved=1.0, unmeasured=True, months=14)
    return monitored(service.rows(np.random.default_rng(1), first="PLANTED"))


@pytest.fixture(scope="module")
def drawn(told: Monitoring) -> dict[str, Figure]:
    return told.figures()


def words(figure: Figure) -> str:
    found: list[Text] = figure.findobj(Text)
    return " ".join(text.get_text() for text in found)


@pytest.mark.parametrize("name", PICTURES)
def test_picture_says_of_which_model_and_when(drawn: dict[str, Figure], name: str) -> None:
    said = words(drawn[name])
    assert "lorpredict-week14 version 3 (champion, cccccccccccc), stage candidate" in said
    assert "questions of 2022-01 to 2023-02" in said


@pytest.mark.parametrize("name", PICTURES[1:])
def test_axis_of_time_has_its_label(drawn: dict[str, Figure], name: str) -> None:
    assert "month of the question" in words(drawn[name])


def test_service_without_outcomes_has_no_pictures_of_them() -> None:
    rows = Service().rows(np.random.default_rng(1))
    told = monitored([row for row in rows if row["event"] != "outcome"])
    assert set(told.figures()) == set(PICTURES[:4])
    assert "0 with an answer and an outcome" in told.page()


def test_report_begins_with_the_verdict_and_shows_its_pictures(told: Monitoring) -> None:
    page = told.page(PICTURES)
    assert page.index("## What has changed") < page.index("## What to do") < page.index("| period")
    assert all(f"](figures/{name}.png)" in page for name in PICTURES)
    assert "Yurdakul and Naranjo 2020" in page


def test_no_pseudonym_or_fingerprint_of_a_record_is_in_anything(
    told: Monitoring, drawn: dict[str, Figure]
) -> None:
    written = [told.page(drawn), *told.lines(), repr(told), *map(words, drawn.values())]
    written += [table.to_csv() for table in told.tables().values()]
    for figure in drawn.values():
        svg = StringIO()
        figure.savefig(svg, format="svg")
        written.append(svg.getvalue())
    planted = ("5ec7e7", "f1b0", b"PLANTED".hex(), "PLANTED")
    assert [secret for secret in planted for text in written if secret in text] == []
