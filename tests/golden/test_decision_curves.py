"""Decision curves with censoring, by R's dcurves and by its Python version.

R's values are those that the authors of dcurves check their Python version with, in the
repository MSKCC-Epi-Bio/dcurves (Apache-2.0), ``dcurves/data/r_case2_results.csv``; the command was

    dca(Surv(ttcancer, cancer) ~ cancerpredmarker, data = df_surv, time = 1)

The 750 patients, three of their columns, are ``dcurves_survival.csv``, from
``dcurves/data/df_surv.csv`` of dcurves 1.1.7. The values beyond R's are of dcurves 1.1.7 by

    dca(data, "cancer", [...], thresholds=[...], time=..., time_to_outcome_col=...)
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lorpredict.evaluation.net_benefit import decision_curves, net_benefit_of_risk
from lorpredict.survival import Outcome, outcome_array

PATIENTS = Path(__file__).parent / "dcurves_survival.csv"
# Net benefit at 10, 11 ... 40 %.
MODEL = [
    0.08390656262954022, 0.0810884107506064, 0.0791629073348609, 0.07631072648956287,
    0.07633910334768365, 0.07740024536767917, 0.0733031591854324, 0.06581227882536977,
    0.06404886989243916, 0.06323601472534539, 0.06314595737985543, 0.06185678050164595,
    0.060090882943798524, 0.060752452994464655, 0.058050006937315116, 0.05695371415845626,
    0.05456488530830785, 0.05738100394925548, 0.05405898848848693, 0.05549890373332536,
    0.05440427774623055, 0.05417934797326131, 0.0524069511180325, 0.05209127131126236,
    0.051987219168433164, 0.0515280818342278, 0.05266982283428439, 0.0513837823836285,
    0.048946669319226116, 0.05033557652179177, 0.04658949291741579,
]  # fmt: skip
TREAT_ALL = {
    0.10: 0.052541186381030974, 0.15: -0.00319168500832015, 0.20: -0.06589116532134015,
    0.25: -0.1369505763427628, 0.30: -0.21816133179581731, 0.40: -0.4211882204284536,
}  # fmt: skip


@pytest.fixture(scope="module")
def patients() -> pd.DataFrame:
    return pd.read_csv(PATIENTS)


def outcome(patients: pd.DataFrame) -> Outcome:
    return outcome_array(patients["cancer"] == 1, patients["ttcancer"])


def test_the_net_benefit_of_a_model_is_rs(patients: pd.DataFrame) -> None:
    risk = patients["cancerpredmarker"].to_numpy()
    found = decision_curves(risk, outcome(patients), 1.0)
    assert found["model"].to_numpy() == pytest.approx(MODEL, abs=1e-12)


def test_the_net_benefit_of_treating_all_is_rs(patients: pd.DataFrame) -> None:
    risk = patients["cancerpredmarker"].to_numpy()
    found = decision_curves(risk, outcome(patients), 1.0)["treat_all"]
    assert found[list(TREAT_ALL)].to_numpy() == pytest.approx(list(TREAT_ALL.values()), abs=1e-12)


def test_where_r_has_no_value_neither_have_we(patients: pd.DataFrame) -> None:
    """R's table ends at 73 %: of the sixteen at 74 % or above nobody is followed for a year."""
    risk = patients["cancerpredmarker"].to_numpy()
    found = net_benefit_of_risk(risk, outcome(patients), 1.0, [0.73, 0.74, 0.80, 0.90])
    assert found[0] == pytest.approx(0.013407407407407404, abs=1e-12)
    assert np.isnan(found[1:]).all()
