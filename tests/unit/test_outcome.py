"""The landmark's own duties; the clinical rules stand in spec/test_landmark.py."""

from __future__ import annotations

import pytest

from lorpredict import AtRisk, Cohort, ModelDesign, catalogue, landmark
from lorpredict.cohort import CohortWarning
from lorpredict.errors import DesignError
from tests.tables import drawn, drawn_at_risk, drawn_cohort, simple_design

ONE = drawn("""
    patient_id | follow_up_days | outcome
    x          | 400            | secondary_lor
""")


def test_a_column_that_the_design_needs_is_named() -> None:
    with pytest.raises(DesignError) as refused:
        landmark(drawn_cohort(ONE), simple_design(predictors=["sex", "albumin_g_l", "bmi_z"]))
    assert str(refused.value) == (
        "the cohort 'drawn' lacks columns that the design 'drawn' needs: albumin_g_l; bmi_z "
        "(a column may be empty, where nothing was measured)"
    )


def test_a_misspelt_column_that_the_design_needs_is_found_again() -> None:
    with pytest.warns(CohortWarning, match="albumin_gl"):
        cohort = drawn_cohort(ONE.assign(albumin_gl="40"))
    with pytest.raises(
        DesignError, match=r"needs: albumin_g_l Did you mean albumin_gl\? \(a column"
    ):
        landmark(cohort, simple_design(predictors=["albumin_g_l"]))


def test_the_shipped_cohort_keeps_all_its_children(at_risk: AtRisk) -> None:
    assert repr(at_risk) == "AtRisk(69 children, 18 events)"
    assert at_risk.flow.ended == {
        "administrative_end": 40, "secondary_lor": 18, "stopped_infliximab": 8, "transferred": 3,
    }  # fmt: skip
    assert list(at_risk.flow.unknown.values()) == [69, 69]


def test_rows_of_predictors_and_outcome_belong_together(cohort: Cohort, at_risk: AtRisk) -> None:
    assert at_risk.X["albumin_g_l"].tolist() == cohort.table["albumin_g_l"].tolist()
    assert at_risk.y["duration"].tolist() == (cohort.table["follow_up_days"] - 98).tolist()
    assert at_risk.X.index.tolist() == list(range(69))


def test_every_column_at_risk_is_known_at_the_landmark(at_risk: AtRisk) -> None:
    assert [name for name in at_risk.X if not catalogue()[str(name)].may_predict] == []


def test_competing_ends_are_counted_in_the_order_of_the_design(at_risk: AtRisk) -> None:
    # 0 censored, 1 loss of response, 2 stopped, 3 transferred.
    states = at_risk.states.tolist()
    assert [states.count(state) for state in range(6)] == [40, 18, 8, 3, 0, 0]


def test_a_landmark_on_another_day_moves_the_clock(cohort: Cohort, design: ModelDesign) -> None:
    later = ModelDesign.from_dict(design.to_dict() | {"landmark_day": 110})
    at_risk = landmark(cohort, later)
    # One loss lies between day 98 and day 110, on day 105.6.
    assert at_risk.flow.left_out["response lost at or before the landmark"] == 1
    assert repr(at_risk) == "AtRisk(68 children, 17 events)"


@pytest.mark.parametrize(
    ("definition", "expected"), [("beijing-2025", [True, False]), ("reach", [True, True])]
)
def test_remission_follows_from_the_index_by_the_designs_definition(
    definition: str, expected: list[bool]
) -> None:
    at_risk = drawn_at_risk(
        """
        patient_id | follow_up_days | outcome            | pcdai_baseline | pcdai_week14
        a          | 400            | secondary_lor      | 40             | 7.5
        b          | 400            | administrative_end | 40             | 10
        """,
        remission_definition=definition,
    )
    assert at_risk.X["remission_week14"].tolist() == expected
