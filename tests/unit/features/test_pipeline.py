"""What the feature pipeline learns from training rows, and from nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from lorpredict import AtRisk, ModelDesign, feature_pipeline
from lorpredict.clinical import catalogue
from lorpredict.errors import CohortFaults, DesignError
from lorpredict.features import FeaturePipeline
from lorpredict.features._pipeline import NeverMeasuredWarning, Style, coded_table
from tests.tables import drawn_cohort

_LOCATION = catalogue().columns(["location"])
FOUR = drawn_cohort("""
    patient_id | follow_up_days | outcome       | sex    | location | crp_mg_l | albumin_g_l | perianal | antibodies_week14
    a          | 200            | secondary_lor | male   | L1       | 0        | 40          | true     | negative
    b          | 300            | secondary_lor | female | L2       | 20       | 30          | false    | high
    c          | 400            | secondary_lor | male   | L3       | 100      |             | false    |
    d          | 500            | secondary_lor | male   | L3       |          | 20          |          | low
""").table  # noqa: E501


def fitted(*predictors: str, style: Any = "standardised", **settings: Any) -> FeaturePipeline:
    return FeaturePipeline(predictors, style, **settings).fit(FOUR)


def features(pipeline: FeaturePipeline, X: pd.DataFrame = FOUR) -> dict[str, list[float]]:
    """Name of the feature -> its values."""
    names = [str(name) for name in pipeline.get_feature_names_out()]
    columns = pipeline.transform(X).T.round(12).tolist()
    return dict(zip(names, columns, strict=True))


def test_numbers_are_standardised_and_missing_ones_become_the_mean() -> None:
    # 40, 30 and 20 have the mean 30; with the gap filled the variance is (100 + 0 + 0 + 100) / 4.
    root = 50**0.5
    expected = [10 / root, 0, 0, -10 / root]
    assert features(fitted("albumin_g_l")) == {"albumin_g_l": pytest.approx(expected)}


def test_skewed_numbers_are_standardised_on_the_log_scale() -> None:
    # Logarithms of 0, 1, 2 and 1 have the mean 1 and the variance 1/2.
    table = FOUR.assign(crp_mg_l=np.expm1([0.0, 1.0, 2.0, 1.0]))
    pipeline = FeaturePipeline(["crp_mg_l"], "standardised").fit(table)
    assert pipeline.transform(table)[:, 0] == pytest.approx([-(2**0.5), 0, 2**0.5, 0])


def test_a_category_becomes_dummies_without_the_first_level_that_was_seen() -> None:
    names = fitted("location", style="standardised").get_feature_names_out()
    assert list(names) == ["location=L2", "location=L1"]


@pytest.mark.parametrize("style", ["with_missing", "imputed"])
def test_trees_get_a_dummy_for_every_level_that_was_seen(style: Style) -> None:
    assert features(fitted("location", style=style)) == {
        "location=L3": [0, 0, 1, 1], "location=L2": [0, 1, 0, 0], "location=L1": [1, 0, 0, 0],
    }  # fmt: skip


def test_two_levels_need_one_dummy_even_for_trees() -> None:
    assert features(fitted("sex", style="with_missing")) == {"sex=female": [0, 1, 0, 0]}


def test_an_ordered_category_is_the_index_of_its_level() -> None:
    found = features(fitted("antibodies_week14", style="with_missing"))
    assert found == {"antibodies_week14": pytest.approx([0, 2, np.nan, 1], nan_ok=True)}


def test_trees_see_numbers_as_measured_and_gaps_as_gaps() -> None:
    found = features(fitted("crp_mg_l", "perianal", style="with_missing"))
    assert found["crp_mg_l"] == pytest.approx([0, 20, 100, np.nan], nan_ok=True)
    assert found["perianal"] == pytest.approx([1, 0, 0, np.nan], nan_ok=True)


def test_the_imputed_style_fills_gaps_with_the_mean_of_what_was_measured() -> None:
    assert features(fitted("crp_mg_l", "perianal", style="imputed")) == {
        "crp_mg_l": [0, 20, 100, 40],
        "perianal": pytest.approx([1, 0, 0, 1 / 3]),
    }


def test_a_number_that_is_cut_is_at_most_its_cut() -> None:
    pipeline = fitted("albumin_g_l", style="imputed", cuts={"albumin_g_l": 30.0})
    assert features(pipeline) == {"albumin_g_l<=30": pytest.approx([0, 1, 2 / 3, 1])}


def test_being_missing_is_a_feature_where_the_design_says_so() -> None:
    settings = {"style": "imputed", "missing_indicators": ["albumin_g_l"]}
    assert features(fitted("albumin_g_l", **settings))["albumin_g_l=missing"] == [0, 0, 1, 0]


def test_an_indicator_that_would_always_be_zero_is_left_out() -> None:
    settings = {"style": "imputed", "missing_indicators": ["sex"]}
    assert list(features(fitted("sex", **settings))) == ["sex=female"]


def test_trees_need_no_indicator() -> None:
    settings = {"style": "with_missing", "missing_indicators": ["albumin_g_l"]}
    assert list(features(fitted("albumin_g_l", **settings))) == ["albumin_g_l"]


def test_the_style_none_sees_nothing() -> None:
    pipeline = fitted("albumin_g_l", "sex", style="none")
    assert pipeline.transform(FOUR).shape == (4, 0)
    assert pipeline.encoding_.predictors == ()


def test_a_level_that_was_not_seen_in_training_is_none_of_those_that_were() -> None:
    pipeline = fitted("location", style="with_missing")
    other = FOUR.assign(location=pd.Categorical(["none"] * 4, FOUR["location"].cat.categories))
    assert pipeline.transform(other).tolist() == [[0.0, 0.0, 0.0]] * 4


def test_a_predictor_that_nobody_has_is_told_and_then_ignored() -> None:
    table = FOUR.assign(albumin_g_l=np.nan)
    with pytest.warns(NeverMeasuredWarning, match=r"knows nothing of: albumin_g_l$"):
        pipeline = FeaturePipeline(["sex", "albumin_g_l"]).fit(table)
    assert pipeline.encoding_.never_measured == ("albumin_g_l",)
    assert list(pipeline.get_feature_names_out()) == ["sex=female"]
    assert (pipeline.transform(FOUR) == pipeline.transform(table)).all()


def test_a_number_that_never_varies_is_centred_and_not_divided_by_zero() -> None:
    pipeline = FeaturePipeline(["albumin_g_l"]).fit(FOUR.assign(albumin_g_l=40.0))
    assert pipeline.transform(FOUR)[:, 0].tolist() == [0.0, -10.0, 0.0, -20.0]


def test_what_is_usual_is_the_central_95_percent_of_the_training_rows() -> None:
    many = pd.DataFrame({"albumin_g_l": np.linspace(20.0, 60.0, 401)})
    encoding = FeaturePipeline(["albumin_g_l"]).fit(many).encoding_
    assert encoding.usual == {"albumin_g_l": pytest.approx((21.0, 59.0))}
    assert fitted("location", "sex").encoding_.usual == {}


def test_levels_that_were_seen_are_remembered_in_the_order_of_the_catalogue() -> None:
    seen = fitted("location", "antibodies_week14").encoding_.seen
    assert seen == {
        "location": ("L3", "L2", "L1"),
        "antibodies_week14": ("negative", "low", "high"),
    }


@pytest.mark.parametrize("style", ["standardised", "imputed", "with_missing"])
def test_nothing_is_learnt_from_rows_that_are_only_transformed(
    at_risk: AtRisk, design: ModelDesign, style: Any
) -> None:
    train, test = at_risk.X.iloc[:50], at_risk.X.iloc[50:]
    alone = feature_pipeline(design, style).fit(train)
    learnt = alone.encoding_
    wild = test.assign(albumin_g_l=10.0, crp_mg_l=500.0, sex=test["sex"].iloc[::-1].to_numpy())
    one_by_one = [alone.transform(wild.iloc[[row]])[0] for row in range(len(wild))]
    np.testing.assert_array_equal(alone.transform(wild), one_by_one)
    assert alone.encoding_ == learnt == feature_pipeline(design, style).fit(train).encoding_


def test_the_training_rows_are_not_changed(at_risk: AtRisk, design: ModelDesign) -> None:
    before = at_risk.X.copy()
    feature_pipeline(design).fit(at_risk.X).transform(at_risk.X)
    pd.testing.assert_frame_equal(at_risk.X, before)


def test_a_pipeline_that_has_not_learnt_refuses_to_transform(design: ModelDesign) -> None:
    with pytest.raises(NotFittedError, match="FeaturePipeline instance is not fitted yet"):
        feature_pipeline(design).transform(FOUR)


def test_a_column_that_the_model_needs_is_named_with_its_neighbour() -> None:
    with pytest.raises(DesignError, match=r"needs: albumin_g_l Did you mean albumin_gl\?"):
        fitted("albumin_g_l").transform(FOUR.rename(columns={"albumin_g_l": "albumin_gl"}))


def test_the_order_in_which_pandas_holds_the_levels_does_not_matter(at_risk: AtRisk) -> None:
    alphabetical = pd.Categorical(at_risk.X["location"].astype(str))
    other = at_risk.X.assign(location=alphabetical)
    assert list(other["location"].cat.categories) == ["L1", "L2", "L3"]
    assert (coded_table(other, _LOCATION) == coded_table(at_risk.X, _LOCATION)).all()


def test_levels_may_come_as_text(at_risk: AtRisk) -> None:
    other = at_risk.X.assign(location=at_risk.X["location"].astype(str))
    assert (coded_table(other, _LOCATION) == coded_table(at_risk.X, _LOCATION)).all()


def test_a_level_that_the_catalogue_does_not_hold_is_refused() -> None:
    with pytest.raises(CohortFaults, match="location is 'L5': expected one of L3, L2, L1, none"):
        coded_table(pd.DataFrame({"location": ["L1", "L5", None]}), _LOCATION)


def test_the_default_design_spends_twenty_parameters(at_risk: AtRisk, design: ModelDesign) -> None:
    names = feature_pipeline(design).fit(at_risk.X).get_feature_names_out()
    assert len(names) == 20
    assert [str(name) for name in names if "=" in str(name)] == [
        "sex=female", "location=L2", "location=L1", "trough_week14_ug_ml=missing",
    ]  # fmt: skip


def test_the_pipeline_of_a_family_looks_at_the_familys_own_predictors(design: ModelDesign) -> None:
    pipeline = feature_pipeline(design, "imputed", predictors=("bmi_z",), cuts={"bmi_z": -1.0})
    assert pipeline.predictors == ("bmi_z",)
    assert not pipeline.missing_indicators
