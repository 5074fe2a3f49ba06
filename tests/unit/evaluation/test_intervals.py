"""Intervals of a finished model on new children."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lorpredict.errors import BeyondFollowUp, DesignError, TooLittleData
from lorpredict.evaluation import Predicted, measures
from lorpredict.evaluation._intervals import Rows, external_measures, percentile_intervals
from lorpredict.survival import outcome_array

HORIZONS = np.array([267.0, 632.0])
DAYS = np.append(np.arange(30.0, 267.0, 30), HORIZONS)
NAMES = ["day_365", "day_730"]


def cohort(children: int, seed: int = 1, *, exponent: float = 1.0) -> dict[str, Any]:
    """Children with a constant, known hazard, whose spread the model stretches by an exponent."""
    rng = np.random.default_rng(seed)
    relative = np.exp(rng.normal(size=children))
    lost, seen = rng.exponential(1200 / relative), rng.uniform(700, 1400, size=children)
    return {
        "risk": 1 - np.exp(-(relative[:, None] ** exponent) * DAYS / 1200),
        "days": DAYS,
        "horizons": HORIZONS,
        "y": outcome_array(lost <= seen, np.minimum(lost, seen)),
        "horizon_names": NAMES,
    }


def found(given: dict[str, Any], **settings: Any) -> pd.DataFrame:
    return external_measures(**given, **settings).set_index("measure")


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    return found(cohort(200), resamples=60, seed=7)


def test_every_measure_has_a_row_and_the_columns_are_these(judged: pd.DataFrame) -> None:
    given = cohort(200)
    predicted = Predicted(given["risk"], DAYS, HORIZONS, given["y"], given["y"])
    expected = {
        name: value
        for measure in measures()
        for name, value in measure.named_values(predicted, NAMES).items()
    }
    assert external_measures(**given, resamples=2).columns.tolist() == [
        "measure", "estimate", "low", "high", "undefined",
    ]  # fmt: skip
    # The estimates are those of all children, each once, and not a mean over resamples.
    assert judged["estimate"].to_dict() == expected


def test_the_interval_holds_the_estimate(judged: pd.DataFrame) -> None:
    assert (judged["low"] < judged["estimate"]).all()
    assert (judged["estimate"] < judged["high"]).all()
    assert (judged["undefined"] == 0).all()


def test_four_times_the_children_halve_the_interval() -> None:
    few, many = (found(cohort(n), resamples=100) for n in (200, 800))
    width = [each["high"] - each["low"] for each in (few, many)]
    # The standard error falls with the root of the number; 100 resamples know it within a tenth,
    # and the two cohorts are not the same children.
    shrunk = (width[0] / width[1])[["brier_day_730", "observed_expected_day_730", "uno_c"]]
    assert shrunk.between(1.5, 2.7).all()


def test_an_interval_tells_a_model_that_exaggerates() -> None:
    slope = found(cohort(400, exponent=2.0), resamples=100).loc["calibration_slope_day_730"]
    assert slope["high"] < 1
    assert slope["low"] < 0.5 < slope["high"]  # what undoes an exponent of two


def test_the_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 40 cohorts 38 are expected; fewer than 33 would happen three times in a thousand."""

    def risk_by_then(given: dict[str, Any], rows: Rows) -> dict[str, float]:
        return {
            "events": float((given["y"]["event"] & (given["y"]["duration"] <= 632))[rows].mean())
        }

    truth = risk_by_then(cohort(200_000), np.arange(200_000))["events"]
    held = 0
    for seed in range(40):
        given = cohort(150, seed=100 + seed)
        table = percentile_intervals(partial(risk_by_then, given), 150, resamples=200)
        row = table.loc["events"]
        held += bool(row["low"] <= truth <= row["high"])
    assert held >= 33


# ---- seeds ------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_intervals(judged: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found(cohort(200), resamples=60, seed=7), judged)
    assert not found(cohort(200), resamples=60, seed=8)["low"].equals(judged["low"])


def test_two_workers_draw_what_one_draws(judged: pd.DataFrame) -> None:
    two = found(cohort(200), resamples=60, seed=7, workers=2)
    pd.testing.assert_frame_equal(two, judged, check_exact=True)


def test_every_resample_is_drawn_anew_and_with_replacement() -> None:
    drawn: list[Rows] = []

    def remember(rows: Rows) -> dict[str, float]:
        drawn.append(rows)
        return {"nothing": 0.0}

    percentile_intervals(remember, 50, resamples=20)
    everybody, *resamples = drawn
    assert everybody.tolist() == list(range(50))
    assert len({tuple(rows) for rows in resamples}) == 20
    # A child is drawn with 1 - (1 - 1/50)^50 = 0.636, so about 32 of the 50 are.
    assert all(20 < len(set(rows.tolist())) < 44 for rows in resamples)


# ---- what is not defined ----------------------------------------------------------------------


def first_child_only(fewest: int) -> Any:
    """A figure that is not defined where the first child was drawn less often than that."""

    def figures(rows: Rows) -> dict[str, float]:
        share = float((rows == 0).sum())
        return {"figure": share if share >= fewest else float("nan"), "other": 1.0}

    return figures


def test_resamples_without_a_figure_are_counted_and_left_out() -> None:
    # The first of ten children is missing from (9/10)^10 = 35 % of the resamples.
    table = percentile_intervals(first_child_only(1), 10, resamples=1000)
    assert table.loc["figure", "undefined"] == pytest.approx(349, abs=60)  # four standard errors
    assert table.loc["figure", "low"] == 1.0
    assert table.loc["other"].to_dict() == {
        "estimate": 1.0, "low": 1.0, "high": 1.0, "undefined": 0.0,
    }  # fmt: skip


def test_a_figure_that_most_resamples_lack_has_no_interval() -> None:
    # Only 26 % of the resamples hold the first child twice or more; then all of them lack it.
    def twice(rows: Rows) -> dict[str, float]:
        often = float((rows == 0).sum())
        return {"figure": often if often >= 2 or len(set(rows)) == 10 else float("nan")}

    row = percentile_intervals(twice, 10, resamples=400).loc["figure"]
    assert row["estimate"] == 1.0
    assert row["undefined"] > 200
    assert row[["low", "high"]].isna().all()


def test_a_figure_without_an_estimate_has_no_interval() -> None:
    def never_of_all(rows: Rows) -> dict[str, float]:
        return {"figure": float("nan") if len(set(rows)) == 10 else 1.0}

    row = percentile_intervals(never_of_all, 10, resamples=50).loc["figure"]
    assert row[["estimate", "low", "high"]].isna().all()


def test_a_model_that_tells_nobody_apart_has_no_slope_and_says_so() -> None:
    given = cohort(60)
    given["risk"] = np.broadcast_to(given["risk"].mean(axis=0), given["risk"].shape)
    table = found(given, resamples=20)
    assert table["estimate"].isna()["calibration_slope_day_730"]
    assert table.loc["calibration_slope_day_730", "undefined"] == 20
    assert table.loc["brier_day_730", "undefined"] == 0


@pytest.mark.parametrize("seed", range(4))
def test_a_handful_of_children_is_judged_without_a_warning(seed: int) -> None:
    """Their resamples hold no event, one event, or events that the risks part perfectly."""
    given = cohort(15, seed=seed)
    table = found(given, resamples=100)
    assert table["undefined"].max() > 0
    assert table.loc["brier_day_730", "undefined"] == 0


# ---- what is refused --------------------------------------------------------------------------


def test_a_horizon_beyond_the_follow_up_of_these_children_is_refused() -> None:
    given = cohort(30)
    given["y"] = outcome_array(given["y"]["event"], np.minimum(given["y"]["duration"], 600))
    problem = r"632 days since the landmark: expected at most 600, .* 5 of these 30 children"
    with pytest.raises(BeyondFollowUp, match=problem):
        external_measures(**given, resamples=2)


def test_a_horizon_that_was_not_predicted_is_refused() -> None:
    given = cohort(30) | {"horizons": np.array([267.0, 500.0])}
    with pytest.raises(DesignError, match="500 days since the landmark: expected among the pred"):
        external_measures(**given, resamples=2)


def test_four_children_are_too_few() -> None:
    given = cohort(4)
    with pytest.raises(TooLittleData, match=r"4 children at risk at the landmark; .* at least 5"):
        external_measures(**given, resamples=2)
