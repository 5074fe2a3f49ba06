"""Train, judge and register models of a cohort: the entry point ``main`` of MLproject."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from lorpredict.cohort import Cohort, read_cohort
from lorpredict.design import ModelDesign
from lorpredict.development import MODEL_NAME, develop
from lorpredict.errors import LorpredictError
from lorpredict.synthetic import reconstructed_cohort
from training.progress import interrupts_as_exceptions, plain_warnings, progress_bar

DESIGNS = Path(__file__).parent / "designs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and the design, develop, hand the record to the tracker."""
    options = _parser().parse_args(arguments)
    plain_warnings()
    try:
        with interrupts_as_exceptions():
            _train(options)
    except LorpredictError as error:
        print(f"training stopped: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        told = "training was interrupted; a registration that was not complete was taken back"
        print(told, file=sys.stderr)
        return 130
    return 0


def _train(options: argparse.Namespace) -> None:
    # MLflow costs seconds to import; a faulty cohort should be told at once.
    design = _design(options.design)
    cohort = _cohort(options.cohort, design)
    with progress_bar("cross-validation, fits") as progress:
        development = develop(
            cohort,
            design,
            family_names=options.families,
            repeats=options.repeats,
            seed=options.seed,
            workers=os.cpu_count() or 1,
            progress=progress,
        )
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nothing about a cohort leaves
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    from training.tracking import record_training

    record_training(development, name=options.name, repeats=options.repeats)


def _cohort(path: str, design: ModelDesign) -> Cohort:
    if path in ("", os.devnull):
        return reconstructed_cohort()
    return read_cohort(path, known=design.catalogue)


def _design(name: str) -> ModelDesign:
    named = DESIGNS / f"{name}.toml"
    return ModelDesign.read(named if named.is_file() else name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.main", description=__doc__)
    parser.add_argument("--cohort", default="", help="CSV file; the shipped cohort by default")
    parser.add_argument("--design", default="week14", help="name in training/designs, or a path")
    parser.add_argument("--families", type=_names, default=(), help="comma separated, or all")
    parser.add_argument("--seed", type=_whole, default=0, help="all randomness comes from it")
    parser.add_argument("--repeats", type=_positive, default=20, help="draws of the five folds")
    parser.add_argument(
        "--name", type=_model_name, default=MODEL_NAME, help="name of the registered model"
    )
    return parser


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    return () if names == ("all",) else names


def _whole(text: str) -> int:
    """MLflow hands numbers over as they were typed, 20 or 20.0."""
    number = float(text) if re.fullmatch(r"\d+(\.0*)?", text) else -1.0
    if number < 0:
        raise argparse.ArgumentTypeError(f"expected a whole number, 0 or above, not {text!r}")
    return int(number)


def _model_name(text: str) -> str:
    """Refuse before the training what MLflow would refuse after it."""
    if not text or re.search(r"[/:.%\"']", text):
        raise argparse.ArgumentTypeError(
            f"expected a name without / : . % and quotes, not {text!r}"
        )
    return text


def _positive(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1, not {text!r}")
    return number


if __name__ == "__main__":
    sys.exit(main())
