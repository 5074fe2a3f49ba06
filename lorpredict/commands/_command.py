"""How every command is helped with and how it fails: in sentences, without a traceback."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from lorpredict.commands import _console
from lorpredict.commands._source import Asked, UnreadableSource
from lorpredict.commands._wording import for_the_shell
from lorpredict.errors import (
    BeyondFollowUp,
    CohortFaults,
    FaultsFound,
    LorpredictError,
    RecordFaults,
    TooLittleData,
)

DATA_HAVE_FAULTS = 1
CANNOT_BE_DONE = 2
INTERRUPTED = 130
_WIDEST = 100


class GroupedHelp(TyperGroup):
    """The help of all commands, up to 100 characters wide and without boxes."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the whole first sentence of each command, and not as much as fits a line."""
        with formatter.section("Commands"):
            rows = [(name, _first_sentence(each.help)) for name, each in self.commands.items()]
            formatter.write_dl(rows)

    def make_context(self, *arguments: Any, **extra: Any) -> Any:
        """Let a wide terminal be used."""
        return super().make_context(*arguments, **{"max_content_width": _WIDEST} | extra)


class TellsErrors(TyperCommand):
    """A command whose options stand in groups, and whose errors are sentences on stderr."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Write FILE for what is needed, and not {FILE}."""
        pieces = super().collect_usage_pieces(ctx)
        return [piece.replace("{", "").replace("}", "") for piece in pieces]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options under the headings of their groups."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for each in self.get_params(ctx):
            record = each.get_help_record(ctx)
            if record is not None:
                usual = "Arguments" if each.param_type_name == "argument" else "Options"
                named = getattr(each, "rich_help_panel", None) or usual
                groups.setdefault(named, []).append(record)
        for name, records in groups.items():
            with formatter.section(name):
                formatter.write_dl(records)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; tell what it refuses, and choose the exit code by it."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read the answer has read enough
        except KeyboardInterrupt:
            _console.complain("interrupted; no file was left half-written")
            raise typer.Exit(INTERRUPTED) from None
        except (LorpredictError, OSError) as error:
            _tell(error, ctx)
            raise typer.Exit(_exit_code(error)) from error


def lines_kept(text: str | None) -> str:
    """Mark the parts of a help text whose lines are not joined: examples and exit codes."""
    return re.sub(r"\n\n(?=\s*(For example|Exit codes):)", "\n\n\b\n", inspect.cleandoc(text or ""))


def _first_sentence(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def _exit_code(error: Exception) -> int:
    about_children = isinstance(error, CohortFaults | RecordFaults | TooLittleData | BeyondFollowUp)
    read = not isinstance(error, UnreadableSource)
    return DATA_HAVE_FAULTS if about_children and read else CANNOT_BE_DONE


def _tell(error: Exception, ctx: Any) -> None:
    message = _message(error)
    _console.complain(f"error: {message}")
    if isinstance(error, CohortFaults) and not isinstance(error, UnreadableSource):
        _console.complain(f"What to do about each:\n{_check_again(ctx)}")
    if ctx.params.get("as_json"):
        told: dict[str, Any] = {"type": type(error).__name__, "message": message}
        if isinstance(error, FaultsFound):
            told["faults"] = error.rows()
        _console.answer(str(ctx.info_name), {"error": told}, ok=False)


def _message(error: Exception) -> str:
    """Return the error's own words; one thing that cannot be read is no list of faults."""
    if not isinstance(error, UnreadableSource):
        return str(_with_options(error) if isinstance(error, FaultsFound) else error)
    return for_the_shell("; ".join(map(str, error.faults)))


def _with_options(error: FaultsFound) -> FaultsFound:
    """Word the ways out of all faults for somebody who types."""
    faults = [
        replace(fault, hint=for_the_shell(fault.hint, column=fault.column))
        for fault in error.faults
    ]
    return type(error)(faults, subject=error.subject)


def _check_again(ctx: Any) -> str:
    file, sheet, query, units, tables = (
        ctx.params[name] for name in ("file", "sheet", "query", "units", "growth_tables")
    )
    given = getattr(ctx.get_parameter_source("design"), "name", "")
    design = ctx.params["design"] if given == "COMMANDLINE" else None
    own = ctx.params.get("site_catalogue")
    asked = Asked(file, sheet, query, units or (), tables, design=design, site_catalogue=own)
    without_outcome = ["--for-prediction"] if "model" in ctx.params else []
    return str(_console.command_line(*asked.check_words(), *without_outcome))
