"""Everything that is told, as tables: none has a row for a child, none a count of one to four."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lorpredict.monitoring._drift import Drift, Share, Shift, label_of, reasons
from lorpredict.monitoring._observed import FollowUp
from lorpredict.monitoring._periods import Period
from lorpredict.monitoring._proportions import bounds, hidden, share_unless_small, unless_small
from lorpredict.monitoring._questions import answered
from lorpredict.monitoring._stability import Stability
from lorpredict.proportions import wilson

ALL = "all"
FEWEST_FOR_QUARTILES = 10  # house limit: the quartiles of fewer would be those of a child or two
# Of Brownian motion: P(|W(t)| stays below it until t = 1) is 0.95, by reflection.
BOUNDARY = 2.2414
_Row = dict[str, Any]


def predictors(drift: Drift) -> pd.DataFrame:
    """One row a predictor: how its distribution and its missingness have moved."""
    rows = [
        {
            "predictor": shift.predictor,
            "label": shift.label,
            "finding": bool(shift.surely and shift.surely.has_changed)
            or bool(shift.missing and shift.missing.has_changed),
            **_stability("psi", shift.to_reference),
            **_stability("psi_training", shift.to_training),
            **(_missing(shift) if shift.missing else {}),
        }
        for shift in drift.shifts
    ]
    return _indexed(rows, "predictor")


def periods(found: Sequence[Period]) -> pd.DataFrame:
    """One row a period: how many were asked about, told nothing, or had an unusual value."""
    rows = []
    for side in _sides(found):
        abstained = [(_size(p) - len(answered(p.questions)), _size(p)) for p in side]
        unusual = [_unusual_in(period) for period in side]
        for period, one, other in zip(side, _shares(abstained), _shares(unusual), strict=True):
            row = _head(period)
            for name, share in (("abstained", one), ("unusual", other)):
                row[f"share_{name}"] = share["share"]
                row |= {f"{name}_{end}": share[end] for end in ("at_least", "at_most")}
            rows.append(row)
    return _indexed(rows, "period")


def missing_by_period(found: Sequence[Period], names: Sequence[str]) -> pd.DataFrame:
    """Share of children in whom each predictor was missing, with Wilson's interval."""
    rows = [
        _head(period) | {"predictor": name, "label": label_of(name)} | share
        for name in names
        for side in _sides(found)
        for period, share in zip(side, _shares([_missing_in(p, name) for p in side]), strict=True)
    ]
    return _indexed(rows, "period")


def abstentions_by_period(found: Sequence[Period]) -> pd.DataFrame:
    """Share of children who were told nothing, reason by reason."""
    all_reasons = sorted({why for period in found for why in reasons(period.questions)})
    rows = []
    for period in found:
        counted = reasons(period.questions)
        shares = _shares([(counted[why], _size(period)) for why in all_reasons])
        told = zip(all_reasons, shares, strict=True)
        rows += [_head(period) | {"reason": why} | share for why, share in told]
    return _indexed(rows, "period")


def risks_by_period(found: Sequence[Period], days: Sequence[float]) -> pd.DataFrame:
    """Median and quartiles of the risks that were told by each day."""
    rows = []
    for period in found:
        for day in days:
            told = [dict(question.risks).get(day) for question in answered(period.questions)]
            risks = [risk for risk in told if risk is not None]
            of_period = {"period": period.label, "day": day}
            rows.append(of_period | _quartiles(risks, of=len(period.questions)))
    return _indexed(rows, "period")


def observed_expected(follow_ups: Sequence[FollowUp], found: Sequence[Period]) -> pd.DataFrame:
    """Losses of response by those expected: of all children, and by the period of the question."""
    rows = []
    for followed in follow_ups:
        parts = list(by_period(followed, found))
        alone = hidden([(int(part.lost.sum()), len(part.lost)) for _, part in parts])
        head = {"period": ALL, "day": followed.day}
        rows.append(head | _ratio(followed, followed.with_outcome, told=_is_told(followed)))
        for (period, part), small in zip(parts, alone, strict=True):
            head = {"period": period.label, "day": followed.day}
            rows.append(head | _ratio(part, _size(period), told=not small))
    return _indexed(rows, "period")


def cumulative(follow_ups: Sequence[FollowUp], found: Sequence[Period]) -> pd.DataFrame:
    """Observed less expected losses, added up over the periods of the question.

    ``limit`` holds 95 % at each end alone, ``boundary`` over all of them together; both rest on
    the variance of the difference being what was expected.
    """
    rows = []
    for followed in follow_ups:
        whole = float(followed.expected.sum())
        difference = expected = 0.0
        for period, of_period in by_period(followed, found):
            expected += float(of_period.expected.sum())
            difference += float((of_period.lost - of_period.expected).sum())
            rows.append(
                {
                    "period": period.label,
                    "day": followed.day,
                    "observed_less_expected": difference,
                    "limit": 1.96 * np.sqrt(expected),
                    "boundary": BOUNDARY * np.sqrt(whole),
                }
            )
    return _indexed(rows, "period")


def by_period(followed: FollowUp, found: Sequence[Period]) -> Iterator[tuple[Period, FollowUp]]:
    """Part the followed children by the period in which they were asked about."""
    for period in found:
        rows = [
            row
            for row, question in enumerate(followed.questions)
            if period.first <= question.month <= period.last
        ]
        yield period, followed.of(np.array(rows, dtype=np.intp))


def _stability(name: str, found: Stability | None) -> _Row:
    told = found or Stability(*[float("nan")] * 4)
    return {
        name: told.psi,
        f"{name}_by_chance": told.by_chance,
        f"{name}_low": told.low,
        f"{name}_high": told.high,
    }


def _missing(shift: Shift) -> _Row:
    share = shift.missing
    assert share is not None  # noqa: S101  asked for where it is there
    return {
        "missing_before": share_unless_small(*share.before),
        "missing_now": share_unless_small(*share.now),
        **_difference("missing", share),
    }


def _difference(name: str, share: Share) -> _Row:
    """A difference would tell of a small count."""
    told = all(unless_small(*each) is not None for each in (share.now, share.before))
    ends = share.difference if told else (None, None, None)
    return dict(zip((f"{name}_difference", f"{name}_low", f"{name}_high"), ends, strict=True))


def _sides(found: Sequence[Period]) -> list[list[Period]]:
    """The reference periods, and the later ones: of each side a sum may be known."""
    return [[p for p in found if p.is_reference], [p for p in found if not p.is_reference]]


def _missing_in(period: Period, name: str) -> tuple[int, int]:
    told = answered(period.questions)
    return sum(name in question.missing for question in told), len(told)


def _unusual_in(period: Period) -> tuple[int, int]:
    told = answered(period.questions)
    return sum(question.warnings > 0 for question in told), len(told)


def _head(period: Period) -> _Row:
    size = _size(period)
    return {
        "period": period.label,
        "reference": period.is_reference,
        "children": unless_small(size, size),
    }


def _size(period: Period) -> int:
    return len(period.questions)


def _shares(counts: Sequence[tuple[int, int]]) -> list[_Row]:
    """Shares with Wilson's interval; what is not told has its bounds, if it is small itself."""
    return [
        _no_share(*each) if alone or not each[1] else _share(*each)
        for each, alone in zip(counts, hidden(counts), strict=True)
    ]


def _share(count: int, of: int) -> _Row:
    names = ("share", "low", "high", "at_least", "at_most")
    return dict(zip(names, (*wilson(count, of), *bounds(count, of)), strict=True))


def _no_share(count: int, of: int) -> _Row:
    least, most = bounds(count, of) if unless_small(count, of) is None else (None, None)
    nothing = dict.fromkeys(("share", "low", "high"))
    return {**nothing, "at_least": least, "at_most": most}


def _quartiles(risks: Sequence[float], *, of: int) -> _Row:
    names = ("lower_quartile", "median", "upper_quartile")
    enough = len(risks) >= FEWEST_FOR_QUARTILES
    ends = np.quantile(risks, [0.25, 0.5, 0.75]).tolist() if enough else [None] * 3
    return {"children": unless_small(len(risks), of), **dict(zip(names, ends, strict=True))}


def _is_told(followed: FollowUp) -> bool:
    return unless_small(int(followed.lost.sum()), len(followed.lost)) is not None


def _ratio(followed: FollowUp, asked: int, *, told: bool) -> _Row:
    row: _Row = {"children": unless_small(len(followed.lost), asked)}
    sums = (followed.expected, followed.least, followed.most)
    counts = [int(followed.lost.sum()), *(float(each.sum()) for each in sums)]
    names = ("observed", "expected", "expected_at_least", "expected_at_most")
    # Expected times ratio would give a small count away.
    row |= dict(zip(names, counts if told else [None] * 4, strict=True))
    ends = followed.ratio() if followed.can_be_judged else (None, None, None)
    row |= dict(zip(("ratio", "low", "high"), ends, strict=True))
    return row | {"judged": "yes" if followed.can_be_judged else "too few to judge"}


def _indexed(rows: Sequence[_Row], index: str) -> pd.DataFrame:
    return pd.DataFrame(rows).set_index(index) if rows else pd.DataFrame()
