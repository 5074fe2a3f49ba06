"""Whether a model is as good in girls as in boys, in the young, in every hospital."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lorpredict.evaluation._evaluation import Evaluation
from lorpredict.evaluation._measure import Predicted
from lorpredict.evaluation.calibration import observed_expected
from lorpredict.evaluation.discrimination import uno_c
from lorpredict.outcome import AtRisk
from lorpredict.survival import FEWEST_AT_RISK, last_day_at_risk

FEWEST_EVENTS = 20
YOUNG_YEARS = 10.0
Rows = NDArray[np.bool_]


def subgroup_rows(at_risk: AtRisk) -> dict[str, Rows]:
    """Tell who belongs to each subgroup that is looked at; children of unknown class to none."""
    table = at_risk.X
    found: dict[str, Rows] = {}
    if "sex" in table:
        found |= {sex: (table["sex"] == sex).to_numpy(dtype=bool) for sex in ("female", "male")}
    if "age_years" in table:
        age = table["age_years"].to_numpy(dtype=float)
        found["below 10 years"], found["10 years and older"] = age < YOUNG_YEARS, age >= YOUNG_YEARS
    if "trough_week14_ug_ml" in table:
        measured = table["trough_week14_ug_ml"].notna().to_numpy()
        found["trough measured"], found["trough not measured"] = measured, ~measured
    of_sites = {f"hospital {name}": np.asarray(at_risk.site == name) for name in at_risk.sites}
    return found | of_sites


def subgroups(evaluation: Evaluation, family: str) -> pd.DataFrame:
    """Discrimination and calibration of out-of-fold risks in each subgroup.

    Returns
    -------
    DataFrame
        One row a subgroup, all children first: ``subgroup``, ``children``, ``events`` by the last
        horizon, ``uno_c``, ``drop`` against all children, ``observed_expected_day_365`` and so on.
        Figures are means over the repeats, NaN where a subgroup has fewer than twenty events or is
        not followed up to a horizon.
    """
    at_risk = evaluation.at_risk
    everyone = {"all children": np.ones(len(at_risk), dtype=bool)}
    rows = [
        {"subgroup": name, **_figures(evaluation, family, chosen)}
        for name, chosen in (everyone | subgroup_rows(at_risk)).items()
        if chosen.any()
    ]
    told = pd.DataFrame(rows)
    told.insert(4, "drop", told["uno_c"].iloc[0] - told["uno_c"])
    return told


def _figures(evaluation: Evaluation, family: str, chosen: Rows) -> dict[str, float]:
    y = evaluation.at_risk.y[chosen]
    last = evaluation.horizons[-1]
    events = int((y["event"] & (y["duration"] <= last)).sum())
    told: dict[str, float] = {"children": len(y), "events": events}
    enough = events >= FEWEST_EVENTS and len(y) >= FEWEST_AT_RISK
    measured = pd.DataFrame(_of_repeats(evaluation, family, chosen) if enough else [])
    names = ["uno_c", *(f"observed_expected_{day}" for day in evaluation.times.names)]
    means = measured.reindex(columns=names).astype(float).mean()
    return told | {name: float(means[name]) for name in names}


def _of_repeats(evaluation: Evaluation, family: str, chosen: Rows) -> Iterator[dict[str, float]]:
    times, y = evaluation.times, evaluation.at_risk.y
    within = (times.horizons <= last_day_at_risk(y[chosen])) | y["event"][chosen].all()
    for risk in evaluation.risk[family]:
        if np.isnan(risk).any():
            continue
        predicted = Predicted(risk[chosen], times.days, times.horizons, y[chosen], y)
        ratios = np.where(within, observed_expected(predicted), np.nan)
        yield {"uno_c": float(np.asarray(uno_c(predicted)))} | {
            f"observed_expected_{day}": float(ratio)
            for day, ratio in zip(times.names, ratios, strict=True)
        }
