"""The model card: what a model is for, where it came from, how far to trust it.

References
----------
Mitchell M, et al. Model Cards for Model Reporting. FAT* 2019.
"""

from __future__ import annotations

from collections.abc import Iterator

from lorpredict.evaluation import measure_label
from lorpredict.models import families
from lorpredict.packaged import (
    NOT_FOR,
    CoursePoint,
    JudgedRule,
    PackagedModel,
    Recalibration,
    intended_use,
    limits,
    stage_means,
)

# What a card leaves to the report, so that it stays within two pages.
_IN_THE_REPORT = ("e50", "e90")


def model_card(model: PackagedModel) -> str:
    """Write the card of a packaged model as Markdown, two pages at most."""
    parts = [
        _head(model),
        _use(model),
        _training(model),
        *_recalibration(model),
        *_course(model),
        _performance(model),
        _single_risk(model),
        *_gate(model),
        _predictors(model),
        _report(model),
    ]
    return "\n\n".join(parts) + "\n"


def _head(model: PackagedModel) -> str:
    facts = model.facts
    judged = {_as_reason(rule) for rule in facts.rules}
    reasons = "\n".join(f"- {reason}" for reason in facts.reasons if reason not in judged)
    broken = [f"({rule.letter}) {_rule_name(rule)}" for rule in facts.rules if not rule.holds]
    if broken:
        reasons += f"\n- rules of the gate that do not hold: {', '.join(broken)}"
    return (
        f"# {facts.name}: {facts.family_label}\n\n"
        f"Stage: **{facts.stage}**, {stage_means(facts.stage)}.\n\n{reasons}\n\n"
        f"Design {facts.design.name} (version {facts.design.version}), "
        f"lorpredict {facts.version}, catalogue {facts.catalogue_version}."
    )


def _as_reason(rule: JudgedRule) -> str:
    """Return a rule as the gate writes it among the reasons of a stage."""
    verdict = "holds" if rule.holds else "does not hold"
    return f"({rule.letter}) {rule.name}: {rule.figure} (needed: {rule.threshold}) {verdict}"


def _rule_name(rule: JudgedRule) -> str:
    before, over, reference = rule.name.partition(" over ")
    known = families()
    return f"{before} over {known[reference].label}" if over and reference in known else rule.name


def _use(model: PackagedModel) -> str:
    never = "\n".join(f"- {each}" for each in NOT_FOR)
    weak = "\n".join(f"- {each}" for each in limits(model.facts))
    return (
        f"## Intended use\n\n{intended_use(model.facts)}\n\nNot for:\n\n{never}\n\n"
        f"## Limits\n\n{weak}"
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
        f"SHA-256 of the checked table: `{training.sha256}`.{_tuned(model)}"
    )


def _course(model: PackagedModel) -> Iterator[str]:
    """Tell what became of the children by the horizons; an older folder does not know."""
    course = model.facts.course
    if course is None:
        return
    ends = (course.points[0].day_since_first_infusion, course.points[-1].day_since_first_infusion)
    days = sorted({*ends, *model.facts.horizons_since_first_infusion.tolist()})
    points = [point for point in map(course.at, days) if point is not None]
    rows = [
        [
            "days since the first infusion",
            *(f"{point.day_since_first_infusion:.0f}" for point in points),
        ],
        ["children at risk", *(str(point.at_risk) for point in points)],
        ["lost response by then (Kaplan-Meier, 95 % interval)", *map(_lost, points)],
    ]
    head, *told = [f"| {' | '.join(row)} |" for row in rows]
    table = "\n".join([head, "|---" * len(rows[0]) + "|", *told])
    yield f"## What became of the children of {course.cohort}\n\n{table}"


def _lost(point: CoursePoint) -> str:
    """Kaplan and Meier's risk with its interval, where there is one."""
    if point.low is None or point.high is None:
        return f"{100 * point.risk:.1f} %"
    low, high = 100 * point.low, 100 * point.high
    return f"{100 * point.risk:.1f} % ({low:.1f} to {high:.1f} %)"


def _tuned(model: PackagedModel) -> str:
    told = ", ".join(f"`{name}` {value}" for name, value in model.facts.tuned.items())
    return f"\nSettings that tuning chose inside these children: {told}." if told else ""


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
        if not name.startswith(_IN_THE_REPORT)
    ]
    earlier = (
        "**These are the figures of the original model**, as it was before recalibration. "
        "The recalibrated one has not been judged on children it had not seen.\n\n"
    )
    known = any(interval for _, interval in model.facts.figures.values())
    uncertainty = (
        "The interval holds the chance in who was seen and in how the folds fell."
        if known
        else "There are no intervals: how uncertain the figures are was not asked."
    )
    return (
        "## Performance on children the model had not seen\n\n"
        f"{earlier if model.facts.recalibrations else ''}"
        f"Repeated five-fold cross-validation, the whole pipeline inside. {uncertainty} "
        "Days count from the first infusion.\n\n"
        "| measure | estimate | 95 % interval |\n|---|---|---|\n" + "\n".join(rows)
    )


def _single_risk(model: PackagedModel) -> str:
    return f"## How sure a single risk is\n\n{model.interval_method}"


def _gate(model: PackagedModel) -> Iterator[str]:
    """Tell every rule that the model was judged by; an older folder knows none."""
    rows = [
        f"| ({rule.letter}) {_rule_name(rule)} | {rule.figure} | {rule.threshold} | "
        f"{'holds' if rule.holds else '**does not hold**'} |"
        for rule in model.facts.rules
    ]
    if rows:
        head = "| rule | found | needed | verdict |\n|---|---|---|---|\n"
        yield "## Gate\n\nRules and thresholds were set before any model was judged.\n\n" + (
            head + "\n".join(rows)
        )


def _predictors(model: PackagedModel) -> str:
    named = model.facts.design.catalogue.columns(model.encoding.predictors)
    rows = [f"| {p.label} | {p.readable_unit} | {p.known.value.replace('_', ' ')} |" for p in named]
    if not rows:
        return "## Predictors\n\nNone: every child gets the same curve."
    told = "## Predictors\n\n| predictor | unit | known at |\n|---|---|---|\n" + "\n".join(rows)
    forecast = model.encoding.forecast
    return told if forecast is None else f"{told}\n\nThe trough is {forecast.in_words}"


def _report(model: PackagedModel) -> str:
    original = "the original training" if model.facts.recalibrations else "the training"
    return (
        "## Report\n\n"
        "Flow of children, Table 1, every measure with its picture, subgroups and TRIPOD+AI stand "
        f"in `report.html`, among the artifacts of {original}'s run in the tracking store."
    )
