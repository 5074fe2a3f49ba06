"""One validation of a model of elsewhere, carried into the tracking store."""

from __future__ import annotations

import mlflow

from lorpredict.validation import Validation
from training.fetching import FetchedModel
from training.tracking._store import begun_run, log_dataset, log_figures, log_tables


def record_validation(validation: Validation, fetched: FetchedModel) -> None:
    """Log figures with their intervals, tables, pictures and notes; nothing is registered."""
    everyone = validation.everyone
    with begun_run(f"{validation.kind} validation on {validation.cohort}, {fetched.name}"):
        mlflow.set_tags(_tags(validation, fetched))
        mlflow.log_params(
            {
                "cohort.name": validation.cohort,
                "validation.resamples": validation.resamples,
                "validation.seed": validation.seed,
            }
        )
        # Events by the last horizon judged, as everywhere else; too few are not counted at all.
        metrics = validation.metrics()
        counts = {"at_risk": len(everyone.y)}
        counts |= {"events": int(metrics["events"])} if "events" in metrics else {}
        log_dataset(validation.cohort, validation.sha256, counts, context="validation")
        mlflow.log_metrics(metrics)
        mlflow.log_text("\n".join(validation.lines()) + "\n", "validation.txt")
        mlflow.log_dict({"validation": list(validation.notes)}, "notes.json")
        log_tables(validation.tables())
        log_figures(validation.figures().items())
    print("\n".join([*validation.lines(), f"tracking store: {mlflow.get_tracking_uri()}"]))


def _tags(validation: Validation, fetched: FetchedModel) -> dict[str, str]:
    return {
        "validation": validation.kind,
        "model.name": fetched.name,
        "model.version": fetched.version or "not from a registry",
        "model.fingerprint": fetched.fingerprint,
        "model.stage": validation.facts.stage,
        "family": validation.facts.family,
        "cohort.sha256": validation.sha256,
        "synthetic": str(validation.synthetic).lower(),
    }
