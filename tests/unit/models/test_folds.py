"""Folds inside a resample hold all copies of a child together."""

from __future__ import annotations

import numpy as np
import pytest

from lorpredict import AtRisk, ModelDesign, family, landmark
from lorpredict.errors import TooLittleData
from lorpredict.evaluation._splits import bootstrap_splits
from lorpredict.models._cox import chosen_penalty, ridge_coefficients
from lorpredict.models._folds import folds_of_children
from lorpredict.models.ridge import PENALTIES
from lorpredict.synthetic import simulate_cohort


def test_all_copies_of_a_child_are_in_one_fold(at_risk: AtRisk) -> None:
    for resample in bootstrap_splits(at_risk, resamples=5, seed=0):
        X, y = at_risk.X.iloc[resample.train], at_risk.y[resample.train]
        for teach, test in folds_of_children(X, y, folds=5, seed=0):
            assert not set(resample.train[teach]) & set(resample.train[test])
            assert sorted([*teach, *test]) == list(range(69))


def test_children_with_the_same_record_and_another_course_are_two(at_risk: AtRisk) -> None:
    alike = np.zeros((69, 1))
    parts = list(folds_of_children(alike, at_risk.y, folds=5, seed=0))
    assert sorted(row for _, test in parts for row in test) == list(range(69))
    assert all(len(test) < 20 for _, test in parts)


def test_without_copies_folds_hold_events_evenly(at_risk: AtRisk) -> None:
    parts = folds_of_children(at_risk.X, at_risk.y, folds=5, seed=0)
    assert sorted(int(at_risk.y["event"][test].sum()) for _, test in parts) == [3, 3, 4, 4, 4]


def test_drawing_every_child_twice_changes_no_fold(at_risk: AtRisk) -> None:
    twice = np.tile(np.arange(69), 2)
    once = folds_of_children(at_risk.X, at_risk.y, folds=5, seed=0)
    again = folds_of_children(at_risk.X.iloc[twice], at_risk.y[twice], folds=5, seed=0)
    for (_, test), (_, test_twice) in zip(once, again, strict=True):
        assert np.array_equal(np.unique(test_twice % 69), test)


def test_penalties_of_resamples_are_not_lighter_for_the_copies(design: ModelDesign) -> None:
    """Where there is nothing to find the heaviest are right; copies would make it look found."""
    rng = np.random.default_rng(0)
    cohort = simulate_cohort(100, "null", rng=rng).cohort
    at_risk = landmark(cohort, design)
    ridge = family("ridge").build(at_risk.design).fit(at_risk.X, at_risk.y)
    features = ridge.features(at_risk.X)
    chosen = [
        chosen_penalty(
            features[each.train], at_risk.y[each.train], PENALTIES, ridge_coefficients, seed=0
        )
        for each in bootstrap_splits(at_risk, resamples=20, seed=0)
    ]
    assert np.median(chosen) >= 100


@pytest.mark.parametrize("copies", [1, 4])
def test_one_child_with_the_event_is_too_few_however_often_it_is_drawn(
    at_risk: AtRisk, copies: int
) -> None:
    event = int(np.flatnonzero(at_risk.y["event"])[0])
    rows = np.concatenate([np.flatnonzero(~at_risk.y["event"]), [event] * copies])
    with pytest.raises(TooLittleData, match="1 child with the event"):
        list(folds_of_children(at_risk.X.iloc[rows], at_risk.y[rows], folds=5, seed=0))
