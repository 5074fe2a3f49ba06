"""What a situation says, as the table of decisions asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from lorpredict.clinical import catalogue
from lorpredict.pathway._faults import factor_from
from lorpredict.pathway._situation import Situation

if TYPE_CHECKING:
    from lorpredict.pathway._table import Pathway

UNKNOWN = "unknown"
# House limit: below the limits of the assays that we know, infliximab counts as not there.
_UNDETECTABLE_UG_ML = 1.0
Axis = Literal["situation", "trough", "antibodies", "escalation"]
AXES: dict[Axis, tuple[str, ...]] = {
    "situation": ("lost_response", "in_response"),
    "trough": ("below", "within", "above", UNKNOWN),
    "antibodies": ("negative", "low", "high", UNKNOWN),
    "escalation": ("not_failed", "failed", UNKNOWN),
}


@dataclass(frozen=True)
class Trough:
    """The trough as far as it is known.

    Parameters
    ----------
    band : below, within, above the window, or unknown
    ug_ml : where it was measured
    below_ug_ml : the limit below which it lies, where only that is known
    """

    band: str = UNKNOWN
    ug_ml: float | None = None
    below_ug_ml: float | None = None

    def __str__(self) -> str:
        if self.ug_ml is not None:
            return f"{self.ug_ml:.4g} µg/mL"
        if self.below_ug_ml is not None:
            return f"below {self.below_ug_ml:.4g} µg/mL, the limit of quantification"
        return "not known"


@dataclass
class Found:
    """One combination of the table, and what was noted on the way to it.

    Parameters
    ----------
    contradictions : what cannot be true together
    needed : what would decide it
    missing : what was not told and might matter
    remarks : what has to be said beside the answer
    """

    trough: Trough
    antibodies: str = UNKNOWN
    escalation: str = UNKNOWN
    situation: str = "lost_response"
    contradictions: list[str] = field(default_factory=list)
    needed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def place(self) -> tuple[str, str, str, str]:
        """The combination, in the order of the axes."""
        return self.situation, self.trough.band, self.antibodies, self.escalation


def found_in(told: Situation, pathway: Pathway) -> Found:
    """Read a situation that has no faults."""
    found = Found(Trough(), situation="lost_response" if told.lost_response else "in_response")
    found.trough = _trough(told, pathway, found)
    found.antibodies = _antibodies(told, pathway, found)
    found.escalation = _escalation(told, found)
    _day(told, found)
    found.missing += _not_told(told)
    return found


# ---- trough --------------------------------------------------------------------------------------


def _trough(told: Situation, pathway: Pathway, found: Found) -> Trough:
    factor = factor_from(told.trough_unit) if told.trough_unit else 1.0
    value = None if told.trough is None else told.trough * factor
    limit = _limit(told, pathway, factor, found)
    contradiction = _contradiction(value, limit, told.trough_below_loq)
    if contradiction:
        found.contradictions.append(contradiction)
        found.needed.append("which of the two holds: the value, or what is said of the limit")
        return Trough()
    if told.trough_below_loq or (value is not None and limit is not None and value < limit):
        return _below(limit, pathway, found)
    if value is None:
        return Trough()
    return Trough(pathway.band(value), ug_ml=value)


def _contradiction(value: float | None, limit: float | None, is_below: bool | None) -> str:
    if value is None or is_below is None:
        return ""
    if is_below and (limit is None or value >= limit):
        told = "is given" if limit is None else "at or above that limit is given"
        return f"The trough is said to be below the limit of quantification, and a value {told}."
    if is_below is False and limit is not None and value < limit:
        return "The trough is said not to be below the limit of quantification, and its value is."
    return ""


def _limit(told: Situation, pathway: Pathway, factor: float, found: Found) -> float | None:
    """Return the limit of quantification in µg/mL: that which is told, or the assay's."""
    if told.trough_loq is not None:
        return told.trough_loq * factor
    assay = pathway.assay(told.trough_assay) if told.trough_assay else None
    if assay is None or not told.trough_below_loq:
        return None
    found.remarks.append(
        f"No limit of quantification was told; that of {assay.label} is taken, "
        f"{assay.loq_ug_ml:g} µg/mL ({assay.source})."
    )
    return assay.loq_ug_ml


def _below(limit: float | None, pathway: Pathway, found: Found) -> Trough:
    """Whatever is below a limit within the window may be below it or within."""
    low = pathway.window_low_ug_ml
    if limit is None:
        found.needed.append(
            "the limit of quantification, or the assay: below it may still be within the window"
        )
        return Trough()
    if limit > low:
        found.needed.append(
            f"the trough by an assay that measures down to {low:g} µg/mL: below {limit:g} µg/mL "
            "it may be below the window or within it"
        )
        return Trough(below_ug_ml=limit)
    return Trough("below", below_ug_ml=limit)


# ---- antibodies ----------------------------------------------------------------------------------


def _antibodies(told: Situation, pathway: Pathway, found: Found) -> str:
    named = "negative" if told.antibodies == "none" else told.antibodies
    by_titre = None
    if told.titre is not None and told.titre_unit is not None:
        by_titre = pathway.antibodies.of_titre(told.titre, told.titre_unit)
    if _contradict(named, by_titre, told.titre):
        found.contradictions.append(
            f"Antibodies are said to be {named}, and the titre "
            + (f"is {by_titre} by the laboratory's classes." if by_titre else
               "does not say so by itself.")
        )  # fmt: skip
        found.needed.append(
            "which of the two holds, class or titre; the laboratory's limits of its classes, in "
            "the site's pathway file"
        )
        return UNKNOWN
    known = named or by_titre
    if known is None and told.titre is not None:
        found.needed.append(
            "the laboratory's class of this titre (negative, low, high): titres of different "
            "assays do not compare, and no limits are known for this unit"
        )
    return _unless_hidden(known, told, found)


def _contradict(named: str | None, by_titre: str | None, titre: float | None) -> bool:
    """Whether class and titre cannot both be; without limits only 0 and more than 0 are clear."""
    if named is None or titre is None:
        return False
    if by_titre is not None:
        return named != by_titre
    return (named == "negative") != (titre == 0)


def _unless_hidden(known: str | None, told: Situation, found: Found) -> str:
    """Do not believe a drug-sensitive assay that finds none while the drug is there."""
    limit = found.trough.below_ug_ml
    is_there = limit is None or limit > _UNDETECTABLE_UG_ML
    if known == "negative" and told.antibody_assay == "drug_sensitive" and is_there:
        found.remarks.append(
            "A drug-sensitive assay finds no antibodies while infliximab is in the blood, so its "
            "negative result does not exclude them."
        )
        found.needed.append("antibodies by a drug-tolerant assay")
        return UNKNOWN
    return known or UNKNOWN


# ---- escalation, day, and what was not told ------------------------------------------------------


def _escalation(told: Situation, found: Found) -> str:
    if told.escalation_failed and told.escalations == 0:
        found.contradictions.append("An escalation is said to have failed, and none is recorded.")
        found.needed.append("whether infliximab was intensified before, and what came of it")
        return UNKNOWN
    if told.escalation_failed:
        return "failed"
    if told.escalation_failed is False or told.escalations == 0:
        return "not_failed"
    return UNKNOWN


def _day(told: Situation, found: Found) -> None:
    low, _ = catalogue()["landmark_day"].plausible or (0.0, 0.0)
    day = told.days_since_first_infusion
    if told.lost_response and day is not None and day < low:
        found.contradictions.append(
            f"A loss of response is told for a day before day {low:g}, the earliest week 14; what "
            "is not there by then is no response, and the documents do not cover that."
        )
        found.needed.append("the day of the loss, in days since the first infusion")


def _not_told(told: Situation) -> Iterator[str]:
    if told.trough is None and not told.trough_below_loq:
        yield "the trough, with its unit"
    elif told.trough_assay is None:
        yield "the assay of the trough"
    if told.antibodies is None and told.titre is None:
        yield "antibodies against infliximab"
    elif told.antibody_assay is None:
        yield "whether the assay of the antibodies is drug-tolerant or drug-sensitive"
    if told.escalation_failed is None and told.escalations != 0:
        yield "whether infliximab was intensified before, and whether that failed"
    if told.immunomodulator is None:
        yield "whether an immunomodulator is taken"
    if told.steroids is None:
        yield "whether steroids are taken"
    if told.days_since_first_infusion is None and told.lost_response:
        yield "when the response was lost"
    if told.age_years is None:
        yield "the age"
