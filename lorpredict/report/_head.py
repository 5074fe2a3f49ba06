"""How a report begins: whose it is, at what stage, and five sentences for a clinician."""

from __future__ import annotations

from collections.abc import Iterator

from lorpredict.errors import capitalised, counted_children
from lorpredict.packaged import NOT_FOR, intended_use, limits, stage_means
from lorpredict.report._findings import Findings, in_percent, percent
from lorpredict.report._html import Html, badge, bullets, element, joined, paragraph, section


def head(findings: Findings) -> Html:
    """Name, stage with its reasons, and the caution."""
    verdicts, design = findings.verdicts, findings.development.at_risk.design
    kind = "good" if verdicts.stage == "candidate" else "bad"
    return element(
        "header",
        element("h1", f"Training report: {findings.name}"),
        paragraph(
            f"Secondary loss of response to infliximab in children with Crohn's disease, predicted "
            f"at day {findings.clock:g}. Cohort “{findings.development.cohort.name}”, design "
            f"{design.name} (version {design.version}).",
            kind="lead",
        ),
        paragraph(
            "Stage of ",
            findings.label(findings.champion),
            ", the model that answers: ",
            badge(verdicts.stage, kind),
            f": {stage_means(verdicts.stage)}.",
        ),
        caution(findings),
    )


def reasons(findings: Findings) -> Html:
    """Say why the stage is no better; the gate has the figures."""
    told = findings.verdicts.reasons
    rules = {str(rule): rule for rule in findings.verdicts.rules[findings.champion]}
    short = [
        f"({rules[each].letter}) {rules[each].name}: does not hold" if each in rules else each
        for each in told
    ]
    if not told:
        return Html("")
    link = element("a", "The gate", href="#gate")
    return element(
        "section",
        element("h3", f"Why the stage is {findings.verdicts.stage}"),
        bullets(findings.in_words(each) for each in short),
        paragraph(link, " gives every rule with its figure."),
    )


def caution(findings: Findings) -> Html:
    """Return the caution that stands wherever performance is shown; nothing for real children."""
    if not findings.synthetic:
        return Html("")
    told = f"{capitalised(findings.caution)}. No figure below speaks of real children."
    return paragraph(told, kind="caution")


def summary(findings: Findings) -> Html:
    """Return five sentences that a clinician understands."""
    told = [paragraph(each) for each in _sentences(findings)]
    return element("section", element("h2", "In five sentences", id="summary"), told,
                   class_="summary", aria_labelledby="summary")  # fmt: skip


def _sentences(findings: Findings) -> Iterator[str]:
    yield _who(findings)
    yield _which(findings)
    yield _ranking(findings)
    yield _accuracy(findings)
    yield _standing(findings)


def _who(findings: Findings) -> str:
    kind = "synthetic children" if findings.synthetic else "children"
    return (
        f"{findings.children} {kind}, responding to infliximab as far as is known, were followed "
        f"from the fourth infusion on; {findings.lost} of them lost the response{_by(findings)}."
    )


def _by(findings: Findings) -> str:
    if not findings.tells_events:
        return ""
    risks = findings.incidence.kaplan_meier.at(findings.days_of_incidence)
    by = " and ".join(
        f"{in_percent(risk)} by day {day + findings.clock:g}"
        for day, risk in zip(risks["day"], risks["risk"], strict=True)
    )
    return f", an estimated {by} since the first infusion, had all gone on with it"


def _which(findings: Findings) -> str:
    trained, label = len(findings.evaluation.risk), findings.label(findings.champion)
    simple = findings.champion in ("ridge", "null")
    why = (
        "the simple model, since no tree model earned its place by the rules set beforehand"
        if simple
        else "a tree model that earned its place by the rules set beforehand"
    )
    return f"Of {trained} ways of predicting that were tried, {label} answers: {why}."


def _ranking(findings: Findings) -> str:
    value, ends = findings.figure(findings.champion, "uno_c", 2)
    if value == "not defined":
        return "How well it ranks children by their risk could not be told."
    interval = f"95 % interval {_short(ends)}" if ends else "no interval was computed"
    rounded = 100 * findings.metrics[findings.champion]["uno_c"]
    return (
        f"Of two children it had not learnt from, it gave the one who lost response earlier the "
        f"higher risk in about {rounded:.0f} of 100 pairs, where a coin would do so in 50 (Uno's "
        f"C {value}, {interval})."
    )


def _accuracy(findings: Findings) -> str:
    told = [_gain(findings, name, day) for name, day in findings.horizons.items()]
    known = [each for each in told if each]
    if not known:
        return "How accurate its risks are could not be told."
    return (
        "Compared with telling every child the same risk, knowing the child made the risks "
        f"{' and '.join(known)}{_ratios(findings)}."
    )


def _gain(findings: Findings, name: str, day: float) -> str:
    """Tell the index of prediction accuracy by a horizon; nothing where it is not known."""
    key = f"index_of_prediction_accuracy_{name}"
    gain = findings.metrics[findings.champion].get(key)
    if gain is None:
        return ""
    low = findings.metrics[findings.champion].get(f"{key}_low")
    sure = "" if low is None or low > 0 else "; it may be chance"
    if gain > 0:
        return f"more accurate by day {day:g} (by {percent(gain)}{sure})"
    return f"no more accurate by day {day:g} ({percent(gain)})"


def _ratios(findings: Findings) -> str:
    told = [
        f"{100 * ratio:.0f} by day {day:g}"
        for name, day in findings.horizons.items()
        if (ratio := findings.metrics[findings.champion].get(f"observed_expected_{name}"))
    ]
    return f"; for 100 losses it foretold, {' and '.join(told)} were seen" if told else ""


def _standing(findings: Findings) -> str:
    rules = findings.verdicts.rules[findings.champion]
    broken = [f"({rule.letter}) {rule.name}" for rule in rules if not rule.holds]
    kept = (
        f"It keeps all {len(rules)} rules of the gate that apply to it"
        if not broken
        else f"Of the {len(rules)} rules of the gate that apply to it, {len(broken)} did not hold "
        f"or could not be judged: {', '.join(broken)}. It answers all the same"
    )
    stage = findings.verdicts.stage
    return f"{kept}, and stands at the stage “{stage}”: {stage_means(stage)}."


def _short(ends: str) -> str:
    return " to ".join(f"{float(end):.2f}" for end in ends.split(" to "))


def use(findings: Findings) -> Html:
    """Say what the model is for and where its limits lie."""
    return section(
        "Intended use and limits",
        "use",
        paragraph(intended_use(findings.facts)),
        element("h3", "Not for"),
        bullets(NOT_FOR),
        element("h3", "Limits"),
        bullets(joined(each) for each in [*limits(findings.facts), *_of_these_children(findings)]),
    )


def _of_these_children(findings: Findings) -> Iterator[str]:
    described = findings.described
    for predictor in findings.predictors:
        lacking = described.missing[predictor.key]
        if lacking is not None and lacking > 0.2 * findings.children:
            yield (
                f"{predictor.label} is missing in {lacking} of "
                f"{counted_children(findings.children)}; what stands for it is an assumption."
            )
    for reason, many in described.flow.unknown.items():
        if many != 0:
            yield f"{capitalised(reason)} in {_or_some(many)}; they were kept."


def _or_some(many: int | None) -> str:
    return "some children" if many is None else counted_children(many)
