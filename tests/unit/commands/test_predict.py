"""Risks for every child of a file: exact, whole or not at all, and never without their stage."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lorpredict import Cohort, ModelDesign, PackagedModel, develop, read_cohort
from lorpredict.evaluation import ValidationPlan
from lorpredict.packaged import fingerprint
from lorpredict.synthetic import CAUTION
from tests.unit.commands.conftest import Run

FIRST_AND_LAST = "DEMONSTRATION ONLY, not for patients: "


@pytest.fixture
def new(rows: pd.DataFrame, tmp_path: Path) -> Path:
    """Children whose outcome is still to come; the second one was hardly measured."""
    known = rows.drop(columns=["outcome", "follow_up_days"]).head(6)
    known.loc[1, [name for name in known if name not in ("patient_id", "age_years")]] = ""
    known.to_csv(tmp_path / "new.csv", index=False)
    return tmp_path / "new.csv"


@pytest.fixture
def faulty(rows: pd.DataFrame, tmp_path: Path) -> Path:
    rows.loc[68, "crp_mg_l"] = "5,2"
    rows.to_csv(tmp_path / "faulty.csv", index=False)
    return tmp_path / "faulty.csv"


@pytest.fixture
def unknown(new: Path, tmp_path: Path) -> Path:
    """The third child has nothing that the model looks at: a fault that only the model sees."""
    table = pd.read_csv(new, dtype=str, keep_default_na=False)
    table.loc[2, [name for name in table if name != "patient_id"]] = ""
    table.to_csv(tmp_path / "unknown.csv", index=False)
    return tmp_path / "unknown.csv"


def written(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_file_holds_the_models_own_risks_to_the_last_digit(
    run: Run, ours: Path, ridge: Path, tmp_path: Path
) -> None:
    assert run("predict", ridge, ours, "--output", "risks.csv").code == 0
    lines = written(tmp_path / "risks.csv")
    expected = PackagedModel.load(ridge).predict(read_cohort(ours).table)
    assert [float(line["risk_by_day_365"]) for line in lines] == expected.risk[:, 0].tolist()
    assert [float(line["risk_by_day_730"]) for line in lines] == expected.risk[:, 1].tolist()
    assert [int(line["row"]) for line in lines] == list(range(1, 70))
    assert lines[1]["patient_id"] == "PSEUDO-02"
    assert lines[1]["missing"] == "trough_week14_ug_ml"


def test_every_line_of_the_file_says_which_model_and_at_what_stage(
    run: Run, ours: Path, ridge: Path, tmp_path: Path
) -> None:
    run("predict", ridge, ours, "--output", "risks.csv")
    told = {
        tuple(line[name] for name in ("stage", "model", "family", "fingerprint", "cautions"))
        for line in written(tmp_path / "risks.csv")
    }
    assert told == {("demo", "lorpredict-test", "ridge", fingerprint(ridge), CAUTION)}


def test_a_model_from_a_registry_answers_under_its_version(
    run: Run, ours: Path, ridge: Path, tmp_path: Path
) -> None:
    shutil.copytree(ridge, tmp_path / "fetched" / "artifacts" / "model")
    meta = "model_name: hospital-a\nmodel_version: '7'\n"
    (tmp_path / "fetched" / "registered_model_meta").write_text(meta)
    said = run("predict", "fetched", ours, "--output", "risks.csv").out
    assert "(lorpredict-test, version 7, fingerprint " in said
    assert {line["registered_version"] for line in written(tmp_path / "risks.csv")} == {"7"}


def test_what_no_child_of_the_file_has_is_told_of_the_whole_file(
    run: Run, rows: pd.DataFrame, ridge: Path, tmp_path: Path
) -> None:
    rows.drop(columns="remission_week14").to_csv(tmp_path / "without.csv", index=False)
    warned = run("predict", ridge, "without.csv").err
    assert "warning: measured in no child of this file: Remission at week 14. " in warned


def test_children_who_had_ended_by_the_landmark_are_told(
    run: Run, rows: pd.DataFrame, ridge: Path, tmp_path: Path
) -> None:
    rows.loc[[2, 5], "follow_up_days"] = ["50", "98"]
    rows.loc[[2, 5], "ifx_duration_months"] = ""
    rows.to_csv(tmp_path / "ended.csv", index=False)
    warned = run("predict", ridge, "ended.csv").err
    assert "warning: 2 children of this file were no longer under observation" in warned


def test_the_stage_is_said_first_and_last(run: Run, ours: Path, ridge: Path) -> None:
    told = run("predict", ridge, ours).out
    assert told.startswith(FIRST_AND_LAST)
    assert told.rstrip().rpartition("\n\n")[2].startswith(FIRST_AND_LAST)


def test_a_child_needs_no_outcome(run: Run, new: Path, ridge: Path) -> None:
    answer = run("predict", ridge, new)
    assert (answer.code, answer.err) == (0, "")
    assert re.search(r"^ +1 +PSEUDO-01 +\d+\.\d % +\d+\.\d %", answer.out, flags=re.M)
    assert re.search(r"^ +2 +PSEUDO-02 +\d+\.\d % +\d+\.\d % +17 +\d", answer.out, flags=re.M)


def test_a_child_needs_no_identifier(
    run: Run, rows: pd.DataFrame, ridge: Path, tmp_path: Path
) -> None:
    rows.drop(columns="patient_id").head(2).to_csv(tmp_path / "nameless.csv", index=False)
    assert run("predict", ridge, "nameless.csv", "--output", "risks.csv").code == 0
    assert [line["patient_id"] for line in written(tmp_path / "risks.csv")] == ["", ""]
    told = run("predict", ridge, "nameless.csv", "--json").json
    assert [child["patient_id"] for child in told["children"]] == [None, None]


def test_what_was_not_measured_is_named_on_request(run: Run, new: Path, ridge: Path) -> None:
    assert "albumin_g_l" not in run("predict", ridge, new).out
    assert "albumin_g_l" in run("predict", ridge, new, "--names").out


def test_what_is_unusual_is_numbered_and_told_once(run: Run, new: Path, ridge: Path) -> None:
    told = run("predict", ridge, new).out
    assert "\nWhat is unusual\n  1  " in told
    assert told.count("only 1 of the model's 18 predictors measured") == 1


def test_the_json_has_every_child(run: Run, ours: Path, ridge: Path) -> None:
    told = run("predict", ridge, ours, "--show", "1", "--json").json
    assert told["ok"] is True
    assert told["model"]["stage"] == "demo"
    assert told["model"]["cautions"] == [CAUTION]
    assert len(told["model"]["fingerprint"]) == 64
    assert len(told["children"]) == 69
    assert [each["days_since_first_infusion"] for each in told["children"][0]["risks"]] == [
        365,
        730,
    ]


def test_no_more_children_are_printed_than_asked_for(run: Run, ours: Path, ridge: Path) -> None:
    told = run("predict", ridge, ours, "--show", "3").out
    assert ("PSEUDO-03" in told, "PSEUDO-04" in told) == (True, False)
    assert "66 children more; --output and --json have all." in told


@pytest.mark.parametrize("file", ["faulty.csv", "unknown.csv"])
def test_a_faulty_file_leaves_no_output(
    run: Run, faulty: Path, unknown: Path, ridge: Path, tmp_path: Path, file: str
) -> None:
    before = sorted(tmp_path.iterdir())
    answer = run("predict", ridge, file, "--output", "risks.csv")
    assert (answer.code, answer.out) == (1, "")
    assert "has 1 fault:" in answer.err
    assert sorted(tmp_path.iterdir()) == before


def test_a_faulty_file_leaves_an_older_output_as_it_was(
    run: Run, faulty: Path, ridge: Path, tmp_path: Path
) -> None:
    (tmp_path / "risks.csv").write_text("of last week")
    assert run("predict", ridge, faulty, "--output", "risks.csv").code == 1
    assert (tmp_path / "risks.csv").read_text() == "of last week"


def test_a_fault_names_its_row_and_the_command_that_explains(
    run: Run, faulty: Path, ridge: Path
) -> None:
    answer = run("predict", ridge, "faulty.csv", "--json")
    assert answer.code == 1
    [fault] = answer.json["error"]["faults"]
    assert (fault["column"], fault["row"], fault["value"]) == ("crp_mg_l", 69, "'5,2'")
    assert "    python -m lorpredict check faulty.csv --for-prediction\n" in answer.err


def test_a_child_of_whom_nothing_is_known_is_named_by_its_row(
    run: Run, unknown: Path, ridge: Path
) -> None:
    answer = run("predict", ridge, unknown)
    assert "error: unknown has 1 fault:\n  record in row 3: holds none of" in answer.err


@pytest.mark.parametrize(
    "words, told",
    [
        (["no-model", "ours.csv"], "error: no-model is not a model folder"),
        (["MODEL", "nothing.csv"], "error: nothing.csv: no such file"),
        (["MODEL", "ours.csv", "--output", "ours.csv"], "never written over"),
        (["MODEL", "ours.csv", "--output", "nowhere/risks.csv"], "no folder nowhere"),
        (["MODEL", "ours.csv", "--output", "MODEL/risks.csv"], "would change the folder"),
    ],
)
def test_what_cannot_be_done_is_another_exit_code(
    run: Run, ours: Path, ridge: Path, words: list[str], told: str
) -> None:
    before = ours.read_bytes()
    answer = run("predict", *(word.replace("MODEL", str(ridge)) for word in words))
    assert (answer.code, answer.out) == (2, "")
    assert told in answer.err
    assert ours.read_bytes() == before


def long_file(rows: pd.DataFrame) -> pd.DataFrame:
    """More children than are asked about at once."""
    children = pd.concat([rows] * 31, ignore_index=True)
    assert len(children) > 2000
    return children.assign(patient_id=[f"K-{number}" for number in range(len(children))])


def test_a_long_file_is_asked_about_in_parts_and_told_as_one(
    run: Run, rows: pd.DataFrame, asked_models: dict[str, PackagedModel], ridge: Path
) -> None:
    long_file(rows).to_csv("long.csv", index=False)
    told = run("predict", ridge, "long.csv", "--json").json["children"]
    risks = [[each["risk"] for each in child["risks"]] for child in told]
    expected = asked_models["ridge"].predict(read_cohort("long.csv").table).risk
    assert np.array(risks) == pytest.approx(expected, abs=1e-15)
    assert [child["row"] for child in told] == list(range(1, len(expected) + 1))


def test_a_fault_far_down_names_its_own_row(
    run: Run, rows: pd.DataFrame, ridge: Path, tmp_path: Path
) -> None:
    children = long_file(rows)
    children.loc[[3, 2050], children.columns.drop("patient_id")] = ""
    children.to_csv(tmp_path / "long.csv", index=False)
    answer = run("predict", ridge, "long.csv")
    assert (answer.code, answer.out) == (1, "")
    assert "in row 4: holds none" in answer.err
    assert "in row 2051: holds none" in answer.err


@pytest.fixture(scope="module")
def sure(cohort: Cohort, design: ModelDesign, tmp_path_factory: pytest.TempPathFactory) -> Path:
    plan = ValidationPlan(repeats=1, resamples=20, draws=0)
    made = develop(cohort, design, family_names=("null",), plan=plan)
    return made.packaged("ridge").save(tmp_path_factory.mktemp("models") / "sure")


def test_intervals_stand_beside_the_risks_where_the_model_has_them(
    run: Run, new: Path, sure: Path, tmp_path: Path
) -> None:
    answer = run("predict", sure, new, "--output", tmp_path / "risks.csv")
    assert re.search(r"\d+\.\d % \(\d+ to \d+\)", answer.out)
    assert "95 % interval: from models of resamples" in " ".join(answer.out.split())
    with (tmp_path / "risks.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            low, risk, high = (float(row[f"risk_by_day_365{end}"]) for end in ("_low", "", "_high"))
            assert 0 <= low < risk < high <= 1
    page = run("explain", sure, new, "--row", "1").out
    assert len(re.findall(r"\d+\.\d % \(\d+ to \d+\)", page)) == 2
    assert "95 % interval: from models of resamples" in " ".join(page.split())


@pytest.mark.parametrize("family, numbers", [("sure", 3), ("ridge", 1)])
def test_an_explained_risk_has_the_ends_that_a_predicted_one_has(
    run: Run, new: Path, tmp_path: Path, request: pytest.FixtureRequest, family: str, numbers: int
) -> None:
    model = request.getfixturevalue(family)
    names = ["days_since_first_infusion", "risk", "risk_low", "risk_high"][: 1 + numbers]
    predicted = run("predict", model, new, "--json").json["children"]
    explained = run("explain", model, new, "--json").json["children"]
    told = [[{name: day[name] for name in names} for day in c["horizons"]] for c in explained]
    assert told == [child["risks"] for child in predicted]
    run("explain", model, new, "--row", "1", "--output", "one.csv")
    with (tmp_path / "one.csv").open(newline="") as lines:
        first = next(csv.DictReader(lines))
    assert [name for name in first if name.startswith("risk")] == names[1:]
    assert [float(first[name]) for name in names] == list(predicted[0]["risks"][0].values())


def test_a_model_without_intervals_says_so(run: Run, ridge: Path, new: Path) -> None:
    assert "No interval: this model cannot say" in run("predict", ridge, new).out
