"""A simulated cohort, carried into the tracking store: children who do not exist may be kept."""

from __future__ import annotations

from pathlib import Path

import mlflow
import pandas as pd

from lorpredict.synthetic import SimulatedCohort, closeness
from training.tracking._store import begun_run, log_dataset

_PUBLISHED = "published"


def record_simulation(
    simulated: SimulatedCohort, *, scenario: str, seed: int, folder: Path | None
) -> None:
    """Log the table, the true risks and, of the scenario that aims at it, closeness to the paper.

    Parameters
    ----------
    folder
        Where the two tables are written as well.
    """
    cohort = simulated.cohort
    tables = {"cohort": cohort.table, "true_risks": simulated.true_risks()}
    with begun_run(f"{cohort.name}, {len(cohort):,} children"):
        mlflow.log_params({"simulation.scenario": scenario, "simulation.seed": seed})
        mlflow.set_tags({"synthetic": "true", "cohort.sha256": cohort.sha256})
        counts = {"children": len(cohort)}
        log_dataset(cohort.name, cohort.sha256, counts, context="simulation")
        for name, table in tables.items():
            mlflow.log_text(_csv(table), f"simulated/{name}.csv")
        if scenario == _PUBLISHED:
            compared = closeness(cohort)
            mlflow.log_text(_csv(compared), "simulated/closeness.csv")
            print(compared.round(2).to_string(index=False))
        place = mlflow.get_artifact_uri("simulated")
    if folder is not None:
        for name, table in tables.items():
            _write(table, folder / f"{name}.csv")
    events = int((cohort.table["outcome"] == "secondary_lor").sum())
    print(f"{cohort.name}: {len(cohort):,} synthetic children, {events:,} lost response")
    print(f"tables: {folder.resolve() if folder else place}")
    print(f"tracking store: {mlflow.get_tracking_uri()}")


def _csv(table: pd.DataFrame) -> str:
    words = {True: "true", False: "false"}
    booleans = [str(name) for name in table.select_dtypes("boolean")]
    plain = table.assign(**{name: table[name].map(words) for name in booleans})
    return plain.to_csv(index=False, lineterminator="\n")


def _write(table: pd.DataFrame, file: Path) -> None:
    """Write beside the place and move there, so that nothing half-written is left."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(".half")
    half.write_text(_csv(table), "utf-8")
    half.replace(file)
