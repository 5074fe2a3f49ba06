"""The model folder: written whole or not at all, read only if nothing in it has changed.

model.toml      facts: name, family, design, training cohort, stage
encoding.json   from a record to features
curves.npz      from features to survival: arrays, no pickle
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
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tomli_w

from lorpredict.clinical import catalogue
from lorpredict.errors import DamagedModel
from lorpredict.features import Encoding
from lorpredict.models._curves import curves_from_arrays
from lorpredict.packaged._facts import ModelFacts
from lorpredict.packaged._reference import reference_records
from lorpredict.survival import CurveModel

if TYPE_CHECKING:
    from lorpredict.packaged._model import PackagedModel

SUMS = "SHA256SUMS"
FORMAT = 1
# Sums over hundreds of trees may differ in the last digits between processors.
_SAME_ANSWER = 1e-12
_OWN_FILES = ("model.toml", "encoding.json", "curves.npz", "reference.json", SUMS)


def save_folder(model: PackagedModel, folder: Path, *, documents: Mapping[str, str]) -> Path:
    """Write the folder beside its place, then move it there in one step."""
    if folder.exists():
        raise FileExistsError(f"{folder} exists; a model folder is never overwritten")
    clash = sorted(name for name in documents if name in _OWN_FILES or name != Path(name).name)
    if clash:
        raise ValueError(f"documents may not be called {', '.join(clash)}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_files(model, beside, documents)
        beside.chmod(0o755)
        beside.replace(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return folder


def load_folder(folder: Path) -> tuple[ModelFacts, Encoding, CurveModel, dict[str, str]]:
    """Read the folder: check its hashes, build the model, ask it its reference records."""
    _refuse_changed(folder)
    return (*_refuse_other_answers(folder, _read_model(folder)), _documents(folder))


def _write_files(model: PackagedModel, folder: Path, documents: Mapping[str, str]) -> None:
    facts = {"format": FORMAT, "curves": type(model.curves).__name__, **model.facts.to_dict()}
    (folder / "model.toml").write_text(tomli_w.dumps(facts), "utf-8")
    (folder / "encoding.json").write_text(_as_json(model.encoding.to_dict()), "utf-8")
    arrays: dict[str, Any] = model.curves.to_arrays()
    np.savez_compressed(folder / "curves.npz", **arrays)
    (folder / "reference.json").write_text(_as_json(_answers(model)), "utf-8")
    for name, text in documents.items():
        (folder / name).write_text(text, "utf-8")
    (folder / SUMS).write_text(_sums(folder), "utf-8")


def _as_json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _answers(model: PackagedModel) -> dict[str, Any]:
    records = reference_records(model.encoding.predictors)
    prediction = model.predict(records)
    return {
        "records": records,
        "days_since_landmark": prediction.days_since_landmark.tolist(),
        "risk": prediction.risk.tolist(),
    }


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


def _read_model(folder: Path) -> tuple[ModelFacts, Encoding, CurveModel]:
    content = tomllib.loads((folder / "model.toml").read_text("utf-8"))
    if content.pop("format", None) != FORMAT:
        raise DamagedModel(f"the model folder {folder.name} is not of format {FORMAT}; train again")
    shape = content.pop("curves")
    facts = ModelFacts.from_dict(content)
    if facts.catalogue_version != catalogue().version:
        raise DamagedModel(
            f"the model folder {folder.name} was made with catalogue {facts.catalogue_version}, "
            f"this is {catalogue().version}; train again, or install the lorpredict it came with"
        )
    encoding = Encoding.from_dict(json.loads((folder / "encoding.json").read_text("utf-8")))
    with np.load(folder / "curves.npz", allow_pickle=False) as arrays:
        return facts, encoding, curves_from_arrays(shape, dict(arrays))


def _refuse_other_answers(
    folder: Path, parts: tuple[ModelFacts, Encoding, CurveModel]
) -> tuple[ModelFacts, Encoding, CurveModel]:
    from lorpredict.packaged._model import PackagedModel

    saved = json.loads((folder / "reference.json").read_text("utf-8"))
    found = PackagedModel(*parts).predict(saved["records"], days=saved["days_since_landmark"])
    difference = float(np.abs(found.risk - np.array(saved["risk"])).max())
    if not difference <= _SAME_ANSWER:
        raise DamagedModel(
            f"the model folder {folder.name} does not reproduce its reference answers: "
            f"they differ by {difference:.1e}"
        )
    return parts


def _documents(folder: Path) -> dict[str, str]:
    others = [path for path in sorted(folder.iterdir()) if path.name not in _OWN_FILES]
    return {path.name: path.read_text("utf-8") for path in others}
