"""Judge a model of elsewhere on this cohort: the entry point ``validate`` of MLproject."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from training.entry import add_cohort, carried_out, cohort_of, no_cohort, positive, whole
from training.fetching import add_model, fetched_model
from training.progress import progress_bar


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and the model, validate, hand the record to the tracker."""
    return carried_out(_validate, _parser().parse_args(arguments), called="validation")


def _validate(options: argparse.Namespace) -> None:
    from lorpredict.validation import validate

    fetched = fetched_model(options.model)
    cohort = cohort_of(options, fetched.model.facts.design.catalogue, without=no_cohort)
    with progress_bar("validation, groups of children") as progress:
        validation = validate(
            fetched.model,
            cohort,
            resamples=options.resamples,
            seed=options.seed,
            workers=os.cpu_count() or 1,
            progress=progress,
        )
    from training.tracking import record_validation

    record_validation(validation, fetched)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.validate", description=__doc__)
    add_model(parser)
    add_cohort(parser, default="this or the address of a database is needed")
    parser.add_argument("--resamples", type=positive, default=500, help="draws of the children")
    parser.add_argument("--seed", type=whole, default=0, help="all randomness comes from it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
