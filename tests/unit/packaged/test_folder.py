"""The model folder: whole or not at all, and nothing of a child in it."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lorpredict import AtRisk, Cohort, PackagedModel, families
from lorpredict.clinical import catalogue
from lorpredict.errors import DamagedModel
from lorpredict.features._pipeline import coded_table
from lorpredict.survival import Floats

CARD = {"card.md": "# A card\n"}
OWN_FILES = ["SHA256SUMS", "curves.npz", "encoding.json", "model.toml", "reference.json"]
SAVED = [*OWN_FILES[1:], *CARD]
FIVE_MEGABYTES = 5_000_000

every_family = pytest.mark.parametrize("name", families())


@pytest.fixture
def ridge(packaged: dict[str, PackagedModel]) -> PackagedModel:
    return packaged["ridge"]


@pytest.fixture
def folder(ridge: PackagedModel, tmp_path: Path) -> Path:
    return ridge.save(tmp_path / "model", documents=CARD)


def sign_again(folder: Path) -> None:
    """Write the sums anew, as somebody would who changes a folder on purpose."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
        if path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


def refusal(folder: Path) -> str:
    with pytest.raises(DamagedModel) as refused:
        PackagedModel.load(folder)
    return str(refused.value)


@every_family
def test_what_was_saved_is_what_is_loaded(
    name: str, packaged: dict[str, PackagedModel], tmp_path: Path
) -> None:
    model = packaged[name]
    loaded = PackagedModel.load(model.save(tmp_path / "model", documents=CARD))
    assert loaded.facts == model.facts
    assert loaded.encoding == model.encoding
    assert loaded.documents == CARD
    arrays, again = model.curves.to_arrays(), loaded.curves.to_arrays()
    assert list(again) == list(arrays)
    for key in arrays:
        np.testing.assert_array_equal(again[key], arrays[key])


def test_the_folder_holds_what_the_design_names_and_everyone_may_read_it(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted([*OWN_FILES, *CARD])
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_loaded_model_takes_its_documents_along(folder: Path, tmp_path: Path) -> None:
    again = PackagedModel.load(folder).save(tmp_path / "again")
    assert (again / "card.md").read_text() == CARD["card.md"]


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_exists_is_never_overwritten(ridge: PackagedModel, tmp_path: Path, what: str) -> None:
    place = tmp_path / "model"
    if what == "file":
        place.write_text("mine")
    else:
        place.mkdir()
    with pytest.raises(FileExistsError, match="a model folder is never overwritten"):
        ridge.save(place)
    assert list(tmp_path.iterdir()) == [place]


def test_a_folder_that_cannot_be_finished_leaves_nothing_behind(
    ridge: PackagedModel, tmp_path: Path
) -> None:
    # Half a surrogate pair is no UTF-8; it is met after most files have been written.
    with pytest.raises(UnicodeEncodeError):
        ridge.save(tmp_path / "model", documents={"card.md": "\ud800"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["model.toml", "SHA256SUMS", "../card.md", "more/card.md"])
def test_a_document_neither_replaces_a_file_nor_leaves_the_folder(
    ridge: PackagedModel, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ValueError, match=f"documents may not be called {re.escape(name)}"):
        ridge.save(tmp_path / "model", documents={name: ""})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", SAVED)
def test_one_changed_byte_is_found(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    assert refusal(folder) == (
        f"the model folder model is not what was saved: {name} was changed. "
        "Fetch it again from where it was registered"
    )


def test_one_changed_byte_in_the_sums_is_found(folder: Path) -> None:
    content = (folder / "SHA256SUMS").read_text()
    first = content[0]
    (folder / "SHA256SUMS").write_text(("0" if first != "0" else "1") + content[1:])
    assert "was changed" in refusal(folder)


@pytest.mark.parametrize("name", SAVED)
def test_a_file_that_is_gone_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert f"{name} is gone" in refusal(folder)


def test_what_was_added_is_named(folder: Path) -> None:
    (folder / "note.txt").write_text("")
    (folder / "cache").mkdir()
    assert "cache was added; note.txt was added" in refusal(folder)


def test_a_folder_without_sums_is_no_model_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere").endswith("is not a model folder: it has no SHA256SUMS")


def replace_in(folder: Path, name: str, pattern: str, replacement: str) -> None:
    text = (folder / name).read_text()
    changed = re.sub(pattern, replacement, text, count=1)
    assert changed != text
    (folder / name).write_text(changed)
    sign_again(folder)


def test_another_catalogue_is_refused_by_both_versions(folder: Path) -> None:
    replace_in(folder, "model.toml", r'catalogue_version = ".*"', 'catalogue_version = "1999.1"')
    assert "was made with catalogue 1999.1, this is 2026.11.0; train again" in refusal(folder)


def test_another_format_is_refused(folder: Path) -> None:
    replace_in(folder, "model.toml", "format = 2", "format = 1")
    assert refusal(folder) == "the model folder model is not of format 2; train again"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("reference.json", "{}"),
        ("reference.json", "[1"),
        (
            "reference.json",
            '{"records": [{"age_years": "ten"}], "days_since_first_infusion": [365]}',
        ),
        ("encoding.json", "[]"),
        ("curves.npz", "no arrays"),
        ("model.toml", "format = 2"),
        ("model.toml", "format = "),
    ],
)
def test_content_that_nobody_wrote_is_told_in_a_sentence(
    folder: Path, file: str, content: str
) -> None:
    (folder / file).write_text(content)
    sign_again(folder)
    assert "the model folder model holds what no lorpredict has written" in refusal(folder)


@every_family
def test_a_model_that_answers_its_reference_records_otherwise_is_refused(
    name: str, packaged: dict[str, PackagedModel], tmp_path: Path
) -> None:
    folder = packaged[name].save(tmp_path / "model")
    reference = json.loads((folder / "reference.json").read_text())
    reference["risk"][7][1] += 1e-9
    (folder / "reference.json").write_text(json.dumps(reference))
    sign_again(folder)
    assert re.search(
        r"not reproduce its reference answers: they differ by 1\.0e-09", refusal(folder)
    )


def test_a_changed_array_is_found_by_its_answers_even_under_valid_sums(folder: Path) -> None:
    with np.load(folder / "curves.npz") as arrays:
        changed = dict(arrays)
    changed["coefficients"] = changed["coefficients"] * 1.001
    np.savez_compressed(folder / "curves.npz", **changed)
    sign_again(folder)
    assert "does not reproduce its reference answers" in refusal(folder)


# ---- what is not in the folder ----------------------------------------------------------------


def numbers_in(path: Path) -> Iterator[Floats]:
    """Sequences of numbers in a file: those of its text, those of each of its arrays."""
    if path.suffix != ".npz":
        found = re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", path.read_text())
        yield np.array(found, dtype=float)
        return
    with np.load(path, allow_pickle=False) as arrays:
        for array in arrays.values():
            if array.dtype.kind in "fiub":
                yield array.astype(float).ravel()
                yield array.astype(float).ravel(order="F")


def holds_in_sequence(numbers: Floats, wanted: Floats) -> bool:
    """Whether the wanted numbers stand one behind the other, to seven digits."""
    last = len(numbers) - len(wanted) + 1
    starts = np.flatnonzero(np.isclose(numbers[: max(0, last)], wanted[0], 1e-7, equal_nan=True))
    windows = numbers[starts[:, None] + np.arange(len(wanted))]
    return bool(np.isclose(windows, wanted, 1e-7, equal_nan=True).all(axis=1).any())


def rows_of_children(model: PackagedModel, at_risk: AtRisk) -> Floats | list[Floats]:
    """Every child as the model is taught it: encoded; and four labs as they were measured."""
    labs = ["crp_mg_l", "esr_mm_h", "haemoglobin_g_l", "platelets_10e9_l"]
    coded = coded_table(at_risk.X, catalogue().columns(model.encoding.predictors))
    kinds = [at_risk.X[labs].to_numpy(dtype=float), coded, model.encoding.encode(coded)]
    return [row for kind in kinds for row in kind if len(row) >= 4]


def children_in(folder: Path, rows: Floats | list[Floats]) -> list[str]:
    return [
        path.name
        for path in sorted(folder.iterdir())
        for numbers in numbers_in(path)
        for row in rows
        if holds_in_sequence(numbers, row)
    ]


@every_family
def test_no_childs_row_is_in_any_file(
    name: str, packaged: dict[str, PackagedModel], at_risk: AtRisk, tmp_path: Path
) -> None:
    folder = packaged[name].save(tmp_path / "model")
    assert children_in(folder, rows_of_children(packaged[name], at_risk)) == []


@every_family
def test_no_day_of_a_childs_outcome_is_in_any_file(
    name: str, packaged: dict[str, PackagedModel], at_risk: AtRisk, tmp_path: Path
) -> None:
    folder = packaged[name].save(tmp_path / "model")
    days = [at_risk.y["duration"], np.sort(at_risk.y["duration"][at_risk.y["event"]])]
    few_together = [np.sort(part)[:4] for part in days] + [part[:4] for part in days]
    assert children_in(folder, few_together) == []


def test_a_childs_row_would_be_found(ridge: PackagedModel, at_risk: AtRisk, folder: Path) -> None:
    rows = rows_of_children(ridge, at_risk)
    np.savez(folder / "rows.npz", np.array([rows[100], rows[101]]).T)
    (folder / "rows.txt").write_text(f"[{', '.join(map(str, rows[5]))}]")
    assert set(children_in(folder, rows)) == {"rows.npz", "rows.txt"}


@every_family
def test_no_file_names_a_child_or_holds_a_pickle(
    name: str, packaged: dict[str, PackagedModel], cohort: Cohort, tmp_path: Path
) -> None:
    folder = packaged[name].save(tmp_path / "model")
    with zipfile.ZipFile(folder / "curves.npz") as arrays:
        content = b"".join(arrays.read(member) for member in arrays.namelist())
    content += b"".join(path.read_bytes() for path in folder.iterdir())
    assert [i for i in cohort.table["patient_id"] if i.encode() in content] == []
    assert [path.name for path in folder.iterdir() if path.suffix in (".pkl", ".joblib")] == []


@every_family
def test_the_folder_stays_small(
    name: str, packaged: dict[str, PackagedModel], tmp_path: Path
) -> None:
    folder = packaged[name].save(tmp_path / "model")
    assert sum(path.stat().st_size for path in folder.iterdir()) < FIVE_MEGABYTES
