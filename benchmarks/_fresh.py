"""What a process that has just started takes for its first answers, as JSON on stdout.

    python -m benchmarks._fresh own-forest FOREST.joblib ROW.npy
    python -m benchmarks._fresh model-folder FOLDER RECORD.json

Nothing is imported before its time is taken.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Steps(dict[str, float]):
    """Seconds by step, in the order of the steps."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        started = time.perf_counter()
        yield
        self[name] = time.perf_counter() - started


def own_forest(forest_file: str, row_file: str) -> Steps:
    """Explain a forest of scikit-survival that is in memory already."""
    import joblib
    import numpy as np

    forest, row, steps = joblib.load(forest_file), np.load(row_file), Steps()
    times = forest.unique_times_[[100, 200, 300]]
    with steps.step("import"):
        from lorpredict.explanation import SurvivalTreeExplainer
    with steps.step("build"):
        explainer = SurvivalTreeExplainer(forest, times=times)
    with steps.step("first explanation"):
        explainer.contributions(row)
    with steps.step("second"):
        explainer.contributions(row)
    with steps.step("first for shap's plots"):
        explainer(row)
    return steps


def model_folder(folder: str, record_file: str) -> Steps:
    """Load a model folder and answer one record."""
    record, steps = json.loads(Path(record_file).read_text("utf-8")), Steps()
    with steps.step("import"):
        from lorpredict.packaged import PackagedModel
    with steps.step("load"):
        model = PackagedModel.load(folder)
    with steps.step("first risk"):
        model.predict([record])
    with steps.step("first explanation"):
        model.explain([record])
    return steps


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["own-forest", forest_file, row_file]:
            print(json.dumps(own_forest(forest_file, row_file)))
        case ["model-folder", folder, record_file]:
            print(json.dumps(model_folder(folder, record_file)))
        case _:
            sys.exit(__doc__)
