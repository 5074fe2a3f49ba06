"""Looking into JSON of which nothing is certain: what is not as expected is not there."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

Json = Mapping[str, Any]

NOTHING: Json = MappingProxyType({})
_LONGEST_TEXT = 512


def an_object(value: Any) -> Json:
    """Return a JSON object, or an empty one."""
    return value if isinstance(value, dict) else NOTHING


def text(value: Any) -> str | None:
    """Return a text that is not empty and not absurdly long."""
    if isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT:
        return value
    return None


def number(value: Any) -> float | None:
    """Return a finite number; a text such as ``5.3`` is none, and neither is ``true``."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        told = float(value)
    except (OverflowError, ValueError):
        return None
    return told if math.isfinite(told) else None


def objects(value: Any) -> Iterator[tuple[int, Json]]:
    """Yield the JSON objects of a list with their places."""
    if isinstance(value, list):
        yield from ((place, each) for place, each in enumerate(value) if isinstance(each, dict))


def code_of(concept: Any) -> str | None:
    """Return the first code of a CodeableConcept."""
    for _, coding in objects(an_object(concept).get("coding")):
        if text(coding.get("code")):
            return text(coding.get("code"))
    return None


def are_same(one: Any, other: Any) -> bool:
    """Whether two pieces of JSON hold the same; what nests too deep to compare does not."""
    try:
        return bool(one == other)
    except RecursionError:
        return False


def canonical(value: Any) -> str | None:
    """Return one text for all JSON that holds the same; nothing where it nests too deep."""
    try:
        return json.dumps(value, sort_keys=True, default=repr)
    except (RecursionError, TypeError, ValueError):
        return None


class Different:
    """Pieces of JSON of which no two hold the same, gathered in time linear in their number."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._written: set[str] = set()
        self._kept: list[Any] = []

    @property
    def is_full(self) -> bool:
        """Whether more than ``most`` were found; no further one is compared."""
        return len(self._kept) > self._most

    def adds(self, value: Any) -> bool:
        """Take a piece of JSON; whether none before it held the same."""
        written = canonical(value)
        if written in self._written or self.is_full:
            return False
        if written is not None:
            self._written.add(written)
        # 5 and 5.0 are written differently and are the same.
        if any(are_same(value, each) for each in self._kept):
            return False
        self._kept.append(value)
        return True

    def __len__(self) -> int:
        return len(self._kept)


def reference(value: Any) -> str | None:
    """Return where a Reference points."""
    return text(value.get("reference")) if isinstance(value, dict) else None
