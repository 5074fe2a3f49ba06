"""The child who does not exist, whom the pictures explain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from lorpredict import AtRisk, Cohort, ModelDesign
from lorpredict.clinical import contradictions
from lorpredict.report.explained import explain_cohort
from tests.unit.report.explaining import SECRET, model_of, table_of
from training.pictures import cohort_figures, typical_record

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


def test_what_few_children_told_of_is_left_out(at_risk: AtRisk) -> None:
    few = SKEWED.assign(albumin_g_l=[np.nan, 31.0, 32.0, 33.0, 34.0])
    assert "albumin_g_l" not in typical_record(replace(at_risk, X=few), ["albumin_g_l"])
    assert "albumin_g_l" in typical_record(replace(at_risk, X=SKEWED), ["albumin_g_l"])


@pytest.mark.parametrize("family", ["forest", "ridge"])
def test_no_picture_of_a_cohort_names_a_child_a_hospital_or_a_day(
    family: str, cohort: Cohort, at_risk: AtRisk
) -> None:
    table = table_of(24)
    explained = explain_cohort(model_of(family, cohort, at_risk), table)
    texts = []
    for name, figure in cohort_figures(explained):
        figure.canvas.draw()
        texts += [name, *(text.get_text() for text in figure.findobj(Text))]

    secrets = [SECRET, *table["site"].astype(str), *table["ifx_start_date"].astype(str)]
    assert not [text for text in texts if any(secret in text for secret in secrets)]
    assert any("24 children" in text for text in texts)
    assert any("A made-up typical child's" in text for text in texts)
