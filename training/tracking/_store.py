"""The tracking store, and what runs in it hold: the cohort's name and hash, tables, pictures."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import mlflow
import pandas as pd
from matplotlib.figure import Figure
from mlflow.data.pandas_dataset import from_pandas

EXPERIMENT = "lorpredict"
_LONGEST_DIGEST = 36


@contextmanager
def begun_run(name: str) -> Iterator[str]:
    """Begin a run in our experiment, or go on with the one that ``mlflow run`` has begun."""
    use_absolute_store()
    if not os.environ.get("MLFLOW_RUN_ID"):  # `mlflow run` has begun the run, and chosen where
        mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=name) as run:
        yield str(run.info.run_id)


def use_absolute_store() -> None:
    """Keep the store where it was asked for, whatever directory MLflow runs in."""
    address = os.environ.get("MLFLOW_TRACKING_URI", "")
    relative = address.removeprefix("sqlite:///")
    if not address:
        mlflow.set_tracking_uri(f"sqlite:///{Path.cwd() / 'mlflow.db'}")
    elif address.startswith("sqlite:///") and not Path(relative).is_absolute():
        raise SystemExit(
            f"MLFLOW_TRACKING_URI={address} is relative and means another file in every "
            f"directory; expected an absolute one, for example sqlite:///{Path.cwd() / relative}"
        )


def log_dataset(name: str, sha256: str, counts: Mapping[str, int], *, context: str) -> None:
    """Log the name and hash of a cohort; no row of it."""
    table = pd.DataFrame([dict(counts)], dtype=float)
    dataset = from_pandas(table, name=name, digest=sha256[:_LONGEST_DIGEST])
    mlflow.log_input(dataset, context=context)


def log_tables(tables: Mapping[str, pd.DataFrame]) -> None:
    """Log tables as CSV; the library gives none with a row for a single child."""
    for name, table in tables.items():
        mlflow.log_text(table.to_csv(lineterminator="\n"), f"tables/{name}.csv")


def log_figures(figures: Iterable[tuple[str, Figure]]) -> None:
    """Log pictures as PNG."""
    for name, figure in figures:
        mlflow.log_figure(figure, f"figures/{name}.png", save_kwargs={"dpi": 120})
