"""Adjust a model of elsewhere to this cohort: the entry point ``recalibrate`` of MLproject."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

from training.entry import add_cohort, carried_out, cohort_of, no_cohort
from training.fetching import add_model, fetched_model


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and the model, recalibrate, hand the new model to the tracker."""
    return carried_out(_recalibrate, _parser().parse_args(arguments), called="recalibration")


def _recalibrate(options: argparse.Namespace) -> None:
    from lorpredict.recalibration import recalibrate

    fetched = fetched_model(options.model)
    cohort = cohort_of(options, fetched.model.facts.design.catalogue, without=no_cohort)
    model = recalibrate(
        fetched.model, cohort, method=options.method, fingerprint=fetched.fingerprint
    )
    named = replace(model, facts=replace(model.facts, name=fetched.name))
    from training.tracking import record_recalibration

    record_recalibration(named, fetched)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.recalibrate", description=__doc__)
    add_model(parser)
    add_cohort(parser, default="this or the address of a database is needed")
    parser.add_argument("--method", default="baseline", help="baseline (the level) or slope (both)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
