"""Set families side by side, under one design or several: the entry point ``compare``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from training.checkpoints import checkpoint_folder
from training.entry import (
    add_cohort,
    add_judging,
    carried_out,
    cohort_of,
    design_of,
    names,
    shipped_cohort,
    studies_of,
)
from training.progress import progress_bar


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and the designs, compare, hand the record to the tracker."""
    return carried_out(_compare, _parser().parse_args(arguments), called="comparison")


def _compare(options: argparse.Namespace) -> None:
    from lorpredict.comparison import compare

    designs = [design_of(name) for name in options.designs]
    cohort = cohort_of(options, designs[0].catalogue, without=shipped_cohort)
    with progress_bar("validation, pieces of work") as progress:
        comparison = compare(
            cohort,
            designs,
            family_names=options.families,
            plan=options.plan,
            tuning=options.tuning,
            studies=studies_of(options),
            seed=options.seed,
            workers=os.cpu_count() or 1,
            progress=progress,
            checkpoints=checkpoint_folder(),
        )
    from training.tracking import record_comparison

    record_comparison(comparison, cohort, seed=options.seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.compare", description=__doc__)
    add_cohort(parser, default="the shipped synthetic cohort by default")
    parser.add_argument(
        "--designs",
        type=names,
        default=("week14", "week14-no-trough"),
        help="comma separated: names in training/designs, or paths",
    )
    add_judging(parser, without="all")
    return parser


if __name__ == "__main__":
    sys.exit(main())
