"""What the service was asked and what became of the children, without anything that names one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Watched:
    """The model that is looked at, as the audit names it.

    Parameters
    ----------
    fingerprint : of its folder
    version : in the registry; empty where it came from a folder
    """

    name: str
    alias: str
    fingerprint: str
    version: str = ""
    stage: str = ""

    def __str__(self) -> str:
        version = f" version {self.version}" if self.version else ""
        return f"{self.name}{version} ({self.alias}, {self.fingerprint[:12]})"


@dataclass(frozen=True)
class Question:
    """One child, asked about once.

    Parameters
    ----------
    child
        A number of this run; it stands in no output.
    reason
        Why nothing was told; empty where risks were.
    bands
        Predictor -> fifth of the training distribution (0 to 4), 0 or 1, or the place of a level.
    missing
        The predictors of the model that were not measured.
    warnings
        How many values were unusual.
    risks
        Days since the first infusion, rising, each with the risk by then.
    """

    child: int
    time: datetime
    reason: str = ""
    bands: Mapping[str, int] = field(default_factory=dict, repr=False)
    missing: frozenset[str] = frozenset()
    warnings: int = 0
    risks: tuple[tuple[float, float], ...] = field(default=(), repr=False)

    @property
    def month(self) -> str:
        """The month of the question, such as ``2026-03``."""
        return f"{self.time:%Y-%m}"


@dataclass(frozen=True)
class Ended:
    """How the observation of a child ended, as far as it is on record.

    Parameters
    ----------
    lost
        Whether response was lost; any other end is censoring.
    months
        Whole months since the first infusion.
    """

    child: int
    time: datetime
    lost: bool
    months: int


def once_a_month(questions: Iterable[Question]) -> list[Question]:
    """Keep the latest question about each child in each month, in order of time."""
    return _latest((question.child, question.month, question) for question in questions)


def once(questions: Iterable[Question]) -> list[Question]:
    """Keep the latest question about each child: where shares are compared, a child counts once."""
    return _latest((question.child, "", question) for question in questions)


def answered(questions: Sequence[Question]) -> list[Question]:
    """Return those that were told a risk."""
    return [question for question in questions if not question.reason]


def _latest(keyed: Iterable[tuple[int, str, Question]]) -> list[Question]:
    kept: dict[tuple[int, str], Question] = {}
    for child, month, question in keyed:
        if (child, month) not in kept or question.time >= kept[child, month].time:
            kept[child, month] = question
    return sorted(kept.values(), key=lambda question: question.time)
