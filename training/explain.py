"""Explain a model on this cohort, in pictures and a page: the entry point ``explain`` of MLproject.

No outcome is needed: the children may be those about whom the model is asked today.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from training.entry import add_cohort, carried_out, cohort_of, no_cohort, whole
from training.fetching import add_model, fetched_model


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and the model, explain, hand the record to the tracker."""
    return carried_out(_explain, _parser().parse_args(arguments), called="explanation")


def _explain(options: argparse.Namespace) -> None:
    from lorpredict.report.explained import explain_cohort

    fetched = fetched_model(options.model)
    known = fetched.model.facts.design.catalogue.for_prediction()
    cohort = cohort_of(options, known, without=no_cohort)
    explained = explain_cohort(fetched.model, cohort.table, cohort=cohort.name, seed=options.seed)
    from training.tracking import record_explanation

    record_explanation(explained, cohort, fetched, seed=options.seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.explain", description=__doc__)
    add_model(parser)
    add_cohort(parser, default="this or the address of a database is needed")
    parser.add_argument(
        "--seed", type=whole, default=0, help="which children are drawn where there are many"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
