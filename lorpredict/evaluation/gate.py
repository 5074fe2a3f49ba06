"""Which model is served, and at what stage it stands: two decisions, each with its figures.

The *alias* says who answers: ``champion`` is ridge Cox (Kaplan-Meier where ridge cannot learn)
unless a tree model has earned the place; ``challenger`` is the best of the tree models.
The *stage* says how far an answer may be trusted; every answer carries it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lorpredict.evaluation._evaluate import Evaluation
from lorpredict.models import ModelFamily

Stage = Literal["demo", "exploratory", "candidate"]

FEWEST_EVENTS_FOR_TREES = 100
SMALLEST_GAIN = 0.02
EVENTS_PER_PARAMETER = 10
_SIMPLER = ("ridge", "null")


@dataclass(frozen=True)
class Rule:
    """One rule with its figure, its threshold and whether it holds."""

    name: str
    figure: str
    threshold: str
    holds: bool

    def __str__(self) -> str:
        verdict = "holds" if self.holds else "does not hold"
        return f"{self.name}: {self.figure} (needed: {self.threshold}) {verdict}"


@dataclass(frozen=True)
class Verdicts:
    """Who is served, at what stage, and by which rules.

    Parameters
    ----------
    champion, challenger
        Names of families; no challenger where no tree model was trained.
    stage, reasons
        How far answers may be trusted, and why no further.
    rules
        Family -> the rules that it was judged by.
    """

    champion: str
    challenger: str | None
    stage: Stage
    reasons: tuple[str, ...]
    rules: Mapping[str, tuple[Rule, ...]]

    @property
    def served(self) -> dict[str, str]:
        """Alias -> family."""
        aliases = {"champion": self.champion, "challenger": self.challenger}
        return {alias: family for alias, family in aliases.items() if family is not None}


def judge(
    evaluation: Evaluation,
    families: Sequence[ModelFamily],
    *,
    parameters: int,
    synthetic: bool,
) -> Verdicts:
    """Decide who is served and at what stage.

    Parameters
    ----------
    parameters
        Number of features of the linear model, for events per parameter.
    synthetic
        Whether any row of the cohort is synthetic; then the stage is ``demo`` whatever its figures.
    """
    simplest = _simplest(evaluation, families)
    trees = [f.name for f in families if f.kind == "tree" and "uno_c" in evaluation.metrics(f.name)]
    ranked = sorted(trees, key=lambda name: -evaluation.metrics(name)["uno_c"])
    rules = {name: _rules(evaluation, name, simplest) for name in ranked}
    promoted = [name for name in ranked if all(rule.holds for rule in rules[name])]
    champion = promoted[0] if promoted else simplest
    others = [name for name in ranked if name != champion]
    challenger = (simplest if promoted else None) or (others[0] if others else None)
    stage, reasons = _stage(evaluation, parameters=parameters, synthetic=synthetic)
    return Verdicts(champion, challenger, stage, reasons, rules)


def _simplest(evaluation: Evaluation, families: Sequence[ModelFamily]) -> str:
    """Ridge Cox where it could learn, else Kaplan-Meier, else the first that may be served."""
    learnt = [f.name for f in families if f.kind != "comparator" and _has_learnt(evaluation, f)]
    return next((name for name in _SIMPLER if name in learnt), learnt[0])


def _has_learnt(evaluation: Evaluation, family: ModelFamily) -> bool:
    return not np.isnan(evaluation.risk[family.name]).all()


def _rules(evaluation: Evaluation, name: str, reference: str) -> tuple[Rule, ...]:
    events = int(evaluation.at_risk.y["event"].sum())
    gain, lower = _gain(evaluation, name, reference)
    return (
        Rule(
            "events for a tree model",
            f"{events} events",
            f"{FEWEST_EVENTS_FOR_TREES}",
            events >= FEWEST_EVENTS_FOR_TREES,
        ),
        Rule(
            f"gain in Uno's C over {reference}",
            f"{gain:+.3f}, 95 % interval from {lower:+.3f}",
            f"at least {SMALLEST_GAIN:+.2f}, interval above 0",
            bool(gain >= SMALLEST_GAIN and lower > 0),
        ),
    )


def _gain(evaluation: Evaluation, name: str, reference: str) -> tuple[float, float]:
    """Mean paired difference of Uno's C and the lower end of its 95 % interval.

    Folds of repeated cross-validation share children, so the variance over folds is corrected.

    References
    ----------
    Nadeau C, Bengio Y. Machine Learning 52:239 (2003).
    """
    difference = evaluation.paired_difference(name, reference)
    known = difference[np.isfinite(difference)]
    if len(known) < 2:
        return float("nan"), float("nan")
    test_to_train = 1 / 4  # five folds
    variance = known.var(ddof=1) * (1 / len(known) + test_to_train)
    return float(known.mean()), float(known.mean() - 1.96 * np.sqrt(variance))


def _stage(
    evaluation: Evaluation, *, parameters: int, synthetic: bool
) -> tuple[Stage, tuple[str, ...]]:
    events = int(evaluation.at_risk.y["event"].sum())
    reasons = []
    if synthetic:
        reasons.append("trained on a synthetic reconstruction: demonstration only")
    if events < EVENTS_PER_PARAMETER * parameters:
        reasons.append(
            f"{events} events for {parameters} parameters; "
            f"expected at least {EVENTS_PER_PARAMETER} events for each"
        )
    # A candidate needs calibration, net benefit and stability judged too; until then none is one.
    reasons.append("calibration, net benefit and stability have not been judged by the gate")
    return ("demo" if synthetic else "exploratory"), tuple(reasons)
