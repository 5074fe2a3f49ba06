"""Tables from Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from lorpredict.cohort._loaded import refused


def read_parquet(path: Path) -> pd.DataFrame:
    """Read every cell as the value that the file holds.

    Raises
    ------
    CohortFaults
        If the file is not Parquet, or is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # The file alone: as a data set it would be refused for a column that stands twice.
        with pq.ParquetFile(path) as file:
            table: Any = file.read()
    except (pa.ArrowException, OSError) as error:
        first_line = str(error).strip().splitlines()[0].rstrip(".")
        hint = "Write the file anew, or give it the ending of what it is"
        raise refused(path.name, f"not a Parquet file: {first_line}", hint) from None
    # Integers beside missing values would become floats, and long identifiers lose digits. What
    # pandas once held as its index is a column like any other.
    frame: pd.DataFrame = table.to_pandas(integer_object_nulls=True, ignore_metadata=True)
    return frame
