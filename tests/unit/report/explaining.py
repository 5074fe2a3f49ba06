"""Models and children for the page of an explanation, and what that page holds."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from lorpredict import AtRisk, Cohort, PackagedModel, family
from lorpredict.models import FamilyModel
from lorpredict.survival import Floats
from lorpredict.uncertainty import Uncertainty, uncertainty_of
from tests.elsewhere import cohort_elsewhere
from tests.small_models import packaged

SECRET = "ELSEWHERE-"


def model_of(name: str, cohort: Cohort, at_risk: AtRisk) -> PackagedModel:
    """A packaged model, made without the cross-validation that no page needs."""
    fitted = family(name).build(at_risk.design).fit(at_risk.X, at_risk.y)
    made = packaged(fitted, cohort, at_risk)
    return replace(made, uncertainty=_uncertainty(name, fitted, at_risk))


def _uncertainty(name: str, fitted: FamilyModel, at_risk: AtRisk) -> Uncertainty | None:
    """From models of resamples, small ones."""
    if fitted.family.interval is None:
        return None
    rng, days, told = np.random.default_rng(4), at_risk.design.horizons, []
    settings = {"n_estimators": 10} if name == "forest" else {}
    for _ in range(20):
        drawn = rng.integers(0, len(at_risk.y), len(at_risk.y))
        other = family(name).build(at_risk.design, seed=1, settings=settings)
        other.fit(at_risk.X.iloc[drawn], at_risk.y[drawn])
        told.append(other.predict_survival(at_risk.X, days).risk)
    features, kind = fitted.features(at_risk.X), fitted.family.interval
    return uncertainty_of(name, kind, features, np.array(told), days)


def table_of(children: int) -> pd.DataFrame:
    """Children of other hospitals, with identifiers, dates and values that were not measured."""
    table = cohort_elsewhere(children).table.copy()
    table.loc[table.index[::3], "albumin_g_l"] = np.nan
    table["ifx_start_date"] = [f"2019-0{1 + n % 9}-1{n % 7}" for n in range(children)]
    return table


def told_in(page: str) -> dict[str, Any]:
    """What the script of a page draws."""
    found = re.search(r'<script id="explained" type="application/json">(.*?)</script>', page)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def unpacked(told: dict[str, Any]) -> tuple[Floats, float]:
    """Numbers as the script decodes them, and by how much they may be rounded."""
    unit = 10.0 ** -told["decimals"]
    return np.array(told["values"], dtype=float) * unit, unit / 2
