"""What MLflow writes beside a model that it has fetched from a registry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FILE = "registered_model_meta"
_ADDRESS = re.compile(r"(models|runs):/")


def is_registry_address(text: str) -> bool:
    """Whether a text names a model that MLflow has to fetch, and not a folder."""
    return bool(_ADDRESS.match(text))


@dataclass(frozen=True)
class Registration:
    """Where a fetched model stood: name and version, or None where it came from no registry."""

    name: str | None = None
    version: str | None = None

    @classmethod
    def beside(cls, place: Path) -> Registration:
        """Read it at the place into which MLflow has fetched a model.

        It holds ``key: value`` lines; MLflow writes null for nothing.
        """
        file = place / _FILE
        lines = file.read_text("utf-8").splitlines() if file.is_file() else []
        pairs = (line.partition(": ") for line in lines)
        plain = {key: value.strip().strip("'\"") for key, _, value in pairs}
        known = {key: value for key, value in plain.items() if value not in ("", "null")}
        return cls(known.get("model_name"), known.get("model_version"))
