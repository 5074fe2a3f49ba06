"""How models are judged: a plan that is chosen from the children, and says why.

References
----------
Steyerberg EW, et al. J Clin Epidemiol 54:774 (2001): bootstrap against cross-validation.
Varma S, Simon R. BMC Bioinformatics 7:91 (2006): nested cross-validation.
Steyerberg EW, Harrell FE. J Clin Epidemiol 69:245 (2016): leaving out sites and periods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from lorpredict.errors import DesignError, counted, counted_children, did_you_mean
from lorpredict.evaluation._studies import (
    prepare_studies,
    refuse_studies,
    refuse_without_optuna,
)
from lorpredict.evaluation._tuning import TRIALS, Tuning
from lorpredict.evaluation._when_to_tune import Tuned, TuningMode, what_to_tune
from lorpredict.models import ModelFamily
from lorpredict.outcome import AtRisk

PlanSize = Literal["quick", "default", "full"]
PLAN_SIZES: tuple[PlanSize, ...] = get_args(PlanSize)
Estimator = Literal["cross-validation", "bootstrap", "apparent"]

# The estimate that is told first. With few children the bootstrap's correction leaves much of the
# optimism behind, of trees most of it, and cross-validation next to none; see benchmarks/results.
HEADLINE: Estimator = "cross-validation"
MANY_CHILDREN = 1000
FEWEST_EVENTS_OF_A_PART = 5  # fewer tell nothing of a hospital or a period
TESTED_LAST = 0.3
_TUNED = {
    "some": "settings tuned inside where trials are quick, {} trials each time",
    "all": "settings tuned inside wherever there are any, {} trials each time",
}


@dataclass(frozen=True)
class ValidationPlan:
    """How models are judged.

    Parameters
    ----------
    repeats
        How often the five folds of cross-validation are drawn.
    resamples, resamples_of_trees
        How many bootstrap resamples linear families and tree families learn from.
    draws
        How often the children are drawn anew for the intervals of cross-validation.
    by_site
        Whether every hospital is left out once.
    by_time
        Whether the children who began last are left out.
    tuned
        Which families choose their settings inside the children who teach: ``none``, ``some``
        (those that are tuned unasked), or ``all`` that have something to choose.
    trials
        How many settings each of them tries out, every time it learns.
    reasons
        Why it is so, in sentences.
    """

    repeats: int = 20
    resamples: int = 0
    resamples_of_trees: int = 0
    draws: int = 200
    by_site: bool = False
    by_time: bool = False
    tuned: Tuned = "none"
    trials: int = TRIALS
    reasons: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        counts = {
            "repeats": self.repeats,
            "resamples": self.resamples,
            "resamples_of_trees": self.resamples_of_trees,
            "draws": self.draws,
            "trials": self.trials,
        }
        at_least_one = ("repeats", "trials")
        wrong = [f"{name} {n}" for name, n in counts.items() if n < (name in at_least_one)]
        if wrong:
            expected = "expected at least 1 repeat, 1 trial, and no negative number"
            raise DesignError(f"{'; '.join(wrong)}: {expected}")

    def resamples_for(self, family: ModelFamily) -> int:
        """Return the number of bootstrap resamples from which a family learns."""
        return self.resamples_of_trees if family.kind == "tree" else self.resamples

    def tuning_of(self, family: ModelFamily, studies: str = "") -> Tuning | None:
        """Return how a family chooses its settings, or None where it keeps its defaults."""
        wanted = self.tuned == "all" or (self.tuned == "some" and family.tuned_unasked)
        return Tuning(self.trials, studies) if wanted else None

    def for_families(self, families: Sequence[ModelFamily]) -> ValidationPlan:
        """Return the plan as it is for these families: nothing is tuned where nothing can be."""
        able = (family.to_tune() for family in families if self.tuning_of(family))
        if self.tuned == "none" or any(able):
            return self
        why = "none of the families judged here is tuned: they have no settings for it"
        return replace(self, tuned="none", reasons=(*self.reasons, why))

    def prepare_tuning(self, studies: str = "") -> None:
        """Make sure that whatever is tuned can be, and that its studies can be kept.

        Raises
        ------
        TuningError
            If Optuna is not installed, or no studies can be kept at that address.
        """
        refuse_studies(studies)
        if self.tuned != "none":
            refuse_without_optuna()
            prepare_studies(studies)

    @property
    def settings(self) -> dict[str, Any]:
        """All that makes the plan, by name; without its reasons."""
        return {name: value for name, value in asdict(self).items() if name != "reasons"}

    def lines(self) -> list[str]:
        """Return the plan and its reasons as lines of text."""
        told = [f"five-fold cross-validation, {counted(self.repeats, 'draw')} of the folds"]
        if self.resamples or self.resamples_of_trees:
            told.append(
                f"bootstrap, {self.resamples} resamples ({self.resamples_of_trees} for trees)"
            )
        told += ["every hospital left out once"] if self.by_site else []
        told += ["the children who began last left out"] if self.by_time else []
        told += [_TUNED[self.tuned].format(self.trials)] if self.tuned != "none" else []
        return ["Plan of validation: " + "; ".join(told), *(f"  {why}" for why in self.reasons)]


def choose_plan(
    at_risk: AtRisk, size: PlanSize = "default", *, tuning: TuningMode = "auto"
) -> ValidationPlan:
    """Choose how models are judged on these children, and which of them are tuned.

    Parameters
    ----------
    size
        ``full`` draws as often as a publication asks for, ``default`` less often, and ``quick``
        once, to try things out.
    tuning
        ``on`` tunes every family that can be, ``off`` none. ``auto`` tunes XGBoost Cox, whose
        trials are quick, from 100 events on, where Optuna is there and the plan is not ``quick``.

    Raises
    ------
    DesignError
        If there is no such size, or no such tuning.
    """
    plan = _for_size(at_risk, size)
    tuned, why = what_to_tune(tuning, events=int(at_risk.y["event"].sum()), hurried=size == "quick")
    return replace(plan, tuned=tuned, reasons=(*plan.reasons, why))


def _for_size(at_risk: AtRisk, size: PlanSize) -> ValidationPlan:
    if size not in PLAN_SIZES:
        hint = did_you_mean(size, PLAN_SIZES)
        told = f"no plan {size!r}: expected one of {', '.join(PLAN_SIZES)}. {hint}"
        raise DesignError(told.rstrip())
    if size == "quick":
        return ValidationPlan(
            repeats=1, draws=0, reasons=("to try things out: noisy figures, no intervals",)
        )
    sites = _able_sites(at_risk)
    if len(at_risk) < MANY_CHILDREN and len(sites) < 2:
        return _for_few(at_risk, size)
    return _for_many(at_risk, size, sites)


def _for_few(at_risk: AtRisk, size: PlanSize) -> ValidationPlan:
    events = int(at_risk.y["event"].sum())
    repeats, resamples, of_trees = (20, 500, 200) if size == "full" else (20, 100, 50)
    return ValidationPlan(
        repeats=repeats,
        resamples=resamples,
        resamples_of_trees=of_trees,
        reasons=(
            f"{counted_children(len(at_risk))} with {counted(events, 'event')} at one hospital: "
            "too few to set any of them aside",
            "every model is told by cross-validation; what the bootstrap leaves of the apparent "
            "figures stands beside it, and is too kind where events are few",
        ),
    )


def _for_many(at_risk: AtRisk, size: PlanSize, sites: list[str]) -> ValidationPlan:
    repeats, resamples, of_trees = (20, 200, 100) if size == "full" else (5, 50, 20)
    many = f"{counted_children(len(at_risk))} at {counted(max(len(sites), 1), 'hospital')}"
    return ValidationPlan(
        repeats=repeats,
        resamples=resamples,
        resamples_of_trees=of_trees,
        by_site=len(sites) > 1,
        by_time=_has_periods(at_risk),
        reasons=(
            f"{many}: enough to test on children who are set aside; whatever is tuned is tuned "
            "inside the children who teach (nested)",
            "every model is told by cross-validation; the bootstrap tells how much single risks "
            "depend on who taught",
        ),
    )


def _able_sites(at_risk: AtRisk) -> list[str]:
    """Hospitals with enough events to be tested on."""
    event, fewest = at_risk.y["event"], FEWEST_EVENTS_OF_A_PART
    return [name for name in at_risk.sites if event[at_risk.site == name].sum() >= fewest]


def _has_periods(at_risk: AtRisk) -> bool:
    if at_risk.start is None or not at_risk.has_dates:
        return False
    return len(np.unique(at_risk.start)) > 1
