"""What ``describe`` prints, part by part; nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lorpredict.commands._console import console, emphasis, hanging, heading, items, table
from lorpredict.commands._wording import percent
from lorpredict.errors import counted_children
from lorpredict.survival import DAYS_A_MONTH, in_months

if TYPE_CHECKING:
    from rich.console import RenderableType

    from lorpredict.study import CohortDescription

_HIDDEN = "hidden"
_NOTIONS = {"primary_non_response": "primary non-response", "lor": "loss of response"}
# Below it the quartiles of a number stand under its median.
_WIDE = 116
_NAME_WIDTHS = {True: 40, False: 22}
_LONGEST_LINE = 100


def as_report(described: CohortDescription) -> Iterator[RenderableType]:
    """Yield the description, part by part."""
    yield from _head(described)
    yield from _flow(described)
    yield from _table_one(described)
    yield from _missing(described)
    yield from _follow_up(described)
    yield from _sample_size(described)
    yield from _paris(described)
    yield from _activity(described)
    if described.smallest_cell:
        yield heading(f"Counts below {described.smallest_cell}")
        yield (
            f"hidden: a count of 1 to {described.smallest_cell - 1}, or one from which such a "
            "count could be computed"
        )


def _head(described: CohortDescription) -> Iterator[RenderableType]:
    design = described.design
    yield emphasis(f"{described.cohort}, described for {design.name} (version {design.version})")
    if described.synthetic:
        yield emphasis("Synthetic: no row is a child, and no figure is one of a hospital", "red")
    if described.lacking:
        yield emphasis("The file has no column for these predictors of the design:", "red")
        yield items([f"{design.catalogue[key].label} ({key})" for key in described.lacking])


def _flow(described: CohortDescription) -> Iterator[RenderableType]:
    flow, known = described.flow, described.design.catalogue
    labels = known["outcome"].level_labels
    yield heading("Flow diagram")
    rows = [
        ["", _told(flow.started), "in the file"],
        *(["-", _told(n), f"left out: {why}"] for why, n in flow.left_out.items()),
        ["", _told(flow.at_risk), "at risk at the landmark"],
        *(["?", _told(n), f"kept: {why}"] for why, n in flow.unknown.items() if n != 0),
        *(["!", _told(n), f"kept: {why}"] for why, n in flow.flagged.items() if n != 0),
        *([">", _told(n), f"ended: {labels[name]}"] for name, n in flow.ended.items()),
    ]
    yield table(["", "", ""], [[f"  {mark}", *others] for mark, *others in rows], right="lrl")


def _table_one(described: CohortDescription) -> Iterator[RenderableType]:
    wide = console().width >= _WIDE
    told = described.table_one
    yield heading("Table 1: the children at risk at the landmark")
    header = [name.replace(" (n", "\n(n") for name in told.header]
    rows = [
        [hanging(name, _NAME_WIDTHS[wide]), *(_fitted(cell, wide) for cell in cells)]
        for name, *cells in told.rows()
    ]
    yield table(header, rows, right="lrrrr")
    yield ""
    yield items(
        [
            "Numbers: median (quartiles) as SPSS computes them. Others: count (share of those in "
            "whom it was measured).",
            "Not lost: not while the child was observed, however short that was.",
        ]
    )


def _fitted(cell: str, wide: bool) -> str:
    return cell if wide or "," not in cell else cell.replace(" (", "\n(")


def _missing(described: CohortDescription) -> Iterator[RenderableType]:
    yield heading("Missing data")
    number, known = described.flow.at_risk, described.design.catalogue
    rows = [
        [f"  {known[key].label}", _told(count), _share(count, number)]
        for key, count in sorted(described.missing.items(), key=lambda each: -(each[1] or 0))
        if count != 0
    ]
    if not rows:
        everyone = counted_children(number)
        yield f"Every predictor of the design was measured in every one of {everyone}."
        return
    yield table(["", "missing", "of all"], rows, right="lrr")
    of_all = f"{len(described.missing)} predictors"
    complete = f"{_told(described.complete)} of {counted_children(number)}"
    yield f"\n{complete} have all {of_all}; nobody is left out for a missing value."


def _follow_up(described: CohortDescription) -> Iterator[RenderableType]:
    yield heading("Follow-up and events")
    seen = described.follow_up
    if seen is None:
        yield described.sample_size_reason
        return
    quartiles = f"{_months_or_not(seen.lower_quartile)} to {_months_or_not(seen.upper_quartile)}"
    median = _months_or_not(seen.median) + (" months" if seen.median is not None else "")
    rows = [
        ["  median follow-up", f"{median} (quartiles {quartiles})"],
        ["", "after the landmark, by reverse Kaplan-Meier"],
        ["  events", f"{seen.events} in {seen.person_years:.1f} person-years, "
                     f"{100 * seen.rate_per_year:.1f} per 100"],
        *([f"  at risk at {in_months(day)}", _told(number)]
          for day, number in described.at_horizons.items()),
    ]  # fmt: skip
    yield table(["", ""], rows)


def _sample_size(described: CohortDescription) -> Iterator[RenderableType]:
    yield heading("Sample size of a linear model of this design")
    if described.sample_size is None:
        yield described.sample_size_reason
        return
    width = min(console().width, _LONGEST_LINE) - 2
    for line in described.sample_size.lines():
        yield f"  {hanging(line, width)}".replace("\n", "\n  ")
    if not described.sample_size.is_met:
        yield emphasis("  A model that learns from these children stays exploratory.", "yellow")


def _paris(described: CohortDescription) -> Iterator[RenderableType]:
    yield heading("Paris classification")
    rows = [[f"  {part}", _listed(counts)] for part, counts in described.paris.items()]
    yield table(["", ""], rows)


def _activity(described: CohortDescription) -> Iterator[RenderableType]:
    yield heading("Activity at week 14, in all children of the file")
    judged = [each for each in described.activity if each.counts["yes"] or each.counts["no"]]
    if not judged:
        yield "No definition can be judged: the PCDAI at week 14 is not in the file."
        return
    rows = [
        [
            f"  {_NOTIONS.get(each.notion, each.notion)}, {each.name}",
            *(_told(each.counts[word]) for word in ("yes", "no", "not known")),
        ]
        for each in judged
    ]
    yield table(["", "yes", "no", "not known"], rows, right="lrrr")


def _told(count: int | None) -> str:
    return _HIDDEN if count is None else f"{count:,}"


def _share(count: int | None, of: int) -> str:
    return "" if count is None else percent(count / of)


def _months_or_not(days: float | None) -> str:
    return "not reached" if days is None else f"{days / DAYS_A_MONTH:.1f}"


def _listed(counts: Mapping[str, int | None]) -> str:
    shown = {name: count for name, count in counts.items() if count != 0}
    return "   ".join(f"{name} {_told(count)}" for name, count in shown.items())
