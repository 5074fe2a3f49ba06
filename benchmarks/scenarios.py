"""Calibrate the simulator's scenarios to Beijing 2025, and show how close they come.

    python -m benchmarks.scenarios                     # closeness of `published`, 100,000 children
    python -m benchmarks.scenarios --calibrate         # every scenario anew, into its TOML file

A calibration moves the settings of a scenario until a large simulated cohort shows the figures that
the scenario aims at; about five minutes a scenario on one core.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks._calibration import AIMS, calibrate
from benchmarks._side_by_side import machine
from lorpredict.synthetic import closeness, simulate_cohort

RESULT = Path(__file__).parent / "results" / "scenarios.md"


def report(children: int, seed: int) -> str:
    """Set the scenario `published` beside the paper, as Markdown."""
    simulate_cohort(100, "published", rng=np.random.default_rng(seed))  # imports, and reads TOML
    started = perf_counter()
    simulated = simulate_cohort(children, "published", rng=np.random.default_rng(seed))
    seconds = perf_counter() - started
    rows = [
        f"| {row.part} | {row.figure} | {row.published:.3f} | {row.simulated:.3f} "
        f"| {row.difference:+.3f} | {row.reason} |"
        for row in closeness(simulated.cohort).itertuples()
    ]
    lines = [
        "# The scenario `published` beside Beijing 2025",
        "",
        f"{children:,} children, seed {seed}, simulated in {seconds:.2f} s.",
        "Shares and incidences in percent, troughs in µg/mL, Cox coefficients as they are.",
        "Written by `python -m benchmarks.scenarios`.",
        "",
        "| part | figure | published | simulated | difference | why it is missed |",
        "| --- | --- | ---: | ---: | ---: | --- |",
        *rows,
        "",
        f"Measured on {machine(('lorpredict', 'numpy', 'pandas', 'scikit-survival'))}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Calibrate what is asked for, then show how close it comes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scenarios", description=__doc__)
    parser.add_argument("--calibrate", nargs="*", choices=AIMS, metavar="SCENARIO")
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=99)
    options = parser.parse_args()
    if options.calibrate is not None:
        for name in options.calibrate or AIMS:
            calibrate(name)
    text = report(options.children, options.seed)
    RESULT.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
