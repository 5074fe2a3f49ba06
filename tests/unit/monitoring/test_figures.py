"""Pictures and the report: whole, labelled, and without anything that names a child."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.text import Text

from lorpredict.monitoring import Monitoring
from tests.unit.monitoring.audits import MODEL, Service, monitored

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


@pytest.fixture(scope="module")
def of_one_month() -> Monitoring:
    service = Service(months=1, children=24, hazard=0.5, model=MODEL | {"stage": "demo"})
    return monitored(service.rows(np.random.default_rng(1)))


def test_of_one_month_no_title_or_legend_is_cut_off(of_one_month: Monitoring) -> None:
    for name, figure in of_one_month.figures().items():
        figure.draw_without_rendering()
        title = figure.get_suptitle()
        texts = [text for text in figure.findobj(Text) if text.get_text() == title]
        whole = [*texts, *figure.legends]
        for each in whole:
            box = each.get_window_extent()
            assert 0 <= box.x0 < box.x1 <= figure.bbox.width, name
        assert title.endswith("stage demo\nquestions of 2022-01")


def test_the_only_month_stands_off_the_frame(of_one_month: Monitoring) -> None:
    drawn = of_one_month.figures()
    for name in ("abstentions", "risks", "observed_expected", "cumulative"):
        low, high = drawn[name].axes[0].get_xlim()
        assert low < 0 < high, name
        assert min(0 - low, high - 0) >= 0.5, name


def test_the_quartiles_of_an_only_month_are_drawn(of_one_month: Monitoring) -> None:
    bars = of_one_month.figures()["risks"].axes[0].findobj(LineCollection)

    assert len(bars) == 2  # one for each horizon


def test_an_interval_that_goes_on_beyond_the_frame_has_an_arrow_there(
    of_one_month: Monitoring,
) -> None:
    first, second = of_one_month.follow_ups
    low, high = first.ratio().low, second.ratio().low
    assert low < 1 / 8 < high

    panels = of_one_month.figures()["observed_expected"].axes
    arrows = [[line.get_marker() for line in each.lines].count("v") for each in panels]
    assert arrows == [2, 0]  # of the month, and of all


def test_service_without_outcomes_has_no_pictures_of_them() -> None:
    rows = Service().rows(np.random.default_rng(1))
    told = monitored([row for row in rows if row["event"] != "outcome"])
    assert set(told.figures()) == set(PICTURES[:4])
    assert "0 with an answer and an outcome" in told.page()


@pytest.mark.parametrize("words", [
    "losses of response by day 365: observed / expected 0.55 (95 % interval 0.11 to 1.62)",
    "stage of the model: demo, a demonstration that is fit for no patient",
])  # fmt: skip
def test_where_nothing_has_changed_ratios_and_stage_are_told_all_the_same(
    of_one_month: Monitoring, words: str
) -> None:
    assert of_one_month.verdict.changed == ()
    assert f"  {words}" in of_one_month.lines()
    assert words.lower() in of_one_month.page().lower()


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
