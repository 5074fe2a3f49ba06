"""Gradient boosted trees for the Cox partial likelihood (scikit-survival), with Breslow's baseline.

The library knows two more losses, ``squared`` and ``ipcwls``; they predict a time and give no
curve, so they are no setting here.
"""

from __future__ import annotations

from sksurv.ensemble import GradientBoostingSurvivalAnalysis

from lorpredict.models._baseline import breslow_baseline
from lorpredict.models._curves import TreeHazard
from lorpredict.models._family import Learnt, ModelFamily, TrainingRows
from lorpredict.models._search_space import Between
from lorpredict.trees import TreeEnsemble


def learn(rows: TrainingRows) -> Learnt:
    """Ridgeway, Computing Science and Statistics 31:172 (1999); trees by Friedman (2001)."""
    boosting = GradientBoostingSurvivalAnalysis(
        **rows.settings, loss="coxph", random_state=rows.seed
    )
    boosting.fit(rows.features, rows.y)
    trees = TreeEnsemble.from_scikit_survival(boosting)
    baseline = breslow_baseline(trees.predict(rows.features)[:, 0], rows.y, rows.grid)
    return Learnt(TreeHazard(trees, baseline), boosting)


FAMILY = ModelFamily(
    name="gradient",
    label="Gradient boosting",
    kind="tree",
    style="imputed",  # the library refuses values that were not measured
    explained_on="log_hazard",
    learn=learn,
    settings={
        "n_estimators": 100,
        "learning_rate": 0.05,
        "max_depth": 2,
        "min_samples_leaf": 10,
        "subsample": 0.8,
        "max_features": None,
        "dropout_rate": 0.0,
    },
    search_space={
        "n_estimators": Between(30, 500, log=True, whole=True),
        "learning_rate": Between(0.01, 0.3, log=True),
        "max_depth": Between(1, 4, whole=True),
        "min_samples_leaf": Between(1, 30, log=True, whole=True),
        "subsample": Between(0.5, 1.0),
        "max_features": (None, "sqrt", 0.5),
        "dropout_rate": Between(0.0, 0.3),
    },
)
