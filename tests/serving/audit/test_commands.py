"""What an operator types and is told."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from serving.audit import AuditReader
from serving.audit.commands import main
from serving.audit.export import audit_event

from .conftest import KEY, by_hand, record, write


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    path = tmp_path / "audit.key"
    path.write_bytes(base64.b64encode(KEY.secret))
    path.chmod(0o600)
    return str(path)


def test_verify_tells_the_head_that_is_to_be_kept_and_finds_it_again(
    address: str, key_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(address, (record(number) for number in range(3)))

    assert main(["verify"], address=address, key_file=key_file) == 0
    told = capsys.readouterr().out
    kept = re.search(r"--records 3 --head [0-9a-f]{64}", told)
    assert told.startswith("the chain is whole: 3 records\n")
    assert kept is not None
    assert main(["verify", "--address", address, "--key-file", key_file, *kept[0].split()]) == 0


def test_verify_names_what_was_changed(
    address: str, key_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(address, (record(number) for number in range(3)))
    with by_hand(address) as connection:
        connection.exec_driver_sql("UPDATE audit_records SET status = 500 WHERE sequence = 2")

    assert main(["verify"], address=address, key_file=key_file) == 1
    told = capsys.readouterr()
    assert "the chain is broken: record 2 was changed" in told.out
    assert "whole up to record 1" in told.out
    assert "caution: the trigger" in told.err


@pytest.mark.parametrize("arguments", [["--records", "4"], ["--head", "00" * 32]])
def test_verify_finds_that_the_end_is_missing(
    sqlite: str, key_file: str, arguments: list[str]
) -> None:
    write(sqlite, (record(number) for number in range(3)))

    assert main(["verify", *arguments], address=sqlite, key_file=key_file) == 1


def test_what_cannot_be_read_is_told_apart_from_what_is_broken(
    sqlite: str, key_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify"], address=sqlite, key_file=key_file) == 2
    assert main(["verify"], address=sqlite, key_file=f"{key_file}.none") == 2
    assert main(["verify"], address="sqlite:///audit.db", key_file=key_file) == 2
    secret = ["verify", "--address", "postgresql://user:pass-word@127.0.0.1:1/audit"]
    assert main(secret, key_file=key_file) == 2
    assert "pass-word" not in capsys.readouterr().err


def test_no_command_makes_a_key(sqlite: str, tmp_path: Path) -> None:
    write(sqlite, [record()])

    main(["verify"], address=sqlite, key_file=str(tmp_path / "new.key"))

    assert not (tmp_path / "new.key").exists()


def test_prune_says_what_it_removed(
    address: str, key_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old = datetime.now(UTC) - timedelta(days=200)
    write(address, [record(1, time=old), record(2)])

    assert main(["prune", "--keep-days", "100"], address=address, key_file=key_file) == 2
    assert "expected at least 183" in capsys.readouterr().err
    assert main(["prune", "--keep-days", "183"], address=address, key_file=key_file) == 0
    assert "1 record removed, up to record 1" in capsys.readouterr().out
    assert main(["prune", "--keep-days", "183"], address=address, key_file=key_file) == 0
    assert "no record is older than 183 days" in capsys.readouterr().out
    assert main(["verify"], address=address, key_file=key_file) == 0


def test_prune_leaves_a_broken_chain_as_it_is(sqlite: str, key_file: str) -> None:
    write(sqlite, [record()])
    with by_hand(sqlite) as connection:
        connection.exec_driver_sql("UPDATE audit_records SET status = 500")

    assert main(["prune", "--keep-days", "183"], address=sqlite, key_file=key_file) == 1


def test_export_writes_the_time_that_was_asked_for(address: str, tmp_path: Path) -> None:
    days = [datetime(2026, 3, day, 12, tzinfo=UTC) for day in (1, 2, 3)]
    write(address, (record(time=day) for day in days))
    output = tmp_path / "events.ndjson"
    asked = ["--since", "2026-03-02", "--until", "2026-03-03T13:00:00+02:00"]

    assert main(["export", *asked, "--output", str(output)], address=address) == 0

    (event,) = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    assert event["recorded"] == "2026-03-02T12:00:00.000000Z"
    assert output.stat().st_mode & 0o777 == 0o600


def test_an_export_that_fails_leaves_no_file(sqlite: str, tmp_path: Path) -> None:
    output = tmp_path / "events.ndjson"

    assert main(["export", "--output", str(output)], address=sqlite) == 2
    assert list(tmp_path.glob("*ndjson*")) == []
    assert main(["export", "--output", str(tmp_path / "no" / "x")], address=sqlite) == 2


def _empties(value: Any) -> list[Any]:
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return [value] * (not value) + [found for each in inside for found in _empties(each)]
    return [value] * (value in (None, ""))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="answer"),
        pytest.param({"event": "abstention"}, id="abstention"),
        pytest.param(
            {"event": "failure", "status": 422, "model": None, "content": {"problem": "x"}},
            id="failure",
        ),
        pytest.param({"event": "outcome", "content": {"children": [{}, "odd"]}}, id="outcome"),
        pytest.param({"event": "feedback", "client": "", "model": {}, "content": {}}, id="bare"),
    ],
)
def test_every_event_is_a_valid_audit_event_without_empties(
    sqlite: str, changed: dict[str, Any]
) -> None:
    write(sqlite, [record(**changed)])
    (stored,) = AuditReader(sqlite).records()

    event = audit_event(stored)

    AuditEvent.model_validate(event)
    assert _empties(event) == []


def test_an_audit_event_says_who_asked_whom_about_whom(sqlite: str) -> None:
    write(sqlite, [record(7)])
    (stored,) = AuditReader(sqlite).records()

    event = audit_event(stored)

    request, model, child = event["entity"]
    assert event["agent"][0]["who"]["display"] == "hospital"
    assert (event["action"], event["outcome"]) == ("E", "0")
    assert request["what"]["identifier"]["value"] == "request-7"
    assert {"type": "mac", "valueString": stored.mac} in request["detail"]
    assert {"type": "alias", "valueString": "champion"} in model["detail"]
    assert child["what"]["identifier"]["value"] == "ab" * 16


@pytest.mark.parametrize("status, outcome", [(200, "0"), (422, "4"), (503, "8")])
def test_the_outcome_follows_the_status(sqlite: str, status: int, outcome: str) -> None:
    write(sqlite, [record(status=status)])
    (stored,) = AuditReader(sqlite).records()

    assert audit_event(stored)["outcome"] == outcome


def test_a_retention_record_is_exported_as_a_deletion(sqlite: str, key_file: str) -> None:
    write(sqlite, [record(time=datetime(2020, 1, 1, tzinfo=UTC))])
    main(["prune", "--keep-days", "183"], address=sqlite, key_file=key_file)
    (stored,) = AuditReader(sqlite).records()

    event = audit_event(stored)

    AuditEvent.model_validate(event)
    assert event["action"] == "D"
