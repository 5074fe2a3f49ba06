"""A whole cohort before a packaged model: who is at risk by its design, and what it sees of them.

Everything else of this room answers single records and stays light; this needs pandas.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from lorpredict.cohort import Cohort
from lorpredict.cohort._cohort import column_type
from lorpredict.features._pipeline import coded_table
from lorpredict.outcome import AtRisk, landmark
from lorpredict.packaged._model import PackagedModel
from lorpredict.survival import Floats


def at_risk_for(model: PackagedModel, cohort: Cohort) -> AtRisk:
    """Take the children who are at risk by the model's own design.

    Only what the model looks at has to be there: one of four predictors does not ask for the
    fourteen others of its design, and Kaplan-Meier, which looks at none, asks for none.

    Raises
    ------
    DesignError
        Naming every predictor that the cohort lacks.
    TooLittleData
        If nobody is at risk.
    """
    design = model.facts.design
    asked = model.encoding.predictors
    if not asked:  # a design names at least one; an empty column that nobody looks at will do
        asked, cohort = ("sex",), _with_column(cohort, "sex")
    indicated = tuple(name for name in design.missing_indicators if name in asked)
    narrowed = replace(design, predictors=asked, missing_indicators=indicated)
    return replace(landmark(cohort, narrowed), design=design)


def features_of(model: PackagedModel, at_risk: AtRisk) -> Floats:
    """Encode the children for ``model.curves``, array of shape (n_children, n_features)."""
    columns = model.facts.design.catalogue.columns(model.encoding.predictors)
    return model.encoding.encode(coded_table(at_risk.X, columns))


def _with_column(cohort: Cohort, key: str) -> Cohort:
    if key in cohort.table:
        return cohort
    empty = pd.Series([None] * len(cohort), index=cohort.table.index, dtype="object")
    column = empty.astype(column_type(cohort.catalogue[key]))
    return replace(cohort, table=cohort.table.assign(**{key: column}))
