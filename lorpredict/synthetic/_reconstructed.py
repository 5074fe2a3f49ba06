"""The cohort that ships with lorpredict: synthetic, and it says so in every row."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lorpredict.cohort import Cohort

# Said with every model that learnt from synthetic children, wherever the model is told of.
CAUTION = "trained on synthetic children: demonstration only"
RECONSTRUCTED_COHORT = Path(str(files("lorpredict").joinpath("data/beijing_reconstructed.csv")))


def reconstructed_cohort() -> Cohort:
    """Return 69 pseudo-patients that reproduce the figures of Beijing 2025.

    A search made the published tables exact; the joint structure of labs and trough is one of
    many that would. Good for running the line, never for claiming an effect.

    References
    ----------
    doi:10.21037/tp-2025-344
    """
    from lorpredict.cohort import read_cohort

    return read_cohort(RECONSTRUCTED_COHORT, name="beijing-reconstructed")
