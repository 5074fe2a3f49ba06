"""The two forms of an empty cohort file: a workbook that helps to fill it in, and plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lorpredict.clinical import Catalogue, Kind, Predictor
from lorpredict.commands._check_report import GROUPS
from lorpredict.commands._files import whole_file, write_csv

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from lorpredict.design import ModelDesign

# What a child's sheet is prepared for; Excel itself holds a million rows.
_LAST_ROW = 5000
# Excel calls a workbook damaged whose list of values is longer.
_LONGEST_LIST = 255
_FORMATS = {Kind.DATE: "yyyy-mm-dd", Kind.TEXT: "@"}
_EXPLAINED = (
    "column", "label", "meaning", "when it is known", "needed", "expected", "unit",
    "other accepted columns", "computed from", "what an empty cell means", "source",
)  # fmt: skip
_WIDTHS = (28, 28, 60, 22, 10, 40, 12, 40, 30, 40, 50)
_USED = "D9EAD3"
_NEEDED = "F4CCCC"
_OTHERS = "E7E6E6"


def write_csv_template(
    path: Path, known: Catalogue, design: ModelDesign | None, *, force: bool
) -> list[Path]:
    """Write the header, and the explanation beside it.

    Raises
    ------
    FileExistsError
        If one of the two files is there and ``force`` is not.
    """
    beside = path.with_name(f"{path.stem}-columns.csv")
    _refuse_existing([path, beside], force=force)
    with ExitStack() as both:
        cohort, columns = (both.enter_context(whole_file(each)) for each in (path, beside))
        write_csv(cohort, list(known), [])
        # With its mark of UTF-8, since Excel would not see µ and ⁹ without it.
        write_csv(columns, _header(design), _explanations(known, design), encoding="utf-8-sig")
    return [path, beside]


def write_excel_template(
    path: Path, known: Catalogue, design: ModelDesign | None, *, force: bool
) -> list[Path]:
    """Write a workbook with the sheets ``cohort`` and ``columns``.

    Raises
    ------
    FileExistsError
        If the file is there and ``force`` is not.
    """
    from openpyxl import Workbook

    _refuse_existing([path], force=force)
    book = Workbook()
    _fill_cohort_sheet(book.active, known, design)
    _fill_columns_sheet(book, known, design)
    with whole_file(path) as place:
        book.save(place)
    return [path]


def _refuse_existing(paths: Sequence[Path], *, force: bool) -> None:
    there = [str(path) for path in paths if path.exists()]
    if there and not force:
        raise FileExistsError(
            f"{' and '.join(there)} is there already; give another name, or --force to replace it"
        )


def _header(design: ModelDesign | None) -> list[str]:
    return [*_EXPLAINED, *([f"used by {design.name}"] if design else [])]


def _explanations(known: Catalogue, design: ModelDesign | None) -> Iterator[list[Any]]:
    for key, each in known.items():
        used = ["yes" if key in design.predictors else ""] if design else []
        yield [
            key, each.label, each.description, GROUPS[each.known],
            "needed" if each.missing == "refused" else "", _expected(each), each.readable_unit,
            _others(each), ", ".join(each.derived_from), each.missing_means, each.source, *used,
        ]  # fmt: skip


def _expected(predictor: Predictor) -> str:
    if predictor.kind is Kind.CATEGORY:
        return "; ".join(f"{level.value}: {level.label}" for level in predictor.levels)
    return predictor.expected


def _others(predictor: Predictor) -> str:
    return ", ".join(f"{predictor.stem}_{other.suffix}" for other in predictor.other_units)


def _fill_cohort_sheet(sheet: Worksheet, known: Catalogue, design: ModelDesign | None) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet.title = "cohort"
    sheet.freeze_panes = "B2"
    for number, (key, each) in enumerate(known.items(), start=1):
        cell = sheet.cell(row=1, column=number, value=key)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor=_colour(each, design))
        cell.comment = Comment(f"{each.label}. {_expected(each)}", "lorpredict", 120, 300)
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = max(12, len(key) + 2)
        sheet.column_dimensions[letter].number_format = _FORMATS.get(each.kind, "General")
        _help_to_fill_in(sheet, f"{letter}2:{letter}{_LAST_ROW}", each)


def _colour(predictor: Predictor, design: ModelDesign | None) -> str:
    if predictor.missing == "refused":
        return _NEEDED
    return _USED if design and predictor.key in design.predictors else _OTHERS


def _help_to_fill_in(sheet: Worksheet, cells: str, predictor: Predictor) -> None:
    """Offer levels to choose from; of a number only warn, since its unit may be another one."""
    from openpyxl.worksheet.datavalidation import DataValidation

    if predictor.kind in (Kind.CATEGORY, Kind.BOOLEAN):
        values = predictor.values if predictor.kind is Kind.CATEGORY else ("true", "false")
        listed = f'"{",".join(values)}"'
        if len(listed) > _LONGEST_LIST:
            return
        rule = DataValidation("list", formula1=listed, allow_blank=True)
    elif predictor.plausible is not None:
        low, high = predictor.plausible
        rule = DataValidation(
            "decimal", operator="between", formula1=f"{low:g}", formula2=f"{high:g}",
            allow_blank=True, errorStyle="warning",
        )  # fmt: skip
    else:
        return
    rule.errorTitle, rule.error = predictor.key[:32], f"Expected {predictor.expected}"[:225]
    rule.showErrorMessage = True
    sheet.add_data_validation(rule)
    rule.add(cells)


def _fill_columns_sheet(book: Workbook, known: Catalogue, design: ModelDesign | None) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet("columns")
    sheet.freeze_panes = "B2"
    sheet.append(_header(design))
    for row in _explanations(known, design):
        sheet.append(row)
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.data_type = "s"  # also where a text begins as a formula does
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=cell.row == 1)
    for number, width in enumerate([*_WIDTHS, 16], start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
