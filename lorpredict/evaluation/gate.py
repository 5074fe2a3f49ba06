"""Which model is served, and at what stage it stands: two decisions, each with its figures.

The *alias* says who answers: ``champion`` is ridge Cox (Kaplan-Meier where ridge cannot learn)
unless a tree model has earned the place; ``challenger`` is the best of the others.
The *stage* says how far an answer may be trusted; every answer carries it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lorpredict.errors import TooLittleData
from lorpredict.evaluation._evaluate import Evaluation
from lorpredict.evaluation.sample_size import sample_size_of
from lorpredict.models import ModelFamily
from lorpredict.synthetic import CAUTION

Stage = Literal["demo", "exploratory", "candidate"]

FEWEST_EVENTS_FOR_TREES = 100
SMALLEST_GAIN = 0.02
EVENTS_PER_PARAMETER = 10
_SIMPLER = ("ridge", "null")
# Rules that need more than cross-validation gives; until they are judged they do not hold.
_NOT_JUDGED = {
    "instability and subgroups": "median instability at most 0.10, no subgroup that falls behind",
    "leakage": "no prediction moves when later columns do",
}


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


def judge(evaluation: Evaluation, families: Sequence[ModelFamily], *, parameters: int) -> Verdicts:
    """Decide who is served and at what stage.

    Parameters
    ----------
    parameters
        Number of features of the linear model, for events per parameter.

    Raises
    ------
    TooLittleData
        If no family that may be served could learn in any fold.
    """
    simplest = _simplest(evaluation, families)
    ranked = _ranked(evaluation, families)
    trees = [family.name for family in ranked if family.kind == "tree"]
    rules = {name: _rules(evaluation, name, simplest) for name in trees}
    promoted = [name for name in trees if all(rule.holds for rule in rules[name])]
    champion = promoted[0] if promoted else simplest
    others = [family.name for family in ranked if family.name != champion]
    stage, reasons = _stage(evaluation, parameters)
    return Verdicts(champion, others[0] if others else None, stage, reasons, rules)


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
        *(Rule(name, "not judged", threshold, False) for name, threshold in _NOT_JUDGED.items()),
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
    folds = int(evaluation.values["fold"].max())
    test_to_train = 1 / (folds - 1)
    variance = known.var(ddof=1) * (1 / len(known) + test_to_train)
    return float(known.mean()), float(known.mean() - 1.96 * np.sqrt(variance))


def _stage(evaluation: Evaluation, parameters: int) -> tuple[Stage, tuple[str, ...]]:
    events = int(evaluation.at_risk.y["event"].sum())
    synthetic = evaluation.at_risk.synthetic
    reasons = [CAUTION] if synthetic else []
    if events < EVENTS_PER_PARAMETER * parameters:
        reasons.append(
            f"{events} events for {parameters} parameters; "
            f"expected at least {EVENTS_PER_PARAMETER} events for each"
        )
    size = sample_size_of(
        evaluation.at_risk.y, parameters=parameters, horizon_days=float(evaluation.horizons[-1])
    )
    if not size.is_met:
        reasons.append(
            f"{size.children} children at risk; Riley's minimum is {size.needed} "
            f"(expected shrinkage {size.expected_shrinkage:.2f})"
        )
    # A candidate needs calibration, net benefit and stability judged too; until then none is one.
    reasons.append("calibration, net benefit and stability have not been judged by the gate")
    return ("demo" if synthetic else "exploratory"), tuple(reasons)
