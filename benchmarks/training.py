"""How long a training takes with the default plan: everything from the command to the registry.

Kaplan-Meier, ridge Cox, the random survival forest and XGBoost Cox, on the shipped cohort and on
1,000 simulated children, where XGBoost Cox is tuned unasked. There is no peer: what is measured is
whether somebody can wait for it on an ordinary machine with two processors.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._side_by_side import machine

ROOT = Path(__file__).parents[1]
RESULT = Path(__file__).parent / "results" / "training.md"
PACKAGES = ("lorpredict", "scikit-survival", "scikit-learn", "xgboost-cpu", "optuna", "mlflow")
FAMILIES = "null,ridge,forest,boosting"
CHILDREN = 1000
# The most minutes that each may take.
MINUTES = {69: 3, CHILDREN: 10}
_HEAD = ("| children | at most | measured |", "| ---: | ---: | ---: |")


def main() -> None:
    """Train twice, write the table."""
    with tempfile.TemporaryDirectory() as folder:
        place, ask = Path(folder), ("training.main", "--families", FAMILIES)
        _run(place, "training.simulate", "--children", f"{CHILDREN}", "--output", f"{place}/made")
        seconds = {
            69: _run(place, *ask),
            CHILDREN: _run(place, *ask, "--cohort", f"{place}/made/cohort.csv"),
        }
    rows = [
        f"| {children:,} | {MINUTES[children]} min | {taken / 60:.1f} min |"
        for children, taken in seconds.items()
    ]
    lines = ["# Training with the default plan", "", (__doc__ or "").strip(), "", *_HEAD, *rows, ""]
    text = "\n".join([*lines, f"Measured on {machine(PACKAGES)}. `python -m benchmarks.training`"])
    RESULT.write_text(f"{text}\n", "utf-8")
    print(text)


def _run(place: Path, module: str, *arguments: str) -> float:
    """Return the seconds that an entry point takes, with a store of its own."""
    own = {
        "MLFLOW_TRACKING_URI": f"sqlite:///{place}/mlflow.db",
        "XDG_CACHE_HOME": f"{place}/cache",
    }
    environment = os.environ | own | {"PYTHONPATH": str(ROOT)}
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=place,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
