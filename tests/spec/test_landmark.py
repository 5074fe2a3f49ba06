"""Who is at risk at week 14, and what happens to them: the clinical rules as drawn tables.

Loss of response is a PCDAI above 15, response a fall by 15 or more, remission a PCDAI below 10
(Beijing 2025). The landmark is day 98 unless a child's own fourth infusion came earlier or later.
"""

from __future__ import annotations

import pytest

from lorpredict import AtRisk
from lorpredict.errors import TooLittleData
from lorpredict.outcome import landmark
from tests.tables import drawn, drawn_at_risk, drawn_cohort, simple_design

LOST = "response lost at or before the landmark"
ENDED = "observation ended at or before the landmark"
ALREADY = "already in loss of response at the landmark"
NO_RESPONSE = "no response at the landmark"
UNKNOWN = "whether already in loss of response is unknown (no PCDAI at week 14)"
NO_FALL = "whether response was reached is unknown (no fall of the PCDAI)"
SMALL_FALL = "in remission after a smaller fall than response asks"

HEAD = "patient_id | follow_up_days | outcome | pcdai_baseline | pcdai_week14\n"

# `why` is the reason under which the child is left out, or how the child is kept.
RULES = """
patient_id          | follow_up_days | outcome            | pcdai_baseline | pcdai_week14 | why
--------------------|----------------|--------------------|----------------|--------------|--------
lost before         | 70             | secondary_lor      | 40             | 0            | lost
lost on the day     | 98             | secondary_lor      | 40             | 0            | lost
lost a day later    | 99             | secondary_lor      | 40             | 0            | kept
moved before        | 70             | transferred        | 40             | 0            | ended
closed on the day   | 98             | administrative_end | 40             | 0            | ended
operated on before  | 70             | surgery            | 40             | 0            | ended
moved a day later   | 99             | transferred        | 40             | 0            | kept
active at week 14   | 400            | administrative_end | 40             | 17.5         | already
at the edge         | 400            | administrative_end | 40             | 15           | kept
fell by 15          | 400            | administrative_end | 30             | 15           | kept
fell by 12.5        | 400            | administrative_end | 27.5           | 15           | none
rose                | 400            | administrative_end | 10             | 12.5         | none
silent, small fall  | 400            | administrative_end | 10             | 7.5          | flagged
active, great fall  | 400            | administrative_end | 90             | 20           | already
active, no response | 400            | administrative_end | 20             | 20           | already
lost before, active | 70             | secondary_lor      | 40             | 40           | lost
ended, no response  | 70             | transferred        | 20             | 15           | ended
no score at week 14 | 400            | administrative_end | 40             |              | unknown
no baseline         | 400            | administrative_end |                | 15           | no fall
no baseline, active | 400            | administrative_end |                | 17.5         | already
never scored        | 400            | secondary_lor      |                |              | unknown
ended, not scored   | 70             | transferred        |                |              | ended
"""
REASONS = {"lost": LOST, "ended": ENDED, "already": ALREADY, "none": NO_RESPONSE}
COMPANION = "always kept | 400 | administrative_end | 40 | 0\n"


def with_companion(child: str) -> AtRisk:
    """A cohort of two: the child, and one who is at risk beyond doubt."""
    return drawn_at_risk(HEAD + COMPANION + child)


@pytest.mark.parametrize(
    "child, why",
    [(" | ".join(map(str, row[:-1])), row[-1]) for row in drawn(RULES).itertuples(index=False)],
    ids=list(drawn(RULES)["patient_id"]),
)
def test_a_child_is_left_out_under_the_first_reason_that_holds(child: str, why: str) -> None:
    flow = with_companion(child).flow
    expected = {reason: int(why == short) for short, reason in REASONS.items()}
    assert flow.left_out == expected
    assert flow.at_risk == 2 - sum(expected.values())
    assert flow.unknown == {
        UNKNOWN: int(why == "unknown"), NO_FALL: int(why in ("unknown", "no fall"))
    }  # fmt: skip
    assert flow.flagged == {SMALL_FALL: int(why == "flagged")}


def test_reasons_are_asked_in_the_order_of_time() -> None:
    assert list(with_companion("x | 400 | secondary_lor | 40 | 0").flow.left_out) == [
        LOST,
        ENDED,
        ALREADY,
        NO_RESPONSE,
    ]


# `day` counts from the landmark; `state` is 0 censored, 1 lost response, 2 and up competing ends.
ENDS = """
patient_id | follow_up_days | outcome            | landmark_day | day | event | state
-----------|----------------|--------------------|--------------|-----|-------|------
planned    | 198            | secondary_lor      |              | 100 | yes   | 1
early      | 198            | secondary_lor      | 84           | 114 | yes   | 1
late       | 198            | secondary_lor      | 112          | 86  | yes   | 1
observed   | 998            | administrative_end |              | 900 | no    | 0
stopped    | 298            | stopped_infliximab |              | 200 | no    | 2
moved      | 298            | transferred        |              | 200 | no    | 3
operated   | 298            | surgery            |              | 200 | no    | 4
died       | 298            | death              |              | 200 | no    | 5
"""


def test_the_clock_starts_at_each_childs_own_landmark_and_ends_are_kept_apart() -> None:
    expected = drawn(ENDS)
    at_risk = drawn_at_risk(expected.drop(columns=["day", "event", "state"]))
    assert at_risk.y["duration"].tolist() == expected["day"].astype(float).tolist()
    assert at_risk.y["event"].tolist() == (expected["event"] == "yes").tolist()
    assert at_risk.states.tolist() == expected["state"].astype(int).tolist()
    assert at_risk.ends.tolist() == expected["outcome"].tolist()


OWN_DAY = """
patient_id    | follow_up_days | outcome       | landmark_day
on the day    | 105            | secondary_lor | 105
a day later   | 106            | secondary_lor | 105
by plan       | 105            | secondary_lor |
"""


def test_whether_a_child_is_at_risk_is_asked_on_its_own_landmark_day() -> None:
    at_risk = drawn_at_risk(OWN_DAY)
    assert at_risk.flow.left_out[LOST] == 1
    assert at_risk.y["duration"].tolist() == [1.0, 7.0]


OTHER_EVENT = """
patient_id | follow_up_days | outcome
lost       | 198            | secondary_lor
operated   | 298            | surgery
stopped    | 70             | stopped_infliximab
"""


def test_the_design_says_which_end_is_the_event() -> None:
    at_risk = drawn_at_risk(
        OTHER_EVENT, events=["surgery", "stopped_infliximab"], competing=["secondary_lor"]
    )
    assert at_risk.states.tolist() == [2, 1]
    assert at_risk.flow.left_out == {LOST: 1, ENDED: 0, ALREADY: 0, NO_RESPONSE: 0}


def test_another_definition_of_remission_and_response_moves_the_border() -> None:
    # A fall by 12.5 to 10: neither response nor remission in Beijing 2025, both counts elsewhere.
    text = HEAD + COMPANION + "x | 400 | administrative_end | 22.5 | 10"
    assert drawn_at_risk(text).flow.at_risk == 1
    assert drawn_at_risk(text, remission_definition="reach").flow.at_risk == 2


def test_only_what_is_known_at_the_landmark_travels_on() -> None:
    at_risk = drawn_at_risk("""
        patient_id | follow_up_days | outcome       | site | pcdai_week14 | infusions
        a          | 198            | secondary_lor | here | 0            | 5
    """)
    assert list(at_risk.X) == ["sex", "pcdai_week14", "remission_week14"]


def test_the_flow_diagram_reads_from_top_to_bottom() -> None:
    flow = with_companion("never scored | 400 | secondary_lor | |").flow
    assert flow.lines() == [
        "2 children in the cohort",
        f"  - 0 left out: {LOST}",
        f"  - 0 left out: {ENDED}",
        f"  - 0 left out: {ALREADY}",
        f"  - 0 left out: {NO_RESPONSE}",
        "2 at risk at the landmark",
        f"  ? 1 kept: {UNKNOWN}",
        f"  ? 1 kept: {NO_FALL}",
        "  > 1 still observed when the study closed",
        "  > 1 secondary loss of response",
    ]


def test_nobody_at_risk_is_refused_with_the_reasons() -> None:
    with pytest.raises(TooLittleData, match=f"nobody is at risk .*: 1 {LOST}, 0 {ENDED}"):
        drawn_at_risk(HEAD + "x | 90 | secondary_lor | 40 | 0")


def test_a_cohort_is_not_changed_by_its_landmark() -> None:
    cohort = drawn_cohort(HEAD + COMPANION)
    before = cohort.table.copy()
    landmark(cohort, simple_design()).X["sex"] = "male"
    assert cohort.table.equals(before)
