"""What becomes of a model in a hospital, or a period, that taught it nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from lorpredict.errors import counted
from lorpredict.evaluation._intervals import external_measures
from lorpredict.evaluation._learning import SplitPrediction, predict_split
from lorpredict.evaluation._measure import Times
from lorpredict.evaluation._plan import FEWEST_EVENTS_OF_A_PART, TESTED_LAST, ValidationPlan
from lorpredict.evaluation._running import Job
from lorpredict.evaluation._splits import Split, site_splits, temporal_split
from lorpredict.evaluation._tuning import Tuning
from lorpredict.models import ModelFamily
from lorpredict.outcome import AtRisk
from lorpredict.survival import FEWEST_AT_RISK, last_day_at_risk

COLUMNS = ["family", "estimator", "part", "measure", "estimate", "low", "high", "undefined"]
_ESTIMATORS = {"site": "leave one site out", "time": "later children"}
_DRAWS = 200


def parts_of(at_risk: AtRisk, plan: ValidationPlan, *, seed: int) -> tuple[list[Split], list[str]]:
    """Return the parts of the children that are left out, and what is said of those that are not.

    A part is tested on where it has enough events; otherwise it only teaches.
    """
    wanted = site_splits(at_risk, seed=seed) if plan.by_site else []
    wanted += temporal_split(at_risk, share=TESTED_LAST, seed=seed) if plan.by_time else []
    kept, notes = [], []
    for split in wanted:
        events = int(at_risk.y["event"][split.test].sum())
        if events < FEWEST_EVENTS_OF_A_PART or len(split.test) < FEWEST_AT_RISK:
            notes.append(
                f"{split.label}: {counted(events, 'event')} among {len(split.test)} children, "
                f"expected at least {FEWEST_EVENTS_OF_A_PART}; nothing is tested there"
            )
        else:
            kept.append(split)
    return kept, notes


def part_jobs(
    at_risk: AtRisk,
    family: ModelFamily,
    splits: Sequence[Split],
    times: Times,
    *,
    tuning: Tuning | None = None,
) -> list[Job]:
    """Return one job for each part: learn from the others, test there."""
    return [
        Job(
            (split.scheme, family.name, split.number, split.seed),
            partial(_tested, at_risk, family, split, times, tuning),
        )
        for split in splits
    ]


def _tested(
    at_risk: AtRisk,
    family: ModelFamily,
    split: Split,
    times: Times,
    tuning: Tuning | None,
) -> tuple[SplitPrediction, pd.DataFrame]:
    found = predict_split(at_risk, family, split, times.days, tuning=tuning)
    y = at_risk.y[split.test]
    last = last_day_at_risk(y)
    within = times.horizons <= last
    if found.problem or not within.any():
        return found, pd.DataFrame(columns=COLUMNS)
    days = times.days[times.days <= times.horizons[within][-1]]
    measured = external_measures(
        found.risk[:, : len(days)],
        days,
        times.horizons[within],
        y,
        list(np.array(times.names)[within]),
        resamples=_DRAWS,
        seed=split.seed,
    )
    told = measured.assign(
        family=family.name, estimator=_ESTIMATORS[split.scheme], part=split.label
    )
    return found, told[COLUMNS]


def table(done: Sequence[tuple[SplitPrediction, pd.DataFrame]]) -> pd.DataFrame:
    """Put the figures of all parts below one another."""
    told = [each for _, each in done if len(each)]
    return pd.concat(told, ignore_index=True) if told else pd.DataFrame(columns=COLUMNS)


def part_notes(
    done: Sequence[tuple[SplitPrediction, pd.DataFrame]], at_risk: AtRisk, times: Times
) -> Iterator[str]:
    """Say which horizons lie beyond the follow-up of a part."""
    seen = set()
    for found, _ in done:
        split = found.split
        last = last_day_at_risk(at_risk.y[split.test])
        beyond = times.horizons[times.horizons > last]
        if beyond.size and split.label not in seen:
            seen.add(split.label)
            told = ", ".join(f"{day:g}" for day in beyond)
            yield (
                f"{split.label}: day {told} since the landmark lies beyond follow-up there "
                "and is not judged"
            )
