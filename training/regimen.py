"""Troughs and regimens in a cohort, for research only: the entry point ``regimen`` of MLproject."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from training.addresses import file_or_address
from training.entry import (
    NOTHING,
    add_cohort,
    carried_out,
    cohort_of,
    free_folder,
    positive,
    shipped_cohort,
)

TABLES = ("forecasts.csv", "estimates.csv", "regimens.csv", "left_out.csv")
Table = TypeVar("Table")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and the tables, compare, hand the record to the tracker."""
    return carried_out(_compare, _parser().parse_args(arguments), called="comparison of regimens")


def _compare(options: argparse.Namespace) -> None:
    folder = free_folder(options.output, TABLES)
    from lorpredict.clinical import catalogue
    from lorpredict.cohort import read_infusions, read_levels
    from lorpredict.dosing import compare_dosing, dosed_children

    cohort = cohort_of(options, catalogue(), without=shipped_cohort)
    children = dosed_children(
        cohort,
        infusions=_beside(options.infusions, read_infusions),
        levels=_beside(options.levels, read_levels),
    )
    comparison = compare_dosing(
        children,
        options.target,
        vial_mg=options.vial or None,
        maximum_mg=options.maximum or None,
        infusions=options.after,
        next_after_days=options.next,
    )
    from training.tracking import record_regimens

    record_regimens(comparison, cohort, vial_mg=options.vial, folder=folder)


def _beside(file: str, read: Callable[[str], Table]) -> Table | None:
    return None if file in NOTHING else read(file)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.regimen", description=__doc__)
    add_cohort(parser, default="the shipped synthetic cohort by default")
    for name in ("infusions", "levels"):
        told = f"table of {name}, one row each; what the cohort says by default"
        parser.add_argument(f"--{name}", type=file_or_address, default="", help=told)
    parser.add_argument(
        "--target", type=float, default=3.0, help="trough asked for, µg/mL; 3 is Papamichael 2019"
    )
    parser.add_argument(
        "--vial",
        type=float,
        default=0.0,
        help="mg in a vial, as the pharmacy says; 0 rounds nothing",
    )
    parser.add_argument(
        "--maximum", type=float, default=0.0, help="largest dose in mg; 0 for the house limit alone"
    )
    parser.add_argument(
        "--after",
        type=positive,
        default=3,
        help="the trough is that after so many infusions of a regimen",
    )
    parser.add_argument(
        "--next", type=float, default=56.0, help="days from a child's last infusion to the next one"
    )
    parser.add_argument(
        "--output",
        default="",
        help="folder for the tables of single children, which are patient data; none by default",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
