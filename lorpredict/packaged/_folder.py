"""The model folder: written whole or not at all, read only if nothing in it has changed.

model.toml      facts: name, family, design, training cohort, stage
encoding.json   from a record to features
curves.npz      from features to survival: arrays, no pickle
uncertainty.npz how sure a risk is, where the family can say
reference.json  records made from the catalogue, and the exact answers to them
*.md, *.html    documents
SHA256SUMS      the hash of every other file
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import tomli_w

from lorpredict.clinical import catalogue
from lorpredict.errors import DamagedModel
from lorpredict.features import Encoding
from lorpredict.models._curves import curves_from_arrays
from lorpredict.packaged._facts import ModelFacts
from lorpredict.survival import CurveModel
from lorpredict.uncertainty import Uncertainty

SUMS = "SHA256SUMS"
FORMAT = 2
_UNCERTAINTY = "uncertainty.npz"
_OWN_FILES = ("model.toml", "encoding.json", "curves.npz", _UNCERTAINTY, "reference.json", SUMS)


@dataclass(frozen=True)
class FolderContent:
    """Everything that a model folder holds.

    Parameters
    ----------
    reference : records made from the catalogue, the days asked, and the risks answered
    documents : file name -> text
    """

    facts: ModelFacts
    encoding: Encoding
    curves: CurveModel
    reference: Mapping[str, Any]
    uncertainty: Uncertainty | None = None
    documents: Mapping[str, str] = field(default_factory=dict)


def model_folder_in(place: Path, *, called: str | None = None) -> Path:
    """Find the one model folder at a place: the place itself, or inside what MLflow has fetched.

    Parameters
    ----------
    called
        What the place is called before people; its own path by default.

    Raises
    ------
    DamagedModel
        If there is none or more than one.
    """
    sums = [found for depth in ("", "*/", "*/*/") for found in sorted(place.glob(f"{depth}{SUMS}"))]
    folders = [found.parent for found in sums if (found.parent / "model.toml").is_file()]
    if len(folders) == 1:
        return folders[0]
    told = called or str(place)
    if not place.is_dir():
        what = "it is a file" if place.exists() else "there is no such folder"
        raise DamagedModel(f"{told} is not a model folder: {what}")
    if not folders:
        raise DamagedModel(f"{told} is not a model folder, and holds none: no {SUMS} in it")
    names = ", ".join(str(folder.relative_to(place)) for folder in folders)
    raise DamagedModel(f"{told} holds {len(folders)} model folders: {names}. Expected one of them")


def save_folder(content: FolderContent, folder: Path) -> Path:
    """Write the folder beside its place, then move it there in one step."""
    if folder.exists():
        raise FileExistsError(f"{folder} exists; a model folder is never overwritten")
    _refuse_document_names(content.documents)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_files(content, beside)
        beside.chmod(0o755)
        beside.replace(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return folder


@contextmanager
def unreadable_as_damaged(folder: Path) -> Iterator[None]:
    """Tell of a folder whose sums are right and whose content is not, in a sentence."""
    try:
        yield
    except DamagedModel:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, EOFError, BadZipFile) as error:
        told = f"{type(error).__name__}: {error}"
        raise DamagedModel(
            f"the model folder {folder.resolve().name} holds what no lorpredict has written "
            f"({told}). Fetch it again from where it was registered"
        ) from error


def load_folder(folder: Path) -> FolderContent:
    """Read the folder, if nothing in it has changed."""
    _refuse_changed(folder)
    content = tomllib.loads((folder / "model.toml").read_text("utf-8"))
    if content.pop("format", None) != FORMAT:
        raise DamagedModel(f"the model folder {folder.name} is not of format {FORMAT}; train again")
    shape = content.pop("curves")
    facts = ModelFacts.from_dict(content)
    _refuse_other_catalogue(folder, facts)
    with np.load(folder / "curves.npz", allow_pickle=False) as arrays:
        curves = curves_from_arrays(shape, dict(arrays))
    return FolderContent(
        facts=facts,
        encoding=Encoding.from_dict(_json_of(folder / "encoding.json")),
        curves=curves,
        reference=_json_of(folder / "reference.json"),
        uncertainty=_uncertainty(folder / _UNCERTAINTY),
        documents=_documents(folder),
    )


def _refuse_document_names(documents: Mapping[str, str]) -> None:
    clash = sorted(name for name in documents if name in _OWN_FILES or name != Path(name).name)
    if clash:
        raise ValueError(f"documents may not be called {', '.join(clash)}")


def _write_files(content: FolderContent, folder: Path) -> None:
    shape = type(content.curves).__name__
    facts = {"format": FORMAT, "curves": shape, **content.facts.to_dict()}
    arrays: dict[str, Any] = content.curves.to_arrays()
    (folder / "model.toml").write_text(tomli_w.dumps(facts), "utf-8")
    (folder / "encoding.json").write_text(_as_json(content.encoding.to_dict()), "utf-8")
    np.savez_compressed(folder / "curves.npz", **arrays)
    if content.uncertainty is not None:
        spread: dict[str, Any] = content.uncertainty.to_arrays()
        np.savez_compressed(folder / _UNCERTAINTY, **spread)
    (folder / "reference.json").write_text(_as_json(content.reference), "utf-8")
    for name, text in content.documents.items():
        (folder / name).write_text(text, "utf-8")
    (folder / SUMS).write_text(_sums(folder), "utf-8")


def _uncertainty(file: Path) -> Uncertainty | None:
    if not file.is_file():
        return None
    with np.load(file, allow_pickle=False) as arrays:
        return Uncertainty.from_arrays(dict(arrays))


def _as_json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _json_of(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
        for path in sorted(folder.iterdir())
        if path.name != SUMS
    }


def _sums(folder: Path) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in _hashes(folder).items())


def _refuse_changed(folder: Path) -> None:
    if not (folder / SUMS).is_file():
        raise DamagedModel(f"{folder} is not a model folder: it has no {SUMS}")
    lines = (folder / SUMS).read_text("utf-8", errors="replace").splitlines()
    saved = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    found = _hashes(folder)
    kept = saved.keys() & found.keys()
    problems = [
        *(f"{name} is gone" for name in saved.keys() - kept),
        *(f"{name} was added" for name in found.keys() - kept),
        *(f"{name} was changed" for name in kept if saved[name] != found[name]),
    ]
    if problems:
        raise DamagedModel(
            f"the model folder {folder.name} is not what was saved: {'; '.join(sorted(problems))}. "
            "Fetch it again from where it was registered"
        )


def _refuse_other_catalogue(folder: Path, facts: ModelFacts) -> None:
    ours, _, _ = facts.catalogue_version.partition("+")  # a site's own travels in the folder
    if ours != catalogue().version:
        raise DamagedModel(
            f"the model folder {folder.name} was made with catalogue {facts.catalogue_version}, "
            f"this is {catalogue().version}; train again, or install the lorpredict it came with"
        )


def _documents(folder: Path) -> dict[str, str]:
    others = [path for path in sorted(folder.iterdir()) if path.name not in _OWN_FILES]
    return {path.name: path.read_text("utf-8") for path in others}
