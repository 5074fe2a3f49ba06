"""The states of one child at week 14 as a table."""

from __future__ import annotations

import pandas as pd

from lorpredict.clinical._activity import definitions, notions
from lorpredict.clinical._states import ActivityState, activity_states


def test_states_make_a_table() -> None:
    table = pd.DataFrame(activity_states({"pcdai_baseline": 20.0, "pcdai_week14": 7.5}))
    assert list(table) == ["notion", "name", "version", "holds", "overruled_by"]
    assert len(table) == sum(len(definitions(notion)) for notion in notions())


def test_an_overruled_state_holds_and_does_not_count() -> None:
    states = activity_states({"pcdai_baseline": 20.0, "pcdai_week14": 7.5})
    (overruled,) = (state for state in states if state.overruled_by)
    assert overruled == ActivityState(
        "primary_non_response", "beijing-2025", 1, holds=True, overruled_by="remission"
    )
    assert overruled.counts is False


def test_a_state_that_nothing_overrules_counts_as_it_holds() -> None:
    for record in ({"pcdai_baseline": 40.0, "pcdai_week14": 30.0}, {}):
        assert all(state.counts is state.holds for state in activity_states(record))


def test_what_pandas_calls_missing_is_not_recorded() -> None:
    for missing in (None, float("nan"), pd.NA):
        record = {"pcdai_baseline": missing, "pcdai_week14": missing}
        assert {state.holds for state in activity_states(record)} == {None}
