"""The audit store on the command line.

python -m serving audit verify    follow the chain: was anything changed, removed or inserted?
python -m serving audit export    write records as FHIR R4 AuditEvent, one a line
python -m serving audit prune     remove records that were kept for long enough
"""

# ruff: noqa: T201  the command line speaks to its user by print

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from lorpredict.errors import LorpredictError, counted
from serving.audit.errors import BrokenChain
from serving.audit.export import write_ndjson
from serving.audit.keys import read_key
from serving.audit.reader import AuditReader
from serving.audit.retention import FEWEST_DAYS, prune
from serving.audit.verification import verify

WHOLE, BROKEN, UNREADABLE = 0, 1, 2


def main(
    arguments: Sequence[str],
    *,
    address: str = "",
    key_file: str = "",
    keep_days: int | None = None,
) -> int:
    """Read the arguments and do as they say; what the settings say is the default.

    Returns 0 if all is well, 1 if the chain is broken, 2 if nothing could be done.
    """
    options = _parser(address, key_file, keep_days).parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except BrokenChain as error:
        print(error, file=sys.stderr)
        return BROKEN
    except LorpredictError as error:
        print(error, file=sys.stderr)
        return UNREADABLE


def _verify(options: argparse.Namespace) -> int:
    key = read_key(options.key_file)
    verdict = verify(
        options.address, key, head=options.head.lower(), records=options.records, progress=_progress
    )
    for caution in verdict.cautions:
        print(f"caution: {caution}", file=sys.stderr)
    followed = counted(verdict.records, "record")
    if not verdict.is_whole:
        print(f"the chain is broken: {verdict.fault}")
        print(f"whole up to record {verdict.head.sequence} ({followed} followed)")
        return BROKEN
    print(f"the chain is whole: {followed}")
    if verdict.records:
        print(f"keep elsewhere: --records {verdict.head.sequence} --head {verdict.head.mac}")
    return WHOLE


def _progress(records: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{records:,}", end="\r", file=sys.stderr, flush=True)


def _export(options: argparse.Namespace) -> int:
    """Write under another name first: the file appears whole or not at all."""
    records = AuditReader(options.address).records(options.since, options.until)
    draft = options.output.with_name(f".{options.output.name}.{os.getpid()}")
    try:
        opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            number = write_ndjson(records, file)
        draft.replace(options.output)
    except OSError as error:
        print(f"{options.output} cannot be written ({error.strerror})", file=sys.stderr)
        return UNREADABLE
    finally:
        draft.unlink(missing_ok=True)
    print(f"{counted(number, 'record')} in {options.output}")
    return WHOLE


def _prune(options: argparse.Namespace) -> int:
    removed = prune(options.address, read_key(options.key_file), keep_days=options.keep_days)
    if removed.last is None:
        print(f"no record is older than {options.keep_days} days")
    else:
        told = counted(removed.records, "record")
        print(f"{told} removed, up to record {removed.last.sequence}; the chain says so")
    return WHOLE


def _time(text: str) -> datetime:
    """A day or a time; without a zone it is UTC, as in the store."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time; expected 2026-03-31 or 2026-03-31T12:00:00+02:00"
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _parser(address: str, key_file: str, keep_days: int | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m serving audit",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="verify|export|prune")
    for name, command in (("verify", _verify), ("export", _export), ("prune", _prune)):
        each = commands.add_parser(name)
        each.set_defaults(command=command)
        each.add_argument(
            "--address", default=address, required=not address, help="of the audit store"
        )
        if name != "export":
            each.add_argument(
                "--key-file", type=Path, default=key_file or None, required=not key_file
            )
        if name == "verify":
            _add_verify_options(each)
        elif name == "export":
            _add_export_options(each)
        else:
            _add_prune_options(each, keep_days)
    return parser


def _add_verify_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--head", default="", metavar="MAC", help="of a record that must be there")
    parser.add_argument(
        "--records", type=int, default=0, metavar="N", help="the last number that must be there"
    )


def _add_export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", type=_time, metavar="TIME", help="first time that is wanted")
    parser.add_argument("--until", type=_time, metavar="TIME", help="first time that is not")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE.ndjson")


def _add_prune_options(parser: argparse.ArgumentParser, keep_days: int | None) -> None:
    parser.add_argument(
        "--keep-days", type=int, default=keep_days, required=keep_days is None, metavar="N",
        help=f"at least {FEWEST_DAYS}",
    )  # fmt: skip
