"""What is kept of an answer: keyed hashes of child and record, what was told, what was missing.

Of what was measured only the band is kept in which it lies among the training children (of yes or
no, and of a category, the level), which is enough to see a population drift.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from lorpredict.survival import RiskPrediction
from serving.exchange import Kept

if TYPE_CHECKING:
    from lorpredict.clinical import Catalogue, Predictor
    from lorpredict.features import Encoding
    from serving.assessing import Assessed
    from serving.audit import Event
    from serving.models import Served
    from serving.predictions import Told

# Of a normal distribution, in deviations: in training about as many children lie in each fifth.
_ENDS_OF_FIFTHS = (-0.8416, -0.2533, 0.2533, 0.8416)
_OF_95_PERCENT = 1.96

Child = Mapping[str, Any]


class Pseudonymous(Protocol):
    """What turns a patient, or a record, into a keyed hash."""

    def of_patient(self, identifier: str) -> str: ...

    def fingerprint(self, record: Mapping[str, Any]) -> str: ...


@dataclass(frozen=True)
class Bands:
    """In which band of the training children each value of a record lies.

    Parameters
    ----------
    encoding : holds the central 95 % of each number in training, and the levels that occurred
    known : the model's catalogue, which says what is looked at on a logarithmic scale
    """

    encoding: Encoding
    known: Catalogue

    def of(self, child: Child) -> dict[str, int]:
        """Return predictor -> band; 0 to 4 for a number, the place of its level otherwise."""
        return {name: band(child[name]) for name, band in self._of_predictor if name in child}

    @cached_property
    def _of_predictor(self) -> list[tuple[str, Callable[[Any], int]]]:
        """How the band of each predictor is found, by name."""
        bands = {name: self._band(self.known[name]) for name in sorted(self.encoding.predictors)}
        return [(name, band) for name, band in bands.items() if band is not None]

    def _band(self, predictor: Predictor) -> Callable[[Any], int] | None:
        """How a band is found; None for a number that was measured in no training child."""
        if predictor.is_category:
            levels = predictor.values
            return lambda value: levels.index(value) if value in levels else len(levels)
        if not predictor.is_number:
            return int
        usual = self.encoding.usual.get(predictor.key)
        if usual is None:
            return None
        if predictor.transform != "log1p":
            return partial(bisect, _ends_of_fifths(*usual))
        ends = _ends_of_fifths(*map(math.log1p, usual))
        return lambda value: bisect(ends, math.log1p(value))


def _ends_of_fifths(low: float, high: float) -> tuple[float, ...]:
    """Where the fifths of a normal distribution with this central 95 % end."""
    middle, deviation = (low + high) / 2, (high - low) / (2 * _OF_95_PERCENT)
    return tuple(middle + end * deviation for end in _ENDS_OF_FIFTHS)


def keep(told: Told, patients: Iterable[str | None], pseudonyms: Pseudonymous | None) -> Kept:
    """Return what is kept of an answer about some records."""
    event: Event = "abstention" if all(told.abstentions) else "answer"
    rows = []
    for row, child, why, patient in zip(
        told.rows, told.children, told.abstentions, patients, strict=True
    ):
        kept = _of_input(child, told.served, patient, pseudonyms)
        rows.append(kept | _of_answer(told.found.prediction, row, why.reason if why else None))
    return Kept(event, {"children": rows}, told.served)


def keep_unasked(
    child: Child, served: Served, pseudonyms: Pseudonymous | None, *, reason: str
) -> Kept:
    """Return what is kept where a model was not asked about a record.

    Parameters
    ----------
    reason : for programs
    """
    row = {**_of_input(child, served, None, pseudonyms), "reason": reason}
    return Kept("abstention", {"children": [row]}, served)


def keep_assessed(
    assessed: Assessed,
    pseudonyms: Pseudonymous | None,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> Kept:
    """Return what is kept of an answer about what was read in FHIR."""
    why, reading = assessed.abstention, assessed.reading
    kept = _of_input(reading.record, assessed.served, reading.patient, pseudonyms)
    row = kept | _of_answer(assessed.prediction, 0, why.reason if why else None)
    event: Event = "abstention" if why else "answer"
    return Kept(event, {"children": [row], **more}, assessed.served)


def _of_input(
    child: Child, served: Served, patient: str | None, pseudonyms: Pseudonymous | None
) -> dict[str, Any]:
    """Without a key there is no audit, and only the metrics will read what is kept."""
    if pseudonyms is None:
        return {}
    kept = {"fingerprint": pseudonyms.fingerprint(child), "bands": served.bands.of(child)}
    return kept if patient is None else kept | {"pseudonym": pseudonyms.of_patient(patient)}


def _of_answer(prediction: RiskPrediction | None, row: int, reason: str | None) -> dict[str, Any]:
    kept: dict[str, Any] = {"reason": reason} if reason else {}
    if prediction is None:
        return kept
    kept |= {"missing": prediction.missing[row], "warnings": len(prediction.warnings[row])}
    return kept if reason else kept | {"risks": _risks(prediction, row)}


def _risks(prediction: RiskPrediction, row: int) -> list[list[float]]:
    """One entry a time: days since the first infusion, risk and the ends of its interval."""
    columns = [prediction.days_since_first_infusion, prediction.risk[row]]
    if prediction.interval is not None:
        columns += [prediction.interval.low[row], prediction.interval.high[row]]
    return [list(each) for each in zip(*(column.tolist() for column in columns), strict=True)]
