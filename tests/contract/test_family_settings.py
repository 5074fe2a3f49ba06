"""Every family is one file: found by itself, with its settings and its search space beside it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lorpredict.models
from lorpredict import AtRisk, Cohort, ModelDesign, PackagedModel, develop, families
from lorpredict.errors import DesignError, UnknownFamily
from lorpredict.models import ModelFamily, family
from lorpredict.models._search_space import Between
from tests.contract.learnt import every_family, survival

tuned_family = pytest.mark.parametrize("name", [n for n, f in families().items() if f.search_space])


@every_family
def test_every_search_space_contains_its_default(name: str) -> None:
    chosen = family(name)
    # None means that the training rows choose by themselves.
    outside = [
        setting
        for setting, choices in chosen.search_space.items()
        if chosen.settings[setting] not in choices and chosen.settings[setting] is not None
    ]
    assert outside == []


@tuned_family
@pytest.mark.parametrize("end", ["first", "last"])
def test_a_family_learns_at_both_ends_of_its_search_space(
    name: str, end: str, at_risk: AtRisk
) -> None:
    settings = {key: one_end(space, end) for key, space in family(name).search_space.items()}
    if "n_estimators" in family(name).settings:
        settings["n_estimators"] = 60  # more of them are only slower
    model = family(name).build(at_risk.design, settings=settings).fit(at_risk.X, at_risk.y)
    curves = survival(model, at_risk.X)
    assert np.isfinite(curves).all()
    assert (curves[:, 0] == 1).all()


def one_end(space: Between | tuple[Any, ...], end: str) -> Any:
    if not isinstance(space, Between):
        return space[0 if end == "first" else -1]
    value = space.low if end == "first" else space.high
    return int(value) if space.whole else value


@every_family
def test_a_misspelt_setting_is_refused_by_name(name: str, design: ModelDesign) -> None:
    told = re.escape(f"{family(name).label} has no such setting: trees")
    with pytest.raises(DesignError, match=told):
        family(name).build(design, settings={"trees": 3})


def test_a_misspelt_setting_is_answered_with_the_nearest(design: ModelDesign) -> None:
    with pytest.raises(DesignError) as refused:
        family("boosting").build(design, settings={"max_dept": 3, "woods": 1})
    assert str(refused.value) == (
        "XGBoost Cox has no such setting: max_dept, woods. Did you mean max_depth? "
        "It has n_estimators, learning_rate, max_depth, min_child_weight, subsample, "
        "colsample_bytree, reg_lambda"
    )


def test_a_family_without_settings_says_so(design: ModelDesign) -> None:
    with pytest.raises(DesignError, match=r"Kaplan-Meier has no such setting: x\. It has none$"):
        family("null").build(design, settings={"x": 1})


def test_a_search_space_for_no_setting_is_a_mistake_of_the_family() -> None:
    null = family("null")
    with pytest.raises(ValueError, match="the family 'coin' has no settings depth"):
        ModelFamily(
            "coin", "A coin", "comparator", "none", "log_hazard", null.learn,
            search_space={"depth": (1, 2)},
        )  # fmt: skip


# ---- found by being there ---------------------------------------------------------------------

NEW_FAMILY = """
import numpy as np

from lorpredict.models._baseline import kaplan_meier_baseline
from lorpredict.models._curves import LinearHazard
from lorpredict.models._family import Learnt, ModelFamily
from lorpredict.models._search_space import Between


def learn(rows):
    luck = kaplan_meier_baseline(rows.y, rows.grid)
    return Learnt(LinearHazard(np.empty(0), np.empty(0), luck))


FAMILY = ModelFamily(
    name="coin",
    label="A coin",
    kind="comparator",
    style="none",
    explained_on="log_hazard",
    learn=learn,
    settings={"sides": 2},
    search_space={"sides": Between(1, 6, whole=True)},
)
"""


@pytest.fixture
def with_a_new_family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "coin.py").write_text(NEW_FAMILY)
    paths = [*lorpredict.models.__path__, str(tmp_path)]
    monkeypatch.setattr(lorpredict.models, "__path__", paths)
    families.cache_clear()
    yield
    families.cache_clear()
    sys.modules.pop("lorpredict.models.coin", None)
    vars(lorpredict.models).pop("coin", None)


def test_a_family_is_found_by_its_file(with_a_new_family: None, at_risk: AtRisk) -> None:
    assert "coin" in families()
    model = family("coin").build(at_risk.design).fit(at_risk.X, at_risk.y)
    null = family("null").build(at_risk.design).fit(at_risk.X, at_risk.y)
    np.testing.assert_array_equal(survival(model, at_risk.X), survival(null, at_risk.X))


def test_its_file_is_all_that_it_takes_to_be_judged_shipped_and_explained(
    with_a_new_family: None, cohort: Cohort, design: ModelDesign, tmp_path: Path
) -> None:
    found = develop(cohort, design, family_names=["coin"], plan="quick")
    assert "coin" in found.evaluation.metrics()
    loaded = PackagedModel.load(found.packaged("coin").save(tmp_path / "model"))
    assert loaded.explain([{"sex": "female"}]).scale == family("coin").explained_on


def test_the_families_are_those_of_the_folder() -> None:
    folder = Path(lorpredict.models.__path__[0])
    files = [path.stem for path in folder.glob("*.py") if not path.name.startswith("_")]
    assert list(families()) == sorted(files)
    assert {
        "aft", "boosting", "coxnet", "extra", "forest", "gradient", "not_in_remission", "null",
        "published", "ridge", "trough",
    } <= set(files)  # fmt: skip


def test_an_unknown_family_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownFamily, match=r"no model family 'rigde'; there are .*ridge.*\?"):
        family("rigde")
