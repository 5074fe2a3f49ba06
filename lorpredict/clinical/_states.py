"""Response, remission and loss of response of one child at week 14, under every named definition.

Definitions can contradict one another: a child who starts at 20 and stands at 7.5 is in remission
after a fall that also reads as primary non-response. Nothing is hidden: each state says whether
its rule holds, and `overruled_by` names the notion that goes first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from lorpredict.clinical._activity import (
    ActivityDefinition,
    activity_content,
    definitions,
    notions,
)
from lorpredict.clinical._derived import Record, is_missing


@dataclass(frozen=True)
class ActivityState:
    """Whether one named definition holds for one child at week 14.

    Parameters
    ----------
    notion, name, version
        Of the definition, for example ``remission``, ``beijing-2025``, 1.
    holds
        Whether its rule holds as it is written; None where an index that it needs was not recorded.
    overruled_by
        The notion that goes first where both hold; empty if none does. A primary non-response
        that remission overrules is no primary non-response: the child counts as a responder.
    """

    notion: str
    name: str
    version: int
    holds: bool | None
    overruled_by: str = ""

    @property
    def counts(self) -> bool | None:
        """Whether the child counts as such a one: the rule holds, and none goes before it."""
        return self.holds if not self.overruled_by else False


def activity_states(record: Record) -> tuple[ActivityState, ...]:
    """Judge one child at week 14 by every definition of ``activity.toml``.

    Parameters
    ----------
    record
        Holds ``pcdai_week14`` and ``pcdai_baseline``, or lacks them. A definition that asks for a
        fall needs both; where one is missing it is neither true nor false.

    Returns
    -------
    tuple of ActivityState
        In the order of the file; ``pandas.DataFrame(activity_states(record))`` is the table.
        Loss of response here means already at week 14, which is no later event.
        One definition goes before another where both have the same name (and so the same source).

    Examples
    --------
    >>> states = activity_states({"pcdai_baseline": 20.0, "pcdai_week14": 7.5})
    >>> [state.notion for state in states if state.name == "beijing-2025" and state.holds]
    ['remission', 'primary_non_response']
    >>> [state.notion for state in states if state.overruled_by == "remission"]
    ['primary_non_response']
    """
    judged = [
        ActivityState(each.notion, each.name, each.version, _holds(each, record))
        for notion in notions()
        for each in definitions(notion)
    ]
    return tuple(replace(each, overruled_by=_first_before(each, judged)) for each in judged)


def _holds(rule: ActivityDefinition, record: Record) -> bool | None:
    now: Any = record.get(f"{rule.index}_week14")
    before: Any = record.get(f"{rule.index}_baseline")
    if is_missing(now) or (rule.needs_fall and is_missing(before)):
        return None
    return rule.holds(now, before - now) if rule.needs_fall else rule.holds(now)


def _first_before(state: ActivityState, judged: list[ActivityState]) -> str:
    """Name the notion that goes before a state that holds."""
    holding = {each.notion for each in judged if each.holds and each.name == state.name}
    rules = activity_content()["precedence"].values()
    first = [rule["first"] for rule in rules if rule["second"] == state.notion]
    return next((notion for notion in first if state.holds and notion in holding), "")
