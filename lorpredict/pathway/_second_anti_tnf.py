"""Combination or monotherapy with a second anti-TNF, after an immune-mediated failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lorpredict.clinical import Evidence, published_study
from lorpredict.errors import OutsideStudy
from lorpredict.pathway._figures import Comparison, compared
from lorpredict.pathway._site import default_pathway
from lorpredict.survival import Floats

Arm = Literal["combination", "monotherapy"]
_STUDY = "roblin-2020"
LAST_MONTH = 24


@dataclass(frozen=True)
class BorrowedCurve:
    """A curve through the one point that is printed; its shape is not the study's.

    Parameters
    ----------
    arm : combination or monotherapy
    printed : share without clinical failure at 24 months, as printed
    shape : where the shape comes from
    caution : that it is borrowed, and what speaks against it
    """

    arm: Arm
    printed: float
    shape: str
    caution: str

    def __call__(self, months: ArrayLike) -> Floats:
        """Share without clinical failure, array of shape (n_months,).

        Raises
        ------
        OutsideStudy
            Before 0 or after 24 months.
        """
        at = np.asarray(months, dtype=float)
        if not ((at >= 0) & (at <= LAST_MONTH)).all():
            raise OutsideStudy(
                f"months from {at.min():g} to {at.max():g}; expected 0 to {LAST_MONTH}, "
                "as long as the study lasted"
            )
        share: Floats = self.printed ** (at / LAST_MONTH)
        return share


@dataclass(frozen=True)
class SecondAntiTnf:
    """What one trial says of azathioprine beside a second anti-TNF.

    Parameters
    ----------
    comparisons : at 24 months: without clinical failure, and without unfavourable pharmacokinetics
    median_months_to_failure : arm -> as printed, months
    curves : arm -> a curve through the printed point, whose shape is borrowed
    evidence : population, source, size
    """

    comparisons: tuple[Comparison, ...]
    median_months_to_failure: dict[str, str]
    curves: dict[str, BorrowedCurve]
    evidence: Evidence


def second_anti_tnf() -> SecondAntiTnf:
    """Tell what azathioprine beside a second anti-TNF was followed by, in one trial.

    The printed percentages at 24 months, of 45 patients in each arm, with the difference
    (Newcombe's interval) and the ratios (Katz's). Nothing is printed between 0 and 24 months but
    the median times; the curves are exponential through the printed point, and say so.

    References
    ----------
    Roblin 2020, Gut.

    Examples
    --------
    >>> told = second_anti_tnf()
    >>> difference = told.comparisons[0].difference
    >>> [round(100 * each) for each in (difference.estimate, difference.low, difference.high)]
    [55, 35, 69]
    >>> told.curves["combination"](24).round(2).item()
    0.77
    """
    found = default_pathway().evidence["second-anti-tnf"]
    comparisons = tuple(map(compared, found.compared))
    failure = comparisons[0]
    shares = {"combination": failure.combination, "monotherapy": failure.monotherapy}
    medians = dict(published_study(_STUDY)["time_to_clinical_failure"]["median_months"])
    return SecondAntiTnf(
        comparisons=comparisons,
        median_months_to_failure=medians,
        curves={name: _borrowed(name, share.estimate) for name, share in shares.items()},  # type: ignore[arg-type]  # the two arms
        evidence=found,
    )


def _borrowed(arm: Arm, printed: float) -> BorrowedCurve:
    caution = (
        "The shape is borrowed: exponential, through the printed point at 24 months. The study's "
        "own curve is not known."
    )
    if arm == "monotherapy":
        by_then = printed ** (18 / LAST_MONTH)
        caution += (
            f" Its printed median of 18 months speaks against it: this curve stands at "
            f"{by_then:.2f} by then."
        )
    return BorrowedCurve(arm, printed, "exponential", caution)
