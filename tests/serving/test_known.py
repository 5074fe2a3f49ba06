"""What a request may hold where sites have columns of their own, and two versions of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from lorpredict import ModelDesign, catalogue, develop, read_cohort
from lorpredict.clinical import Known
from lorpredict.clinical._names import name_faults
from lorpredict.errors import CatalogueError
from lorpredict.synthetic import reconstructed_cohort
from serving.__main__ import main
from serving.known import columns_of, extended_catalogue
from serving.messages import may_be_sent
from serving.settings import Settings

ROOT = Path(__file__).parents[2]
IL6 = {
    "label": "Interleukin 6", "description": "In serum.", "kind": "number", "known": "landmark",
    "source": "laboratory manual", "unit": "pg/mL", "plausible": [0, 1000],
    "plausible_source": "house limit",
}  # fmt: skip
SMOKER = {
    "label": "Smoker", "description": "At home.", "kind": "category", "known": "landmark",
    "source": "questionnaire",
    "levels": [{"value": "no", "label": "nobody"}, {"value": "in", "label": "indoors"}],
}  # fmt: skip


def site(version: str = "1", *, name: str = "ghent", **predictors: Any) -> dict[str, Any]:
    return {"name": name, "version": version, "predictors": predictors}


def both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"champion": one, "challenger": other}


def test_two_models_of_one_site_catalogue_share_its_columns() -> None:
    known = extended_catalogue(both(site(il6=IL6), site(il6=IL6)))
    assert known.version == f"{catalogue().version}+ghent.1"
    assert len(known) == len(catalogue()) + 1


def test_without_a_sites_catalogue_the_columns_are_ours() -> None:
    known = extended_catalogue(both({}, {}))
    assert (known.version, dict(known)) == (catalogue().version, dict(catalogue()))


def test_an_equal_entry_of_another_site_is_taken() -> None:
    known = extended_catalogue(both(site(il6=IL6), site(name="leuven", il6=IL6)))
    assert known["il6"].plausible == (0, 1000)


def test_of_two_versions_the_widest_range_is_taken() -> None:
    wider = IL6 | {"plausible": [-5, 900]}
    known = extended_catalogue(both(site(il6=IL6 | {"transform": "log1p"}), site("2", il6=wider)))
    assert known["il6"].plausible == (-5, 1000)


def test_of_two_versions_every_level_is_taken() -> None:
    renamed = [{"value": "no", "label": "nobody at all"}, {"value": "out", "label": "outdoors"}]
    later = SMOKER | {"levels": renamed}
    known = extended_catalogue(both(site(smoker=SMOKER), site("2", smoker=later)))
    assert set(known["smoker"].values) == {"no", "in", "out"}


@pytest.mark.parametrize(("step", "told"), [(0.5, 0.5), (1, None)])
def test_steps_are_told_where_both_versions_have_them(step: float, told: float | None) -> None:
    one, other = IL6 | {"step": 0.5}, IL6 | {"step": step, "plausible": [0, 2000]}
    assert extended_catalogue(both(site(il6=one), site("2", il6=other)))["il6"].step == told


@pytest.mark.parametrize("later_in", ["champion", "challenger"])
def test_a_column_that_one_version_knows_in_time_may_be_sent(later_in: str) -> None:
    late = site("2", il6=IL6 | {"known": "later"})
    sites = {"champion": site(il6=IL6), "challenger": site(il6=IL6), later_in: late}
    assert extended_catalogue(sites)["il6"].known is Known.LANDMARK


def test_a_column_of_one_version_alone_is_there_whichever_model_brings_it() -> None:
    for sites in (both(site(il6=IL6), site("2", smoker=SMOKER)), both({}, site(il6=IL6))):
        assert "il6" in extended_catalogue(sites)


def test_a_columns_other_unit_may_become_the_columns_own() -> None:
    """Version 2 counts in ng/L under a name of its own; that is no contradiction."""
    other = [{"unit": "pg/mL", "suffix": "pg_ml", "factor": 1.0}]
    later = IL6 | {"unit": "ng/L", "stem": "il6", "other_units": other}
    known = extended_catalogue(both(site(il6_pg_ml=IL6), site("2", il6_ng_l=later)))
    assert {"il6_pg_ml", "il6_ng_l"} <= set(known)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        pytest.param(
            site("2", il6=IL6 | {"unit": "ng/L"}),
            "'il6' is a number in pg/mL in the champion (site catalogue ghent 1) "
            "and a number in ng/L in the challenger (site catalogue ghent 2)",
            id="unit",
        ),
        pytest.param(
            site("2", il6=SMOKER), "and a category in the challenger (site catalogue ghent 2)",
            id="kind",
        ),
        pytest.param(
            site(name="leuven", il6=IL6 | {"plausible": [0, 9]}),
            "in one way in the champion (site catalogue ghent 1) "
            "and in another in the challenger (site catalogue leuven 1)",
            id="another site",
        ),
    ],
)  # fmt: skip
def test_models_that_mean_different_things_are_both_named(other: dict[str, Any], told: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        extended_catalogue(both(site(il6=IL6), other))
    assert told in str(refused.value)
    assert "Give one of them another name" in str(refused.value)


def test_every_column_that_models_disagree_about_is_told_at_once() -> None:
    with pytest.raises(CatalogueError) as refused:
        extended_catalogue(both(site(il6=IL6, x=IL6), site("2", il6=SMOKER, x=SMOKER)))
    assert str(refused.value).count("one request cannot mean both") == 2


@pytest.mark.parametrize(("kind", "sent"), [("boolean", True), ("text", False), ("date", False)])
def test_texts_and_dates_are_not_sent(kind: str, sent: bool) -> None:
    plain = {"label": "X", "description": "X.", "known": "landmark", "source": "X", "kind": kind}
    assert may_be_sent(extended_catalogue({"champion": site(x=plain)})["x"]) is sent


def test_no_column_is_called_like_something_that_every_record_has() -> None:
    """The names are written down in the library, which does not know pydantic."""
    taken = {name for name in (*dir(BaseModel), *dir(type(BaseModel))) if name[0] != "_"}
    assert len(taken) > 20
    assert [name for name in sorted(taken) if not list(name_faults(name))] == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"a = = 1", id="no TOML"),
        pytest.param(b"\xff", id="no text"),
        pytest.param(b"a = 1", id="no design"),
        pytest.param(b'design = "week14"', id="a design that is no table"),
        pytest.param(b'[design]\nsite_catalogue = "ghent"', id="a site catalogue that is no table"),
    ],
)
def test_a_damaged_folder_brings_no_columns(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.toml").write_bytes(content)
    assert dict(columns_of(Settings(model=str(tmp_path)))) == dict(catalogue())


def test_a_folder_without_a_model_brings_no_columns(tmp_path: Path) -> None:
    (tmp_path / "champion").mkdir()
    assert dict(columns_of(Settings(model=str(tmp_path)))) == dict(catalogue())


Save = Callable[..., None]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Develop a model with a site's catalogue and save it under an alias."""
    columns: dict[str, list[Any]] = {
        "il6_pg_ml": [float(3 + 7 * row % 50) for row in range(69)],
        "smoker": ["no" if row % 3 else "in" for row in range(69)],
        "remarks": ["none"] * 69,
    }

    def saved(alias: str, catalogued: dict[str, Any], predictor: str) -> None:
        design = ModelDesign(
            name="ghent", version=1, description="", site_catalogue=catalogued,
            predictors=("remission_week14", predictor),
        )  # fmt: skip
        own = {key: columns[key] for key in catalogued["predictors"]}
        table = reconstructed_cohort().table.assign(**own)
        made = develop(
            read_cohort(table, known=design.catalogue),
            design,
            family_names=("ridge",),
            plan="quick",
        )
        made.packaged("ridge").save(tmp_path / alias)

    return saved


_ASK = """
from starlette.testclient import TestClient
from serving.app import create_app
from serving.models import ServedModels
from serving.settings import Settings

client = TestClient(create_app(ServedModels.load(Settings.from_environment())))
for alias in ("champion", "challenger"):
    for value in (900, 1500, 2500):
        answer = client.post(f"/v1/predict?model={alias}", json={"record": {"il6_pg_ml": value}})
        print(answer.status_code)
fields = client.get("/v1/openapi.json").json()["components"]["schemas"]["ChildRecord"]
print(fields["properties"]["il6_pg_ml"]["maximum"], "remarks" in fields["properties"])
"""


def test_a_site_that_has_retrained_is_served_with_both_its_versions(
    save: Save, tmp_path: Path
) -> None:
    remarks = {"label": "X", "description": "X.", "known": "landmark", "source": "X"}
    remarks["kind"] = "text"
    save("champion", site(il6_pg_ml=IL6, remarks=remarks), "il6_pg_ml")
    save("challenger", site("2", il6_pg_ml=IL6 | {"plausible": [0, 2000]}), "il6_pg_ml")
    answered = subprocess.run(
        [sys.executable, "-c", _ASK], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "LORPREDICT_MODEL": str(tmp_path), "LORPREDICT_ALLOW_STAGES": "demo"},
    )  # fmt: skip
    asked_by_each = ["200", "422", "422", "200", "200", "422"]
    assert answered.stdout.split() == [*asked_by_each, "2000.0", "False"]


def test_models_that_contradict_one_another_do_not_start(
    save: Save, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save("champion", site(il6_pg_ml=IL6), "il6_pg_ml")
    save("challenger", site("2", il6_pg_ml=IL6 | {"unit": "ng/L"}), "il6_pg_ml")

    assert main(["--model", str(tmp_path), "--allow-stage", "demo"]) == 2
    told = capsys.readouterr()
    assert "the service does not start: 'il6_pg_ml' is a number in pg/mL in the cha" in told.err
    assert told.out == ""
