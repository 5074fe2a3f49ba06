"""Is the true risk of a single child within its interval as often as the interval says?

Plausible scenario; the true risks are those of children who taught nobody. What is left between
told and true risks once the spread over resamples is taken away is what no record tells: its
standard deviation, where the trough was measured and where it was not, stands in
``lorpredict/uncertainty/unseen.toml``.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.study._cells import Cell, Row
from benchmarks.study.headline import DESIGN, SEED, children
from lorpredict import ModelDesign, family, landmark
from lorpredict.evaluation._bootstrap import bootstrap_jobs, optimism
from lorpredict.evaluation._evaluate import times_of
from lorpredict.packaged._model import TROUGH
from lorpredict.synthetic import simulate_cohort
from lorpredict.uncertainty import uncertainty_of
from lorpredict.uncertainty._spread import log_hazard

PART = "intervals"
SIZES = {
    "null": {69: 20, 300: 20, 1000: 20},
    "ridge": {69: 20, 300: 20, 1000: 20},
    "forest": {69: 5, 300: 5, 1000: 5},
}
RESAMPLES, FRESH = 50, 3000


def cells() -> list[Cell]:
    """Return every cell, the quick ones first."""
    asked = [(n, name) for name, sizes in SIZES.items() for n in sizes]
    return [
        Cell(PART, {"family": name, "children": n}, SIZES[name][n], partial(_judged, name, n))
        for n, name in sorted(asked)
    ]


def _judged(name: str, n: int, number: int) -> Row:
    warnings.simplefilter("ignore")
    at_risk, chosen = children("plausible", n, number, 3), family(name)
    times, _ = times_of(at_risk)
    model = chosen.build(at_risk.design, seed=number).fit(at_risk.X, at_risk.y)
    jobs = bootstrap_jobs(at_risk, chosen, times, resamples=RESAMPLES, seed=number)
    told = optimism([job.work() for job in jobs])
    assert told is not None
    uncertainty = uncertainty_of(
        name, chosen.interval, model.features(at_risk.X), told.risk, times.horizons
    )
    assert uncertainty is not None
    rng = np.random.default_rng([SEED, FRESH, number, 4])
    simulated = simulate_cohort(FRESH, "plausible", rng=rng)
    fresh = landmark(simulated.cohort, ModelDesign.read(DESIGN))
    days = np.minimum(times.horizons, model.follow_up_)
    risk = model.predict_survival(fresh.X, days).risk
    truth, features = simulated.truth.risk(times.horizons), model.features(fresh.X)
    known = fresh.X[TROUGH].notna().to_numpy()
    found = uncertainty.interval(features, risk, times.horizons, known)
    held = (found.low <= truth) & (truth <= found.high)
    left = (log_hazard(truth) - log_hazard(risk)) ** 2
    left -= uncertainty.spread.at(features, risk, times.horizons) ** 2
    row: Row = {"held": held.mean(), "width": (found.high - found.low).mean()}
    for label, rows in (("measured", known), ("not measured", ~known)):
        row |= {f"held, {label}": held[rows].mean(), f"unseen, {label}": left[rows].mean()}
    return {key: round(float(value), 5) for key, value in row.items()}


def table(cells: Sequence[Cell]) -> list[str]:
    """Return the result as lines of Markdown."""
    head = (
        "| family | children | cohorts | true risks within | trough measured | not measured "
        "| mean width | unseen, measured | unseen, not measured |"
    )
    rows = [_row(cell) for cell in cells if cell.done()]
    return [head, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |", *rows]


def _row(cell: Cell) -> str:
    done = cell.done()

    def mean(name: str) -> float:
        return float(np.mean([row[name] for row in done]))

    shares = [f"{100 * mean(f'held{part}'):.1f} %" for part in ("", ", measured", ", not measured")]
    unseen = [f"{_root(mean(f'unseen, {part}')):.2f}" for part in ("measured", "not measured")]
    width = mean("width")
    about = [str(cell.about["family"]), f"{cell.about['children']:,}", str(len(done))]
    return f"| {' | '.join([*about, *shares, f'{width:.2f}', *unseen])} |"


def _root(variance: float) -> float:
    return float(np.sqrt(max(variance, 0.0)))
