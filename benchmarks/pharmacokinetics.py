"""What a forecast, an estimate and a comparison of regimens cost, and how near estimates come.

`python -m benchmarks.pharmacokinetics`, about two minutes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._side_by_side import Taken, in_turns, machine, told
from lorpredict.pharmacokinetics import (
    DoseHistory,
    MeasuredLevel,
    PopulationModel,
    concentration,
    estimate,
    forecast,
    population_model,
    search_regimens,
)
from lorpredict.pharmacokinetics._beliefs import Belief, levels_of, varying
from lorpredict.pharmacokinetics._forecast import quantiles
from lorpredict.pharmacokinetics._pieces import Pieces
from lorpredict.pharmacokinetics._posterior import Posterior, laplace
from lorpredict.survival import Floats

RESULT = Path(__file__).parent / "results" / "pharmacokinetics.md"
PACKAGES = ("lorpredict", "numpy", "scipy")
CHILDREN, MANY, DRAWS = 500, 100_000, 512
SEED = 20251127
INFUSIONS, MEASURED, NEXT = [0, 14, 42, 98], 98, 154
DOSE_MG_KG, LOQ = 6.8, 0.4
# The most seconds that each may take.
FORECAST, MAP, POPULATION = 0.001, 0.02, 5.0

ABOUT = f"""\
# Forecasts and individual estimates of infliximab

## What they cost

A child after infusions at weeks 0, 2, 6 and 14. Medians of repeats in one process; CPU is the \
time of the processor. The fastest repeat stands beside them, since a machine that is shared is \
slower at times. A forecast is by all five models with {DRAWS} children drawn for each; an \
estimate (maximum a posteriori, with its curvature) is that of one model.
"""

ACCURACY = f"""\
## How near an estimate comes

{CHILDREN} children of the default model: weight log-normal about 36 kg (.35) within 12 to 80, \
albumin normal (40, 4 g/L) within 24 to 50, {DOSE_MG_KG} mg/kg at weeks 0, 2, 6 and 14. One level \
is drawn at week 14 with the model's residual error, below {LOQ} µg/mL as censored; the trough of \
week 22 is forecast, as the median of children drawn around the estimate. In the first world the \
clearance of a child never varies, in the second it varies between occasions as the model says. An \
estimate knows of occasions, or not. *Clearance* and *trough* are median relative errors; *error* \
is the mean absolute error of the next trough, beside that of the population's typical child; \
*bias* is the mean error over the mean trough; *held* is how many of the next troughs lay in the \
95 % interval of their forecast.

Asked for in the first world, by an estimate without occasions: median relative errors within 5 %, \
and an error at least 40 % smaller than the population's. In the second, an estimate that does not \
know of occasions is far too sure of itself, which is why ours knows of them unless told otherwise.
"""


def main() -> int:
    """Measure, and tell the tables."""
    started = time.perf_counter()
    parts = [ABOUT, *_costs(), "", ACCURACY, *_accuracy(), ""]
    told_all = "\n".join([*parts, f"Measured on {machine(PACKAGES)}.", ""])
    RESULT.write_text(told_all, "utf-8")
    print(f"{told_all}\n{RESULT}, in {time.perf_counter() - started:.0f} s")
    return 0


def _costs() -> Iterator[str]:
    history = DoseHistory.of(infusion_days=INFUSIONS, doses_mg_kg=5, weight_kg=42, albumin_g_l=38)
    levels = [MeasuredLevel.of(MEASURED, 6.0)]
    own: dict[str, Any] = {"estimates": estimate(history, levels)}
    plan: dict[str, Any] = {"vial_mg": 100, "from_day": NEXT}
    many = partial(forecast, history, [NEXT], draws=MANY)
    of_one = partial(_estimated, population_model(), history, levels)
    asked: tuple[tuple[str, float | None, Callable[[], object]], ...] = (
        ("forecast of one trough", FORECAST, partial(forecast, history, [NEXT], draws=DRAWS)),
        ("the same after an estimate", FORECAST, partial(forecast, history, [NEXT], **own)),
        ("curve of 155 days", None, partial(forecast, history, np.arange(155.0))),
        ("estimate, with occasions", MAP, partial(of_one, occasions=True)),
        ("estimate, without", MAP, partial(of_one, occasions=False)),
        ("estimates by all five models", None, partial(estimate, history, levels)),
        ("15 regimens by all five models", None, partial(search_regimens, history, 3.0, **plan)),
        (f"{MANY:,} virtual children, each another", POPULATION, _population),
        (f"{MANY:,} children like one, by all five models", POPULATION, many),
    )  # fmt: skip
    timed = in_turns(*(ask for *_, ask in asked))
    yield "| what | at most | takes | CPU | fastest | met | repeats |"
    yield "| --- | ---: | ---: | ---: | ---: | --- | ---: |"
    for (what, at_most, _), taken in zip(asked, timed, strict=True):
        each, fastest = Taken.median_of(taken), min(taken)
        limit = "" if at_most is None else told(at_most)
        met = "" if at_most is None else "yes" if each.wall <= at_most else "no"
        times = f"{told(each.wall)} | {told(each.cpu)} | {told(fastest.wall)}"
        yield f"| {what} | {limit} | {times} | {met} | {len(taken):,} |"


def _estimated(
    model: PopulationModel, history: DoseHistory, levels: list[MeasuredLevel], *, occasions: bool
) -> Belief:
    posterior = Posterior.of(model, history, levels, between_occasions=occasions)
    belief, _ = laplace(posterior)
    return belief


def _population() -> Floats:
    """Draw children, each with its weight and albumin, and their trough at week 14."""
    rng, model = np.random.default_rng(SEED), population_model()
    weight, albumin = _covariates(MANY, rng)
    children = model.draw(model.kinetics(weight_kg=weight, albumin_g_l=albumin), rng=rng)
    doses = DOSE_MG_KG * weight[:, np.newaxis]
    return concentration(children, MEASURED, infusion_days=INFUSIONS, doses_mg=doses)


def _covariates(children: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    weight = np.clip(36 * np.exp(0.35 * rng.standard_normal(children)), 12, 80)
    return weight, np.clip(rng.normal(40, 4, children), 24, 50)


@dataclass(frozen=True)
class _Found:
    """What became of one child."""

    clearance: float
    truth: float
    forecast: float
    population: float
    held: bool


def _accuracy() -> Iterator[str]:
    yield (
        "| clearance varies between occasions | the estimate knows | clearance | trough | error "
        "| population | smaller by | bias | held |"
    )
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for world in (False, True):
        for knows in (False, True):
            rng = np.random.default_rng(SEED)
            found = [_one_child(rng, world=world, knows=knows) for _ in range(CHILDREN)]
            yield f"| {_yes(world)} | {_yes(knows)} | {_row(found)} |"


def _one_child(rng: np.random.Generator, *, world: bool, knows: bool) -> _Found:
    model = population_model()
    weight, albumin = (float(each[0]) for each in _covariates(1, rng))
    history = DoseHistory.of(
        infusion_days=INFUSIONS,
        doses_mg=DOSE_MG_KG * weight,
        weight_kg=weight,
        albumin_g_l=albumin,
    )
    truth = _true_child(model, rng, occasions=world)
    pieces = Pieces.of(history, [MEASURED, NEXT])
    level, following = levels_of([truth], pieces, draws=0)[0][0]
    sd = np.hypot(model.residual_mg_l or 0.0, model.residual * level)
    measured = max(0.0, float(level + sd * rng.standard_normal()))
    own = _estimated(
        model, history, [MeasuredLevel.of(MEASURED, measured, loq=LOQ)], occasions=knows
    )
    ahead = Pieces.of(history, [NEXT])
    mine = levels_of([own], ahead, draws=DRAWS)[0][:, 0]
    usual = levels_of([Belief.of_population(model)], ahead, draws=0)[0][0, 0]
    low, median, high = quantiles(mine[1:])
    clearance = float(np.exp(own.centre[0] - truth.centre[0]))
    return _Found(
        clearance, float(following), float(median), float(usual), bool(low <= following <= high)
    )


def _true_child(model: PopulationModel, rng: np.random.Generator, *, occasions: bool) -> Belief:
    sds = [model.between_patient_sd[name] for name in varying(model)]
    varies = (model.between_occasion_sd or 0.0) if occasions else 0.0
    sds += [varies] * len(INFUSIONS)
    drawn = np.array(sds) * rng.standard_normal(len(sds))
    return Belief(model, drawn, np.zeros((len(sds), len(sds))), between_occasions=True)


def _row(found: list[_Found]) -> str:
    truth, ours, usual = (
        np.array([getattr(each, name) for each in found])
        for name in ("truth", "forecast", "population")
    )
    error, other = np.abs(ours - truth).mean(), np.abs(usual - truth).mean()
    clearance = np.median([each.clearance for each in found]) - 1
    held = np.mean([each.held for each in found])
    bias = (ours - truth).mean() / truth.mean()
    return (
        f"{clearance:+.1%} | {np.median(ours / truth) - 1:+.1%} | {error:.2f} µg/mL "
        f"| {other:.2f} µg/mL | {1 - error / other:.0%} | {bias:+.0%} | {held:.1%}"
    )


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


if __name__ == "__main__":
    sys.exit(main())
