"""Buckets fill at their pace, are shared by workers, and never grow in number."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.security import AccessSettingsError, Client, RateLimits, TooManyRequests
from serving.security.buckets import Buckets
from tests.serving.security.asking import Clock


def test_a_bucket_holds_a_minute_and_no_more(clock: Clock) -> None:
    buckets = Buckets(clock=clock)
    clock.pass_(3600)

    assert [buckets.take("a", 3) for _ in range(4)] == [0, 0, 0, 20]
    clock.pass_(3600)
    assert [buckets.take("a", 3) for _ in range(4)] == [0, 0, 0, 20]


def test_one_drop_a_quarter_of_an_hour_is_a_drop(clock: Clock) -> None:
    buckets = Buckets(clock=clock)

    assert buckets.take("a", 1 / 15) == 0
    assert buckets.take("a", 1 / 15) == pytest.approx(900)


def test_looking_takes_nothing(clock: Clock) -> None:
    buckets = Buckets(clock=clock)

    assert [buckets.wait("a", 1) for _ in range(3)] == [0, 0, 0]
    assert len(buckets) == 0
    buckets.take("a", 1)
    assert buckets.wait("a", 1) == 60


def test_the_longest_unused_bucket_is_forgotten(clock: Clock) -> None:
    buckets = Buckets(clock=clock, most=2)
    for name in ("a", "b", "a", "c"):
        buckets.take(name, 1)

    assert len(buckets) == 2
    assert buckets.wait("a", 1) == 60
    assert buckets.wait("b", 1) == 0


@given(
    st.floats(0.1, 1000),
    st.lists(st.floats(0, 30), min_size=1, max_size=50),
)
def test_who_waits_as_told_is_let_in_and_nobody_gets_more_than_the_pace(
    per_minute: float, pauses: list[float]
) -> None:
    clock = Clock(0)
    buckets = Buckets(clock=clock)
    taken = 0
    for pause in pauses:
        clock.pass_(pause)
        wait = buckets.take("a", per_minute)
        if wait:
            # Retry-After is rounded up to whole seconds.
            clock.pass_(math.ceil(wait))
            assert buckets.take("a", per_minute) == 0
        taken += 1

    # A bucket lets through what it held at the beginning and what has come since.
    assert taken <= max(1, per_minute) + clock() * per_minute / 60 + 1e-6


def test_workers_share_a_limit(clock: Clock) -> None:
    limits = RateLimits(requests_per_minute=8, workers=4, clock=clock)
    client = Client("a", frozenset({"predict"}))

    limits.count(client)
    limits.count(client)
    with pytest.raises(TooManyRequests, match="8 a minute, shared by 4 processes") as refused:
        limits.count(client)
    assert refused.value.retry_after == 30


def test_a_client_may_have_a_limit_of_its_own(clock: Clock) -> None:
    limits = RateLimits(requests_per_minute=100, clock=clock)
    client = Client("a", frozenset({"predict"}), 1)

    limits.count(client)
    with pytest.raises(TooManyRequests):
        limits.count(client)
    limits.count(Client("b", frozenset({"predict"})))


@pytest.mark.parametrize("name", ["requests_per_minute", "failures_per_minute", "workers"])
@pytest.mark.parametrize("value", [0, -1, math.inf, math.nan])
def test_limits_that_make_no_sense_are_refused(name: str, value: float) -> None:
    with pytest.raises(AccessSettingsError, match=f"{name} is .*; expected a number above zero"):
        RateLimits(**{name: value})  # type: ignore[arg-type]
