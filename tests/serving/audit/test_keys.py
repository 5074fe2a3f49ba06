"""The secret, and what is made with it."""

from __future__ import annotations

import base64
import secrets
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from serving.audit import AuditKey, AuditKeyError, AuditReader, Pseudonyms, read_key

from .conftest import KEY, record, write

SECRET = bytes(range(100, 132))
PLANTED = {"patient_id": "SECRETTEXT", "age_years": 12.5, "albumin_g_l": 36, "sex": "female"}


def _file(tmp_path: Path, content: bytes, mode: int = 0o600) -> Path:
    path = tmp_path / "audit.key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(base64.b64encode(SECRET), id="base64"),
        pytest.param(base64.b64encode(SECRET) + b"\n", id="base64 with an end of line"),
        pytest.param(SECRET.hex().encode() + b"\n", id="hex"),
        pytest.param(SECRET, id="raw"),
    ],
)
def test_a_key_is_read_as_it_was_written(tmp_path: Path, content: bytes) -> None:
    assert read_key(_file(tmp_path, content)).secret == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = _file(tmp_path, SECRET, mode)

    with pytest.raises(AuditKeyError, match=f"has mode {mode:o} and may be read by others.*600"):
        read_key(path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(SECRET[:31], id="raw"),
        pytest.param(SECRET[:16].hex().encode(), id="32 hex digits are 16 bytes"),
        pytest.param(base64.b64encode(SECRET[:24]), id="32 digits of base64 are 24 bytes"),
    ],
)
def test_a_short_key_is_refused_without_being_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(AuditKeyError, match=r"bytes; expected at least 32") as told:
        read_key(_file(tmp_path, content))

    assert not content or content.decode("latin-1") not in str(told.value)


def test_an_absent_key_tells_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(AuditKeyError, match=r"audit\.key cannot be read .*openssl rand"):
        read_key(tmp_path / "audit.key")


def test_a_key_is_made_where_that_was_asked_for_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "audit.key"

    made = read_key(path, make=True)

    assert path.stat().st_mode & 0o777 == 0o600
    assert len(made.secret) == 32
    assert read_key(path, make=True) == made
    assert [each.name for each in path.parent.iterdir()] == ["audit.key"]


def test_a_key_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(AuditKeyError, match="cannot be made"):
        read_key(tmp_path / "file" / "audit.key", make=True)


def test_processes_that_make_a_key_at_once_have_the_same(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    with get_context("fork").Pool(8) as pool:
        keys = pool.map(_made, [path] * 64, chunksize=1)

    assert len(set(keys)) == 1
    assert keys[0] == read_key(path).secret


def _made(path: Path) -> bytes:
    return read_key(path, make=True).secret


def test_a_key_is_not_in_its_repr() -> None:
    assert repr(AuditKey(SECRET)) == "AuditKey()"


def test_the_derived_keys_differ_from_each_other_and_from_the_secret() -> None:
    keys = {KEY.secret, *(KEY.derived(label) for label in ("chain", "patient", "input"))}

    assert len(keys) == 4


def test_a_pseudonym_depends_on_the_patient_and_the_key_alone() -> None:
    ours, theirs = Pseudonyms(KEY), Pseudonyms(AuditKey(secrets.token_bytes(32)))

    assert ours.of_patient("Jürgen") == ours.of_patient("Ju\u0308rgen")
    assert ours.of_patient("4711") != ours.of_patient("4712")
    assert ours.of_patient("4711") != theirs.of_patient("4711")
    assert len(ours.of_patient("4711")) == 32


def test_a_fingerprint_knows_neither_order_nor_the_kind_of_a_number() -> None:
    fingerprint = Pseudonyms(KEY).fingerprint

    one = fingerprint(
        {"albumin_g_l": 36, "when": date(2026, 1, 2), "nested": [{"a": 1, "b": -0.0}]}
    )
    same = fingerprint({"nested": [{"b": 0, "a": 1.0}], "when": "2026-01-02", "albumin_g_l": 36.0})

    assert one == same
    assert one == fingerprint(
        {
            "albumin_g_l": np.float64(36),
            "when": "2026-01-02",
            "nested": [{"a": np.int64(1), "b": 0}],
        }
    )


@pytest.mark.parametrize(
    "other",
    [{"a": 36.1}, {"a": "36"}, {"b": 36}, {"a": 36, "b": None}, {"a": [36]}, {"a": True}, {}],
)
def test_what_differs_has_another_fingerprint(other: dict[str, object]) -> None:
    fingerprint = Pseudonyms(KEY).fingerprint

    assert fingerprint({"a": 36}) != fingerprint(other)


def test_a_patient_has_another_pseudonym_than_a_record_that_reads_alike() -> None:
    pseudonyms = Pseudonyms(KEY)

    assert pseudonyms.of_patient("{}") != pseudonyms.fingerprint({})


def test_the_store_holds_nothing_of_a_patient(sqlite: str, tmp_path: Path) -> None:
    pseudonyms = Pseudonyms(KEY)
    child = {
        "pseudonym": pseudonyms.of_patient(PLANTED["patient_id"]),  # type: ignore[arg-type]
        "fingerprint": pseudonyms.fingerprint(PLANTED),
    }
    write(sqlite, [record(content={"children": [child]})])

    (read,) = AuditReader(sqlite).records()
    stored = b"".join(file.read_bytes() for file in (tmp_path / "store").iterdir())
    assert read.content["children"] == [child]
    assert b"SECRETTEXT" not in stored
    assert b"12.5" not in stored
    assert KEY.secret not in stored
