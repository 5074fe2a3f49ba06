"""One hash that names a model folder and everything in it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from lorpredict.errors import DamagedModel
from lorpredict.packaged._folder import SUMS


def fingerprint(folder: str | Path) -> str:
    """Hash of a model folder's list of hashes.

    Raises
    ------
    DamagedModel
        If there is no such list.
    """
    try:
        sums = (Path(folder) / SUMS).read_bytes()
    except OSError:
        raise DamagedModel(f"{folder} is not a model folder: no {SUMS} in it") from None
    return hashlib.sha256(sums).hexdigest()
