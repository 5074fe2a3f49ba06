"""Sample sizes that others computed.

R's pmsampsize 1.1.3 (Ensor J, Martin EC, Riley RD), from its own tests on CRAN
(``tests/testthat/test_surv.R``), each row by the command

    pmsampsize(type="s", rsquared=R2, parameters=P, rate=RATE, timepoint=T, meanfup=F)

and, the last row, from the test of its authors' Python version (``tests/test_pmsampsize.py``):

    pmsampsize(type="s", csrsquared=0.051, parameters=30, rate=0.065, timepoint=2, meanfup=2.07)
"""

from __future__ import annotations

import pytest

from lorpredict import AtRisk
from lorpredict.evaluation.sample_size import riley_minimum, sample_size_of

# R², parameters, rate, time, mean follow-up; children by criterion (i) and (ii), and by both.
PMSAMPSIZE = [
    (0.051, 25, 0.065, 2, 2.07, 4286, 866, 4286),
    (0.065, 25, 0.065, 2, 2.07, 3335, 859, 3335),
    (0.051, 50, 0.065, 2, 2.07, 8572, 1731, 8572),
    (0.051, 25, 0.1, 2, 2.07, 4286, 731, 4286),
    (0.051, 25, 0.065, 4, 2.07, 4286, 866, 4286),
    (0.051, 25, 0.065, 2, 4, 4286, 679, 4286),
    (0.06, 40, 0.08, 3, 5, 5798, 969, 5798),
    (0.03, 10, 0.09, 3, 3, 2950, 272, 2950),
    (0.3, 80, 0.03, 1, 5, 1974, 2272, 2272),
    (0.051, 30, 0.065, 2, 2.07, 5143, 1039, 5143),
]
NAMES = "r2, parameters, rate, time, mean_follow_up, shrinkage, optimism, needed"


@pytest.mark.parametrize(NAMES, PMSAMPSIZE)
def test_the_sample_sizes_of_pmsampsize(
    r2: float,
    parameters: int,
    rate: float,
    time: float,
    mean_follow_up: float,
    shrinkage: int,
    optimism: int,
    needed: int,
) -> None:
    size = riley_minimum(
        parameters=parameters,
        rate_per_year=rate,
        mean_follow_up_years=mean_follow_up,
        horizon_years=time,
        cox_snell_r2=r2,
    )
    assert size.by_criterion["shrinkage"] == shrinkage
    # pmsampsize takes the events of 10,000 children, rounded up to a whole one: one child less
    # in the second and third row.
    assert size.by_criterion["optimism"] == pytest.approx(optimism, abs=1)
    assert size.needed == needed


# R's test has events for each parameter in its last column.
@pytest.mark.parametrize(
    "r2, parameters, rate, mean_follow_up, printed",
    [
        (0.051, 25, 0.065, 2.07, 23.07),
        (0.065, 25, 0.065, 2.07, 17.95),
        (0.051, 25, 0.1, 2.07, 35.49),
        (0.051, 25, 0.065, 4, 44.57),
        (0.3, 80, 0.03, 5, 4.26),
    ],
)
def test_the_events_for_each_parameter_of_pmsampsize(
    r2: float, parameters: int, rate: float, mean_follow_up: float, printed: float
) -> None:
    size = riley_minimum(
        parameters=parameters,
        rate_per_year=rate,
        mean_follow_up_years=mean_follow_up,
        horizon_years=2,
        cox_snell_r2=r2,
    )
    assert round(size.needed_events_per_parameter, 2) == printed


# Computed for this project before the library was written: 18 events in 109.7 person-years of 69
# children (0.164 a year, 1.59 years each), the risk at two years.
@pytest.mark.parametrize(
    "c, parameters, needed",
    [
        (0.70, 4, 353), (0.70, 10, 784), (0.70, 20, 1567),
        (0.65, 4, 540), (0.65, 10, 1349), (0.65, 20, 2698),
    ],
)  # fmt: skip
def test_the_sample_sizes_for_the_reconstructed_cohort(
    at_risk: AtRisk, c: float, parameters: int, needed: int
) -> None:
    size = sample_size_of(at_risk.y, parameters=parameters, horizon_days=2 * 365.25, c=c)
    assert size.needed == needed
    # With four parameters and C 0.70 the overall risk decides, not the overfitting.
    assert size.by_criterion["overall_risk"] == 353


def test_what_is_left_of_twenty_predictors_learnt_from_the_reconstructed_cohort(
    at_risk: AtRisk,
) -> None:
    size = sample_size_of(at_risk.y, parameters=20, horizon_days=2 * 365.25)
    assert size.expected_shrinkage == pytest.approx(0.31, abs=0.005)
