"""Do the analysis of a published study on this cohort: the entry point ``study`` of MLproject."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from training.entry import add_cohort, carried_out, cohort_of, shipped_cohort, whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and the cohort, analyse, hand the record to the tracker."""
    return carried_out(_study, _parser().parse_args(arguments), called="study")


def _study(options: argparse.Namespace) -> None:
    from lorpredict.clinical import catalogue
    from lorpredict.study import published_analysis

    cohort = cohort_of(options, catalogue(), without=shipped_cohort)
    told = published_analysis(cohort).to_be_told(options.smallest_cell)
    from training.tracking import record_study

    record_study(told)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.study", description=__doc__)
    add_cohort(parser, default="the shipped synthetic cohort by default")
    parser.add_argument(
        "--smallest-cell",
        type=whole,
        default=5,
        help="counts below it are hidden unless no child is real; 0 shows every count",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
