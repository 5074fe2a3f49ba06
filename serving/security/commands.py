"""``python -m serving keys new | list | revoke``: who may ask the service."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import tomli_w

from lorpredict.errors import LorpredictError, did_you_mean
from serving.security.clients import Client, Scope
from serving.security.errors import AccessSettingsError
from serving.security.keys import ApiKey, new_key, read_keys

_HEAD = "# Written by: python -m serving keys. It holds no key, only what keys are known by.\n\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, change or tell the file."""
    options = _parser().parse_args(arguments)
    try:
        told = options.do(options)
    except LorpredictError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{options.file} cannot be written ({error.strerror})\n")
        return 2
    sys.stdout.write(f"{told}\n")
    return 0


def _new(options: argparse.Namespace) -> str:
    client = Client(options.client, frozenset(options.scope), options.requests_per_minute)
    with _alone(options.file):
        keys = _present(options.file)
        key_id, key, sha256 = new_key()
        while key_id in keys:
            key_id, key, sha256 = new_key()
        created = datetime.now(UTC).replace(microsecond=0)
        _write(
            options.file, {**keys, key_id: ApiKey(key_id, sha256, client, created, _end(options))}
        )
    sys.stderr.write(
        f"Key {key_id} of {client.name}. It is shown this once; it is not kept anywhere.\n"
    )
    return key


def _list(options: argparse.Namespace) -> str:
    keys = read_keys(options.file)
    return "\n".join(_line(key) for key in keys.values()) or f"{options.file} holds no key"


def _line(key: ApiKey) -> str:
    until = f"until {key.expires:%Y-%m-%d %H:%M %Z}" if key.expires else "without end"
    expired = " (expired)" if key.expires and key.expires <= datetime.now(UTC) else ""
    scopes = " ".join(sorted(key.client.scopes))
    return f"{key.id}  {key.client.name}  {scopes}  since {key.created:%Y-%m-%d}  {until}{expired}"


def _revoke(options: argparse.Namespace) -> str:
    with _alone(options.file):
        keys = dict(read_keys(options.file))
        if options.id not in keys:
            # Whoever pastes a whole key here shall not find it in a terminal's history of output.
            near = did_you_mean(options.id, list(keys)) if len(options.id) <= 8 else ""
            raise AccessSettingsError(
                f"{options.file} holds no key of this id. {near} See: python -m serving keys list"
            )
        revoked = keys.pop(options.id)
        _write(options.file, keys)
    return f"Key {revoked.id} of {revoked.client.name} is revoked; a running service knows at once."


def _present(file: Path) -> Mapping[str, ApiKey]:
    return read_keys(file) if file.exists() else {}


def _end(options: argparse.Namespace) -> datetime | None:
    if options.expires is None:
        return None
    end = datetime(options.expires.year, options.expires.month, options.expires.day, tzinfo=UTC)
    if end <= datetime.now(UTC):
        raise AccessSettingsError("--expires is not after today; a key has to live for a while")
    return end


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Let one command at a time change the file; it is replaced, so its folder is locked."""
    folder = os.open(file.resolve().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(file: Path, keys: Mapping[str, ApiKey]) -> None:
    """Replace the file in one step, readable by its owner alone."""
    place = file.resolve()
    text = _HEAD + (tomli_w.dumps({"keys": [_row(key) for key in keys.values()]}) if keys else "")
    number, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)  # mode 0600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as output:
            output.write(text)
            output.flush()
            os.fsync(output.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _row(key: ApiKey) -> dict[str, Any]:
    row = {
        "id": key.id, "client": key.client.name, "sha256": key.sha256,
        "scopes": sorted(map(str, key.client.scopes)), "created": key.created,
        "expires": key.expires, "requests_per_minute": key.client.requests_per_minute,
    }  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m serving keys", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="new | list | revoke")
    new = commands.add_parser("new", help="make a key, print it once, keep its hash")
    new.add_argument("--client", required=True, metavar="NAME", help="who will hold it")
    new.add_argument("--scope", required=True, action="append", choices=[*map(str, Scope)])
    new.add_argument("--expires", type=date.fromisoformat, metavar="YYYY-MM-DD",
                     help="the day from which on it is refused (UTC)")  # fmt: skip
    new.add_argument("--requests-per-minute", type=float, metavar="NUMBER")
    new.set_defaults(do=_new)
    listed = commands.add_parser("list", help="tell the keys that are known")
    listed.set_defaults(do=_list)
    revoke = commands.add_parser("revoke", help="make a key worthless at once")
    revoke.add_argument("id", metavar="ID", help="as keys list tells it")
    revoke.set_defaults(do=_revoke)
    for command in (new, listed, revoke):
        command.add_argument("--file", type=Path, required=True, metavar="FILE", help="keys.toml")
    return parser
