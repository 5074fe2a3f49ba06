"""Read a file and tell all that is wrong with it, or that all is well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lorpredict.commands import _console, _options
from lorpredict.commands._files import refuse_output, whole_file
from lorpredict.commands._source import Asked, Opened, find_catalogue, find_design, open_source
from lorpredict.errors import CohortFaults, Fault, did_you_mean

if TYPE_CHECKING:
    from lorpredict.cohort import Cohort
    from lorpredict.design import ModelDesign


def check(
    file: _options.File,
    sheet: _options.Sheet = None,
    query: _options.Query = None,
    units: _options.Units = None,
    growth_tables: _options.GrowthTables = None,
    strict: _options.Strict = False,
    design: Annotated[
        str | None,
        _options.design("Name every column that this design needs and the file lacks."),
    ] = None,
    site_catalogue: _options.SiteCatalogue = None,
    for_prediction: Annotated[
        bool,
        typer.Option(
            "--for-prediction",
            help="Children whose outcome is not known yet: no column is needed.",
            rich_help_panel=_options.READING,
        ),
    ] = False,
    faults: Annotated[
        Path | None,
        _options.output("Write every fault into this file; it holds values of patients."),
    ] = None,
    show: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="How many faults of each kind to print in full.",
            rich_help_panel=_options.ANSWER,
        ),
    ] = 3,
    as_json: _options.Json = False,
) -> None:
    """Check a file of children: all faults at once, each with its row and what to do.

    Tells what was read, what was converted into our units and what was computed; columns that
    the catalogue does not hold are left out and named. Nothing is guessed: a unit that is not
    said, a date whose order is unclear or a yes for true is a fault.

    For example:
      python -m lorpredict check ours.csv
      python -m lorpredict check ours.xlsx --sheet cohort --faults faults.csv
      python -m lorpredict check ours.csv --unit crp=mg/dL --design week14
      python -m lorpredict check sqlite:///ours.db --query "select * from cohort"
      python -m lorpredict check new-children.csv --for-prediction

    Exit codes:
      0  all well
      1  faults in the file, or no rows yet
      2  wrong usage, or something that cannot be read or written
    """
    refuse_output(faults, file, option="--faults")
    asked = Asked(file, sheet, query, units or (), growth_tables, strict, design, site_catalogue)
    wanted = find_design(design, site_catalogue) if design else None
    known = wanted.catalogue if wanted else find_catalogue(site_catalogue)
    known = known.for_prediction() if for_prediction else known
    checked = _checked(open_source(asked, known), wanted, for_prediction=for_prediction)
    if faults is not None:
        with whole_file(faults) as place:
            CohortFaults(checked.faults, subject=checked.opened.name).to_csv(place)
    _tell(checked, show, faults, as_json=as_json)
    raise typer.Exit(0 if checked.is_well else 1)


@dataclass(frozen=True)
class Checked:
    """What became of a source.

    Parameters
    ----------
    cohort : the checked table; None where there are faults
    faults : every one, those of a design's missing columns among them
    remarks : what is unusual though it can be used
    for_prediction : whether the children's outcome is still to come
    """

    opened: Opened
    cohort: Cohort | None
    faults: tuple[Fault, ...]
    remarks: tuple[str, ...]
    design: ModelDesign | None
    for_prediction: bool = False

    @property
    def is_well(self) -> bool:
        """Whether there are children and no fault."""
        return not self.faults and len(self.opened) > 0

    @property
    def is_empty(self) -> bool:
        """Whether the columns are well and nothing is missing but the children."""
        return len(self.opened) == 0 and len(self.faults) == 1

    @property
    def computed(self) -> Mapping[str, int]:
        """Column -> number of children for whom its value was computed."""
        if self.cohort is None:
            return {}
        there = self.cohort.table.notna().sum()
        more = {str(key): int(n) - self.opened.given.get(str(key), 0) for key, n in there.items()}
        return {key: number for key, number in more.items() if number > 0}


def _checked(opened: Opened, design: ModelDesign | None, *, for_prediction: bool) -> Checked:
    cohort: Cohort | None = None
    found: tuple[Fault, ...] = ()
    with _console.heard_warnings() as told:
        try:
            cohort = opened.cohort()
        except CohortFaults as error:
            found = error.faults
    lacking = _lacking(opened, cohort, design) if design else ()
    # Columns that were left out have a list of their own.
    remarks = tuple(text for text in told if not _names_what_was_left_out(text, opened))
    return Checked(opened, cohort, (*lacking, *found), remarks, design, for_prediction)


def _lacking(opened: Opened, cohort: Cohort | None, design: ModelDesign) -> tuple[Fault, ...]:
    """Name the predictors that are neither there nor can be computed from what is there."""
    there = set(opened.plan.sources) if cohort is None else set(map(str, cohort.table))
    if "pcdai_week14" in there:
        there.add("remission_week14")
    absent = [
        key
        for key in design.predictors
        if key not in there and not (cohort is None and _can_be_computed(key, there, design))
    ]
    problem = f"the design {design.name} needs this column and it is not there"
    left_out = opened.plan.left_out
    return tuple(Fault(key, problem, did_you_mean(key, list(left_out))) for key in absent)


def _can_be_computed(key: str, there: set[str], design: ModelDesign) -> bool:
    sources = design.catalogue[key].derived_from
    return bool(sources) and all(source in there for source in sources)


def _names_what_was_left_out(text: str, opened: Opened) -> bool:
    left_out = opened.plan.left_out
    return bool(left_out) and all(name in text for name in left_out)


def _tell(checked: Checked, show: int, faults: Path | None, *, as_json: bool) -> None:
    from lorpredict.commands._check_report import as_content, as_report

    if as_json:
        _console.answer("check", as_content(checked), ok=checked.is_well)
    else:
        _console.say(*as_report(checked, show, faults))
