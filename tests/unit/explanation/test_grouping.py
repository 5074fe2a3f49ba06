"""Columns that belong together are summed, and nothing is lost but the detail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shap

from lorpredict.errors import FaultsFound
from lorpredict.explanation import grouped

NAMES = ["age", "site=a", "site=b", "site=c", "dose"]


@pytest.fixture
def explanation() -> Any:
    rng = np.random.default_rng(1)
    rows = np.array([[9, 1, 0, 0, 5], [8, 0, 0, 1, 6], [7, 0, 0, 0, np.nan], [6, np.nan, 0, 0, 5]])
    return shap.Explanation(
        rng.normal(size=(4, 5, 2)), np.full((4, 2), 0.3), rows, feature_names=NAMES,
        output_names=["10", "20"],
    )  # fmt: skip


def test_contributions_of_a_group_are_the_sum_of_its_columns(explanation: Any) -> None:
    told = grouped(explanation, {"site": ["site=a", "site=b", "site=c"]})

    assert told.feature_names == ["age", "site", "dose"]
    assert np.array_equal(told.values[:, 1], explanation.values[:, 1:4].sum(axis=1))
    assert np.array_equal(told.values[:, [0, 2]], explanation.values[:, [0, 4]])
    assert told.values.sum(axis=1) == pytest.approx(explanation.values.sum(axis=1), abs=1e-15)
    assert np.array_equal(told.base_values, explanation.base_values)
    assert told.output_names == ["10", "20"]


def test_a_group_tells_which_of_its_dummies_is_one(explanation: Any) -> None:
    told = grouped(explanation, {"site": ["site=a", "site=b", "site=c"]})

    assert told.data[:, 1] == pytest.approx([1, 3, 0, np.nan], nan_ok=True)
    assert told.data[:, 2] == pytest.approx([5, 6, np.nan, 5], nan_ok=True)


def test_columns_that_are_no_dummies_are_summed_and_tell_no_value(explanation: Any) -> None:
    told = grouped(explanation, {"both": ["age", "dose"]})

    assert told.feature_names == ["both", "site=a", "site=b", "site=c"]
    assert np.isnan(told.data[:, 0]).all()
    assert np.array_equal(told.values[:, 0], explanation.values[:, [0, 4]].sum(axis=1))


def test_a_grouped_explanation_without_times_is_grouped_too(explanation: Any) -> None:
    told = grouped(explanation[..., 0], {"site": ["site=a", "site=b", "site=c"]})

    assert told.values.shape == (4, 3)


def test_all_faults_of_the_groups_are_told_at_once(explanation: Any) -> None:
    groups = {
        "site": ["site=a", "site=d"], "other": ["site=a"], "age": ["site=b"], "none": [],
    }  # fmt: skip

    with pytest.raises(FaultsFound) as refused:
        grouped(explanation, groups)

    told = {(fault.column, fault.problem) for fault in refused.value.faults}
    assert told == {
        ("site=d", "not a column of the explanation"),
        ("site=a", "stands in the groups more than once"),
        ("age", "names a group and a column outside it"),
        ("none", "a group without columns"),
    }


@pytest.mark.parametrize(
    "ask, told",
    [
        (lambda e: grouped(e[0], {"site": ["site=a"]}), r"a single row of shape \(5, 2\)"),
        (lambda e: grouped(e, {"site": "site=a"}), "a single name, expected a list of columns"),
        (lambda e: grouped(shap.Explanation(e.values, e.base_values, e.data), {}), "have no names"),
    ],
    ids=["a row", "a word", "no names"],
)
def test_what_cannot_be_grouped_says_what_to_do(explanation: Any, ask: Any, told: str) -> None:
    with pytest.raises(FaultsFound, match=told):
        ask(explanation)
