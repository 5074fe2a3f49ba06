"""What is kept of an answer: who, which input and which answer, but no value of a child.

A child is a keyed hash, its record another. Of the values themselves only the band is kept in
which each lies among the training children, which is enough to see a population drift.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from lorpredict.survival import RiskPrediction

if TYPE_CHECKING:
    from lorpredict.features import Encoding, Feature
    from serving.assessing import Assessed
    from serving.audit import Event
    from serving.exchange import Exchange
    from serving.models import Served
    from serving.predictions import Told

# Fifths of a normal distribution: in training about as many children lie in each.
BAND_ENDS = (-0.8416, -0.2533, 0.2533, 0.8416)

Child = Mapping[str, Any]


class Pseudonymous(Protocol):
    """What turns a patient, or a record, into a keyed hash."""

    def of_patient(self, identifier: str) -> str: ...

    def fingerprint(self, record: Mapping[str, Any]) -> str: ...


@dataclass(frozen=True)
class Bands:
    """In which band of the training children each value of a record lies."""

    encoding: Encoding

    def of(self, child: Child) -> dict[str, int]:
        """Return predictor -> band; 0 to 4 for a number, the place of its level otherwise."""
        return {
            name: band
            for name, value in child.items()
            if (band := self._band(name, value)) is not None
        }

    def _band(self, name: str, value: Any) -> int | None:
        levels = self.encoding.seen.get(name)
        if levels is not None:
            return levels.index(value) if value in levels else len(levels)
        feature = self._numbers.get(name)
        if feature is None:
            return None
        if isinstance(value, bool):
            return int(value)
        told = math.log1p(value) if feature.transform == "log1p" else value
        return bisect(BAND_ENDS, (told - feature.center) / feature.scale)

    @cached_property
    def _numbers(self) -> dict[str, Feature]:
        return {each.predictor: each for each in self.encoding.features if each.kind == "number"}


def keep(
    exchange: Exchange,
    served: Served,
    told: Told[Any],
    patients: Iterable[str | None],
    pseudonyms: Pseudonymous | None,
) -> None:
    """Note in the exchange what is kept of an answer about some records."""
    event: Event = "abstention" if all(told.abstentions) else "answer"
    rows = []
    for row, (child, why, patient) in enumerate(
        zip(told.children, told.abstentions, patients, strict=True)
    ):
        kept = _of_input(child, served, patient, pseudonyms)
        rows.append(kept | _of_answer(told.prediction, row, why.reason if why else None))
    exchange.answered(event, {"children": rows}, served)


def keep_assessed(
    exchange: Exchange,
    assessed: Assessed,
    pseudonyms: Pseudonymous | None,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Note what is kept of an answer about what was read in FHIR."""
    why, reading = assessed.abstention, assessed.reading
    kept = _of_input(reading.record, assessed.served, reading.patient, pseudonyms)
    row = kept | _of_answer(assessed.prediction, 0, why.reason if why else None)
    event: Event = "abstention" if why else "answer"
    exchange.answered(event, {"children": [row], **more}, assessed.served)


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
