"""Random survival forest (scikit-survival), on a monthly time grid."""

from __future__ import annotations

import numpy as np
from sksurv.ensemble import RandomSurvivalForest

from lorpredict.models._curves import SurvivalForest
from lorpredict.models._family import Learnt, ModelFamily, TrainingRows
from lorpredict.survival import Floats, Outcome, outcome_array
from lorpredict.trees import TreeEnsemble

TREES = 500
SMALLEST_LEAF = 10


def learn(rows: TrainingRows) -> Learnt:
    """Ishwaran et al., Ann Appl Stat 2:841 (2008).

    Small leaves give curves that only echo single children; ten keep a curve in every leaf.
    """
    forest = RandomSurvivalForest(
        n_estimators=TREES,
        min_samples_leaf=min(SMALLEST_LEAF, max(1, len(rows.y) // 4)),
        min_samples_split=2 * SMALLEST_LEAF,
        random_state=rows.seed,
        n_jobs=1,
    )
    forest.fit(rows.features, round_up(rows.y, rows.grid))
    trees = TreeEnsemble.from_scikit_survival(forest, output="survival")
    return Learnt(SurvivalForest(trees), forest)


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


FAMILY = ModelFamily(
    name="forest",
    label="Random survival forest",
    kind="tree",
    style="with_missing",
    learn=learn,
)
