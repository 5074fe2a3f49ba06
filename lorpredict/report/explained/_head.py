"""How the page begins: what it holds, which model, on which scale."""

from __future__ import annotations

from collections.abc import Iterator

from lorpredict.errors import capitalised, counted_children
from lorpredict.packaged import intended_use, stage_means
from lorpredict.report._html import Html, badge, bullets, element, paragraph, section
from lorpredict.report.explained._explained import ExplainedCohort
from lorpredict.survival import Scale

READING = (
    "The contributions describe the model, not causes: they are no advice to change a treatment."
)
_HAZARD = (
    "Contributions are on the log-hazard and the same at all times: +0.10 multiplies the hazard by "
    "1.11, −0.10 by 0.90. Base value and contributions add up to the child's log-hazard, not to a "
    "risk; the risk is drawn beside them in percent, and the two are never added."
)
_SCALES: dict[Scale, str] = {
    "risk": "Contributions are percentage points of the risk by the month that is chosen. The base "
    "value, what the model says when nothing is known of a child, and the contributions of all "
    "predictors add up to the child's risk exactly.",
    "log_hazard": _HAZARD,
    "log_acceleration": "Contributions are on the log-acceleration and the same at all times: "
    "above zero means sooner; +0.10 divides the time to loss of response by 1.11. Base value and "
    "contributions add up to the child's log-acceleration, not to a risk; the risk is drawn beside "
    "them in percent, and the two are never added.",
}


def head(explained: ExplainedCohort) -> Html:
    """Title, cautions, and that this is patient data."""
    facts = explained.facts
    cautions = [f"{capitalised(each)}." for each in facts.cautions]
    drawn, everyone = len(explained.shown.values), len(explained.everyone.values)
    held = (
        f"This page holds the values of {counted_children(drawn)} without identifiers; treat it as "
        "patient data."
    )
    sampled = (
        f" They were drawn at random from {everyone:,} children; means over all of them are marked "
        "as such."
        if drawn < everyone
        else ""
    )
    return element(
        "header",
        element("h1", f"What moves the predictions of {facts.name}"),
        paragraph(f"{facts.family_label}, on the cohort “{explained.cohort}”.", kind="lead"),
        [paragraph(each, kind="caution") for each in cautions],
        paragraph(f"{held}{sampled}", kind="caution private"),
    )


def model(explained: ExplainedCohort) -> Html:
    """What the model is, and how its contributions are read."""
    return section(
        "The model, and how to read its contributions",
        "model",
        element("dl", [[element("dt", k), element("dd", v)] for k, v in _facts(explained)]),
        bullets(_reading(explained)),
    )


def _facts(explained: ExplainedCohort) -> Iterator[tuple[str, Html | str]]:
    facts, training = explained.facts, explained.facts.training
    yield "Model", f"{facts.name}, {facts.family_label} ({facts.family})"
    yield (
        "Version",
        f"lorpredict {facts.version}, design {facts.design.name} version "
        + (f"{facts.design.version}, catalogue {facts.catalogue_version}"),
    )
    kind = "good" if facts.stage == "candidate" else "bad"
    yield "Stage", Html(f"{badge(facts.stage, kind)} {stage_means(facts.stage)}")
    kinds = "synthetic children" if training.synthetic else "children"
    yield "Trained on", f"{training.children} {kinds} with {training.events} events"
    yield "Asked", intended_use(facts)


def _reading(explained: ExplainedCohort) -> Iterator[str]:
    yield _SCALES.get(
        explained.everyone.scale,
        f"Contributions are on the {explained.words.short}; with the base value they add up to it.",
    )
    yield READING
    if explained.never_measured:
        yield f"Not measured in any child of this cohort: {', '.join(explained.never_measured)}."
    yield (
        "Children are called by their place in order of their risk by the last month, lowest "
        "first. Numbers are rounded to four digits."
    )
