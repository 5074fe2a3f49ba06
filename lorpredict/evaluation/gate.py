"""Which model is served, and at what stage it stands: two decisions, each with its figures.

The *alias* says who answers: ``champion`` is ridge Cox (Kaplan-Meier where ridge cannot learn)
unless a tree model has earned the place; ``challenger`` is the best of the others.
The *stage* says how far an answer may be trusted; every answer carries it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lorpredict.errors import TooLittleData
from lorpredict.evaluation._evaluation import Evaluation
from lorpredict.evaluation._rules import (
    Rule,
    rule_accuracy,
    rule_calibration,
    rule_events,
    rule_gain,
    rule_leakage,
    rule_net_benefit,
    rule_stability,
)
from lorpredict.evaluation.leakage import Leakage
from lorpredict.evaluation.sample_size import SampleSize, sample_size_of
from lorpredict.models import ModelFamily
from lorpredict.synthetic import CAUTION

Stage = Literal["demo", "exploratory", "candidate"]

EVENTS_PER_PARAMETER = 10
# What a tree model has to meet to be served; the others decide how far any model may be trusted.
PROMOTING = "abfg"
_SIMPLER = ("ridge", "null")
NOT_JUDGED = "not judged: it could learn in no fold"


@dataclass(frozen=True)
class Verdicts:
    """Who is served, at what stage, and by which rules.

    Parameters
    ----------
    champion, challenger
        Names of families; no challenger where no other model was trained.
    stages
        Family -> how far its answers may be trusted.
    reasons_of
        Family -> why no further.
    rules
        Family -> the rules that it was judged by.
    size
        How many children there are for so many parameters, and how many are needed.
    """

    champion: str
    challenger: str | None
    stages: Mapping[str, Stage]
    reasons_of: Mapping[str, tuple[str, ...]]
    rules: Mapping[str, tuple[Rule, ...]]
    size: SampleSize

    @property
    def served(self) -> dict[str, str]:
        """Alias -> family."""
        aliases = {"champion": self.champion, "challenger": self.challenger}
        return {alias: family for alias, family in aliases.items() if family is not None}

    @property
    def stage(self) -> Stage:
        """Where the champion stands."""
        return self.stages[self.champion]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the champion stands no further."""
        return self.reasons_of[self.champion]


def judge(
    evaluation: Evaluation,
    families: Sequence[ModelFamily],
    *,
    parameters: int,
    leakage: Leakage | None = None,
) -> Verdicts:
    """Decide who is served and at what stage.

    Parameters
    ----------
    parameters
        Number of features of the linear model, for events per parameter.
    leakage
        What the leakage test found; without it its rule does not hold.

    Raises
    ------
    TooLittleData
        If no family that may be served could learn in any fold.
    """
    simplest = _simplest(evaluation, families)
    learnt = [family for family in families if _has_learnt(evaluation, family)]
    rules = {family.name: tuple(_rules(evaluation, family, simplest, leakage)) for family in learnt}
    ranked = _ranked(evaluation, learnt)
    promoted = [family.name for family in ranked if _is_promoted(family, rules[family.name])]
    champion = promoted[0] if promoted else simplest
    others = [family.name for family in ranked if family.name != champion]
    size = sample_size_of(
        evaluation.at_risk.y, parameters=parameters, horizon_days=float(evaluation.horizons[-1])
    )
    short = tuple(_shortcomings(evaluation, size))
    reasons = {
        family.name: (*short, *_failing(rules[family.name]))
        if family.name in rules
        else (*short, NOT_JUDGED)
        for family in families
    }
    synthetic = evaluation.at_risk.synthetic
    return Verdicts(
        champion=champion,
        challenger=others[0] if others else None,
        stages={name: _stage(synthetic, why) for name, why in reasons.items()},
        reasons_of=reasons,
        rules=rules,
        size=size,
    )


def _rules(
    evaluation: Evaluation, family: ModelFamily, simplest: str, leakage: Leakage | None
) -> Iterator[Rule]:
    if family.kind == "tree":
        yield rule_events(evaluation)
        yield rule_gain(evaluation, family.name, simplest)
    yield rule_accuracy(evaluation, family.name)
    yield rule_calibration(evaluation, family.name)
    yield rule_net_benefit(evaluation, family.name)
    yield rule_stability(evaluation, family.name, tells_apart=family.kind != "reference")
    yield rule_leakage(leakage)


def _is_promoted(family: ModelFamily, rules: Sequence[Rule]) -> bool:
    return family.kind == "tree" and all(rule.holds for rule in rules if rule.letter in PROMOTING)


def _ranked(evaluation: Evaluation, families: Sequence[ModelFamily]) -> list[ModelFamily]:
    """Models that know predictors and may be served, the best discrimination first."""
    metrics = evaluation.metrics()
    able = [f for f in families if f.kind in ("linear", "tree") and "uno_c" in metrics[f.name]]
    return sorted(able, key=lambda family: -metrics[family.name]["uno_c"])


def _simplest(evaluation: Evaluation, families: Sequence[ModelFamily]) -> str:
    """Ridge Cox where it could learn, else Kaplan-Meier."""
    learnt = [family.name for family in families if _has_learnt(evaluation, family)]
    found = [name for name in _SIMPLER if name in learnt]
    if not found:
        told = "; ".join(evaluation.notes) or "no reason was given"
        raise TooLittleData(f"neither {' nor '.join(_SIMPLER)} could learn in any fold: {told}")
    return found[0]


def _has_learnt(evaluation: Evaluation, family: ModelFamily) -> bool:
    return not np.isnan(evaluation.risk[family.name]).all()


def _shortcomings(evaluation: Evaluation, size: SampleSize) -> Iterator[str]:
    """Why no model of these children may be trusted further, whatever its figures."""
    if evaluation.at_risk.synthetic:
        yield CAUTION
    events = int(evaluation.at_risk.y["event"].sum())
    if events < EVENTS_PER_PARAMETER * size.parameters:
        yield (
            f"{events} events for {size.parameters} parameters; "
            f"expected at least {EVENTS_PER_PARAMETER} events for each"
        )
    if not size.is_met:
        yield (
            f"{size.children} children at risk; Riley's minimum is {size.needed} "
            f"(expected shrinkage {size.expected_shrinkage:.2f})"
        )


def _failing(rules: Sequence[Rule]) -> Iterator[str]:
    """The rules that keep a model from being a candidate; (a) and (b) only say who is served."""
    for rule in rules:
        if rule.letter not in "ab" and not rule.holds:
            yield str(rule)


def _stage(synthetic: bool, reasons: Sequence[str]) -> Stage:
    if synthetic:
        return "demo"
    return "exploratory" if reasons else "candidate"
