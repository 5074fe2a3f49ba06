"""Two published Cox models of recurrence on the German trial of breast cancer, for golden tests.

The models are of Dutch patients, by coefficients and five-year baseline, from Giardiello D, et al.
Ann Intern Med 176:105 (2023), repository danielegiardiello/Prediction_performance_survival,
``02_predsurv_minimal.R``. The 686 patients, R's ``survival::gbsg``, ship with scikit-survival.
"""

from __future__ import annotations

import numpy as np
from sksurv.datasets import load_gbsg2

from lorpredict.evaluation._splines import spline_terms
from lorpredict.survival import Floats, Outcome, outcome_array

DAYS_A_YEAR = 365.25


def recurrence() -> Outcome:
    """Recurrence or death, in days."""
    _, y = load_gbsg2()
    return outcome_array(y["cens"], y["time"])


def five_year_risks() -> dict[str, Floats]:
    """Risk within five years of the basic model and of the one with progesterone receptors."""
    patients, _ = load_gbsg2()
    size, nodes = patients["tsize"].to_numpy(), patients["pnodes"].to_numpy()
    grade = patients["tgrade"].astype(str).map({"I": 1, "II": 2, "III": 3}).to_numpy()
    receptors = np.minimum(patients["progrec"].to_numpy(), 1347.85)
    bent = spline_terms(receptors, np.array([0.0, 41.0, 486.0]))
    basic = np.column_stack([(size > 20) & (size <= 50), size > 50, nodes == 0, nodes > 3, grade])
    index = basic @ [0.3922098, 0.6656456, -0.3538533, 0.6936283, 0.3766110]
    extended = np.column_stack([basic, bent]) @ [
        0.37096136, 0.64380754, -0.37445717, 0.66988919, 0.32169223, -0.00293231, 0.01281538,
    ]  # fmt: skip
    return {
        "basic": 1 - 0.8604385 ** np.exp(index),
        "with PGR": 1 - 0.8084657 ** np.exp(extended),
    }
