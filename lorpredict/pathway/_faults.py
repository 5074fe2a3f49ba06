"""What cannot be meant in a situation: every fault at once, each with the way out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lorpredict.clinical import Predictor, catalogue
from lorpredict.errors import Fault, RecordFaults, did_you_mean
from lorpredict.pathway._situation import SUBJECT, Situation

if TYPE_CHECKING:
    from lorpredict.pathway._table import Pathway

UNITS = ("ug/mL", "µg/mL", "mg/L", "ng/mL")
ANTIBODIES = ("negative", "none", "low", "high")
ANTIBODY_ASSAYS = ("drug_sensitive", "drug_tolerant")
_FLAGS = ("trough_below_loq", "escalation_failed", "steroids", "lost_response")
_LEVEL = "value_ug_ml"
_AGE_HINT = "The documents are on children, or do not say, so others are not asked about here"


def refuse_faults(situation: Situation, pathway: Pathway) -> None:
    """Refuse a situation that cannot be meant.

    Raises
    ------
    RecordFaults
        Naming all of its faults.
    """
    faults = [*_levels(situation), *_words(situation, pathway), *_course(situation)]
    if faults:
        raise RecordFaults(faults, subject=SUBJECT)


def factor_from(unit: str) -> float:
    """Factor that turns a level in a unit into µg/mL; the unit is known to be one."""
    return catalogue("levels")[_LEVEL].factor_from(unit)


def _levels(told: Situation) -> Iterator[Fault]:
    """What is wrong with trough, limit, titre and their units."""
    expected = f"expected one of {', '.join(UNITS)}"
    is_known = isinstance(told.trough_unit, str) and _is_unit(told.trough_unit)
    if told.trough_unit is not None and not is_known:
        yield Fault("trough_unit", expected, _near(told.trough_unit, UNITS),
                    value=repr(told.trough_unit))  # fmt: skip
    if told.trough_unit is None and (told.trough is not None or told.trough_loq is not None):
        yield Fault("trough_unit", f"missing, and a level has no meaning without it; {expected}",
                    "ug/mL and mg/L are the same")  # fmt: skip
    # Without a unit that is known only what no unit could mend is told.
    unit = told.trough_unit if is_known and told.trough_unit else "ug/mL"
    trough, limit = catalogue()["trough_week14_ug_ml"], catalogue("levels")["loq_ug_ml"]
    yield from _level("trough", told.trough, unit, trough, is_known=is_known)
    yield from _level("trough_loq", told.trough_loq, unit, limit, is_known=is_known)
    yield from _titre(told)


def _level(
    name: str, value: Any, unit: str, column: Predictor, *, is_known: bool
) -> Iterator[Fault]:
    if value is None:
        return
    if not _is_number(value) or value < 0:
        yield Fault(name, "expected a number, 0 or more", "Leave it out where it was not measured; "
                    "below the limit of quantification say so by trough_below_loq",
                    value=repr(value))  # fmt: skip
    elif is_known and not column.fits(value * factor_from(unit)):
        low, high = column.plausible or (0.0, math.inf)
        factor = factor_from(unit)
        fitting = [u for u in UNITS if column.fits(value * factor_from(u))]
        hint = f"Is it in {fitting[0]}?" if fitting else ""
        problem = f"expected {low / factor:g} to {high / factor:g} {unit} (house limit)"
        yield Fault(name, problem, hint, value=f"{value:g} {unit}")


def _titre(told: Situation) -> Iterator[Fault]:
    if told.titre is not None:
        if not _is_number(told.titre) or told.titre < 0:
            yield Fault("titre", "expected a number, 0 or more", "Leave it out where not measured",
                        value=repr(told.titre))  # fmt: skip
        if told.titre_unit is None:
            yield Fault("titre_unit", "missing, and a titre has no meaning without it",
                        "Write it as the laboratory does, such as AU/mL")  # fmt: skip
    unit: Any = told.titre_unit
    if unit is not None and not (isinstance(unit, str) and unit):
        yield Fault("titre_unit", "expected a text, as the laboratory writes it",
                    value=repr(told.titre_unit))  # fmt: skip


def _words(told: Situation, pathway: Pathway) -> Iterator[Fault]:
    """What is wrong with what is chosen from a list."""
    if told.trough_assay is not None and pathway.assay(told.trough_assay) is None:
        assays = [assay.label for assay in pathway.assays]
        yield Fault(
            "trough_assay",
            f"not an assay that is known; expected one of {', '.join(assays)}",
            f"{_near(told.trough_assay, assays)} Leave it out and give the limit of "
            "quantification, or name it in the site's pathway file".lstrip(),
            value=repr(told.trough_assay),
        )
    listed = {
        "antibodies": ANTIBODIES,
        "antibody_assay": ANTIBODY_ASSAYS,
        "immunomodulator": tuple(pathway.immunomodulators),
    }
    for name, known in listed.items():
        value = getattr(told, name)
        if value is not None and value not in known:
            yield Fault(name, f"expected one of {', '.join(known)}", _near(value, known),
                        value=repr(value))  # fmt: skip


def _course(told: Situation) -> Iterator[Fault]:
    """What is wrong with flags, counts, day and age."""
    for name in _FLAGS:
        value = getattr(told, name)
        if value is not None and not isinstance(value, bool):
            yield Fault(name, "expected true or false", value=repr(value))
    if told.lost_response is None:
        yield Fault("lost_response", "expected true or false", "Leave it out for a child in loss")
    if told.escalations is not None and not _is_count(told.escalations):
        yield Fault("escalations", "expected a whole number, 0 or more",
                    value=repr(told.escalations))  # fmt: skip
    for name, column, hint in (
        ("days_since_first_infusion", catalogue("levels")["day"], "Is it a date?"),
        ("age_years", catalogue()["age_years"], _AGE_HINT),
    ):
        value = getattr(told, name)
        if value is not None and not (_is_number(value) and _within(column, value)):
            expected = column.expected.split(" in steps")[0]
            problem = f"expected {expected} ({column.plausible_source})"
            yield Fault(name, problem, hint, value=repr(value))


def _within(column: Predictor, value: float) -> bool:
    low, high = column.plausible or (-math.inf, math.inf)
    return low <= value <= high


def _is_unit(unit: str) -> bool:
    try:
        factor_from(unit)
    except ValueError:
        return False
    return True


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _near(value: Any, known: Sequence[str]) -> str:
    return did_you_mean(value, known) if isinstance(value, str) else ""
