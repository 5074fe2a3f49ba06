"""The form about troughs, read as strictly as the API reads; every fault beside its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from serving.errors import InvalidRequest, RequestFault
from serving.trough import Asked
from serving.trough_answers import TroughAnswer
from serving.web._files import trough_texts
from serving.web._trough_body import Body, body_of
from serving.web._trough_form import TroughForm
from serving.web._trough_sheet import Sheet
from serving.web._typed import WHOLE, Typed


@dataclass(frozen=True)
class TroughRead:
    """A form that was read.

    Parameters
    ----------
    asked : the question as the API takes it; None where there are faults
    body : what it was made from
    faults : field -> what is wrong with it
    first_date : of the first infusion, where dates were typed
    """

    asked: Asked | None
    body: Body
    faults: Mapping[str, str]
    first_date: date | None

    def refused(self, error: InvalidRequest, form: TroughForm) -> TroughRead:
        """Return the form with what turned out to be wrong when it was asked."""
        told = _by_field(error.faults, self.body)
        return replace(self, asked=None, faults=_in_order(told, form))


def read_trough(typed: Typed, form: TroughForm) -> TroughRead:
    """Read a form, all faults of all fields at once."""
    sheet = Sheet.read(typed, form)
    body = body_of(sheet, form)
    asked, told = None, {}
    try:
        asked = Asked.of_content(body.content)
    except InvalidRequest as error:
        told = _by_field(error.faults, body)
    faults = _in_order(told | sheet.faults, form)
    return TroughRead(None if faults else asked, body, faults, sheet.first_date)


def answered(read: TroughRead, form: TroughForm) -> tuple[TroughRead, TroughAnswer | None]:
    """Compute what was asked for; there is no answer where that finds a fault."""
    if read.asked is None:
        return read, None
    try:
        return read, read.asked.answer()
    except InvalidRequest as error:
        return read.refused(error, form), None


def _by_field(faults: Iterable[RequestFault], body: Body) -> dict[str, str]:
    told: dict[str, str] = {}
    for fault in faults:
        words = f"{fault.problem}. {fault.hint}" if fault.hint else fault.problem
        told.setdefault(body.place(fault.pointer), _in_words(words))
    return told


def _in_words(told: str) -> str:
    """Call things what the page calls them."""
    for pattern, words in trough_texts()["words"].items():
        told = re.sub(pattern, words, told)
    return told


def _in_order(told: Mapping[str, str], form: TroughForm) -> dict[str, str]:
    return {key: told[key] for key in (*form.fields, WHOLE) if key in told}
