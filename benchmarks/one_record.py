"""What one record costs: the first answer of a process, an answer in it, a model folder.

`python -m benchmarks.one_record`, about three minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

import joblib
import numpy as np

from benchmarks._one_model import (
    PREDICTORS,
    SMALLEST_LEAF,
    Children,
    in_scikit_learn,
    packaged,
    risk_at,
)
from benchmarks._side_by_side import Taken, in_turns, machine, told
from benchmarks.explanation import draw_setting
from lorpredict import PackagedModel
from lorpredict.features import coded_records
from lorpredict.survival import Floats

ROOT = Path(__file__).parents[1]
RESULT = Path(__file__).parent / "results" / "one_record.md"
PACKAGES = ("lorpredict", "shap", "scikit-survival", "scikit-learn", "numba", "numpy", "pandas")
CHILDREN, TREES, MANY_TREES, REPEATS = 1000, 200, 500, 5
SEED = 20
# The most seconds that an answer may take in a process that has the model already.
PREDICTED, EXPLAINED = 0.0001, 0.002
WITH_INTERVAL = 2 * PREDICTED  # an interval may double it
# The most that a folder of many trees may weigh and take to load.
MEGABYTES, SECONDS = 5, 1
_FOLDER_HEAD = (
    "| trees | size | files | loaded again | fresh process: import | load | first risk "
    "| first explanation |",
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
)

ABOUT = f"""\
# One record

Medians of repeats in one process; what a fresh process takes is the median of {REPEATS} of them, \
one after the other.
CPU is the time of the processor, all threads together.

## The first explanation of a fresh process

A forest of scikit-survival that is in memory already ({TREES} trees, leaves of {SMALLEST_LEAF}, \
14 predictors, 1,000 rows), explained at 3 times. Our loops are compiled once and kept on disk: \
with *nothing compiled* that place (`NUMBA_CACHE_DIR`) is an empty folder, as right after an \
installation. *For shap's plots* is a `shap.Explanation`, which imports shap.
"""

ONE = f"""\
## An answer

A model folder's forest ({TREES} trees, leaves of {SMALLEST_LEAF}, {CHILDREN:,} simulated \
children, {PREDICTORS} predictors of the design week14) is loaded, its explainer is kept, and a \
dictionary of what was measured is asked: everything that a request goes through without HTTP, \
values checked, contradictions looked for, what is unusual remarked. An interval may double it. \
The peer is a pipeline of scikit-learn's `ColumnTransformer` and scikit-survival's forest with \
the same settings, grown on the same children, and asked for the same two days with a DataFrame \
of one row that is there already. It checks no value, tells no interval and explains nothing. \
All are asked in turns; a target is met where the median reaches it, and the fastest repeat \
stands beside it, since a machine that is shared is slower at times.
"""

FOLDERS = f"""\
## The model folder

Loading checks every hash and asks the model its reference records. *Loaded again* is in a process \
that has done it before. With {MANY_TREES} trees it is to weigh less than {MEGABYTES} MB and to \
load in less than {SECONDS} s, the import left out.
"""


def main() -> int:
    """Measure, and tell the tables."""
    started = time.perf_counter()
    children = Children.simulated(CHILDREN)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        models = {trees: packaged(children, trees) for trees in (TREES, MANY_TREES)}
        for trees, model in models.items():
            model.save(folder / f"{trees}")
        parts = [
            ABOUT, *_first_explanations(folder), "",
            ONE, *_answers(models[TREES], children), "",
            FOLDERS, *_FOLDER_HEAD, *_folders(folder, children), "",
        ]  # fmt: skip
    told_all = "\n".join([*parts, f"Measured on {machine(PACKAGES)}.", ""])
    RESULT.write_text(told_all, "utf-8")
    print(f"{told_all}\n{RESULT}, in {time.perf_counter() - started:.0f} s")
    return 0


def _first_explanations(folder: Path) -> Iterator[str]:
    setting = draw_setting(np.random.default_rng(SEED))
    forest, row = folder / "forest.joblib", folder / "row.npy"
    joblib.dump(setting.forest, forest)
    np.save(row, setting.rows[:1])
    repeats: dict[str, list[dict[str, float]]] = {"nothing compiled": [], "compiled before": []}
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as cache:
            for steps in repeats.values():
                steps.append(_fresh(Path(cache), "own-forest", forest, row))
    found = {name: _medians(steps) for name, steps in repeats.items()}
    names = list(found["compiled before"])
    yield "| | " + " | ".join(names) + " | import, build and first explanation |"
    yield "| --- " + "| ---: " * (len(names) + 1) + "|"
    for name, each in found.items():
        whole = each["import"] + each["build"] + each["first explanation"]
        yield f"| {name} | " + " | ".join(map(told, [*each.values(), whole])) + " |"


def _answers(model: PackagedModel, children: Children) -> Iterator[str]:
    record, days = children.record, np.array(model.facts.horizons)
    bare = replace(model, uncertainty=None)
    pipeline, row = in_scikit_learn(children, TREES), children.table_of(children.record)
    _refuse_other_risks(model.predict([record]).risk, risk_at(pipeline, row, days))
    yield "| what | at most | takes | CPU | fastest | met | repeats |"
    yield "| --- | ---: | ---: | ---: | ---: | --- | ---: |"
    coded = coded_records([record], model.facts.design.catalogue.columns(model.encoding.predictors))
    asked: tuple[tuple[str, float | None, Callable[[], object]], ...] = (
        ("risk", PREDICTED, partial(bare.predict, [record])),
        ("of it, numbers into features and through the trees", None, partial(_risk, model, coded)),
        ("risk with its interval", WITH_INTERVAL, partial(model.predict, [record])),
        ("risk with its interval, and explained", EXPLAINED, partial(model.answer, [record])),
        ("risk by the peer", None, partial(risk_at, pipeline, row, days)),
    )
    timed = in_turns(*(ask for *_, ask in asked))
    for (what, at_most, _), taken in zip(asked, timed, strict=True):
        each, fastest = Taken.median_of(taken), min(taken)
        limit, met = ("", "") if at_most is None else (told(at_most), _yes(each.wall <= at_most))
        times = f"{told(each.wall)} | {told(each.cpu)} | {told(fastest.wall)}"
        yield f"| {what} | {limit} | {times} | {met} | {len(taken):,} |"


def _risk(model: PackagedModel, coded: Floats) -> Floats:
    days = np.array(model.facts.horizons)
    return 1 - model.curves.survival(model.encoding.encode(coded), days)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _refuse_other_risks(ours: Floats, theirs: Floats) -> None:
    """Two forests of the same children draw differently, and agree roughly."""
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=0.15)


def _folders(place: Path, children: Children) -> Iterator[str]:
    record = place / "record.json"
    record.write_text(json.dumps(children.record), "utf-8")
    for trees in (TREES, MANY_TREES):
        folder = place / f"{trees}"
        files = [each.stat().st_size for each in folder.rglob("*") if each.is_file()]
        (loaded,) = in_turns(partial(PackagedModel.load, folder))
        again = Taken.median_of(loaded).wall
        fresh = _medians([_fresh(None, "model-folder", folder, record) for _ in range(REPEATS)])
        steps = " | ".join(map(told, fresh.values()))
        size = f"{sum(files) / 1e6:.2f} MB | {len(files)}"
        yield f"| {trees} | {size} | {told(again)} | {steps} |"


def _fresh(cache: Path | None, *asked: str | Path) -> dict[str, float]:
    own = {} if cache is None else {"NUMBA_CACHE_DIR": str(cache)}
    # Python keeps its modules compiled, as after an installation; some machines forbid it.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks._fresh", *map(str, asked)],
        cwd=ROOT, env=kept | own, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    steps: dict[str, float] = json.loads(answer.stdout)
    return steps


def _medians(found: Sequence[dict[str, float]]) -> dict[str, float]:
    return {step: median(each[step] for each in found) for step in found[0]}


if __name__ == "__main__":
    sys.exit(main())
