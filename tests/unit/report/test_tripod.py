"""TRIPOD+AI: every sub-item has its line, and what the run cannot know stays open."""

from __future__ import annotations

from collections import Counter

import pytest

from lorpredict import Development
from lorpredict.report._findings import Findings
from lorpredict.report._tripod import items, status, tripod
from lorpredict.report._tripod_answers import Answer, answers

# What no programme can know.
LEFT_TO_PEOPLE = ["2", "3c", "8b", "8c", "9c", "17", "18a", "18b", "18c", "18d", "19", "25"]


@pytest.fixture(scope="module")
def findings(whole: Development) -> Findings:
    return Findings(whole, "ours")


def test_there_are_52_sub_items_and_each_has_a_line(findings: Findings) -> None:
    numbers = [item.number for item in items()]
    assert len(numbers) == len(set(numbers)) == 52
    told = tripod(findings)
    assert [f'<th scope="row">{number}</th>' in told for number in numbers] == [True] * 52


def test_only_items_of_the_statement_are_answered(findings: Findings) -> None:
    assert set(answers(findings)) <= {item.number for item in items()}


@pytest.mark.parametrize("number", LEFT_TO_PEOPLE)
def test_what_only_people_know_is_open(findings: Findings, number: str) -> None:
    assert number not in answers(findings)


def test_whatever_is_open_or_in_part_says_what_is_to_be_done(findings: Findings) -> None:
    known = answers(findings)
    for item in items():
        if status(known.get(item.number)) != "from the run":
            assert item.to_do, item.number


def test_the_counts_are_told(findings: Findings) -> None:
    known = answers(findings)
    many = Counter(status(known.get(item.number)) for item in items())
    told = f"{many['from the run']} from the run; {many['in part']} in part; {many['open']} open"
    assert told in tripod(findings)


def test_status_follows_the_answer() -> None:
    assert status(None) == "open"
    assert status(Answer("x", whole=False)) == "in part"
    assert status(Answer("x")) == "from the run"
