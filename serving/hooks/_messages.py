"""What is answered to a clinical system; nothing in it is ever null or empty."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

LONGEST_SUMMARY = 139  # CDS Hooks 2.0: fewer than 140 characters

Text = Annotated[str, Field(min_length=1)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def told(self) -> dict[str, Any]:
        """Return plain values, without what is absent."""
        return self.model_dump(mode="json", exclude_none=True, by_alias=True)


class CdsService(_Answer):
    """A service that can be called, and what it wants to be given."""

    hook: Text
    id: Text
    title: Text
    description: Text
    usageRequirements: Text
    version: Text = Field(description="Of the service's texts and queries; added by CDS Hooks 3.")
    prefetch: dict[str, Text] = Field(description="Key -> query, with tokens of the context.")


class CdsServices(_Answer):
    """Every service that can be called."""

    services: list[CdsService]


class CdsCoding(_Answer):
    """A code and what it means."""

    code: Text
    system: Text
    display: Text


class CdsSource(_Answer):
    """Where a card comes from."""

    label: Text
    url: Text | None = None
    topic: CdsCoding | None = None


class CdsLink(_Answer):
    """An address to read on."""

    label: Text
    url: Text
    type: Literal["absolute", "smart"] = "absolute"


class CdsCard(_Answer):
    """What a clinician sees."""

    uuid: Text
    summary: str = Field(min_length=1, max_length=LONGEST_SUMMARY)
    detail: Text = Field(description="GitHub Flavored Markdown.")
    indicator: Literal["info", "warning", "critical"]
    source: CdsSource
    links: list[CdsLink] = Field(min_length=1)
    overrideReasons: list[CdsCoding] = Field(min_length=1)


class CdsResponse(_Answer):
    """The cards; at least one for every call, since none would read as no risk."""

    cards: list[CdsCard] = Field(min_length=1)
