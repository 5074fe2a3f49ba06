"""One hash that names a model folder and everything in it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from lorpredict.packaged._folder import SUMS


def fingerprint(folder: str | Path) -> str:
    """Hash of a model folder's list of hashes."""
    return hashlib.sha256((Path(folder) / SUMS).read_bytes()).hexdigest()
