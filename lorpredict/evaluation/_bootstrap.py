"""What the bootstrap tells: how much a model flatters itself, and how much single risks move.

The corrected figure has no interval. One that is shifted from the apparent figure tells how that
one varies and not what the correction leaves behind: in simulated cohorts it missed the truth far
more often than it said (decision 7). Cross-validation tells first, and has intervals.

References
----------
Harrell FE, Lee KL, Mark DB. Stat Med 15:361 (1996): correction for optimism.
Riley RD, Collins GS. Biom J 65:2200302 (2023): instability of single risks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from lorpredict.evaluation._learning import predict_split
from lorpredict.evaluation._measure import Predicted, Times, values_of
from lorpredict.evaluation._running import Job
from lorpredict.evaluation._splits import Split, bootstrap_splits
from lorpredict.evaluation._tuning import Tuning
from lorpredict.models import ModelFamily
from lorpredict.outcome import AtRisk
from lorpredict.survival import Floats, Positions


@dataclass(frozen=True)
class Resampled:
    """What a model that learnt from one resample says.

    Parameters
    ----------
    number : 0 for the model of all children, then the resamples
    apparent : measures on the children from whom it learnt
    tested : measures on all children
    risk : array of shape (n_children, n_horizons), of all children
    """

    family: str
    number: int
    apparent: Mapping[str, float]
    tested: Mapping[str, float]
    risk: Floats
    clipped_at: float | None = None
    problem: str = ""


def bootstrap_jobs(
    at_risk: AtRisk,
    family: ModelFamily,
    times: Times,
    *,
    resamples: int,
    seed: int,
    tuning: Tuning | None = None,
) -> list[Job]:
    """Return one job for the model of all children, and one for each resample."""
    everyone = np.arange(len(at_risk))
    whole = Split(-1, 0, everyone, everyone, seed, "bootstrap")
    splits = [whole, *bootstrap_splits(at_risk, resamples=resamples, seed=seed)]
    return [
        Job(
            ("bootstrap", family.name, number, split.seed),
            partial(_resampled, at_risk, family, split, number, times, tuning),
        )
        for number, split in enumerate(splits if resamples else [])
    ]


def _resampled(
    at_risk: AtRisk,
    family: ModelFamily,
    split: Split,
    number: int,
    times: Times,
    tuning: Tuning | None,
) -> Resampled:
    found = predict_split(at_risk, family, split, times.days, tuning=tuning)
    horizons = np.searchsorted(times.days, times.horizons)
    told = Resampled(
        family.name, number, {}, {}, found.risk[:, horizons], found.clipped_at, found.problem
    )
    if found.problem:
        return told
    apparent, tested = (
        _measured(at_risk, found.risk, rows, times) for rows in (split.train, split.test)
    )
    return replace(told, apparent=apparent, tested=tested)


def _measured(at_risk: AtRisk, risk: Floats, rows: Positions, times: Times) -> dict[str, float]:
    y = at_risk.y[rows]
    predicted = Predicted(risk[rows], times.days, times.horizons, y, y)
    return values_of(predicted, times.names)


@dataclass(frozen=True)
class Optimism:
    """How much one family flatters itself.

    Parameters
    ----------
    estimates : DataFrame
        Indexed by measure: ``apparent``, ``optimism``, ``estimate`` (the difference of the two),
        ``undefined`` (in how many resamples the measure is not).
    risk : array of shape (n_resamples, n_children, n_horizons)
    """

    estimates: pd.DataFrame
    risk: Floats


def optimism(found: Sequence[Resampled]) -> Optimism | None:
    """Summarise the resamples of one family; None where the model of all children is not known."""
    whole, resamples = found[0], [each for each in found[1:] if not each.problem]
    if whole.problem or not resamples:
        return None
    apparent = pd.DataFrame([each.apparent for each in resamples])
    tested = pd.DataFrame([each.tested for each in resamples])
    seen = pd.Series(whole.apparent, dtype=float)
    flattery = (apparent - tested).mean()
    estimates = pd.DataFrame(
        {
            "apparent": seen,
            "optimism": flattery,
            "estimate": seen - flattery,
            "undefined": (apparent - tested).isna().sum(),
        }
    )
    risk = np.array([each.risk for each in resamples])
    return Optimism(estimates.reindex(seen.index), risk)
