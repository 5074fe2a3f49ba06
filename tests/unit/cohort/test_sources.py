"""One cohort from a file, a workbook, a database or a DataFrame: the same to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from lorpredict import Cohort, read_cohort
from lorpredict.clinical import Kind, catalogue
from lorpredict.cohort import as_records
from lorpredict.synthetic import RECONSTRUCTED_COHORT
from tests.unit.cohort.told import faults_of

TEXT = pd.read_csv(RECONSTRUCTED_COHORT, dtype="string", keep_default_na=False)
QUERY = "select * from cohort"
TYPES: dict[Kind, Any] = {
    Kind.NUMBER: sa.Double, Kind.BOOLEAN: sa.Boolean, Kind.DATE: sa.Date,
    Kind.CATEGORY: sa.Text, Kind.TEXT: sa.Text,
}  # fmt: skip
READ: dict[Kind, Callable[[str], Any]] = {
    Kind.NUMBER: float,
    Kind.BOOLEAN: lambda text: text == "true",
    Kind.DATE: date.fromisoformat,
    Kind.CATEGORY: str,
    Kind.TEXT: str,
}


def typed_rows(read: dict[Kind, Callable[[str], Any]] = READ) -> list[dict[str, Any]]:
    """The shipped cohort with cells of Python's types, None where nothing was given."""
    return [
        {key: read[catalogue()[key].kind](text) if text else None for key, text in row.items()}
        for row in as_records(TEXT)
    ]


def as_parquet(folder: Path) -> Path:
    path = folder / "beijing.parquet"
    pq.write_table(pa.Table.from_pylist(typed_rows()), path)
    return path


def as_parquet_of_pandas(folder: Path) -> Path:
    """As pandas writes a checked table: dictionary columns, and an index of its own."""
    path = folder / "beijing.parquet"
    read_cohort(RECONSTRUCTED_COHORT).table.set_index("patient_id").to_parquet(path)
    return path


def as_workbook(folder: Path) -> Path:
    path = folder / "beijing.xlsx"
    book = openpyxl.Workbook()
    book.active.append(list(TEXT))
    for row in typed_rows():
        book.active.append(list(row.values()))
    book.save(path)
    return path


def filled(address: str, types: dict[Kind, Any], rows: list[dict[str, Any]]) -> str:
    """Write the rows into the table ``cohort`` and return the address."""
    engine = sa.create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
    columns = [sa.Column(key, types[catalogue()[key].kind]()) for key in map(str, TEXT)]
    table = sa.Table("cohort", sa.MetaData(), *columns)
    with engine.begin() as connection:
        table.drop(connection, checkfirst=True)
        table.create(connection)
        connection.execute(table.insert(), rows)
    engine.dispose()
    return address


def as_sqlite(folder: Path) -> str:
    return filled(f"sqlite:///{folder}/beijing.db", TYPES, typed_rows())


@pytest.mark.parametrize(
    "written, options",
    [
        pytest.param(lambda _: TEXT, {}, id="table of texts"),
        pytest.param(lambda _: pd.DataFrame(typed_rows()), {}, id="table of values"),
        pytest.param(as_parquet, {}, id="Parquet"),
        pytest.param(as_parquet_of_pandas, {}, id="Parquet of pandas"),
        pytest.param(as_workbook, {}, id="Excel"),
        pytest.param(as_sqlite, {"query": QUERY}, id="SQLite"),
    ],
)
def test_one_cohort_is_the_same_from_everywhere(
    tmp_path: Path, cohort: Cohort, written: Callable[[Path], Any], options: dict[str, Any]
) -> None:
    read = read_cohort(written(tmp_path), **options)
    pd.testing.assert_frame_equal(read.table, cohort.table, check_exact=True)
    assert read.sha256 == cohort.sha256


@pytest.mark.parametrize("numbers", [sa.Double, sa.Numeric], ids=["double", "numeric"])
def test_it_is_the_same_from_postgresql(postgresql: str, cohort: Cohort, numbers: Any) -> None:
    exact = READ | {Kind.NUMBER: Decimal if numbers is sa.Numeric else float}
    address = filled(postgresql, TYPES | {Kind.NUMBER: numbers}, typed_rows(exact))
    read = read_cohort(address, query=QUERY)
    pd.testing.assert_frame_equal(read.table, cohort.table, check_exact=True)
    assert read.sha256 == cohort.sha256


def test_a_source_gives_its_name_to_the_cohort(tmp_path: Path) -> None:
    assert read_cohort(as_workbook(tmp_path)).name == "beijing"
    assert read_cohort(as_sqlite(tmp_path), query=QUERY).name == "beijing"
    assert read_cohort(TEXT).name == "cohort"


SOUND = {"patient_id": "a", "follow_up_days": 200, "outcome": "secondary_lor"}


def workbook(folder: Path, *rows: list[Any], sheet: str = "Sheet") -> Path:
    path = folder / "ours.xlsx"
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.create_sheet("Explanation").append(["what", "why"])
    book.save(path)
    return path


def sheet_of(folder: Path, *records: dict[str, Any]) -> Path:
    return workbook(folder, list(records[0]), *(list(record.values()) for record in records))


def test_the_first_sheet_is_read_unless_another_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path, list(SOUND), list(SOUND.values()), sheet="Children")
    assert len(read_cohort(path)) == 1
    assert len(read_cohort(path, sheet="Children")) == 1


def test_a_wrong_sheet_is_refused_with_those_that_are_there(tmp_path: Path) -> None:
    path = workbook(tmp_path, list(SOUND), sheet="Children")
    assert faults_of(path, sheet="Cildren") == [
        "ours.xlsx: no sheet is called 'Cildren'. There are 'Children', 'Explanation'"
    ]


def test_numbers_that_name_children_are_read_as_they_are_shown(tmp_path: Path) -> None:
    path = sheet_of(tmp_path, SOUND | {"patient_id": 17}, SOUND | {"patient_id": "017"})
    assert read_cohort(path).table["patient_id"].tolist() == ["17", "017"]


def test_a_table_of_floats_names_children_without_a_point() -> None:
    table = pd.DataFrame([SOUND | {"patient_id": 17.0}, SOUND | {"patient_id": 18.0}])
    assert read_cohort(table).table["patient_id"].tolist() == ["17", "18"]


@pytest.mark.parametrize("cell", [1234567890123456789, 1.2e18])
def test_an_identifier_of_which_excel_has_lost_digits_is_refused(
    tmp_path: Path, cell: object
) -> None:
    [told] = faults_of(sheet_of(tmp_path, SOUND | {"patient_id": cell}))
    assert told.startswith("patient_id is '1.2")
    assert told.endswith("A spreadsheet has shortened this number: format the column as text")


def test_long_identifiers_of_a_parquet_file_keep_their_digits(tmp_path: Path) -> None:
    path = tmp_path / "ours.parquet"
    rows = [
        SOUND | {"patient_id": 1234567890123456789},
        SOUND | {"patient_id": 1234567890123456788},
    ]
    pq.write_table(pa.Table.from_pylist(rows), path)
    assert read_cohort(path).table["patient_id"].tolist() == [
        "1234567890123456789",
        "1234567890123456788",
    ]


def test_dates_of_a_workbook_are_days(tmp_path: Path) -> None:
    record = SOUND | {"ifx_start_date": datetime(2024, 3, 31)}
    assert read_cohort(sheet_of(tmp_path, record)).table["ifx_start_date"].tolist() == [
        "2024-03-31"
    ]


def test_a_header_that_stands_twice_in_a_workbook_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, [*SOUND, "patient_id"], [*SOUND.values(), "b"])
    assert faults_of(path) == [
        "patient_id: this column stands twice in the header. Keep one of the two"
    ]


def test_a_column_that_stands_twice_in_a_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ours.parquet"
    cells = [pa.array([value]) for value in [*SOUND.values(), "b"]]
    pq.write_table(pa.table(cells, names=[*SOUND, "patient_id"]), path)
    assert faults_of(path) == [
        "patient_id: this column stands twice in the header. Keep one of the two"
    ]


def test_empty_rows_and_columns_end_a_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path, [*SOUND, None], [*SOUND.values(), None], [None] * 4, ["", "", ""])
    assert len(read_cohort(path, strict=True)) == 1


def test_a_column_of_a_sheet_without_a_name_is_told_by_its_letter(tmp_path: Path) -> None:
    path = workbook(tmp_path, list(SOUND), [*SOUND.values(), "a remark"])
    assert faults_of(path, strict=True) == ["column D without a name: not in the catalogue"]


def test_a_formula_that_was_never_computed_is_no_missing_value(tmp_path: Path) -> None:
    assert faults_of(sheet_of(tmp_path, SOUND | {"crp_mg_l": "=5*2"})) == [
        "crp_mg_l is '=5*2' in row 1: expected a number, 0 to 500 mg/L. "
        "This formula was never computed: open the workbook, save it, and read it again"
    ]


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    assert faults_of(workbook(tmp_path)) == [
        "ours.xlsx: the sheet is empty; expected a header and one row a child"
    ]


@pytest.mark.parametrize(
    "ending, kind", [("xlsx", "an Excel workbook"), ("parquet", "a Parquet file")]
)
@pytest.mark.parametrize("share", [0, 0.5], ids=["text", "cut in the middle"])
def test_a_broken_file_is_refused_by_its_name(
    tmp_path: Path, ending: str, kind: str, share: float
) -> None:
    whole = {"xlsx": as_workbook, "parquet": as_parquet}[ending](tmp_path).read_bytes()
    broken = tmp_path / f"broken.{ending}"
    broken.write_bytes(whole[: int(len(whole) * share)] or b"patient_id,outcome\n")
    [told] = faults_of(broken)
    assert told.startswith(f"broken.{ending}: not {kind}: ")


@pytest.mark.parametrize(
    "name, told",
    [
        ("ours.xls", "expected one of .csv, .parquet, .pq, .xlsx, .xlsm. Save it as .xlsx"),
        ("ours.cvs", "expected one of .csv, .parquet, .pq, .xlsx, .xlsm. Did you mean .csv?"),
        ("ours.tsv", "Save it as .csv, with commas"),
        ("ours", "its ending is not known; expected one of .csv"),
    ],
)
def test_an_unknown_ending_is_refused_with_those_that_are_known(
    tmp_path: Path, name: str, told: str
) -> None:
    (tmp_path / name).write_text("patient_id\n")
    [fault] = faults_of(tmp_path / name)
    assert fault.startswith(f"{name}: ")
    assert told in fault


def test_a_sheet_and_a_query_are_refused_where_there_is_none(tmp_path: Path) -> None:
    parquet = as_parquet(tmp_path)
    assert faults_of(parquet, sheet="A") == [
        "sheet: given, but only a workbook has sheets, and beijing.parquet is none. Leave it out"
    ]
    for source in (parquet, TEXT):
        assert faults_of(source, query=QUERY) == [
            "query: given, but only an address has a query, such as sqlite:///ours.db. Leave it out"
        ]
    assert faults_of(TEXT, sheet="A") == [
        "sheet: given, but only a workbook has sheets. Leave it out"
    ]
    assert faults_of("sqlite:///ours.db", sheet="A", query=QUERY) == [
        "sheet: given, but only a workbook has sheets; an address has a query. Leave it out"
    ]
