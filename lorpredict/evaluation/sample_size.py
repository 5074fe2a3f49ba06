"""How many children a model needs before its predictions deserve trust.

Ten events for each parameter is a rule of thumb; Riley's criteria compute the number from the rate
of events, the follow-up and the discrimination that is expected. The number is a minimum: below
it a model overfits, above it nothing is promised.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lorpredict.errors import DesignError, TooLittleData, counted, counted_children
from lorpredict.evaluation._follow_up import DAYS_A_YEAR, follow_up
from lorpredict.evaluation._riley import (
    MARGIN,
    OPTIMISM,
    SHRINKAGE,
    children_for,
    children_for_optimism,
    children_for_overall_risk,
    cox_snell_r2_of,
    expected_shrinkage,
    largest_r2,
)
from lorpredict.survival import Outcome


@dataclass(frozen=True)
class SampleSize:
    """How many children are needed, and how far the present ones carry.

    Parameters
    ----------
    parameters
        Number of parameters that the model may learn.
    rate_per_year, mean_follow_up_years, horizon_years
        What is expected of the children: events for each year of observation, years of
        observation, and the time by which the risk is predicted.
    c, cox_snell_r2
        What is expected of the model in new children: Harrell's C (None where R² was given) and
        the R² that follows from it.
    by_criterion
        ``shrinkage``, ``optimism`` and ``overall_risk`` -> number of children it needs.
    children, events
        Those that are there; None where nobody has been counted yet.
    expected_shrinkage
        What the predictor effects have to be multiplied by in new children if a model learns
        from those that are there: 1 is no overfitting at all.
    """

    parameters: int
    rate_per_year: float
    mean_follow_up_years: float
    horizon_years: float
    c: float | None
    cox_snell_r2: float
    by_criterion: Mapping[str, int]
    children: int | None = None
    events: int | None = None
    expected_shrinkage: float | None = None

    @property
    def needed(self) -> int:
        """Number of children that meets all criteria."""
        return max(self.by_criterion.values())

    @property
    def needed_events(self) -> int:
        """Number of events that so many children have."""
        # Rounding up may not pass the children themselves, where all of them have the event.
        return min(self.needed, math.ceil(self._expected_events - 1e-9))

    @property
    def needed_events_per_parameter(self) -> float:
        """Events for each parameter among so many children."""
        return self._expected_events / self.parameters

    @property
    def _expected_events(self) -> float:
        return self.needed * self.rate_per_year * self.mean_follow_up_years

    @property
    def events_per_parameter(self) -> float | None:
        """Events for each parameter that are there."""
        return None if self.events is None else self.events / self.parameters

    @property
    def is_met(self) -> bool | None:
        """Whether there are children enough; None where nobody has been counted yet."""
        return None if self.children is None else self.children >= self.needed

    def lines(self) -> list[str]:
        """Return what is needed and what is there as lines of text."""
        by = f"{self.horizon_years:.3g} years"
        criteria = {
            "shrinkage": f"a shrinkage of {SHRINKAGE:g} or better",
            "optimism": f"an optimism of Nagelkerke's R² of {OPTIMISM:g} or less",
            "overall_risk": f"the overall risk at {by} within ±{MARGIN:g}",
        }
        expected = f"C {self.c:.2f}, thus " if self.c is not None else ""
        return [
            f"Riley's minimum for {counted(self.parameters, 'parameter')}: "
            f"{counted_children(self.needed)} with {counted(self.needed_events, 'event')}, "
            f"{self.needed_events_per_parameter:.1f} for each parameter",
            *(f"  {self.by_criterion[name]:,} for {words}" for name, words in criteria.items()),
            f"  expected: {expected}a Cox-Snell R² of {self.cox_snell_r2:.3f}; "
            f"{self.rate_per_year:.3g} events a person-year; "
            f"{self.mean_follow_up_years:.3g} years of follow-up on average "
            "(years count from the landmark)",
            *self._present(),
        ]

    def _present(self) -> list[str]:
        if self.children is None or self.events is None or self.expected_shrinkage is None:
            return []
        return [
            f"Present: {counted(self.children, 'child', 'children')} with "
            f"{counted(self.events, 'event')}, {self.events_per_parameter:.1f} for each "
            f"parameter; expected shrinkage {self.expected_shrinkage:.2f}: "
            + ("enough" if self.is_met else "too few")
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines())


def riley_minimum(
    *,
    parameters: int,
    rate_per_year: float,
    mean_follow_up_years: float,
    horizon_years: float,
    c: float | None = None,
    cox_snell_r2: float | None = None,
) -> SampleSize:
    """Smallest number of children to develop a time-to-event prediction model with.

    Three criteria: the predictor effects shrink by no more than a tenth in new children; the
    apparent Nagelkerke R² flatters by no more than 0.05; the overall risk at the horizon is known
    within 0.05 either way (the wider side of its 95 % interval, which is the lower one).

    Parameters
    ----------
    parameters
        Number of parameters that the model may learn, those that selection may drop included.
    rate_per_year
        Events for each year that a child is observed.
    mean_follow_up_years
        Mean time under observation until the event or the end.
    horizon_years
        Time by which the risk is predicted.
    c
        Harrell's C that is expected in new children. It becomes an R² by way of Royston's D.
    cox_snell_r2
        Cox and Snell's R² that is expected in new children, instead of ``c``.

    Raises
    ------
    DesignError
        If values are impossible, each for itself (all of them at once) or together.

    Examples
    --------
    >>> from lorpredict.evaluation.sample_size import riley_minimum
    >>> size = riley_minimum(
    ...     parameters=30, rate_per_year=0.065, mean_follow_up_years=2.07, horizon_years=2,
    ...     cox_snell_r2=0.051,
    ... )
    >>> size.needed, size.needed_events
    (5143, 692)

    References
    ----------
    Riley RD, et al. Stat Med 38:1276 (2019), with its correction 38:5672; BMJ 368:m441 (2020).
    The numbers are those of R's pmsampsize 1.1.3, which leaves the third criterion to its reader.
    """
    numbers = {"rate_per_year": rate_per_year, "mean_follow_up_years": mean_follow_up_years}
    _refuse_impossible(parameters, numbers | {"horizon_years": horizon_years}, c, cox_snell_r2)
    events_per_child = rate_per_year * mean_follow_up_years
    _refuse_second_events(events_per_child, numbers)
    r2 = _expected_r2(c, cox_snell_r2, events_per_child)
    _refuse_more_than_possible(r2, events_per_child)
    needed = {
        "shrinkage": math.ceil(children_for(SHRINKAGE, r2, parameters)),
        "optimism": children_for_optimism(r2, parameters, events_per_child),
        "overall_risk": children_for_overall_risk(
            rate_per_year, mean_follow_up_years, horizon_years
        ),
    }
    return SampleSize(
        parameters=parameters,
        rate_per_year=rate_per_year,
        mean_follow_up_years=mean_follow_up_years,
        horizon_years=horizon_years,
        c=c,
        cox_snell_r2=r2,
        by_criterion=needed,
    )


def sample_size_of(
    y: Outcome, *, parameters: int, horizon_days: float, c: float = 0.70
) -> SampleSize:
    """Riley's minimum for children like these, and how far these carry.

    The rate of events and the mean follow-up are theirs.

    Parameters
    ----------
    y
        What happened to the children, in days.
    horizon_days
        Day by which the risk is predicted, on the clock of ``y``.
    c
        Harrell's C that is expected in new children; 0.70 is usual where nothing is known.

    Raises
    ------
    TooLittleData
        If nobody had the event, so that there is no rate.
    DesignError
        As :func:`riley_minimum`.
    """
    seen = follow_up(y)
    if not seen.events:
        raise TooLittleData(
            f"none of {counted(len(y), 'child', 'children')} had the event; "
            "without a rate of events no sample size can be told"
        )
    size = riley_minimum(
        parameters=parameters,
        rate_per_year=seen.rate_per_year,
        mean_follow_up_years=seen.person_years / len(y),
        horizon_years=horizon_days / DAYS_A_YEAR,
        c=c,
    )
    shrinkage = expected_shrinkage(size.cox_snell_r2, parameters=parameters, children=len(y))
    return replace(size, children=len(y), events=seen.events, expected_shrinkage=shrinkage)


def _expected_r2(c: float | None, r2: float | None, events_per_child: float) -> float:
    if c is not None and r2 is None:
        return cox_snell_r2_of(c, events_per_child=events_per_child)
    if r2 is not None and c is None:
        return r2
    told = "both are" if r2 is not None else "neither is"
    raise DesignError(f"no sample size can be told: expected c or cox_snell_r2, {told} given")


def _refuse_impossible(
    parameters: int, numbers: Mapping[str, float], c: float | None, r2: float | None
) -> None:
    faults = [
        f"{name} is {value:g}; expected more than 0"
        for name, value in numbers.items()
        if not (value > 0 and math.isfinite(value))
    ]
    if parameters < 1:
        faults.append(f"parameters is {parameters}; expected at least 1")
    if c is not None and not 0.5 < c < 1:
        faults.append(f"c is {c:g}; expected more than 0.5, which is a coin, and less than 1")
    if r2 is not None and not 0 < r2 < 1:
        faults.append(f"cox_snell_r2 is {r2:g}; expected between 0 and 1")
    _refuse(faults)


def _refuse_second_events(events_per_child: float, numbers: Mapping[str, float]) -> None:
    if events_per_child > 1 + 1e-9:
        told = " and ".join(f"{name} {value:g}" for name, value in numbers.items())
        _refuse(
            [
                f"{told} make {events_per_child:.3g} events a child; expected at most 1, "
                "since each child has the event once. Are both in years?"
            ]
        )


def _refuse_more_than_possible(r2: float, events_per_child: float) -> None:
    largest = largest_r2(events_per_child)
    if r2 >= largest:
        _refuse(
            [
                f"an R² of {r2:.3g} is expected; with {events_per_child:.3g} events a child even "
                f"perfect foresight has {largest:.3g}"
            ]
        )


def _refuse(faults: list[str]) -> None:
    if faults:
        raise DesignError("no sample size can be told: " + "; ".join(faults))
