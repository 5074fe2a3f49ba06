"""Reading and checking a cohort of 100,000 children, and telling what is wrong with one.

Each reading has a process of its own, so that its peak of memory is its own; so has the writing
of what is read, since Linux counts the peak of a parent for its children too. There is no peer:
what is measured is whether a large table can be read at all on an ordinary machine.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks._side_by_side import machine
from lorpredict.synthetic import RECONSTRUCTED_COHORT

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

ROOT = Path(__file__).parents[1]
RESULT = Path(__file__).parent / "results" / "reading.md"
PACKAGES = ("lorpredict", "pandas", "pandera", "numpy", "pyarrow", "openpyxl", "sqlalchemy")
ROWS, FAULTS = 100_000, 1_000
EXCEL_ROWS = 10_000
SEED = 20
# The most that a CSV of 100,000 rows may take.
SECONDS, MEGABYTES = 10, 1_000
# What is read -> the source, in the folder, and its query.
_SOURCES = {
    "CSV": ("{folder}/children.csv",),
    "Parquet": ("{folder}/children.parquet",),
    "SQLite": ("sqlite:///{folder}/children.db", "select * from cohort"),
    f"Excel, {EXCEL_ROWS:,} rows": ("{folder}/children.xlsx",),
    f"CSV with {FAULTS:,} wrong cells": ("{folder}/faulty.csv",),
    "CSV with a contradiction in every row": ("{folder}/contradictory.csv",),
}
_HEAD = (
    "| what | read_cohort | landmark | whole process | peak memory | faults | message |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
)
MEASURED = (
    "crp_mg_l", "esr_mm_h", "wbc_10e9_l", "haemoglobin_g_l", "platelets_10e9_l", "albumin_g_l",
    "ifx_dose_mg_kg", "trough_week14_ug_ml",
)  # fmt: skip
# Column -> a cell that is wrong; each is written into as many rows.
WRONG = {
    "albumin_g_l": "4.2", "crp_mg_l": "5,2", "perianal": "yes", "sex": "F",
    "ifx_start_date": "31.03.2024", "outcome": "lost", "pcdai_baseline": "33",
    "age_years": "130", "follow_up_days": "soon", "patient_id": "",
}  # fmt: skip

ABOUT = f"""\
# Reading {ROWS:,} children

The rows of the shipped cohort, drawn again and again under new names; what a laboratory measures \
is moved by up to a thousandth, so that hardly a number stands twice. All are synthetic.
Seconds are those of `read_cohort` (and of `landmark` with the default design), the whole process \
counts Python and its imports too, and memory is the peak of the whole process.
The last two tables are refused: {FAULTS:,} wrong cells of {len(WRONG)} kinds, and an onset after \
the age in every row.
"""


def main() -> int:
    """Measure, and tell the table; a CSV that takes too long or too much fails."""
    with tempfile.TemporaryDirectory() as folder:
        _in_a_process("--write", folder)
        rows = list(_measured(Path(folder)))
    told = "\n".join([ABOUT, *_HEAD, *rows, "", f"Measured on {machine(PACKAGES)}.", ""])
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(told, "utf-8")
    print(f"\n{told}\n{RESULT}")
    return 0


def _measured(folder: Path) -> Iterator[str]:
    for what, source in _SOURCES.items():
        found = _in_a_process(*(part.format(folder=folder) for part in source))
        row = _row(what, found)
        print(row, flush=True)
        yield row
        if what == "CSV":
            assert found["read"] < SECONDS, found
            assert found["megabytes"] < MEGABYTES, found


def _in_a_process(*arguments: str) -> dict[str, Any]:
    started = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.reading", *arguments]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found | {"process": time.perf_counter() - started}


def _read(source: str, query: str | None = None) -> dict[str, Any]:
    """Read one source in this process, and tell what it took."""
    from lorpredict import ModelDesign, landmark, read_cohort
    from lorpredict.errors import CohortFaults

    found: dict[str, Any] = {"faults": 0, "lines": 0, "landmark": None}
    design = ModelDesign.read(ROOT / "training" / "designs" / "week14.toml")
    started = time.perf_counter()
    try:
        cohort = read_cohort(source, query=query)
    except CohortFaults as refused:
        found |= {"faults": len(refused.faults), "lines": len(str(refused).splitlines())}
        found["read"] = time.perf_counter() - started
    else:
        found["read"] = time.perf_counter() - started
        started = time.perf_counter()
        landmark(cohort, design)
        found["landmark"] = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found | {"megabytes": peak / 1024}


def _write(folder: Path) -> dict[str, Any]:
    """Write every source into a folder."""
    import numpy as np
    from sqlalchemy import create_engine

    from lorpredict import read_cohort

    rng = np.random.default_rng(SEED)
    children = _children(rng)
    children.to_csv(folder / "children.csv", index=False)
    _faulty(children, rng).to_csv(folder / "faulty.csv", index=False)
    _contradictory(children).to_csv(folder / "contradictory.csv", index=False)
    typed = read_cohort(children).table
    typed.to_parquet(folder / "children.parquet")
    typed.iloc[:EXCEL_ROWS].to_excel(folder / "children.xlsx", index=False)
    engine = create_engine(f"sqlite:///{folder}/children.db")
    typed.to_sql("cohort", engine, index=False)
    engine.dispose()
    return {}


def _children(rng: np.random.Generator) -> pd.DataFrame:
    import pandas as pd

    shipped = pd.read_csv(RECONSTRUCTED_COHORT, dtype="string", keep_default_na=False)
    drawn = shipped.iloc[rng.integers(0, len(shipped), ROWS)].reset_index(drop=True)
    drawn["patient_id"] = [f"DRAWN-{number:06d}" for number in range(ROWS)]
    for column in MEASURED:
        moved = pd.to_numeric(drawn[column]) * rng.uniform(0.999, 1.001, ROWS)
        drawn[column] = moved.map("{:.6g}".format).where(drawn[column] != "", "")
    return drawn


def _faulty(children: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    wrong = children.copy()
    rows = rng.choice(ROWS, (len(WRONG), FAULTS // len(WRONG)), replace=False)
    for (column, cell), places in zip(WRONG.items(), rows, strict=True):
        wrong.loc[places, column] = cell
    return wrong


def _contradictory(children: pd.DataFrame) -> pd.DataFrame:
    later = (children["age_years"].astype(float) + 0.1).map("{:g}".format)
    return children.assign(onset_age_years=later, disease_duration_months="")


def _row(what: str, found: dict[str, Any]) -> str:
    landmark = "" if found["landmark"] is None else f"{found['landmark']:.2f} s"
    faults = f"{found['faults']:,}" if found["faults"] else ""
    message = f"{found['lines']} lines" if found["faults"] else ""
    return (
        f"| {what} | {found['read']:.2f} s | {landmark} | {found['process']:.2f} s "
        f"| {found['megabytes']:.0f} MB | {faults} | {message} |"
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            sys.exit(main())
        case ["--write", folder]:
            print(json.dumps(_write(Path(folder))))
        case asked:
            print(json.dumps(_read(*asked)))
