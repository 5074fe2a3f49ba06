"""Explaining with a survival forest: lorpredict beside shap, survshap and scikit-survival.

All sides hold the same forest of scikit-survival. Its curves are explained by us and by everybody
else who can, and they are predicted. `python -m benchmarks.explanation`, about six minutes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from sksurv.ensemble import RandomSurvivalForest

from benchmarks._peers import (
    Predict,
    by_scikit_survival,
    c_kernel,
    kernel,
    permutations,
    survshap_sampling,
    survshap_treeshap,
)
from benchmarks._side_by_side import Comparison, machine, one_thread, side_by_side, table
from benchmarks._targets import Target, targets_table
from lorpredict.errors import counted
from lorpredict.explanation import SurvivalTreeExplainer
from lorpredict.survival import Floats, Outcome, outcome_array
from lorpredict.trees import TreeEnsemble

RESULT = Path(__file__).parent / "results" / "explanation.md"
PACKAGES = (
    "lorpredict", "shap", "survshap", "scikit-survival", "scikit-learn", "numba", "numpy",
)  # fmt: skip
ROWS, PREDICTORS, TREES, SMALLEST_LEAF = 1000, 14, 200, 15
EXPLAINED, BACKGROUND = 200, 50
TIMES = (5, 50)
SEED = 20

C_KERNEL = "shap's C kernel"
PERMUTATIONS = "PermutationExplainer"
SAMPLING = "survshap, sampling"

# Sums of float64 terms of order one; a hundredth of a millionth of a percentage point.
SAME = 1e-10
# What survshap's treeshap adds up to is only as exact as this.
ABOUT_THE_SAME = 1e-7

ABOUT = f"""\
# Explaining and predicting, side by side

A random survival forest of scikit-survival: {TREES} trees, leaves of {SMALLEST_LEAF} and more, \
{ROWS:,} simulated rows, {PREDICTORS} predictors, a tenth of the values not measured.
Everything is told for one row: where {EXPLAINED} are explained in one call, its time is divided \
by {EXPLAINED}. CPU is the time of the processor, all threads together.
Medians of several repeats, both sides in turns, and how many times as long the peer takes: by \
the medians, and by the fastest repeats, which other work on the machine disturbs less. In its \
turn a quick side is asked again for 50 ms; a peer of many seconds has three repeats.
Our explainer is kept, and so is the peer's where it can be. Compare within a row, not between \
machines.

- *shap's C kernel*: `shap.TreeExplainer`, path-dependent, on the same trees; the values are \
the same within {SAME:g}. It has one thread; where nothing else is said, so have we.
- *PermutationExplainer*: shap's, with {BACKGROUND} background rows and its default settings, \
asking `forest.predict_survival_function(X, return_array=True)[:, columns]`: what one has \
without us. *Through us*: asking our prediction at these times instead.
- *KernelExplainer*: shap's, with the same background, at its default settings (`nsamples` \
`auto`), asking scikit-survival in the same way.
- *survshap, sampling*: survshap's, with the same background and its default of 25 random \
orders, asking scikit-survival. *survshap, treeshap*: at all times of the forest, as it can be \
asked at no others, beside us at all of them; it keeps nothing, so each call builds anew. It \
passes an option that shap 0.51 no longer takes, and is handed the shap that it expects.
- Those with background rows play another game than path-dependent trees and mostly sample it, \
so only their sums are checked. They explain one row: each further one costs the same again.
- *scikit-survival*: `predict_survival_function(return_array=True)`, the whole curve; the curves \
are the same within {SAME:g}. One row is predicted on one core, {ROWS:,} rows by scikit-survival \
on all and by us on one.
"""

TARGETS = f"""\
## What was aimed at

How many times the CPU of our explanation the peer takes for a row. *Alone*: our row is explained \
by a call of its own, which carries all that a call costs. *Within {EXPLAINED}*: our row is one of \
{EXPLAINED} in a call. shap's C kernel is asked in the same way each time; the others are asked \
for one row. A target is met where the smaller of both figures reaches it, since we do not choose \
how we are asked.
"""


@dataclass(frozen=True)
class Setting:
    """One forest, in every form that is asked."""

    forest: RandomSurvivalForest
    rows: Floats

    @cached_property
    def trees(self) -> TreeEnsemble:
        """Our form of the forest, at all its times."""
        return TreeEnsemble.from_scikit_survival(self.forest)

    @property
    def background(self) -> Floats:
        """Rows that stand for predictors that stay away."""
        return self.rows[-BACKGROUND:]

    def times(self, many: int) -> Floats:
        """Times of the forest, without the first and the last tenth of them."""
        known: Floats = self.forest.unique_times_
        spread = np.linspace(len(known) // 10, len(known) * 9 // 10, many)
        return np.take(known, spread.astype(int))

    def curves(self, rows: Floats) -> Floats:
        """Survival as scikit-survival predicts it, at all times of the forest."""
        predicted: Floats = self.forest.predict_survival_function(rows, return_array=True)
        return predicted


def main() -> int:
    """Measure, and tell the tables."""
    started = time.perf_counter()
    setting = draw_setting(np.random.default_rng(SEED))
    comparisons = []
    for comparison in _comparisons(setting):
        print(comparison, flush=True)
        comparisons.append(comparison)
    parts = [ABOUT, table(comparisons), "", TARGETS, targets_table(_targets(), comparisons)]
    told = "\n".join([*parts, "", f"Measured on {machine(PACKAGES)}.", ""])
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(told, "utf-8")
    print(f"\n{told}\n{RESULT}, in {time.perf_counter() - started:.0f} s")
    return 0


def _targets() -> Iterator[Target]:
    alone, within = (_explain(count, TIMES[0]) for count in (1, EXPLAINED))
    yield Target(PERMUTATIONS, 2500, alone=alone, within=within)
    yield Target(SAMPLING, 2000, alone=alone, within=within)
    alone, within = (_explain(count, TIMES[1]) for count in (1, EXPLAINED))
    yield Target(C_KERNEL, 2, alone=alone, within=within)


def _explain(rows: int, many: int) -> str:
    return f"explain {counted(rows, 'row')} at {many} times"


def draw_setting(rng: np.random.Generator) -> Setting:
    """Draw rows and grow their forest."""
    rows: Floats = rng.normal(size=(ROWS, PREDICTORS))
    outcome = _outcome(rows, rng)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    forest = RandomSurvivalForest(TREES, min_samples_leaf=SMALLEST_LEAF, random_state=SEED)
    return Setting(forest.fit(rows, outcome), rows)


def _outcome(rows: Floats, rng: np.random.Generator) -> Outcome:
    """Draw days to the event, which three predictors hasten, and a drop-out of about a third."""
    log_hazard = 0.7 * rows[:, 0] - 0.5 * rows[:, 1] + 0.5 * rows[:, 2] * (rows[:, 3] > 0)
    event = np.ceil(400 * rng.exponential(np.exp(-log_hazard)))
    dropped = np.ceil(800 * rng.exponential(size=ROWS))
    return outcome_array(event <= dropped, np.minimum(event, dropped))


def _comparisons(setting: Setting) -> Iterator[Comparison]:
    for many in TIMES:
        yield from _beside_the_c_kernel(setting, many)
    for peer, many, theirs in _one_row_at_a_time(setting):
        yield _beside_a_sum(setting, peer, setting.times(many), theirs)
    every = np.asarray(setting.forest.unique_times_, dtype=float)
    treeshap = survshap_treeshap(setting.forest, setting.background)
    yield _beside_a_sum(setting, "survshap, treeshap", every, treeshap, within=ABOUT_THE_SAME)
    yield from _beside_scikit_survival(setting)


def _beside_the_c_kernel(setting: Setting, many: int) -> Iterator[Comparison]:
    trees = setting.trees.at(setting.times(many))
    ours, theirs = SurvivalTreeExplainer(trees), c_kernel(trees)
    asked: list[tuple[int, str, Callable[[], AbstractContextManager[object]]]] = [
        (1, "", one_thread),
        (EXPLAINED, "", one_thread),
        (EXPLAINED, ", on all cores", nullcontext),
    ]
    for count, where, threads in asked:
        rows = setting.rows[:count]
        with threads():
            yield side_by_side(
                _explain(count, many) + where, C_KERNEL, rows=count,
                ours=partial(ours.contributions, rows),
                theirs=partial(theirs.shap_values, rows),
                check=lambda mine, other: _same(mine[0], other),
            )  # fmt: skip
    yield side_by_side(
        f"build the explainer for {many} times", C_KERNEL,
        ours=partial(SurvivalTreeExplainer, trees),
        theirs=partial(c_kernel, trees),
        check=lambda mine, other: _same(mine.base_values, other.expected_value),
    )  # fmt: skip


def _one_row_at_a_time(setting: Setting) -> Iterator[tuple[str, int, Predict]]:
    """Peer, number of times, and how it is asked."""
    few, background = setting.times(TIMES[0]), setting.background
    predict = by_scikit_survival(setting.forest, few)
    yield PERMUTATIONS, TIMES[0], permutations(predict, background, SEED)
    for many in TIMES:
        quick = setting.trees.at(setting.times(many)).predict
        yield f"{PERMUTATIONS} through us", many, permutations(quick, background, SEED)
    yield "KernelExplainer", TIMES[0], kernel(predict, background)
    yield SAMPLING, TIMES[0], survshap_sampling(setting.forest, background, few, SEED)


def _beside_a_sum(
    setting: Setting, peer: str, times: Floats, theirs: Predict, *, within: float = SAME
) -> Comparison:
    trees, row = setting.trees.at(times), setting.rows[:1]
    predicted = trees.predict(row)

    def both_add_up(mine: tuple[Floats, Floats], other: Floats) -> None:
        _same(mine[0].sum(axis=1) + mine[1], predicted)
        _same(np.atleast_2d(other), predicted, within)

    return side_by_side(
        _explain(1, len(times)), peer,
        ours=partial(SurvivalTreeExplainer(trees).contributions, row),
        theirs=partial(theirs, row),
        check=both_add_up,
    )  # fmt: skip


def _beside_scikit_survival(setting: Setting) -> Iterator[Comparison]:
    for count, cores in ((1, 1), (ROWS, -1)):
        rows = setting.rows[:count]
        setting.forest.set_params(n_jobs=cores)
        yield side_by_side(
            f"predict the curve of {counted(count, 'row')}", "scikit-survival", rows=count,
            ours=partial(setting.trees.predict, rows),
            theirs=partial(setting.curves, rows),
            check=_same,
        )  # fmt: skip


def _same(ours: Any, theirs: Any, within: float = SAME) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=within)


if __name__ == "__main__":
    sys.exit(main())
