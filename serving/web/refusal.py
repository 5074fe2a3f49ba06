"""A refusal as a person reads it, where a page was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request

from serving.web.rendering import POLICY, rendered

if TYPE_CHECKING:
    from serving.errors import Problem

PAGE = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}


def is_fragment(request: Request) -> bool:
    """Whether a script of ours asks, which puts the answer into the page that is there."""
    return request.headers.get("hx-request") == "true"


def refusal(problem: Problem, *, whole: bool) -> str:
    """Say why there is no answer.

    Parameters
    ----------
    whole : whether a page of its own is wanted, and not a part of one
    """
    return rendered("refusal.html", problem=problem, whole=whole)
