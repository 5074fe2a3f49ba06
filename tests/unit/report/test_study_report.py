"""The report of the published analysis is whole in itself, and says what the analysis says."""

from __future__ import annotations

import re

import pytest

from lorpredict import Cohort
from lorpredict.report import study_report
from lorpredict.report.study._words import words
from lorpredict.study import PublishedAnalysis, published_analysis
from tests.unit.report.reading import Reading

SECTIONS = [
    "Who was analysed", "Table 1", "Figure 2: loss of response over time",
    "Table 2: one characteristic at a time", "What the cuts throw away",
    "Table 3: four characteristics together", "The immunomodulator, coded in four ways",
    "Figure 3: two groups over time", "The trough at week 14", "Intensified treatment",
    "Published, ours, difference", "How it was done",
]  # fmt: skip


@pytest.fixture(scope="module")
def analysis(cohort: Cohort) -> PublishedAnalysis:
    return published_analysis(cohort)


@pytest.fixture(scope="module")
def page(analysis: PublishedAnalysis) -> str:
    return study_report(analysis)


@pytest.fixture(scope="module")
def reading(page: str) -> Reading:
    return Reading(page)


def test_it_has_all_its_sections_in_order(page: str) -> None:
    assert re.findall(r'<h2 id="[^"]+">([^<]+)</h2>', page)[1:] == SECTIONS


def test_the_page_is_well_formed_and_its_ids_are_its_own(reading: Reading) -> None:
    assert reading.open == []
    assert len(set(reading.ids)) == len(reading.ids)
    assert set(reading.links) <= set(reading.ids)


def test_nothing_is_fetched_and_nothing_is_run(page: str, reading: Reading) -> None:
    tags = {tag for tag, _ in reading.elements}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "image"})
    assert re.findall(r'(?:src|href|action)="(?!#)([^"]*)', page) == [
        "https://doi.org/10.21037/tp-2025-344"
    ]


def test_every_picture_says_what_is_to_be_seen(reading: Reading) -> None:
    pictures = [known for tag, known in reading.elements if tag == "svg"]
    assert len(pictures) == 4
    assert all(known.get("aria-labelledby") in reading.ids for known in pictures)


def test_published_ours_and_difference_stand_side_by_side(page: str) -> None:
    row = r"<td>HR</td><td>7\.746</td><td>7\.930</td><td>\+0\.1841</td>"
    assert re.search(row, page)
    assert "This cohort is the shipped reconstruction" in page


def test_a_figure_of_the_paper_keeps_the_digits_that_it_was_printed_with(page: str) -> None:
    assert "Age at first infusion</th><td>median</td><td>12.0</td><td>12.0</td><td>0</td>" in page


@pytest.mark.parametrize(
    "said",
    [
        "0.9 losses for each",
        "about 1 of 21 tests",
        "the paper's coding gave 0.68, that at week 14 1.02",
        "0.34 (0.12 to 0.97) as the paper codes it, and 0.66 (0.26 to 1.69)",
        "Welch's t 3.724",
        "of 18 children who lost response 7 stopped infliximab and 11 were optimised, of whom 5",
        "has no column in the cohort table",
    ],
)
def test_what_the_choices_cost_is_said(reading: Reading, said: str) -> None:
    assert said in " ".join(reading.text.split())


def test_every_text_has_a_source_and_no_gap_is_left(reading: Reading) -> None:
    assert all(entry.get("source") for key, entry in words().items() if "shows" in entry)
    assert "{" not in reading.text


def test_every_section_says_that_the_children_are_synthetic(page: str) -> None:
    for part in page.split("<section")[2:-1]:  # after the summary, before the method
        assert "synthetic children: demonstration only" in part
