"""One recalibrated model, carried into the tracking store as a version of its own."""

from __future__ import annotations

import mlflow

from lorpredict.packaged import ModelFacts, PackagedModel, Recalibration
from training.fetching import FetchedModel
from training.tracking._discarding import discarded_on_failure
from training.tracking._logged_model import log_model
from training.tracking._registration import register_beside
from training.tracking._store import begun_run, log_dataset


def record_recalibration(model: PackagedModel, fetched: FetchedModel) -> str:
    """Log the new model and register it beside the old one; no alias moves.

    Returns
    -------
    version of the registered model
    """
    facts, adjusted = model.facts, model.facts.recalibration
    if adjusted is None:
        raise ValueError(f"{facts.name} was not recalibrated")
    with begun_run(f"recalibration ({adjusted.method}) on {adjusted.cohort}, {facts.name}") as run:
        mlflow.set_tags(_tags(facts, adjusted, fetched))
        mlflow.log_params({"cohort.name": adjusted.cohort, "recalibration.method": adjusted.method})
        if adjusted.slope is not None:
            mlflow.log_metric("recalibration_slope", adjusted.slope)
        counts = {"at_risk": adjusted.children, "events": adjusted.events}
        log_dataset(adjusted.cohort, adjusted.sha256, counts, context="recalibration")
        with discarded_on_failure([run]):
            logged = log_model(model, run)
            number = register_beside(logged, name=facts.name, stage=facts.stage)
        mlflow.set_tag("registered.version", number)
    print(_told(facts, adjusted, number))
    return number


def _tags(facts: ModelFacts, adjusted: Recalibration, fetched: FetchedModel) -> dict[str, str]:
    return {
        "model.name": fetched.name,
        "model.version": fetched.version or "not from a registry",
        "model.fingerprint": fetched.fingerprint,
        "family": facts.family,
        "stage": facts.stage,
        "stage.reasons": " | ".join(facts.reasons),
        "cohort.sha256": adjusted.sha256,
        "synthetic": str(bool(facts.cautions)).lower(),
    }


def _told(facts: ModelFacts, adjusted: Recalibration, number: str) -> str:
    spread = "" if adjusted.slope is None else f", spread multiplied by {adjusted.slope:.3f}"
    lines = [
        f"recalibrated ({adjusted.method}{spread}) on {adjusted.children} children of "
        f"{adjusted.cohort} with {adjusted.events} events",
        f"stage {facts.stage}: " + "; ".join(facts.reasons),
        f"{facts.name}: version {number}, {facts.family}; no alias was moved. Validate it on other "
        "children before it gets one",
        f"tracking store: {mlflow.get_tracking_uri()}",
    ]
    return "\n".join(lines)
