"""Tell who the children are and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lorpredict.commands import _console, _options
from lorpredict.commands._files import refuse_output, whole_file
from lorpredict.commands._source import Asked, find_design, read

if TYPE_CHECKING:
    from lorpredict.study import CohortDescription


def describe(
    file: _options.File,
    sheet: _options.Sheet = None,
    query: _options.Query = None,
    units: _options.Units = None,
    growth_tables: _options.GrowthTables = None,
    design: Annotated[
        str, _options.design("Says what the event is, when the clock starts, which predictors.")
    ] = "week14",
    site_catalogue: _options.SiteCatalogue = None,
    expected_c: Annotated[
        float,
        typer.Option(
            metavar="C",
            min=0.51,
            max=0.99,
            help="Harrell's C that a model is expected to reach in new children, for Riley's "
            "minimum; 0.70 is usual where nothing is known.",
            rich_help_panel="What is told",
        ),
    ] = 0.70,
    smallest_cell: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="Hide counts of 1 to N - 1, and those from which they could be computed, so that "
            "the description may leave the hospital; 5 is usual. 0 hides nothing.",
            rich_help_panel="What is told",
        ),
    ] = 0,
    table_one: Annotated[
        Path | None, _options.output("Write Table 1 into this file, as it is printed.")
    ] = None,
    as_json: _options.Json = False,
) -> None:
    """Describe a cohort: flow diagram, Table 1, missing data, follow-up, events, sample size.

    Numbers are told by median (lower, upper quartile) as SPSS computes them, everything else by
    count (share of those measured): of all children at risk at the landmark, of those who lost
    response afterwards, and of those who are not known to have. Follow-up is estimated by
    reverse Kaplan-Meier; the number of children that a model would need is Riley's minimum.

    For example:
      python -m lorpredict describe ours.xlsx
      python -m lorpredict describe ours.xlsx --design week14-no-trough --expected-c 0.65
      python -m lorpredict describe ours.xlsx --smallest-cell 5 --table-one table1.csv

    Exit codes:
      0  done
      1  faults in the file, or nobody at risk
      2  wrong usage, or something that cannot be read or written
    """
    refuse_output(table_one, file, design, option="--table-one")
    wanted = find_design(design, site_catalogue)
    cohort, remarks = read(Asked(file, sheet, query, units or (), growth_tables), wanted.catalogue)
    from lorpredict import study

    described = study.describe(cohort, wanted, c=expected_c)
    if smallest_cell:
        described = described.without_small_counts(smallest_cell)
    if table_one is not None:
        _write_table_one(described, table_one)
    _tell(described, remarks, as_json=as_json)


def _write_table_one(described: CohortDescription, path: Path) -> None:
    with whole_file(path) as place:
        # With its mark of UTF-8, since Excel would not see µ and ⁹ without it.
        described.table_one.to_frame().to_csv(place, index=False, encoding="utf-8-sig")


def _tell(described: CohortDescription, remarks: list[str], *, as_json: bool) -> None:
    if as_json:
        _console.answer("describe", described.to_dict() | {"warnings": remarks})
        return
    from lorpredict.commands._describe_report import as_report

    _console.tell_warnings(remarks)
    _console.say(*as_report(described))
