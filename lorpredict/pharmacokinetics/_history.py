"""What one child was given, and what moves how it handles infliximab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Self

from lorpredict.clinical import catalogue
from lorpredict.errors import Fault, FaultsFound, counted
from lorpredict.pharmacokinetics._changing import Changing, plain
from lorpredict.pharmacokinetics._history_faults import (
    faults_of_albumin,
    faults_of_course,
    faults_of_doses,
    faults_of_infusions,
    faults_of_onset,
    judged_by,
    no_boolean,
)

_SUBJECT = "the dose history"
_UNKNOWN_ONSET = (
    "When the antibodies appeared is not known. They are counted from the first infusion on, which "
    "gives the lowest levels; those without any antibodies are told beside."
)
_WEEK = 7.0  # house limit: weeks 0, 2 and 6 typed as days lie nearer together
_WEEKS_AS_DAYS = (
    "Infusions closer together than a week: were weeks meant? Days count from the first infusion, "
    "so that weeks 0, 2 and 6 are days 0, 14 and 42."
)


@dataclass(frozen=True)
class DoseHistory:
    """Infusions of one child, given or planned, and its covariates; made by :meth:`of`.

    Parameters
    ----------
    infusion_days
        Days since the first infusion, which is day 0; ascending.
    doses_mg, hours
        Each infusion's dose in all, and how long it ran.
    weight_kg, albumin_g_l, immunomodulator
        Over time: each value holds from its day on, the first one before it too.
    antibodies_from_day
        From when the child had antibodies against infliximab; None without any.
    antibodies_onset_known
        Whether that day was given.
    warnings
        What was assumed, and what is strange about the days.
    """

    infusion_days: tuple[float, ...]
    doses_mg: tuple[float, ...]
    hours: tuple[float, ...]
    weight_kg: Changing
    albumin_g_l: Changing
    immunomodulator: Changing
    antibodies_from_day: float | None = None
    antibodies_onset_known: bool = True
    warnings: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(
        cls,
        *,
        infusion_days: Sequence[float],
        weight_kg: float | Sequence[tuple[float, float]],
        doses_mg: float | Sequence[float] | None = None,
        doses_mg_kg: float | Sequence[float] | None = None,
        albumin_g_l: float | Sequence[tuple[float, float]] | None = None,
        albumin_g_dl: float | Sequence[tuple[float, float]] | None = None,
        hours: float | Sequence[float] = 2.0,
        antibodies: bool | None = None,
        antibodies_from_day: float | None = None,
        immunomodulator: bool | Sequence[tuple[float, bool]] = False,
        age_years: float | None = None,
    ) -> Self:
        """Check a history as it is known, all faults at once.

        Parameters
        ----------
        infusion_days
            Days since the first infusion, which is day 0; planned ones may follow.
        weight_kg, albumin_g_l, albumin_g_dl
            One value, or pairs of a day and the value measured then, which holds from that day
            on; the first one holds before its day too. Albumin in one of the two units.
        doses_mg, doses_mg_kg
            One dose for all infusions or one each, in all or for each kilogram of the weight
            that holds on the day.
        hours
            How long the infusions ran.
        antibodies
            Whether antibodies against infliximab were found; None where nothing is said of it,
            which counts as none unless their onset is given.
        antibodies_from_day
            Since when; without it the onset is unknown, and they are counted from the start.
        immunomodulator
            Whether one is taken, or pairs of a day and whether it is from then on.
        age_years
            Checked only: no model knows it.

        Raises
        ------
        FaultsFound
            Naming each: infusions out of order, a dose in the other unit, albumin in the other
            unit, a weight or an age outside the catalogue's range.

        Examples
        --------
        >>> DoseHistory.of(
        ...     infusion_days=[0, 14, 42, 98],
        ...     doses_mg_kg=5,
        ...     weight_kg=[(0, 40.0), (90, 43.0)],
        ...     albumin_g_l=38,
        ... ).doses_mg
        (200.0, 200.0, 200.0, 215.0)
        """
        given = {
            "infusion_days": infusion_days,
            "weight_kg": weight_kg,
            "doses_mg": doses_mg,
            "doses_mg_kg": doses_mg_kg,
            "albumin_g_l": albumin_g_l,
            "albumin_g_dl": albumin_g_dl,
            "hours": hours,
            "antibodies": antibodies_from_day is not None if antibodies is None else antibodies,
            "antibodies_from_day": antibodies_from_day,
            "immunomodulator": immunomodulator,
            "age_years": age_years,
        }
        return cls._checked({name: plain(value) for name, value in given.items()})

    @classmethod
    def _checked(cls, given: Mapping[str, Any]) -> Self:
        days = given["infusion_days"]
        each = {
            name: _one_each(given[name], len(days)) for name in ("doses_mg", "doses_mg_kg", "hours")
        }
        weighed = list(faults_of_course("weight_kg", given["weight_kg"], judged_by("weight_kg")))
        weight = None if weighed else Changing.of(given["weight_kg"])
        faults = [
            *faults_of_infusions(days, each["hours"]),
            *weighed,
            *faults_of_doses({**given, **each}, days, weight),
            *faults_of_albumin(given),
            *faults_of_course("immunomodulator", given["immunomodulator"], no_boolean),
            *faults_of_course("antibodies", given["antibodies"], no_boolean),
            *_faults_of_age(given["age_years"]),
            *faults_of_onset(given["antibodies"], given["antibodies_from_day"]),
        ]
        if faults or weight is None:
            raise FaultsFound(faults, subject=_SUBJECT)
        return cls(
            infusion_days=tuple(map(float, days)),
            doses_mg=_in_mg(each, days, weight),
            hours=tuple(map(float, each["hours"])),
            weight_kg=weight,
            albumin_g_l=_in_g_l(given),
            immunomodulator=Changing.of(given["immunomodulator"]),
            **_antibodies(given),
        )._with_strange_days()

    def followed_by(
        self, infusion_days: Sequence[float], doses_mg: Sequence[float], *, hours: float = 2.0
    ) -> DoseHistory:
        """Return this history with infusions that are planned after its last one.

        Raises
        ------
        FaultsFound
            If a planned infusion is not after the one before, or its dose is none of this child.
        """
        days = [*self.infusion_days, *infusion_days]
        lengths = [*self.hours, *[hours] * len(infusion_days)]
        planned = {"doses_mg": [*self.doses_mg, *doses_mg]}
        faults = [
            *faults_of_infusions(days, lengths),
            *faults_of_doses(planned, days, self.weight_kg),
        ]
        if faults:
            raise FaultsFound(faults, subject="the planned infusions")
        return replace(
            self,
            infusion_days=tuple(map(float, days)),
            doses_mg=tuple(map(float, planned["doses_mg"])),
            hours=tuple(map(float, lengths)),
        )._with_strange_days()

    def _with_strange_days(self) -> Self:
        if all(day - before >= _WEEK for before, day in pairwise(self.infusion_days)):
            return self
        return replace(self, warnings=tuple(dict.fromkeys((*self.warnings, _WEEKS_AS_DAYS))))

    def covariates_on(self, day: float) -> tuple[float, float, bool, bool]:
        """Return weight, albumin, antibodies and immunomodulator as they hold on a day."""
        present = self.antibodies_from_day is not None and day >= self.antibodies_from_day
        weight, albumin = self.weight_kg.on(day), self.albumin_g_l.on(day)
        return weight, albumin, present, self.immunomodulator.on(day)

    @property
    def changes(self) -> tuple[float, ...]:
        """The days from which a covariate may be another one."""
        onset = () if self.antibodies_from_day is None else (self.antibodies_from_day,)
        courses = (self.weight_kg, self.albumin_g_l, self.immunomodulator)
        return (*(day for course in courses for day in course.days[1:]), *onset)

    @property
    def without_antibodies(self) -> DoseHistory:
        """The same child as if it had none, where their onset is not known."""
        return replace(self, antibodies_from_day=None, antibodies_onset_known=True, warnings=())

    def __repr__(self) -> str:
        given = counted(len(self.infusion_days), "infusion")
        return f"DoseHistory({given}, {sum(self.doses_mg):g} mg)"


def _one_each(given: Any, infusions: int) -> Any:
    if given is None or isinstance(given, Sequence):
        return given
    return [given] * infusions


def _in_mg(each: Mapping[str, Any], days: Sequence[float], weight: Changing) -> tuple[float, ...]:
    if each["doses_mg"] is not None:
        return tuple(map(float, each["doses_mg"]))
    return tuple(
        float(dose * weight.on(day)) for day, dose in zip(days, each["doses_mg_kg"], strict=True)
    )


def _in_g_l(given: Mapping[str, Any]) -> Changing:
    if given["albumin_g_l"] is not None:
        return Changing.of(given["albumin_g_l"])
    course = Changing.of(given["albumin_g_dl"])
    factor = catalogue()["albumin_g_l"].factor_from("g/dL")
    return Changing(course.days, tuple(factor * value for value in course.values))


def _antibodies(given: Mapping[str, Any]) -> dict[str, Any]:
    if not given["antibodies"]:
        return {}
    onset = given["antibodies_from_day"]
    if onset is not None:
        return {"antibodies_from_day": float(onset)}
    return {
        "antibodies_from_day": 0.0,
        "antibodies_onset_known": False,
        "warnings": (_UNKNOWN_ONSET,),
    }


def _faults_of_age(age: Any) -> list[Fault]:
    fault = None if age is None else catalogue()["age_years"].fault(age)
    hint = "This is for children; an age in months is divided by 12"
    return [] if fault is None else [replace(fault, hint=hint)]
