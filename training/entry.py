"""What every entry point of MLproject shares: its cohort, its kinds of argument, how it ends.

Libraries that take seconds are imported inside the work, where Ctrl-C already ends in a sentence,
and after the arguments were found to be well.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lorpredict.errors import DesignError, LorpredictError, did_you_mean
from training.addresses import (
    ADDRESS_VARIABLE,
    STUDIES_VARIABLE,
    address,
    file_or_address,
    studies_address,
)
from training.progress import interrupts_as_exceptions, plain_warnings

if TYPE_CHECKING:
    from lorpredict.clinical import Catalogue
    from lorpredict.cohort import Cohort
    from lorpredict.design import ModelDesign

DESIGNS = Path(__file__).parent / "designs"
_UNIT = re.compile(r'unit="([^"]+)" \(column (\w+)\)')  # an argument of Python alone
NOTHING = ("", os.devnull)  # MLflow hands over a path that exists, so /dev/null stands for none


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
        told = _UNIT.sub(r"\1 (name the column \2)", str(error))
        print(f"{called} stopped: {told}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        told = f"{called} was interrupted; a registration that was not complete was taken back"
        print(told, file=sys.stderr)
        return 130
    return 0


def add_cohort(parser: argparse.ArgumentParser, *, default: str) -> None:
    """Add the arguments that say where the children are."""
    parser.add_argument(
        "--cohort",
        type=file_or_address,
        default="",
        help=f"CSV, Parquet or Excel file; {default}",
    )
    parser.add_argument("--sheet", default="", help="sheet of a workbook; its first by default")
    parser.add_argument(
        "--address",
        type=address,
        default="",
        help="database in place of a file, such as postgresql://user@host/database; an address "
        f"with a password is given by the environment variable {ADDRESS_VARIABLE} instead",
    )
    parser.add_argument("--query", default="", help="what to ask the database")


def studies_of(options: argparse.Namespace) -> str:
    """Return the address that keeps studies, from the arguments or else the environment."""
    return options.studies or _address_of_environment(STUDIES_VARIABLE)


def cohort_of(
    options: argparse.Namespace, known: Catalogue, *, without: Callable[[], Cohort]
) -> Cohort:
    """Read the cohort that the arguments name, or else the environment.

    Parameters
    ----------
    without
        Gives the cohort where neither names one.

    Raises
    ------
    ArgumentsError
        If there is both a file and an address, a query and nothing that it asks, or no address in
        the variable that should hold one.
    CohortFaults
    """
    source = "" if options.cohort in NOTHING else options.cohort
    if source and options.address:
        raise ArgumentsError("both a file and the address of a database; expected one of them")
    source = source or options.address or _address_of_environment(ADDRESS_VARIABLE)
    if not source and options.query:
        raise ArgumentsError(f"a query and no database; expected an address or {ADDRESS_VARIABLE}")
    if not source:
        return without()
    from lorpredict.cohort import read_cohort

    return read_cohort(
        source,
        known=known,
        sheet=options.sheet or None,
        query=options.query or None,
    )


def _address_of_environment(variable: str) -> str:
    found = os.environ.get(variable, "").strip()
    if found and "://" not in found:  # it would be taken for a file, and told by its name
        raise ArgumentsError(
            f"{variable} is no address of a database; expected one such as "
            "postgresql://user:password@host/database (it is not repeated here)"
        )
    return found


class ArgumentsError(LorpredictError, ValueError):
    """Arguments that do not fit together."""


def shipped_cohort() -> Cohort:
    """Return the synthetic cohort, which a training takes where none is named."""
    from lorpredict.synthetic import reconstructed_cohort

    return reconstructed_cohort()


def no_cohort() -> Cohort:
    """Refuse to judge or adjust a model by children who do not exist, unless they are named."""
    raise ArgumentsError(
        "no cohort; expected -P cohort=FILE, or -P address=... -P query=..., or the environment "
        f"variable {ADDRESS_VARIABLE} and -P query=..."
    )


def add_judging(parser: argparse.ArgumentParser, *, without: str) -> None:
    """Add the arguments that say which families are judged, how thoroughly, and from which seed.

    Parameters
    ----------
    without
        What is judged where no family is named.
    """
    families = f"comma separated, or all; {without} by default"
    parser.add_argument("--families", type=names, default=(), help=families)
    parser.add_argument("--seed", type=whole, default=0, help="all randomness comes from it")
    parser.add_argument(
        "--plan", default="default", help="how thoroughly models are judged: quick, default or full"
    )
    _add_tuning(parser)


def _add_tuning(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tuning", default="auto", help="auto, on or off: whether families choose their settings"
    )
    parser.add_argument(
        "--studies",
        type=studies_address,
        default="",
        help="database that keeps the trials of tuning, such as sqlite:////whole/path/studies.db; "
        f"an address with a password is given by {STUDIES_VARIABLE} instead",
    )


def design_of(name: str) -> ModelDesign:
    """Read a design by its name in ``training/designs``, or from the path of a file."""
    from lorpredict.design import ModelDesign

    named = {file.stem: file for file in sorted(DESIGNS.glob("*.toml"))}
    if name not in named and not Path(name).is_file():
        hint = did_you_mean(name, list(named))
        told = f"no design {name!r}: expected one of {', '.join(named)}, or the whole path of a"
        raise DesignError(f"{told} TOML file. {hint}".rstrip())
    return ModelDesign.read(named.get(name, name))


def names(text: str) -> tuple[str, ...]:
    """Take names separated by commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def whole(text: str, *, least: int = 0) -> int:
    """MLflow hands numbers over as they were typed, 20 or 20.0."""
    number = float(text) if re.fullmatch(r"\d+(\.0*)?", text) else -1.0
    if number < least:
        raise argparse.ArgumentTypeError(f"expected a whole number, {least} or above, not {text!r}")
    return int(number)


def positive(text: str) -> int:
    """Take a whole number from 1."""
    return whole(text, least=1)


def model_name(text: str) -> str:
    """Refuse before the work what MLflow would refuse after it."""
    if not text or re.search(r"[/:.%\"']", text):
        raise argparse.ArgumentTypeError(
            f"expected a name without / : . % and quotes, not {text!r}"
        )
    return text


def free_folder(name: str, tables: Sequence[str]) -> Path | None:
    """Return the folder for tables of single children, in which none of them is yet; None for none.

    Raises
    ------
    ArgumentsError
    """
    if name in NOTHING:
        return None
    folder = Path(name)
    if folder.is_file():
        raise ArgumentsError(f"{folder} is a file; expected a folder, or the name of a new one")
    there = [table for table in tables if (folder / table).exists()]
    if there:
        raise ArgumentsError(
            f"{folder} holds {' and '.join(there)} already, which may be somebody's own; expected "
            "a folder without, or that they are taken away first"
        )
    return folder
