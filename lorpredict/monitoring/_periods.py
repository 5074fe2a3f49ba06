"""Months, joined where they hold few children; the earlier ones are the reference.

A hospital may ask about two children a month: a share of two is no share, and may point at a child.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from lorpredict.errors import TooLittleData
from lorpredict.monitoring._questions import Question

# House limit, as for quartiles in the description of a cohort.
FEWEST_IN_A_PERIOD = 20


@dataclass(frozen=True)
class Period:
    """Adjacent months and their questions.

    Parameters
    ----------
    is_reference : whether the later ones are compared with it
    """

    first: str
    last: str
    questions: tuple[Question, ...] = field(repr=False)
    is_reference: bool

    @property
    def label(self) -> str:
        """The month, or the first and the last."""
        return self.first if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True)
class Split:
    """Questions of the reference months, and the later ones.

    Parameters
    ----------
    before : the first month, such as ``2026-03``, that is no longer reference; empty where all are
    """

    reference: tuple[Question, ...] = field(repr=False)
    latest: tuple[Question, ...] = field(repr=False)
    before: str

    def periods(self) -> list[Period]:
        """Return every period, reference first."""
        return [
            *_joined(self.reference, is_reference=True),
            *_joined(self.latest, is_reference=False),
        ]


def split(questions: Sequence[Question], reference: date | None) -> Split:
    """Divide questions by month.

    Parameters
    ----------
    questions
        In order of time.
    reference
        Months that begin before it are the reference; without it, as many months as hold half of
        the questions, and never all.

    Raises
    ------
    TooLittleData
        If no question lies before the date, or none after.
    """
    before = _half(questions) if reference is None else _month_after(reference)
    earlier = tuple(each for each in questions if not before or each.month < before)
    later = tuple(each for each in questions if before and each.month >= before)
    if reference is not None and not (earlier and later):
        side = "later" if earlier else "earlier"
        raise TooLittleData(
            f"reference is {reference}, and no question is {side}: the first is of "
            f"{questions[0].month}, the last of {questions[-1].month}; expected a date between them"
        )
    return Split(earlier, later, before)


def _month_after(reference: date) -> str:
    year, month = reference.year, reference.month
    if reference.day > 1:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return f"{year:04}-{month:02}"


def _half(questions: Sequence[Question]) -> str:
    counts = Counter(question.month for question in questions)
    seen = 0
    for month, following in pairwise(sorted(counts)):
        seen += counts[month]
        if 2 * seen >= len(questions):
            return following
    return max(counts) if len(counts) > 1 else ""


def _joined(questions: Sequence[Question], *, is_reference: bool) -> list[Period]:
    groups: list[list[Question]] = []
    for month in sorted({question.month for question in questions}):
        of_month = [question for question in questions if question.month == month]
        if groups and len(groups[-1]) < FEWEST_IN_A_PERIOD:
            groups[-1] += of_month
        else:
            groups.append(of_month)
    if len(groups) > 1 and len(groups[-1]) < FEWEST_IN_A_PERIOD:
        rest = groups.pop()
        groups[-1] += rest
    return [Period(each[0].month, each[-1].month, tuple(each), is_reference) for each in groups]
