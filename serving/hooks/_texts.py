"""What ``hooks.toml`` says, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from serving.hooks._messages import LONGEST_SUMMARY


@cache
def texts() -> dict[str, Any]:
    """Return the content of ``hooks.toml``."""
    return tomllib.loads((Path(__file__).parent / "hooks.toml").read_text("utf-8"))


def shortened(summary: str) -> str:
    """Return a summary that is no longer than the standard has it."""
    if len(summary) <= LONGEST_SUMMARY:
        return summary
    return summary[: LONGEST_SUMMARY - 1].rsplit(" ", 1)[0] + "…"
