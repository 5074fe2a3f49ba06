"""What a person reads first: what has changed, what cannot be judged yet, and what to do.

Nothing is called a change unless an interval excludes that nothing has changed. The intervals that
decide are wider than those that are told, so that where nothing has changed at most one report in
fifty finds anything: half of that is for the ratios of observed and expected, half for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lorpredict.evaluation._drawing import FEWEST_TOLD
from lorpredict.monitoring._drift import Drift, Share
from lorpredict.monitoring._observed import FEWEST_EXPECTED, FEWEST_ON_RECORD, FollowUp
from lorpredict.monitoring._proportions import unless_small
from lorpredict.monitoring._questions import Watched
from lorpredict.monitoring._stability import LARGE, MODERATE, Stability
from lorpredict.proportions import Interval

ALPHA = 0.02


@dataclass(frozen=True)
class Verdict:
    """What has changed, what cannot be judged, what is worth a look, and what to do."""

    changed: tuple[str, ...]
    unjudged: tuple[str, ...]
    remarks: tuple[str, ...]
    advice: tuple[str, ...]


def verdict(drift: Drift, follow_ups: Sequence[FollowUp], watched: Watched) -> Verdict:
    """Put everything that was found into sentences."""
    inputs = [*_predictors(drift), *_answers(drift)]
    level = 1 - ALPHA / 2 / max(1, len(follow_ups))
    off = [told for each in follow_ups for told in _off(each, level)]
    return Verdict(
        tuple(off + inputs),
        (*_too_few(drift, follow_ups), *_undecided(follow_ups, level)),
        tuple(_remarks(drift)),
        tuple(_advice(watched, drift, inputs=bool(inputs), off=bool(off))),
    )


def _predictors(drift: Drift) -> Iterator[str]:
    for shift in drift.shifts:
        if shift.surely and shift.surely.has_changed and shift.to_reference:
            yield f"{shift.label}: its distribution has changed, {_index(shift.to_reference)}"
        if shift.missing and shift.missing.has_changed:
            rarer = shift.missing.difference.estimate > 0
            often = "less" if rarer else "more"
            yield f"{shift.label}: measured {often} often, missing in {_moved(shift.missing)}"


def _answers(drift: Drift) -> Iterator[str]:
    for share, told in (
        (drift.abstained, "abstentions: nothing was told about"),
        (drift.unusual, "unusual values: a warning went with"),
    ):
        if share and share.has_changed:
            yield f"{told} {_moved(share)}"


def _off(followed: FollowUp, level: float) -> Iterator[str]:
    """Tell a ratio that is off, unless outcomes that are not on record may explain it."""
    if not followed.can_be_judged:
        return
    surely, told = followed.ratio(level=level), ratio_in_words(followed.ratio())
    if surely.low > 1 and followed.ratio_if_all_respond(level=level).low > 1:
        yield f"more losses of response than told by day {followed.day:g}: {told}"
    if surely.high < 1 and followed.share_on_record >= FEWEST_ON_RECORD:
        yield f"fewer losses of response than told by day {followed.day:g}: {told}"


def _undecided(follow_ups: Sequence[FollowUp], level: float) -> Iterator[str]:
    for each in follow_ups:
        if not each.can_be_judged or list(_off(each, level)):
            continue
        surely = each.ratio(level=level)
        if surely.low <= 1 <= surely.high:
            continue
        begun = f"by day {each.day:g} {ratio_in_words(each.ratio())}, but "
        if surely.low > 1:
            yield begun + (
                "were all the children without an outcome still responding it would be "
                f"{each.ratio_if_all_respond().estimate:.2f}: record their outcomes"
            )
        else:
            yield begun + _on_record(each)


def _on_record(followed: FollowUp) -> str:
    if not followed.due:
        return "for no child has so long passed since the question: look again later"
    wanted = f"expected at least {100 * FEWEST_ON_RECORD:.0f} % (house limit): record the others"
    if unless_small(followed.on_record, followed.due) is None:
        return f"some of the children asked so long ago have no outcome on record; {wanted}"
    share = f"{100 * followed.share_on_record:.0f} %"
    return f"only {share} of the children asked so long ago have an outcome on record; {wanted}"


def _too_few(drift: Drift, follow_ups: Sequence[FollowUp]) -> Iterator[str]:
    if drift.abstained is None:
        yield "drift: all questions are of the reference months; there is nothing to compare"
    else:
        few = [shift.label for shift in drift.shifts if shift.to_reference is None]
        if few:
            yield f"distribution, too few children measured: {', '.join(few)}"
    if not follow_ups:
        yield "calibration: no horizon was told to half of the children"
    for each in follow_ups:
        if not each.can_be_judged:
            yield (
                f"calibration by day {each.day:g}: too few to judge, fewer than "
                f"{FEWEST_EXPECTED} losses of response expected in the children with an outcome"
            )


def _remarks(drift: Drift) -> Iterator[str]:
    unlike = [
        f"{shift.label} (PSI at least {shift.to_training.low:.2f})"
        for shift in drift.shifts
        if shift.to_training and shift.to_training.low > LARGE
    ]
    if unlike:
        yield (
            f"unlike the training children, if these lay evenly in the fifths of a normal "
            f"distribution: {', '.join(unlike)}; `validate` compares with their real values"
        )


def _advice(watched: Watched, drift: Drift, *, inputs: bool, off: bool) -> Iterator[str]:
    model = f"-P model=models:/{watched.name}@{watched.alias} -P cohort=FILE"
    if any(shift.missing and shift.missing.has_changed for shift in drift.shifts):
        yield "ask the laboratory, and whoever sends the records, what is measured in another way"
    if inputs or off:
        yield f"judge the model on recent children: mlflow run . -e validate {model}"
    if off:
        yield (
            "if that agrees, adjust its level: "
            f"mlflow run . -e recalibrate {model} -P method=baseline"
        )
    if not (inputs or off):
        yield "go on, record outcomes, and look again when more are on record"


def _index(found: Stability) -> str:
    size = "large" if found.beyond_chance >= LARGE else "moderate"
    return (
        f"{size} (PSI {found.beyond_chance:.2f} beyond chance, "
        f"95 % interval {found.low:.2f} to {found.high:.2f})"
    )


def _moved(share: Share) -> str:
    return f"{_part(*share.now)}, before in {_part(*share.before)}{_by(share)}"


def _part(count: int, of: int) -> str:
    if 0 < count < FEWEST_TOLD:
        return f"fewer than {FEWEST_TOLD} of {of}"
    if 0 < of - count < FEWEST_TOLD:
        return f"more than {of - FEWEST_TOLD} of {of}"
    return f"{100 * count / of:.0f} % of {of}"


def _by(share: Share) -> str:
    if any(unless_small(*each) is None for each in (share.now, share.before)):
        return ""
    low, high = 100 * share.difference.low, 100 * share.difference.high
    return f" (difference {100 * share.difference.estimate:+.0f} points, {low:+.0f} to {high:+.0f})"


def ratio_in_words(ratio: Interval) -> str:
    """Word observed by expected losses of response."""
    return (
        f"observed / expected {ratio.estimate:.2f} "
        f"(95 % interval {ratio.low:.2f} to {ratio.high:.2f})"
    )


RULE_OF_THUMB = (
    f"below {MODERATE:g} little, to {LARGE:g} moderate, above large: a rule of thumb without error "
    "rates (Yurdakul and Naranjo 2020), which here only gives a change its size in words"
)
