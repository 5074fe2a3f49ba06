"""Simulate children whose true risk is known: the entry point ``simulate`` of MLproject."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from training.entry import carried_out, free_folder, positive, whole

TABLES = ("cohort.csv", "true_risks.csv")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, simulate, hand the record to the tracker."""
    return carried_out(_simulate, _parser().parse_args(arguments), called="simulation")


def _simulate(options: argparse.Namespace) -> None:
    folder = free_folder(options.output, TABLES)
    import numpy as np

    from lorpredict.synthetic import simulate_cohort

    simulated = simulate_cohort(
        options.children,
        options.scenario,
        rng=np.random.default_rng(options.seed),
        sites=options.sites,
    )
    from training.tracking import record_simulation

    record_simulation(simulated, scenario=options.scenario, seed=options.seed, folder=folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.simulate", description=__doc__)
    parser.add_argument("--children", type=positive, default=1000, help="how many")
    parser.add_argument(
        "--scenario", default="plausible", help="plausible, published, null or interactions"
    )
    parser.add_argument("--sites", type=positive, default=1, help="hospitals, which do not differ")
    parser.add_argument("--seed", type=whole, default=0, help="all randomness comes from it")
    parser.add_argument(
        "--output", default="", help="folder for cohort.csv and true_risks.csv; none by default"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
