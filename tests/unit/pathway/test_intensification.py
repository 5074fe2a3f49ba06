"""Remission after intensification, as far as the printed quartiles of Ungar 2019 allow."""

from __future__ import annotations

from itertools import product
from typing import Literal

import numpy as np
import pytest
from scipy.stats import binom

from lorpredict.errors import OutsideStudy
from lorpredict.pathway import at_loss_of_response, remission_by_trough, remission_families
from lorpredict.pathway._quartiles import Quartiles


@pytest.mark.parametrize(
    ("trough", "log_normal", "shifted"),
    [(3.2, 0.70, 0.96), (7.0, 0.49, 0.37), (9.1, 0.38, 0.32), (12.0, 0.27, 0.29)],
)
def test_both_families_have_their_check_values_at_6_months(
    trough: float, log_normal: float, shifted: float
) -> None:
    at = remission_by_trough(trough).at[0]

    assert (at.months, at.n, at.of) == (6, 23, 48)
    assert (at.log_normal, at.shifted) == pytest.approx((log_normal, shifted), abs=0.005)
    assert at.spread == pytest.approx(sorted((log_normal, shifted)), abs=0.005)


def test_the_shifted_family_flattens_out_at_27_percent() -> None:
    shifted = remission_families(6, np.linspace(15.0, 16.0, 11))["shifted"]

    assert shifted.round(2) == pytest.approx(0.27)


def test_the_bands_at_6_months_hold_what_the_quartiles_allow() -> None:
    """23 in remission, median 4.7, third quartile 8.1; 25 not, median 8.7, first quartile 5.9."""
    low, middle, high = remission_by_trough(5.0).at[0].bands

    assert (low.up_to_ug_ml, high.above_ug_ml) == (4.7, 8.7)
    assert (low.fewest, low.most) == ((12, 18), (12, 12))
    assert (middle.fewest, middle.most) == ((5, 18), (11, 18))
    assert (high.fewest, high.most) == ((0, 12), (6, 18))
    assert high.share_most == pytest.approx(1 / 3)


def test_the_bands_at_12_months_end_at_the_medians_of_12_months() -> None:
    """29 in remission, median 4.6, third quartile 8; 19 not, median 8.7, first quartile 5.3."""
    low, middle, high = remission_by_trough(5.0).at[1].bands

    assert (low.up_to_ug_ml, high.above_ug_ml) == (4.6, 8.7)
    assert (low.fewest, low.most) == ((15, 20), (15, 15))
    assert (middle.fewest, middle.most) == ((7, 17), (14, 19))
    assert (high.fewest, high.most) == ((0, 9), (7, 16))


@pytest.mark.parametrize("when, place", list(product((0, 1), (0, 1, 2))))
def test_the_interval_of_a_band_is_exact_at_both_ends(when: int, place: int) -> None:
    band = remission_by_trough(5.0).at[when].bands[place]

    if band.fewest[0]:
        assert binom.sf(band.fewest[0] - 1, band.fewest[1], band.low) == pytest.approx(0.025)
    else:
        assert band.low == 0
    if band.most[0] < band.most[1]:
        assert binom.cdf(band.most[0], band.most[1], band.high) == pytest.approx(0.025)
    else:
        assert band.high == 1


METHODS: list[Literal["linear", "weibull"]] = ["linear", "weibull"]


@pytest.mark.parametrize("method", METHODS, ids=["as R", "as SPSS"])
@pytest.mark.parametrize("n", [19, 23, 25, 29])
def test_counts_hold_whichever_program_placed_the_quartiles(
    n: int, method: Literal["linear", "weibull"]
) -> None:
    rng = np.random.default_rng(n)
    for _ in range(200):
        values = rng.lognormal(1.7, 0.6, size=n)
        low, median, high = np.quantile(values, [0.25, 0.5, 0.75], method=method)
        printed = Quartiles(float(low), float(median), float(high), n)
        edges = [*rng.uniform(1, 20, size=3), printed.median]
        for edge in edges:
            fewest, most = printed.up_to(float(edge))
            assert fewest <= int((values <= edge).sum()) <= most


@pytest.mark.parametrize(
    ("trough", "band"), [(3.0, 0), (4.7, 0), (4.71, 1), (8.7, 1), (8.71, 2), (40.0, 2)]
)
def test_a_trough_lies_in_one_band(trough: float, band: int) -> None:
    at = remission_by_trough(trough).at[0]

    assert at.band == band
    assert [each.holds(trough) for each in at.bands].count(True) == 1


@pytest.mark.parametrize("trough", [0.0, 2.99, float("nan")])
def test_a_trough_below_3_is_outside_the_study(trough: float) -> None:
    with pytest.raises(OutsideStudy, match="a trough below 3 µg/mL were not in Ungar 2019"):
        remission_by_trough(trough)


@pytest.mark.parametrize(
    ("antibodies", "why"),
    [("low", "with antibodies were"), ("high", "with antibodies were"), ("unknown", "not known")],
)
def test_antibodies_are_outside_the_study(antibodies: str, why: str) -> None:
    with pytest.raises(OutsideStudy, match=why):
        remission_by_trough(5.0, antibodies)


def test_above_16_there_are_bands_and_no_spread() -> None:
    told = remission_by_trough(16.1)

    assert [at.spread for at in told.at] == [None, None]
    assert "Above 16 µg/mL" in told.no_spread
    assert told.at[0].bands[told.at[0].band].above_ug_ml == 8.7
    assert remission_by_trough(16.0).no_spread == ""


def test_at_3_the_spread_is_told() -> None:
    assert remission_by_trough(3.0).at[0].spread == pytest.approx((0.71, 1.0), abs=0.005)


@pytest.mark.parametrize("troughs", [[2.9, 5.0], [5.0, 16.5]])
def test_curves_end_where_the_quartiles_end(troughs: list[float]) -> None:
    with pytest.raises(OutsideStudy, match="expected 3 to 16 µg/mL, 6 or 12 months"):
        remission_families(6, troughs)


def test_curves_of_other_months_are_refused() -> None:
    with pytest.raises(OutsideStudy, match="9 months after"):
        remission_families(9, [5.0])


def test_no_figure_stands_alone() -> None:
    told = remission_by_trough(9.1)

    assert "very unlikely" in told.authors
    assert "up to about a third" in told.authors
    assert (told.whom, told.size) == ("not said", 48)
    assert all(at.log_normal is not None and at.shifted is not None for at in told.at)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"trough": 2.9, "trough_unit": "ug/mL", "antibodies": "none"}, "below 3 µg/mL"),
        ({"trough": 5.0, "trough_unit": "ug/mL", "antibodies": "low"}, "with antibodies"),
        ({"trough": 5.0, "trough_unit": "ug/mL"}, "not known"),
        ({"antibodies": "none"}, "The trough is not known"),
        ({"trough": 5.0, "trough_unit": "ug/mL", "antibodies": "none", "lost_response": False},
         "lost the response"),
    ],
)  # fmt: skip
def test_an_answer_says_why_remission_is_not_told(told: dict[str, object], why: str) -> None:
    answer = at_loss_of_response(told)

    assert answer.remission is None
    assert why in answer.remission_refused
