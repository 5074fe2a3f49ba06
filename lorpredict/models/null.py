"""Kaplan-Meier: the same curve for every child. What any model has to beat."""

from __future__ import annotations

import numpy as np

from lorpredict.models._baseline import kaplan_meier_baseline
from lorpredict.models._curves import LinearHazard
from lorpredict.models._family import Learnt, ModelFamily, TrainingRows


def learn(rows: TrainingRows) -> Learnt:
    """Kaplan and Meier, J Am Stat Assoc 53:457 (1958)."""
    nothing = np.empty(0)
    return Learnt(LinearHazard(nothing, nothing, kaplan_meier_baseline(rows.y, rows.grid)))


FAMILY = ModelFamily(
    name="null",
    label="Kaplan-Meier",
    kind="reference",
    style="none",
    explained_on="log_hazard",
    learn=learn,
    interval="linear",
)
