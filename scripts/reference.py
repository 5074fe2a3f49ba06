"""Write the reference pages that are made from the catalogues, and the service's own document.

python -m scripts.reference          writes predictors.md, infusions.md, levels.md, pathway.md
                                     and openapi.json in docs/reference
python -m scripts.reference --check  fails when a page is not what it is made from
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from lorpredict.clinical import Catalogue, Kind, Known, OtherUnit, Predictor, catalogue
from scripts import openapi, pathway_page

_PAGES = Path(__file__).parents[1] / "docs" / "reference"
# Catalogue -> what its table is called, and what one row of it is.
_TABLES = {
    "predictors": ("cohort", "child"),
    "infusions": ("infusion", "infusion"),
    "levels": ("level", "sample"),
}
_GROUPS = {
    Known.IDENTITY: ("Who and when", "Says which child and which day; never predicts."),
    Known.OUTCOME: ("Outcome", "What happened, and for how long the child was watched."),
    Known.FIRST_INFUSION: ("Known at the first infusion", "May predict."),
    Known.LANDMARK: ("Known at the landmark", "May predict."),
    Known.LATER: ("Known later", "Never predicts: using it would leak the future."),
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when stale")
    parser.add_argument("--pages", type=Path, default=_PAGES, help="where the pages stand")
    options = parser.parse_args(arguments)
    pages = {name: page_of(name) for name in _TABLES} | {"pathway": pathway_page.page()}
    answers = [
        (_check if options.check else _write)(options.pages / f"{name}.md", page)
        for name, page in pages.items()
    ]
    served = options.pages / openapi.PAGE.name
    return max(*answers, (openapi.check if options.check else openapi.write)(served))


def page_of(name: str) -> str:
    """The data dictionary of one table, in Markdown."""
    known = catalogue(name)
    blocks = [_head(name, known)]
    for when, (title, meaning) in _GROUPS.items():
        columns = [column for column in known.values() if column.known is when]
        if not columns:
            continue
        blocks += [f"## {title}\n\n{meaning}", _overview(columns), *map(_column, columns)]
    return "\n\n".join(blocks) + "\n"


def _head(name: str, known: Catalogue) -> str:
    table, row = _TABLES[name]
    return f"""# The columns of the {table} table

<!-- Made by `make docs` from lorpredict/clinical/{name}.toml; edit that file. -->

Catalogue version {known.version}, {len(known)} columns.
One row is one {row}.
Booleans are `true` or `false`, and an empty cell is a missing value.
A column whose name ends in another accepted unit is converted into the canonical one."""


def _overview(columns: Sequence[Predictor]) -> str:
    rows = [
        f"| [`{column.key}`](#{column.key}) | {_cell(column.label)} | {_cell(column.expected)} |"
        for column in columns
    ]
    return "\n".join(["| column | label | expected |", "| --- | --- | --- |", *rows])


def _column(column: Predictor) -> str:
    lines = [f"### {column.key}", "", f"{column.label}.", *_sentences(column.description), ""]
    return "\n".join([*lines, *(f"- {name}: {fact}" for name, fact in _facts(column))])


def _facts(column: Predictor) -> Iterator[tuple[str, str]]:
    """What the dictionary says of one column, in the order in which it is read."""
    yield "Kind", str(column.kind)
    if column.unit:
        yield "Unit", _unit(column)
    if column.other_units:
        yield "Also accepted", "; ".join(_other(column, unit) for unit in column.other_units)
    if column.plausible:
        yield "Plausible range", f"{column.expected} ({column.plausible_source})"
    if column.kind is Kind.CATEGORY:
        yield "Values", "; ".join(f"`{level.value}` ({level.label})" for level in column.levels)
    yield "Missing", f"{column.missing}; means {column.missing_means}"
    if column.derived_from:
        yield "Derived when missing, from", ", ".join(f"`{key}`" for key in column.derived_from)
    if column.published_cut:
        yield "Published cut", f"{column.published_cut} ({column.published_cut_source})"
    if column.codes:
        yield "Codes", ", ".join(f"{system} {code}" for system, code in column.codes)
    yield "Source", column.source


def _unit(column: Predictor) -> str:
    if not column.readable_unit:
        return "none"
    ucum = "" if column.readable_unit == column.unit else f" (UCUM `{column.unit}`)"
    return f"{column.readable_unit}{ucum}"


def _other(column: Predictor, other: OtherUnit) -> str:
    return f"`{column.stem}_{other.suffix}` in {other.unit} (× {other.factor:g})"


def _sentences(text: str) -> list[str]:
    """One sentence per line, so that diffs show thoughts."""
    return " ".join(text.split()).replace(". ", ".\n").splitlines()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _write(path: Path, page: str) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    print(f"{path.name} says what the catalogue says")
    return 0


def _check(path: Path, page: str) -> int:
    if path.exists() and path.read_text(encoding="utf-8") == page:
        return 0
    print(f"{path.name} is not what the catalogue says: run `make docs`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
