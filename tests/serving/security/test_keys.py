"""API keys are made once, kept as hashes, and worthless as soon as they are revoked."""

from __future__ import annotations

import re
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from serving.security import AccessSettingsError, Client, Keys, Unauthorised
from serving.security.commands import main
from serving.security.keys import new_key, read_keys
from tests.serving.security.asking import Clock

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.toml"


def made(file: Path, capsys: Captured, *more: str, client: str = "page") -> str:
    """Make a key by the command, and return it."""
    arguments = ["new", "--client", client, "--scope", "predict", "--file", str(file), *more]
    capsys.readouterr()
    assert main(arguments) == 0
    return capsys.readouterr().out.strip()


def test_a_new_key_tells_who_asks(file: Path, capsys: Captured) -> None:
    key = made(file, capsys, "--scope", "explain", "--requests-per-minute", "5")

    client = Keys(file).verify(key)

    assert client == Client("page", frozenset({"predict", "explain"}), 5)
    assert re.fullmatch(r"lor_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", key)


def test_the_file_holds_no_key_and_is_its_owners_alone(file: Path, capsys: Captured) -> None:
    key = made(file, capsys)

    assert key[13:] not in file.read_text("utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [*file.parent.iterdir()] == [file]


def test_keys_have_256_random_bits() -> None:
    keys = {new_key()[1] for _ in range(100)}

    assert len(keys) == 100
    assert all(len(key.split("_", 2)[2]) == 43 for key in keys)


@pytest.mark.parametrize(
    "changed",
    [
        lambda key: key[:-1],
        lambda key: key + "A",
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: "lor_zzzzzzzz" + key[12:],
        lambda key: key.upper(),
        lambda key: key[:4],
        lambda key: key[:-1] + "\udcff",
    ],
    ids=["shorter", "longer", "wrong", "other id", "capitals", "prefix alone", "no text"],
)
def test_another_key_is_refused(file: Path, capsys: Captured, changed: object) -> None:
    assert callable(changed)
    key = made(file, capsys)

    with pytest.raises(Unauthorised, match="The API key is not known") as refused:
        Keys(file).verify(changed(key))
    assert key not in str(refused.value)


def test_wrong_and_unknown_keys_are_told_and_cost_alike(file: Path, capsys: Captured) -> None:
    key = made(file, capsys)
    keys = Keys(file)
    wrong, unknown = key[:-4] + "AAAA", "lor_zzzzzzzz" + key[12:-4] + "AAAA"

    def seconds(shown: str) -> float:
        begun = time.perf_counter()
        for _ in range(300):
            with pytest.raises(Unauthorised, match="not known"):
                keys.verify(shown)
        return time.perf_counter() - begun

    ratio = min(seconds(wrong) for _ in range(5)) / min(seconds(unknown) for _ in range(5))
    # Both hash and compare once; twice the time would mean that one of them does not.
    assert 0.5 < ratio < 2


def test_a_key_ends_on_its_day(file: Path, capsys: Captured, clock: Clock) -> None:
    end = date.today() + timedelta(days=30)
    key = made(file, capsys, "--expires", end.isoformat())
    keys = Keys(file, now=clock)

    clock.seconds = datetime(end.year, end.month, end.day, tzinfo=UTC).timestamp() - 1
    assert keys.verify(key).name == "page"
    clock.pass_(1)
    with pytest.raises(Unauthorised, match="has expired"):
        keys.verify(key)


def test_a_revoked_key_is_worthless_without_a_restart(
    file: Path, capsys: Captured, clock: Clock
) -> None:
    key, other = made(file, capsys), made(file, capsys, client="other")
    keys = Keys(file, clock=clock)

    assert main(["revoke", key[4:12], "--file", str(file)]) == 0
    assert keys.verify(key).name == "page"  # the file is looked at once a second
    clock.pass_(1)

    with pytest.raises(Unauthorised):
        keys.verify(key)
    assert keys.verify(other).name == "other"


def test_a_new_key_is_known_without_a_restart(file: Path, capsys: Captured, clock: Clock) -> None:
    made(file, capsys)
    keys = Keys(file, clock=clock)
    key = made(file, capsys, client="other")
    clock.pass_(1)

    assert keys.verify(key).name == "other"


def test_a_change_that_keeps_the_size_is_seen(file: Path, capsys: Captured, clock: Clock) -> None:
    key = made(file, capsys)
    keys = Keys(file, clock=clock)
    file.write_text(file.read_text("utf-8").replace('"page"', '"demo"'), "utf-8")
    clock.pass_(1)

    assert keys.verify(key).name == "demo"


def test_keys_made_at_the_same_time_are_all_kept(file: Path) -> None:
    arguments = ["new", "--client", "a", "--scope", "hooks", "--file", str(file)]
    with ThreadPoolExecutor(8) as operators:
        assert [*operators.map(main, [arguments] * 40)] == [0] * 40

    assert len(read_keys(file)) == 40


@pytest.mark.parametrize("broken", ["[[keys]]\nid = 'SECRET'", "SECRET", None])
def test_a_broken_file_leaves_the_old_one_in_force(
    file: Path, capsys: Captured, clock: Clock, caplog: pytest.LogCaptureFixture, broken: str | None
) -> None:
    key = made(file, capsys)
    keys = Keys(file, clock=clock)
    file.write_text(broken, "utf-8") if broken else file.unlink()
    clock.pass_(1)

    assert keys.verify(key).name == "page"
    assert "what it held before stays in force" in caplog.text
    assert "SECRET" not in caplog.text


def test_the_last_key_can_be_revoked_and_another_be_made(file: Path, capsys: Captured) -> None:
    key = made(file, capsys)
    main(["revoke", key[4:12], "--file", str(file)])
    assert read_keys(file) == {}

    another = made(file, capsys)
    assert Keys(file).verify(another).name == "page"
    assert len(read_keys(file)) == 1


def test_a_list_tells_everything_but_the_keys(file: Path, capsys: Captured) -> None:
    key = made(file, capsys, "--expires", "2999-01-31")

    assert main(["list", "--file", str(file)]) == 0

    told = capsys.readouterr().out
    assert re.match(rf"{key[4:12]}  page  predict  since \d{{4}}-\S+  until 2999-01-31", told)
    assert key[13:] not in told
    assert read_keys(file)[key[4:12]].sha256 not in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["revoke", "zzzzzzzz"], "holds no key of this id"),
        (["new", "--client", "SECRET TEXT", "--scope", "predict"], "client's name cannot be used"),
        (["new", "--client", "a", "--scope", "predict", "--expires", "2020-01-31"], "not after"),
        (["new", "--client", "a", "--scope", "hooks", "--requests-per-minute", "0"], "above zero"),
    ],
)  # fmt: skip
def test_a_command_that_cannot_be_done_says_why_and_changes_nothing(
    file: Path, capsys: Captured, arguments: list[str], told: str
) -> None:
    made(file, capsys)
    before = file.read_bytes()

    assert main([*arguments, "--file", str(file)]) == 2

    answered = capsys.readouterr().err
    assert told in answered
    assert "SECRET" not in answered
    assert file.read_bytes() == before


def test_a_whole_key_given_for_its_id_is_not_repeated(file: Path, capsys: Captured) -> None:
    key = made(file, capsys)

    assert main(["revoke", key, "--file", str(file)]) == 2
    assert key[13:] not in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys: Captured) -> None:
    nowhere = tmp_path / "none" / "keys.toml"

    assert main(["new", "--client", "a", "--scope", "hooks", "--file", str(nowhere)]) == 2
    assert "cannot be written (No such file" in capsys.readouterr().err


def test_two_entries_of_one_id_are_refused(file: Path, capsys: Captured) -> None:
    made(file, capsys)
    file.write_text(file.read_text("utf-8") * 2, "utf-8")

    with pytest.raises(AccessSettingsError, match="is there more than once"):
        read_keys(file)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("created = ", "created = 7 #", "created expected a date"),
        ("created = ", "#", "created expected a moment"),
        ("created = ", "expires = 2026-01-31T00:00:00\ncreated = ", "expires expected a date, or"),
        ("sha256 = ", "sha256 = 'SECRET' #", "sha256 expected 64 hexadecimal digits"),
        ("id = ", "id = 'SECRET' #", "id expected 8 small letters"),
    ],
)
def test_an_entry_that_cannot_be_used_is_named(
    file: Path, capsys: Captured, old: str, new: str, told: str
) -> None:
    made(file, capsys)
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")

    with pytest.raises(AccessSettingsError, match=told) as refused:
        read_keys(file)
    assert "SECRET" not in str(refused.value)


def test_no_hash_is_in_a_repr(file: Path, capsys: Captured) -> None:
    key = made(file, capsys)
    known = read_keys(file)[key[4:12]]

    assert known.client.name in repr(known)
    assert known.sha256 not in repr(known)
