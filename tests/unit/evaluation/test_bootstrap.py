"""What the bootstrap tells: optimism, its correction, and how much single risks move."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pytest

from lorpredict import AtRisk, Evaluation, evaluate, family
from lorpredict.evaluation import Predicted, ValidationPlan
from lorpredict.evaluation._bootstrap import Resampled, optimism
from lorpredict.evaluation._splits import bootstrap_splits
from lorpredict.evaluation.discrimination import uno_c

PLAN = ValidationPlan(repeats=1, resamples=6, resamples_of_trees=0, draws=0)


@pytest.fixture(scope="module")
def evaluation(at_risk: AtRisk) -> Evaluation:
    return evaluate(at_risk, [family("ridge"), family("null")], plan=PLAN, seed=3)


def estimate(found: Evaluation, estimator: str, measure: str = "uno_c") -> dict[Hashable, Any]:
    rows = found.estimates.query(f"family == 'ridge' and estimator == '{estimator}'")
    [row] = rows[rows["measure"] == measure].to_dict("records")
    return row


def resampled(number: int, apparent: float, tested: float, risk: float = 0.2) -> Resampled:
    figures = ({"uno_c": apparent}, {"uno_c": tested})
    return Resampled("ridge", number, *figures, np.full((3, 1), risk))


def test_optimism_is_what_models_of_resamples_lose_on_all_children() -> None:
    found = optimism([resampled(0, 0.9, 0.9), resampled(1, 0.95, 0.75), resampled(2, 0.85, 0.75)])
    assert found is not None
    row = found.estimates.loc["uno_c"]
    assert row["apparent"] == 0.9
    assert row["optimism"] == pytest.approx(0.15)
    assert row["estimate"] == pytest.approx(0.75)


def test_what_the_models_of_resamples_told_each_child_is_kept() -> None:
    found = optimism([resampled(0, 1, 1), resampled(1, 1, 1, 0.1), resampled(2, 1, 1, 0.3)])
    assert found is not None
    assert found.risk[:, 0, 0].tolist() == [0.1, 0.3]


def test_a_model_of_all_children_that_could_not_learn_has_no_estimate() -> None:
    failed = Resampled("ridge", 0, {}, {}, np.full((3, 1), np.nan), problem="not today")
    assert optimism([failed, resampled(1, 0.9, 0.7)]) is None


def test_a_resample_holds_as_many_children_some_of_them_twice(at_risk: AtRisk) -> None:
    one, other = bootstrap_splits(at_risk, resamples=2, seed=0)
    assert len(one.train) == len(one.test) == 69
    assert 30 < len(set(one.train)) < 60
    assert one.seed != other.seed
    assert not np.array_equal(one.train, other.train)


def test_the_apparent_figure_is_that_of_the_model_on_its_own_children(
    at_risk: AtRisk, evaluation: Evaluation
) -> None:
    model = family("ridge").build(at_risk.design, seed=3).fit(at_risk.X, at_risk.y)
    risk = model.predict_survival(at_risk.X, evaluation.days).risk
    seen = Predicted(risk, evaluation.days, evaluation.horizons, at_risk.y, at_risk.y)
    assert estimate(evaluation, "apparent")["estimate"] == pytest.approx(uno_c(seen))


def test_the_apparent_figure_is_never_the_headline(evaluation: Evaluation) -> None:
    first = evaluation.estimates[evaluation.estimates["headline"]]
    assert set(first["estimator"]) == {"cross-validation"}
    assert evaluation.metrics()["ridge"]["uno_c"] < estimate(evaluation, "apparent")["estimate"]


def test_correction_takes_away_from_a_model_that_flatters_itself(evaluation: Evaluation) -> None:
    corrected, apparent = (estimate(evaluation, name) for name in ("bootstrap", "apparent"))
    assert corrected["estimate"] < apparent["estimate"]
    assert np.isnan([corrected["low"], corrected["high"]]).all()  # what it leaves has no interval


def test_risks_of_kaplan_meier_move_together_and_little(evaluation: Evaluation) -> None:
    null, ridge = evaluation.instability["null"], evaluation.instability["ridge"]
    assert null.shape == ridge.shape == (69, 2)
    told = evaluation.resampled["ridge"]
    assert ridge[4, 1] == pytest.approx(np.std(told[:, 4, 1], ddof=1))
    assert np.ptp(null, axis=0) == pytest.approx(0)
    assert np.median(ridge) > np.median(null) > 0
