"""Make an empty cohort file that explains its columns."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lorpredict.commands import _console, _options
from lorpredict.commands._source import Asked, find_catalogue, find_design

_ENDINGS = (".xlsx", ".csv")


def template(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="What to make: FILE.xlsx or FILE.csv.", show_default=False
        ),
    ],
    design: Annotated[
        str | None, _options.design("Mark the columns that this design uses.")
    ] = None,
    site_catalogue: _options.SiteCatalogue = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    as_json: _options.Json = False,
) -> None:
    """Make an empty cohort file, with an explanation of each column.

    An Excel file has the sheet 'cohort' to fill in, with lists to choose from, and the sheet
    'columns', which says what each column means, its unit, what is expected, when it is known
    and what an empty cell means. Beside FILE.csv the explanation is written to FILE-columns.csv.

    For example:
      python -m lorpredict template ours.xlsx
      python -m lorpredict template ours.xlsx --design week14
      python -m lorpredict template ours.csv --site-catalogue our-columns.toml

    Exit codes:
      0  done
      2  wrong usage, or a file that is there already or cannot be written
    """
    if file.suffix.lower() not in _ENDINGS:
        raise typer.BadParameter(f"{file}: expected FILE.xlsx or FILE.csv", param_hint="FILE")
    wanted = find_design(design, site_catalogue) if design else None
    known = wanted.catalogue if wanted else find_catalogue(site_catalogue)
    from lorpredict.commands._template_files import write_csv_template, write_excel_template

    write = write_excel_template if file.suffix.lower() == ".xlsx" else write_csv_template
    written = write(file, known, wanted, force=force)
    if as_json:
        _console.answer(
            "template", {"files": [str(path) for path in written], "columns": list(known)}
        )
        return
    needed = [key for key, each in known.items() if each.missing == "refused"]
    _console.say(
        _console.emphasis(f"{file}: {len(known)} columns, no rows yet"),
        _console.items(
            [
                f"What each column means stands in {_where(written)}.",
                f"Every child needs {', '.join(needed)}; everything else may stay empty.",
                "When it is filled in:",
            ]
        ),
        _console.command_line(
            *Asked(str(file), design=design, site_catalogue=site_catalogue).check_words()
        ),
    )


def _where(written: list[Path]) -> str:
    return str(written[1]) if len(written) > 1 else "the sheet 'columns'"
