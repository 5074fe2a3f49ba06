"""Not in remission at week 14, alone: the one question that any model has to improve on."""

from __future__ import annotations

from lorpredict.models._cox import LIGHT_SETTINGS, lightly_penalised
from lorpredict.models._family import ModelFamily

FAMILY = ModelFamily(
    name="not_in_remission",
    label="Not in remission at week 14, alone",
    kind="comparator",
    style="standardised",
    explained_on="log_hazard",
    learn=lightly_penalised,
    settings=LIGHT_SETTINGS,
    predictors=("remission_week14",),
)
