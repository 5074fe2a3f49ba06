"""One training, carried into the tracking store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Metric

from lorpredict.development import Development
from lorpredict.evaluation import Verdicts
from lorpredict.evaluation.sample_size import SampleSize
from lorpredict.report import training_report
from training.pictures import explanation_figures, overview_figures
from training.tracking._discarding import discarded_on_failure
from training.tracking._logged_model import log_model
from training.tracking._registration import register
from training.tracking._store import begun_run, log_dataset, log_figures, log_tables

_MOST_METRICS_AT_ONCE = 1000


def record_training(development: Development, *, name: str) -> dict[str, str]:
    """Log a development, register the models that are served, move the aliases.

    Returns
    -------
    alias -> version of the registered model
    """
    with begun_run(f"{development.cohort.name}, {name}"):
        _log_overview(development, name)
        mlflow.log_text(training_report(development, name=name), "report.html")
        logged = {family: _log_family(development, family) for family in development.models}
        with discarded_on_failure(logged.values()):
            served = {
                alias: log_model(development.packaged(family, name=name), logged[family])
                for alias, family in development.verdicts.served.items()
            }
            verdicts = development.verdicts
            stages = {alias: verdicts.stages[family] for alias, family in verdicts.served.items()}
            versions = register(served, name=name, stages=stages)
        mlflow.set_tags({f"registered.{alias}": number for alias, number in versions.items()})
    print(_told(development, versions, name))
    return versions


def _log_overview(development: Development, name: str) -> None:
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
            **_plan(development),
            "evaluation.grid_days_since_landmark": _grid(development),
            "registered_model": name,
        }
    )
    cohort, counts = development.cohort, {"children": len(development.cohort)}
    counts["at_risk"] = len(development.at_risk)
    log_dataset(cohort.name, cohort.sha256, counts, context="training")
    mlflow.log_metrics(_size(development.verdicts.size))
    mlflow.set_tags(_verdict_tags(development))
    mlflow.log_text("\n".join(development.at_risk.flow.lines()) + "\n", "flow_diagram.txt")
    log_tables(development.evaluation.tables())
    sensitivity = development.sensitivity
    log_tables({"sensitivity": sensitivity.table})
    notes = {**_notes(development), "sensitivity": list(sensitivity.notes)}
    mlflow.log_dict(notes, "notes.json")
    log_figures(overview_figures(development))


def _size(size: SampleSize) -> dict[str, float]:
    found = {
        "sample_size.events_per_parameter": size.events_per_parameter,
        "sample_size.riley_minimum": size.needed,
        "sample_size.expected_shrinkage": size.expected_shrinkage,
    }
    return {name: float(value) for name, value in found.items() if value is not None}


def _plan(development: Development) -> dict[str, str]:
    settings = development.evaluation.plan.settings
    return {f"evaluation.{name}": str(value) for name, value in settings.items()}


def _grid(development: Development) -> str:
    return ",".join(f"{day:.1f}" for day in development.evaluation.days)


def _verdict_tags(development: Development) -> dict[str, str]:
    verdicts = development.verdicts
    rules = {
        f"gate.{family}.{rule.letter}": str(rule)
        for family, of_family in verdicts.rules.items()
        for rule in of_family
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
        "plan": development.evaluation.plan.lines(),
        "evaluation": list(development.evaluation.notes),
        "families_that_could_not_learn": dict(development.skipped),
        "columns_left_out": list(development.cohort.left_out_columns),
    }


def _log_family(development: Development, family: str) -> str:
    """Log a family's figures in a run of its own, below the training's run."""
    label = development.models[family].family.label
    with mlflow.start_run(run_name=label, nested=True) as run:
        mlflow.set_tags({"family": family, "stage": development.verdicts.stages[family]})
        mlflow.log_params({"family": family, "seed": development.seed})
        _log_settings(development, family)
        mlflow.log_metrics(development.evaluation.metrics()[family])
        mlflow.log_metrics(development.evaluation.beside_the_headline(family))
        _log_every_fold(development, family, run.info.run_id)
        log_figures(explanation_figures(development, family))
    return str(run.info.run_id)


def _log_settings(development: Development, family: str) -> None:
    """Log what the model of all children has learnt with, and how tuning came to choose it."""
    settings = development.models[family].settings
    mlflow.log_params({f"setting.{name}": value for name, value in settings.items()})
    choice = development.choices.get(family)
    if choice is not None:
        mlflow.log_param("tuned", ",".join(choice.settings))
        scores = {"": choice.score, "_by_default": choice.score_by_default}
        known = {f"tuning.integrated_brier{end}": v for end, v in scores.items() if np.isfinite(v)}
        mlflow.log_metrics(known)


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


def _gate_lines(verdicts: Verdicts) -> Iterator[str]:
    """Tell every rule of the models that are served, and which ones the others break."""
    served = list(verdicts.served.values())
    for family in served:
        yield from (f"{family} {rule}" for rule in verdicts.rules[family])
    for family, rules in verdicts.rules.items():
        broken = " ".join(f"({rule.letter})" for rule in rules if not rule.holds)
        if family not in served:
            yield f"{family} does not keep {broken}" if broken else f"{family} keeps every rule"


def _told(development: Development, versions: Mapping[str, str], name: str) -> str:
    verdicts = development.verdicts
    lines = [
        *development.at_risk.flow.lines(),
        "",
        *verdicts.size.lines(),
        *development.evaluation.plan.lines(),
        *development.evaluation.overview(),
        "",
        *_gate_lines(verdicts),
        *(f"note: {note}" for note in development.evaluation.notes),
        *(f"note: {family} could not learn: {why}" for family, why in development.skipped.items()),
        *(f"tuned: {family}: {choice}" for family, choice in development.choices.items()),
        "",
        f"stage {verdicts.stage}" + (", because:" if verdicts.reasons else ""),
        *(f"  {reason}" for reason in verdicts.reasons),
        *(
            f"{name}@{alias}: version {number}, {verdicts.served[alias]}"
            for alias, number in versions.items()
        ),
        f"tracking store: {mlflow.get_tracking_uri()}",
        "a model as a folder, for python -m lorpredict predict FOLDER FILE:",
        *(
            f"  mlflow artifacts download --artifact-uri models:/{name}@{alias} --dst-path {alias}"
            for alias in versions
        ),
    ]
    return "\n".join(lines)
