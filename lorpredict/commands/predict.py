"""Tell the risk of every child in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lorpredict.commands import _console, _options
from lorpredict.commands._children import Children, named_risks, read_children, risks_with_ends
from lorpredict.commands._console import emphasis, heading, table
from lorpredict.commands._files import refuse_output, whole_file, write_csv
from lorpredict.commands._source import Asked
from lorpredict.commands._wording import percent_with_interval
from lorpredict.errors import counted, counted_children
from lorpredict.survival import in_months

if TYPE_CHECKING:
    from rich.console import RenderableType

    from lorpredict.survival import RiskPrediction


def predict(
    model: _options.Model,
    file: _options.File,
    sheet: _options.Sheet = None,
    query: _options.Query = None,
    units: _options.Units = None,
    growth_tables: _options.GrowthTables = None,
    output: Annotated[
        Path | None,
        _options.output("Write all children into this file: risks in full, missing, warnings."),
    ] = None,
    names: Annotated[
        bool,
        typer.Option(
            "--names",
            help="Name what was not measured, instead of counting it.",
            rich_help_panel=_options.ANSWER,
        ),
    ] = False,
    show: _options.Show = 50,
    as_json: _options.Json = False,
) -> None:
    """Tell the risk of losing response for every child in a file.

    The file is read and checked as by 'check', except that no outcome is needed and patient_id
    may be left out. What was not measured stays empty. A child about whom the model
    cannot be asked is a fault, and then nothing is predicted for anybody.

    For example:
      python -m lorpredict predict model-folder ours.xlsx
      python -m lorpredict predict model-folder ours.xlsx --output risks.csv
      python -m lorpredict predict model-folder ours.csv --json

    Exit codes:
      0  done
      1  faults in the file
      2  wrong usage, or something that cannot be read or written
    """
    refuse_output(output, file, model, option="--output")
    children = read_children(model, Asked(file, sheet, query, units or (), growth_tables))
    told = children.predicted
    if output is not None:
        with whole_file(output) as place:
            write_csv(place, _header(children, told), _rows(children, told))
    if as_json:
        _console.answer("predict", _content(children, told))
        return
    _console.tell_warnings(children.remarks)
    _console.say(*_report(children, told, show, names=names))
    if output is not None:
        _console.say(f"\nWritten: {output}, {counted(len(children), 'row')}.")


def _header(children: Children, told: RiskPrediction) -> list[str]:
    days = [
        f"risk_by_day_{day:g}{end}"
        for day in told.days_since_first_infusion
        for end in (("", "_low", "_high") if told.interval else ("",))
    ]
    return ["row", "patient_id", *days, "missing", "warnings", *children.asked.cells()]


def _rows(children: Children, told: RiskPrediction) -> Iterator[list[Any]]:
    model = children.asked.cells().values()
    for row in range(len(children)):
        risks = [value for part in risks_with_ends(told, row) for value in part]
        missing, warnings = ";".join(told.missing[row]), "; ".join(told.warnings[row])
        yield [row + 1, children.ids[row], *risks, missing, warnings, *model]


def _content(children: Children, told: RiskPrediction) -> dict[str, Any]:
    days = told.days_since_first_infusion.tolist()
    return {
        "model": children.asked.content(),
        "children": [
            {
                "row": row + 1,
                "patient_id": children.ids[row],
                "risks": [
                    {"days_since_first_infusion": day, **risks}
                    for day, risks in zip(days, named_risks(told, row), strict=True)
                ],
                "missing": list(told.missing[row]),
                "warnings": list(told.warnings[row]),
            }
            for row in range(len(children))
        ],
        "warnings": children.remarks,
    }


def _report(
    children: Children, told: RiskPrediction, show: int, *, names: bool
) -> Iterator[RenderableType]:
    cautions = [emphasis(text, "bold red") for text in children.asked.cautions()]
    yield from cautions
    yield emphasis(children.asked.line)
    yield heading("Risk of secondary loss of response after the first infusion, by")
    shown = range(min(show, len(children)))
    notes = list(dict.fromkeys(text for row in shown for text in told.warnings[row]))
    yield _table(children, told, shown, notes, names=names)
    if len(children) > len(shown):
        more = counted_children(len(children) - len(shown))
        yield f"\n{more} more; --output and --json have all."
    yield f"\n{children.asked.model.interval_method}"
    if notes:
        yield heading("What is unusual")
        yield table(["", ""], [[f"  {n}", text] for n, text in enumerate(notes, 1)], right="rl")
    yield ""
    yield from cautions


def _table(
    children: Children, told: RiskPrediction, shown: range, notes: list[str], *, names: bool
) -> RenderableType:
    horizons = [in_months(day) for day in told.days_since_first_infusion]
    named = any(children.ids)
    rows = [
        [
            str(row + 1),
            *([children.ids[row] or ""] if named else []),
            *(percent_with_interval(*risks) for risks in risks_with_ends(told, row)),
            _missing(told.missing[row], names=names),
            ", ".join(str(notes.index(text) + 1) for text in told.warnings[row]),
        ]
        for row in shown
    ]
    header = ["row", *(["child"] if named else []), *horizons, "not measured", "unusual"]
    sides = "r" + "l" * named + "r" * len(horizons) + ("l" if names else "r")
    return table(header, rows, right=sides)


def _missing(missing: tuple[str, ...], *, names: bool) -> str:
    return ", ".join(missing) if names else str(len(missing) or "")
