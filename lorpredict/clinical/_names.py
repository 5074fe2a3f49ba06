"""What a column may be called, so that a table, a file and a request can all hold it.

A column becomes an attribute of the record that a request holds; a name which such a record
already uses for itself would break it, so it is refused where the column is written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import MISSING, fields

from lorpredict.errors import did_you_mean

_PLAIN = re.compile(r"[a-z][a-z0-9_]{0,62}")
# What pydantic's BaseModel and its class call their own; compared with it in tests/serving.
_OF_RECORDS = frozenset(
    {
        "construct", "copy", "dict", "from_orm", "json", "mro", "parse_file", "parse_obj",
        "parse_raw", "register", "schema", "schema_json", "update_forward_refs", "validate",
    }
)  # fmt: skip

# What a fault is about that belongs to no column.
_OF_FAULTS = frozenset({"record", "records"})


def name_faults(key: str) -> Iterator[str]:
    """Say what is wrong with the name of a column."""
    if not _PLAIN.fullmatch(key):
        yield (
            "a column's name begins with a small letter and holds at most 63 small letters, "
            "digits and underscores, such as il6_pg_ml"
        )
    if key in _OF_FAULTS:
        yield "a fault of a whole record is told by this name; give the column another"
    if key in _OF_RECORDS or key.startswith("model_"):
        yield "a record uses this name for itself; give the column another, such as il6_pg_ml"


def field_faults(given: Set[str], kind: type) -> Iterator[str]:
    """Name the fields that an entry lacks, and those that no entry has.

    Parameters
    ----------
    kind
        The dataclass that is made of an entry.
    """
    known = {field.name: field.default is MISSING for field in fields(kind)}
    yield from (f"no {name}" for name, needed in known.items() if needed and name not in given)
    for name in sorted(given - known.keys()):
        yield f"no field is called {name!r}. {did_you_mean(name, list(known))}".rstrip()
