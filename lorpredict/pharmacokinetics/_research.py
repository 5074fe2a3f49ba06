"""What every output of a what-if has in common: it says that it is for research only."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from html import escape
from typing import Any

from lorpredict.pharmacokinetics._knowledge import research_only


@dataclass(frozen=True, eq=False, repr=False)
class ResearchOnly(ABC):
    """A calculation that is no advice; its words travel with it into every form.

    Parameters
    ----------
    research_only
        What has to be said with it.
    """

    research_only: str = field(default_factory=research_only, kw_only=True)

    @abstractmethod
    def rows(self) -> list[dict[str, Any]]:
        """Return the figures as rows of a table."""

    @abstractmethod
    def _content(self) -> dict[str, Any]:
        """Return what it holds, as JSON takes it."""

    @abstractmethod
    def _told(self) -> str:
        """Return what it is about, in a line."""

    def to_dict(self) -> dict[str, Any]:
        """Return what it holds as plain values, what has to be said first."""
        return {"research_only": self.research_only, **self._content()}

    def to_json(self) -> str:
        """Return what it holds as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._told()}; research only)"

    def _repr_html_(self) -> str:
        rows = self.rows()
        head = "".join(f"<th>{escape(name)}</th>" for name in rows[0]) if rows else ""
        body = "".join(
            f"<tr>{''.join(f'<td>{_cell(each)}</td>' for each in row.values())}</tr>"
            for row in rows
        )
        return (
            f"<p><strong>{escape(self.research_only)}</strong></p><p>{escape(self._told())}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return escape(f"{value:.3g}" if isinstance(value, float) else str(value))
