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
from lorpredict.survival import Floats, RiskInterval
from lorpredict.synthetic import SimulatedCohort, simulate_cohort
from lorpredict.uncertainty import Uncertainty, log_hazard, uncertainty_of

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

# Families with an interval; the kind of each, and how many models of resamples it rests on.
SURE = {"ridge": "linear", "forest": "curve"}
OF_INTERVALS = ("plausible", "null")
TAUGHT, RESAMPLES, COHORTS = 300, 40, 4
INTERVALS = f"""
## The interval of a risk without a trough

{TAUGHT} children taught, {COHORTS} cohorts; intervals rest on {RESAMPLES} models of resamples. \
"Held" is how many of the true risks of {FRESH:,} others, none of whom had a trough, lay in the \
95 % interval; "narrower" is by how much it would be narrower, on the log cumulative hazard, if \
the trough were known.

| world | family | held | narrower |
| --- | --- | ---: | ---: |"""


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
    print(INTERVALS)
    held = [_row_of_intervals(name, scenario) for scenario in OF_INTERVALS for name in SURE]
    end = f"Measured on {machine(PACKAGES)}. `python -m benchmarks.exposure`"
    RESULT.write_text("\n".join([ABOUT, *rows, INTERVALS, *held, "", end, ""]), "utf-8")
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


def _row_of_intervals(name: str, scenario: str) -> str:
    found = [_held_and_narrower(name, scenario, seed) for seed in range(COHORTS)]
    held, narrower = 100 * np.mean(found, axis=0)
    row = f"| {scenario} | {name} | {held:.0f} % | {narrower:.0f} % |"
    print(row, flush=True)
    return row


def _held_and_narrower(name: str, scenario: str, seed: int) -> tuple[float, float]:
    taught = simulate_cohort(TAUGHT, scenario, rng=np.random.default_rng(seed))
    at_risk = landmark(read_cohort(taught.cohort.table), FORECAST)
    model, days = family(name).build(FORECAST).fit(at_risk.X, at_risk.y), FORECAST.horizons[LAST:]
    rng, resampled = np.random.default_rng([seed, RESAMPLES]), []
    for _ in range(RESAMPLES):
        rows = rng.integers(0, len(at_risk), len(at_risk))
        again = family(name).build(FORECAST)
        again.fit(at_risk.X.iloc[rows].reset_index(drop=True), at_risk.y[rows])
        resampled.append(again.predict_survival(at_risk.X, days).risk)
    sure = uncertainty_of(name, SURE[name], model.features(at_risk.X), np.array(resampled), days)
    assert sure is not None
    return _of_fresh(
        model, sure, simulate_cohort(FRESH, scenario, rng=np.random.default_rng([seed, 9]))
    )


def _of_fresh(model: FamilyModel, sure: Uncertainty, fresh: SimulatedCohort) -> tuple[float, float]:
    days, unmeasured = FORECAST.horizons[LAST:], landmark(fresh.cohort, FORECAST).X
    unmeasured = unmeasured.assign(**{TROUGH: np.nan})
    rows = model._spread_out(unmeasured)
    each = 1 - model.curves_.survival(rows.features, days)
    risk, open_ = rows.averaged(each), rows.spread(log_hazard(each))
    known, features = np.ones(len(risk), dtype=bool), model.features(unmeasured)
    ends = sure.interval(features, risk, days, known, left_open=open_)
    truth = fresh.truth.risk(days)
    measured = sure.interval(features, risk, days, known)
    narrower = 1 - _width(measured) / _width(ends)
    return float(((ends.low <= truth) & (truth <= ends.high)).mean()), float(narrower.mean())


def _width(ends: RiskInterval) -> Floats:
    return log_hazard(ends.high) - log_hazard(ends.low)


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
    if np.std(log_hazard(truth)) < 1e-9:  # all children are alike
        return 0.0
    return float(np.polyfit(log_hazard(told), log_hazard(truth), 1)[0])


def _error(told: Floats, truth: Floats) -> float:
    return float(np.sqrt(np.mean((log_hazard(told) - log_hazard(truth)) ** 2)))


if __name__ == "__main__":
    raise SystemExit(main())
