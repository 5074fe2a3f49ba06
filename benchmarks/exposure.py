"""The risk of children without a trough: against the truth, and against a model that saw none.

Models of the design `week14-forecast` learn from simulated children of whom half have a trough,
and are asked about others, none of whom has. The truth is the simulator's.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks._side_by_side import machine
from lorpredict import AtRisk, ModelDesign, family, landmark, read_cohort
from lorpredict.design import TROUGH
from lorpredict.features._pipeline import NeverMeasuredWarning
from lorpredict.models import FamilyModel
from lorpredict.survival import Floats
from lorpredict.synthetic import SimulatedCohort, simulate_cohort

ROOT = Path(__file__).parents[1]
RESULT = Path(__file__).parent / "results" / "exposure.md"
PACKAGES = ("lorpredict", "numpy", "scikit-survival")
FORECAST, NEVER = (
    ModelDesign.read(ROOT / "training" / "designs" / f"{name}.toml")
    for name in ("week14-forecast", "week14-no-trough")
)
FAMILIES = ("ridge", "forest", "boosting")
# Scenario, children who teach, cohorts.
WORLDS = (
    ("plausible", 300, 10),
    ("plausible", 1000, 6),
    ("published", 1000, 6),
    ("interactions", 1000, 6),
    ("null", 1000, 6),
)
FRESH = 3000
LAST = -1  # of the horizons, 730 days since the first infusion
WITHIN = 0.01
ABOUT = f"""\
# A forecast trough in the risk

Models of the design `week14-forecast` learnt from simulated children, about half of them with a \
trough (not at random: fewer of those in danger), and told the risk by 730 days since the first \
infusion of {FRESH:,} others of the same world, none of whom had one: averaged over the forecast. \
Beside it stand a model of the same family that never saw a trough, from the same children, and \
the truth. Percent, means over the cohorts; "apart" is the largest difference of the two models \
in a single cohort. "Slope" is that of the true on the told log cumulative hazard, 1 where \
children are told apart by as much as they differ. "Held" counts children whose risk, told once \
their true trough was known, lay within the range that was said to hold 95 %; "rest" is by how \
much the error of a single risk shrank then, on the logarithm of the cumulative hazard.

| world | children | family | averaged | never saw | truth | apart | slope | held | rest |
| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""


@dataclass(frozen=True)
class Asked:
    """What was told of fresh children, arrays of shape (n_children,), by the last horizon."""

    averaged: Floats
    never_saw: Floats
    known: Floats
    lowest: Floats
    highest: Floats
    truth: Floats


def main() -> int:
    """Measure and write the table; models further apart than a hundredth on average fail."""
    warnings.simplefilter("ignore", NeverMeasuredWarning)
    print(ABOUT)
    rows, fine = [], True
    for scenario, children, cohorts in WORLDS:
        for name in FAMILIES:
            asked = [_asked(name, scenario, children, seed) for seed in range(cohorts)]
            rows.append(f"| {scenario} | {children} | {name} | " + " | ".join(_told(asked)) + " |")
            print(rows[-1], flush=True)
            fine &= abs(np.mean([a.averaged.mean() - a.never_saw.mean() for a in asked])) <= WITHIN
    end = f"Measured on {machine(PACKAGES)}. `python -m benchmarks.exposure`"
    RESULT.write_text("\n".join([ABOUT, *rows, "", end, ""]), "utf-8")
    return 0 if fine else 1


def _asked(name: str, scenario: str, children: int, seed: int) -> Asked:
    taught = simulate_cohort(children, scenario, rng=np.random.default_rng(seed))
    fresh = simulate_cohort(FRESH, scenario, rng=np.random.default_rng([seed, FRESH]))
    model, without = (_learnt(name, taught, design) for design in (FORECAST, NEVER))
    unmeasured = landmark(fresh.cohort, FORECAST).X.assign(**{TROUGH: np.nan})
    days = FORECAST.horizons[LAST:]
    curves, spread = model.curves_, model._spread_out(unmeasured)
    at_levels = 1 - curves.survival(spread.features, days).reshape(FRESH, -1)
    lowest, highest = np.quantile(at_levels, [0.025, 0.975], axis=1)
    known = unmeasured.assign(**{TROUGH: fresh.trough_ug_ml})
    never = landmark(fresh.cohort, NEVER).X
    return Asked(
        averaged=model.predict_survival(unmeasured, days).risk[:, 0],
        never_saw=without.predict_survival(never, days).risk[:, 0],
        known=model.predict_survival(known, days).risk[:, 0],
        lowest=lowest,
        highest=highest,
        truth=fresh.truth.risk(days)[:, 0],
    )


def _learnt(name: str, taught: SimulatedCohort, design: ModelDesign) -> FamilyModel:
    # Reading is what turns "below the limit of quantification" into a level.
    at_risk: AtRisk = landmark(read_cohort(taught.cohort.table), design)
    return family(name).build(design).fit(at_risk.X, at_risk.y)


def _told(asked: list[Asked]) -> Iterator[str]:
    for name in ("averaged", "never_saw", "truth"):
        yield f"{100 * np.mean([getattr(each, name).mean() for each in asked]):.1f}"
    apart = max(abs(each.averaged.mean() - each.never_saw.mean()) for each in asked)
    yield f"{100 * apart:.1f}"
    yield f"{np.mean([_slope(each.averaged, each.truth) for each in asked]):.2f}"
    held = [((e.lowest <= e.known) & (e.known <= e.highest)).mean() for e in asked]
    yield f"{100 * np.mean(held):.0f}"
    shrunk = [1 - _error(e.known, e.truth) / _error(e.averaged, e.truth) for e in asked]
    yield f"{100 * np.mean(shrunk):.0f}"


def _slope(told: Floats, truth: Floats) -> float:
    if np.std(_log_hazard(truth)) < 1e-9:  # all children are alike
        return 0.0
    return float(np.polyfit(_log_hazard(told), _log_hazard(truth), 1)[0])


def _error(told: Floats, truth: Floats) -> float:
    return float(np.sqrt(np.mean((_log_hazard(told) - _log_hazard(truth)) ** 2)))


def _log_hazard(risk: Floats) -> Floats:
    found: Floats = np.log(-np.log1p(-np.clip(risk, 1e-6, 1 - 1e-6)))
    return found


if __name__ == "__main__":
    raise SystemExit(main())
