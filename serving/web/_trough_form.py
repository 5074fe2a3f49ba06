"""The form about troughs: single fields, and rows of infusions and of levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from lorpredict.clinical import assays, catalogue, trough_thresholds
from lorpredict.pharmacokinetics import usual_candidates
from serving.web._files import texts, trough_texts
from serving.web._form import Choice


class TroughField(NamedTuple):
    """One field of the form.

    Parameters
    ----------
    key : its name in the form
    kind : moment, number, count, numbers, level, flag or choice
    label, hint : for people
    choices : what may be chosen; the first is chosen where there is no ``unset``
    unset : what a choice says before one is made
    bounds : lowest and highest value that will not be refused, where they are told at once
    unit : of a number, where it has no other
    """

    key: str
    kind: str
    label: str
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    unset: str = ""
    bounds: tuple[float, float] | None = None
    unit: str = ""


@dataclass(frozen=True)
class Rows:
    """Rows of the same fields.

    Parameters
    ----------
    name : what a row is
    head : labels of the columns
    rows : the fields of each row, by column
    titles : of each row
    shown : how many are not folded away
    """

    name: str
    head: tuple[str, ...]
    rows: tuple[dict[str, TroughField], ...]
    titles: tuple[str, ...]
    shown: int


@dataclass(frozen=True)
class Group:
    """Fields that stand together: single ones, rows, and those that are folded away."""

    title: str
    hint: str
    fields: tuple[TroughField, ...]
    rows: Rows | None
    more: tuple[TroughField, ...]


@dataclass(frozen=True)
class TroughForm:
    """Every field, by group."""

    groups: dict[str, Group]

    @property
    def fields(self) -> dict[str, TroughField]:
        """Key -> its field, in the order of the form; in rows the label names the row too."""
        found: dict[str, TroughField] = {}
        for group in self.groups.values():
            rows = group.rows
            for title, row in zip(rows.titles, rows.rows, strict=True) if rows else ():
                found |= {
                    each.key: each._replace(label=f"{title}, {each.label}") for each in row.values()
                }
            found |= {each.key: each for each in (*group.fields, *group.more)}
        return found

    def rows_of(self, group: str) -> tuple[dict[str, TroughField], ...]:
        """Return the rows of a group."""
        rows = self.groups[group].rows
        return rows.rows if rows else ()


@cache
def trough_form() -> TroughForm:
    """Make the form."""
    said = trough_texts()
    by_group: dict[str, list[tuple[bool, TroughField]]] = {name: [] for name in said["groups"]}
    for key, each in said["fields"].items():
        by_group[each["group"]].append((each.get("more", False), _field(key, each)))
    rows = {each["group"]: _rows(name, each) for name, each in said["rows"].items()}
    return TroughForm(
        {
            name: Group(
                title=told["title"],
                hint=told["hint"],
                fields=tuple(each for more, each in by_group[name] if not more),
                rows=rows.get(name),
                more=tuple(each for more, each in by_group[name] if more),
            )
            for name, told in said["groups"].items()
        }
    )


def _rows(name: str, told: Mapping[str, Any]) -> Rows:
    numbers = range(1, told["most"] + 1)
    return Rows(
        name=name,
        head=tuple(each["label"] for each in told["columns"].values()),
        rows=tuple(
            {
                column: _field(f"{name}-{number}-{column}", each)
                for column, each in told["columns"].items()
            }
            for number in numbers
        ),
        titles=tuple(told["title"].format(number=number) for number in numbers),
        shown=told["shown"],
    )


def _field(key: str, told: Mapping[str, Any]) -> TroughField:
    said = texts()["form"]
    choices: Mapping[str, str] = {"true": said["yes"], "false": said["no"]}
    if told["kind"] == "choice":
        choices = _choices()[told["choices"]]
    column = catalogue()[told["bounds"]] if "bounds" in told else None
    return TroughField(
        key=key,
        kind=told["kind"],
        label=told["label"],
        hint=told.get("hint", "").format_map(_known()),
        choices=tuple(Choice(*each) for each in choices.items()),
        unset=told.get("unset", ""),
        bounds=column.plausible if column else None,
        unit=(column.readable_unit or "") if column else "",
    )


def _choices() -> Mapping[str, Mapping[str, str]]:
    known = {each.key: f"{each.label} ({each.loq_ug_ml:g})" for each in assays().values()}
    chosen: Mapping[str, Mapping[str, str]] = trough_texts()["choices"]
    return {**chosen, "assays": known}


def _known() -> Mapping[str, str]:
    """Return what hints tell of the library's knowledge."""
    usual = usual_candidates()
    named = (f"{each.trough_ug_ml:g} ({each.about}, {each.source})" for each in trough_thresholds())
    return {
        "thresholds": "; ".join(named),
        "doses": " ".join(f"{each:g}" for each in usual.doses_mg_kg),
        "intervals": " ".join(f"{each:g}" for each in usual.intervals_days),
    }
