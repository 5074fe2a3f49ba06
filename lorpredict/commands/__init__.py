"""What a hospital types: ``python -m lorpredict template | check | describe | predict | ...``.

One file a command; each reads its arguments, asks the library, and tells the answer. Heavy
libraries are imported inside, so that ``--help`` answers at once.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from lorpredict import __version__
from lorpredict.commands._command import GroupedHelp, TellsErrors, lines_kept
from lorpredict.commands.check import check
from lorpredict.commands.describe import describe
from lorpredict.commands.explain import explain
from lorpredict.commands.fhir_to_cohort import fhir_to_cohort
from lorpredict.commands.model import model
from lorpredict.commands.predict import predict
from lorpredict.commands.template import template

PROGRAM = "python -m lorpredict"

app = typer.Typer(
    cls=GroupedHelp,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# In the order in which a hospital meets them.
for command in (template, fhir_to_cohort, check, describe, predict, explain, model):
    app.command(cls=TellsErrors, no_args_is_help=True, help=lines_kept(command.__doc__))(command)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lorpredict {__version__}")
        raise typer.Exit


_HELP = """
Tell the risk of secondary loss of response to infliximab in children with Crohn's disease.

From a file of children to explained risks: make an empty file, check it when it is filled,
describe the children, then ask a model about them. Nothing leaves this machine, and no file is
written that you have not named.

For example:
  python -m lorpredict template ours.xlsx
  python -m lorpredict fhir-to-cohort export --output ours.csv
  python -m lorpredict check ours.xlsx --faults faults.csv
  python -m lorpredict describe ours.xlsx
  python -m lorpredict predict model-folder ours.xlsx --output risks.csv
  python -m lorpredict explain model-folder ours.xlsx --row 3
  python -m lorpredict model model-folder

Exit codes:
  0  done
  1  the children's data have faults, or are too few
  2  wrong usage, or something that cannot be read or written

No model that ships with lorpredict is fit for patients.
"""


@app.callback(help=lines_kept(_HELP))
def lorpredict(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Tell the version and stop.",
            callback=_tell_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Take what stands before the name of a command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments
        What was typed; ``sys.argv`` by default.
    """
    _write_what_can_be_written()
    try:
        app(args=None if arguments is None else list(arguments), prog_name=PROGRAM)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0


def _write_what_can_be_written() -> None:
    """A terminal that has no µ or ⁹ shows a question mark and not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
