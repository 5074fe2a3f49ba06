"""Tell whether the served model still fits its children: the entry point ``monitor`` of MLproject.

It reads the audit store of the service, and writes nothing into it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date

from training.addresses import address
from training.entry import ArgumentsError, carried_out, positive

AUDIT_VARIABLE = "LORPREDICT_AUDIT"  # under this name the service has the address too
_SUCH_AS = "sqlite:////whole/path/audit.db or postgresql://user@host/database"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and the audit, monitor, hand the record to the tracker."""
    return carried_out(_monitor, _parser().parse_args(arguments), called="monitoring")


def _monitor(options: argparse.Namespace) -> None:
    from lorpredict.monitoring import monitor
    from training.audited import read_audit

    audited = read_audit(
        _address_of(options),
        alias=options.alias,
        fingerprint=options.fingerprint,
        since=options.since,
        until=options.until,
    )
    found = monitor(
        audited.watched,
        audited.questions,
        audited.ended,
        until=audited.until,
        reference=options.reference,
        landmark=options.landmark,
        notes=audited.notes,
    )
    from training.tracking import record_monitoring

    record_monitoring(found, audited, landmark=options.landmark)


def _address_of(options: argparse.Namespace) -> str:
    found = options.audit or os.environ.get(AUDIT_VARIABLE, "").strip()
    if "://" in found:
        return str(found)
    if found:
        raise ArgumentsError(
            f"{AUDIT_VARIABLE} is no address of a database; expected one such as {_SUCH_AS} "
            "(it is not repeated here)"
        )
    raise ArgumentsError(
        f"no audit store; expected -P audit={_SUCH_AS}, or its address in the environment "
        f"variable {AUDIT_VARIABLE}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.monitor", description=__doc__)
    parser.add_argument(
        "--audit",
        type=_audit_address,
        default="",
        help=f"such as {_SUCH_AS}; an address with a password is given by the environment "
        f"variable {AUDIT_VARIABLE} instead",
    )
    parser.add_argument("--alias", default="champion", help="whose answers are looked at")
    parser.add_argument(
        "--fingerprint", default="", help="beginning of a model's; by default the last to answer"
    )
    parser.add_argument("--since", type=day, default=None, help="first day of the questions")
    parser.add_argument("--until", type=day, default=None, help="day before which all was recorded")
    parser.add_argument(
        "--reference",
        type=day,
        default=None,
        help="months that begin before this day are compared with the later ones; by default the "
        "months with the first half of the children",
    )
    parser.add_argument(
        "--landmark", type=positive, default=98, help="day on which the model's clock starts"
    )
    return parser


def _audit_address(text: str) -> str:
    return address(text, variable=AUDIT_VARIABLE, such_as=_SUCH_AS)


def day(text: str) -> date | None:
    """Take a day such as 2026-01-31; MLproject hands an empty text over for what was not given."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected a day such as 2026-01-31, not {text!r}"
        ) from None


if __name__ == "__main__":
    sys.exit(main())
