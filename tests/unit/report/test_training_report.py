"""The report of a training is whole in itself, and says what the run says."""

from __future__ import annotations

import re
from dataclasses import asdict
from html import unescape

import pytest

from lorpredict import Development
from lorpredict.evaluation import measure_label
from lorpredict.report import training_report
from lorpredict.synthetic import CAUTION
from tests.unit.report.reading import Reading

SECTIONS = [
    "Intended use and limits", "Flow of children", "Table 1", "Missing data",
    "Follow-up and loss of response", "Sample size", "How the models were judged",
    "Performance on children the models had not seen", "Calibration, net benefit and stability",
    "Subgroups", "Hospitals and later children", "Sensitivity analyses", "The gate", "Predictors",
    "TRIPOD+AI", "Open questions of law", "Reproducing it", "Notes",
]  # fmt: skip


@pytest.fixture(scope="module")
def reading(page: str) -> Reading:
    return Reading(page)


def test_a_report_has_all_its_sections_in_order(page: str) -> None:
    assert re.findall(r'<h2 id="[^"]+">([^<]+)</h2>', page)[1:] == SECTIONS


def test_the_page_is_well_formed_and_its_ids_are_its_own(reading: Reading) -> None:
    assert reading.open == []
    assert len(set(reading.ids)) == len(reading.ids)
    assert set(reading.links) <= set(reading.ids)


def test_nothing_is_fetched_and_nothing_is_run(page: str, reading: Reading) -> None:
    tags = {tag for tag, _ in reading.elements}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "image"})
    assert not re.findall(r'(?:src|href|action)="(?!#)', page)
    assert not re.search(r"url\((?!#)|@import", page)


def test_the_same_training_gives_the_same_bytes(whole: Development, page: str) -> None:
    assert training_report(whole) == page


def test_the_plan_to_reproduce_it_is_whole(whole: Development, page: str) -> None:
    [told] = re.findall(r"plan = ValidationPlan\((.*)\)", unescape(page))
    plan = asdict(whole.evaluation.plan)
    del plan["reasons"]
    assert told == ", ".join(f"{name}={value!r}" for name, value in plan.items())


def test_every_picture_says_what_is_to_be_seen(reading: Reading) -> None:
    pictures = [known for tag, known in reading.elements if tag == "svg"]
    assert pictures
    for known in pictures:
        assert known["role"] == "img"
        assert known["aria-labelledby"] in reading.ids


def test_every_table_has_a_caption_and_named_rows_and_columns(page: str) -> None:
    for table in re.findall(r"<table.*?</table>", page, re.S):
        assert "<caption>" in table
        assert '<th scope="col">' in table
        assert '<th scope="row' in table


def test_the_page_tells_its_language_and_fits_a_phone(page: str) -> None:
    assert '<html lang="en">' in page
    assert 'name="viewport"' in page
    assert "@media print" in page


def test_no_name_of_the_programme_is_read_by_people(reading: Reading) -> None:
    assert re.findall(r"\b[a-z0-9]+_[a-z0-9_]+\b", reading.text) == []


def test_wherever_performance_is_shown_the_synthetic_caution_stands(page: str) -> None:
    performing = ["performance", "single-models", "subgroups", "gate"]
    for name in performing:
        section = page.split(f'<section aria-labelledby="{name}">')[1].split("</section>")[0]
        captions = re.findall(r"<(?:caption|figcaption)>.*?</(?:caption|figcaption)>", section)
        assert captions
        assert '<p class="caution">' in section
        for caption in captions:
            assert CAUTION.lower() in caption.lower(), caption


def test_every_picture_of_a_family_says_whose_it_is(page: str, whole: Development) -> None:
    for family, model in whole.models.items():
        for kind in ("calibration", "net-benefit", "instability"):
            svg = page.split(f'id="{kind}-{family}-day-365-says"')[1].split("</svg>")[0]
            drawn = unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))
            assert model.family.label in drawn
            assert CAUTION in drawn
            assert "by day 365 since the first infusion" in drawn


def test_headlines_are_those_of_the_evaluation(page: str, whole: Development) -> None:
    found = whole.evaluation.metrics()["ridge"]
    assert (
        f"{found['uno_c']:.3f}<small>{found['uno_c_low']:.3f} to {found['uno_c_high']:.3f}" in page
    )
    brier = f"{found['brier_day_730']:.3f}"
    assert f"<td>{brier}<small>" in page


def test_the_apparent_figure_is_shown_to_be_seen_through(
    reading: Reading, whole: Development
) -> None:
    told = whole.evaluation.estimates.set_index(["family", "measure", "estimator"])["estimate"]
    apparent = float(told["forest", "uno_c", "apparent"])
    first = float(told["forest", "uno_c", "cross-validation"])
    line = f"Random survival forest {first:.3f}"
    row = next(each for each in reading.text.splitlines() if each.startswith(line))
    assert f"{apparent:.3f} {apparent - first:.3f}" in row


def test_every_measure_is_told_in_full(reading: Reading, whole: Development) -> None:
    for key in whole.evaluation.estimates["measure"].unique():
        assert measure_label(key) in reading.text


def test_every_rule_is_told_with_its_verdict(reading: Reading, whole: Development) -> None:
    for rules in whole.verdicts.rules.values():
        for rule in rules:
            assert rule.threshold in reading.text
    assert "(b) gain in Uno's C over Ridge Cox" in reading.text
    assert "(c) accuracy above Kaplan-Meier" in reading.text


def test_the_grid_of_the_integrated_brier_score_is_printed(reading: Reading) -> None:
    assert "days since the first infusion: 128, 157, 187" in reading.text


def test_both_estimates_of_loss_of_response_stand_beside_one_another(reading: Reading) -> None:
    # 15.7 and 27.3 % are those of Beijing 2025, which the shipped cohort reproduces.
    assert (
        "by day 365 15.7 %8.7 % to 27.2 % 14.5 %7.4 % to 23.9 % 1.2 within 2 points" in reading.text
    )
    assert "27.3 %17.5 % to 40.9 % 24.4 %14.7 % to 35.5 % 2.9 more than 2 points" in reading.text


def test_every_family_says_how_sure_the_risk_of_one_child_is(
    reading: Reading, whole: Development
) -> None:
    for name in whole.models:
        method = whole.packaged(name).interval_method
        assert f"How sure the risk of one child is. {method}" in reading.text


def test_the_summary_has_five_sentences(page: str) -> None:
    summary = page.split('aria-labelledby="summary"')[1].split("</section>")[0]
    sentences = re.findall(r"<p>(.*?)</p>", summary)
    assert len(sentences) == 5
    assert sentences[0].startswith("69 synthetic children")
    assert "18 of them lost the response, an estimated 16 % by day 365" in sentences[0]


def test_predictors_are_told_with_unit_and_time(reading: Reading) -> None:
    assert "Albumin g/L first infusion as it is" in reading.text


def test_what_has_to_be_known_to_do_it_again_is_there(page: str, whole: Development) -> None:
    assert whole.cohort.sha256 in page
    assert "ValidationPlan(repeats=2, resamples=10, resamples_of_trees=3, draws=10" in page
    assert "seed=0" in page


def test_texts_from_outside_are_escaped(whole: Development) -> None:
    page = training_report(whole, name="<script>alert(1)</script>")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
