"""How children are divided into those who teach and those who test.

Every split has a seed of its own, made of the seed of all and its place, so nothing that is learnt
in it depends on how many workers share the work or on which splits were done before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sklearn.model_selection import StratifiedKFold

from lorpredict.errors import TooLittleData
from lorpredict.outcome import AtRisk
from lorpredict.survival import Positions

FOLDS = 5
Scheme = Literal["cross-validation", "bootstrap", "site", "time"]
# Each scheme draws from seeds of its own; cross-validation has none, its folds are those of old.
_STREAMS: dict[Scheme, tuple[int, ...]] = {
    "cross-validation": (),
    "bootstrap": (1_000_001,),
    "site": (1_000_002,),
    "time": (1_000_003,),
}


@dataclass(frozen=True)
class Split:
    """One division of the children into those who teach and those who test.

    Parameters
    ----------
    train, test : positions of the children; a bootstrap holds some of them twice in ``train``
    seed : all randomness of what learns in this split
    label : what sets it apart, for people: the hospital or the date
    """

    repeat: int
    number: int
    train: Positions
    test: Positions
    seed: int
    scheme: Scheme = "cross-validation"
    label: str = ""


def stratified_splits(at_risk: AtRisk, *, repeats: int, seed: int) -> list[Split]:
    """Split into five folds, ``repeats`` times, with events spread evenly.

    Raises
    ------
    TooLittleData
        If there are fewer than two events, so that no fold can learn and test.
    """
    events = int(at_risk.y["event"].sum())
    if events < 2:
        raise TooLittleData(
            f"{events} events after the landmark; cross-validation needs at least 2"
        )
    return list(_folds(at_risk, min(FOLDS, events), repeats, seed))


def _folds(at_risk: AtRisk, folds: int, repeats: int, seed: int) -> Iterator[Split]:
    everyone = np.zeros(len(at_risk))
    for repeat in range(repeats):
        split = StratifiedKFold(folds, shuffle=True, random_state=_seed(seed, repeat, 0))
        parts = split.split(everyone, at_risk.y["event"])
        for number, (train, test) in enumerate(parts, start=1):
            yield Split(repeat, number, train, test, _seed(seed, repeat, number))


def bootstrap_splits(at_risk: AtRisk, *, resamples: int, seed: int) -> list[Split]:
    """Draw as many children as there are, with replacement; all children test."""
    everyone = np.arange(len(at_risk))
    stream = _STREAMS["bootstrap"]
    drawn = []
    for number in range(resamples):
        rng = np.random.default_rng([*stream, seed, number])
        train = rng.integers(len(everyone), size=len(everyone))
        of_its_own = _seed(*stream, seed, number)
        drawn.append(Split(number, 1, train, everyone, of_its_own, "bootstrap"))
    return drawn


def site_splits(at_risk: AtRisk, *, seed: int) -> list[Split]:
    """Leave out one hospital after the other; children whose hospital is not known only teach."""
    splits = []
    for number, name in enumerate(at_risk.sites, start=1):
        here = np.asarray(at_risk.site == name)
        train, test = np.flatnonzero(~here), np.flatnonzero(here)
        of_its_own = _seed(*_STREAMS["site"], seed, number)
        splits.append(Split(0, number, train, test, of_its_own, "site", name))
    return splits if len(splits) > 1 else []


def temporal_split(at_risk: AtRisk, *, share: float, seed: int) -> list[Split]:
    """Teach by the children who began first, test by the ``share`` who began last.

    All who began on the day at which the parts meet test.
    """
    if at_risk.start is None or not at_risk.has_dates:
        return []
    day = np.sort(at_risk.start)[int(np.floor((1 - share) * len(at_risk)))]
    later = at_risk.start >= day
    if later.all():
        return []
    train, test = np.flatnonzero(~later), np.flatnonzero(later)
    of_its_own = _seed(*_STREAMS["time"], seed)
    # The day itself is some child's.
    label = f"the latest {share:.0%} of first infusions"
    return [Split(0, 1, train, test, of_its_own, "time", label)]


def _seed(*path: int) -> int:
    return int(np.random.SeedSequence(path).generate_state(1)[0] % 2**31)


def fold_numbers(splits: Sequence[Split], repeats: int, children: int) -> list[Positions]:
    """Tell for each repeat which fold each child was tested in."""
    numbers = [np.zeros(children, dtype=np.intp) for _ in range(repeats)]
    for split in splits:
        numbers[split.repeat][split.test] = split.number
    return numbers
