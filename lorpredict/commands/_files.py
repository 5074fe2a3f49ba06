"""Files that appear whole or not at all, and never in the place of what was read."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a place to write to; what was written there is moved to ``path`` at the end.

    After an error nothing is left behind, and a file that stood there stands there still.
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; expected the name of a file")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to write {path.name} into")
    beside = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        yield beside / path.name
        (beside / path.name).replace(path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]], *, encoding: str = "utf-8"
) -> None:
    """Write a table; None is an empty cell, booleans are ``true`` and ``false``."""
    with path.open("w", encoding=encoding, newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def refuse_output(
    output: Path | None, *read: str | Path, option: str, endings: Sequence[str] = (".csv",)
) -> None:
    """Refuse to write another form than the name says, or over what the same command reads.

    Parameters
    ----------
    read
        Files that are never written over, and folders that are never written into.
    endings
        Those of the forms that the option writes.

    Raises
    ------
    typer.BadParameter
    """
    if output is None:
        return
    if output.suffix.lower() not in endings and not output.is_dir():  # told by who writes
        raise typer.BadParameter(
            f"{output}: expected the ending {', '.join(endings)}", param_hint=option
        )
    for source in map(Path, read):
        if source.is_dir() and source.resolve() in output.resolve().parents:
            raise typer.BadParameter(
                f"{output} would change the folder {source}, which is read", param_hint=option
            )
        if source.exists() and output.exists() and output.samefile(source):
            raise typer.BadParameter(
                f"{output} is what is read; it is never written over", param_hint=option
            )
