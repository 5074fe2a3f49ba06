"""A forest of simulated children as it is shipped, and as scikit-learn would ask it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sksurv.ensemble import RandomSurvivalForest

import lorpredict
from benchmarks.study._cohorts import DESIGN
from lorpredict import AtRisk, ModelDesign, PackagedModel, landmark
from lorpredict.cohort import Cohort
from lorpredict.development import MODEL_NAME, training_facts
from lorpredict.models import FamilyModel, family
from lorpredict.packaged import ModelFacts
from lorpredict.survival import Floats, Outcome
from lorpredict.synthetic import simulate_cohort
from lorpredict.uncertainty import Uncertainty, uncertainty_of

SEED = 20
SMALLEST_LEAF = 15
PREDICTORS = 14
_RESAMPLES, _TREES_OF_A_RESAMPLE = 20, 50


@dataclass(frozen=True)
class Children:
    """Simulated children, those of them at risk, and one of them as a record."""

    cohort: Cohort
    at_risk: AtRisk

    @classmethod
    def simulated(cls, n: int) -> Children:
        """Draw them."""
        cohort = simulate_cohort(n, rng=np.random.default_rng(SEED)).cohort
        whole = ModelDesign.read(DESIGN)
        return cls(
            cohort, landmark(cohort, replace(whole, predictors=whole.predictors[-PREDICTORS:]))
        )

    @property
    def table(self) -> pd.DataFrame:
        """What the design looks at, in plain numbers and words."""
        chosen = self.at_risk.X[list(self.at_risk.design.predictors)]
        levels = chosen.select_dtypes("category")
        numbers = chosen.columns.difference(levels.columns)
        return chosen.astype(dict.fromkeys(levels, object) | dict.fromkeys(numbers, float))

    def table_of(self, record: dict[str, Any]) -> pd.DataFrame:
        """A record as a row of the table."""
        return pd.DataFrame([record]).astype(self.table.dtypes)

    @property
    def record(self) -> dict[str, Any]:
        """A child with everything measured, as the service is sent it."""
        chosen = self.at_risk.X[list(self.at_risk.design.predictors)].dropna()
        first: dict[str, Any] = json.loads(chosen.head(1).to_json(orient="records"))[0]
        return first


def packaged(children: Children, trees: int) -> PackagedModel:
    """The model as training ships it, but for its cross-validated figures."""
    design, X, y = children.at_risk.design, children.at_risk.X, children.at_risk.y
    model = _grown(design, X, y, trees)
    facts = ModelFacts(
        name=MODEL_NAME,
        version=lorpredict.__version__,
        family=model.family.name,
        family_label=model.family.label,
        design=design,
        catalogue_version=design.catalogue.version,
        follow_up_days_since_landmark=model.follow_up_,
        training=training_facts(children.cohort, children.at_risk, seed=SEED),
        stage="demo",
        reasons=("made for a benchmark",),
        metrics={},
    )
    return PackagedModel(facts, model.encoding_, model.curves_, _uncertainty(model, X, y))


def _grown(design: ModelDesign, X: pd.DataFrame, y: Outcome, trees: int) -> FamilyModel:
    settings = {
        "n_estimators": trees,
        "min_samples_leaf": SMALLEST_LEAF,
        "min_samples_split": 2 * SMALLEST_LEAF,
    }
    return family("forest").build(design, seed=SEED, settings=settings).fit(X, y)


def _uncertainty(model: FamilyModel, X: pd.DataFrame, y: Outcome) -> Uncertainty | None:
    rng, days, told = np.random.default_rng(SEED), model.design.horizons, []
    for _ in range(_RESAMPLES):
        drawn = rng.integers(0, len(y), len(y))
        other = _grown(model.design, X.iloc[drawn], y[drawn], _TREES_OF_A_RESAMPLE)
        told.append(other.predict_survival(X, days).risk)
    return uncertainty_of(model.family.name, "curve", model.features(X), np.array(told), days)


def in_scikit_learn(children: Children, trees: int) -> Pipeline:
    """scikit-learn's columns and scikit-survival's forest, with the same settings."""
    table = children.table
    levels = list(table.select_dtypes(object))
    columns = ColumnTransformer(
        [("levels", OneHotEncoder(handle_unknown="ignore"), levels)],
        remainder="passthrough", sparse_threshold=0,
    )  # fmt: skip
    forest = RandomSurvivalForest(
        trees,
        min_samples_leaf=SMALLEST_LEAF,
        min_samples_split=2 * SMALLEST_LEAF,
        random_state=SEED,
    )
    return make_pipeline(columns, forest).fit(table, children.at_risk.y)


def risk_at(pipeline: Pipeline, row: pd.DataFrame, days: Floats) -> Floats:
    """What the pipeline says of a table of one row."""
    known = pipeline[-1].unique_times_
    survival = pipeline.predict_survival_function(row, return_array=True)
    risk: Floats = 1 - survival[:, np.searchsorted(known, days, side="right") - 1]
    return risk
