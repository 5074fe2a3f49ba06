"""The times at which an evaluation looks: a grid of days, and the horizons within follow-up."""

from __future__ import annotations

from lorpredict.design import ModelDesign
from lorpredict.errors import TooLittleData
from lorpredict.evaluation._measure import Times
from lorpredict.outcome import AtRisk
from lorpredict.survival import Floats, last_day_at_risk


def evaluation_grid(design: ModelDesign, horizons: Floats) -> Floats:
    """Days since the landmark, about a month apart, up to the last horizon."""
    grid = design.time_grid(float(horizons[-1]))
    within: Floats = grid[grid <= horizons[-1]]
    return within


def horizon_names(design: ModelDesign, horizons: Floats) -> list[str]:
    """Name horizons by their day since the first infusion, for keys of measures."""
    return [f"day_{day + design.landmark_day:.0f}" for day in horizons]


def times_of(at_risk: AtRisk) -> tuple[Times, list[str]]:
    """Return the grid and the horizons within follow-up, and which horizons lie beyond it."""
    design, last = at_risk.design, last_day_at_risk(at_risk.y)
    within = design.horizons[design.horizons <= last]
    beyond = design.horizons[design.horizons > last]
    if not within.size:
        raise TooLittleData(
            f"no horizon lies within follow-up: at day {last:g} since the landmark fewer than "
            f"five are still at risk, the first horizon is day {beyond[0]:g}"
        )
    notes = [
        f"day {day:g} since the landmark lies beyond follow-up (day {last:g}) and is not judged"
        for day in beyond
    ]
    days = evaluation_grid(design, within)
    return Times(days, within, tuple(horizon_names(design, within))), notes
