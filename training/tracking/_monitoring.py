"""One monitoring of a served model, carried into the tracking store."""

from __future__ import annotations

import mlflow

from lorpredict.monitoring import Monitoring
from training.audited import Audited
from training.tracking._store import begun_run, log_figures, log_tables

PAGE = "monitoring.md"


def record_monitoring(found: Monitoring, audited: Audited, *, landmark: float) -> None:
    """Log the report, figures, tables and pictures; nothing is registered."""
    pictures = found.figures()
    page = found.page(pictures)
    with begun_run(f"monitoring of {found.watched}"):
        mlflow.set_tags(_tags(found, audited))
        mlflow.log_params({"monitoring.landmark_day": landmark})
        mlflow.log_metrics(found.metrics())
        mlflow.log_text(page, PAGE)
        mlflow.log_text("\n".join(found.lines()) + "\n", "monitoring.txt")
        log_tables(found.tables())
        log_figures(pictures.items())
        for name, picture in pictures.items():
            mlflow.log_figure(picture, f"figures/{name}.svg")
        place = mlflow.get_artifact_uri(PAGE)
    lines = [*found.lines(), f"report: {place}"]
    print("\n".join([*lines, f"tracking store: {mlflow.get_tracking_uri()}"]))


def _tags(found: Monitoring, audited: Audited) -> dict[str, str]:
    watched = found.watched
    return {
        "monitoring": watched.alias,
        "model.name": watched.name,
        "model.version": watched.version or "not from a registry",
        "model.fingerprint": watched.fingerprint,
        "model.stage": watched.stage,
        "audit.last_record": str(audited.records),
        "audit.last_record_made": f"{audited.until:%Y-%m-%d}",
        "questions.first_month": found.periods[0].first,
        "questions.last_month": found.periods[-1].last,
    }
