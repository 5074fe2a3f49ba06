"""What a source found on one topic, with the places of its figures; kept in ``pathway.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self, get_args

from lorpredict.clinical._published import published_study
from lorpredict.clinical._statements import sourced
from lorpredict.errors import CatalogueError

Whom = Literal["children", "adults", "children and adults", "not said"]
_PAGE = "pathway"


@dataclass(frozen=True)
class Count:
    """How many of how many, as a study printed it.

    Parameters
    ----------
    what : what they were, or did
    n, of : patients
    """

    what: str
    n: int
    of: int

    @classmethod
    def from_toml(cls, entry: Mapping[str, str]) -> Self:
        """Look the figures up in the study that is named."""
        n, of = (_published(entry["study"], entry[name]) for name in ("n", "of"))
        return cls(entry["what"], int(n), int(of))


@dataclass(frozen=True)
class Compared:
    """Percentages of two groups, as a study printed them.

    Parameters
    ----------
    what, otherwise : what the percentages are of, and what the others had
    combination_percent, monotherapy_percent : percent of each group
    combination_of, monotherapy_of : patients in each group
    """

    what: str
    otherwise: str
    combination_percent: float
    monotherapy_percent: float
    combination_of: int
    monotherapy_of: int

    @classmethod
    def from_toml(cls, entry: Mapping[str, str]) -> Self:
        """Look the figures up in the study that is named."""
        study = entry["study"]
        percent = _published(study, entry["percent"])
        of = [int(_published(study, entry[name])) for name in ("combination_of", "monotherapy_of")]
        return cls(
            entry["what"], entry["otherwise"], percent["combination"], percent["monotherapy"], *of
        )


@dataclass(frozen=True)
class Evidence:
    """What a source says on one topic; never an order.

    Parameters
    ----------
    key : name, for programs
    topic, finding : what it is about, and what was found
    population : in whom, and how many
    whom : whether these were children or adults, or that the source does not say
    source : citation
    size : number of patients; None where there is none
    status : that there is no result, where there is none
    said : what else the source says
    counts, compared : its figures
    beside_risk : whether it is shown beside a risk too
    url : where it is read; absent where no address was verified
    """

    key: str
    topic: str
    finding: str
    population: str
    whom: Whom
    source: str
    size: int | None = None
    status: str = ""
    said: tuple[str, ...] = ()
    counts: tuple[Count, ...] = ()
    compared: tuple[Compared, ...] = ()
    beside_risk: bool = True
    url: str | None = None

    def __post_init__(self) -> None:
        if self.whom not in get_args(Whom):
            raise CatalogueError(
                f"evidence {self.key!r}: whom is {self.whom!r}; "
                f"expected one of {', '.join(get_args(Whom))}"
            )

    @classmethod
    def from_toml(cls, entry: Mapping[str, Any]) -> Self:
        """Build it from its table.

        Raises
        ------
        CatalogueError
            If something is missing, unknown, or not among the published figures.
        """
        fields = dict(entry)
        try:
            fields["said"] = tuple(fields.get("said", ()))
            fields["counts"] = tuple(map(Count.from_toml, fields.get("counts", ())))
            fields["compared"] = tuple(map(Compared.from_toml, fields.get("compared", ())))
            return cls(**fields)
        except (KeyError, TypeError) as error:
            raise CatalogueError(f"evidence {entry.get('key', '?')!r}: {error}") from error


@cache
def pathway_content() -> dict[str, Any]:
    """Return the content of ``pathway.toml``; not to be changed."""
    text = files("lorpredict.clinical").joinpath(f"{_PAGE}.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def evidence() -> tuple[Evidence, ...]:
    """Return what the literature discusses beside a risk."""
    entries = sourced(pathway_content()["evidence"], _PAGE)
    return tuple(each for each in map(Evidence.from_toml, entries) if each.beside_risk)


def _published(study: str, path: str) -> Any:
    found: Any = published_study(study)
    for step in path.split("."):
        found = found[step]
    return found
