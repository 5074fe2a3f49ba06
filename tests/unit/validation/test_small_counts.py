"""One to four children are not counted anywhere; events count up to the last horizon."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lorpredict import AtRisk, PackagedModel, read_cohort
from lorpredict.errors import TooLittleData
from lorpredict.packaged._cohort import at_risk_for
from lorpredict.survival import outcome_array
from lorpredict.validation import Validation, validate
from lorpredict.validation._agreement import net_benefit
from lorpredict.validation._judged import Group
from lorpredict.validation._small_counts import in_words
from tests.elsewhere import table_elsewhere


def judged(model: PackagedModel, table: pd.DataFrame) -> Validation:
    return validate(model, read_cohort(table, name="elsewhere"), resamples=2)


@pytest.fixture(scope="module")
def ridge(packaged: dict[str, PackagedModel]) -> PackagedModel:
    return packaged["ridge"]


@pytest.mark.parametrize(
    ("count", "of", "told"),
    [(0, 9, "0"), (1, 9, "fewer than 5"), (4, 9, "fewer than 5"), (5, 20, "5"),
     (16, 20, "more than 15"), (20, 20, "20")],
)  # fmt: skip
def test_small_count_and_small_rest_are_told_as_bounds(count: int, of: int, told: str) -> None:
    assert in_words(count, of) == told


def test_value_of_one_child_is_not_told_as_a_quartile(ridge: PackagedModel) -> None:
    table = table_elsewhere(100, sites=0)
    table["crp_mg_l"] = np.nan
    table.loc[3, "crp_mg_l"] = 77.7
    table.loc[table.index[:2], "albumin_g_l"] = np.nan
    found = judged(ridge, table).case_mix.set_index("predictor")
    assert "77.7" not in found.to_csv()
    told = ["measured", "share_missing", "median", "share_outside", "below_usual"]
    assert found.loc[["crp_mg_l"], told].isna().all(axis=None)
    assert found.loc[["albumin_g_l"], ["measured", "share_missing"]].isna().all(axis=None)
    assert found["median"].notna()["albumin_g_l"]


@pytest.mark.parametrize(("measured", "told"), [(19, False), (20, True)])
def test_quartiles_need_twenty_children(ridge: PackagedModel, measured: int, told: bool) -> None:
    table = table_elsewhere(100, sites=0)
    table["crp_mg_l"] = [10.0 + row if row < measured else np.nan for row in range(100)]
    found = judged(ridge, table).case_mix.set_index("predictor")
    quartiles = found.loc[["crp_mg_l"], ["lower_quartile", "median", "upper_quartile"]]
    assert bool(quartiles.notna().all(axis=None)) == told
    assert found.loc["crp_mg_l", "measured"] == measured


def test_wrong_unit_is_remarked_upon_though_the_few_inside_are_not_told(
    ridge: PackagedModel,
) -> None:
    table = table_elsewhere(100, sites=0).assign(albumin_g_l=10.0)
    table.loc[0, "albumin_g_l"] = 40.0
    found = judged(ridge, table)
    row = found.case_mix.set_index("predictor").loc["albumin_g_l"]
    assert row[["below_usual", "above_usual", "share_outside"]].isna().all()
    assert any("Albumin (share not told)" in note for note in found.notes)


def test_new_level_of_one_child_is_not_counted(ridge: PackagedModel) -> None:
    seen = {**ridge.encoding.seen, "location": ("L1", "L3")}
    model = replace(ridge, encoding=replace(ridge.encoding, seen=seen))
    table = table_elsewhere(100, sites=0).assign(location="L1")
    table.loc[5, "location"] = "L2"
    found = judged(model, table)
    assert any(note.endswith("had: L2 (fewer than 5)") for note in found.notes)
    assert "(1)" not in json.dumps(found.notes)


def test_sites_that_leave_a_few_children_are_not_counted(ridge: PackagedModel) -> None:
    table = table_elsewhere(300, sites=0)
    lost = table.index[table["outcome"] == "secondary_lor"][:1]
    calm = table.index[table["outcome"] != "secondary_lor"][:7]
    table["site"] = "a"
    table.loc[[*lost, *calm], "site"] = "dr. x"
    found = judged(ridge, table)
    counts = found.sites.groupby("site", sort=False)[["children", "events"]].first()
    assert counts.loc["all children"].notna().all()
    assert counts.loc["a"].isna().all()
    assert any("1 of 2 sites saw fewer than 10 events and is too few" in n for n in found.notes)
    assert not any("1 event" in note or "8 children" in note for note in found.notes)
    labels = [each.get_text() for each in found.figures()["sites"].axes[0].get_yticklabels()]
    assert labels[1:] == ["a"]


@pytest.mark.parametrize("name", ["all children", "other sites", "site not recorded"])
def test_site_called_as_our_own_group_is_not_taken_for_it(ridge: PackagedModel, name: str) -> None:
    table = table_elsewhere(300, sites=2)
    found = judged(ridge, table.assign(site=table["site"].replace({"hospital 2": name})))
    assert set(found.sites["site"]) == {"all children", "hospital 1", f"site {name!r}"}


def test_nobody_is_treated_alone_in_the_net_benefit(at_risk: AtRisk) -> None:
    y = outcome_array([True] * 10 + [False] * 10, [50] * 10 + [700] * 10)
    risk = np.array([0.9] + [0.2] * 19)[:, None] * np.ones(2)
    days = np.array([267.0, 632.0])
    found = net_benefit(Group("all", replace(at_risk, y=y), risk, days, days))
    assert found.loc[found["threshold"] > 0.2, "model"].isna().all()
    assert found.loc[found["threshold"] < 0.2, "model"].notna().all()


def late(table: pd.DataFrame, within: int) -> pd.DataFrame:
    """All but a few lose response after the last horizon, day 730."""
    lost = table.index[table["outcome"] == "secondary_lor"]
    early = lost[table.loc[lost, "follow_up_days"] <= 730]
    table.loc[early[within:], "follow_up_days"] = 800.0
    table.loc[lost.difference(early), "follow_up_days"] = 800.0
    return table


def test_events_after_the_last_horizon_are_not_counted(ridge: PackagedModel) -> None:
    found = judged(ridge, late(table_elsewhere(200, sites=0), within=7))
    assert found.everyone.y["event"].sum() > 7
    assert found.everyone.events == found.metrics()["events"] == 7
    assert found.tables()["cohorts"].loc["this cohort", "events"] == 7
    assert set(found.sites["events"]) == {7}
    assert any(note.startswith("7 events by day 730; below 100") for note in found.notes)
    assert "  > 7 lost response by day 730 since the first infusion" in found.lines()


def test_cohort_with_late_events_alone_is_refused(ridge: PackagedModel) -> None:
    with pytest.raises(TooLittleData, match="lost response after the landmark and by day 730"):
        judged(ridge, late(table_elsewhere(200, sites=0), within=0))


def test_few_events_are_told_as_a_bound(ridge: PackagedModel) -> None:
    found = judged(ridge, late(table_elsewhere(200, sites=0), within=3))
    assert "events" not in found.metrics()
    assert "200 children, fewer than 5 events by day 730" in repr(found)
    assert pd.isna(found.tables()["cohorts"].loc["this cohort", "events"])


def test_kaplan_meier_asks_for_no_predictor(packaged: dict[str, PackagedModel]) -> None:
    model = packaged["null"]
    table = table_elsewhere(100, sites=0)
    design = [name for name in model.facts.design.predictors if name in table]
    bare = read_cohort(table.drop(columns=design), name="bare")
    assert len(at_risk_for(model, bare)) == 100


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [("CDC 2000", ("WHO",), True), ("WHO", ("WHO",), False), ("WHO (bmi_z)", ("WHO",), False),
     ("CDC 2000", (), False)],
)  # fmt: skip
def test_other_growth_tables_are_a_note(
    ridge: PackagedModel, here: str, there: tuple[str, ...], told: bool
) -> None:
    assert {"bmi_z", "height_z"} & set(ridge.encoding.predictors)
    training = replace(ridge.facts.training, growth_references=there)
    model = replace(ridge, facts=replace(ridge.facts, training=training))
    found = judged(model, table_elsewhere(100, sites=0).assign(growth_reference=here))
    assert any("other growth tables than in training" in note for note in found.notes) == told
