"""One child's situation: what is known at loss of response, as it was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from lorpredict.errors import Fault, RecordFaults, did_you_mean

SUBJECT = "the situation"


@dataclass(frozen=True)
class Situation:
    """What is known of one child; all of it may be left out.

    Parameters
    ----------
    trough
        Infliximab just before an infusion, in ``trough_unit``.
    trough_unit
        Of the trough and its limit: ``ug/mL``, ``mg/L`` (which are the same) or ``ng/mL``.
    trough_below_loq
        Whether the laboratory could only say that the trough is below ``trough_loq``.
    trough_loq
        The smallest level that the assay can measure, in ``trough_unit``.
    trough_assay
        How the trough was measured; gives the limit where none is told.
    antibodies
        By the laboratory's class: ``negative`` (or ``none``), ``low`` or ``high``.
    titre, titre_unit
        Of the antibodies, and its unit exactly as the laboratory writes it.
    antibody_assay
        ``drug_tolerant``, or ``drug_sensitive``: one that finds none while the drug is there.
    days_since_first_infusion
        When the response was lost, or when the question is asked.
    escalations
        How often infliximab was intensified before.
    escalation_failed
        Whether one of these escalations failed.
    immunomodulator
        Given beside infliximab: ``none``, ``azathioprine``, ``mercaptopurine``, ``methotrexate``
        or ``other``.
    steroids
        Whether steroids are given.
    age_years
        Age of the child.
    lost_response
        Whether the response is lost; otherwise the child is in response.

    Examples
    --------
    >>> Situation(trough=1.2, trough_unit="mg/L", antibodies="high").antibodies
    'high'
    """

    trough: float | None = None
    trough_unit: str | None = None
    trough_below_loq: bool | None = None
    trough_loq: float | None = None
    trough_assay: str | None = None
    antibodies: str | None = None
    titre: float | None = None
    titre_unit: str | None = None
    antibody_assay: str | None = None
    days_since_first_infusion: float | None = None
    escalations: int | None = None
    escalation_failed: bool | None = None
    immunomodulator: str | None = None
    steroids: bool | None = None
    age_years: float | None = None
    lost_response: bool = True

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Build it from a mapping of names to values.

        Raises
        ------
        RecordFaults
            Naming every name that is not known; the values are looked at when it is answered.
        """
        known = [each.name for each in fields(cls)]
        faults = [
            Fault(name, "no such field", did_you_mean(name, known) or f"Known: {', '.join(known)}")
            for name in record
            if name not in known
        ]
        if faults:
            raise RecordFaults(faults, subject=SUBJECT)
        return cls(**record)
