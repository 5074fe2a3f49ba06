"""What a site may choose: windows, and codes of its own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lorpredict.errors import did_you_mean
from lorpredict.fhir._code_book import CodeBook, codes_that_can_be_given
from lorpredict.fhir._knowledge import knowledge
from lorpredict.fhir._refusals import UnusableRules
from lorpredict.fhir._site import Antibodies, antibody_faults, code_faults, unit_faults

_TABLES = ("name", "settings", "codes", "antibodies", "units")
Coded = tuple[str, str]


@dataclass(frozen=True)
class FhirRules:
    """How FHIR resources become a record: windows in days, and the codes of a site.

    Parameters
    ----------
    baseline_days_before, baseline_days_after
        Window around the first infusion for what is known then.
    earlier_order_days
        How long before the first recorded infusion an order may begin without a warning.
    trough_days_before
        Window before the fourth infusion for its trough.
    week14_days_before
        Window before the landmark for other values of week 14.
    answer_days_after_landmark
        How long after the landmark the question is still answered.
    oldest_age_years
        Age at the first infusion up to which a patient counts as a child.
    absent_medication_means_none
        Whether a drug that is not found was not taken; otherwise it is unknown.
    active_condition_statuses
        Values of ``Condition.clinicalStatus`` that count as active.
    codes
        Column, ``pcdai``, ``antibodies``, ``perianal`` or concept -> a site's own codes, each a
        pair of system and code.
    antibodies
        How a site's laboratory classes antibodies.
    units
        A site's way to write a unit -> the unit of the catalogue.
    """

    baseline_days_before: int
    baseline_days_after: int
    earlier_order_days: int
    trough_days_before: int
    week14_days_before: int
    answer_days_after_landmark: int
    oldest_age_years: int
    absent_medication_means_none: bool
    active_condition_statuses: tuple[str, ...]
    codes: Mapping[str, tuple[Coded, ...]] = field(default_factory=dict)
    antibodies: Antibodies = field(default_factory=Antibodies)
    units: Mapping[str, str] = field(default_factory=dict)
    name: str = "lorpredict"

    @classmethod
    def default(cls) -> FhirRules:
        """Return the rules that ship with lorpredict."""
        return _default()

    @classmethod
    def read(cls, path: str | Path) -> FhirRules:
        """Read a site's rules: ours, with what the site says otherwise.

        Parameters
        ----------
        path
            A TOML file with the tables ``settings``, ``codes``, ``antibodies`` and ``units``, each
            of which may be left out.

        Raises
        ------
        UnusableRules
            Naming all faults at once.
        """
        file = Path(path)
        try:
            content = tomllib.loads(file.read_text("utf-8"))
        except OSError as error:
            raise UnusableRules(f"no rules at {file}; expected a TOML file") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UnusableRules(f"the rules {file.name} are not TOML: {error}") from error
        return cls.from_toml(content, name=file.name)

    @classmethod
    def from_toml(cls, content: Mapping[str, Any], *, name: str = "a site's rules") -> FhirRules:
        """Build the rules from what a site's TOML file holds; raises as :meth:`read`."""
        faults = list(_faults(content))
        if faults:
            told = "\n".join(f"  {fault}" for fault in faults)
            raise UnusableRules(f"the rules {name!r}:\n{told}")
        return replace(
            _default(),
            **_frozen(content.get("settings", {})),
            codes=_coded(content.get("codes", {})),
            antibodies=Antibodies.from_toml(content.get("antibodies", {})),
            units=MappingProxyType(dict(content.get("units", {}))),
            name=content.get("name", name),
        )

    @cached_property
    def book(self) -> CodeBook:
        """What every code means under these rules."""
        return CodeBook.of(self.codes, self.units)

    def described(self) -> Iterator[tuple[str, Any, str]]:
        """Yield name, value and meaning of every setting."""
        for name, entry in knowledge()["settings"].items():
            yield name, getattr(self, name), entry["meaning"]

    def __reduce__(self) -> Any:
        """Travel to another process as plain values."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        plain["codes"], plain["units"] = dict(self.codes), dict(self.units)
        return _rebuilt, (type(self), plain)


def _rebuilt(made: type[FhirRules], plain: dict[str, Any]) -> FhirRules:
    return made(**plain)


@cache
def _default() -> FhirRules:
    settings = {name: each["value"] for name, each in knowledge()["settings"].items()}
    return FhirRules(**_frozen(settings))


def _frozen(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}


def _coded(codes: Mapping[str, Any]) -> Mapping[str, tuple[Coded, ...]]:
    return MappingProxyType(
        {name: tuple((c["system"], c["code"]) for c in listed) for name, listed in codes.items()}
    )


def _faults(content: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown("table", content, _TABLES)
    misshapen = [name for name in _TABLES[1:] if not isinstance(content.get(name, {}), dict)]
    for name in misshapen:
        yield f"{name} is no table; expected [{name}]"
    whole = {name: {} if name in misshapen else content.get(name, {}) for name in _TABLES[1:]}
    yield from _setting_faults(whole["settings"])
    yield from _unknown("name of codes", whole["codes"], codes_that_can_be_given())
    yield from code_faults(whole["codes"])
    yield from antibody_faults(whole["antibodies"])
    yield from unit_faults(whole["units"])


def _setting_faults(given: Mapping[str, Any]) -> Iterator[str]:
    known = knowledge()["settings"]
    yield from _unknown("setting", given, list(known))
    for name in given.keys() & known.keys():
        value, usual = given[name], known[name]["value"]
        if isinstance(usual, bool) or isinstance(value, bool):
            if type(value) is not type(usual):
                yield f"settings.{name} is {value!r}; expected {_expected(usual)}"
        elif isinstance(usual, int):
            if not isinstance(value, int) or not 0 <= value <= 365:
                yield f"settings.{name} is {value!r}; expected {_expected(usual)}"
        elif not (isinstance(value, list) and value and all(isinstance(v, str) for v in value)):
            yield f"settings.{name} is {value!r}; expected {_expected(usual)}"


def _expected(usual: Any) -> str:
    if isinstance(usual, bool):
        return "true or false"
    return "a whole number, 0 to 365" if isinstance(usual, int) else "a list of texts"


def _unknown(noun: str, given: Mapping[str, Any], known: Any) -> Iterator[str]:
    for name in given:
        if name not in known:
            yield f"unknown {noun} {name!r}. {did_you_mean(name, list(known))}".rstrip()
