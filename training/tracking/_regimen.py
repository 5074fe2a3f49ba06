"""A comparison of regimens, carried into the tracking store: no row of a child goes there."""

from __future__ import annotations

from pathlib import Path

import mlflow
import pandas as pd

from lorpredict.cohort import Cohort
from lorpredict.dosing import DosingComparison
from training.tracking._store import begun_run, log_dataset, log_figures, log_tables


def record_regimens(
    comparison: DosingComparison, cohort: Cohort, *, vial_mg: float, folder: Path | None
) -> None:
    """Log what was found for all children together, and write the tables of each beside the cohort.

    Parameters
    ----------
    vial_mg
        mg in a vial; 0 where nothing was rounded.
    folder
        Where the tables of single children are written; nowhere by default.
    """
    with begun_run(f"regimens in {cohort.name}, for research only"):
        mlflow.log_params(
            {
                "cohort.name": cohort.name,
                "regimen.target_ug_ml": comparison.target_ug_ml,
                "regimen.infusions": comparison.infusions,
                "regimen.vial_mg": vial_mg,
            }
        )
        mlflow.set_tags(
            {
                "research_only": comparison.research_only,
                "synthetic": str(cohort.is_synthetic).lower(),
                "cohort.sha256": cohort.sha256,
            }
        )
        counts = {"children": len(comparison.compared)}
        log_dataset(cohort.name, cohort.sha256, counts, context="regimens")
        mlflow.log_metrics(comparison.metrics())
        mlflow.log_text("\n".join(comparison.lines()) + "\n", "regimens.txt")
        log_tables(comparison.tables())
        log_figures(comparison.figures().items())
    print("\n".join(comparison.lines()))
    if folder is not None:
        for name, table in comparison.child_tables().items():
            _write(table, folder / f"{name}.csv")
        print(f"tables of single children, which are patient data: {folder.resolve()}")
    print(f"tracking store: {mlflow.get_tracking_uri()}")


def _write(table: pd.DataFrame, file: Path) -> None:
    """Write beside the place and move there, so that nothing half-written is left."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(".half")
    half.write_text(table.to_csv(index=False, lineterminator="\n"), "utf-8")
    half.replace(file)
