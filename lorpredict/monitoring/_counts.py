"""How many questions, children and outcomes there were, in words that point at no child."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lorpredict.monitoring._proportions import unless_small
from lorpredict.monitoring._questions import Ended, Question, once


@dataclass(frozen=True)
class Counts:
    """What was read, and what of it could be used.

    Parameters
    ----------
    questions : all of them
    monthly : once a child and month
    children : what is known of them -> how many; together they are all children
    strangers : outcomes of children about whom this model told nothing before
    """

    questions: int
    monthly: int
    children: Mapping[str, int]
    strangers: int

    def lines(self) -> Iterator[str]:
        """Tell them; beside a small part the largest is left out, which would give it away."""
        yield f"{self.questions:,} questions, {self.monthly:,} once a child and month"
        yield f"{sum(self.children.values()):,} children"
        small = any(unless_small(count, count) is None for count in self.children.values())
        largest = max(self.children, key=lambda what: self.children[what])
        for what, count in self.children.items():
            yield f"{'the other children' if small and what == largest else _told(count)} {what}"
        yield f"{_told(self.strangers)} with an outcome, and no answer of this model before it"


def counts_of(
    questions: Sequence[Question],
    monthly: Sequence[Question],
    asked: Sequence[Question],
    outcomes: Mapping[int, Ended],
) -> Counts:
    """Count what was read; ``asked`` are the answers before an outcome, one for each child."""
    told = {question.child for question in asked}
    children = {
        "with an answer and an outcome": len(told & outcomes.keys()),
        "with an answer and no outcome yet": len(told - outcomes.keys()),
        "without an answer, or only after their outcome": len(once(monthly)) - len(told),
    }
    return Counts(len(questions), len(monthly), children, len(outcomes.keys() - told))


def _told(count: int) -> str:
    return "fewer than 5" if unless_small(count, count) is None else f"{count:,}"
