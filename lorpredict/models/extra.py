"""Extra survival trees (scikit-survival): splits drawn at random, on a monthly time grid."""

from __future__ import annotations

from sksurv.ensemble import ExtraSurvivalTrees

from lorpredict.models._family import Learnt, ModelFamily, TrainingRows
from lorpredict.models._forests import SEARCH_SPACE, SETTINGS, SETTINGS_OF_TRIALS, grown


def learn(rows: TrainingRows) -> Learnt:
    """Geurts et al., Mach Learn 63:3 (2006), with the splits of a survival forest."""
    return grown(rows, ExtraSurvivalTrees)


FAMILY = ModelFamily(
    name="extra",
    label="Extra survival trees",
    kind="tree",
    style="with_missing",
    explained_on="risk",
    learn=learn,
    settings=SETTINGS,
    search_space=SEARCH_SPACE,
    settings_of_trials=SETTINGS_OF_TRIALS,
)
