"""What ``check`` tells: people what was read, what is wrong and what to do; programs all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lorpredict.clinical import Known
from lorpredict.cohort._columns import nearest_known
from lorpredict.cohort._excel import sheet_names
from lorpredict.cohort._sources import WORKBOOKS
from lorpredict.commands._console import command_line, emphasis, heading, items, table
from lorpredict.commands._wording import for_the_shell
from lorpredict.errors import Fault, counted, counted_children, plain_name

if TYPE_CHECKING:
    from rich.console import RenderableType

    from lorpredict.commands.check import Checked

GROUPS = {
    Known.IDENTITY: "who and when",
    Known.OUTCOME: "outcome",
    Known.FIRST_INFUSION: "known at the first infusion",
    Known.LANDMARK: "known at week 14",
    Known.LATER: "known later, never predicts",
}
_ROW = re.compile(r"\brow \d+")
_MOST_KINDS = 40
# One letter of ten or more: albumin_gl for albumin_g_l, not site_id for site.
_A_SLIP_AWAY = 0.9


def as_content(checked: Checked) -> dict[str, Any]:
    """Return what was read and every fault, for JSON."""
    opened, plan = checked.opened, checked.opened.plan
    columns = {
        key: {
            "source": source,
            "factor": plan.factors[key],
            "given": opened.given[key],
            "computed": checked.computed.get(key, 0),
        }
        for key, source in plan.sources.items()
    }
    added = {key: number for key, number in checked.computed.items() if key not in columns}
    return {
        "source": opened.name,
        "children": len(opened),
        "synthetic": checked.cohort.is_synthetic if checked.cohort else None,
        "catalogue_version": opened.known.version,
        "design": checked.design.name if checked.design else None,
        "columns": columns,
        "columns_computed": added,
        "left_out": [
            {"column": name, "hint": nearest_known(name, opened.known)} for name in plan.left_out
        ],
        "warnings": list(checked.remarks),
        "faults": [{name: getattr(each, name) for name in _FIELDS} for each in checked.faults],
    }


_FIELDS = ("row", "column", "value", "problem", "hint")


def as_report(checked: Checked, show: int, faults: Path | None) -> Iterator[RenderableType]:
    """Yield the report, part by part."""
    yield from _what_was_read(checked)
    if checked.is_well:
        yield from _all_well(checked)
    elif checked.is_empty:
        yield from _no_rows_yet(checked)
    else:
        yield from _what_is_wrong(checked, show)
        yield from _what_now(checked, show, faults)


def _what_was_read(checked: Checked) -> Iterator[RenderableType]:
    opened = checked.opened
    synthetic = ", synthetic" if checked.cohort and checked.cohort.is_synthetic else ""
    read = f"{counted_children(len(opened))}, {counted(len(opened.plan.sources), 'column')} read"
    yield emphasis(f"{opened.name}: {read}{synthetic}")
    yield ""
    columns = ["", "columns", "filled in"] if len(opened) else ["", "columns"]
    yield table(columns, _groups(checked), right="lrr"[: len(columns)])
    yield from _changed(checked)
    if opened.plan.left_out:
        yield heading("Left out, since the catalogue does not hold them")
        told = [
            f"{_visible(name)}  {nearest_known(name, opened.known)}"
            for name in opened.plan.left_out
        ]
        yield items(map(str.strip, told))
    if checked.remarks:
        yield heading("Please look at")
        yield items(checked.remarks, mark="!")


def _visible(name: str) -> str:
    """Put a name into quotes whose blanks nobody would see."""
    return name if name == name.strip() else repr(name)


def _groups(checked: Checked) -> Iterator[list[str]]:
    opened = checked.opened
    for when, name in GROUPS.items():
        columns = [key for key, each in opened.known.items() if each.known is when]
        there = [key for key in columns if key in opened.plan.sources]
        told = [f"  {name}", f"{len(there)} of {len(columns)}"]
        if len(opened):
            cells = len(there) * len(opened)
            filled = sum(opened.given[key] for key in there)
            told.append(f"{100 * filled / cells:.0f} %" if cells else "-")
        yield told


def _changed(checked: Checked) -> Iterator[RenderableType]:
    plan, known = checked.opened.plan, checked.opened.known
    converted = [
        [f"  {plan.sources[key]}", f"is read as {key}", f"× {factor:.6g}"]
        for key, factor in plan.factors.items()
        if factor != 1 or plan.sources[key] != key
    ]
    if converted:
        yield heading("Converted into our units")
        yield table(["", "", ""], converted)
    if checked.computed:
        yield heading("Computed where nothing was given")
        rows = [
            [f"  {key}", f"in {counted_children(n)}", f"from {', '.join(known[key].derived_from)}"]
            for key, n in checked.computed.items()
        ]
        yield table(["", "", ""], rows)


def _all_well(checked: Checked) -> Iterator[RenderableType]:
    number = counted_children(len(checked.opened))
    alike = [name for name in checked.opened.plan.left_out if _reads_like_ours(name, checked)]
    if alike:
        names = ", ".join(map(repr, alike))
        left = f"but what stands in {names} is left out: rename it if it is ours"
        yield emphasis(f"\nNo fault in {number}, {left}.", "bold yellow")
    else:
        yield emphasis(f"\nAll well: no fault in {number}.", "bold green")
    if checked.design:
        needed = len(checked.design.predictors)
        yield f"Every one of the {needed} predictors of the design {checked.design.name} is there."
    yield "Next:"
    asked = checked.opened.asked
    if checked.for_prediction:
        yield command_line("predict", "model-folder", *asked.words())
    else:
        yield command_line("describe", *asked.words(), *asked.design_words())


def _reads_like_ours(name: str, checked: Checked) -> bool:
    """Whether a column is all but one of ours.

    Nothing but capitals, blanks or hyphens keeps it from being one, or a slip of the pen, where
    the column that may be meant is absent.
    """
    known, plain = checked.opened.known, plain_name(name)
    absent = [key for key in (*known, *known.suffixed) if key not in checked.opened.plan.sources]
    return plain in {*known, *known.suffixed} or bool(
        get_close_matches(plain, absent, n=1, cutoff=_A_SLIP_AWAY)
    )


def _no_rows_yet(checked: Checked) -> Iterator[RenderableType]:
    if checked.opened.asked.query:
        yield emphasis("\nThe columns are well, but the query gave no rows.")
        return
    needed = [key for key, each in checked.opened.known.items() if each.missing == "refused"]
    every = f"Every child needs {', '.join(needed)}; whatever" if needed else "Whatever"
    yield emphasis("\nThe columns are well. There are no rows yet: fill in one row a child.")
    yield items(
        [
            f"{every} was not measured stays empty.",
            "Columns that you do not have may be deleted; their order does not matter.",
            "A column in another unit gets another name: crp_mg_dl instead of crp_mg_l.",
            "The sheet or file of columns beside it says what each one means.",
        ]
    )
    yield "Then again:"
    yield command_line(*_check_again(checked))


def _what_is_wrong(checked: Checked, show: int) -> Iterator[RenderableType]:
    faults, kinds = checked.faults, _kinds(checked.faults)
    rows = len({fault.row for fault in faults if fault.row is not None})
    where = f" in {counted(rows, 'row')}" if rows else ""
    of_kinds = f", of {counted(len(kinds), 'kind')}" if len(kinds) > 1 else ""
    yield emphasis(f"\n{counted(len(faults), 'fault')}{where}{of_kinds}", "bold red")
    for alike in kinds[:_MOST_KINDS]:
        yield from _one_kind(alike, show, checked.opened.plan.sources)
    rest = [fault for alike in kinds[_MOST_KINDS:] for fault in alike]
    if rest:
        columns = ", ".join(dict.fromkeys(fault.column for fault in rest))
        yield heading(f"and {counted(len(rest), 'fault')} of other kinds, in {columns}")


def _kinds(faults: Sequence[Fault]) -> list[list[Fault]]:
    """Put faults together that are mended alike: those of whole columns first, then by number."""
    kinds: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in faults:
        problem = _ROW.sub("another row", fault.problem)
        kinds.setdefault((fault.column, problem, fault.hint), []).append(fault)
    return sorted(kinds.values(), key=lambda alike: (alike[0].row is not None, -len(alike)))


def _one_kind(
    alike: Sequence[Fault], show: int, sources: Mapping[str, str]
) -> Iterator[RenderableType]:
    first = alike[0]
    same = all(fault.problem == first.problem for fault in alike)
    problem = first.problem if same else _ROW.sub("another row", first.problem)
    number = f" ({counted(len(alike), 'row')})" if len(alike) > 1 else ""
    named = sources.get(first.column, first.column)
    theirs = f" (your column {named})" if named != first.column else ""
    yield heading(f"{first.column}{theirs}: {problem}{number}")
    if show and first.row is not None:
        yield items(_where(alike, show, same=same), mark="", indent=1)
    if first.hint:
        yield items([for_the_shell(first.hint, column=named)], mark="->")


def _where(alike: Sequence[Fault], show: int, *, same: bool) -> Iterator[str]:
    """Yield each value once with the rows where it stands, as far as they are to be shown."""
    rows_of: dict[str, list[int]] = {}
    for fault in alike:
        told = ", ".join(filter(None, (fault.value, "" if same else fault.problem)))
        rows_of.setdefault(told, []).append(fault.row or 0)
    for value, rows in list(rows_of.items())[:show]:
        yield f"{value} in {_rows(rows, show)}" if value else _rows(rows, show)
    others = [row for rows in list(rows_of.values())[show:] for row in rows]
    if others:
        yield f"and in {counted(len(others), 'row')} more with other values, up to row {others[-1]}"


def _rows(rows: Sequence[int], show: int) -> str:
    if len(rows) == 1:
        return f"row {rows[0]}"
    told = ", ".join(map(str, rows[:show]))
    more = f" and {len(rows) - show:,} more, up to row {rows[-1]}" if len(rows) > show else ""
    return f"rows {told}{more}"


def _what_now(checked: Checked, show: int, faults: Path | None) -> Iterator[RenderableType]:
    yield heading("What now")
    yield items(["Mend the file and check it again. Row 1 is the first child, below the header."])
    needed = {key for key, each in checked.opened.known.items() if each.missing == "refused"}
    if needed & {fault.column for fault in checked.faults if fault.row is None}:
        yield from _other_sheets(checked)
        yield items(["Children whose outcome is still to come are checked by:"])
        yield command_line(*_check_again(checked), "--for-prediction")
    if faults is not None:
        yield items([f"Every fault stands in {faults}, which holds values of patients."])
    elif any(len(alike) > show for alike in _kinds(checked.faults)):
        yield items(["To have every fault in a file:"])
        yield command_line(*_check_again(checked), "--faults", "faults.csv")


def _other_sheets(checked: Checked) -> Iterator[RenderableType]:
    """Name another sheet of a workbook whose first one was read, since none was named."""
    asked = checked.opened.asked
    if asked.sheet or Path(asked.source).suffix.lower() not in WORKBOOKS:
        return
    first, *others = sheet_names(Path(asked.source))
    if others:
        yield items([f"The first sheet, {first!r}, was read. To read another:"])
        yield command_line(*_check_again(checked), "--sheet", others[0])


def _check_again(checked: Checked) -> list[str]:
    for_prediction = ["--for-prediction"] if checked.for_prediction else []
    return [*checked.opened.asked.check_words(), *for_prediction]
