"""What random survival forests and extra survival trees share: the time grid, the leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lorpredict.models._curves import SurvivalForest
from lorpredict.models._family import Learnt, TrainingRows
from lorpredict.models._search_space import Between, SearchSpace
from lorpredict.survival import Floats, Outcome, outcome_array
from lorpredict.trees import TreeEnsemble

# Small leaves give curves that only echo single children; ten keep a curve in every leaf.
SETTINGS: dict[str, Any] = {
    "n_estimators": 500,
    "min_samples_leaf": 10,
    "min_samples_split": 20,
    "max_features": "sqrt",
    "max_depth": None,
    "on_time_grid": True,  # False keeps every day of an event, and with it what a child's was
}
SEARCH_SPACE: SearchSpace = {
    "min_samples_leaf": Between(3, 30, log=True, whole=True),
    "max_features": ("sqrt", 0.3, 0.5, 1.0),
}
SETTINGS_OF_TRIALS: dict[str, Any] = {"n_estimators": 100}  # more only make the average smoother


def grown(rows: TrainingRows, forest: Callable[..., Any]) -> Learnt:
    """Grow a forest of scikit-survival on the monthly grid and take its leaves as arrays."""
    settings = dict(rows.settings)
    y = round_up(rows.y, rows.grid) if settings.pop("on_time_grid") else rows.y
    settings["min_samples_leaf"] = min(settings["min_samples_leaf"], max(1, len(y) // 4))
    estimator = forest(**settings, random_state=rows.seed, n_jobs=1)
    estimator.fit(rows.features, y)
    trees = TreeEnsemble.from_scikit_survival(estimator, output="survival")
    return Learnt(SurvivalForest(trees), estimator)


def round_up(y: Outcome, grid: Floats) -> Outcome:
    """Move events and censorings up to the next day of the grid.

    Who has had the event by a horizon stays the same, since every horizon is on the grid;
    a forest then stores a curve of months instead of one of days. A child censored before the
    first event of its month was not at risk at any event of it, and is moved down instead;
    otherwise Kaplan-Meier on the grid would lie too low.
    """
    month = np.searchsorted(grid, y["duration"], side="left")
    first_event = np.full(len(grid), np.inf)
    np.minimum.at(first_event, month[y["event"]], y["duration"][y["event"]])
    stays = (y["duration"] >= first_event[month]) | (y["duration"] == grid[month])
    start = np.concatenate([[grid[0] / 2], grid])[month]
    return outcome_array(y["event"], np.where(stays, grid[month], start))
