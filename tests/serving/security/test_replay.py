"""A token is used once, by one process, and an overfull memory refuses rather than forgets."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
import tomli_w
from sqlalchemy import create_engine, text

from serving.desk import Desk
from serving.premises import Premises
from serving.security import AccessSettingsError, CannotVerify
from serving.security.replay import ReplayCache, UsedTokens, token_hash
from serving.security.shared_replay import SharedUsedTokens
from serving.settings import Settings
from tests.serving.security.asking import BASE, ISS, Clock, public_jwk, write_jwks

ROOT = Path(__file__).parents[3]
RACE = """
import sys, anyio
from serving.security.shared_replay import SharedUsedTokens
used = SharedUsedTokens(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
async def claim_all():
    return [await used.claim("iss", f"jti{number}", 4e9) for number in range(100)]
print("".join("ny"[won] for won in anyio.run(claim_all)))
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'used.db'}"


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def used(request: pytest.FixtureRequest, file: str, clock: Clock) -> Iterator[ReplayCache]:
    made: ReplayCache
    if request.param == "memory":
        made = UsedTokens(now=clock)
    else:
        address = file if request.param == "sqlite" else request.getfixturevalue("postgresql")
        emptied(address)
        made = SharedUsedTokens(address, now=clock)
    yield made
    anyio.run(made.close)


def emptied(address: str) -> None:
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS used_tokens"))
    engine.dispose()


def claim(used: ReplayCache, jti: str, until: float, issuer: str = "iss") -> bool:
    return anyio.run(used.claim, issuer, jti, until)


def test_a_token_can_be_used_once(used: ReplayCache, clock: Clock) -> None:
    assert claim(used, "a", clock() + 300)
    assert not claim(used, "a", clock() + 300)
    assert claim(used, "b", clock() + 300)
    assert claim(used, "a", clock() + 300, issuer="another")


def test_an_expired_token_is_forgotten(used: ReplayCache, clock: Clock) -> None:
    claim(used, "a", clock() + 300)

    clock.pass_(299)
    assert not claim(used, "a", clock() + 300)
    clock.pass_(1)
    assert claim(used, "a", clock() + 300)
    assert not claim(used, "a", clock() + 300)


def test_issuer_and_jti_do_not_run_together() -> None:
    assert token_hash("ab", "c") != token_hash("a", "bc")


def test_a_full_memory_refuses_until_there_is_room(clock: Clock) -> None:
    used = UsedTokens(most=2, now=clock)
    claim(used, "a", clock() + 10)
    claim(used, "b", clock() + 300)

    with pytest.raises(CannotVerify) as refused:
        claim(used, "c", clock() + 300)

    assert refused.value.headers == {"Retry-After": "10"}
    assert not claim(used, "b", clock() + 300)  # what was used stays used
    clock.pass_(10)
    assert claim(used, "c", clock() + 300)


def test_expired_rows_are_swept(file: str, clock: Clock) -> None:
    used = SharedUsedTokens(file, now=clock)
    for number in range(5):
        claim(used, f"old{number}", clock() + 10)
    clock.pass_(61)
    claim(used, "new", clock() + 10)
    anyio.run(used.close)

    engine = create_engine(file)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT token FROM used_tokens")).all()
    engine.dispose()
    assert rows == [(token_hash("iss", "new"),)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_two_processes_one_may_use_a_token(
    kind: str, file: str, request: pytest.FixtureRequest
) -> None:
    address = file if kind == "sqlite" else request.getfixturevalue("postgresql")
    emptied(address)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, address],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    # Both have started and made the table; now they run for every token.
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    first, second = (process.communicate(timeout=60)[0].strip() for process in processes)

    assert len(first) == len(second) == 100
    assert all({*pair} == {"y", "n"} for pair in zip(first, second, strict=True))


def test_a_database_that_fails_refuses_the_token_and_says_nothing_of_it(file: str) -> None:
    used = SharedUsedTokens(file)
    engine = create_engine(file)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE used_tokens"))
    engine.dispose()

    with pytest.raises(CannotVerify) as refused:
        claim(used, "SECRET", 4e9)
    anyio.run(used.close)

    assert "SECRET" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.status == 503


@pytest.mark.parametrize(
    "address",
    ["", "SECRET", "mysql://u:SECRET@host/db", "sqlite://", "sqlite:///none/SECRET/used.db",
     "postgresql+none://SECRET@host/db"],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_untold(address: str) -> None:
    with pytest.raises(AccessSettingsError, match="the used tokens cannot be") as refused:
        SharedUsedTokens(address)
    assert "SECRET" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_refused_with_the_reason() -> None:
    with pytest.raises(AccessSettingsError, match=r"file .* cannot be made \(Not a directory\)"):
        SharedUsedTokens("sqlite:////dev/null/folder/used.db")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_whatever_the_audit_takes_for_postgresql_is_taken(postgresql: str, scheme: str) -> None:
    used = SharedUsedTokens(f"{scheme}://{postgresql.partition('://')[2]}")

    assert claim(used, f"by {scheme}", time.time() + 1)
    anyio.run(used.close)


@pytest.fixture
def issuers(tmp_path: Path) -> Path:
    keys = str(write_jwks(tmp_path, public_jwk("ES384")))
    issuer = {"iss": ISS, "client": "ehr", "scopes": ["hooks"], "jwks": keys}
    (tmp_path / "issuers.toml").write_text(tomli_w.dumps({"issuers": [issuer]}), "utf-8")
    return tmp_path / "issuers.toml"


def test_on_a_fresh_machine_the_file_is_made_for_its_owner_alone(
    tmp_path: Path, issuers: Path
) -> None:
    folder = tmp_path / "lorpredict"
    before = os.umask(0)
    try:
        audit = f"sqlite:///{folder / 'audit.db'}"
        premises = Premises(Settings(issuers=issuers, base_url=BASE, audit=audit), Desk())
    finally:
        os.umask(before)

    modes = {each.name: each.stat().st_mode & 0o777 for each in (folder, *folder.iterdir())}
    assert modes.pop("lorpredict") == 0o700
    assert "used-tokens.db" in modes
    assert set(modes.values()) == {0o600}
    anyio.run(premises.close)


# ---- a database that does not answer -------------------------------------------------------------


def seconds_until_refused(used: SharedUsedTokens) -> float:
    begun = time.monotonic()
    with pytest.raises(CannotVerify, match="cannot be known at present"):
        claim(used, "waits", 4e9)
    return time.monotonic() - begun


def test_no_request_waits_for_longer_than_the_time_limit(file: str) -> None:
    used = SharedUsedTokens(file, time_limit=0.1)
    engine = create_engine(file)
    with engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")

        # SQLite itself waits for two seconds, and so does the thread that is left behind.
        assert seconds_until_refused(used) < 1
        other.exec_driver_sql("ROLLBACK")
    engine.dispose()
    anyio.run(used.close)


def test_postgresql_itself_ends_what_waits_for_a_lock(postgresql: str) -> None:
    used = SharedUsedTokens(postgresql, time_limit=60)
    engine = create_engine(postgresql)
    with engine.begin() as other:
        other.execute(text("LOCK TABLE used_tokens IN ACCESS EXCLUSIVE MODE"))
        other.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '20s'")

        assert seconds_until_refused(used) < 10
    engine.dispose()
    anyio.run(used.close)


def test_options_of_the_address_stay_beside_the_limits(postgresql: str) -> None:
    used = SharedUsedTokens(f"{postgresql}?options=-c%20application_name%3Dours")

    with used._engine.connect() as connection:
        told = {
            name: connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in ("application_name", "statement_timeout", "lock_timeout")
        }
    anyio.run(used.close)
    assert told == {"application_name": "ours", "statement_timeout": "3s", "lock_timeout": "3s"}
