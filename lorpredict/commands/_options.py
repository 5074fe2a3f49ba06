"""Arguments and options that several commands share: one name and one wording everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

READING = "How the file is read"
ANSWER = "How the answer is given"

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="One row a child: a CSV, Parquet or Excel file, or the address of a database such "
        "as sqlite:///ours.db together with --query.",
        show_default=False,
    ),
]
Model = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL",
        help="The folder of a model, as training writes it or as `mlflow artifacts download` "
        "fetches it.",
        show_default=False,
    ),
]
Sheet = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Sheet of an Excel file; the first by default.",
        rich_help_panel=READING,
        show_default=False,
    ),
]
Query = Annotated[
    str | None,
    typer.Option(
        metavar="SQL",
        help="What to ask the database: 'select * from cohort'. Nothing is ever written to it.",
        rich_help_panel=READING,
        show_default=False,
    ),
]
Units = Annotated[
    list[str] | None,
    typer.Option(
        "--unit",
        metavar="COLUMN=UNIT",
        help="Unit of a column whose name does not say it or says another one: crp=mg/dL. "
        "May be given several times.",
        rich_help_panel=READING,
        show_default=False,
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Refuse columns that the catalogue does not hold, instead of leaving them out.",
        rich_help_panel=READING,
    ),
]
SiteCatalogue = Annotated[
    Path | None,
    typer.Option(
        metavar="TOML",
        help="Columns that your site has beside ours.",
        rich_help_panel=READING,
        show_default=False,
    ),
]
GrowthTables = Annotated[
    Path | None,
    typer.Option(
        "--growth-reference",
        metavar="FILE.csv",
        help="Growth tables (LMS) of your own for z-scores that are missing; WHO's by default.",
        rich_help_panel=READING,
        show_default=False,
    ),
]
Json = Annotated[
    bool,
    typer.Option(
        "--json",
        help="One JSON object on stdout and nothing else, for programs.",
        rich_help_panel=ANSWER,
    ),
]
Show = Annotated[
    int,
    typer.Option(
        metavar="N",
        min=0,
        help="How many children to print; --output and --json have them all.",
        rich_help_panel=ANSWER,
    ),
]


def design(help_text: str) -> typer.models.OptionInfo:
    """Return the option --design; what it is for differs from command to command."""
    option: typer.models.OptionInfo = typer.Option(
        metavar="NAME|TOML", help=help_text, rich_help_panel=READING
    )
    return option


def output(help_text: str, *names: str, metavar: str = "FILE.csv") -> typer.models.OptionInfo:
    """Return the option of a file that is written."""
    option: typer.models.OptionInfo = typer.Option(
        *names, metavar=metavar, help=help_text, rich_help_panel=ANSWER, show_default=False
    )
    return option
