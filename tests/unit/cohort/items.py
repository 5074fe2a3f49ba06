"""Items of an activity index for tests: every one has 0 points unless it is given."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from lorpredict.clinical import ActivityIndex, activity_index
from lorpredict.cohort import ActivityItems, read_activity
from lorpredict.errors import CohortFaults

PCDAI, WPCDAI = activity_index("pcdai"), activity_index("wpcdai")


def visited(visit: str = "week14", *, of: ActivityIndex = PCDAI, **given: Any) -> dict[str, Any]:
    """One row of items, of child a; every item has 0 points unless it is given."""
    others = [item.name for item in of.items if not set(item.names) & set(given)]
    return {"patient_id": "a", "visit": visit} | dict.fromkeys(others, 0) | given


def activity_of(*rows: dict[str, Any], **options: Any) -> ActivityItems:
    return read_activity(pd.DataFrame(rows), **{"name": "theirs", **options})


def faults(call: Any, *arguments: Any, **options: Any) -> list[str]:
    with pytest.raises(CohortFaults) as refused:
        call(*arguments, **options)
    return [str(fault) for fault in refused.value.faults]
