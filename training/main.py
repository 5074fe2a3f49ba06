"""Train, judge and register models of a cohort: the entry point ``main`` of MLproject."""

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
    model_name,
    shipped_cohort,
    studies_of,
)
from training.progress import progress_bar


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and the design, develop, hand the record to the tracker."""
    return carried_out(_train, _parser().parse_args(arguments), called="training")


def _train(options: argparse.Namespace) -> None:
    from lorpredict.development import MODEL_NAME, develop

    design = design_of(options.design)
    cohort = cohort_of(options, design.catalogue, without=shipped_cohort)
    with progress_bar("validation, pieces of work") as progress:
        development = develop(
            cohort,
            design,
            family_names=options.families,
            plan=options.plan,
            tuning=options.tuning,
            studies=studies_of(options),
            seed=options.seed,
            workers=os.cpu_count() or 1,
            progress=progress,
            checkpoints=checkpoint_folder(),
        )
    from training.tracking import record_training

    record_training(development, name=options.name or MODEL_NAME)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.main", description=__doc__)
    add_cohort(parser, default="the shipped synthetic cohort by default")
    parser.add_argument("--design", default="week14", help="name in training/designs, or a path")
    add_judging(parser, without="the usual")
    parser.add_argument(
        "--name", type=model_name, help="name of the registered model; ours by default"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
