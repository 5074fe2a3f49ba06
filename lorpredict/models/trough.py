"""The week-14 trough alone, on a log scale; that it was not measured counts where a design asks."""

from __future__ import annotations

from lorpredict.models._cox import LIGHT_SETTINGS, lightly_penalised
from lorpredict.models._family import ModelFamily

FAMILY = ModelFamily(
    name="trough",
    label="Trough at week 14, alone",
    kind="comparator",
    style="standardised",
    explained_on="log_hazard",
    learn=lightly_penalised,
    settings=LIGHT_SETTINGS,
    predictors=("trough_week14_ug_ml",),
)
