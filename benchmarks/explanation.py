"""Predicting and explaining with a survival forest: lorpredict beside shap and scikit-survival.

All sides hold the same forest of scikit-survival. Its curves are explained at 5 and at 50 times,
by us, by shap's C kernel for trees and by shap's PermutationExplainer; and they are predicted.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import shap
from sksurv.ensemble import RandomSurvivalForest

from benchmarks._shap_trees import for_shap
from benchmarks._side_by_side import Comparison, machine, side_by_side, table
from lorpredict.errors import counted
from lorpredict.explanation import SurvivalTreeExplainer
from lorpredict.survival import Floats, Outcome, outcome_array
from lorpredict.trees import TreeEnsemble

RESULT = Path(__file__).parent / "results" / "explanation.md"
PACKAGES = ("lorpredict", "shap", "scikit-survival", "scikit-learn", "numba", "numpy")
ROWS, PREDICTORS, TREES, SMALLEST_LEAF = 1000, 14, 200, 15
EXPLAINED, BACKGROUND = 200, 50
TIMES = (5, 50)
SEED = 20

# Sums of float64 terms of order one; a hundredth of a millionth of a percentage point.
SAME = 1e-10

ABOUT = f"""\
# Explaining and predicting, side by side

A random survival forest of scikit-survival: {TREES} trees, leaves of {SMALLEST_LEAF} and more, \
{ROWS:,} simulated rows, {PREDICTORS} predictors, a tenth of the values not measured.
Medians of several repeats, both sides in turns, and how many times as long the peer takes: by \
the medians, and by the fastest repeats, which other work on the machine disturbs less.
Compare within a row, not between machines.

- *shap's C kernel*: `shap.TreeExplainer`, path-dependent, on the same trees; the values are \
the same within {SAME:g}. It runs on one core; with 200 rows we use all of them.
- *PermutationExplainer*: shap's, with {BACKGROUND} background rows and its default settings, \
asking our prediction at these times, which is quicker than the whole curve. It plays another \
game (background rows instead of training weights) and samples it, so only its sum is checked.
- *scikit-survival*: `predict_survival_function(return_array=True)`, the whole curve; the curves \
are the same within {SAME:g}. One row is predicted on one core, {ROWS:,} rows by scikit-survival \
on all and by us on one.
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
    """Measure, and tell the table."""
    started = time.perf_counter()
    setting = _setting(np.random.default_rng(SEED))
    comparisons = []
    for comparison in _comparisons(setting):
        print(comparison, flush=True)
        comparisons.append(comparison)
    told = f"{ABOUT}\n{table(comparisons)}\n\nMeasured on {machine(PACKAGES)}.\n"
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(told, "utf-8")
    print(f"\n{told}\n{RESULT}, in {time.perf_counter() - started:.0f} s")
    return 0


def _setting(rng: np.random.Generator) -> Setting:
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
    for many in TIMES:
        yield _beside_permutations(setting, many)
    yield from _beside_scikit_survival(setting)


def _beside_the_c_kernel(setting: Setting, many: int) -> Iterator[Comparison]:
    trees = setting.trees.at(setting.times(many))
    ours, theirs = SurvivalTreeExplainer(trees), _c_kernel(trees)
    peer = "shap's C kernel"
    for count in (1, EXPLAINED):
        rows = setting.rows[:count]
        yield side_by_side(
            f"explain {counted(count, 'row')} at {many} times", peer,
            ours=partial(ours.contributions, rows),
            theirs=partial(theirs.shap_values, rows),
            check=lambda mine, other: _same(mine[0], other),
        )  # fmt: skip
    yield side_by_side(
        f"build the explainer for {many} times", peer,
        ours=partial(SurvivalTreeExplainer, trees),
        theirs=partial(_c_kernel, trees),
        check=lambda mine, other: _same(mine.base_values, other.expected_value),
    )  # fmt: skip


def _c_kernel(trees: TreeEnsemble) -> Any:
    return shap.TreeExplainer(for_shap(trees), feature_perturbation="tree_path_dependent")


def _beside_permutations(setting: Setting, many: int) -> Comparison:
    trees, row = setting.trees.at(setting.times(many)), setting.rows[:1]
    ours, theirs = SurvivalTreeExplainer(trees), _permutations(trees.predict, setting.rows)
    predicted = trees.predict(row)

    def both_add_up(mine: tuple[Floats, Floats], other: Any) -> None:
        _same(mine[0].sum(axis=1) + mine[1], predicted)
        _same(other.values.sum(axis=1) + other.base_values, predicted)

    return side_by_side(
        f"explain 1 row at {many} times", "PermutationExplainer",
        ours=partial(ours.contributions, row),
        theirs=partial(theirs, row, silent=True),
        check=both_add_up,
    )  # fmt: skip


def _permutations(predict: Callable[[Floats], Floats], rows: Floats) -> Any:
    background = shap.maskers.Independent(rows[-BACKGROUND:], max_samples=BACKGROUND)
    return shap.PermutationExplainer(predict, background, seed=SEED)


def _beside_scikit_survival(setting: Setting) -> Iterator[Comparison]:
    for count, cores in ((1, 1), (ROWS, -1)):
        rows = setting.rows[:count]
        setting.forest.set_params(n_jobs=cores)
        yield side_by_side(
            f"predict the curve of {counted(count, 'row')}", "scikit-survival",
            ours=partial(setting.trees.predict, rows),
            theirs=partial(setting.curves, rows),
            check=_same,
        )  # fmt: skip


def _same(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=SAME)


if __name__ == "__main__":
    sys.exit(main())
