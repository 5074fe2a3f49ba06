"""Table 3: the Cox model of the four published terms, from the first infusion on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from lorpredict.study.published._children import Children, known_group, label_of, membership, paper
from lorpredict.study.published._comparisons import Pair
from lorpredict.study.published._lifelines import Effect, Rows, cox

INFINITE = "nobody of one group lost response: the ratio would be zero or infinite"
NO_MAXIMUM = "the terms separate the losses from the rest: the model has no estimate"


@dataclass(frozen=True)
class Term:
    """One term of Table 3.

    Parameters
    ----------
    key, label, group
        Column, its name, and the group whose hazard is compared with that of the rest.
    effect
        Coefficient, standard error and P; None where there is none.
    lost, not_lost
        Children of the model in the group and in the rest.
    reason
        Why there is no effect.
    """

    key: str
    label: str
    group: str
    effect: Effect | None = None
    lost: Pair | None = None
    not_lost: Pair | None = None
    reason: str = ""

    @property
    def cells(self) -> tuple[int, ...]:
        """Every count of children behind the term."""
        return (*(self.lost or ()), *(self.not_lost or ()))


@dataclass(frozen=True)
class TableThree:
    """The Cox model, and who is in it.

    Parameters
    ----------
    terms
        In the order of the paper.
    children, events
        In the model; None where they are hidden.
    left_out
        Children with a missing value, who lost response and who did not.
    reason
        Why there is no model.
    """

    terms: tuple[Term, ...]
    children: int | None = None
    events: int | None = None
    left_out: Pair | None = None
    reason: str = ""


def table_three(children: Children) -> TableThree:
    """Fit the published model; a term that cannot be estimated is left out, with the reason."""
    printed = paper()["cox"]
    held = {key: membership(children.table, key) for key in printed}
    reasons = {key: f"the cohort has no column {key}" for key, rows in held.items() if rows is None}
    usable = {key: rows for key, rows in held.items() if rows is not None}
    while usable:  # who is complete depends on which terms there are
        complete = _complete(usable)
        refused = _without_estimate(children, usable, complete)
        if not refused:
            break
        reasons |= dict.fromkeys(refused, INFINITE)
        usable = {key: rows for key, rows in usable.items() if key not in refused}
    if not usable:
        return TableThree(
            tuple(_term(key, reasons[key]) for key in printed), reason=_none(children)
        )
    return _fitted(children, usable, complete, reasons)


def _none(children: Children) -> str:
    return "no term can be estimated" if children.lost.any() else "no child lost response"


def _complete(held: dict[str, pd.Series]) -> Rows:
    known: Rows = pd.DataFrame(held).notna().all(axis=1).to_numpy(dtype=bool)
    return known


def _without_estimate(
    children: Children, held: dict[str, pd.Series], complete: Rows
) -> Sequence[str]:
    """Terms whose ratio would be zero or infinite."""
    lost = children.lost[complete]
    groups = {key: known_group(rows)[0][complete] for key, rows in held.items()}
    return [
        key
        for key, group in groups.items()
        if not (lost & group).any() or not (lost & ~group).any() or not lost.any()
    ]


def _fitted(
    children: Children, held: dict[str, pd.Series], complete: Rows, reasons: dict[str, str]
) -> TableThree:
    groups = {key: known_group(rows)[0][complete] for key, rows in held.items()}
    lost, days = children.lost[complete], children.days[complete]
    fit = cox(days, lost, pd.DataFrame(groups).astype(float))
    terms = []
    for key in paper()["cox"]:
        if key in reasons:
            terms.append(_term(key, reasons[key]))
            continue
        cells = _cells(groups[key], lost)
        effect = fit.effects[key] if fit else None
        terms.append(_term(key, "" if fit else NO_MAXIMUM, effect, *cells))
    out = ~complete
    return TableThree(
        tuple(terms),
        children=int(complete.sum()),
        events=int(lost.sum()),
        left_out=(int((out & children.lost).sum()), int((out & ~children.lost).sum())),
        reason="" if fit else NO_MAXIMUM,
    )


def _cells(group: Rows, lost: Rows) -> tuple[Pair, Pair]:
    def pair(rows: Rows) -> Pair:
        return int((group & rows).sum()), int((~group & rows).sum())

    return pair(lost), pair(~lost)


def _term(
    key: str,
    reason: str,
    effect: Effect | None = None,
    lost: Pair | None = None,
    not_lost: Pair | None = None,
) -> Term:
    group = paper()["cox"][key]["group"]
    return Term(key, label_of(key), group, effect, lost, not_lost, reason)
