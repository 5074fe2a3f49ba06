"""How a command reads a cohort: what came, what was made of it, and what was wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lorpredict.errors import CohortFaults, DesignError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from lorpredict.clinical import Catalogue
    from lorpredict.cohort import Cohort
    from lorpredict.cohort._columns import ColumnPlan
    from lorpredict.cohort._loaded import Loaded
    from lorpredict.design import ModelDesign

_DESIGNS = Path("training", "designs")
# Of an address: what stands between user and host, or behind a word such as password=.
_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*(?=@)|(pass\w*=)[^&]+")


class UnreadableSource(CohortFaults):
    """A source of which not a single row was read."""


@dataclass(frozen=True)
class Asked:
    """What the user said of a source.

    Parameters
    ----------
    source : path of a file, or address of a database
    sheet, query : of a workbook, of a database
    units : texts such as ``crp=mg/dL``
    growth_tables : file of a growth reference of the user's own
    strict : whether an unknown column is a fault
    design, site_catalogue : what the columns are needed for, and which there are beside ours
    """

    source: str
    sheet: str | None = None
    query: str | None = None
    units: Sequence[str] = ()
    growth_tables: Path | None = None
    strict: bool = False
    design: str | None = None
    site_catalogue: Path | None = None

    @cached_property
    def unit_of(self) -> dict[str, str]:
        """Column -> unit."""
        wrong = [text for text in self.units if not all(text.partition("="))]
        if wrong:
            told = ", ".join(map(repr, wrong))
            raise typer.BadParameter(
                f"{told}: expected COLUMN=UNIT, for example crp=mg/dL", param_hint="--unit"
            )
        return {column: unit for column, _, unit in (text.partition("=") for text in self.units)}

    def words(self) -> list[str]:
        """Return how the same source is named again on the command line, without a password."""
        named: list[tuple[str, Any]] = [("--sheet", self.sheet), ("--query", self.query)]
        named += [("--unit", unit) for unit in self.units]
        named += [("--growth-reference", self.growth_tables)]
        return [_PASSWORD.sub(r"\1\2***", self.source), *_options_given(named)]

    def design_words(self) -> list[str]:
        """Return how the same design is named again."""
        return _options_given(
            [("--design", self.design), ("--site-catalogue", self.site_catalogue)]
        )

    def check_words(self) -> list[str]:
        """Return what is typed to check the same source again."""
        strict = ["--strict"] if self.strict else []
        return ["check", *self.words(), *self.design_words(), *strict]


def _options_given(named: Iterable[tuple[str, Any]]) -> list[str]:
    return [word for each in named if each[1] for word in map(str, each)]


@dataclass(frozen=True)
class Opened:
    """A source whose cells are there and whose columns are matched; nothing is checked yet."""

    asked: Asked
    known: Catalogue
    loaded: Loaded
    plan: ColumnPlan

    @property
    def name(self) -> str:
        """What the source is called before people, without its folder."""
        return self.loaded.name if "://" in self.asked.source else Path(self.asked.source).name

    @cached_property
    def given(self) -> Mapping[str, int]:
        """Column of the catalogue -> number of cells that hold something."""
        names = list(map(str, self.loaded.table.columns))
        return {
            key: _number_given(self.loaded.table.iloc[:, names.index(source)])
            for key, source in self.plan.sources.items()
        }

    def __len__(self) -> int:
        return len(self.loaded.table)

    def cohort(self) -> Cohort:
        """Check everything.

        Raises
        ------
        CohortFaults
            With every fault.
        """
        from lorpredict.clinical import GrowthReference
        from lorpredict.cohort import read_cohort

        asked, own = self.asked, self.asked.growth_tables
        # SQLite's integers are booleans only where it is known that they come from there.
        again = self.loaded.ones_are_true
        return read_cohort(
            asked.source if again else self.loaded.table,
            units=asked.unit_of,
            strict=asked.strict,
            name=self.loaded.name,
            known=self.known,
            query=asked.query if again else None,
            growth_reference=GrowthReference.read(own) if own else None,
        )


def _number_given(cells: pd.Series) -> int:
    """Count the cells that hold something; each spelling is looked at once."""
    import numpy as np
    import pandas as pd

    places, spellings = pd.factorize(cells)  # what is missing has the place -1
    filled = np.array([bool(str(cell).strip()) for cell in spellings] + [False])
    return int(filled[places].sum())


def open_source(asked: Asked, known: Catalogue) -> Opened:
    """Load the cells of a source and match its columns.

    Raises
    ------
    UnreadableSource
    """
    from lorpredict.cohort._columns import plan_columns
    from lorpredict.cohort._sources import load

    try:
        loaded = load(asked.source, sheet=asked.sheet, query=asked.query)
    except CohortFaults as error:
        raise UnreadableSource(error.faults, subject=error.subject) from None
    plan = plan_columns(loaded.table.columns, asked.unit_of, known)
    return Opened(asked, known, loaded, plan)


def read(asked: Asked, known: Catalogue) -> tuple[Cohort, list[str]]:
    """Read and check a cohort; return it with what is remarkable about it.

    Raises
    ------
    UnreadableSource, CohortFaults
    """
    from lorpredict.commands._console import heard_warnings

    opened = open_source(asked, known)
    with heard_warnings() as told:
        cohort = opened.cohort()
    return cohort, told


def find_design(name: str, site_catalogue: Path | None = None) -> ModelDesign:
    """Read a design by its path, or by its name among those of this folder or of lorpredict.

    Raises
    ------
    DesignError
        If there is none; those that there are are named.
    """
    from lorpredict.clinical import read_site_catalogue
    from lorpredict.design import ModelDesign

    design = ModelDesign.read(_design_file(name))
    if site_catalogue is None:
        return design
    if design.site_catalogue:
        raise DesignError(
            f"the design {design.name!r} brings a site catalogue of its own; "
            "leave out --site-catalogue"
        )
    return replace(design, site_catalogue=read_site_catalogue(site_catalogue))


def find_catalogue(site_catalogue: Path | None) -> Catalogue:
    """Return our catalogue, with a site's own where there is one."""
    from lorpredict.clinical import catalogue, read_site_catalogue

    return catalogue().extended_by(read_site_catalogue(site_catalogue) if site_catalogue else {})


def _design_file(name: str) -> Path:
    if Path(name).is_file():
        return Path(name)
    named = {file.stem: file for file in _designs()}
    if name not in named:
        there = f"there are {', '.join(named)}" if named else "no designs are found by name here"
        raise DesignError(
            f"no design {name!r}: expected the path of a TOML file or a name; {there}. "
            f"{did_you_mean(name, list(named))}".rstrip()
        )
    return named[name]


def _designs() -> Iterator[Path]:
    """Yield the designs of the folder that one works in, and those beside this package."""
    beside = Path(__file__).parents[2]
    for folder in dict.fromkeys([beside / _DESIGNS, Path.cwd() / _DESIGNS]):
        yield from sorted(folder.glob("*.toml"))
