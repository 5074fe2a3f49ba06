"""Whether a child is one whom the question is about: in response at the landmark.

The rules of Beijing 2025: response was reached, and has not been lost again. What is not
recorded is unknown, which is neither yes nor no.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lorpredict.clinical._activity import definition
from lorpredict.clinical._derived import Record, is_missing


@dataclass(frozen=True)
class EligibilityRules:
    """The named definitions by which response and its loss are judged.

    Parameters
    ----------
    response, remission, lor : names in ``activity.toml``
    """

    response: str
    remission: str
    lor: str

    def in_remission(self, record: Record) -> bool | None:
        """Whether the PCDAI at week 14 is that of remission; None where it is not recorded."""
        now: Any = record.get("pcdai_week14")
        if is_missing(now):
            return None
        return definition("remission", self.remission).holds(now)

    def already_lost(self, record: Record) -> bool | None:
        """Whether the PCDAI at week 14 is that of lost response; None where not recorded."""
        now: Any = record.get("pcdai_week14")
        return None if is_missing(now) else definition("lor", self.lor).holds(now)

    def has_responded(self, record: Record) -> bool | None:
        """Whether response was reached; remission is a response, however small the fall."""
        fell = self.fell_enough(record)
        return fell if fell is None else fell or bool(self.in_remission(record))

    def fell_enough(self, record: Record) -> bool | None:
        """Whether the PCDAI fell as the definition of response asks; None where not recorded."""
        now: Any = record.get("pcdai_week14")
        before: Any = record.get("pcdai_baseline")
        if is_missing(now) or is_missing(before):
            return None
        return definition("response", self.response).holds(now, before - now)

    def with_remission(self, record: Record) -> dict[str, Any]:
        """Return the record with remission filled in from the PCDAI, where it was not given."""
        remission = self.in_remission(record)
        if not is_missing(record.get("remission_week14")) or remission is None:
            return dict(record)
        return {**record, "remission_week14": remission}
