"""Forests that kept no curves get the same ones again from the rows of their training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sksurv.ensemble import ExtraSurvivalTrees, RandomSurvivalForest

from lorpredict.errors import FaultsFound
from lorpredict.explanation import SurvivalTreeExplainer
from lorpredict.survival import Floats, Outcome, Scale
from lorpredict.trees import TreeEnsemble
from tests.unit.explanation.kinds import outcomes_of, some_rows

# Products of some twenty float64 terms up to one.
EXACT = 1e-12
KINDS = [RandomSurvivalForest, ExtraSurvivalTrees]
OUTPUTS: list[Scale] = ["survival", "cumulative_hazard", "risk"]


@pytest.fixture(scope="module")
def rows() -> Floats:
    return some_rows()


@pytest.fixture(scope="module")
def outcome(rows: Floats) -> Outcome:
    return outcomes_of(rows)


def _grown(kind: Any, rows: Any, outcome: Any, weights: Any = None, **settings: Any) -> Any:
    forest = kind(n_estimators=5, min_samples_leaf=3, random_state=2, **settings)
    return forest.fit(rows, outcome, sample_weight=weights)


@pytest.mark.parametrize("weighted", [False, True], ids=["equal", "weighted"])
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "settings",
    [{"bootstrap": True}, {"bootstrap": False}, {"bootstrap": True, "max_samples": 0.6}],
    ids=["bootstrap", "all rows", "six tenths"],
)
def test_curves_are_those_that_the_forest_would_have_kept(
    kind: Any, settings: Any, output: Any, weighted: bool, rows: Floats, outcome: Outcome
) -> None:
    weights = np.random.default_rng(3).integers(0, 3, len(rows)).astype(float) if weighted else None
    kept = _grown(kind, rows, outcome, weights, **settings)
    without = _grown(kind, rows, outcome, weights, low_memory=True, **settings)

    made = TreeEnsemble.from_scikit_survival(without, output, training=(rows, outcome))

    expected = TreeEnsemble.from_scikit_survival(kept, output)
    assert made.values == pytest.approx(expected.values, abs=EXACT)
    assert np.array_equal(made.times, expected.times)  # type: ignore[arg-type]  # both have times
    assert made.predict(rows) == pytest.approx(expected.predict(rows), abs=EXACT)


def test_a_forest_with_its_curves_needs_no_rows(rows: Floats, outcome: Outcome) -> None:
    forest = _grown(KINDS[0], rows, outcome)

    given = TreeEnsemble.from_scikit_survival(forest, training=(rows[:1], None))

    assert np.array_equal(given.values, TreeEnsemble.from_scikit_survival(forest).values)


def _swapped(outcome: Outcome) -> Outcome:
    swapped = outcome.copy()
    swapped["event"] = ~outcome["event"]
    return swapped


@pytest.mark.parametrize(
    "change, told",
    [
        (lambda X, y: (X[::-1], y), "fall into other leaves"),
        (lambda X, y: (X[:-1], y[:-1]), "fall into other leaves"),
        (lambda X, y: (X[:, :3], y), r"shape \(80, 3\); expected \(n_rows, 5\)"),
        (lambda X, y: (X, _swapped(y)), "outcomes that are not those of the forest"),
        (lambda X, y: (X, y[:-1]), "no structured array of an event and a time for each row"),
        (lambda X, _: (X, X[:, 0]), "no structured array of an event and a time"),
        (lambda X, y: (X, pd.DataFrame(y)), "no structured array of an event and a time"),
    ],
    ids=["order", "fewer", "columns", "events", "short", "numbers", "table"],
)
def test_other_rows_than_those_of_the_training_are_refused(
    change: Any, told: str, rows: Floats, outcome: Outcome
) -> None:
    forest = _grown(KINDS[0], rows, outcome, low_memory=True)

    with pytest.raises(FaultsFound, match=told) as refused:
        TreeEnsemble.from_scikit_survival(forest, training=change(rows, outcome))

    assert "as they were given to fit" in str(refused.value)


def test_rows_of_the_training_are_found_by_name(rows: Floats, outcome: Outcome) -> None:
    table = pd.DataFrame(rows, columns=list("abcde"))
    forest = _grown(KINDS[0], table, outcome, low_memory=True)

    turned = SurvivalTreeExplainer(forest, training=(table[list("edcba")], outcome))
    nullable = SurvivalTreeExplainer(forest, training=(table.convert_dtypes(), outcome))

    expected = SurvivalTreeExplainer(forest, training=(table, outcome))(table[:3]).values
    assert np.array_equal(turned(table[:3]).values, expected)
    assert np.array_equal(nullable(table[:3]).values, expected)


@pytest.mark.parametrize(
    "training, told",
    [
        (some_rows(), "is a ndarray, expected a pair"),
        ((some_rows(), outcomes_of(some_rows()), None), "is a tuple, expected a pair"),
        ((pd.DataFrame([["a"] * 5]), None), "holds (str|object), expected numbers"),
    ],
    ids=["rows alone", "three", "words"],
)
def test_what_is_no_training_is_refused(
    training: Any, told: str, rows: Floats, outcome: Outcome
) -> None:
    forest = _grown(KINDS[0], rows, outcome, low_memory=True)

    with pytest.raises(FaultsFound, match=told):
        SurvivalTreeExplainer(forest, training=training)
