"""What the interval of a single risk costs: a packaged model with it, and the same without.

Asked in one process, with everything that a record goes through. An answer with its interval may
take at most twice as long: without it, half as long and no less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._side_by_side import Comparison, machine, side_by_side, table
from benchmarks.study._cohorts import DESIGN
from lorpredict import ModelDesign, PackagedModel, develop
from lorpredict.errors import counted
from lorpredict.evaluation import ValidationPlan
from lorpredict.survival import RiskPrediction
from lorpredict.synthetic import reconstructed_cohort

RESULT = Path(__file__).parent / "results" / "answering.md"
PACKAGES = ("lorpredict", "numpy")
FAMILIES = ("null", "ridge", "forest")
PLAN = ValidationPlan(repeats=1, resamples=100, resamples_of_trees=50, draws=0)
ONE: dict[str, Any] = {"albumin_g_l": 31.0, "trough_week14_ug_ml": 2.5, "remission_week14": False}


def main() -> None:
    """Train once, ask every family both ways, write the table."""
    made = develop(
        reconstructed_cohort(), ModelDesign.read(DESIGN), family_names=FAMILIES, plan=PLAN
    )
    compared = [each for name in FAMILIES for each in _with_and_without(name, made.packaged(name))]
    lines = ["# Answers with their intervals", "", (__doc__ or "").strip(), "", table(compared)]
    told = f"Measured on {machine(PACKAGES)}. `python -m benchmarks.answering`"
    RESULT.write_text("\n".join([*lines, "", told, ""]), "utf-8")
    print("\n".join(map(str, compared)))


def _with_and_without(name: str, model: PackagedModel) -> Iterator[Comparison]:
    bare = replace(model, uncertainty=None)
    for records in ([ONE], [ONE] * 100):
        yield side_by_side(
            f"{name}, {counted(len(records), 'record')}",
            "without interval",
            ours=partial(model.predict, records),
            theirs=partial(bare.predict, records),
            check=_same_risk,
        )


def _same_risk(ours: RiskPrediction, theirs: RiskPrediction) -> None:
    assert ours.interval is not None
    assert theirs.interval is None
    np.testing.assert_array_equal(ours.risk, theirs.risk)


if __name__ == "__main__":
    main()
