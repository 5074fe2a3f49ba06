"""What has changed in what the model is asked: every predictor, abstentions, unusual values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lorpredict.clinical import Kind, catalogue
from lorpredict.monitoring._questions import Question, answered, once
from lorpredict.monitoring._stability import Stability, stability, stability_to
from lorpredict.proportions import Interval, newcombe
from lorpredict.survival import Floats

# House limit: a share that moved by less is none worth a word, however sure that it moved.
SMALLEST_DIFFERENCE = 0.1
FIFTHS = np.full(5, 0.2)


@dataclass(frozen=True)
class Share:
    """How many of the reference and of the latest children, and the difference.

    Parameters
    ----------
    now, before : a count, and of how many
    difference : with its 95 % interval
    surely : with the interval that all comparisons of a report share
    """

    now: tuple[int, int]
    before: tuple[int, int]
    difference: Interval
    surely: Interval

    @property
    def has_changed(self) -> bool:
        """Whether chance does not explain it, and it is large enough to speak of."""
        beyond = self.surely.low > 0 or self.surely.high < 0
        return beyond and abs(self.difference.estimate) >= SMALLEST_DIFFERENCE


@dataclass(frozen=True)
class Shift:
    """One predictor now, beside the reference children and beside those of the training.

    Parameters
    ----------
    measured : numbers of children now and before
    to_reference, to_training : with 95 % intervals; None where there are too few to judge
    surely : to the reference, with the interval that all comparisons of a report share
    missing : None where there are no earlier children
    """

    predictor: str
    label: str
    measured: tuple[int, int]
    to_reference: Stability | None
    to_training: Stability | None
    surely: Stability | None
    missing: Share | None


@dataclass(frozen=True)
class Drift:
    """Everything that is compared with the reference.

    Parameters
    ----------
    comparisons : how many there are; the surer intervals are so much wider
    """

    shifts: tuple[Shift, ...]
    abstained: Share | None
    unusual: Share | None
    comparisons: int


def drift(reference: Sequence[Question], latest: Sequence[Question], *, alpha: float) -> Drift:
    """Compare the latest questions with the earlier ones; every child counts once on each side.

    Parameters
    ----------
    alpha
        Probability of a finding, whichever, where nothing has changed: shared among all
        comparisons (Bonferroni).
    """
    now, before = once(latest), once(reference)
    told, told_before = answered(now), answered(before)
    predictors = sorted({name for question in [*told, *told_before] for name in _known(question)})
    comparisons = 2 * len(predictors) + 2
    level = 1 - alpha / comparisons
    return Drift(
        tuple(_shift(name, told, told_before, level) for name in predictors),
        _share([bool(q.reason) for q in now], [bool(q.reason) for q in before], level),
        _share([q.warnings > 0 for q in told], [q.warnings > 0 for q in told_before], level),
        comparisons,
    )


def label_of(predictor: str) -> str:
    """Return the predictor's label, or the name of one that our catalogue does not hold."""
    known = catalogue()
    return known[predictor].label if predictor in known else predictor


def reasons(questions: Sequence[Question]) -> Counter[str]:
    """Count why nothing was told."""
    return Counter(question.reason for question in questions if question.reason)


def _known(question: Question) -> Iterator[str]:
    yield from question.bands
    yield from question.missing


def _shift(name: str, now: Sequence[Question], before: Sequence[Question], level: float) -> Shift:
    highest = max((q.bands.get(name, 0) for q in [*now, *before]), default=0)
    counts, earlier = (_bands(name, each, max(highest + 1, 2)) for each in (now, before))
    known = catalogue()
    number = name in known and known[name].kind is Kind.NUMBER
    return Shift(
        name,
        label_of(name),
        (int(counts.sum()), int(earlier.sum())),
        stability(counts, earlier),
        stability_to(_bands(name, now, len(FIFTHS)), FIFTHS) if number and highest < 5 else None,
        stability(counts, earlier, level=level),
        _share([name in q.missing for q in now], [name in q.missing for q in before], level),
    )


def _bands(name: str, questions: Sequence[Question], number: int) -> Floats:
    placed = [question.bands[name] for question in questions if name in question.bands]
    counts: Floats = np.bincount(np.array(placed, dtype=np.intp), minlength=number).astype(float)
    return counts


def _share(now: Sequence[bool], before: Sequence[bool], level: float) -> Share | None:
    if not (now and before):
        return None
    counts = (sum(now), len(now)), (sum(before), len(before))
    return Share(*counts, newcombe(*counts), newcombe(*counts, level=level))
