"""The Paris classification of a child's Crohn's disease: age, location, behaviour, growth.

What is not known is told as x and never guessed: ``A1b Lx B1px G0`` is a child of 10 to 16 whose
location was not classified and who was not examined for perianal disease.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Self

from lorpredict.clinical._bands import Bands
from lorpredict.clinical._catalogue import catalogue
from lorpredict.clinical._derived import Record, is_missing
from lorpredict.errors import Fault, RecordFaults

_COLUMNS = ("location", "upper_gi", "behaviour", "perianal", "growth_delay")
_OLDEST = 120


@dataclass(frozen=True)
class ParisClassification:
    """One child's classes; None where a part is not known. Read aloud by ``str``.

    Parameters
    ----------
    age
        A1a below 10 years, A1b below 17, A2 to 40, A3 above.
    location
        L1 ileal, L2 colonic, L3 ileocolonic, or ``none`` for the upper tract alone.
    upper_gi
        L4a, L4b, L4ab or ``none``, beside the location or alone.
    behaviour
        B1, B2, B3 or B2B3.
    perianal
        Perianal fistula, ulcer or abscess: p.
    growth
        G0, or G1 for growth delay.

    Notes
    -----
    The classification asks for the age at diagnosis, and for growth delay at any time; a record
    holds the age at onset, and growth delay when infliximab began.

    References
    ----------
    Levine A et al. Pediatric modification of the Montreal classification for inflammatory bowel
    disease: the Paris classification. Inflamm Bowel Dis 2011;17:1314-1321.

    Examples
    --------
    >>> str(ParisClassification("A1b", "L3", "L4a", "B1", True, "G0"))
    'A1b L3+L4a B1p G0'
    >>> str(ParisClassification("A1a", "none", "L4ab", "B2B3", False))
    'A1a L4ab B2B3 Gx'
    """

    age: str | None = None
    location: str | None = None
    upper_gi: str | None = None
    behaviour: str | None = None
    perianal: bool | None = None
    growth: str | None = None

    @classmethod
    def of(cls, record: Record) -> Self:
        """Classify one record of the cohort table.

        Parameters
        ----------
        record
            Holds ``onset_age_years``, ``location``, ``upper_gi``, ``behaviour``, ``perianal`` and
            ``growth_delay``, or lacks some of them.

        Raises
        ------
        RecordFaults
            For every value that the columns do not know, all at once.
        """
        age = _value(record, "onset_age_years")
        known = {key: _value(record, key) for key in _COLUMNS}
        given = [catalogue()[key].fault(value) for key, value in known.items() if value is not None]
        faults = [fault for fault in [_age_fault(age), *given] if fault is not None]
        if faults:
            raise RecordFaults(faults, subject="the Paris classification")
        delayed = known.pop("growth_delay")
        growth = None if delayed is None else ("G1" if delayed else "G0")
        return cls(age=None if age is None else _age_classes()(age), growth=growth, **known)

    def __str__(self) -> str:
        behaviour = (self.behaviour or "Bx") + {None: "px", True: "p", False: ""}[self.perianal]
        return f"{self.age or 'Ax'} {self._place} {behaviour} {self.growth or 'Gx'}"

    @property
    def _place(self) -> str:
        """Location and upper tract; no disease in either place is no class, and told as Lx."""
        location = self.location or "Lx"
        upper = self.upper_gi or "L4x"
        return "+".join(part for part in (location, upper) if part != "none") or "Lx"


def _value(record: Record, key: str) -> Any:
    return None if is_missing(record.get(key)) else record[key]


def _age_fault(age: Any) -> Fault | None:
    """Adults have a class too, so that the catalogue's limit for children does not count here."""
    is_number = isinstance(age, int | float) and not isinstance(age, bool)
    if age is None or (is_number and 0 <= age <= _OLDEST):
        return None
    told = f"{age:g} years" if is_number else repr(age)
    return Fault("onset_age_years", f"expected 0 to {_OLDEST} years", value=told)


@cache
def _age_classes() -> Bands[str]:
    text = files("lorpredict.clinical").joinpath("paris.toml").read_text("utf-8")
    return Bands.from_toml(tomllib.loads(text)["age_years"], "class")
