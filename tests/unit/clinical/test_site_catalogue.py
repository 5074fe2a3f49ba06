"""A site's own predictors beside the catalogue: added, never in contradiction to ours."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from lorpredict import Cohort, ModelDesign, PackagedModel, catalogue, develop, read_cohort
from lorpredict.clinical import Catalogue, read_site_catalogue
from lorpredict.errors import CatalogueError, UnknownPredictor

SITE = """
name = "ghent"
version = "3"

[predictors.il6_pg_ml]
label = "Interleukin 6"
description = "Serum interleukin 6 before the first infusion."
kind = "number"
known = "first_infusion"
source = "Ghent laboratory manual"
unit = "pg/mL"
stem = "il6"
plausible = [0, 5000]
plausible_source = "house limit of Ghent"
transform = "log1p"
other_units = [{ unit = "ng/L", suffix = "ng_l", factor = 1.0 }]

[predictors.smoker_at_home]
label = "Smoker at home"
description = "Whether anybody smokes where the child lives."
kind = "boolean"
known = "first_infusion"
source = "Ghent questionnaire"
"""

NUMBER = {"kind": "number", "unit": "pg/mL", "plausible_source": "X"}

DESIGN = """
name = "ghent-week14"
version = 1
site_catalogue = "ghent.toml"
predictors = ["remission_week14", "albumin_g_l", "il6_pg_ml", "smoker_at_home"]
"""


@pytest.fixture
def design(tmp_path: Path) -> ModelDesign:
    (tmp_path / "ghent.toml").write_text(SITE)
    (tmp_path / "design.toml").write_text(DESIGN)
    return ModelDesign.read(tmp_path / "design.toml")


@pytest.fixture
def ghent(cohort: Cohort, design: ModelDesign) -> Cohort:
    """The shipped cohort with two more columns, one of them in another unit."""
    table = cohort.table.copy()
    table["il6_ng_l"] = [float(3 + 7 * row % 50) for row in range(len(table))]
    table["smoker_at_home"] = [row % 3 == 0 for row in range(len(table))]
    return read_cohort(table, name="ghent", known=design.catalogue)


def entry(**changed: Any) -> dict[str, Any]:
    """One entry of a site's own, with something changed."""
    plain = {
        "label": "X", "description": "X.", "kind": "boolean", "known": "landmark", "source": "X",
    }  # fmt: skip
    return {**plain, **changed}


def site(**predictors: Any) -> dict[str, Any]:
    return {"name": "ghent", "version": "3", "predictors": predictors}


def test_a_sites_predictor_is_known_beside_ours_and_the_version_says_so(
    design: ModelDesign,
) -> None:
    known = design.catalogue
    assert known.version == f"{catalogue().version}+ghent.3"
    assert len(known) == len(catalogue()) + 2
    assert known["il6_pg_ml"].readable_unit == "pg/mL"
    assert "il6_pg_ml" not in catalogue()


def test_a_site_needs_no_change_of_the_package_from_table_to_answer(
    ghent: Cohort, design: ModelDesign, tmp_path: Path
) -> None:
    made = develop(ghent, design, family_names=("ridge",), plan="quick")
    folder = made.packaged("ridge").save(tmp_path / "model")
    model = PackagedModel.load(folder)  # knows the site's predictors by the folder alone
    record = {"remission_week14": True, "albumin_g_l": 36.0, "il6_pg_ml": 20.0}
    assert model.predict([record]).missing == (("smoker_at_home",),)
    explained = model.explain([record])
    assert explained.at(267).feature_names == [
        "Remission at week 14", "Albumin (g/L)", "Interleukin 6 (pg/mL)", "Smoker at home",
    ]  # fmt: skip


def test_a_column_in_a_sites_other_unit_is_converted(ghent: Cohort) -> None:
    assert ghent.table["il6_pg_ml"].iloc[1] == 10.0


def test_without_the_sites_catalogue_its_predictor_is_unknown() -> None:
    with pytest.raises(UnknownPredictor, match="'il6_pg_ml'"):
        ModelDesign(name="x", version=1, description="", predictors=("il6_pg_ml",))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(site(albumin_g_l=entry()), "'albumin_g_l' contradicts ours", id="our column"),
        pytest.param(
            site(crp_mg_dl=entry()), "it names our column 'crp_mg_l'", id="our column elsewhere"
        ),
        pytest.param(site(crp=entry()), "it names our column 'crp_mg_l'", id="our stem"),
        pytest.param(site(x=entry(source="")), "no source", id="no source"),
        pytest.param(site(x=entry(kind="number")), "a number needs a unit", id="no unit"),
        pytest.param(
            site(x=entry(kind="number", unit="furlong", plausible=[0, 1], plausible_source="X")),
            "unknown unit 'furlong'",
            id="unknown unit",
        ),
        pytest.param(site(x=entry(derived_from=["age_years"])), "cannot be derived", id="derived"),
        pytest.param(site(model_dump=entry()), "'model_dump': a record uses", id="a record's own"),
        pytest.param(
            site(**{"IL 6 / <b>": entry()}), "'IL 6 / <b>': a column's name begins", id="no word"
        ),
        pytest.param(
            site(x=entry(**NUMBER, transform="log1p", plausible=[-5, 9])),
            "log1p needs a plausible range from 0",
            id="log of less than 0",
        ),
        pytest.param({"version": "3", "predictors": {"x": entry()}}, "name is None", id="no name"),
        pytest.param(
            {"name": "g", "version": 3, "predictors": {"x": entry()}}, "is 3", id="number"
        ),
        pytest.param({"name": "g", "version": "3"}, "no predictors", id="no predictors"),
        pytest.param(
            site(x=entry()) | {"predictor": {}}, "unknown setting 'predictor'", id="misspelt"
        ),
    ],
)
def test_what_contradicts_ours_or_itself_is_refused(content: dict[str, Any], told: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        catalogue().extended_by(content)
    assert told in str(refused.value)


def test_every_fault_of_a_site_catalogue_is_told_at_once() -> None:
    with pytest.raises(CatalogueError) as refused:
        catalogue().extended_by(site(crp=entry(), albumin_g_l=entry(), x=entry(source="")))
    assert str(refused.value).count("\n") == 3


def test_a_site_catalogue_that_is_not_there_or_no_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no site catalogue at"):
        read_site_catalogue(tmp_path / "ours.toml")
    (tmp_path / "ours.toml").write_text("name = ")
    with pytest.raises(CatalogueError, match=r"ours\.toml is not TOML"):
        read_site_catalogue(tmp_path / "ours.toml")


def test_a_unit_that_ucum_does_not_know_stands_in_braces() -> None:
    number = entry(kind="number", unit="{points}", plausible=[0, 10], plausible_source="X")
    known = catalogue().extended_by(site(x_points=number))
    assert known["x_points"].unit == "{points}"


def test_a_catalogue_travels_to_another_process(design: ModelDesign) -> None:
    travelled: Catalogue = pickle.loads(pickle.dumps(design.catalogue))  # noqa: S301
    assert travelled == design.catalogue


def test_for_a_prediction_no_column_is_needed(design: ModelDesign) -> None:
    lenient = design.catalogue.for_prediction()
    assert {each.missing for each in lenient.values()} == {"allowed"}
    assert lenient.version == design.catalogue.version
    assert "refused" in {each.missing for each in design.catalogue.values()}
