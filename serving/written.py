"""Days, times and names as JSON writes them: as text of one form, and no number taken for one."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"(?i)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _of_form(form: re.Pattern[str], expected: str) -> BeforeValidator:
    def checked(value: Any) -> Any:
        if isinstance(value, str) and form.fullmatch(value):
            return value
        raise PydanticCustomError(
            "written_otherwise", "expected {expected}", {"expected": expected}
        )

    return BeforeValidator(checked)


Day = Annotated[date, Field(strict=False), _of_form(_DAY, "a day such as 2026-03-31")]
Time = Annotated[
    datetime, Field(strict=False), _of_form(_TIME, "a time such as 2026-03-31T12:00:00Z")
]
Uuid = Annotated[UUID, Field(strict=False), _of_form(_UUID, "a UUID")]
