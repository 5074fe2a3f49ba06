"""The child who does not exist, whom the pictures explain."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from lorpredict import AtRisk, ModelDesign
from lorpredict.clinical import contradictions
from training.pictures import typical_record

# Durations are skewed: the medians of age, onset and duration are nobody's and disagree.
SKEWED = pd.DataFrame(
    {
        "age_years": [12.0, 12.5, 13.0, 14.0, 16.0],
        "onset_age_years": [11.5, 12.0, 4.0, 5.0, 15.5],
        "disease_duration_months": [6.0, 6.0, 108.0, 108.0, 6.0],
        "albumin_g_l": [30.0, 31.0, 32.0, 33.0, 34.0],
    }
)


def test_a_typical_child_holds_the_medians_of_the_models_predictors(
    at_risk: AtRisk, design: ModelDesign
) -> None:
    record = typical_record(at_risk, design.predictors)
    assert set(record) <= set(design.predictors)
    assert record["albumin_g_l"] == at_risk.X["albumin_g_l"].median()


def test_a_typical_child_does_not_contradict_itself(at_risk: AtRisk) -> None:
    names = [str(name) for name in SKEWED]
    whole = {name: float(SKEWED[name].median()) for name in names}
    assert contradictions(whole)
    record = typical_record(replace(at_risk, X=SKEWED), names)
    assert not contradictions(record)
    assert record["albumin_g_l"] == 32.0
