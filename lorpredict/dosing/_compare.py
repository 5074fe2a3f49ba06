"""Forecasts, individual estimates and regimens of all children of a cohort."""

from __future__ import annotations

from lorpredict.dosing._children import DosedChild, DosedChildren
from lorpredict.dosing._comparison import ComparedChild, DosingComparison
from lorpredict.errors import Fault, FaultsFound, NotConverged
from lorpredict.pharmacokinetics import (
    Candidates,
    Estimates,
    Rounding,
    estimate,
    forecast,
    search_regimens,
)

NEXT_AFTER_DAYS = 56.0  # every 8 weeks: Beijing 2025, doi:10.21037/tp-2025-344


def compare_dosing(
    children: DosedChildren,
    target_ug_ml: float,
    *,
    vial_mg: float | None,
    next_after_days: float = NEXT_AFTER_DAYS,
    infusions: int = 3,
    rounding: Rounding = "nearest",
    maximum_mg: float | None = None,
    candidates: Candidates | None = None,
    between_occasions: bool = True,
) -> DosingComparison:
    """Forecast, estimate and compare regimens for every child.

    Parameters
    ----------
    children
        From :func:`dosed_children`.
    target_ug_ml, vial_mg, infusions, rounding, maximum_mg, candidates, between_occasions
        As in :func:`lorpredict.pharmacokinetics.search_regimens`.
    next_after_days
        The next infusion, from which regimens part, is so many days after a child's last one.

    Raises
    ------
    FaultsFound
        If there is no child, or what is asked cannot be meant.

    Examples
    --------
    >>> from lorpredict.dosing import dosed_children
    >>> from lorpredict.synthetic import reconstructed_cohort
    >>> some = DosedChildren(dosed_children(reconstructed_cohort()).children[:10])
    >>> compare_dosing(some, 3.0, vial_mg=None)
    DosingComparison(10 children, target 3 µg/mL; research only)
    """
    if not len(children):
        told = "; ".join(children.left_out) or "the cohort has none"
        hint = "Give weight, albumin and doses"
        raise FaultsFound([Fault("children", f"no child: {told}", hint)], subject="the dosing")
    compared = []
    for child in children:
        own = _estimated(child, between_occasions=between_occasions)
        day = child.history.infusion_days[-1] + next_after_days
        compared.append(
            ComparedChild(
                child=child,
                estimates=own,
                estimate_not_found=own is None and bool(child.levels),
                forecasts=forecast(
                    child.history, [day], estimates=own, between_occasions=between_occasions
                ),
                regimens=search_regimens(
                    child.history,
                    target_ug_ml,
                    vial_mg=vial_mg,
                    from_day=day,
                    estimates=own,
                    candidates=candidates,
                    infusions=infusions,
                    rounding=rounding,
                    maximum_mg=maximum_mg,
                    between_occasions=between_occasions,
                ),
            )
        )
    return DosingComparison(tuple(compared), children, float(target_ug_ml), infusions)


def _estimated(child: DosedChild, *, between_occasions: bool) -> Estimates | None:
    """Return what the levels tell; without levels, or where it is not found, nothing."""
    if not child.levels:
        return None
    try:
        return estimate(child.history, child.levels, between_occasions=between_occasions)
    except NotConverged:
        return None
