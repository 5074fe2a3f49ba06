"""What is printed: sentences and tables for people, or one JSON object for programs.

A table has no frame, so that it reads as well in a mail or behind a pipe as in a terminal. Texts
of a cohort are printed as they are; brackets in them are no markup.
"""

from __future__ import annotations

import json
import math
import shlex
import sys
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from lorpredict import __version__

_WIDEST = 1000
# A word of a label is not broken, unless it is longer than the name of any measure.
_LONGEST_WORD = 40
_GAP = 2

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text


def console() -> Console:
    """Return the console of stdout, as wide as the terminal and 80 behind a pipe."""
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False)


def say(*parts: RenderableType) -> None:
    """Print sentences and tables, one below the other, without blanks at the ends of lines.

    A table is as wide as its figures and the words of its labels need, also where the
    terminal is narrower: half a number is a wrong number.
    """
    screen = console()
    terminal = screen.width
    with screen.capture() as captured:
        for part in parts:
            screen.width = max(terminal, _narrowest(part, screen))
            screen.print(part, soft_wrap=bool(getattr(part, "no_wrap", False)))
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _narrowest(part: RenderableType, screen: Console) -> int:
    """Return the width below which a table would cut its figures."""
    from rich.measure import Measurement
    from rich.table import Table

    if not isinstance(part, Table):
        return 0
    return Measurement.get(screen, screen.options.update(max_width=_WIDEST), part).minimum


def complain(text: str) -> None:
    """Print a text on stderr."""
    typer.echo(text, err=True)


def answer(command: str, content: Mapping[str, Any], *, ok: bool = True) -> None:
    """Print the one JSON object that a command gives to a program."""
    whole = {"lorpredict": __version__, "command": command, "ok": ok, **content}
    typer.echo(json.dumps(_without_nan(whole), ensure_ascii=False, allow_nan=False, indent=1))


def _without_nan(value: Any) -> Any:
    """Turn a number that is none into null, since JSON knows no other word for it."""
    if isinstance(value, Mapping):
        return {str(key): _without_nan(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def hanging(text: str, width: int) -> str:
    """Break a text into lines; those that follow begin two blanks further right."""
    indent = " " * (len(text) - len(text.lstrip()))
    return textwrap.fill(text, width, subsequent_indent=f"{indent}  ")


def heading(text: str) -> Text:
    """Return a line that begins a part, with an empty line before it."""
    from rich.text import Text

    return Text(f"\n{text}", style="bold")


def emphasis(text: str, style: str = "bold") -> Text:
    """Return a text that stands out where there is colour."""
    from rich.text import Text

    return Text(text, style=style)


def command_line(*words: str) -> Text:
    """Return a command to be copied: in one line however long it is, with quotes where needed."""
    from rich.text import Text

    return Text(f"    python -m lorpredict {shlex.join(words)}", no_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: str = "") -> Table:
    """Return a table without a frame.

    Parameters
    ----------
    columns
        Headers; all empty for a table without a header.
    right
        One letter a column: ``r`` where its cells stand on the right; the others on the left.
    """
    from rich.table import Table

    made = Table(
        box=None,
        show_header=any(columns),
        header_style="bold",
        pad_edge=False,
        padding=(0, _GAP, 0, 0),
    )
    filled = list(rows)
    texts = list(zip(columns, *filled, strict=True))
    on_right = [side == "r" for side in right.ljust(len(columns))]
    for name, is_right, width in zip(columns, on_right, _widths(texts, on_right), strict=True):
        made.add_column(
            name,
            justify="right" if is_right else "left",
            overflow="fold",
            no_wrap=is_right,
            width=width,
        )
    for row in filled:
        made.add_row(*row)
    return made


def _widths(texts: Sequence[Sequence[str]], on_right: Sequence[bool]) -> list[int]:
    """Share the terminal among columns: first what none can do without, then what each would like.

    The columns that lack little are filled first.
    """
    natural = [_longest_line(cells) for cells in texts]
    widths = [
        wanted if is_right else min(wanted, _longest_word(cells))
        for wanted, cells, is_right in zip(natural, texts, on_right, strict=True)
    ]
    spare = max(0, console().width - _GAP * (len(texts) - 1) - sum(widths))
    lacking = sorted(range(len(texts)), key=lambda column: natural[column] - widths[column])
    for left, column in zip(range(len(lacking), 0, -1), lacking, strict=True):
        given = min(natural[column] - widths[column], spare // left)
        widths[column], spare = widths[column] + given, spare - given
    return widths


def _longest_line(cells: Iterable[str]) -> int:
    return max((len(line) for cell in cells for line in cell.splitlines()), default=0)


def _longest_word(cells: Iterable[str]) -> int:
    """Return the length of the longest word, with what it is indented by."""
    lines = (line for cell in cells for line in cell.splitlines())
    words = (len(line) - len(line.lstrip()) + len(w) for line in lines for w in line.split())
    return min(max(words, default=0), _LONGEST_WORD)


def items(texts: Iterable[str], *, mark: str = "-", indent: int = 2) -> Table:
    """Return a list whose long lines continue below their text and not below the mark."""
    from rich.table import Table

    made = Table.grid(padding=(0, 1, 0, 0))
    made.add_column(width=indent + len(mark), justify="right")
    made.add_column(overflow="fold")
    for text in texts:
        made.add_row(mark, text)
    return made


def with_progress(starts: range, label: str, *, total: int) -> Iterator[int]:
    """Yield where each part of the work begins; show a bar on stderr where a person looks on.

    The bar is gone when the work is done, and a single part has none.
    """
    if len(starts) < 2 or not sys.stderr.isatty():
        yield from starts
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        for start in starts:
            bar.update(task, completed=start)
            yield start


@contextmanager
def heard_warnings() -> Iterator[list[str]]:
    """Collect what lorpredict warns of a cohort, as sentences; other warnings go their way."""
    from lorpredict.cohort import CohortWarning

    told: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always", CohortWarning)
        others = warnings.showwarning

        def hear(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if issubclass(category, CohortWarning):
                told.append(str(message))
            else:
                others(message, category, *where, **more)

        warnings.showwarning = hear
        yield told


def tell_warnings(texts: Iterable[str]) -> None:
    """Print warnings on stderr, a sentence each."""
    for text in texts:
        complain(f"warning: {text}")
