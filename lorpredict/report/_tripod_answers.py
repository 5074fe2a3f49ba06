"""What a training knows of the 52 sub-items of TRIPOD+AI; the others are left to people."""

from __future__ import annotations

from dataclasses import dataclass

import lorpredict
from lorpredict.evaluation import measures
from lorpredict.packaged import horizons_in_words, intended_use
from lorpredict.report._findings import Findings, number


@dataclass(frozen=True)
class Answer:
    """What the run says; ``whole`` where nothing is left for people to add."""

    text: str
    whole: bool = True


_Answers = dict[str, Answer]


def answers(findings: Findings) -> _Answers:
    """Return number of the item -> what the run knows."""
    parts = (_opening, _data, _design, _methods, _evaluation, _output, _results)
    found: _Answers = {}
    for part in parts:
        found |= part(findings)
    return found


def _opening(findings: Findings) -> _Answers:
    told: _Answers = {}
    told["1"] = Answer(
        "Development and internal validation of models that predict secondary loss of response to "
        "infliximab in children with Crohn's disease."
    )
    told["3b"] = Answer(intended_use(findings.facts), whole=False)
    told["4"] = Answer("Development with internal validation; no external validation.")
    return told


def _data(findings: Findings) -> _Answers:
    told: _Answers = {}
    training = findings.facts.training
    kind = "synthetic, made to show the line at work" if findings.synthetic else "observed"
    told["5a"] = Answer(
        f"One cohort for development and evaluation, {training.cohort} ({kind}).", whole=False
    )
    if training.first_year is not None:
        span = f"{training.first_year} to {training.last_year}"
        told["5b"] = Answer(f"First infusions {span}.", whole=False)
    if training.sites is not None:
        told["6a"] = Answer(f"Number of hospitals: {training.sites}.", whole=False)
    design = findings.development.at_risk.design
    told["6b"] = Answer(
        "At risk at the landmark: responding, by the definition "
        f"{design.response_definition}, under observation, and not in loss of response. The flow "
        "of children counts who was left out.",
        whole=False,
    )
    told["6c"] = Answer(
        "What was given by the landmark stands in Table 1. What was given later enters no model: "
        "the risk is that of going on as usual.",
        whole=False,
    )
    told["7"] = Answer(
        "Every value was checked for its unit and plausible range before anything learnt from it; "
        "the checks are the same for every child.",
        whole=False,
    )
    return told


def _design(findings: Findings) -> _Answers:
    told: _Answers = {}
    design = findings.development.at_risk.design
    told["8a"] = Answer(
        f"Secondary loss of response by the definition {design.lor_definition}, by day "
        f"{horizons_in_words(findings.facts)} since the first infusion.",
        whole=False,
    )
    told["9a"] = Answer(
        f"{len(design.predictors)} predictors, named in the design {design.name} (version "
        f"{design.version}) before any model learnt; none was dropped for its effect beforehand."
    )
    told["9b"] = Answer("The table of predictors gives unit and time of each.", whole=False)
    size = findings.described.sample_size
    if size is None:
        told["10"] = Answer(findings.described.sample_size_reason)
    else:
        told["10"] = Answer(
            f"All children there were: {findings.children}, of whom {findings.lost} lost "
            f"response; {number(size.events_per_parameter, 1)} events for each parameter. Riley's "
            f"minimum is {size.needed}."
        )
    told["11"] = Answer(
        "Imputation inside every fold and resample; nobody left out for a missing value. See "
        "Missing data.",
        whole=False,
    )
    return told


def _methods(findings: Findings) -> _Answers:
    told: _Answers = {}
    plan = findings.evaluation.plan.lines()[0].removeprefix("Plan of validation: ")
    logs = [each.label for each in findings.predictors if each.transform == "log1p"]
    told["12a"] = Answer(f"All children teach and test in turn: {plan}.")
    told["12b"] = Answer(
        "Numbers stay continuous; as logarithm: "
        f"{', '.join(logs) or 'none'}. Linear models see numbers with mean 0 and SD 1, categories "
        "as indicators."
    )
    labels = ", ".join(findings.label(name) for name in findings.evaluation.risk)
    told["12c"] = Answer(
        f"{labels}. Whatever is chosen from data, penalties included, is chosen anew inside every "
        "fold. Settings: see Reproducing it."
    )
    told["12f"] = Answer("No model was updated in this training.")
    told["12g"] = Answer(
        f"By the models of each fold, by lorpredict {lorpredict.__version__}; the same code "
        "answers in the service."
    )
    told["13"] = Answer("No method against class imbalance was used, so nothing was to be undone.")
    return told


def _evaluation(findings: Findings) -> _Answers:
    told: _Answers = {}
    parts = findings.evaluation.parts
    heterogeneity = (
        "Hospitals and later children were left out in turn; see that section."
        if len(parts)
        else "Not examined: no hospital and no period could be left out."
    )
    told["12d"] = Answer(heterogeneity)
    told["23b"] = Answer(heterogeneity)
    told["12e"] = Answer(
        f"{', '.join(each.label for each in measures())}; instability of single risks. Models are "
        "compared on the same folds, by rules set beforehand (the gate)."
    )
    told["14"] = Answer(
        "Discrimination and calibration by sex, age, hospital, and whether the trough was "
        "measured, as far as events allow.",
        whole=False,
    )
    return told


def _output(findings: Findings) -> _Answers:
    told: _Answers = {}
    told["15"] = Answer(
        f"The probability of loss of response by day {horizons_in_words(findings.facts)} since the "
        "first infusion. Nobody is classified; net benefit is looked at for thresholds of 10 to "
        "40 % and judged from 15 to 35 %."
    )
    told["16"] = Answer(
        "None in setting, eligibility, outcome or predictors: both are the same cohort."
    )
    told["18f"] = Answer(
        f"lorpredict {lorpredict.__version__}, open source under GPL-3.0-or-later; see "
        "Reproducing it."
    )
    return told


def _results(findings: Findings) -> _Answers:
    told: _Answers = {}
    who = f"{findings.children} children, {findings.lost} of whom lost response"
    told["20a"] = Answer(f"See Flow of children and Follow-up: {who}.")
    told["20b"] = Answer("See Table 1 and Missing data.", whole=False)
    told["20c"] = Answer("There is no second cohort in this training to compare with.")
    tuned = "" if findings.evaluation.plan.tuned == "none" else ", with settings tuned inside"
    told["21"] = Answer(
        f"The models learnt from all: {who}. In cross-validation each model learnt from about four "
        f"fifths of them and was judged on the rest{tuned}."
    )
    told["22"] = Answer(
        f"The registered model {findings.name} is a folder of plain arrays and text from which "
        "risks can be computed.",
        whole=False,
    )
    intervals = bool(findings.evaluation.plan.draws)
    told["23a"] = Answer(
        "See Performance, Calibration and Subgroups" + ("." if intervals else "; no intervals."),
        whole=intervals,
    )
    told["24"] = Answer("No model was updated in this training.")
    told["26"] = Answer("See Intended use and limits.", whole=False)
    told["27a"] = Answer(
        "An implausible value is refused with its name and expected range, an unusual one answered "
        "with a warning; the answer names what was missing.",
        whole=False,
    )
    return told
