"""Old records go when the law allows it, and the chain says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from serving.audit import AuditKey, AuditReader, BrokenChain, RetentionError
from serving.audit.retention import FEWEST_DAYS, prune
from serving.audit.verification import verify

from .conftest import KEY, by_hand, record, write

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def _of_ages(address: str, *days: int) -> None:
    write(address, (record(age, time=NOW - timedelta(days=age)) for age in days))


def _sequences(address: str) -> list[int]:
    return [each.sequence for each in AuditReader(address).records()]


def test_fewer_days_than_the_law_asks_for_are_refused(sqlite: str) -> None:
    with pytest.raises(RetentionError, match=r"keep_days is 182; expected at least 183.*Art\. 19"):
        prune(sqlite, KEY, keep_days=182)

    assert FEWEST_DAYS == 183


def test_old_records_go_and_the_chain_stays_whole(address: str) -> None:
    _of_ages(address, 400, 300, 200, 184, 183, 100, 1)

    removed = prune(address, KEY, keep_days=183, now=NOW)

    *_, retention = AuditReader(address).records()
    assert removed.records == 4
    assert _sequences(address) == [5, 6, 7, 8]
    assert retention.event == "retention"
    assert retention.content["last"] == 4
    assert verify(address, KEY).is_whole
    assert verify(address, KEY).cautions == (), "the triggers are back"


def test_records_may_go_several_times(address: str) -> None:
    _of_ages(address, 500, 400, 300, 200, 100)
    for keep in (450, 350, 250):
        assert prune(address, KEY, keep_days=keep, now=NOW).records == 1
        assert verify(address, KEY).is_whole
    write(address, [record(time=NOW)])

    assert _sequences(address) == [4, 5, 6, 7, 8, 9]
    assert verify(address, KEY).is_whole


def test_all_records_may_go_and_even_the_retention_record_later(address: str) -> None:
    _of_ages(address, 400, 300)
    prune(address, KEY, keep_days=183, now=NOW)
    assert _sequences(address) == [3]
    assert verify(address, KEY).is_whole

    prune(address, KEY, keep_days=183, now=NOW + timedelta(days=200))

    assert _sequences(address) == [4]
    assert verify(address, KEY).is_whole


def test_an_old_record_behind_a_younger_one_stays(address: str) -> None:
    _of_ages(address, 400, 100, 300)

    assert prune(address, KEY, keep_days=183, now=NOW).records == 1
    assert _sequences(address) == [2, 3, 4]


def test_where_nothing_is_old_nothing_is_written(address: str) -> None:
    _of_ages(address, 100)

    assert prune(address, KEY, keep_days=183, now=NOW).records == 0
    assert _sequences(address) == [1]


def test_more_than_the_retention_record_says_is_found(address: str) -> None:
    _of_ages(address, 400, 300, 200, 100, 50)
    prune(address, KEY, keep_days=350, now=NOW)
    with by_hand(address) as connection:
        connection.exec_driver_sql("DELETE FROM audit_records WHERE sequence = 2")

    assert verify(address, KEY).fault.startswith("records 1 to 2 were removed")


def test_the_head_of_the_last_removed_record_is_still_known(address: str) -> None:
    _of_ages(address, 400)
    head = verify(address, KEY).head
    write(address, [record(time=NOW)])
    prune(address, KEY, keep_days=183, now=NOW)

    assert verify(address, KEY, head=head.mac).is_whole


@pytest.mark.parametrize("key", [KEY, AuditKey(b"another key of more than thirty-two")])
def test_a_broken_chain_is_not_shortened(address: str, key: AuditKey) -> None:
    _of_ages(address, 400, 300, 100)
    with by_hand(address) as connection:
        connection.exec_driver_sql("UPDATE audit_records SET status = 500 WHERE sequence = 2")

    with pytest.raises(BrokenChain, match=r"record . was changed"):
        prune(address, key, keep_days=183, now=NOW)

    assert _sequences(address) == [1, 2, 3]
