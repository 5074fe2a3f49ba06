"""Every row of the table of decisions is a test; together they hold every combination once."""

from __future__ import annotations

import dataclasses
from itertools import product

import pytest

from lorpredict.clinical import Evidence
from lorpredict.pathway import AXES, Row, at_loss_of_response, default_pathway

ROWS = {row.key: row for row in default_pathway().rows}
PLACES = list(product(*AXES.values()))
OBJECTS = default_pathway()


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_example_of_a_row_falls_into_it(row: Row) -> None:
    told = at_loss_of_response(row.example)

    assert told.row == row.key
    assert told.mechanism == row.mechanism
    assert tuple(option.key for option in told.options) == row.options
    assert told.disagreement == row.disagreement
    assert told.not_covered_here == row.not_covered
    assert set(row.needed) <= set(told.needed)
    assert told.source == row.source


@pytest.mark.parametrize("place", PLACES, ids=" ".join)
def test_a_combination_stands_in_exactly_one_row(place: tuple[str, str, str, str]) -> None:
    assert len([row for row in ROWS.values() if place in row.places]) == 1


def test_a_row_holds_nothing_but_combinations() -> None:
    assert {place for row in ROWS.values() for place in row.places} == set(PLACES)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_without_a_mechanism_says_what_it_lacks(row: Row) -> None:
    """Undetermined is either waiting for something or outside every document."""
    if row.mechanism == "undetermined":
        assert row.not_covered
    else:
        assert not row.not_covered
        assert row.options


@pytest.mark.parametrize(
    "entry",
    [*OBJECTS.options.values(), *OBJECTS.evidence.values(), *OBJECTS.thresholds.values(),
     *OBJECTS.assays, *ROWS.values(), *(p for row in ROWS.values() for p in row.disagreement)],
    ids=lambda each: getattr(each, "key", "position"),
)  # fmt: skip
def test_everything_has_a_source(entry: object) -> None:
    assert getattr(entry, "source").strip()  # noqa: B009  of many classes


@pytest.mark.parametrize("found", OBJECTS.evidence.values(), ids=OBJECTS.evidence)
def test_evidence_says_in_whom_and_how_much_or_that_there_is_no_result(found: Evidence) -> None:
    assert found.population
    assert found.status or found.size


def test_no_text_is_an_order() -> None:
    """Options are named, not commanded: none begins with a verb that tells what to do."""
    orders = {"raise", "shorten", "add", "switch", "start", "stop", "give", "increase", "intensify",
              "change", "measure", "consider", "use"}  # fmt: skip
    texts = [option.text for option in OBJECTS.options.values()]
    texts += [position.says for row in ROWS.values() for position in row.disagreement]
    texts += [found.finding for found in OBJECTS.evidence.values()]

    assert [text for text in texts if text.split()[0].lower().strip(",.:") in orders] == []


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_every_answer_says_that_it_is_no_order(row: Row) -> None:
    told = at_loss_of_response(row.example)

    assert "Research and discussion only" in told.caution
    assert "the treating physician decides" in told.caution
    assert "none of it shows what would happen" in told.no_cause
    assert {"an infection", "a stricture", "methotrexate and pregnancy"} <= set(told.not_covered)


def test_a_row_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ROWS["trough-unknown"].mechanism = "immunogenic"  # type: ignore[misc]
