"""Random survival forest (scikit-survival), on a monthly time grid."""

from __future__ import annotations

from sksurv.ensemble import RandomSurvivalForest

from lorpredict.models._family import Learnt, ModelFamily, TrainingRows
from lorpredict.models._forests import SEARCH_SPACE, SETTINGS, SETTINGS_OF_TRIALS, grown


def learn(rows: TrainingRows) -> Learnt:
    """Ishwaran et al., Ann Appl Stat 2:841 (2008)."""
    return grown(rows, RandomSurvivalForest)


FAMILY = ModelFamily(
    name="forest",
    label="Random survival forest",
    kind="tree",
    style="with_missing",
    explained_on="risk",
    learn=learn,
    settings=SETTINGS,
    search_space=SEARCH_SPACE,
    interval="curve",
    settings_of_trials=SETTINGS_OF_TRIALS,
)
