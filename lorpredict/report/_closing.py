"""How a report ends: predictors, open questions of law, how to do it again, notes."""

from __future__ import annotations

import hashlib
import json
import platform
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.resources import files

import lorpredict
from lorpredict.clinical import Kind, Predictor
from lorpredict.report._findings import Findings
from lorpredict.report._html import (
    Html,
    Inside,
    bullets,
    element,
    folded,
    joined,
    paragraph,
    section,
    table,
)

_PACKAGES = ("numpy", "pandas", "scipy", "sklearn", "sksurv", "xgboost")
_KNOWN = {"first_infusion": "first infusion", "landmark": "landmark"}
_KINDS = {Kind.BOOLEAN: "yes or no", Kind.CATEGORY: "category", Kind.NUMBER: "number"}


def predictors(findings: Findings) -> Html:
    """Name every predictor with its unit and the time at which it is known."""
    rows = [
        [each.label, each.readable_unit or _KINDS[each.kind], _KNOWN[each.known.value],
         "logarithm" if each.transform == "log1p" else "as it is", each.source]
        for each in findings.predictors
    ]  # fmt: skip
    design = findings.development.at_risk.design
    only = [
        f"{findings.label(name)}: {_labels(model.encoding_.predictors, findings)}."
        for name, model in findings.development.models.items()
        if set(model.encoding_.predictors) != set(design.predictors)
    ]
    return section(
        "Predictors",
        "predictors",
        table(
            ["Predictor", "Unit", "Known at", "Scale in linear models", "Source of the definition"],
            rows,
            caption=f"All {len(rows)} predictors of the design; nothing that is known later enters",
            kind="texts",
        ),
        paragraph("Models that look at others than these, or at fewer:") if only else "",
        bullets(only),
    )


def _labels(keys: tuple[str, ...], findings: Findings) -> str:
    known = findings.development.at_risk.design.catalogue
    return ", ".join(each.label for each in known.columns(keys)) or "no predictor at all"


def regulation(_: Findings) -> Html:
    """List what law and standards may ask, as open questions."""
    rows = [[each["of"], each["asks"]] for each in _questions()]
    return section(
        "Open questions of law",
        "regulation",
        paragraph(
            "The training cannot answer these, and nothing here says that a duty is met or absent. "
            "They have to be answered before any use in care."
        ),
        table(["Rule", "Open question"], rows, caption="All open", kind="texts"),
    )


@cache
def _questions() -> list[dict[str, str]]:
    text = files("lorpredict.report").joinpath("regulation.toml").read_text("utf-8")
    found: list[dict[str, str]] = tomllib.loads(text)["question"]
    return found


def reproducing(findings: Findings) -> Html:
    """Tell versions, seed, hashes and the command."""
    development, design = findings.development, findings.development.at_risk.design
    told: dict[str, Inside] = {
        "lorpredict": lorpredict.__version__,
        "Catalogue": design.catalogue.version,
        "Python": platform.python_version(),
        "Packages": ", ".join(f"{each} {import_module(each).__version__}" for each in _PACKAGES),
        "Seed": str(development.seed),
        "Cohort": f"{development.cohort.name}, SHA-256 of the checked table "
        f"{development.cohort.sha256}",
        "Design": f"{design.name}, version {design.version}, SHA-256 {_hash_of(design.to_dict())}",
        "Plan": _plan(findings),
    }
    lines = [joined(element("dt", key), element("dd", each)) for key, each in told.items()]
    return section(
        "Reproducing it",
        "reproducing",
        element("dl", lines),
        paragraph("The same children, design, seed and versions give the same report:"),
        element("pre", element("code", _command(findings))),
        folded("Design and settings, as the programme reads them", _settings(findings)),
    )


def _plan(findings: Findings) -> str:
    plan = findings.evaluation.plan
    return (
        f"{plan.repeats} repeats of the folds; {plan.resamples} resamples "
        f"({plan.resamples_of_trees} for trees); {plan.draws} draws for the intervals; hospitals "
        f"left out: {_yes(plan.by_site)}; later children left out: {_yes(plan.by_time)}; families "
        f"tuned: {plan.tuned}, {plan.trials} trials each time"
    )


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _command(findings: Findings) -> str:
    development, plan = findings.development, findings.evaluation.plan
    settings = ", ".join(f"{name}={value!r}" for name, value in plan.settings.items())
    names = [*development.models, *development.skipped]
    return (
        "from lorpredict import ModelDesign, develop, read_cohort\n"
        "from lorpredict.evaluation import ValidationPlan\n\n"
        f"cohort = read_cohort(...)  # {development.cohort.name}, until its sha256 is as above\n"
        f"design = ModelDesign.read(...)  # {development.at_risk.design.name}\n"
        f"plan = ValidationPlan({settings})\n"
        f"develop(cohort, design, family_names={names}, plan=plan, seed={development.seed})"
    )


def _hash_of(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _settings(findings: Findings) -> Html:
    design = findings.development.at_risk.design.to_dict()
    models = findings.development.models
    settings = {name: dict(model.settings) for name, model in models.items()}
    return joined(
        element("pre", element("code", json.dumps(each, indent=1, default=str, sort_keys=True)))
        for each in (design, settings)
    )


def notes(findings: Findings) -> Html:
    """Tell what could not be computed, which families could not learn, what was left out."""
    told = list(_notes(findings))
    return section(
        "Notes",
        "notes",
        bullets(told) if told else paragraph("Nothing had to be left out, clipped or skipped."),
    )


def _notes(findings: Findings) -> Iterator[str]:
    development = findings.development
    yield from (findings.in_words(note) for note in findings.evaluation.notes)
    for family, why in development.skipped.items():
        yield f"{findings.label(family)} could not learn: {findings.in_words(why)}"
    if development.cohort.left_out_columns:
        many = len(development.cohort.left_out_columns)
        yield f"Columns of the source that the catalogue does not hold, left out: {many}."
    for predictor in _never_measured(findings):
        yield f"{predictor.label} was measured in no child; the models know nothing of it."


def _never_measured(findings: Findings) -> list[Predictor]:
    X = findings.development.at_risk.X
    return [each for each in findings.predictors if X[each.key].isna().all()]
