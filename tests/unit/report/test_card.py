"""The model card says what the packaged model says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lorpredict import PackagedModel, families
from lorpredict.packaged import Recalibration
from lorpredict.report import model_card
from lorpredict.survival import NO_INTERVAL
from lorpredict.uncertainty import CurveSpread, Uncertainty, Unseen


@pytest.mark.parametrize("name", families())
def test_a_card_names_the_model_its_stage_and_its_children(
    name: str, packaged: dict[str, PackagedModel]
) -> None:
    card = model_card(packaged[name])
    assert card.startswith(f"# lorpredict-week14: {families()[name].label}\n")
    assert "Stage: **demo**" in card
    assert "- trained on synthetic children: demonstration only\n" in card
    assert "69 children at risk at the landmark, 18 of them lost response" in card
    assert "first infusions 2015 to 2022" in card
    assert "Synthetic: **yes**" in card
    assert card.endswith("\n")


def test_every_figure_of_the_card_is_a_metric_of_the_model(
    packaged: dict[str, PackagedModel],
) -> None:
    model = packaged["ridge"]
    card = model_card(model)
    metrics = model.facts.metrics
    # A quick plan draws no children anew, and has no intervals.
    assert f"| Uno's C | {metrics['uno_c']:.3f} |  |" in card
    slope = metrics["calibration_slope_day_365"]
    assert f"| Calibration slope by day 365 | {slope:.3f} |  |" in card


def test_a_figure_is_told_with_its_interval(packaged: dict[str, PackagedModel]) -> None:
    model = packaged["ridge"]
    facts = replace(model.facts, metrics={"uno_c": 0.7, "uno_c_low": 0.6, "uno_c_high": 0.8})
    assert "| Uno's C | 0.700 | 0.600 to 0.800 |" in model_card(replace(model, facts=facts))


def test_a_card_says_how_sure_a_single_risk_is(packaged: dict[str, PackagedModel]) -> None:
    model = packaged["ridge"]  # a quick plan has no resamples to learn it from
    assert f"## How sure a single risk is\n\n{NO_INTERVAL}" in model_card(model)
    spread = CurveSpread(np.array([267.0]), np.zeros((2, 1)), np.full((2, 1), 0.5))
    sure = replace(model, uncertainty=Uncertainty(spread, Unseen(0.5, 1.0, 300, 0.94)))
    assert (
        "Where 300 simulated children taught, it held the true risk of 94 % of others."
        in model_card(sure)
    )


def test_predictors_are_listed_with_unit_and_time(packaged: dict[str, PackagedModel]) -> None:
    card = model_card(packaged["ridge"])
    assert "| Albumin | g/L | first infusion |" in card
    assert "| Infliximab trough at week 14 | µg/mL | landmark |" in card


def test_a_model_without_predictors_says_so(packaged: dict[str, PackagedModel]) -> None:
    assert "None: every child gets the same curve." in model_card(packaged["null"])


def test_horizons_are_told_from_the_first_infusion(packaged: dict[str, PackagedModel]) -> None:
    assert "by day 365 and 730 since the first infusion" in model_card(packaged["ridge"])


def test_settings_that_were_tuned_are_told(packaged: dict[str, PackagedModel]) -> None:
    model = packaged["boosting"]
    assert "tuning" not in model_card(model)
    tuned = replace(model.facts, tuned={"max_depth": 1, "reg_lambda": 0.25, "law": "none"})
    told = "chose inside these children: `max_depth` 1, `reg_lambda` 0.25, `law` none.\n"
    assert told in model_card(replace(model, facts=tuned))


ADJUSTED = Recalibration(
    "slope", "ours", "c0ffee", children=200, events=51, synthetic=False, slope=0.9149
)


def recalibrated(model: PackagedModel, *adjusted: Recalibration) -> str:
    return model_card(replace(model, facts=replace(model.facts, recalibrations=adjusted)))


def test_a_recalibrated_model_says_by_whom_and_how(packaged: dict[str, PackagedModel]) -> None:
    card = recalibrated(packaged["ridge"], replace(ADJUSTED, fingerprint="f1d0"))
    assert "## Recalibration\n\nMethod: slope." in card
    assert "the spread between children was multiplied by 0.915;" in card
    assert (
        "200 children at risk at the landmark, 51 of them lost response by the last horizon, "
        "from the cohort ours." in card
    )
    assert "Synthetic: **no**. SHA-256 of the checked table: `c0ffee`." in card
    assert "Fingerprint of the model folder that was adjusted: `f1d0`." in card


def test_a_model_recalibrated_twice_says_both(packaged: dict[str, PackagedModel]) -> None:
    later = replace(ADJUSTED, method="baseline", slope=None, cohort="theirs", sha256="f00d")
    card = recalibrated(packaged["ridge"], ADJUSTED, later)
    first, second = card.split("## Recalibration 2 of 2\n\n")
    assert "## Recalibration 1 of 2\n\nMethod: slope." in first
    assert "multiplied by 0.915;" in first
    assert second.startswith("Method: baseline.")
    assert "from the cohort theirs." in second


def test_figures_of_a_recalibrated_model_are_called_those_of_the_original(
    packaged: dict[str, PackagedModel],
) -> None:
    told = "**These are the figures of the original model**"
    assert told in recalibrated(packaged["ridge"], ADJUSTED)
    assert told not in model_card(packaged["ridge"])
    assert "Recalibration" not in model_card(packaged["ridge"])


def test_a_recalibration_of_the_level_leaves_the_spread(
    packaged: dict[str, PackagedModel],
) -> None:
    card = recalibrated(packaged["ridge"], replace(ADJUSTED, method="baseline", slope=None))
    assert "the spread between children was left as it was;" in card
    assert "that was adjusted: not recorded." in card


def test_a_card_tells_every_rule_of_the_gate(packaged: dict[str, PackagedModel]) -> None:
    model = packaged["forest"]
    card = model_card(model)
    assert [rule.letter for rule in model.facts.rules] == list("abcdefg")
    for rule in model.facts.rules:
        verdict = "holds" if rule.holds else "**does not hold**"
        assert f"| {rule.figure} | {rule.threshold} | {verdict} |" in card
    assert "(b) gain in Uno's C over Ridge Cox" in card


def test_a_folder_of_before_the_rules_has_a_card_without_them(
    packaged: dict[str, PackagedModel],
) -> None:
    model = packaged["ridge"]
    old = replace(model, facts=replace(model.facts, rules=()))
    assert "## Gate" in model_card(model)
    assert "## Gate" not in model_card(old)


def test_a_card_tells_what_became_of_the_children(packaged: dict[str, PackagedModel]) -> None:
    told = (
        "## What became of the children of beijing-reconstructed\n\n"
        "| days since the first infusion | 98 | 365 | 730 | 1370 |\n"
        "|---|---|---|---|---|\n"
        "| children at risk | 69 | 50 | 25 | 5 |\n"
        "| lost response by then (Kaplan-Meier, 95 % interval) | 0.0 % | 15.7 % (8.7 to 27.2 %) |"
    )
    assert told in model_card(packaged["ridge"])


def test_a_folder_of_before_the_course_has_a_card_without_it(
    packaged: dict[str, PackagedModel],
) -> None:
    model = packaged["ridge"]
    old = replace(model, facts=replace(model.facts, course=None))
    assert "What became of" not in model_card(old)


def test_a_card_tells_limits_and_where_the_report_is(packaged: dict[str, PackagedModel]) -> None:
    card = model_card(packaged["ridge"])
    assert "Nothing here is external validation" in card
    assert "Risks beyond day 1430 since the first infusion are refused" in card
    assert "`report.html`, among the artifacts of the training's run" in card


def test_a_card_says_when_there_are_no_intervals(packaged: dict[str, PackagedModel]) -> None:
    assert "There are no intervals" in model_card(packaged["ridge"])


@pytest.mark.parametrize("name", families())
def test_a_card_fits_on_two_pages(name: str, packaged: dict[str, PackagedModel]) -> None:
    assert len(model_card(packaged[name]).splitlines()) <= 110
