"""Leakage: nothing that is known after the landmark moves what a family learns or predicts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lorpredict import AtRisk, Cohort, PackagedModel, landmark
from lorpredict.clinical import Known, catalogue
from lorpredict.models import family
from tests.contract.learnt import LearnOrReuse, answerable, every_family, survival


def perturbed(table: pd.DataFrame, known: set[Known], *, but: set[str]) -> pd.DataFrame:
    """Turn every column that is known only then upside down, and fill those that are absent."""
    other = table.copy()
    for key, column in catalogue().items():
        if column.known not in known or key in but:
            continue
        if key in other:
            other[key] = other[key].iloc[::-1].array
        elif column.plausible is not None:
            other[key] = np.linspace(*column.plausible, len(other))
    return other


@pytest.fixture(scope="session")
def perturbed_cohort(cohort: Cohort) -> Cohort:
    # The day of the landmark stays: it says what was known, as the follow-up says what was seen.
    later = {Known.LATER, Known.OUTCOME, Known.IDENTITY}
    return replace(cohort, table=perturbed(cohort.table, later, but={"landmark_day"}))


def test_the_perturbed_cohort_differs_in_every_later_column(
    cohort: Cohort, perturbed_cohort: Cohort
) -> None:
    columns = {str(key) for key in cohort.table}
    same = {key for key in columns if cohort.table[key].equals(perturbed_cohort.table[key])}
    # Every row is synthetic, upside down too.
    assert {key for key in same if not catalogue()[key].may_predict} == {"synthetic"}
    assert {key for key in columns - same if catalogue()[key].may_predict} == set()


@every_family
def test_no_later_column_moves_what_a_family_learns(
    name: str, learn: LearnOrReuse, at_risk: AtRisk, perturbed_cohort: Cohort
) -> None:
    other = landmark(perturbed_cohort, at_risk.design)
    assert (other.y != at_risk.y).any()
    refitted = learn(name, other.X, at_risk.y)
    np.testing.assert_array_equal(survival(refitted, other.X), survival(learn(name), at_risk.X))


@every_family
def test_no_later_column_moves_a_prediction(
    name: str,
    packaged: dict[str, PackagedModel],
    learn: LearnOrReuse,
    cohort: Cohort,
    perturbed_cohort: Cohort,
) -> None:
    before, after = cohort.table, perturbed_cohort.table
    np.testing.assert_array_equal(survival(learn(name), after), survival(learn(name), before))
    asked = answerable(packaged[name], before).index
    one, other = (packaged[name].predict(table.loc[asked]).risk for table in (before, after))
    np.testing.assert_array_equal(one, other)


@every_family
def test_a_family_names_no_predictor_that_is_known_later(name: str) -> None:
    assert [key for key in family(name).predictors if not catalogue()[key].may_predict] == []
