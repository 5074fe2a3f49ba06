"""One explanation of a model on a cohort, carried into the tracking store."""

from __future__ import annotations

import mlflow

from lorpredict.cohort import Cohort
from lorpredict.report.explained import ExplainedCohort, page_of
from training.fetching import FetchedModel
from training.pictures import cohort_figures
from training.tracking._store import begun_run, log_dataset, log_figures, log_tables

PAGE = "explanation.html"


def record_explanation(
    explained: ExplainedCohort, cohort: Cohort, fetched: FetchedModel, *, seed: int
) -> None:
    """Log the page, the pictures and the table of means; nothing is registered."""
    # Whatever takes time is done before the run begins: an interruption leaves no half of one.
    page, pictures = page_of(explained), list(cohort_figures(explained))
    with begun_run(f"explanation on {cohort.name}, {fetched.name}"):
        mlflow.set_tags(_tags(explained, cohort, fetched))
        mlflow.log_params({"cohort.name": cohort.name, "explanation.seed": seed})
        counts = {"children": len(cohort)}
        log_dataset(cohort.name, cohort.sha256, counts, context="explanation")
        mlflow.log_text(page, PAGE)
        log_tables(explained.tables())
        log_figures(pictures)
        place = mlflow.get_artifact_uri(PAGE)
    lines = [*explained.lines(), f"page: {place}"]
    print("\n".join([*lines, f"tracking store: {mlflow.get_tracking_uri()}"]))


def _tags(explained: ExplainedCohort, cohort: Cohort, fetched: FetchedModel) -> dict[str, str]:
    facts = explained.facts
    return {
        "explanation": explained.everyone.scale,
        "model.name": fetched.name,
        "model.version": fetched.version or "not from a registry",
        "model.fingerprint": fetched.fingerprint,
        "model.stage": facts.stage,
        "family": facts.family,
        "cohort.sha256": cohort.sha256,
        "synthetic": str(bool(facts.cautions) or cohort.is_synthetic).lower(),
    }
