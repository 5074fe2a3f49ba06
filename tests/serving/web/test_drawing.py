"""Pictures are drawn where their numbers are."""

from __future__ import annotations

import pytest

from serving.web._drawing import Frame, figures, top_of, waterfall

FRAME = Frame(left=0, right=100, bottom=0, top=1)


def test_a_step_holds_up_to_the_next_day() -> None:
    assert FRAME.steps([0, 50, 100], [0, 0.5, 1]) == "M0 1000H500V500H1000V0"


def test_a_band_goes_forth_above_and_back_below() -> None:
    drawn = FRAME.band([0, 50, 100], [0, 0.1, 0.2], [0.3, 0.4, 0.5])

    assert drawn == "M0 700H500V600H1000V500L1000 800H1000V900H500V1000H0Z"


def test_what_is_known_on_some_days_is_joined() -> None:
    assert FRAME.joined([0, 100], [0, 1]) == "M0 1000L1000 0"
    assert FRAME.upright(50, 0.25, 0.75) == "M500 750V250"


def test_what_lies_outside_stays_at_the_edge() -> None:
    assert (FRAME.across(-5), FRAME.across(120), FRAME.down(2)) == (0, 1000, 0)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_not_drawn(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Frame(0, value, 0, 1).across(1)


@pytest.mark.parametrize("most, top", [(0.04, 0.1), (0.1, 0.1), (0.11, 0.2), (0.7, 0.8), (1, 1)])
def test_an_axis_ends_above_what_it_shows(most: float, top: float) -> None:
    assert top_of([0.01, most]) == top


def test_the_bars_of_a_waterfall_begin_where_the_one_before_ended() -> None:
    bars, (start, end) = waterfall(0.2, [0.1, -0.2, 0.05])

    ends = [(bar.start, bar.start + bar.width) for bar in bars]
    assert ends[0][0] == start  # up from the base
    assert ends[1][1] == pytest.approx(ends[0][1], abs=0.02)  # down from there
    assert ends[2][0] == pytest.approx(ends[1][0], abs=0.02)
    assert ends[2][1] == pytest.approx(end, abs=0.02)


def test_a_bar_of_nothing_is_still_seen() -> None:
    bars, _ = waterfall(0.2, [0.0])
    assert bars[0].width > 0


def test_a_hundred_children_are_drawn_once_each() -> None:
    drawn = [figures(1, 27), figures(28, 47), figures(48, 100)]

    assert [each.count("M") // 2 for each in drawn] == [27, 20, 53]
    assert figures(101, 100) == ""
    heads = [part for part in "".join(drawn).split("M") if "a2.1" in part]
    assert len(set(heads)) == 100
