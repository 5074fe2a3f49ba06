"""What stands beside the code: words, layout, made-up children."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@cache
def texts() -> dict[str, Any]:
    """Return every word of the page that is its own."""
    return _read("texts.toml")


@cache
def layout() -> dict[str, Any]:
    """Return where the columns stand in the form."""
    return _read("form.toml")


@cache
def examples() -> dict[str, Any]:
    """Return the made-up children by name."""
    return _read("examples.toml")


@cache
def tabs_told() -> dict[str, Any]:
    """Return the pages of the service."""
    return _read("tabs.toml")


@cache
def loss_texts() -> dict[str, Any]:
    """Return every word of the page at loss of response that is its own."""
    return _read("loss.toml")


@cache
def trough_texts() -> dict[str, Any]:
    """Return every word of the page about troughs that is its own."""
    return _read("trough.toml")


def script_texts(*, busy: str) -> Mapping[str, str]:
    """Return the words that the script puts into a page; ``busy`` is the page's own."""
    said = texts()
    return {**said["typed"], **said["service"], **said["actions"], "busy": busy}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text("utf-8"))
