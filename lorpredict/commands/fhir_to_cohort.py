"""Make a cohort file of a FHIR export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lorpredict.commands import _console, _options
from lorpredict.commands._files import refuse_output, whole_file, write_csv
from lorpredict.errors import TooLittleData, counted, counted_children

if TYPE_CHECKING:
    from rich.console import RenderableType

    from lorpredict.fhir import BulkExport, Issue

_AT_ONCE = 100
_ISSUE_COLUMNS = ("patient_id", "severity", "code", "kind", "place", "text")
_WHY = {
    "patient_unknown": "the Patient did not come with it",
    "not_crohns": "no active Crohn's disease",
    "not_on_infliximab": "no infliximab",
    "outside_age": "not certainly a child at the first infusion",
    "not_near_week_14": "no infusion near week 14",
    "no_fourth_infusion": "the fourth infusion is not recorded",
    "already_lost_response": "response lost already at week 14",
    "no_response": "no response at week 14",
    "no_usable_labs": "no laboratory value could be read",
    "refused": "the resources were refused",
}
_NO_OUTCOME = (
    "How it ended is not in a FHIR export: outcome and follow_up_days are yours to add before "
    "a model can be trained. For a prediction they are not needed:"
)


@dataclass(frozen=True)
class _Made:
    """Rows, and what became of the others."""

    rows: list[dict[str, Any]]
    left_out: Counter[str]
    issues: list[tuple[str, Issue]]
    n_children: int

    @property
    def columns(self) -> list[str]:
        """Those that a child fills, in the order of the catalogue."""
        from lorpredict.clinical import catalogue

        filled = {column for row in self.rows for column in row}
        return [column for column in catalogue() if column in filled]


def fhir_to_cohort(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="EXPORT",
            help="A folder of NDJSON files as a FHIR Bulk Data export writes them, or such files "
            "themselves (.ndjson, .ndjson.gz).",
            show_default=False,
        ),
    ],
    output: Annotated[Path, _options.output("Write one row a child into this file.")],
    rules: Annotated[
        Path | None,
        typer.Option(
            metavar="TOML",
            help="Rules of your site: windows, and the codes of your laboratory and pharmacy.",
            rich_help_panel=_options.READING,
            show_default=False,
        ),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="The last day that counts, such as that of the export; today by default.",
            rich_help_panel=_options.READING,
            show_default=False,
        ),
    ] = None,
    keep_ids: Annotated[
        bool,
        typer.Option(
            "--keep-ids",
            help="Keep the patients' FHIR ids and the date of the first infusion, instead of "
            "running numbers and no date. Such a file points at children.",
            rich_help_panel=_options.ANSWER,
        ),
    ] = False,
    issues: Annotated[
        Path | None,
        _options.output("Write what became of each datum into this file; it holds no values."),
    ] = None,
    as_json: _options.Json = False,
) -> None:
    """Make a cohort file of a FHIR R4 export, one row a child at its fourth infusion.

    Each child is read as it was on the day of the fourth infusion: nothing later counts. Who is
    left out is counted, with the reason. Values are converted by the catalogue; what has no
    unit, is not final or contradicts itself is left out and told by --issues.

    An export does not say how it ended: outcome and follow-up stay yours to add. Without them
    the file is checked by 'check --for-prediction'.

    For example:
      python -m lorpredict fhir-to-cohort export --output cohort.csv
      python -m lorpredict fhir-to-cohort export --output cohort.csv --rules site.toml --issues issues.csv
      python -m lorpredict fhir-to-cohort Patient.ndjson Observation.ndjson --output cohort.csv --json

    Exit codes:
      0  done
      1  no child remains
      2  wrong usage, another FHIR version, or something that cannot be read or written
    """  # noqa: E501  an example is one line, to be copied
    for path, option in ((output, "--output"), (issues, "--issues")):
        refuse_output(path, *paths, *([rules] if rules else []), option=option)
    if issues is not None and issues.resolve() == output.resolve():
        raise typer.BadParameter(f"{issues} is what --output names too", param_hint="--issues")
    made, export = _make(paths, rules, as_of, keep_ids=keep_ids)
    if issues is not None:  # also where no child remains: they tell why
        with whole_file(issues) as place:
            write_csv(place, _ISSUE_COLUMNS, _issue_cells(made, export))
    if not made.rows:
        raise TooLittleData(f"no child remains of {made.n_children}: {_told(made.left_out)}")
    with whole_file(output) as place:
        write_csv(place, made.columns, _cells(made))
    if as_json:
        _console.answer("fhir-to-cohort", _content(made, export, output, issues))
        return
    _console.say(*_report(made, export, output, issues))


def _make(
    paths: list[Path], rules: Path | None, as_of: datetime | None, *, keep_ids: bool
) -> tuple[_Made, BulkExport]:
    from lorpredict.fhir import BulkExport, FhirRules
    from lorpredict.fhir._bulk import export_files

    until = as_of.date() if as_of else datetime.now(UTC).date()
    export = BulkExport(until=until, rules=FhirRules.read(rules) if rules else None)
    files = export_files(paths)
    for number in _console.with_progress(range(len(files)), "files", total=len(files)):
        export.add(files[number])
    return _read_children(export, keep_ids=keep_ids), export


def _read_children(export: BulkExport, *, keep_ids: bool) -> _Made:
    children = export.children()
    made = _Made([], Counter(), [], len(children))
    starts = range(0, len(children), _AT_ONCE)
    for start in _console.with_progress(starts, "children", total=len(children)):
        for number, child in enumerate(children[start : start + _AT_ONCE], start + 1):
            read = export.read(child)
            name = child.removeprefix("Patient/") if keep_ids else f"child-{number:05d}"
            if read.reading is not None:
                made.issues.extend((name, issue) for issue in read.reading.issues)
            if read.left_out is not None or read.reading is None:
                made.left_out[read.left_out or "refused"] += 1
            else:
                made.rows.append(
                    _row(
                        name, read.reading.record, read.reading.first_infusion if keep_ids else None
                    )
                )
    return made


def _row(name: str, record: dict[str, Any], first: date | None) -> dict[str, Any]:
    dated = {"ifx_start_date": first.isoformat()} if first else {}
    return {"patient_id": name, **dated, **record}


def _cells(made: _Made) -> Iterator[Sequence[Any]]:
    for row in made.rows:
        yield [row.get(column) for column in made.columns]


def _issue_cells(made: _Made, export: BulkExport) -> Iterator[Sequence[Any]]:
    of_nobody = ((None, issue) for issue in export.broken_)
    for name, each in (*of_nobody, *made.issues):
        yield [name, each.severity, each.code, each.kind, each.expression, each.text]


def _content(made: _Made, export: BulkExport, output: Path, issues: Path | None) -> dict[str, Any]:
    return {
        "files": [str(path) for path in (output, issues) if path],
        "lines": export.lines_,
        "lines_not_read": len(export.broken_),
        "children": made.n_children,
        "rows": len(made.rows),
        "left_out": dict(made.left_out),
        "columns": {column: _filled(made.rows, column) for column in made.columns},
        "resources_not_kept": dict(export.not_kept_),
        "outcome": "not in a FHIR export",
    }


def _filled(rows: Iterable[dict[str, Any]], column: str) -> int:
    return sum(column in row for row in rows)


def _told(left_out: Counter[str]) -> str:
    return "; ".join(f"{_WHY[why]}: {n}" for why, n in left_out.most_common()) or "nobody is there"


def _report(
    made: _Made, export: BulkExport, output: Path, issues: Path | None
) -> Iterator[RenderableType]:
    left = made.n_children - len(made.rows)
    yield _console.emphasis(f"{output}: {counted_children(len(made.rows))}")
    yield _console.heading("Who is in it")
    flow = [
        ("patients in the export", made.n_children),
        *((_WHY[w], n) for w, n in made.left_out.most_common()),
    ]
    yield _console.table(["", ""], [[f"  {words}", f"{n:,}"] for words, n in flow], right="lr")
    yield f"\n{left:,} left out."
    yield _console.heading("What is known of how many")
    filled = [[f"  {column}", f"{_filled(made.rows, column):,}"] for column in made.columns]
    yield _console.table(["", ""], filled, right="lr")
    if export.broken_:
        yield f"\n{counted(len(export.broken_), 'line')} could not be read; --issues tells which."
    if issues is not None:
        yield f"\n{issues}: {counted(len(made.issues) + len(export.broken_), 'issue')}."
    yield f"\n{_NO_OUTCOME}"
    yield _console.command_line("check", str(output), "--for-prediction")
