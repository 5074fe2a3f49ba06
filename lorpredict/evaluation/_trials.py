"""Trying settings out, one after the other, with Optuna's tree-structured Parzen estimator.

Every trial draws from a seed of its own, made of the study's seed and its number, and knows the
trials before it and nothing else. So a study that goes on where it was broken off tries what it
would have tried anyway.

References
----------
Bergstra J, Bardenet R, Bengio Y, Kégl B. NIPS 24:2546 (2011).
Akiba T, et al. KDD 2019: 2623: Optuna.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lorpredict.evaluation._studies import FinishedTrials, quiet_optuna
from lorpredict.models._search_space import Between, SearchSpace

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """The settings that were chosen for a family, and by what.

    Parameters
    ----------
    settings : those that were tuned
    score, score_by_default
        Integrated Brier score of the inner folds, with these settings and with the defaults.
    trials : how many settings were tried out
    problem : why the defaults stand untried
    """

    settings: Settings
    score: float = math.nan
    score_by_default: float = math.nan
    trials: int = 0
    problem: str = ""

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value_text(value)}" for name, value in self.settings.items())
        if self.problem:
            return f"{told}, as by default: {self.problem}"
        scores = f"{self.score:.4f}, by default {self.score_by_default:.4f}"
        return f"{told} (integrated Brier score {scores}; {self.trials} trials)"


def value_text(value: Any) -> str:
    """Write the value of a setting for people: as many digits as tell settings apart."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def best_of(
    space: SearchSpace,
    defaults: Settings,
    score: Callable[[Settings], float],
    *,
    seed: int,
    trials: int,
    known: FinishedTrials,
) -> Choice:
    """Try the defaults first, then what is promising, and return the best; the defaults if equal.

    Parameters
    ----------
    score
        From settings to how bad they are; smaller is better.
    known
        Trials that are finished, which are not done again; new ones are kept there.
    """
    import optuna

    among = {name: _distribution(choices) for name, choices in space.items()}
    scores: list[tuple[float, Settings]] = []
    with quiet_optuna():
        study = optuna.create_study()
        study.enqueue_trial(dict(defaults))
        for number in range(trials):
            study.sampler = optuna.samplers.TPESampler(seed=_seed(seed, number))
            trial = study.ask(among)
            found = known.score(trial.params)
            if found is None:
                found = score(trial.params)
                known.keep(trial.params, among, found)
            study.tell(trial, found)
            scores.append((found, trial.params))
    best = min(scores, key=lambda each: each[0])  # the first of those that are equal
    if not math.isfinite(best[0]):
        return Choice(defaults, trials=trials, problem="no settings could learn in every fold")
    return Choice(best[1], best[0], scores[0][0], trials)


def _distribution(choices: Between | tuple[Any, ...]) -> BaseDistribution:
    from optuna import distributions

    if isinstance(choices, tuple):
        return distributions.CategoricalDistribution(choices)
    if choices.whole:
        low, high = int(choices.low), int(choices.high)
        return distributions.IntDistribution(low, high, log=choices.log)
    return distributions.FloatDistribution(choices.low, choices.high, log=choices.log)


def _seed(*path: int) -> int:
    return int(np.random.SeedSequence([1_000_005, *path]).generate_state(1)[0])
