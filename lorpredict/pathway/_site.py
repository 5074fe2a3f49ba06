"""The pathway as it ships, and as a site changes it in a file of its own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lorpredict.clinical import Assay, Evidence, assays, pathway_content
from lorpredict.errors import CatalogueError
from lorpredict.pathway._table import AntibodyClasses, Option, Pathway, Row, Threshold
from lorpredict.pathway._table_faults import entries_by_key, site_faults, table_faults

OURS = "lorpredict"


def default_pathway() -> Pathway:
    """Return the pathway that ships with lorpredict.

    Examples
    --------
    >>> default_pathway().window_low_ug_ml, default_pathway().window_high_ug_ml
    (3.0, 9.0)
    """
    return _default()


def pathway_from(path: str | Path) -> Pathway:
    r"""Read a site's pathway: ours, with what the site says otherwise.

    Parameters
    ----------
    path
        A TOML file as ``pathway.toml``, in which all may be left out: ``thresholds`` (value and
        source), ``assays``, ``antibodies`` (unit, low_from, high_from, source), ``options`` and
        ``evidence`` (one of the same key is replaced, others are added), and ``rows``, which
        replace the whole table.

    Raises
    ------
    CatalogueError
        Naming all that is unknown, without a source, or contradictory: an empty window, a
        combination in no row or in two.

    Examples
    --------
    >>> import tempfile
    >>> told = '[thresholds.window_low_ug_ml]\nvalue = 7\nsource = "PANTS, Kennedy 2019"'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "ours.toml")
    ...     _ = file.write_text(told)
    ...     pathway_from(file).band(5.0)
    'below'
    """
    file = Path(path)
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise CatalogueError(f"no pathway at {file}; expected a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"the pathway {file.name} is not TOML: {error}") from error
    return pathway_of(content, name=file.name)


def pathway_of(content: Mapping[str, Any], *, name: str = "a site's pathway") -> Pathway:
    """Build a pathway from what a site's file holds; raises as :func:`pathway_from`."""
    faults = list(site_faults(content))
    _refuse(faults, name)
    try:
        whole = _merged(content)
        _refuse(list(table_faults(whole)), name)
        return _built(whole, str(content.get("name", name)))
    except (AttributeError, KeyError, TypeError) as error:
        raise CatalogueError(f"the pathway {name!r} is misshapen: {error}") from error


def _refuse(faults: list[str], name: str) -> None:
    if faults:
        told = "\n".join(f"  {fault}" for fault in faults)
        raise CatalogueError(f"the pathway {name!r}:\n{told}")


@cache
def _default() -> Pathway:
    content = pathway_content()
    _refuse(list(table_faults(content)), OURS)
    return _built(content, OURS)


def _merged(site: Mapping[str, Any]) -> dict[str, Any]:
    ours = pathway_content()
    thresholds = {
        key: {**each, **site.get("thresholds", {}).get(key, {})}
        for key, each in ours["thresholds"].items()
    }
    listed = {
        name: [*(entries_by_key(ours[name]) | entries_by_key(site.get(name, ()))).values()]
        for name in ("options", "evidence")
    }
    return {
        **ours,
        **listed,
        "thresholds": thresholds,
        "assays": site.get("assays", {}),
        "antibodies": site.get("antibodies", {}),
        "rows": site.get("rows", ours["rows"]),
    }


def _built(content: Mapping[str, Any], name: str) -> Pathway:
    options = [Option.from_toml(each) for each in content["options"]]
    found = [Evidence.from_toml(each) for each in content["evidence"]]
    return Pathway(
        name=name,
        version=content["version"],
        caution=content["caution"],
        thresholds=MappingProxyType(
            {
                key: Threshold(key, float(each["value"]), each["meaning"], each["source"])
                for key, each in content["thresholds"].items()
            }
        ),
        assays=_assays(content.get("assays", {})),
        antibodies=AntibodyClasses(**content.get("antibodies", {})),
        rows=tuple(map(Row.from_toml, content["rows"])),
        options=MappingProxyType({each.key: each for each in options}),
        evidence=MappingProxyType({each.key: each for each in found}),
        mechanisms=MappingProxyType(content["mechanisms"]),
        immunomodulators=MappingProxyType(content["immunomodulators"]),
        not_covered=tuple(each["topic"] for each in content["not_covered"]),
    )


def _assays(site: Mapping[str, Any]) -> tuple[Assay, ...]:
    """Return our assays, those of a site in place of ours and beside them."""
    theirs = {key: Assay.from_toml(key, each) for key, each in site.items()}
    return tuple({**assays(), **theirs}.values())
