"""What the audit of the service holds on the questions to one model, read and never written.

The words of the table are the service's; training and serving share no code, so that this is the
one place that has to follow it. Pseudonyms and fingerprints of records end here: what is handed on
calls a child by a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import count
from typing import Any, NamedTuple

from lorpredict.errors import LorpredictError
from lorpredict.monitoring import Ended, Question, Watched
from training.audit_table import Row, rows_of

LOST = "secondary_lor"
_NOBODY = -1


class NothingAsked(LorpredictError, ValueError):
    """No answers of the model in the window."""


class Asked(NamedTuple):
    """A question as the audit knows it; the first two name the child, who has no number yet."""

    pseudonym: str
    record: str
    model: str
    question: Question


@dataclass(frozen=True)
class Audited:
    """Questions to one model, and all outcomes.

    Parameters
    ----------
    until : when the last record was made
    records : number of the last record
    notes : what else there is to know
    """

    watched: Watched
    questions: tuple[Question, ...] = field(repr=False)
    ended: tuple[Ended, ...] = field(repr=False)
    until: datetime
    records: int
    notes: tuple[str, ...]


@dataclass
class _Seen:
    """What has been read so far."""

    asked: list[Asked] = field(default_factory=list)
    outcomes: list[tuple[str, Ended]] = field(default_factory=list)
    models: dict[str, Watched] = field(default_factory=dict)  # the last to answer is the last
    aliases: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    last: Row | None = None


def read_audit(
    address: str,
    *,
    alias: str,
    fingerprint: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Audited:
    """Read the questions to the model under an alias.

    Parameters
    ----------
    address
        ``sqlite:////whole/path/audit.db`` or ``postgresql://user@host/database``.
    fingerprint
        The beginning of a model's; without it the model that answered last.
    since, until
        The first day of the questions, and the day before which everything was recorded.

    Raises
    ------
    InvalidAudit
        If there is no such store, or it is not what the service writes.
    NothingAsked
        If no such model answered in the window.
    """
    with closing(rows_of(address, until=until)) as rows:  # also when one of them is refused
        return audited(rows, alias=alias, fingerprint=fingerprint, since=since)


def audited(
    rows: Iterable[Row], *, alias: str, fingerprint: str = "", since: date | None = None
) -> Audited:
    """Make of records what is known of one model; see :func:`read_audit`."""
    seen = _Seen()
    for row in rows:
        _take(row, seen, alias=alias, since=since)
    watched = _chosen(seen, alias=alias, fingerprint=fingerprint)
    numbers = _Numbers(seen.asked)
    questions = [
        replace(each.question, child=numbers.of(each.pseudonym, each.record))
        for each in seen.asked
        if each.model == watched.fingerprint
    ]
    ended = [replace(each, child=numbers.of(who, "")) for who, each in seen.outcomes]
    assert seen.last is not None  # noqa: S101  there is a model, so there was a record
    return Audited(
        watched, tuple(questions), tuple(ended), seen.last.when, seen.last.sequence,
        (*_other_models(seen, watched), *seen.notes),
    )  # fmt: skip


def _take(row: Row, seen: _Seen, *, alias: str, since: date | None) -> None:
    seen.last = row
    if row.event == "retention":
        seen.notes = [f"records were removed from the audit by {row.when:%Y-%m-%d}"]
    elif row.event == "outcome":
        seen.outcomes += [*_outcome(row)]
    elif row.model and (since is None or row.when.date() >= since):
        seen.aliases.add(str(row.model.get("alias", "")))
        if row.model.get("alias") == alias:
            _take_answer(row, row.model, seen)


def _take_answer(row: Row, model: Mapping[str, Any], seen: _Seen) -> None:
    watched = _watched(model)
    seen.models.pop(watched.fingerprint, None)
    seen.models[watched.fingerprint] = watched
    with row.read():
        for child in row.content["children"]:
            who = str(child.get("pseudonym") or "")
            question = _question(child, row.when)
            seen.asked.append(Asked(who, child["fingerprint"], watched.fingerprint, question))


def _outcome(row: Row) -> Iterator[tuple[str, Ended]]:
    if not row.content:  # the service had no key
        return
    with row.read():
        lost = row.content["outcome"] == LOST
        ended = Ended(_NOBODY, row.when, lost, int(row.content["follow_up_months"]))
        yield str(row.content["pseudonym"]), ended


def _watched(model: Mapping[str, Any]) -> Watched:
    told = {name: str(model.get(name) or "") for name in ("name", "alias", "fingerprint", "stage")}
    return Watched(version=str(model.get("registered_version") or ""), **told)


def _chosen(seen: _Seen, *, alias: str, fingerprint: str) -> Watched:
    if not seen.models:
        known = ", ".join(sorted(seen.aliases)) or "none"
        raise NothingAsked(
            f"no answer by the alias {alias!r} in these months; aliases that answered: {known}. "
            "Give another -P alias=..., or an earlier -P since=... or later -P until=..."
        )
    fitting = [name for name in seen.models if name.startswith(fingerprint)]
    if not fitting:
        known = ", ".join(name[:12] for name in seen.models)
        raise NothingAsked(f"no answer by a model {fingerprint!r}; expected one of {known}")
    return seen.models[fitting[-1]]


def _other_models(seen: _Seen, watched: Watched) -> Iterator[str]:
    others = [name for name in seen.models if name != watched.fingerprint]
    if others:
        told = ", ".join(f"-P fingerprint={name[:12]}" for name in others)
        yield (
            f"{len(others) + 1} models answered as {watched.alias} in these months; this report is "
            f"on {watched.fingerprint[:12]} alone. The others: {told}"
        )


class _Numbers:
    """Pseudonym, or the record of a child who has none -> a number.

    A record that was sent with a pseudonym once is that child's without it too.
    """

    def __init__(self, asked: list[Asked]) -> None:
        self._whose = {each.record: each.pseudonym for each in asked if each.pseudonym}
        self._numbers: dict[str, int] = {}
        self._next = count()

    def of(self, pseudonym: str, record: str) -> int:
        """Return the child's number."""
        who = pseudonym or self._whose.get(record) or f"record {record}"
        if who not in self._numbers:
            self._numbers[who] = next(self._next)
        return self._numbers[who]


def _question(content: Mapping[str, Any], time: datetime) -> Question:
    risks = sorted((float(told[0]), float(told[1])) for told in content.get("risks", ()))
    return Question(
        _NOBODY,
        time,
        str(content.get("reason", "")),
        {str(name): int(band) for name, band in content.get("bands", {}).items()},
        frozenset(map(str, content.get("missing", ()))),
        int(content.get("warnings", 0)),
        tuple(risks),
    )
