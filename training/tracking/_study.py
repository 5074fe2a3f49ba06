"""The analysis of a published study on a cohort, carried into the tracking store."""

from __future__ import annotations

import mlflow

from lorpredict.report import study_report
from lorpredict.study import PublishedAnalysis
from training.tracking._store import begun_run, log_dataset, log_figures, log_tables

PAGE = "study.html"


def record_study(told: PublishedAnalysis) -> None:
    """Log the report, tables, pictures and figures; nothing is registered.

    Parameters
    ----------
    told
        What may be told: small counts are hidden before it comes here.
    """
    page = study_report(told, smallest_cell=told.smallest_cell)
    with begun_run(f"published analysis of {told.cohort}"):
        mlflow.set_tags(
            {
                "study": "beijing-2025",
                "cohort.sha256": told.sha256,
                "synthetic": str(told.synthetic).lower(),
            }
        )
        mlflow.log_params({"cohort.name": told.cohort, "study.smallest_cell": told.smallest_cell})
        counts = {"children": told.flow.at_risk, "events": told.events}
        log_dataset(told.cohort, told.sha256, counts, context="study")
        mlflow.log_metrics(told.metrics())
        mlflow.log_text(page, PAGE)
        mlflow.log_text("\n".join(told.lines()) + "\n", "study.txt")
        log_tables(told.tables())
        log_figures(told.figures().items())
        place = mlflow.get_artifact_uri(PAGE)
    lines = [*told.lines(), f"report: {place}", f"tracking store: {mlflow.get_tracking_uri()}"]
    print("\n".join(lines))
