"""What a monitoring finds in the audit of a service whose truth is known, and what it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from lorpredict.errors import TooLittleData
from lorpredict.monitoring import Monitoring, Question
from lorpredict.monitoring._periods import split
from lorpredict.monitoring._questions import once, once_a_month
from tests.unit.monitoring.audits import MODEL, Service, monitored, pseudonym, record


def found(service: Service, seed: int = 2) -> Monitoring:
    return monitored(service.rows(np.random.default_rng(seed)))


def test_where_nothing_has_changed_at_least_95_of_100_reports_find_nothing() -> None:
    """By design at most 2 in 100 are wrong; more than 5 would be so once in sixty times."""
    service = Service(months=6, children=50)
    alarms = [seed for seed in range(100) if found(service, seed).verdict.changed]
    assert len(alarms) <= 5


def test_moved_predictor_is_the_one_that_is_found() -> None:
    told = found(Service(moved=1.0))
    (only,) = told.verdict.changed
    assert only.startswith("C-reactive protein: its distribution has changed, large (PSI ")
    assert told.tables()["predictors"]["finding"].sum() == 1
    assert "-e validate -P model=models:/lorpredict-week14@champion" in told.verdict.advice[0]


def test_predictor_that_is_measured_no_more_is_found() -> None:
    told = found(Service(unmeasured=True))
    (only,) = told.verdict.changed
    assert "Infliximab trough at week 14: measured less often, missing in 100 % of" in only
    row = told.tables()["predictors"].loc["trough_week14_ug_ml"]
    assert row["missing_now"] == 1.0
    assert 0.4 < row["missing_before"] < 0.6
    assert row["missing_low"] > 0.3
    assert "laboratory" in told.verdict.advice[0]


def test_rising_abstentions_are_found() -> None:
    rows = Service(abstains=0.0).rows(np.random.default_rng(1))
    late = datetime(2022, 9, 1, tzinfo=UTC)
    for number in range(60):
        child = {"fingerprint": f"new{number}", "bands": {}, "reason": "no_usable_labs"}
        rows.append(
            record(late + timedelta(hours=number), "abstention", {"children": [child]}, MODEL)
        )
    (only,) = monitored(rows).verdict.changed
    assert only.startswith("abstentions: nothing was told about")
    table = monitored(rows).tables()["abstentions_by_period"]
    assert table.loc["2022-09", "share"] == pytest.approx(60 / 90)


def test_predictor_far_from_the_training_children_is_worth_knowing_and_no_alarm() -> None:
    """The fifths suppose a normal distribution, which a predictor may never have had."""
    rows = Service(months=8).rows(np.random.default_rng(1))
    for row in rows:
        row["content"] = row["content"].replace('"albumin_g_l": 0', '"albumin_g_l": 4')
        row["content"] = row["content"].replace('"albumin_g_l": 1', '"albumin_g_l": 4')
    told = monitored(rows)
    assert told.verdict.changed == ()
    assert told.verdict.remarks[0].startswith("unlike the training children")
    assert "Albumin" in told.verdict.remarks[0]


def test_first_half_of_the_months_is_the_reference() -> None:
    table = found(Service()).tables()["periods"]
    assert table["reference"].tolist() == [True] * 6 + [False] * 6
    assert table.index[0] == "2022-01"


@pytest.mark.parametrize("reference", [date(2022, 5, 1), date(2022, 4, 30), date(2022, 4, 2)])
def test_reference_is_the_months_that_begin_before_the_date(reference: date) -> None:
    rows = Service().rows(np.random.default_rng(2))
    table = monitored(rows, reference=reference).tables()["periods"]
    assert table.index[table["reference"]].tolist() == ["2022-01", "2022-02", "2022-03", "2022-04"]


@pytest.mark.parametrize(("year", "side"), [(2020, "earlier"), (2030, "later")])
def test_reference_that_leaves_nothing_to_compare_is_refused(year: int, side: str) -> None:
    with pytest.raises(TooLittleData, match=f"no question is {side}.*expected a date between"):
        monitored(Service().rows(np.random.default_rng(2)), reference=date(year, 1, 1))


def test_one_month_has_nothing_to_compare_and_is_told_all_else() -> None:
    told = found(Service(months=1, children=60))
    assert any("there is nothing to compare" in each for each in told.verdict.unjudged)
    assert told.verdict.changed == ()
    assert told.tables()["predictors"]["psi_training"].notna().any()
    assert set(told.figures()) >= {"predictor_drift", "risks", "observed_expected"}


def test_small_months_are_joined_until_twenty_children() -> None:
    index = found(Service(months=12, children=8)).tables()["periods"].index
    assert index.tolist() == ["2022-01 to 2022-03", "2022-04 to 2022-06",
                              "2022-07 to 2022-09", "2022-10 to 2022-12"]  # fmt: skip


def test_rest_of_fewer_than_twenty_joins_the_period_before() -> None:
    kept = [row for row in Service().rows(np.random.default_rng(2)) if row["time"] < "2022-12"]
    few = [row for row in Service().rows(np.random.default_rng(3), first="Q")
           if row["time"] >= "2022-12" and row["event"] == "answer"][:7]  # fmt: skip
    table = monitored([*kept, *few]).tables()["periods"]
    assert table.index[-1] == "2022-11 to 2022-12"
    assert table["children"].iloc[-1] == 37


def _asked(*days: int, child: int = 1) -> Iterator[Question]:
    first = datetime(2022, 1, 1, tzinfo=UTC)
    for day in days:
        yield Question(child, first + timedelta(days=day), warnings=day)


def test_child_counts_once_a_month_by_the_latest_question() -> None:
    asked = [*_asked(20, 3, 40), *_asked(5, child=2)]
    assert [each.warnings for each in once_a_month(asked)] == [5, 20, 40]
    assert [each.warnings for each in once(asked)] == [5, 40]


def test_split_never_takes_every_month_for_reference() -> None:
    few, many = [*_asked(0, 1)], [q for day in range(31, 51) for q in _asked(day, child=day)]
    parted = split([*few, *many], None)
    assert parted.before == "2022-02"
    assert len(parted.latest) == 20


def test_fewer_than_five_children_are_refused() -> None:
    with pytest.raises(TooLittleData, match="asked about 4 children; expected at least 5"):
        found(Service(months=1, children=4, abstains=0.0))


def test_answer_after_the_outcome_is_judged_by_the_one_before() -> None:
    rows = Service(months=4).rows(np.random.default_rng(2))
    outcome = next(row for row in rows if row["event"] == "outcome")
    who = json.loads(outcome["content"])["pseudonym"]
    after = datetime(2025, 6, 1, tzinfo=UTC)
    child = {
        "fingerprint": "late",
        "pseudonym": who,
        "bands": {},
        "risks": [[365, 0.9], [730, 0.99]],
    }
    again = [*rows, record(after, "answer", {"children": [child]}, MODEL)]
    before, now = (monitored(each).follow_ups[0] for each in (rows, again))
    assert now.expected.sum() == pytest.approx(before.expected.sum())


def test_last_outcome_on_record_is_what_holds() -> None:
    rows = Service(months=4).rows(np.random.default_rng(2))
    outcome = next(row for row in rows if "secondary_lor" in row["content"])
    corrected = json.loads(outcome["content"]) | {"outcome": "administrative_end"}
    later = record(datetime(2026, 1, 1, tzinfo=UTC), "outcome", corrected, None)
    before, now = (monitored(each).follow_ups[-1] for each in (rows, [*rows, later]))
    assert int(now.lost.sum()) == int(before.lost.sum()) - 1


def test_outcomes_without_an_answer_and_answers_without_an_outcome_are_counted() -> None:
    rows = [row for row in Service().rows(np.random.default_rng(2)) if row["event"] != "abstention"]
    outcomes = [row for row in rows if row["event"] == "outcome"]
    kept = [row for row in rows if row not in outcomes[:40]]
    for number in range(7):
        content = {"pseudonym": pseudonym(f"stranger{number}"), "outcome": "surgery",
                   "follow_up_months": 9}  # fmt: skip
        kept.append(record(datetime(2024, 1, 1, tzinfo=UTC), "outcome", content, None))
    lines = monitored(kept).lines()
    assert "  40 with an answer and no outcome yet" in lines
    assert "  7 with an outcome, and no answer of this model before it" in lines


def test_small_part_cannot_be_found_by_subtraction() -> None:
    rows = Service(abstains=0.0).rows(np.random.default_rng(2))
    outcomes = [row for row in rows if row["event"] == "outcome"]
    lines = monitored([row for row in rows if row not in outcomes[:2]]).lines()
    assert "  the other children with an answer and an outcome" in lines
    assert "  fewer than 5 with an answer and no outcome yet" in lines


def _counts(told: Monitoring) -> Iterator[Any]:
    for table in told.tables().values():
        for name in ("children", "answered", "observed"):
            if name in table:
                yield from table[name].dropna()


def test_no_table_counts_one_to_four_children() -> None:
    told = found(Service(children=6, abstains=0.3, hazard=0.12))
    assert [count for count in _counts(told) if 0 < count < 5] == []
    assert any(told.tables()["observed_expected"]["observed"].isna())


def test_no_column_hides_one_count_alone() -> None:
    """Of each side, or of each horizon, the sum may be known."""
    tables = found(Service(months=16, children=22, abstains=0.1)).tables()
    missing, periods = tables["missing_by_period"], tables["periods"]
    observed = tables["observed_expected"].drop(index="all")
    for of_sum, column in (
        (missing.groupby(["predictor", "reference"]), "share"),
        (periods.groupby("reference"), "share_abstained"),
        (observed.groupby("day"), "observed"),
    ):
        hidden = of_sum[column].apply(lambda shares: shares.isna().sum())
        assert (hidden != 1).all()
    assert periods["share_abstained"].isna().any()
    assert observed["observed"].isna().any()


def test_every_metric_has_its_name_and_is_finite() -> None:
    metrics = found(Service(moved=1.0)).metrics()
    assert {"monitor_oe_365", "monitor_oe_365_low", "monitor_oe_365_high", "monitor_psi_max",
            "monitor_psi_max_beyond_chance", "monitor_findings"} <= set(metrics)  # fmt: skip
    assert all(np.isfinite(value) for value in metrics.values())
    assert metrics["monitor_psi_max"] > 0.25
