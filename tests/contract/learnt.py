"""What the contract tests of the families stand on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lorpredict import AtRisk, Development, PackagedModel, families
from lorpredict.features._pipeline import coded_table
from lorpredict.models import FamilyModel, family
from lorpredict.survival import Floats, Outcome

DAYS = np.concatenate([[0.0], np.linspace(1.0, 1332.0, 60)])

every_family = pytest.mark.parametrize("name", families())


class LearnOrReuse:
    """Models of any family, learnt on the shipped cohort unless something is changed."""

    def __init__(self, at_risk: AtRisk, development: Development) -> None:
        self.at_risk, self.development = at_risk, development

    def __call__(
        self, name: str, X: pd.DataFrame | None = None, y: Outcome | None = None, seed: int = 0
    ) -> FamilyModel:
        if X is None and y is None and seed == 0:
            return self.development.models[name]
        model = family(name).build(self.at_risk.design, seed=seed)
        return model.fit(self.at_risk.X if X is None else X, self.at_risk.y if y is None else y)


def survival(model: FamilyModel, X: pd.DataFrame) -> Floats:
    return model.predict_survival(X, DAYS).survival


def encoded(model: PackagedModel, X: pd.DataFrame) -> Floats:
    columns = model.facts.design.catalogue.columns(model.encoding.predictors)
    return model.encoding.encode(coded_table(X, columns))


def answerable(model: PackagedModel, X: pd.DataFrame) -> pd.DataFrame:
    """Children of whom any predictor of the model was measured; it refuses the others."""
    predictors = list(model.encoding.predictors)
    return X[X[predictors].notna().any(axis=1)] if predictors else X
