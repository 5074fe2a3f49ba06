"""Train, judge and register models of a cohort: the entry point ``main`` of MLproject."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lorpredict.errors import DesignError, did_you_mean
from training.checkpoints import checkpoint_folder
from training.entry import (
    add_cohort,
    carried_out,
    cohort_of,
    model_name,
    shipped_cohort,
    whole,
)
from training.progress import progress_bar

if TYPE_CHECKING:
    from lorpredict.design import ModelDesign

DESIGNS = Path(__file__).parent / "designs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and the design, develop, hand the record to the tracker."""
    return carried_out(_train, _parser().parse_args(arguments), called="training")


def _train(options: argparse.Namespace) -> None:
    from lorpredict.development import MODEL_NAME, develop

    design = _design(options.design)
    cohort = cohort_of(options, design.catalogue, without=shipped_cohort)
    with progress_bar("validation, pieces of work") as progress:
        development = develop(
            cohort,
            design,
            family_names=options.families,
            plan=options.plan,
            seed=options.seed,
            workers=os.cpu_count() or 1,
            progress=progress,
            checkpoints=checkpoint_folder(),
        )
    from training.tracking import record_training

    record_training(development, name=options.name or MODEL_NAME)


def _design(name: str) -> ModelDesign:
    from lorpredict.design import ModelDesign

    named = {file.stem: file for file in sorted(DESIGNS.glob("*.toml"))}
    if name not in named and not Path(name).is_file():
        hint = did_you_mean(name, list(named))
        told = f"no design {name!r}: expected one of {', '.join(named)}, or the whole path of a"
        raise DesignError(f"{told} TOML file. {hint}".rstrip())
    return ModelDesign.read(named.get(name, name))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.main", description=__doc__)
    add_cohort(parser, default="the shipped synthetic cohort by default")
    parser.add_argument("--design", default="week14", help="name in training/designs, or a path")
    parser.add_argument("--families", type=_names, default=(), help="comma separated, or all")
    parser.add_argument("--seed", type=whole, default=0, help="all randomness comes from it")
    parser.add_argument(
        "--plan", default="default", help="how thoroughly models are judged: quick, default or full"
    )
    parser.add_argument(
        "--name", type=model_name, help="name of the registered model; ours by default"
    )
    return parser


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    return () if names == ("all",) else names


if __name__ == "__main__":
    sys.exit(main())
