"""The page on which a model is explained: its numbers, what it never holds, what it asks for."""

from __future__ import annotations

import base64
import hashlib
import re

import numpy as np
import pandas as pd
import pytest

from lorpredict import AtRisk, Cohort, PackagedModel
from lorpredict.cohort import as_records
from lorpredict.errors import TooLittleData, UnsupportedModel
from lorpredict.report.explained import ExplainedCohort, explain_cohort, explanation_page, page_of
from lorpredict.survival import Floats
from tests.unit.report.explaining import SECRET, model_of, table_of, told_in, unpacked
from tests.unit.report.reading import Reading

CHILDREN = 41


@pytest.fixture(scope="module")
def forest(cohort: Cohort, at_risk: AtRisk) -> PackagedModel:
    return model_of("forest", cohort, at_risk)


@pytest.fixture(scope="module")
def ridge(cohort: Cohort, at_risk: AtRisk) -> PackagedModel:
    return model_of("ridge", cohort, at_risk)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return table_of(CHILDREN)


@pytest.fixture(scope="module")
def explained(forest: PackagedModel, table: pd.DataFrame) -> ExplainedCohort:
    return explain_cohort(forest, table, cohort="ours")


@pytest.fixture(scope="module")
def page(explained: ExplainedCohort) -> str:
    return page_of(explained)


@pytest.fixture(scope="module")
def cox_page(ridge: PackagedModel, table: pd.DataFrame) -> str:
    return explanation_page(ridge, table, cohort="ours")


def _days(page: str) -> Floats:
    """Days since the first infusion, as the page rounds them to months."""
    return np.array([month["at"] for month in told_in(page)["explainedMonths"]]) * 365.25 / 12


# ---- numbers ----------------------------------------------------------------------------------


def test_numbers_are_those_of_the_model_in_order_of_the_risk(
    page: str, forest: PackagedModel, table: pd.DataFrame, explained: ExplainedCohort
) -> None:
    days = explained.days + 98
    assert _days(page) == pytest.approx(days, abs=0.2)
    risk = 100 * forest.predict(table, days_since_first_infusion=days).risk
    own = forest.explain(table, days_since_first_infusion=days)
    order = np.argsort(risk[:, -1], kind="stable")
    assert len(np.unique(risk[:, -1])) == CHILDREN

    told = told_in(page)
    told |= told["interval"]
    sure = forest.predict(table, days_since_first_infusion=days).interval
    assert sure is not None
    for name, expected in {
        "risk": risk[order].T,
        "low": 100 * sure.low[order].T,
        "high": 100 * sure.high[order].T,
        "predicted": 100 * own.predicted[order].T,
        "base": 100 * own.base_values[order].T,
        "contributions": 100 * own.values[order].transpose(1, 2, 0),
    }.items():
        found, rounding = unpacked(told[name])
        assert found == pytest.approx(expected, abs=1.001 * rounding), name
        assert rounding <= 5e-4 * np.abs(expected).max()


def test_measured_values_are_rounded_to_four_digits(page: str, explained: ExplainedCohort) -> None:
    told = {each["name"]: each for each in told_in(page)["predictors"]}
    names = explained.shown.predictors
    albumin = explained.shown.data[:, names.index("albumin_g_l")]
    location = explained.shown.data[:, names.index("location")]

    assert told["albumin_g_l"]["values"] == [
        None if value is None else float(f"{value:.4g}") for value in albumin
    ]
    assert None in told["albumin_g_l"]["values"]
    levels = told["location"]["levels"]
    assert [levels[value] for value in told["location"]["values"]] == [
        explained.shown.labels.told("location", value) for value in location
    ]


def test_interactions_are_those_of_the_model(page: str, explained: ExplainedCohort) -> None:
    told, names = told_in(page), explained.shown.predictors
    pairs = [(names[each["first"]], names[each["second"]]) for each in told["pairs"]]
    assert pairs == [(a, b) for a, b, _ in explained.interactions.strongest(explained.last_day)][:8]
    for each, (first, second) in zip(told["pairs"], pairs, strict=True):
        found, rounding = unpacked(each["values"])
        whole = [explained.interactions.pair(first, second, float(d)) for d in explained.days]
        assert found == pytest.approx(100 * np.array(whole), abs=1.001 * rounding)


def test_tables_tell_the_last_month(page: str, explained: ExplainedCohort) -> None:
    text = Reading(page).text
    name = explained.strongest[0]
    place = explained.shown.predictors.index(name)
    moved = 100 * explained.shown.values[:, place, -1]
    ends = " ".join(f"{each:+.2f}" for each in np.percentile(moved, [5, 50, 95]))
    label = explained.shown.labels.label(name)

    assert f"{label} {np.abs(moved).mean():.3g} {ends}".replace("-", "−") in text
    middle = (CHILDREN - 1) // 2
    assert explained.interval is not None
    low, high = (100 * end[middle, -1] for end in (explained.interval.low, explained.interval.high))
    risk = f"{100 * explained.shown.predicted[middle, -1]:.1f} %"
    assert f"This child  {risk}, 95 % interval {low:.0f} to {high:.0f} %" in text
    assert "95 % interval: from models of resamples" in text
    assert "not measured" in text


def test_mean_absolute_contributions_are_a_table_without_children(
    explained: ExplainedCohort,
) -> None:
    told = explained.tables()["mean_absolute_contributions"]
    means = np.abs(explained.everyone.values).mean(axis=0)
    last = told[told["days_since_first_infusion"] == explained.last_day + 98]["value"]

    assert len(told) == means.size
    assert last.to_numpy() == pytest.approx(means[:, -1])
    assert set(told["scale"]) == {"risk"}


# ---- what it never holds ----------------------------------------------------------------------


def test_no_child_hospital_or_day_is_named(page: str, table: pd.DataFrame) -> None:
    for column in ("patient_id", "site", "ifx_start_date"):
        named = {str(value) for value in table[column].dropna()}
        assert named
        assert not [value for value in named if value in page], column
    assert SECRET not in page
    assert not re.findall(r"\b\d{4}-\d{2}-\d{2}\b", page)


@pytest.mark.parametrize("family", ["forest", "gradient"])
def test_order_of_the_file_leaves_no_trace(
    family: str, cohort: Cohort, at_risk: AtRisk, table: pd.DataFrame
) -> None:
    model = model_of(family, cohort, at_risk)
    risk = model.predict(table).risk[:, -1]
    # Boosting tells some unlike children the same risk, from the same contributions.
    assert (len(np.unique(risk)) < CHILDREN) is (family == "gradient")

    pages = [
        explanation_page(model, each)
        for each in (table, table.iloc[::-1], table.sample(frac=1, random_state=4))
    ]

    assert told_in(pages[0]) == told_in(pages[1]) == told_in(pages[2])


def test_children_of_equal_risk_are_put_in_order_of_what_moves_them(
    ridge: PackagedModel, table: pd.DataFrame
) -> None:
    """Twice the same children: whichever of two stood first, the page is the same."""
    doubled = pd.concat([table, table.iloc[::-1]], ignore_index=True)
    told = told_in(explanation_page(ridge, doubled))
    assert told == told_in(explanation_page(ridge, doubled.iloc[::-1]))


def test_page_says_that_it_is_patient_data(page: str) -> None:
    text = Reading(page).text
    assert f"holds the values of {CHILDREN} children without identifiers; treat it as" in text
    assert '<p class="caution">Trained on synthetic children: demonstration only.</p>' in page


# ---- what it asks for -------------------------------------------------------------------------


def test_page_asks_no_host_for_anything(page: str) -> None:
    named = set(re.findall(r"https?://[^\"'\s<)]+", page))
    assert named == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.findall(r"@import|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(", page)
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert sources
    assert not [each for each in sources if not each.startswith(("#", "data:image/png;base64,"))]


def test_policy_lets_this_one_script_run_and_nothing_else(page: str) -> None:
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.S)
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]

    assert rules["default-src"] == "'none'"
    assert rules["script-src"].split() == [f"'sha256-{digest}'" for digest in digests]
    assert rules["img-src"] == "data:"
    assert not re.findall(
        r"\son\w+=|javascript:", re.sub(r"<script.*?</script>", "", page, flags=re.S)
    )


@pytest.mark.parametrize("which", ["page", "cox_page"])
def test_page_is_well_formed_and_its_pictures_have_words(
    which: str, request: pytest.FixtureRequest
) -> None:
    reading = Reading(request.getfixturevalue(which))
    assert reading.open == []
    assert len(set(reading.ids)) == len(reading.ids)
    known = set(reading.ids)
    pictures = [attributes for name, attributes in reading.elements if name == "svg"]
    assert pictures
    assert all(each["aria-labelledby"] in known for each in pictures)
    labels = [attributes["for"] for name, attributes in reading.elements if name == "label"]
    assert set(labels) <= known


def test_same_children_give_the_same_bytes(page: str, explained: ExplainedCohort) -> None:
    assert page_of(explained) == page


def test_name_of_a_cohort_is_no_part_of_the_page(ridge: PackagedModel, table: pd.DataFrame) -> None:
    named = "</script><b>ours</b>"
    reading = Reading(explanation_page(ridge, table, cohort=named))
    assert reading.open == []
    assert named in reading.text


# ---- other models, other cohorts --------------------------------------------------------------


def test_log_hazard_has_no_months_and_no_pairs(cox_page: str) -> None:
    reading, told = Reading(cox_page), told_in(cox_page)
    assert "month" not in reading.ids
    assert (told["changes"], told["percent"], told["pairs"]) == (False, False, [])
    assert np.array(told["contributions"]["values"]).shape[1] == 1
    assert np.array(told["risk"]["values"]).shape == (len(told["months"]), CHILDREN)
    assert "the same at all times" in reading.text
    assert "no two of them do anything together" in reading.text


def test_child_who_is_told_by_many_predictors_adds_up(cox_page: str) -> None:
    told = told_in(cox_page)
    (parts, rounding), (base, _), (whole, _) = (
        unpacked(told[name]) for name in ("contributions", "base", "predicted")
    )
    assert base + parts.sum(axis=0) == pytest.approx(whole, abs=20 * rounding)


def test_children_with_landmarks_of_their_own_are_asked_on_days_that_all_have(
    ridge: PackagedModel, table: pd.DataFrame
) -> None:
    own = table.assign(landmark_day=[84.0 + n % 29 for n in range(CHILDREN)])
    explained = explain_cohort(ridge, own)
    assert explained.days[0] + 98 > 112
    assert explained.days[-1] + 98 <= 84 + ridge.facts.follow_up_days_since_landmark


def test_records_do_as_well_as_a_table(
    page: str, forest: PackagedModel, table: pd.DataFrame
) -> None:
    assert explanation_page(forest, as_records(table), cohort="ours") == page


def test_model_without_predictors_has_nothing_to_explain(
    cohort: Cohort, at_risk: AtRisk, table: pd.DataFrame
) -> None:
    with pytest.raises(UnsupportedModel, match="looks at no predictor, so there is nothing to"):
        explain_cohort(model_of("null", cohort, at_risk), table)


def test_means_over_fewer_than_five_children_are_refused(
    ridge: PackagedModel, table: pd.DataFrame
) -> None:
    with pytest.raises(TooLittleData, match="4 children; expected at least 5"):
        explain_cohort(ridge, table.iloc[:4])


def test_children_of_a_large_cohort_are_drawn_by_the_seed(
    ridge: PackagedModel, table: pd.DataFrame
) -> None:
    pages = [explanation_page(ridge, table, most_shown=12, seed=seed) for seed in (1, 1, 2)]
    told = [told_in(each) for each in pages]
    assert told[0] == told[1] != told[2]
    assert told[0]["children"] == 12
    assert f"They were drawn at random from {CHILDREN} children" in Reading(pages[0]).text
    everyone = explain_cohort(ridge, table).tables()["mean_absolute_contributions"]
    some = explain_cohort(ridge, table, most_shown=12).tables()["mean_absolute_contributions"]
    pd.testing.assert_frame_equal(some, everyone)


@pytest.mark.slow
def test_page_of_many_children_stays_below_three_megabytes(forest: PackagedModel) -> None:
    page = explanation_page(forest, table_of(501))
    assert told_in(page)["children"] == 500
    assert len(page.encode()) < 3_000_000


def test_contributions_to_a_risk_say_how_sure_it_is(
    forest: PackagedModel, ridge: PackagedModel, table: pd.DataFrame
) -> None:
    predicted, told = forest.predict(table).interval, forest.explain(table).interval
    assert predicted is not None
    assert told is not None
    assert np.array_equal(told.low, predicted.low)
    assert np.array_equal(told.high, predicted.high)
    # Contributions on the log-hazard have no place for the interval of a risk.
    assert ridge.explain(table).interval is None
    assert ridge.predict(table).interval is not None


def test_page_names_what_no_child_has(forest: PackagedModel, table: pd.DataFrame) -> None:
    assert "Not measured in any child" not in explanation_page(forest, table)
    text = Reading(explanation_page(forest, table.assign(crp_mg_l=np.nan))).text
    assert "Not measured in any child of this cohort: C-reactive protein." in text
