"""Every output says that it is for research only; what it rests on has a source."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lorpredict.clinical import trough_thresholds
from lorpredict.pharmacokinetics import (
    MeasuredLevel,
    estimate,
    forecast,
    research_only,
    search_regimens,
    usual_candidates,
)
from tests.unit.pharmacokinetics.children import PAEDIATRIC, history

ESTIMATES = estimate(history(), [MeasuredLevel.of(98, 6.0)])
FORECASTS = forecast(history(), [98, 120], estimates=ESTIMATES)
OUTPUTS = {
    "forecasts": FORECASTS,
    "one forecast": FORECASTS[PAEDIATRIC],
    "pooled": FORECASTS.pooled,
    "estimates": ESTIMATES,
    "one estimate": ESTIMATES[PAEDIATRIC],
    "regimens": search_regimens(history(), 3.0, vial_mg=100, from_day=98),
}
EACH = pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)


@EACH
def test_every_form_says_that_it_is_for_research_only(output: Any) -> None:
    words = research_only()
    assert words.startswith("For research only")
    assert output.research_only == words
    assert output.to_dict()["research_only"] == words
    assert json.loads(output.to_json())["research_only"] == words
    assert repr(output).endswith("; research only)")
    assert words in output._repr_html_()


@EACH
def test_the_table_in_html_has_every_row(output: Any) -> None:
    assert output._repr_html_().count("<tr>") == len(output.rows()) + 1


@EACH
def test_json_holds_what_the_dictionary_holds(output: Any) -> None:
    assert json.loads(output.to_json()) == output.to_dict()


def test_the_thresholds_of_studies_have_their_source() -> None:
    assert {(each.trough_ug_ml, each.source) for each in trough_thresholds()} == {
        (3, "Papamichael 2019"),
        (7, "Papamichael 2019"),
        (7, "PANTS, Kennedy 2019"),
    }


def test_the_usual_candidates_say_which_of_them_are_documented() -> None:
    told = usual_candidates()
    assert (min(told.doses_mg_kg), max(told.doses_mg_kg)) == (5, 10)
    assert max(told.intervals_days) == 56
    assert "no document gives a figure" in told.source
