"""The equation of Beijing 2025 with its coefficients fixed: a comparator, never served.

The published immunomodulator coefficient belongs to "more than six months", which is only known
after the landmark; here it meets the week-14 coding. The paper's baseline hazard was not
published, so it is estimated from the training rows.
"""

from __future__ import annotations

import numpy as np

from lorpredict.clinical import published_study
from lorpredict.models._baseline import breslow_baseline
from lorpredict.models._curves import LinearHazard
from lorpredict.models._family import Learnt, ModelFamily, TrainingRows

_BMI_Z_CUT = -1.0


def learn(rows: TrainingRows) -> Learnt:
    """Fixed coefficients (doi:10.21037/tp-2025-344, Table 3), baseline from these rows."""
    known = _coefficients()
    coefficients = np.array([known[name] for name in rows.names])
    means = rows.features.mean(axis=0)
    baseline = breslow_baseline((rows.features - means) @ coefficients, rows.y, rows.grid)
    return Learnt(LinearHazard(coefficients, means, baseline))


def _coefficients() -> dict[str, float]:
    table = published_study("beijing-2025")["cox"]
    return {
        # The paper counts response without remission; the cohort counts remission.
        "remission_week14": -table["remission_week14"]["beta"],
        "immunomodulator_week14": table["immunomodulator_over_6_months"]["beta"],
        f"bmi_z<={_BMI_Z_CUT:g}": table["bmi_z"]["beta"],
        "growth_delay": table["growth_delay"]["beta"],
    }


FAMILY = ModelFamily(
    name="published",
    label="Published equation (Beijing 2025)",
    kind="comparator",
    style="imputed",
    explained_on="log_hazard",
    learn=learn,
    predictors=("remission_week14", "immunomodulator_week14", "bmi_z", "growth_delay"),
    cuts={"bmi_z": _BMI_Z_CUT},
)
