"""What cannot be meant is refused with every fault; what contradicts itself is undetermined."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lorpredict.errors import RecordFaults
from lorpredict.pathway import at_loss_of_response, pathway_of

SOUND: dict[str, Any] = {"trough": 5.0, "trough_unit": "ug/mL", "antibodies": "none"}
CUTS = {"antibodies": {"unit": "AU/mL", "low_from": 10, "high_from": 100, "source": "our lab"}}


def faults(**told: Any) -> dict[str, str]:
    with pytest.raises(RecordFaults) as refused:
        at_loss_of_response(told)
    return {fault.column: str(fault) for fault in refused.value.faults}


@pytest.mark.parametrize(
    ("told", "name", "way_out"),
    [
        ({"trough": -1.0, "trough_unit": "ug/mL"}, "trough", "Leave it out where it was not"),
        ({"trough": 5.0}, "trough_unit", "ug/mL and mg/L are the same"),
        (
            {"trough": 5.0, "trough_unit": "g/L"},
            "trough_unit",
            "expected one of ug/mL, µg/mL, mg/L, ng/mL",
        ),
        ({"trough": 5200.0, "trough_unit": "ug/mL"}, "trough", "Is it in ng/mL?"),
        ({"trough": float("nan"), "trough_unit": "ug/mL"}, "trough", "expected a number"),
        ({"trough": True, "trough_unit": "ug/mL"}, "trough", "expected a number"),
        ({"trough_loq": 50.0, "trough_unit": "ug/mL"}, "trough_loq", "expected 0.01 to 10 ug/mL"),
        ({"trough_assay": "radio"}, "trough_assay", "expected one of LC-MS/MS, immunoassay"),
        ({"antibodies": "hihg"}, "antibodies", "Did you mean high?"),
        ({"antibody_assay": "elisa"}, "antibody_assay", "drug_sensitive, drug_tolerant"),
        ({"titre": -3.0, "titre_unit": "AU/mL"}, "titre", "0 or more"),
        ({"titre": 3.0}, "titre_unit", "a titre has no meaning without it"),
        ({"titre": 3.0, "titre_unit": ""}, "titre_unit", "expected a text"),
        ({"immunomodulator": "azathioprin"}, "immunomodulator", "Did you mean azathioprine?"),
        ({"escalations": -1}, "escalations", "whole number"),
        ({"escalations": 1.5}, "escalations", "whole number"),
        ({"escalation_failed": "yes"}, "escalation_failed", "true or false"),
        ({"lost_response": None}, "lost_response", "true or false"),
        ({"age_years": 40.0}, "age_years", "expected 0 to 19 years (house limit). The documents"),
        ({"days_since_first_infusion": -5}, "days_since_first_infusion", "house limit"),
        ({"trogh": 5.0}, "trogh", "Did you mean trough?"),
    ],
    ids=lambda each: str(each) if isinstance(each, dict) else "",
)
def test_what_cannot_be_meant_is_named_with_the_way_out(
    told: dict[str, Any], name: str, way_out: str
) -> None:
    assert way_out in faults(**told)[name]


def test_all_faults_are_told_at_once() -> None:
    found = faults(trough=-1, trough_unit="g", trough_assay="x", antibodies="much", age_years=40)

    assert list(found) == ["trough_unit", "trough", "trough_assay", "antibodies", "age_years"]


@pytest.mark.parametrize("name", ["lc-ms/ms", "LC MS/MS", "LCMS", "Immunoassay", "elisa"])
def test_an_assay_is_known_however_it_is_written(name: str) -> None:
    told = at_loss_of_response({**SOUND, "trough_assay": name})

    assert told.mechanism == "pharmacodynamic"
    assert "the assay of the trough" not in told.missing


@pytest.mark.parametrize(
    ("told", "contradiction"),
    [
        ({"trough_below_loq": True, "trough_loq": 1.0}, "a value at or above that limit"),
        ({"trough_below_loq": True}, "a value is given"),
        ({"trough": 0.2, "trough_loq": 1.0, "trough_below_loq": False}, "its value is"),
        ({"titre": 500.0, "titre_unit": "AU/mL"}, "Antibodies are said to be negative"),
        ({"antibodies": "high", "titre": 0.0, "titre_unit": "AU/mL"}, "said to be high"),
        ({"escalations": 0, "escalation_failed": True}, "none is recorded"),
        ({"days_since_first_infusion": 40}, "before day 84"),
    ],
    ids=lambda each: str(each) if isinstance(each, dict) else "",
)
def test_a_contradiction_is_undetermined_with_what_would_decide_it(
    told: dict[str, Any], contradiction: str
) -> None:
    answer = at_loss_of_response({**SOUND, **told})

    assert (answer.mechanism, answer.row) == ("undetermined", "contradictory")
    assert contradiction in " ".join(answer.contradictions)
    assert answer.needed
    assert answer.options == ()
    assert answer.remission is None


def test_all_contradictions_are_told_at_once() -> None:
    told = at_loss_of_response({**SOUND, "trough_below_loq": True, "titre": 9.0,
                                "titre_unit": "AU/mL", "escalations": 0,
                                "escalation_failed": True})  # fmt: skip

    assert len(told.contradictions) == len(told.needed) == 3


def test_a_drug_sensitive_assay_excludes_no_antibodies_while_the_drug_is_there() -> None:
    told = at_loss_of_response({**SOUND, "antibody_assay": "drug_sensitive"})

    assert (told.mechanism, told.antibodies) == ("undetermined", "unknown")
    assert "antibodies by a drug-tolerant assay" in told.needed
    assert told.remission is None


def test_it_excludes_antibodies_where_no_drug_is_there() -> None:
    told = at_loss_of_response({
        "trough_below_loq": True, "trough_loq": 0.4, "trough_unit": "mg/L",
        "antibodies": "none", "antibody_assay": "drug_sensitive",
    })  # fmt: skip

    assert told.mechanism == "pharmacokinetic"


def test_a_high_limit_does_not_show_that_no_drug_is_there() -> None:
    told = at_loss_of_response({
        "trough_below_loq": True, "trough_loq": 2.5, "trough_unit": "mg/L",
        "antibodies": "none", "antibody_assay": "drug_sensitive",
    })  # fmt: skip

    assert (told.mechanism, told.trough) == ("undetermined", "below")


def test_antibodies_that_a_drug_sensitive_assay_finds_are_believed() -> None:
    told = at_loss_of_response({"trough": 1.0, "trough_unit": "mg/L", "antibodies": "high",
                                "antibody_assay": "drug_sensitive"})  # fmt: skip

    assert told.mechanism == "immunogenic"


def test_below_a_limit_that_lies_within_the_window_nothing_is_decided() -> None:
    told = at_loss_of_response({"trough_below_loq": True, "trough_loq": 5.0, "trough_unit": "ug/mL",
                                "antibodies": "high"})  # fmt: skip

    assert (told.mechanism, told.trough) == ("undetermined", "unknown")
    assert "measures down to 3 µg/mL" in told.needed[0]


def test_below_an_unknown_limit_nothing_is_decided() -> None:
    told = at_loss_of_response({"trough_below_loq": True, "antibodies": "high"})

    assert told.mechanism == "undetermined"
    assert "the limit of quantification, or the assay" in told.needed[0]


def test_the_limit_of_a_named_assay_is_taken_and_said() -> None:
    told = at_loss_of_response({"trough_below_loq": True, "trough_assay": "immunoassay",
                                "antibodies": "low"})  # fmt: skip

    assert told.trough == "below"
    assert "that of immunoassay is taken, 0.4 µg/mL" in told.remarks[0]


@pytest.mark.parametrize(
    ("titre", "mechanism"),
    [(5.0, "pharmacokinetic"), (50.0, "pharmacokinetic"), (500.0, "immunogenic")],
)
def test_a_titre_is_classed_by_the_limits_of_its_laboratory(titre: float, mechanism: str) -> None:
    told = {"trough": 1.0, "trough_unit": "ug/mL", "titre": titre, "titre_unit": "AU/mL"}

    assert at_loss_of_response(told, pathway_of(CUTS)).mechanism == mechanism
    assert at_loss_of_response(told).mechanism == "undetermined"
    assert "titres of different assays do not compare" in at_loss_of_response(told).needed[0]
    assert (
        at_loss_of_response({**told, "titre_unit": "ng/mL"}, pathway_of(CUTS)).mechanism
        == "undetermined"
    )


def test_a_negative_class_agrees_with_a_titre_below_the_laboratorys_limits() -> None:
    told = {**SOUND, "titre": 5.0, "titre_unit": "AU/mL"}

    assert at_loss_of_response(told, pathway_of(CUTS)).contradictions == ()
    assert at_loss_of_response({**told, "titre": 50.0}, pathway_of(CUTS)).contradictions


def test_what_was_not_told_is_listed() -> None:
    told = at_loss_of_response({})

    assert len(told.missing) == 7
    assert "the trough, with its unit" in told.missing
    assert at_loss_of_response({
        **SOUND, "trough_assay": "ELISA", "antibody_assay": "drug_tolerant", "escalations": 0,
        "immunomodulator": "none", "steroids": False, "days_since_first_infusion": 300,
        "age_years": 12.0,
    }).missing == ()  # fmt: skip


def test_a_drug_that_is_taken_already_is_said_beside_the_option_that_adds_it() -> None:
    told = at_loss_of_response({"trough": 1.0, "trough_unit": "ug/mL", "antibodies": "high",
                                "immunomodulator": "azathioprine"})  # fmt: skip
    remarks = {option.key: option.remark for option in told.options}

    assert "Azathioprine is taken already" in remarks["second-anti-tnf-with-azathioprine"]
    assert remarks["switch"] == ""


def test_an_answer_is_plain_values() -> None:
    told = at_loss_of_response(SOUND)

    assert json.loads(json.dumps(told.to_dict(), allow_nan=False)) == told.to_dict()
