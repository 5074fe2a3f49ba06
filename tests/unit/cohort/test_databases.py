"""A cohort from a query: what a database refuses, and what nobody is told of it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from lorpredict import read_cohort
from scripts.ports import free_port
from tests.unit.cohort.told import faults_of

CHILD = "select 'a' as patient_id, 200 as follow_up_days, 'secondary_lor' as outcome"
QUERY = "select * from cohort"
SECRET = "s3cret"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """Address of a SQLite database with one child."""
    path = tmp_path / "ours.db"
    connection = sqlite3.connect(path)
    connection.execute(f"create table cohort as {CHILD}")
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


def test_an_address_needs_a_query(database: str) -> None:
    assert faults_of(database) == [
        'ours: an address needs a query. Say which rows: query="select * from cohort"'
    ]


def test_a_query_that_returns_nothing_is_refused(database: str) -> None:
    assert faults_of(database, query=f"{QUERY} where patient_id = 'b'") == [
        "table: expected at least one row, it has none. Fill in one row for each child"
    ]


def test_a_query_with_an_error_is_refused_in_the_databases_words(database: str) -> None:
    assert faults_of(database, query="select * from children") == [
        "ours: the query was refused: no such table: children"
    ]


def test_what_is_no_select_returns_no_table(database: str) -> None:
    assert faults_of(database, query="pragma shrink_memory") == [
        "ours: the query returns no table. Expected a select"
    ]


@pytest.mark.parametrize("query", ["delete from cohort", "drop table cohort"])
def test_nothing_is_written_into_sqlite(database: str, query: str) -> None:
    assert faults_of(database, query=query) == [
        "ours: the query was refused: attempt to write a readonly database"
    ]
    assert len(read_cohort(database, query=QUERY)) == 1


def test_nothing_is_written_into_postgresql(postgresql: str) -> None:
    [told] = faults_of(postgresql, query="create table cohort_copy as select 1 as one")
    assert told.endswith("cannot execute CREATE TABLE AS in a read-only transaction")


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert faults_of(f"sqlite:///{tmp_path}/theirs.db", query=QUERY) == ["theirs.db: no such file"]
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ours.db").write_text("patient_id,outcome\n" * 100)
    assert faults_of(f"sqlite:///{tmp_path}/ours.db", query=QUERY) == [
        "ours: the query was refused: file is not a database"
    ]


def test_signs_that_mean_a_parameter_elsewhere_are_left_alone(database: str) -> None:
    query = f"{QUERY} where patient_id like '%a%' and ':patient' <> '?' and 10 % 3 = 1"
    assert len(read_cohort(database, query=query)) == 1


def test_they_are_left_alone_by_postgresql_too(postgresql: str) -> None:
    query = f"{CHILD} where 'a' like '%a%' and ':p'::text <> '%s' and 10 % 3 = 1"
    assert len(read_cohort(postgresql, query=query)) == 1


def test_a_column_that_stands_twice_in_a_query_is_refused(database: str) -> None:
    assert faults_of(database, query="select *, 'b' as patient_id from cohort") == [
        "patient_id: this column stands twice in the header. Keep one of the two"
    ]


@pytest.mark.parametrize("integer, truth", [("1", True), ("0", False)])
def test_the_booleans_of_sqlite_are_one_and_zero(database: str, integer: str, truth: bool) -> None:
    table = read_cohort(database, query=QUERY.replace("*", f"*, {integer} as perianal")).table
    assert table["perianal"].tolist() == [truth]


@pytest.mark.parametrize("cell", ["2", "'1'", "'yes'", "1.0"])
def test_no_other_value_of_sqlite_is_a_boolean(database: str, cell: str) -> None:
    [told] = faults_of(database, query=QUERY.replace("*", f"*, {cell} as perianal"))
    assert told.startswith(f"perianal is '{cell.strip(chr(39))}' in row 1: expected true or false")


def test_one_is_no_boolean_of_postgresql(postgresql: str) -> None:
    assert faults_of(postgresql, query=f"{CHILD}, 1 as perianal") == [
        "perianal is '1' in row 1: expected true or false. Write true for 1 and false for 0"
    ]


def test_a_time_of_postgresql_is_a_day_at_midnight_only(postgresql: str) -> None:
    days = "timestamp '2024-03-31 00:00' as ifx_start_date"
    table = read_cohort(postgresql, query=f"{CHILD}, {days}").table
    assert table["ifx_start_date"].tolist() == ["2024-03-31"]
    later = days.replace("00:00", "10:30")
    assert faults_of(postgresql, query=f"{CHILD}, {later}") == [
        "ifx_start_date is '2024-03-31 10:30:00' in row 1: expected a date such as 2024-03-31. "
        "Leave the time of day out"
    ]


def test_a_refused_connection_is_told_without_the_password() -> None:
    port = free_port()
    [told] = faults_of(f"postgresql://anna:{SECRET}@127.0.0.1:{port}/clinic", query=QUERY)
    assert told.startswith(f"postgresql://127.0.0.1:{port}/clinic: no connection: ")
    assert "Connection refused" in told
    assert SECRET not in told
    assert "anna" not in told


def test_a_wrong_password_is_told_without_it(postgresql: str) -> None:
    [told] = faults_of(postgresql.replace("only-for-tests", SECRET), query=QUERY)
    assert "password authentication failed" in told
    assert SECRET not in told


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://anna:{SECRET}@127.0.0.1:port/clinic",
        f"://anna:{SECRET}@127.0.0.1/clinic",
        f"anna:{SECRET}@127.0.0.1://clinic",
    ],
    ids=["port", "no dialect", "dialect forgotten"],
)
def test_an_address_that_cannot_be_read_is_not_repeated(address: str) -> None:
    [told] = faults_of(address, query=QUERY)
    assert "the address cannot be read. Expected dialect://user:password@host" in told
    assert SECRET not in told


def test_a_secret_that_the_driver_repeats_is_blotted_out() -> None:
    # A service file that is not there is named by libpq, and here it has the password's name.
    address = f"postgresql://anna:{SECRET}@127.0.0.1/clinic?service={SECRET}"
    [told] = faults_of(address, query=QUERY)
    assert "***" in told
    assert SECRET not in told


def test_the_address_of_a_web_page_is_no_database() -> None:
    assert faults_of("https://example.org/cohort.csv", query=QUERY) == [
        "https://: no database of this kind is known. A file is read by its path: download it first"
    ]


def test_a_database_whose_driver_is_not_installed_is_refused() -> None:
    [told] = faults_of("mysql://anna@127.0.0.1/clinic", query=QUERY)
    assert told == "mysql://127.0.0.1/clinic: no connection: No module named 'MySQLdb'"
