"""What moved a risk: everything adds up, on every scale."""

from __future__ import annotations

import pytest

from serving.answers import ContributionTold, ExplainedScale, HorizonExplained
from serving.web._moved import Moved


def _horizon(*contributions: float) -> HorizonExplained:
    told = [
        ContributionTold(
            predictor=f"p{n}", label=f"P{n}", unit=None, value=1.0, measured=True,
            contribution=each, text=f"P{n} (1): {each}",
        )
        for n, each in enumerate(contributions)
    ]  # fmt: skip
    return HorizonExplained(
        days_since_first_infusion=365, days_since_landmark=267, risk=0.3, risk_low=None,
        risk_high=None, base_value=0.2, contributions_sum=sum(contributions),
        predicted=0.2 + sum(contributions), contributions=told,
    )  # fmt: skip


def test_what_rounds_to_nothing_is_not_named_but_counted() -> None:
    moved = Moved(_horizon(0.1, -0.05, 0.0004, -0.0001), "risk")

    assert [each.predictor for each in moved.raised] == ["p0"]
    assert [each.predictor for each in moved.lowered] == ["p1"]
    assert moved.together == 2
    assert sum(step.contribution for step in moved.steps) == pytest.approx(0.0503)


@pytest.mark.parametrize("number", [1, 3, 8, 9, 18])
def test_the_steps_add_up_whatever_is_put_together(number: int) -> None:
    values = [0.02 + 0.001 * n for n in range(number)]
    moved = Moved(_horizon(*values), "risk")

    assert sum(step.contribution for step in moved.steps) == pytest.approx(sum(values))
    assert len(moved.steps) == min(number, 9)
    assert moved.together == max(number - 8, 0)


@pytest.mark.parametrize(
    "scale, raised, lowered, base, unit",
    [
        ("risk", "+27.0", "-27.0", 0.2, "percentage points"),
        ("log_hazard", "× 1.31", "× 0.76", 0.0, "hazard"),
        ("log_acceleration", "÷ 1.31", "× 1.31", 0.0, "time to loss"),
    ],
)
def test_an_amount_is_told_on_its_scale(
    scale: ExplainedScale, raised: str, lowered: str, base: float, unit: str
) -> None:
    moved = Moved(_horizon(0.27, -0.27), scale)

    assert (moved.amount(0.27), moved.amount(-0.27)) == (raised, lowered)
    assert (moved.base, moved.unit) == (base, unit)


def test_a_child_without_contributions_has_a_waterfall_all_the_same() -> None:
    moved = Moved(_horizon(), "risk")

    assert (moved.steps, moved.raised, moved.lowered) == ([], [], [])
    assert moved.edges[0] == moved.edges[1]
