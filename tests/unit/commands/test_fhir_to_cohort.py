"""A FHIR export becomes a cohort file that `check` accepts."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.fhir_bundles import Resource, childs_resources, infusion
from tests.unit.commands.conftest import Run

AS_OF = ("--as-of", "2026-01-01")


def as_child(name: str, resources: list[Resource]) -> list[Resource]:
    return [
        each | {"id": name}
        if each["resourceType"] == "Patient"
        else each | {"id": f"{name}-{each['id']}", "subject": {"reference": f"Patient/{name}"}}
        for each in resources
    ]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Two children at their fourth infusion, one without Crohn's disease, one too early."""
    resources = [
        *as_child("emma", childs_resources()),
        *as_child("noah", childs_resources(without=["trough", "orders"])),
        *as_child("mia", childs_resources(without=["crohns"])),
        *as_child("lena", [*childs_resources(without=["infusions"]), infusion(0)]),
    ]
    folder = tmp_path / "export"
    folder.mkdir()
    for resource in resources:
        with (folder / f"{resource['resourceType']}.ndjson").open("a", encoding="utf-8") as file:
            file.write(json.dumps(resource) + "\n")
    return folder


def rows_of(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_an_export_becomes_one_row_a_child(run: Run, export: Path, tmp_path: Path) -> None:
    answer = run("fhir-to-cohort", export, "--output", "ours.csv", *AS_OF)
    assert answer.code == 0, answer.err
    emma, noah = rows_of(tmp_path / "ours.csv")
    assert (emma["landmark_day"], emma["location"], emma["perianal"]) == ("98", "L3", "true")
    assert float(emma["trough_week14_ug_ml"]) == 5.5
    assert noah["trough_week14_ug_ml"] == ""
    assert noah["prior_steroids"] == ""


def test_the_file_is_one_that_check_accepts(run: Run, export: Path) -> None:
    run("fhir-to-cohort", export, "--output", "ours.csv", *AS_OF)
    answer = run("check", "ours.csv", "--for-prediction")
    assert answer.code == 0, answer.out + answer.err


def test_children_are_numbered_and_undated_unless_their_ids_are_to_be_kept(
    run: Run, export: Path, tmp_path: Path
) -> None:
    run("fhir-to-cohort", export, "--output", "ours.csv", "--issues", "issues.csv", *AS_OF)
    told = (tmp_path / "ours.csv").read_text("utf-8") + (tmp_path / "issues.csv").read_text("utf-8")
    assert not any(word in told for word in ("emma", "noah", "mia", "2025", "2012"))
    run("fhir-to-cohort", export, "--output", "kept.csv", "--keep-ids", *AS_OF)
    assert [row["patient_id"] for row in rows_of(tmp_path / "kept.csv")] == ["emma", "noah"]
    assert rows_of(tmp_path / "kept.csv")[0]["ifx_start_date"] == "2025-01-06"


def test_who_is_left_out_is_counted_with_the_reason(run: Run, export: Path) -> None:
    answer = run("fhir-to-cohort", export, "--output", "ours.csv", "--json", *AS_OF)
    assert answer.json["children"] == 4
    assert answer.json["rows"] == 2
    assert answer.json["left_out"] == {"not_crohns": 1, "not_near_week_14": 1}
    assert answer.json["columns"]["trough_week14_ug_ml"] == 1


def test_the_answer_says_that_the_outcome_is_not_in_it(run: Run, export: Path) -> None:
    answer = run("fhir-to-cohort", export, "--output", "ours.csv", *AS_OF)
    assert "How it ended is not in a FHIR export" in answer.out
    assert "python -m lorpredict check ours.csv --for-prediction" in answer.out
    assert "no active Crohn's disease" in answer.out


def test_what_became_of_each_datum_is_written_without_values(
    run: Run, export: Path, tmp_path: Path
) -> None:
    (export / "Broken.ndjson").write_text("{\n", "utf-8")
    answer = run("fhir-to-cohort", export, "--output", "ours.csv", "--issues", "issues.csv", *AS_OF)
    told = rows_of(tmp_path / "issues.csv")
    assert told[0]["text"] == "a line that is no JSON"
    assert told[0]["place"] == "Broken.ndjson:1"
    assert {"crp_mg_l: used", "sex: used"} <= {row["text"] for row in told}
    assert "1 line could not be read" in answer.out


def test_a_sites_rules_are_followed(run: Run, export: Path, tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text("[settings]\nbaseline_days_before = 1\n", "utf-8")
    run("fhir-to-cohort", export, "--output", "ours.csv", "--rules", "site.toml", *AS_OF)
    assert "crp_mg_l" not in rows_of(tmp_path / "ours.csv")[0]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("export", "--output", "ours.csv", "--as-of", "2025-01-10"), 1, "no child remains of 4"),
        (("absent", "--output", "ours.csv"), 2, "there is no absent"),
        (("export", "--output", "ours.xlsx"), 2, "expected the ending .csv"),
        (("export", "--output", "export/ours.csv"), 2, "would change the folder export"),
        (("export", "--output", "ours.csv", "--rules", "site.toml"), 2, "no rules at site.toml"),
        (("export", "--output", "a.csv", "--issues", "a.csv"), 2, "is what --output names too"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(
    run: Run, export: Path, tmp_path: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    answer = run("fhir-to-cohort", *words)
    assert answer.code == code
    assert told in " ".join(answer.err.split())
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_where_no_child_remains_the_issues_tell_why(run: Run, export: Path, tmp_path: Path) -> None:
    words = ("--output", "ours.csv", "--issues", "issues.csv", "--as-of", "2025-01-05")
    assert run("fhir-to-cohort", export, *words).code == 1
    told = {row["text"] for row in rows_of(tmp_path / "issues.csv")}
    assert "infliximab: later than the day of the question" in told
    assert not (tmp_path / "ours.csv").exists()


def test_an_export_of_another_version_is_refused(run: Run, export: Path) -> None:
    stranger = {"resourceType": "MedicationOrder"}
    (export / "MedicationOrder.ndjson").write_text(json.dumps(stranger), "utf-8")
    answer = run("fhir-to-cohort", export, "--output", "ours.csv")
    assert answer.code == 2
    assert "are FHIR DSTU2; expected R4" in answer.err
