"""Files of keys and of issuers: TOML, read strictly, every fault told at once and no value ever."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lorpredict.errors import counted, did_you_mean
from serving.security.clients import PLAIN, PLAIN_EXPECTED, Scope
from serving.security.errors import AccessSettingsError

T = TypeVar("T")

_FIELD = re.compile(r"[a-z][a-z0-9_]{0,31}")
_PLACE_IN_FILE = re.compile(r"at line \d+, column \d+|at end of document")


class Entry:
    """One table of a file, whose fields are taken out one by one; ``faults`` gathers the wrong."""

    def __init__(self, place: str, values: Mapping[str, Any]) -> None:
        self.place = place
        self.faults: list[str] = []
        self._values = values
        self._known: list[str] = []

    def fault(self, field: str, expected: str) -> None:
        self.faults.append(f"{self.place}: {field} expected {expected}")

    def value(self, field: str) -> Any:
        """Return what a field holds, or None."""
        self._known.append(field)
        return self._values.get(field)

    def text(self, field: str, expected: str, fits: Callable[[str], object]) -> str:
        """Return a text that has to be there and to fit."""
        value = self.value(field)
        if isinstance(value, str) and fits(value):
            return value
        self.fault(field, expected)
        return ""

    def texts(
        self, field: str, expected: str, fits: Callable[[str], object]
    ) -> tuple[str, ...] | None:
        """Return a list of texts that all fit, or None where there is none."""
        value = self.value(field)
        if value is None:
            return None
        if isinstance(value, list) and value and all(isinstance(v, str) and fits(v) for v in value):
            return tuple(value)
        self.fault(field, f"a list of {expected}")
        return ()

    def client(self) -> str:
        return self.text("client", PLAIN_EXPECTED, PLAIN.fullmatch)

    def scopes(self) -> frozenset[str]:
        known = ", ".join(Scope)
        found = self.texts("scopes", f"some of {known}", frozenset(Scope).__contains__)
        if found is None:
            self.fault("scopes", f"a list of some of {known}")
        return frozenset(found or ())

    def requests_per_minute(self) -> float | None:
        value = self.value("requests_per_minute")
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e9:
            return float(value)
        self.fault("requests_per_minute", "a number above zero, or to be left out")
        return None

    def finish(self) -> None:
        """Name the fields that nobody asked for."""
        for field in self._values.keys() - set(self._known):
            told = field if _FIELD.fullmatch(field) else "(unreadable name)"
            self.faults.append(
                f"{self.place}: {told} is no field. {did_you_mean(told, self._known)}".rstrip()
            )


def read_entries(file: Path, table: str, build: Callable[[Entry], T | None]) -> list[T]:
    """Read every ``[[table]]`` of a file.

    Raises
    ------
    AccessSettingsError
        If anything in the file is not as expected; all of it is named.
    """
    document = _document(file)
    rows = document.pop(table, [])
    faults = [f"expected tables [[{table}]] and nothing else"] if document else []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise AccessSettingsError(f"{file}: expected tables [[{table}]]")
    built = []
    for number, row in enumerate(rows, 1):
        entry = Entry(f"[[{table}]] number {number}", row)
        built.append(build(entry))
        entry.finish()
        faults += entry.faults
    refuse_faults(file, faults)
    return [each for each in built if each is not None]


def refuse_faults(file: Path, faults: Sequence[str]) -> None:
    """Raise what was found, if anything was."""
    if faults:
        lines = "\n".join(f"  {fault}" for fault in faults)
        raise AccessSettingsError(f"{file} has {counted(len(faults), 'fault')}:\n{lines}")


def _document(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise AccessSettingsError(
            f"{file} cannot be read ({error.strerror}); expected a TOML file"
        ) from None
    except (ValueError, RecursionError) as error:
        # The parser's own words may quote the line.
        place = _PLACE_IN_FILE.search(str(error))
        raise AccessSettingsError(
            f"{file} is not TOML{f', {place[0]}' if place else ''}; expected UTF-8 text"
        ) from None
