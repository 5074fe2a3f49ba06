"""A study that asks for one figure need not wait for the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from lorpredict.evaluation import _measure


@contextmanager
def measured_alone(*names: str) -> Iterator[None]:
    """Compute these measures and no others; no measure depends on another, and no seed does."""
    chosen = tuple(each for each in _measure.measures() if each.name in names)
    with patch.object(_measure, "measures", return_value=chosen):
        yield
