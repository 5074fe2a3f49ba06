"""The scenario `published` against the figures of Beijing 2025 (doi:10.21037/tp-2025-344).

With 100,000 children the difference is the scenario's, not chance. What cannot be reached together
with the rest is named in ``closeness`` with its reason, and asserted here to be missed: should a
later calibration reach it, the reason is no longer true.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lorpredict.synthetic import closeness, simulate_cohort

IN_COX = ("remission_week14", "immunomodulator_over_6_months", "bmi_z", "growth_delay")


@pytest.fixture(scope="module")
def compared() -> pd.DataFrame:
    simulated = simulate_cohort(100_000, "published", rng=np.random.default_rng(99))
    return closeness(simulated.cohort)


def differences(compared: pd.DataFrame, part: str) -> pd.Series:
    chosen = compared[(compared["part"] == part) & (compared["reason"] == "")]
    return chosen.set_index("figure")["difference"].abs()


def test_the_kaplan_meier_curve(compared: pd.DataFrame) -> None:
    found = differences(compared, "Kaplan-Meier")
    assert list(found.index) == ["12 months", "24 months", "36 months"]
    assert found.max() < 0.7


def test_the_cox_coefficients(compared: pd.DataFrame) -> None:
    found = differences(compared, "Cox")
    assert set(found.index) == set(IN_COX)
    assert found.max() < 0.06


def test_the_mean_troughs_and_who_was_measured(compared: pd.DataFrame) -> None:
    found = differences(compared, "Trough")
    means = found[found.index.str.endswith("mean")]
    assert len(means) == 2
    assert means.max() < 0.15
    assert found[found.index.str.startswith("measured")].max() < 2


def test_the_rows_of_table_2(compared: pd.DataFrame) -> None:
    found = differences(compared, "Table 2")
    assert len(found) == 40  # 21 rows but the one of infliximab alone, in two groups
    in_cox = found.index.str.split(",").str[0].isin(IN_COX)
    assert found[~in_cox].max() < 2
    assert found[in_cox].max() < 8


def test_what_is_missed_is_missed_and_says_why(compared: pd.DataFrame) -> None:
    missed = compared[compared["reason"] != ""].set_index("figure")["difference"].abs()
    assert list(missed.index) == [
        "trough, lost response: sd",
        "infliximab_alone, lost response",
        "infliximab_alone, responders",
    ]
    assert missed.iloc[0] > 0.5
    assert missed.iloc[1:].min() > 2
