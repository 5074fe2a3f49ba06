"""What is told of a table that is refused."""

from __future__ import annotations

from typing import Any

import pytest

from lorpredict import read_cohort
from lorpredict.errors import CohortFaults


def faults_of(source: Any, **options: Any) -> list[str]:
    """Read a cohort that has to be refused, and return its faults in words."""
    with pytest.raises(CohortFaults) as refused:
        read_cohort(source, **options)
    return [str(fault) for fault in refused.value.faults]
