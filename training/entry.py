"""What every entry point of MLproject shares: its cohort, its kinds of argument, how it ends."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from lorpredict.clinical import Catalogue
from lorpredict.cohort import Cohort, read_cohort
from lorpredict.errors import LorpredictError
from lorpredict.synthetic import reconstructed_cohort
from training.progress import interrupts_as_exceptions, plain_warnings

_NOTHING = ("", os.devnull)  # MLflow hands over a path that exists, so /dev/null stands for none


def carried_out(
    work: Callable[[argparse.Namespace], None], options: argparse.Namespace, *, called: str
) -> int:
    """Do the work of an entry point; refusals are told as sentences, and give exit status 2."""
    plain_warnings()
    # MLflow is imported late, since it costs seconds; nothing about a cohort leaves.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    try:
        with interrupts_as_exceptions():
            work(options)
    except LorpredictError as error:
        print(f"{called} stopped: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        told = f"{called} was interrupted; a registration that was not complete was taken back"
        print(told, file=sys.stderr)
        return 130
    return 0


def add_cohort(parser: argparse.ArgumentParser, *, default: str) -> None:
    """Add the arguments that say where the children are."""
    parser.add_argument("--cohort", default="", help=f"CSV, Parquet or Excel file; {default}")
    parser.add_argument("--sheet", default="", help="sheet of a workbook; its first by default")
    parser.add_argument(
        "--address",
        type=_address,
        default="",
        help="database in place of a file, such as postgresql://user@host/database",
    )
    parser.add_argument("--query", default="", help="what to ask the database")


def cohort_of(
    options: argparse.Namespace, known: Catalogue, *, without: Callable[[], Cohort]
) -> Cohort:
    """Read the cohort that the arguments name.

    Parameters
    ----------
    without
        Gives the cohort where they name none.

    Raises
    ------
    CohortFaults
    """
    source = "" if options.cohort in _NOTHING else options.cohort
    if source and options.address:
        raise ArgumentsError("both a file and the address of a database; expected one of them")
    if not source and not options.address:
        return without()
    return read_cohort(
        source or options.address,
        known=known,
        sheet=options.sheet or None,
        query=options.query or None,
    )


class ArgumentsError(LorpredictError, ValueError):
    """Arguments that do not fit together."""


def shipped_cohort() -> Cohort:
    """Return the synthetic cohort, which a training takes where none is named."""
    return reconstructed_cohort()


def no_cohort() -> Cohort:
    """Refuse to judge or adjust a model by children who do not exist, unless they are named."""
    raise ArgumentsError("no cohort; expected -P cohort=FILE, or -P address=... -P query=...")


def whole(text: str) -> int:
    """MLflow hands numbers over as they were typed, 20 or 20.0."""
    number = float(text) if re.fullmatch(r"\d+(\.0*)?", text) else -1.0
    if number < 0:
        raise argparse.ArgumentTypeError(f"expected a whole number, 0 or above, not {text!r}")
    return int(number)


def positive(text: str) -> int:
    """Take a whole number from 1."""
    number = whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1, not {text!r}")
    return number


def model_name(text: str) -> str:
    """Refuse before the work what MLflow would refuse after it."""
    if not text or re.search(r"[/:.%\"']", text):
        raise argparse.ArgumentTypeError(
            f"expected a name without / : . % and quotes, not {text!r}"
        )
    return text


def _address(text: str) -> str:
    """Refuse a password: MLflow keeps every argument in its store, for all who can read it."""
    parts = urlsplit(text)
    if parts.password or any("pass" in key.lower() for key, _ in parse_qsl(parts.query)):
        raise argparse.ArgumentTypeError(
            "expected an address without a password, since every argument is kept in the tracking "
            "store; set PGPASSWORD, or write it into ~/.pgpass"
        )
    return text
