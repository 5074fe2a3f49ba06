"""What is odd is named in the notes of an evaluation, and nothing is dropped in silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lorpredict import AtRisk, evaluate, family
from lorpredict.evaluation import ValidationPlan
from lorpredict.evaluation._remarks import remarks_on_values

QUICK = ValidationPlan(repeats=1, draws=0)


def notes(at_risk: AtRisk, plan: ValidationPlan = QUICK, **columns: Any) -> list[str]:
    X = at_risk.X.assign(**columns)
    found = evaluate(replace(at_risk, X=X), [family("null"), family("ridge")], plan=plan)
    return list(found.notes)


def test_an_honest_cohort_has_no_remarks(at_risk: AtRisk) -> None:
    assert notes(at_risk) == []


def test_a_constant_predictor_is_named(at_risk: AtRisk) -> None:
    assert notes(at_risk, albumin_g_l=36.0) == [
        "Albumin: the same in all children in whom it is known, so it tells nothing"
    ]


def test_a_predictor_that_nobody_measured_is_named(at_risk: AtRisk) -> None:
    assert notes(at_risk, albumin_g_l=np.nan) == [
        "Albumin: measured in no child, so no model knows anything of it"
    ]


@pytest.mark.parametrize("kind", ["number", "boolean"])
def test_perfect_separation_is_named(at_risk: AtRisk, kind: str) -> None:
    event = at_risk.y["event"]
    columns: dict[str, dict[str, Any]] = {
        "number": {"crp_mg_l": np.where(event, 90.0, 10.0) + np.arange(69) / 10},
        "boolean": {"perianal": event},
    }
    [told] = notes(at_risk, **columns[kind])
    assert "parts the children who lost response from the others without exception" in told


def test_figures_that_some_folds_cannot_give_are_counted() -> None:
    values = pd.DataFrame(
        {
            "family": ["ridge"] * 6,
            "measure": ["uno_c"] * 3 + ["auc_day_365"] * 2 + ["ici_day_365"],
            "value": [0.7, np.nan, np.nan, 0.6, 0.8, np.nan],
        }
    )
    assert list(remarks_on_values(values)) == [
        "ridge: Uno's C is not defined in 2 of 3 folds or repeats, and is told without them"
    ]


def test_parts_that_are_not_there_are_named(at_risk: AtRisk) -> None:
    asked = ValidationPlan(repeats=1, draws=0, by_site=True, by_time=True)
    told = notes(replace(at_risk, start=None), asked)
    assert "one hospital or none is named, so none is left out" in told
    assert "not every child has a date of its first infusion, so no period is left out" in told
