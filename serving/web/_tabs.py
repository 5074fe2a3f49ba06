"""The pages of the service as tabs, from ``tabs.toml``."""

from __future__ import annotations

from typing import NamedTuple

from serving.web._files import tabs_told


class Tab(NamedTuple):
    """One page of the service."""

    address: str
    label: str


def tabs() -> tuple[Tab, ...]:
    """Return the pages in the order of their tabs."""
    return tuple(Tab(**each) for each in tabs_told()["tabs"])
