"""Data that nobody here made: SurvHub's folds give the figures that SurvHub has published."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks._survset import Dataset, UnknownDataset
from benchmarks.survhub import PUBLISHED, folds, lines

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def veteran() -> Dataset:
    return Dataset.load("veteran")


def test_a_data_set_becomes_children_at_risk_by_the_prefix_of_its_columns(
    veteran: Dataset,
) -> None:
    at_risk = veteran.at_risk
    assert (len(at_risk), int(at_risk.y["event"].sum())) == (137, 128)
    # 3 numbers; treatment and prior therapy spend one parameter each, the cell type three.
    assert at_risk.design.predictors == (
        "num_karno", "num_diagtime", "num_age", "fac_trt", "fac_celltype", "fac_prior",
    )  # fmt: skip
    assert at_risk.design.parameters == 8


@pytest.mark.parametrize("name", ["Bergamaschi", "wpbc", "micro.censure"])
def test_columns_of_any_name_are_taken_and_stay_apart(name: str) -> None:
    """Theirs are called num_IMAGE:51328, num_SE_fractaldim and fac_D10S192."""
    dataset = Dataset.load(name)
    theirs = [*dataset.numbers, *dataset.factors]
    assert len(set(theirs)) == len(theirs) == dataset.table.shape[1] - len(("pid", "time", "event"))
    assert list(dataset.at_risk.X) == list(dataset.at_risk.design.predictors)


def test_every_person_is_tested_once_by_each_seed(veteran: Dataset) -> None:
    made = list(folds(veteran))
    assert len(made) == 25
    for repeat in range(5):
        tested = np.concatenate([fold.test for fold in made if fold.repeat == repeat])
        assert sorted(tested) == list(range(137))


def test_the_librarys_defaults_give_the_published_figures(veteran: Dataset) -> None:
    found = {line.family: line.c for line in lines(veteran, "scikit-survival")}
    # The bound of .003 is the issue's; 25 folds of 27 people are no closer.
    for family, published in PUBLISHED["veteran"].items():
        assert found[family] == pytest.approx(published, abs=0.003)


@pytest.mark.parametrize(
    ("name", "told"),
    [("veterans", "Did you mean veteran?"), ("heart", "change with time")],
)
def test_a_data_set_that_cannot_be_used_is_named(name: str, told: str) -> None:
    with pytest.raises(UnknownDataset) as refused:
        Dataset.load(name)
    assert told in str(refused.value)


def test_the_script_runs_as_a_file_and_refuses_what_it_does_not_know() -> None:
    script = str(PROJECT / "benchmarks" / "survhub.py")
    answer = subprocess.run(
        [sys.executable, script, "veterans"], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert "SurvSet holds no data set 'veterans'" in answer.stderr
    assert not answer.stdout


def test_a_line_is_one_json_object(veteran: Dataset) -> None:
    line = next(lines(veteran, "scikit-survival"))
    fields = json.loads(json.dumps(vars(line)))
    assert list(fields) == ["dataset", "family", "c", "sd", "folds", "seconds"]
    assert fields["folds"] == 25
