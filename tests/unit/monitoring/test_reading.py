"""The audit store is read as the service writes it, by its records and nothing else."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import create_engine

from serving.audit import AuditKey, AuditRecord, AuditWriter, Pseudonyms
from tests.unit.monitoring.audits import MODEL, Service, record, written
from training.audit_table import InvalidAudit, rows_of
from training.audited import Audited, NothingAsked, read_audit

KEY = AuditKey(b"k" * 32)
OLD = {**MODEL, "fingerprint": "a" * 64, "registered_version": "2"}


@pytest.fixture
def store(tmp_path: Path) -> str:
    return written(Service(months=3).rows(np.random.default_rng(0)), tmp_path / "audit.db")


def read(address: str, **asked: Any) -> Audited:
    return read_audit(address, alias="champion", **asked)


def child(number: int, *, who: str | None = None, **more: Any) -> dict[str, Any]:
    told = {"fingerprint": f"f{number}", "bands": {"crp_mg_l": 2}, "missing": [], "warnings": 0}
    return told | ({} if who is None else {"pseudonym": who}) | more


def answers(*children: dict[str, Any], model: Any = MODEL, day: int = 1) -> dict[str, Any]:
    time = datetime(2026, 3, day, tzinfo=UTC)
    return record(time, "answer", {"children": list(children)}, model)


async def _written_by_the_service(address: str) -> None:
    names = Pseudonyms(KEY)
    kept = {"fingerprint": names.fingerprint({"crp_mg_l": 4.0}), "bands": {"crp_mg_l": 3, "sex": 1},
            "pseudonym": names.of_patient("Ann"), "missing": ["albumin_g_l"], "warnings": 1,
            "risks": [[365.0, 0.2, 0.1, 0.4], [730.0, 0.3, 0.2, 0.6]]}  # fmt: skip
    abstained = {"fingerprint": names.fingerprint({"crp_mg_l": 5.0}), "reason": "outside_age"}
    ended = {"pseudonym": names.of_patient("Ann"), "outcome": "secondary_lor",
             "follow_up_months": 9}  # fmt: skip
    common: dict[str, Any] = {"request_id": "1", "client": "w", "status": 200, "duration_ms": 1.0}
    writer = AuditWriter(address, KEY)
    for event, model, content in (
        ("answer", MODEL, {"children": [kept, abstained]}),
        ("failure", None, {}),
        ("outcome", None, ended),
        ("feedback", None, {"anything": 1}),
    ):
        await writer.write(
            AuditRecord(event, "/v1/predict", model=model, content=content, **common)  # type: ignore[arg-type]
        )
    writer.close()


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_store_of_the_service_itself_is_read(
    where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    address = f"sqlite:///{tmp_path / 'audit.db'}"
    if where == "postgresql":
        address = request.getfixturevalue("postgresql")
        engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:  # other tests have used the server too
            connection.exec_driver_sql("DROP TABLE IF EXISTS audit_records")
        engine.dispose()
    asyncio.run(_written_by_the_service(address))
    found = read(address)

    first, second = found.questions
    assert first.bands == {"crp_mg_l": 3, "sex": 1}
    assert first.missing == {"albumin_g_l"}
    assert first.risks == ((365.0, 0.2), (730.0, 0.3))
    assert (first.warnings, second.reason) == (1, "outside_age")
    (ended,) = found.ended
    assert (ended.child, ended.lost, ended.months) == (first.child, True, 9)
    assert found.watched.version == "3"
    assert found.records == 3  # the last that is of any use here
    assert found.until.tzinfo is not None


def test_nothing_is_written_into_the_store(store: str, tmp_path: Path) -> None:
    before = (tmp_path / "audit.db").read_bytes()
    (tmp_path / "audit.db").chmod(0o400)
    assert len(read(store).questions) == 90
    assert (tmp_path / "audit.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["audit.db"]


def test_child_is_known_by_its_pseudonym_and_without_one_by_its_record(tmp_path: Path) -> None:
    rows = [
        answers(child(1, who="p"), child(2), child(3), day=1),
        answers(child(4, who="p"), child(1), child(2), child(3, who="q"), day=2),
    ]
    found = read(written(rows, tmp_path / "audit.db"))
    p, unknown, q = found.questions[0].child, found.questions[1].child, found.questions[2].child
    assert [question.child for question in found.questions] == [p, unknown, q, p, p, unknown, q]
    assert len({p, unknown, q}) == 3
    assert "'p'" not in repr(found)


def test_last_model_is_judged_and_the_other_is_told(tmp_path: Path) -> None:
    rows = [answers(child(n), model=OLD, day=1) for n in range(3)] + [answers(child(9), day=2)]
    address = written(rows, tmp_path / "audit.db")
    found = read(address)
    assert (found.watched.fingerprint, len(found.questions)) == ("c" * 64, 1)
    (note,) = found.notes
    assert "2 models answered as champion in these months" in note
    assert "-P fingerprint=aaaaaaaaaaaa" in note

    older = read(address, fingerprint="aaaa")
    assert (older.watched.version, len(older.questions)) == ("2", 3)


def test_window_is_of_questions_and_its_end_of_all_records(store: str) -> None:
    found = read(store, since=date(2022, 2, 1), until=date(2022, 3, 1))
    assert {question.month for question in found.questions} == {"2022-02"}
    assert len(found.questions) == 30
    assert all(ended.time < datetime(2022, 3, 1, tzinfo=UTC) for ended in found.ended)
    assert found.until < datetime(2022, 3, 1, tzinfo=UTC)


def test_answers_of_another_alias_are_not_of_this_model(tmp_path: Path) -> None:
    rows = [answers(child(1)), answers(child(2), model={**OLD, "alias": "challenger"}, day=2)]
    address = written(rows, tmp_path / "audit.db")
    assert len(read(address).questions) == 1
    assert read_audit(address, alias="challenger").watched.version == "2"
    with pytest.raises(NothingAsked, match="aliases that answered: challenger, champion"):
        read_audit(address, alias="champoin")


def test_no_answer_in_the_window_is_told(store: str) -> None:
    with pytest.raises(NothingAsked, match="no answer by the alias 'champion' in these months"):
        read(store, since=date(2040, 1, 1))
    with pytest.raises(NothingAsked, match=r"no answer by a model 'zzz'; expected one of cccc"):
        read(store, fingerprint="zzz")


def test_removal_of_records_is_worth_knowing(tmp_path: Path) -> None:
    removed = record(datetime(2026, 4, 1, tzinfo=UTC), "retention", {"removed": 5}, None)
    found = read(written([answers(child(1)), removed], tmp_path / "audit.db"))
    assert found.notes == ("records were removed from the audit by 2026-04-01",)


@pytest.mark.parametrize(
    ("content", "event"),
    [
        ("secret-value", "answer"),
        ('["secret-value"]', "answer"),
        ('{"children": [{"pseudonym": "secret-value"}]}', "answer"),
        ('{"children": [{"fingerprint": "secret-value", "risks": [[1]]}]}', "answer"),
        ('{"pseudonym": "secret-value", "outcome": "surgery"}', "outcome"),
    ],
)
def test_record_of_another_form_is_told_by_its_number_alone(
    tmp_path: Path, content: str, event: str
) -> None:
    model = MODEL if event == "answer" else None
    odd = record(datetime(2026, 3, 2, tzinfo=UTC), event, {}, model) | {"content": content}
    address = written([answers(child(1)), odd], tmp_path / "audit.db")
    with pytest.raises(InvalidAudit, match=f"record 2 of the audit \\({event}\\)") as refused:
        read(address)
    assert "secret-value" not in str(refused.value)


def test_missing_file_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(InvalidAudit, match=r"there is no file .*audit\.db"):
        [*rows_of(f"sqlite:///{tmp_path / 'audit.db'}")]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("create table children (id)", "has no table audit_records"),
        ("create table audit_records (sequence, time, event)", "has no column model, content"),
    ],
)
def test_table_of_another_form_is_told(tmp_path: Path, table: str, told: str) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as database:
        database.execute(table)
    with pytest.raises(InvalidAudit, match=told):
        [*rows_of(f"sqlite:///{tmp_path / 'other.db'}")]


def test_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "audit.db").write_text("this is a letter, and long enough to look like something")
    with pytest.raises(
        InvalidAudit, match="cannot be read as an audit store: file is not a database"
    ):
        [*rows_of(f"sqlite:///{tmp_path / 'audit.db'}")]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("sqlite:///audit.db", "is relative and means another file in every directory"),
        ("mysql://u@h/db", "the audit is kept in no mysql"),
        ("postgresql://u:secret@127.0.0.1:1/db", "postgresql://127.0.0.1/db cannot be read"),
    ],
)
def test_address_that_leads_nowhere_is_told_without_its_password(address: str, told: str) -> None:
    with pytest.raises(InvalidAudit, match=told) as refused:
        [*rows_of(address)]
    assert "secret" not in str(refused.value)


def test_many_rows_are_read_in_order(tmp_path: Path) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        record(start + timedelta(minutes=n), "answer", {"children": [child(n)]}, MODEL)
        for n in range(2500)
    ]
    found = [row.sequence for row in rows_of(written(rows, tmp_path / "audit.db"))]
    assert found == [*range(1, 2501)]
    assert json.loads(rows[0]["content"])["children"]
