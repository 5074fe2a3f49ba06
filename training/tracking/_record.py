"""One training, carried into the tracking store."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from mlflow import MlflowClient
from mlflow.data.pandas_dataset import PandasDataset, from_pandas
from mlflow.entities import Metric

from lorpredict.development import Development
from training.pictures import explanation_figures, overview_figures
from training.tracking._discarding import discarded_on_failure
from training.tracking._logged_model import log_model
from training.tracking._registration import register

EXPERIMENT = "lorpredict"
_MOST_METRICS_AT_ONCE = 1000
_LONGEST_DIGEST = 36


def record_training(development: Development, *, name: str, repeats: int) -> dict[str, str]:
    """Log a development, register the models that are served, move the aliases.

    Returns
    -------
    alias -> version of the registered model
    """
    _use_absolute_store()
    if not os.environ.get("MLFLOW_RUN_ID"):  # `mlflow run` has begun the run, and chosen where
        mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=f"{development.cohort.name}, {name}"):
        _log_overview(development, name, repeats)
        logged = {family: _log_family(development, family) for family in development.models}
        with discarded_on_failure(logged.values()):
            served = {
                alias: log_model(development, family, logged[family], name)
                for alias, family in development.verdicts.served.items()
            }
            versions = register(served, name=name, stage=development.verdicts.stage)
        mlflow.set_tags({f"registered.{alias}": number for alias, number in versions.items()})
    print(_told(development, versions, name))
    return versions


def _use_absolute_store() -> None:
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


def _log_overview(development: Development, name: str, repeats: int) -> None:
    design = development.at_risk.design
    # `mlflow run` logs the arguments as they were typed; these are what became of them.
    mlflow.log_params(
        {
            "cohort.name": development.cohort.name,
            "design.name": design.name,
            "design.version": design.version,
            "design.predictors": ",".join(design.predictors),
            "families.trained": ",".join(development.models),
            "evaluation.seed": development.seed,
            "evaluation.repeats": repeats,
            "evaluation.grid_days_since_landmark": _grid(development),
            "registered_model": name,
        }
    )
    mlflow.log_input(_dataset(development), context="training")
    mlflow.set_tags(_verdict_tags(development))
    mlflow.log_text("\n".join(development.at_risk.flow.lines()) + "\n", "flow_diagram.txt")
    for table, frame in development.evaluation.tables().items():
        mlflow.log_text(frame.to_csv(lineterminator="\n"), f"tables/{table}.csv")
    mlflow.log_dict(_notes(development), "notes.json")
    _log_figures(overview_figures(development))


def _grid(development: Development) -> str:
    return ",".join(f"{day:.1f}" for day in development.evaluation.days)


def _dataset(development: Development) -> PandasDataset:
    """Name and hash of the cohort; no row of it is logged."""
    counts = {"children": len(development.cohort), "at_risk": len(development.at_risk)}
    return from_pandas(
        pd.DataFrame([counts], dtype=float),
        name=development.cohort.name,
        digest=development.cohort.sha256[:_LONGEST_DIGEST],
    )


def _verdict_tags(development: Development) -> dict[str, str]:
    verdicts = development.verdicts
    rules = {
        f"gate.{family}": " | ".join(map(str, of_family))
        for family, of_family in verdicts.rules.items()
    }
    return {
        "stage": verdicts.stage,
        "stage.reasons": " | ".join(verdicts.reasons),
        "cohort.sha256": development.cohort.sha256,
        "synthetic": str(development.cohort.is_synthetic).lower(),
        **verdicts.served,
        **rules,
    }


def _notes(development: Development) -> dict[str, object]:
    return {
        "evaluation": list(development.evaluation.notes),
        "families_that_could_not_learn": dict(development.skipped),
        "columns_left_out": list(development.cohort.left_out_columns),
    }


def _log_family(development: Development, family: str) -> str:
    """Log a family's figures in a run of its own, below the training's run."""
    label = development.models[family].family.label
    with mlflow.start_run(run_name=label, nested=True) as run:
        mlflow.set_tags({"family": family, "stage": development.verdicts.stage})
        mlflow.log_params({"family": family, "seed": development.seed})
        mlflow.log_metrics(development.evaluation.metrics()[family])
        _log_every_fold(development, family, run.info.run_id)
        _log_figures(explanation_figures(development, family))
    return str(run.info.run_id)


def _log_every_fold(development: Development, family: str, run_id: str) -> None:
    values = development.evaluation.values
    known = values[(values["family"] == family) & np.isfinite(values["value"])]
    folds = int(values["fold"].max())
    metrics = [
        Metric(f"each/{row.measure}", row.value, 0, int(row.repeat) * (folds + 1) + int(row.fold))
        for row in known.itertuples()
    ]
    for start in range(0, len(metrics), _MOST_METRICS_AT_ONCE):
        part = metrics[start : start + _MOST_METRICS_AT_ONCE]
        MlflowClient().log_batch(run_id, metrics=part)


def _log_figures(figures: Iterator[tuple[str, Figure]]) -> None:
    for name, figure in figures:
        mlflow.log_figure(figure, f"figures/{name}.png", save_kwargs={"dpi": 120})


def _told(development: Development, versions: Mapping[str, str], name: str) -> str:
    verdicts = development.verdicts
    lines = [
        *development.at_risk.flow.lines(),
        "",
        "On children the model had not seen (mean and spread):",
        development.evaluation.tables()["comparison"].to_string(),
        "",
        *(f"{family}: {rule}" for family, rules in verdicts.rules.items() for rule in rules),
        *(f"note: {note}" for note in development.evaluation.notes),
        *(f"note: {family} could not learn: {why}" for family, why in development.skipped.items()),
        "",
        f"stage {verdicts.stage}: " + "; ".join(verdicts.reasons),
        *(
            f"{name}@{alias}: version {number}, {verdicts.served[alias]}"
            for alias, number in versions.items()
        ),
        f"tracking store: {mlflow.get_tracking_uri()}",
    ]
    return "\n".join(lines)
