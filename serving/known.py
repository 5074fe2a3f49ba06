"""The columns that a request may hold: ours, and those of a site whose model is served.

They become the fields of the messages, so they are looked up when those are made: in the process
that answers, the settings name folders by then.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lorpredict.clinical import Catalogue, catalogue
from serving.settings import Settings, SettingsError
from serving.sources import folders


@cache
def known_columns() -> Catalogue:
    """Return the catalogue of the models that the settings name; ours where they name none."""
    try:
        named = list(folders(Settings.from_environment()).values())
    except SettingsError:  # told with its way out when the models are loaded
        named = []
    return extended_catalogue(_site_catalogues(named))


def extended_catalogue(sites: Iterator[Mapping[str, Any]]) -> Catalogue:
    """Return our catalogue with those of sites, each once.

    Raises
    ------
    CatalogueError
        If two of them contradict one another.
    """
    known, seen = catalogue(), []
    for site in sites:
        if site not in seen:
            known = known.extended_by(site)
            seen.append(site)
    return known


def _site_catalogues(named: list[Path]) -> Iterator[Mapping[str, Any]]:
    for folder in named:
        file = folder / "model.toml"
        if file.is_file():
            yield tomllib.loads(file.read_text("utf-8"))["design"].get("site_catalogue", {})
