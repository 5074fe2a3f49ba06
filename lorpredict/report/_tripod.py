"""The 52 sub-items of TRIPOD+AI, filled in where the training knows the answer."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lorpredict.report._findings import Findings
from lorpredict.report._html import Html, badge, element, joined, paragraph, section, table
from lorpredict.report._tripod_answers import Answer, answers

_KINDS = {"from the run": "good", "in part": "plain", "open": "bad"}


@dataclass(frozen=True)
class Item:
    """One sub-item, in our own short words.

    Parameters
    ----------
    of
        ``D`` where it is asked of a development, ``E`` of an evaluation.
    to_do
        What people have to do where a training cannot know the whole answer.
    """

    number: str
    topic: str
    of: str
    asks: str
    to_do: str = ""


@cache
def items() -> tuple[Item, ...]:
    """Return all sub-items, in the order of the statement."""
    return tuple(Item(**entry) for entry in _content()["item"])


def status(answer: Answer | None) -> str:
    """Return how far the run answers an item: ``from the run``, ``in part`` or ``open``."""
    if answer is None:
        return "open"
    return "from the run" if answer.whole else "in part"


def tripod(findings: Findings) -> Html:
    """Tell every item, its status, and the answer or what is to be done."""
    known = answers(findings)
    found = [(item, known.get(item.number)) for item in items()]
    many = Counter(status(answer) for item, answer in found)
    told = "; ".join(f"{many[kind]} {kind}" for kind in _KINDS)
    source = f"Our own short words; the statement itself: {_content()['source']}."
    rows = [
        [item.number, joined(element("strong", item.topic), ". ", item.asks), _status(answer),
         _told(item, answer)]
        for item, answer in found
    ]  # fmt: skip
    return section(
        "TRIPOD+AI",
        "tripod",
        paragraph(
            f"What a report of a prediction model has to tell: {len(found)} sub-items, {told}. "
            "What is open has to be written by people."
        ),
        table(
            ["Item", "Asked", "Status", "Answer, and what is to be done"],
            rows,
            caption=joined("TRIPOD+AI, filled in from this training", element("small", source)),
            kind="texts",
        ),
    )


def _status(answer: Answer | None) -> Html:
    told = status(answer)
    return badge(told, _KINDS[told])


def _told(item: Item, answer: Answer | None) -> Html:
    to_do = element("em", "To do: ", item.to_do) if item.to_do else Html("")
    if answer is None:
        return to_do
    return joined(answer.text) if answer.whole else joined(answer.text, " ", to_do)


@cache
def _content() -> dict[str, Any]:
    text = files("lorpredict.report").joinpath("tripod_ai.toml").read_text("utf-8")
    return tomllib.loads(text)
