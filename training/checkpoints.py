"""Where a training keeps what it has done until all is done.

A training of the same children under the same design, seed and version of lorpredict goes on where
an earlier one was broken off, by the power cut or by ``kill``. What is kept are out-of-fold risks
by position and figures, no predictor and no identifier, in a folder of this user alone; it is
removed when the training ends, and by any later training after two weeks.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

_TWO_WEEKS = 14 * 86_400.0


def checkpoint_folder() -> Path | None:
    """Return the folder for checkpoints, or None where this user can write none."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(cache).expanduser() / "lorpredict" / "trainings"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    _remove_forgotten(folder)
    return folder if os.access(folder, os.W_OK) else None


def _remove_forgotten(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and time.time() - entry.stat().st_mtime > _TWO_WEEKS:
            shutil.rmtree(entry, ignore_errors=True)
