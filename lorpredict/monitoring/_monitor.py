"""Monitor: whether the served model still fits the children it is asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lorpredict.errors import TooLittleData
from lorpredict.monitoring import _tables
from lorpredict.monitoring._counts import Counts, counts_of
from lorpredict.monitoring._drift import Drift, drift
from lorpredict.monitoring._findings import ALPHA, Verdict, ratio_in_words, verdict
from lorpredict.monitoring._observed import FollowUp, common_days, follow_up
from lorpredict.monitoring._periods import Period, split
from lorpredict.monitoring._questions import (
    Ended,
    Question,
    Watched,
    answered,
    once,
    once_a_month,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Monitoring:
    """How a served model and its children get on, from the audit of the service.

    No child is identified: no table, sentence or picture counts one to four children, and
    what stood for a child in the audit is not even held.

    Parameters
    ----------
    watched : the model
    periods : months, joined where they hold few children
    drift : the latest children beside the reference
    follow_ups : what became of them, by each horizon
    counts : what was read, and what of it could be used
    """

    watched: Watched
    periods: tuple[Period, ...]
    drift: Drift
    follow_ups: tuple[FollowUp, ...]
    verdict: Verdict
    counts: Counts
    notes: tuple[str, ...] = ()

    @property
    def days(self) -> list[float]:
        """Horizons, in days since the first infusion."""
        return [followed.day for followed in self.follow_ups]

    def metrics(self) -> dict[str, float]:
        """Every figure that can be judged: ``monitor_oe_365``, ``monitor_oe_365_low``, ..."""
        found = {"monitor_findings": float(len(self.verdict.changed))}
        for followed in self.follow_ups:
            if followed.can_be_judged:
                told = zip(("", "_low", "_high"), followed.ratio(), strict=True)
                found |= {f"monitor_oe_{followed.day:g}{end}": value for end, value in told}
        table = _tables.predictors(self.drift)
        for name in ("psi", "psi_training"):
            if len(table) and table[name].notna().any():
                beyond = table[name] - table[f"{name}_by_chance"]
                found |= {
                    f"monitor_{name}_max": float(table[name].max()),
                    f"monitor_{name}_max_beyond_chance": max(0.0, float(beyond.max())),
                }
        latest = _tables.periods(self.periods).iloc[-1]
        for name in ("share_abstained", "share_unusual"):
            share = latest[name]
            found[f"monitor_{name}_latest"] = np.nan if share is None else float(share)
        return {name: value for name, value in found.items() if np.isfinite(value)}

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name; none has a row for a single child."""
        names = [shift.predictor for shift in self.drift.shifts]
        found = {
            "predictors": _tables.predictors(self.drift),
            "periods": _tables.periods(self.periods),
            "missing_by_period": _tables.missing_by_period(self.periods, names),
            "abstentions_by_period": _tables.abstentions_by_period(self.periods),
            "risks_by_period": _tables.risks_by_period(self.periods, self.days),
            "observed_expected": _tables.observed_expected(self.follow_ups, self.periods),
            "cumulative": _tables.cumulative(self.follow_ups, self.periods),
        }
        return {name: table for name, table in found.items() if len(table)}

    def figures(self) -> dict[str, Figure]:
        """Pictures by name; none identifies a child."""
        from lorpredict.monitoring.figures import all_figures

        return dict(all_figures(self))

    def page(self, pictures: Iterable[str] = ()) -> str:
        """The report, in Markdown; ``pictures`` are those that lie beside it, by name."""
        from lorpredict.monitoring._page import page

        return page(self, pictures)

    @property
    def heading(self) -> str:
        """Which model, and when it was asked."""
        return f"{self.watched}, {self.when}"

    @property
    def when(self) -> str:
        """The months of the questions."""
        first, last = self.periods[0].first, self.periods[-1].last
        return f"questions of {first}" if first == last else f"questions of {first} to {last}"

    @property
    def stage(self) -> str:
        """What the model is fit for; empty where the audit does not say."""
        stage = self.watched.stage
        meaning = ", a demonstration that is fit for no patient" if stage == "demo" else ""
        return f"stage of the model: {stage}{meaning}" if stage else ""

    def counted(self) -> list[str]:
        """How many questions, children and outcomes there are, in words that point at no child."""
        return [*self.counts.lines()]

    def ratios(self) -> list[str]:
        """Observed by expected losses of response by each horizon of which they can be judged."""
        return [
            f"losses of response by day {each.day:g}: {ratio_in_words(each.ratio())}"
            for each in self.follow_ups
            if each.can_be_judged
        ]

    def lines(self) -> list[str]:
        """Tell the verdict, and what it rests on."""
        return [*self._lines()]

    def _lines(self) -> Iterator[str]:
        yield self.heading
        known = (self.stage, *self.counted(), *self.ratios())
        yield from (f"  {line}" for line in known if line)
        for heading, sentences in sections(self.verdict, self.notes):
            yield f"{heading}:"
            yield from (f"  - {sentence}" for sentence in sentences)


def sections(found: Verdict, notes: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Return the parts of a verdict with their headings; empty ones are left out."""
    nothing = ("no change was found that chance does not explain",)
    yield "what has changed", found.changed or nothing
    for heading, sentences in (
        ("what cannot be judged yet", found.unjudged),
        ("worth knowing", (*found.remarks, *notes)),
        ("what to do", found.advice),
    ):
        if sentences:
            yield heading, sentences


def monitor(
    watched: Watched,
    questions: Sequence[Question],
    ended: Sequence[Ended],
    *,
    until: datetime,
    reference: date | None = None,
    landmark: float = 98.0,
    notes: Sequence[str] = (),
) -> Monitoring:
    """Look whether a served model still fits the children it is asked about.

    Parameters
    ----------
    watched
        The model.
    questions
        All that this model was asked, in order of time; repeated questions about a child count
        once a month.
    ended
        Outcomes on record, in the order in which they were recorded; the last one about a child
        is what holds.
    until
        When the audit was read.
    reference
        Months that begin before it are the reference, the first half of the questions by default.
    landmark
        Day since the first infusion on which the model's clock starts.
    notes
        What else there is to know.

    Raises
    ------
    TooLittleData
        If there are fewer than five children.
    """
    monthly = once_a_month(questions)
    children = len(once(monthly))
    if children < 5:
        raise TooLittleData(
            f"{watched} was asked about {children} children; expected at least 5: of fewer nothing "
            "is told that would not point at one"
        )
    parted = split(monthly, reference)
    now, before = (parted.latest, parted.reference) if parted.latest else (parted.reference, ())
    moved = drift(before, now, alpha=ALPHA / 2)
    outcomes = {each.child: each for each in ended}
    asked = _before_outcome(questions, outcomes)
    follow_ups = tuple(
        follow_up(asked, outcomes, day, landmark=landmark, until=until)
        for day in common_days(answered(monthly))
    )
    return Monitoring(
        watched, tuple(parted.periods()), moved, follow_ups,
        verdict(moved, follow_ups, watched), counts_of(questions, monthly, asked, outcomes),
        tuple(notes),
    )  # fmt: skip


def _before_outcome(questions: Sequence[Question], outcomes: dict[int, Ended]) -> list[Question]:
    """The latest answer about each child that was given before its outcome was on record."""
    return once(
        question
        for question in answered(questions)
        if question.child not in outcomes or question.time <= outcomes[question.child].time
    )
