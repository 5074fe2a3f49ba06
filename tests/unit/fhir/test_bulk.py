"""A Bulk Data export becomes one record a child, line by line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lorpredict.fhir import AnotherVersion, BulkExport, NotABundle
from lorpredict.fhir._bulk import export_files
from tests.fhir_bundles import RECORD, Resource, childs_resources, condition, infusion

UNTIL = date(2026, 1, 1)
OPEN = "immunomodulator_week14"


def as_child(name: str, resources: Iterable[Resource]) -> list[Resource]:
    """The same resources as those of another child."""
    told: list[Resource] = []
    for resource in resources:
        own = resource | {"id": f"{name}-{resource['id']}"}
        if resource["resourceType"] == "Patient":
            own["id"] = name
        else:
            own["subject"] = {"reference": f"Patient/{name}"}
        told.append(own)
    return told


def written(folder: Path, resources: Iterable[Any]) -> list[Path]:
    """An export: one file for each type of resource."""
    lines: dict[str, list[str]] = {}
    for resource in resources:
        lines.setdefault(resource["resourceType"], []).append(json.dumps(resource))
    for kind, told in lines.items():
        (folder / f"{kind}.ndjson").write_text("\n".join(told) + "\n", "utf-8")
    return export_files([folder])


def exported(folder: Path, resources: Iterable[Any], until: date = UNTIL) -> BulkExport:
    export = BulkExport(until=until)
    for file in written(folder, resources):
        export.add(file)
    return export


def test_each_child_is_read_as_it_was_at_its_fourth_infusion(tmp_path: Path) -> None:
    children = [*as_child("a", childs_resources()), *as_child("b", childs_resources())]
    later = as_child("a", [infusion(154), condition("K60.3", recordedDate="2025-09-01")])
    export = exported(tmp_path, [*children, *later])
    assert sorted(export.children()) == ["Patient/a", "Patient/b"]
    for name in export.children():
        child = export.read(name)
        assert child.left_out is None
        assert child.reading is not None
        assert child.reading.record.items() >= {
            (k, v) for k, v in RECORD.items() if not isinstance(v, float) and k != OPEN
        }
        assert OPEN not in child.reading.record  # its order is open by a status of today
        assert child.reading.landmark == date(2025, 4, 14)


@pytest.mark.parametrize(
    ("resources", "why"),
    [
        (childs_resources(without=["crohns"]), "not_crohns"),
        (childs_resources(without=["infusions"]), "not_on_infliximab"),
        (childs_resources(without=["patient"]), "patient_unknown"),
        ([*childs_resources(without=["infusions"]), *map(infusion, (0, 14, 42))],
         "not_near_week_14"),
        ([*childs_resources(without=["infusions"]), *map(infusion, (0, 14, 42, 60))],
         "not_near_week_14"),
    ],
    ids=["no Crohn's", "no infliximab", "no patient", "three infusions", "too early"],
)  # fmt: skip
def test_who_is_no_row_is_left_out_with_the_reason(
    tmp_path: Path, resources: list[Resource], why: str
) -> None:
    export = exported(tmp_path, as_child("a", resources))
    assert export.read("Patient/a").left_out == why


def test_a_child_that_waits_for_its_fourth_infusion_is_no_row_yet(tmp_path: Path) -> None:
    waiting = [*childs_resources(without=["infusions"]), *map(infusion, (0, 14, 42))]
    export = exported(tmp_path, as_child("a", waiting), until=date(2025, 4, 10))
    assert export.read("Patient/a").left_out == "no_fourth_infusion"


def test_a_drug_in_a_file_of_its_own_is_found_whatever_the_order(tmp_path: Path) -> None:
    resources = as_child("a", childs_resources())
    drug = {"resourceType": "Medication", "id": "ifx"}
    for resource in resources:
        if resource["resourceType"] == "MedicationAdministration":
            drug["code"] = resource.pop("medicationCodeableConcept")
            resource["medicationReference"] = {"reference": "Medication/ifx"}
    for folder, order in ((tmp_path / "1", 1), (tmp_path / "2", -1)):
        folder.mkdir()
        export = BulkExport(until=UNTIL)
        for file in written(folder, [*resources, drug])[::order]:
            export.add(file)
        assert export.read("Patient/a").left_out is None


def test_broken_lines_are_issues_with_their_place(tmp_path: Path) -> None:
    good = json.dumps(childs_resources()[0])
    deep = "[" * 100_000
    lines = [good, "", "{", '{"a": NaN}', "[1]", '{"resourceType": 3}', deep, "\udcff"]
    file = tmp_path / "Patient.ndjson"
    file.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    export = BulkExport(until=UNTIL)
    export.add(file)
    assert export.lines_ == 7
    assert [issue.expression for issue in export.broken_] == [
        f"Patient.ndjson:{line}" for line in range(3, 9)
    ]
    assert export.children() == ["Patient/child"]


def test_what_means_nothing_is_counted_and_not_kept(tmp_path: Path) -> None:
    strangers = [
        {"resourceType": "Observation", "code": {"text": "shoe size"}},
        {"resourceType": "Procedure"},
        {"resourceType": "Device"},
    ]
    export = exported(tmp_path, strangers)
    assert export.not_kept_ == {"Observation": 1, "(other types)": 2}
    assert export.children() == []


def test_a_resource_of_nobody_is_an_issue(tmp_path: Path) -> None:
    nobodys = condition("K50.80", subject={"reference": "Group/1"})
    export = exported(tmp_path, [nobodys])
    assert [issue.expression for issue in export.broken_] == ["Condition.ndjson:1.subject"]


def test_an_export_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnotherVersion, match="R5"):
        exported(tmp_path, [{"resourceType": "MedicationRequest", "medication": {"concept": {}}}])


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "Patient.ndjson.gz"
    file.write_bytes(gzip.compress(json.dumps(childs_resources()[0]).encode()))
    export = BulkExport(until=UNTIL)
    export.add(file)
    assert export.children() == ["Patient/child"]


def test_issues_tell_the_file_and_the_line(tmp_path: Path) -> None:
    export = exported(tmp_path, as_child("a", childs_resources()))
    reading = export.read("Patient/a").reading
    assert reading is not None
    assert "Patient.ndjson:1.gender" in {issue.expression for issue in reading.issues}


def test_a_folder_without_ndjson_and_a_path_that_is_not_there_are_told(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("", "utf-8")
    with pytest.raises(NotABundle, match=r"ends in \.ndjson or \.ndjson\.gz"):
        export_files([tmp_path])
    with pytest.raises(FileNotFoundError, match=r"there is no .*absent"):
        export_files([tmp_path / "absent"])
