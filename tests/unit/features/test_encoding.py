"""Records and tables become the same numbers; features go back to the predictors they came from."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lorpredict import AtRisk, Cohort, ModelDesign, feature_pipeline
from lorpredict.clinical import catalogue
from lorpredict.features import Encoding, Feature, coded_records
from lorpredict.features._pipeline import Style, coded_table

STYLES: tuple[Style, ...] = ("standardised", "imputed", "with_missing", "none")
EACH_STYLE = pytest.mark.parametrize("style", STYLES)


@pytest.fixture(scope="module")
def encodings(at_risk: AtRisk, design: ModelDesign) -> dict[str, Encoding]:
    return {style: feature_pipeline(design, style).fit(at_risk.X).encoding_ for style in STYLES}


def test_all_69_records_and_their_table_are_coded_alike(
    cohort: Cohort, at_risk: AtRisk, design: ModelDesign
) -> None:
    rows = at_risk.X.to_dict("records")
    records = [{str(key): value for key, value in row.items()} for row in rows]
    coded = coded_records(records, catalogue().columns(design.predictors))
    assert coded.shape == (69, 18)
    np.testing.assert_array_equal(
        coded, coded_table(cohort.table, catalogue().columns(design.predictors))
    )


def test_a_record_is_coded_by_hand() -> None:
    names = ["sex", "perianal", "albumin_g_l", "location", "antibodies_week14"]
    record = {"sex": "female", "perianal": True, "albumin_g_l": 31, "location": "L1"}
    expected = [1.0, 1.0, 31.0, 2.0, np.nan]
    np.testing.assert_array_equal(coded_records([record], catalogue().columns(names)), [expected])


def test_no_records_and_no_predictors_keep_their_shape() -> None:
    assert coded_records([], catalogue().columns(["sex", "bmi_z"])).shape == (0, 2)
    assert coded_records([{}, {}], []).shape == (2, 0)


@EACH_STYLE
def test_an_encoding_survives_the_way_through_json(
    encodings: dict[str, Encoding], style: Style
) -> None:
    encoding = encodings[style]
    there = json.dumps(encoding.to_dict(), allow_nan=False)
    assert Encoding.from_dict(json.loads(there)) == encoding


@EACH_STYLE
def test_contributions_of_features_add_up_within_their_predictor(
    encodings: dict[str, Encoding], style: Style
) -> None:
    encoding = encodings[style]
    # Whole numbers add without rounding, so exact means exact.
    number = len(encoding.features)
    features = np.arange(2 * number * 3, dtype=float).reshape(2, number, 3)
    grouped = encoding.by_predictor(features)
    assert grouped.shape == (2, len(encoding.predictors), 3)
    np.testing.assert_array_equal(grouped.sum(axis=1), features.sum(axis=1))


def test_dummies_and_indicators_count_for_the_predictor_that_a_clinician_knows() -> None:
    encoding = Encoding(
        predictors=("location", "trough_week14_ug_ml", "bmi_z"),
        features=(
            Feature("location=L2", "location", "level", level=1.0),
            Feature("trough_week14_ug_ml", "trough_week14_ug_ml", "number"),
            Feature("location=L1", "location", "level", level=2.0),
            Feature("trough_week14_ug_ml=missing", "trough_week14_ug_ml", "missing"),
        ),
    )
    grouped = encoding.by_predictor(np.array([[[1.0], [10.0], [2.0], [20.0]]]))
    assert grouped[0, :, 0].tolist() == [3.0, 30.0, 0.0]


def test_encoding_does_not_change_what_it_is_given(
    encodings: dict[str, Encoding], at_risk: AtRisk, design: ModelDesign
) -> None:
    coded = coded_table(at_risk.X, catalogue().columns(design.predictors))
    before = coded.copy()
    encodings["standardised"].encode(coded)
    np.testing.assert_array_equal(coded, before)
