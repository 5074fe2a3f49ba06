"""Tell what moved a child's risk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lorpredict.commands import _console, _options
from lorpredict.commands._children import Children, read_children
from lorpredict.commands._files import refuse_output, whole_file, write_csv
from lorpredict.commands._source import Asked

_CHOICE = "Which child"
_PICTURES = (".png", ".svg", ".pdf")


def explain(
    model: _options.Model,
    file: _options.File,
    sheet: _options.Sheet = None,
    query: _options.Query = None,
    units: _options.Units = None,
    growth_tables: _options.GrowthTables = None,
    row: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="The child in this row; row 1 is the first below the header.",
            rich_help_panel=_CHOICE,
            show_default=False,
        ),
    ] = None,
    patient: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="The child with this patient_id.",
            rich_help_panel=_CHOICE,
            show_default=False,
        ),
    ] = None,
    top: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help="How many predictors to name.", rich_help_panel=_options.ANSWER
        ),
    ] = 6,
    figure: Annotated[
        Path | None,
        _options.output(
            "Draw the one child: the risk over time and what moves it, or a waterfall where the "
            "contributions are the same at all times.",
            metavar="FILE.png",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        _options.output("Write every contribution into this file, one a line."),
    ] = None,
    as_json: _options.Json = False,
) -> None:
    """Explain a child's risk: what moved it, in which direction and how far.

    Without --row or --patient the first child is told; --json and --output then have all
    children. The contributions add up exactly to the model's prediction; they describe the
    model and not causes. The picture names no child.

    For example:
      python -m lorpredict explain model-folder ours.xlsx --row 3
      python -m lorpredict explain model-folder ours.xlsx --patient K-0017 --figure child.png
      python -m lorpredict explain model-folder ours.xlsx --output contributions.csv

    Exit codes:
      0  done
      1  faults in the file
      2  wrong usage, no such child, or something that cannot be read or written
    """
    _refuse_both(row, patient)
    refuse_output(output, file, model, option="--output")
    refuse_output(figure, file, model, option="--figure", endings=_PICTURES)
    children = read_children(model, Asked(file, sheet, query, units or (), growth_tables))
    chosen = _chosen(children, row, patient)
    from lorpredict.commands._explanation import Explanation, save_picture

    rows = list(range(len(children))) if chosen is None else [chosen]
    if output is not None:
        explained = Explanation.of(children, rows)
        with whole_file(output) as place:
            write_csv(place, explained.header(), explained.lines())
    if figure is not None:
        with whole_file(figure) as place:
            save_picture(children, rows[0], place)
    if as_json:
        _console.answer("explain", Explanation.of(children, rows).to_content())
        return
    _console.tell_warnings(children.remarks)
    _console.say(*Explanation.of(children, rows[:1]).report(top))
    for path in filter(None, (output, figure)):
        _console.say(f"Written: {path}")


def _refuse_both(row: int | None, patient: str | None) -> None:
    if row is not None and patient is not None:
        raise typer.BadParameter("give one of the two", param_hint="--row and --patient")


def _chosen(children: Children, row: int | None, patient: str | None) -> int | None:
    """Return the position of the one child that was asked for, or None."""
    if row is not None:
        if row > len(children):
            raise typer.BadParameter(
                f"there is no row {row}; the file has {len(children)}", param_hint="--row"
            )
        return row - 1
    if patient is None:
        return None
    if patient not in children.ids:
        raise typer.BadParameter(
            f"no child is called {patient!r} in patient_id", param_hint="--patient"
        )
    return children.ids.index(patient)
