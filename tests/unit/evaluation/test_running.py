"""Work is shared, told, kept until all is done, and taken up again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from joblib import parallel_config, register_parallel_backend
from joblib.parallel import ThreadingBackend

from lorpredict import AtRisk, evaluate, family
from lorpredict.errors import TooLittleData
from lorpredict.evaluation import ValidationPlan
from lorpredict.evaluation._running import Checkpoints, Job, finished
from lorpredict.models import Learnt, TrainingRows

PLAN = ValidationPlan(repeats=1, resamples=3, resamples_of_trees=2, draws=20)


def written(place: Path, number: int) -> int:
    """Leave a trace of every time that this was really done."""
    with (place / "done.txt").open("a") as file:
        file.write(f"{number}\n")
    return number * 10


def jobs(place: Path) -> list[Job]:
    return [Job(("square", number), partial(written, place, number)) for number in range(4)]


def times_done(place: Path) -> int:
    return len((place / "done.txt").read_text().splitlines())


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_jobs(tmp_path: Path, workers: int) -> None:
    assert finished(jobs(tmp_path), workers=workers) == [0, 10, 20, 30]


class HandsOverAtTheEnd(ThreadingBackend):  # type: ignore[misc]
    """A backend that cannot hand results over one by one, as those of Ray and Spark."""

    supports_return_generator = False


def test_a_backend_from_outside_does_the_work_and_shows_progress(tmp_path: Path) -> None:
    register_parallel_backend("at the end", HandsOverAtTheEnd)
    told: list[tuple[int, int]] = []
    with parallel_config(backend="at the end"):
        found = finished(jobs(tmp_path), workers=-1, progress=lambda *done: told.append(done))
        assert finished([]) == []
    assert found == [0, 10, 20, 30]
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_what_is_kept_is_not_done_again(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path / "kept", "these children")
    finished(jobs(tmp_path)[:3], checkpoints=kept)
    assert finished(jobs(tmp_path), checkpoints=kept) == [0, 10, 20, 30]
    assert times_done(tmp_path) == 4


def test_work_about_other_children_is_done_anew(tmp_path: Path) -> None:
    for about in ("these children", "other children"):
        finished(jobs(tmp_path), checkpoints=Checkpoints(tmp_path / "kept", about))
    assert times_done(tmp_path) == 8


def test_nothing_is_left_of_what_was_discarded(tmp_path: Path) -> None:
    kept, other = (Checkpoints(tmp_path / "kept", about) for about in ("these", "others"))
    for each in (kept, other):
        finished(jobs(tmp_path), checkpoints=each)
    kept.discard()
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_a_folder_for_checkpoints_is_its_owners_alone(tmp_path: Path) -> None:
    finished(jobs(tmp_path), checkpoints=Checkpoints(tmp_path / "kept", "these"))
    [place] = (tmp_path / "kept").iterdir()
    assert place.stat().st_mode & 0o077 == 0


# ---- evaluation ---------------------------------------------------------------------------------


class Killed(BaseException):
    """The machine went down."""


def test_an_evaluation_that_was_broken_off_goes_on_and_finds_the_same(
    at_risk: AtRisk, tmp_path: Path
) -> None:
    def killed_after_five(done: int, _: int) -> None:
        if done == 5:
            raise Killed

    chosen = [family("ridge"), family("boosting")]
    with pytest.raises(Killed):
        evaluate(
            at_risk, chosen, plan=PLAN, progress=killed_after_five, checkpoints=tmp_path / "kept"
        )
    assert any((tmp_path / "kept").iterdir())
    resumed = evaluate(at_risk, chosen, plan=PLAN, checkpoints=tmp_path / "kept")
    at_once = evaluate(at_risk, chosen, plan=PLAN, workers=2)
    assert resumed.values.equals(at_once.values)
    assert resumed.estimates.equals(at_once.estimates)
    assert not any((tmp_path / "kept").iterdir())


def test_what_was_kept_is_really_taken_up(at_risk: AtRisk, tmp_path: Path) -> None:
    """A family that stops learning shows which pieces were done before."""

    def learn(rows: TrainingRows) -> Learnt:
        if (tmp_path / "stop").exists():
            raise TooLittleData("not any more")
        return family("null").learn(rows)

    fickle = replace(family("null"), name="fickle", learn=learn)

    def stop_after_three(done: int, _: int) -> None:
        if done == 3:
            raise Killed

    plan = ValidationPlan(repeats=1, draws=0)
    with pytest.raises(Killed):
        evaluate(at_risk, [fickle], plan=plan, progress=stop_after_three, checkpoints=tmp_path)
    (tmp_path / "stop").touch()
    found = evaluate(at_risk, [fickle], plan=plan, checkpoints=tmp_path)
    [note] = found.notes
    assert note.startswith("fickle: 2 folds failed")
