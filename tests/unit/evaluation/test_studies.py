"""Finished trials are kept, by address, and none is done twice."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from joblib import Parallel, delayed

from lorpredict import AtRisk, evaluate, family
from lorpredict.errors import TuningError
from lorpredict.evaluation import TunedModel, Tuning, ValidationPlan, model_for
from lorpredict.evaluation._learning import predict_split
from lorpredict.evaluation._splits import stratified_splits
from lorpredict.evaluation._studies import prepare_studies, refuse_studies
from lorpredict.models import Learnt, ModelFamily, TrainingRows
from lorpredict.models._search_space import Between
from lorpredict.survival import outcome_array
from scripts.ports import free_port

TRIALS, FOLDS = 5, 5
PLAN = ValidationPlan(repeats=1, draws=0, tuned="all", trials=3)


class Counting:
    """XGBoost Cox with few trees that counts its fits, and may be interrupted before one."""

    def __init__(self, interrupted_before: int | None = None) -> None:
        self.fits, self._last = 0, interrupted_before

    def learn(self, rows: TrainingRows) -> Learnt:
        if self.fits == self._last:
            raise KeyboardInterrupt
        self.fits += 1
        return family("boosting").learn(rows)


def few_trees(counting: Counting | None = None) -> ModelFamily:
    known = family("boosting")
    few = replace(
        known,
        settings={**known.settings, "n_estimators": 5},
        search_space={"max_depth": Between(1, 4, whole=True), "reg_lambda": Between(0.1, 30.0)},
    )
    return few if counting is None else replace(few, learn=counting.learn)


@pytest.fixture
def studies(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'studies.db'}"


def tuned(at_risk: AtRisk, counting: Counting, studies: str = "", seed: int = 0) -> TunedModel:
    tuning = Tuning(TRIALS, studies)
    model = model_for(few_trees(counting), at_risk.design, seed=seed, tuning=tuning)
    assert isinstance(model, TunedModel)
    return model.fit(at_risk.X, at_risk.y)


def kept(studies: str, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(studies.removeprefix("sqlite:///"))) as database:
        return database.execute(query).fetchall()


ALL_TRIALS = "select count(*) from trials where state = 'COMPLETE'"
ALL_STUDIES = "select count(*) from studies"


# ---- taken up again ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fits, finished",
    [
        pytest.param(0, 0, id="in the first trial"),
        pytest.param(FOLDS, 1, id="after the defaults"),
        pytest.param(3 * FOLDS + 2, 3, id="within the fourth trial"),
        pytest.param(TRIALS * FOLDS, TRIALS, id="before the model of all rows"),
    ],
)
def test_a_tuning_that_was_broken_off_goes_on_and_chooses_the_same(
    fits: int, finished: int, at_risk: AtRisk, studies: str
) -> None:
    at_once, again = Counting(), Counting()
    whole = tuned(at_risk, at_once)
    assert at_once.fits == TRIALS * FOLDS + 1
    with pytest.raises(KeyboardInterrupt):
        tuned(at_risk, Counting(interrupted_before=fits), studies)
    assert kept(studies, ALL_TRIALS) == [(finished,)]
    resumed = tuned(at_risk, again, studies)
    assert again.fits == (TRIALS - finished) * FOLDS + 1
    assert resumed.choice_ == whole.choice_
    assert kept(studies, ALL_TRIALS) == [(TRIALS,)]
    assert kept(studies, "select count(*) from trials where state != 'COMPLETE'") == [(0,)]


def test_a_finished_study_is_not_done_again(at_risk: AtRisk, studies: str) -> None:
    first, again = Counting(), Counting()
    assert tuned(at_risk, first, studies).choice_ == tuned(at_risk, again, studies).choice_
    assert again.fits == 1


def test_what_is_kept_is_read_by_optuna(at_risk: AtRisk, studies: str) -> None:
    import optuna

    model = tuned(at_risk, Counting(), studies)
    (name,) = optuna.get_all_study_names(studies)
    study = optuna.load_study(study_name=name, storage=studies)
    assert study.best_params == model.choice_.settings
    assert study.best_value == model.choice_.score
    assert len(study.trials) == TRIALS


@pytest.mark.parametrize("what", ["outcome", "predictor", "seed", "settings", "design"])
def test_another_question_is_another_study(what: str, at_risk: AtRisk, studies: str) -> None:
    tuned(at_risk, Counting(), studies)
    other, asked = at_risk, {}
    if what == "outcome":
        other = replace(at_risk, y=at_risk.y.copy())
        other.y["duration"][0] += 1
    if what == "predictor":
        other = replace(at_risk, X=at_risk.X.assign(age_years=at_risk.X["age_years"] + 0.1))
    if what == "design":
        other = replace(at_risk, design=replace(at_risk.design, version=9))
    if what == "settings":
        asked = {"subsample": 0.7}
    model = model_for(
        few_trees(),
        other.design,
        seed=int(what == "seed"),
        settings=asked,
        tuning=Tuning(TRIALS, studies),
    )
    model.fit(other.X, other.y)
    assert kept(studies, ALL_STUDIES) == [(2,)]


def test_no_row_that_tests_has_a_say(at_risk: AtRisk, studies: str) -> None:
    """Were anything of the test rows looked at, there would be a second study, or new trials."""
    split, *_ = stratified_splits(at_risk, repeats=1, seed=0)
    tuning = Tuning(TRIALS, studies)
    before = predict_split(at_risk, few_trees(), split, at_risk.design.horizons, tuning=tuning)
    event, duration = at_risk.y["event"].copy(), at_risk.y["duration"].copy()
    event[split.test], duration[split.test] = ~event[split.test], 1.0
    other = replace(at_risk, y=outcome_array(event, duration), X=at_risk.X.copy())
    after = predict_split(other, few_trees(), split, at_risk.design.horizons, tuning=tuning)
    np.testing.assert_array_equal(before.risk, after.risk)
    other.X.iloc[split.test] = at_risk.X.iloc[split.test[::-1]].to_numpy()
    predict_split(other, few_trees(), split, at_risk.design.horizons, tuning=tuning)
    assert kept(studies, ALL_STUDIES) == [(1,)]
    assert kept(studies, ALL_TRIALS) == [(TRIALS,)]


# ---- several processes ------------------------------------------------------------------------


def test_two_workers_keep_what_one_keeps(at_risk: AtRisk, tmp_path: Path) -> None:
    plan = replace(PLAN, resamples_of_trees=2, trials=2)
    found = []
    for workers in (1, 2):
        studies = f"sqlite:///{tmp_path / str(workers)}.db"
        of_all = evaluate(at_risk, [few_trees()], plan=plan, workers=workers, studies=studies)
        names = kept(studies, "select study_name from studies order by study_name")
        found.append((of_all.estimates.to_csv(), names, kept(studies, ALL_TRIALS)))
    assert found[0] == found[1]
    assert found[0][0] == evaluate(at_risk, [few_trees()], plan=plan).estimates.to_csv()
    assert len(found[0][1]) == 5 + 1 + 2  # folds, all children, resamples


def test_trainings_that_begin_at_once_do_not_disturb_one_another(studies: str) -> None:
    begun = Parallel(n_jobs=4)(delayed(prepare_studies)(studies) for _ in range(4))
    assert begun == [None] * 4
    assert kept(studies, "select count(*) from alembic_version") == [(1,)]


def test_postgresql_keeps_studies_and_never_tells_its_password(
    postgresql: str, at_risk: AtRisk
) -> None:
    first, again = Counting(), Counting()
    choice = tuned(at_risk, first, postgresql).choice_
    assert tuned(at_risk, again, postgresql).choice_ == choice == tuned(at_risk, Counting()).choice_
    assert (first.fits, again.fits) == (TRIALS * FOLDS + 1, 1)
    two = evaluate(at_risk, [few_trees()], plan=PLAN, workers=2, studies=postgresql)
    assert two.estimates.equals(evaluate(at_risk, [few_trees()], plan=PLAN).estimates)
    with pytest.raises(
        TuningError, match=r"no studies in postgresql://127.0.0.1:\d+/elsewhere: "
    ) as no:
        prepare_studies(postgresql.rpartition("/")[0] + "/elsewhere")
    assert 'database "elsewhere" does not exist' in str(no.value)
    assert "only-for-tests" not in f"{no.value}{Tuning(3, postgresql)!r}"


# ---- refusals ---------------------------------------------------------------------------------

EXPECTED = "expected sqlite:////whole/path/studies.db or postgresql://user@host/database"
UNREADABLE = "the address of the studies cannot be read, and is not repeated here"


@pytest.mark.parametrize(
    "address, told",
    [
        ("mysql://me:secret@host/db", f"no studies are kept in mysql://: {EXPECTED}"),
        ("redis://host", f"no studies are kept in redis://: {EXPECTED}"),
        ("sqlite:///ours.db", f"SQLite: 'ours.db' is not the whole path of a file; {EXPECTED}"),
        ("sqlite://", f"SQLite: no file is named; {EXPECTED}"),
        ("sqlite:////nowhere/ours.db", "SQLite: there is no folder /nowhere"),
        ("ours.db", f"{UNREADABLE}: {EXPECTED}"),
        ("secret@host:port", f"{UNREADABLE}: {EXPECTED}"),
    ],
)
def test_an_address_that_keeps_nothing_is_refused(address: str, told: str) -> None:
    with pytest.raises(TuningError) as refused:
        refuse_studies(address)
    assert str(refused.value).removeprefix("studies in ") == told


def test_a_file_that_is_no_database_is_refused(tmp_path: Path, at_risk: AtRisk) -> None:
    (tmp_path / "notes.txt").write_text("no database, but long enough to be looked at " * 20)
    with pytest.raises(TuningError, match=r"no studies in .*notes\.txt: file is not a database"):
        evaluate(at_risk, [few_trees()], plan=PLAN, studies=f"sqlite:///{tmp_path}/notes.txt")


def test_a_server_that_does_not_answer_is_told_without_its_password() -> None:
    address = f"postgresql://me:s3cret@127.0.0.1:{free_port()}/studies?connect_timeout=2"
    with pytest.raises(TuningError, match=r"no studies in postgresql://127\.0\.0\.1:") as refused:
        prepare_studies(address)
    assert "s3cret" not in str(refused.value)


def test_a_database_that_is_lost_stops_the_work(at_risk: AtRisk, tmp_path: Path) -> None:
    """It is not the children's fault, and no fold may be told as having failed."""
    split, *_ = stratified_splits(at_risk, repeats=1, seed=0)
    tuning = Tuning(2, f"sqlite:///{tmp_path / 'gone' / 'studies.db'}")
    with pytest.raises(TuningError, match="there is no folder"):
        predict_split(at_risk, few_trees(), split, at_risk.design.horizons, tuning=tuning)


def test_without_optuna_tuning_is_refused_with_the_way_out(
    at_risk: AtRisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    told = r"tuning needs Optuna, .*: install it with pip install lorpredict\[training\], or turn"
    with pytest.raises(TuningError, match=told):
        evaluate(at_risk, [few_trees()], plan=PLAN)
    with pytest.raises(TuningError, match=told):
        tuned(at_risk, Counting())


def test_optuna_is_loaded_by_tuning_alone() -> None:
    program = "import sys, lorpredict.development; print('optuna' in sys.modules)"
    command = [sys.executable, "-c", program]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"


def test_optuna_says_nothing(
    at_risk: AtRisk, studies: str, capfd: pytest.CaptureFixture[str]
) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.INFO)
    for _ in range(2):
        tuned(at_risk, Counting(), studies)
    assert capfd.readouterr() == ("", "")
    assert optuna.logging.get_verbosity() == optuna.logging.INFO
