"""From what is known to HTML and plain text."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from lorpredict.survival import in_months
from serving.web._drawing import figures
from serving.web._files import HERE, texts
from serving.web._tabs import tabs

STATIC = HERE / "static"
ADDRESS = "/web"
_SMALLEST, _LARGEST = 0.005, 0.995  # what rounds to 0 and to 100
_BELOW_ALL = 0.999
_LOWEST_LEVEL = 0.1
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def rendered(template: str, **known: Any) -> str:
    """Fill in a template.

    Parameters
    ----------
    template : name of a file in ``templates``
    """
    return _environment().get_template(template).render(**known)


def prepare() -> None:
    """Compile every template, which the first visitor would otherwise wait for."""
    environment = _environment()
    for name in environment.list_templates():
        environment.get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(),  # of what ends in .html; a plain text is plain
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=texts(), asset=_asset, figures=figures, tabs=tabs)
    environment.filters.update(
        percent=percent,
        points=points,
        when=in_months,
        number=number,
        of_100=of_100,
        level=level,
        chance=chance,
    )
    return environment


def percent(share: float) -> str:
    """Word a probability in whole percent; what is possible is neither 0 nor 100."""
    if 0 < share <= _SMALLEST:
        return "<1"
    if _LARGEST <= share < 1:
        return ">99"
    return f"{100 * share:.0f}"


def chance(share: float) -> str:
    """Word a share of drawn children: none or all of them is not never or always."""
    return percent(min(max(share, _SMALLEST), _BELOW_ALL))


def of_100(share: float) -> int:
    """Return how many of 100 children a probability stands for."""
    return round(100 * share)


def points(contribution: float) -> str:
    """Word a contribution to a risk in percentage points, with its sign."""
    told = f"{100 * contribution:+.1f}"
    return "0.0" if told in ("+0.0", "-0.0") else told


def number(value: float) -> str:
    """Word a number without digits that say nothing."""
    return f"{value:.4g}"


def level(ug_ml: float) -> str:
    """Word a level of a drug, µg/mL, without digits that no forecast has."""
    if 0 < ug_ml < _LOWEST_LEVEL:
        return f"<{_LOWEST_LEVEL:g}"
    return f"{ug_ml:.2f}" if ug_ml < 1 else f"{ug_ml:.1f}" if ug_ml < 100 else f"{ug_ml:.0f}"


@cache
def _asset(name: str) -> str:
    """Return the address of a file beside the page; another one when its content changes."""
    mark = sha256((STATIC / name).read_bytes()).hexdigest()[:8]
    return f"{ADDRESS}/{name}?{mark}"
