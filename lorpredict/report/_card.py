"""The model card: what a model is for, where it came from, how far to trust it.

References
----------
Mitchell M, et al. Model Cards for Model Reporting. FAT* 2019.
"""

from __future__ import annotations

from collections.abc import Iterator

from lorpredict.evaluation import measure_label
from lorpredict.packaged import PackagedModel, Recalibration


def model_card(model: PackagedModel) -> str:
    """Write the card of a packaged model as Markdown."""
    parts = [
        _head(model),
        _use(model),
        _training(model),
        *_recalibration(model),
        _performance(model),
        _predictors(model),
    ]
    return "\n\n".join(parts) + "\n"


def _head(model: PackagedModel) -> str:
    facts = model.facts
    reasons = "\n".join(f"- {reason}" for reason in facts.reasons)
    return (
        f"# {facts.name}: {facts.family_label}\n\n"
        f"Stage: **{facts.stage}**\n\n{reasons}\n\n"
        f"Design {facts.design.name} (version {facts.design.version}), "
        f"lorpredict {facts.version}, catalogue {facts.catalogue_version}."
    )


def _use(model: PackagedModel) -> str:
    design = model.facts.design
    days = ", ".join(f"{day + design.landmark_day:g}" for day in model.facts.horizons)
    return (
        "## Intended use\n\n"
        "The risk that a child who has responded to infliximab for Crohn's disease loses the "
        f"response by day {days} since the first infusion, told at the fourth infusion "
        f"(day {design.landmark_day:g}), if infliximab is continued as usual.\n"
        "Not for: children without response at week 14, adults, other drugs, the effect of a "
        "changed dose. The contributions describe the model, not causes."
    )


def _training(model: PackagedModel) -> str:
    training = model.facts.training
    years = f", first infusions {training.first_year} to {training.last_year}"
    return (
        "## Training\n\n"
        f"{training.children} children at risk at the landmark, {training.events} of them lost "
        f"response, from the cohort {training.cohort}"
        f"{years if training.first_year else ''}.\n"
        f"Synthetic: **{'yes' if training.synthetic else 'no'}**. "
        f"SHA-256 of the checked table: `{training.sha256}`."
    )


def _recalibration(model: PackagedModel) -> Iterator[str]:
    """Tell of every adjustment to other children, the first one first."""
    adjustments = model.facts.recalibrations
    for number, adjusted in enumerate(adjustments, start=1):
        which = f" {number} of {len(adjustments)}" if len(adjustments) > 1 else ""
        yield f"## Recalibration{which}\n\n{_adjustment(adjusted)}"


def _adjustment(adjusted: Recalibration) -> str:
    spread = "left as it was" if adjusted.slope is None else f"multiplied by {adjusted.slope:.3f}"
    origin = f"`{adjusted.fingerprint}`" if adjusted.fingerprint else "not recorded"
    return (
        f"Method: {adjusted.method}. The level was estimated anew, the spread "
        f"between children was {spread}; everything else is as it was.\n"
        f"{adjusted.children} children at risk at the landmark, {adjusted.events} of them lost "
        f"response by the last horizon, from the cohort {adjusted.cohort}.\n"
        f"Synthetic: **{'yes' if adjusted.synthetic else 'no'}**. "
        f"SHA-256 of the checked table: `{adjusted.sha256}`.\n"
        f"Fingerprint of the model folder that was adjusted: {origin}."
    )


def _performance(model: PackagedModel) -> str:
    rows = [
        f"| {measure_label(name)} | {value:.3f} | {interval} |"
        for name, (value, interval) in model.facts.figures.items()
    ]
    earlier = (
        "**These are the figures of the original model**, as it was before recalibration. "
        "The recalibrated one has not been judged on children it had not seen.\n\n"
    )
    return (
        "## Performance on children the model had not seen\n\n"
        f"{earlier if model.facts.recalibrations else ''}"
        "Repeated five-fold cross-validation, the whole pipeline inside; the interval holds the "
        "chance in who was seen and in how the folds fell. Days count from the first infusion.\n\n"
        "| measure | estimate | 95 % interval |\n|---|---|---|\n" + "\n".join(rows)
    )


def _predictors(model: PackagedModel) -> str:
    named = model.facts.design.catalogue.columns(model.encoding.predictors)
    rows = [f"| {p.label} | {p.readable_unit} | {p.known.value.replace('_', ' ')} |" for p in named]
    if not rows:
        return "## Predictors\n\nNone: every child gets the same curve."
    return "## Predictors\n\n| predictor | unit | known at |\n|---|---|---|\n" + "\n".join(rows)
