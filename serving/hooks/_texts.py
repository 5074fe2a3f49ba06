"""What ``hooks.toml`` says, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def texts() -> dict[str, Any]:
    """Return the content of ``hooks.toml``."""
    return tomllib.loads((Path(__file__).parent / "hooks.toml").read_text("utf-8"))
