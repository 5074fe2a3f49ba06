"""What the documents say, row by row; written from them and not from the table."""

from __future__ import annotations

from typing import Any

import pytest

from lorpredict.pathway import EvidenceTold, PathwayAnswer, at_loss_of_response

NO_RESULT = "under study, no result"


def asked(trough: float | None = None, antibodies: str | None = None, **more: Any) -> PathwayAnswer:
    unit = None if trough is None else "ug/mL"
    return at_loss_of_response(
        {"trough": trough, "trough_unit": unit, "antibodies": antibodies, **more}
    )


def found_by(told: PathwayAnswer, source: str) -> list[EvidenceTold]:
    return [e for option in told.options for e in option.evidence if source in e.source]


def texts(told: PathwayAnswer) -> str:
    return " / ".join(option.text for option in told.options)


@pytest.mark.parametrize("antibodies", ["none", "negative", "low"])
def test_little_drug_without_antibodies_is_pharmacokinetic(antibodies: str) -> None:
    told = asked(1.2, antibodies)

    assert told.mechanism == "pharmacokinetic"
    assert "higher dose" in texts(told)
    assert "shorter interval" in texts(told)
    assert "immunomodulator" in texts(told)
    assert "ECCO-ESPGHAN 2020" in told.source
    (optimised,) = [e for e in found_by(told, "Beijing") if "Optimising" in e.topic]
    assert (optimised.figures[0].n, optimised.figures[0].of) == (5, 11)
    assert (optimised.whom, optimised.size) == ("children", 18)
    assert "no evidence for this row in particular" in " ".join(told.remarks)


@pytest.mark.parametrize(
    "level",
    [
        {"trough": 0.6, "trough_unit": "mg/L"},
        {"trough_below_loq": True, "trough_loq": 1.0, "trough_unit": "ug/mL"},
        {"trough_below_loq": True, "trough_assay": "LC-MS/MS"},
    ],
    ids=["below", "undetectable", "undetectable by a named assay"],
)
def test_little_drug_with_a_high_titre_is_immunogenic(level: dict[str, Any]) -> None:
    told = at_loss_of_response({**level, "antibodies": "high"})

    assert told.mechanism == "immunogenic"
    assert "Another drug instead of infliximab" in texts(told)
    assert "azathioprine" in texts(told)
    (trial,) = found_by(told, "Roblin 2020")
    assert (trial.size, trial.whom) == (90, "not said")
    shares = {f.what: round(100 * f.estimate) for f in trial.figures if f.scale == "share"}
    assert shares == {
        "without clinical failure at 24 months, combination": 77,
        "without clinical failure at 24 months, monotherapy": 22,
        "without unfavourable pharmacokinetics at 24 months, combination": 78,
        "without unfavourable pharmacokinetics at 24 months, monotherapy": 22,
    }
    assert {f.of for f in trial.figures if f.scale == "share"} == {45}


@pytest.mark.parametrize("antibodies", ["none", "low"])
@pytest.mark.parametrize("trough", [3.0, 5.0, 8.9, 9.0])
def test_enough_drug_without_a_high_titre_is_pharmacodynamic_and_disputed(
    trough: float, antibodies: str
) -> None:
    told = asked(trough, antibodies)

    assert told.mechanism == "pharmacodynamic"
    assert not told.is_our_reading
    assert "A drug of another class" in texts(told)
    assert "Intensified infliximab" in texts(told)
    beijing, ungar = told.disagreement
    assert "another class" in beijing.says
    assert "Beijing 2025" in beijing.source
    assert "3 to 9 µg/mL regained remission" in ungar.says
    assert "Ungar 2019" in ungar.source


def test_enough_drug_with_a_high_titre_is_not_covered() -> None:
    told = asked(5.0, "high")

    assert (told.mechanism, told.options) == ("undetermined", ())
    assert "not covered" in told.not_covered_here


def test_much_drug_without_antibodies_is_likely_pharmacodynamic_by_our_reading() -> None:
    told = asked(9.1, "none")

    assert told.mechanism == "pharmacodynamic"
    assert told.is_our_reading
    assert told.disagreement == ()
    assert "very unlikely" in texts(told)
    (study,) = found_by(told, "Ungar 2019")
    assert [(f.n, f.of) for f in study.figures] == [(23, 48), (29, 48)]
    assert study.whom == "not said"
    assert told.remission is not None
    assert "very unlikely" in told.remission.authors


@pytest.mark.parametrize("antibodies", ["low", "high"])
def test_much_drug_with_antibodies_is_not_covered(antibodies: str) -> None:
    told = asked(9.1, antibodies)

    assert told.mechanism == "undetermined"
    assert "not covered" in told.not_covered_here
    assert told.remission is None


@pytest.mark.parametrize("trough", [1.0, 5.0, 12.0])
def test_an_unknown_titre_is_not_covered_and_asked_for(trough: float) -> None:
    told = asked(trough)

    assert told.mechanism == "undetermined"
    assert "not covered" in told.not_covered_here
    assert any("antibodies" in each for each in told.needed)


@pytest.mark.parametrize("trough", [None, 1.0, 5.0, 12.0])
@pytest.mark.parametrize("antibodies", [None, "none", "low", "high"])
def test_after_a_failed_escalation_methotrexate_is_under_study(
    trough: float | None, antibodies: str | None
) -> None:
    told = asked(trough, antibodies, escalations=1, escalation_failed=True)

    (methotrexate,) = [option for option in told.options if "Methotrexate" in option.text]
    assert methotrexate.status == NO_RESULT
    (series,) = methotrexate.evidence
    assert series.status == NO_RESULT
    assert [(f.n, f.of) for f in series.figures] == [(6, 12), (3, 3)]
    assert "12 patients, 10 of them children" in series.said[0]
    assert "adalimumab, not infliximab" in series.said[0]
    assert "two biologics had failed" in series.said[0]


def test_methotrexate_is_named_after_a_failed_escalation_alone() -> None:
    not_failed = [
        asked(trough, antibodies, escalations=1, escalation_failed=False)
        for trough in (None, 1.0, 5.0, 12.0)
        for antibodies in (None, "none", "low", "high")
    ]

    assert not [told for told in not_failed if "Methotrexate" in texts(told)]


def test_a_responder_with_a_low_trough_is_proactive_and_under_study() -> None:
    told = asked(2.0, "none", lost_response=False)

    assert told.mechanism == "proactive"
    (option,) = told.options
    assert option.status == NO_RESULT
    assert option.evidence[0].figures == ()
    assert "from the start" in option.text


@pytest.mark.parametrize(
    ("trough", "antibodies"),
    [(6.0, "none"), (12.0, "none"), (2.0, "low"), (2.0, None), (None, None)],
)
def test_any_other_responder_is_not_covered(trough: float | None, antibodies: str | None) -> None:
    told = asked(trough, antibodies, lost_response=False)

    assert (told.mechanism, told.options) == ("undetermined", ())
    assert "not covered" in told.not_covered_here


def test_steps_before_any_trough_are_not_covered() -> None:
    told = asked()

    assert told.mechanism == "undetermined"
    assert "before any trough" in told.not_covered_here
    assert any("trough" in each for each in told.needed)


def test_a_trough_of_9_1_and_of_8_9_differ_as_the_documents_say() -> None:
    above, within = asked(9.1, "none"), asked(8.9, "none")

    assert (above.trough, within.trough) == ("above", "within")
    assert "another class" in " ".join(each.says for each in within.disagreement)
    assert above.disagreement == ()
    assert "very unlikely" in texts(above)
    assert "very unlikely" not in texts(within)


@pytest.mark.parametrize(("value", "unit"), [(5.0, "mg/L"), (5.0, "µg/mL"), (5000.0, "ng/mL")])
def test_units_of_the_same_level_give_the_same_answer(value: float, unit: str) -> None:
    told = at_loss_of_response({"trough": value, "trough_unit": unit, "antibodies": "none"})

    assert told == asked(5.0, "none")


def test_both_edges_of_the_window_name_their_source() -> None:
    told = {each.key: (each.value, each.source) for each in asked(5.0, "none").thresholds}

    assert told["window_low_ug_ml"][0] == 3
    assert "Papamichael 2019" in told["window_low_ug_ml"][1]
    assert told["window_high_ug_ml"][0] == 9
    assert "Ungar 2019" in told["window_high_ug_ml"][1]
    assert "Papamichael 2019" in asked(5.0, "none").why[2]
