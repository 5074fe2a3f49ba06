"""The form of every card that the service gave while it was checked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from scripts.check_hooks.answers import Answer, nothings
from scripts.check_hooks.report import Report

Card = dict[str, Any]
_LONGEST_SUMMARY = 139
_TAG = re.compile(r"</?[A-Za-z][\w-]*(?:\s[^>]*)?/?>")
_LINK = re.compile(r"\]\(([^)\s]*)")
_RULE_ROW = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")


def check_cards(report: Report, answers: list[Answer]) -> None:
    """Check each rule over all cards of these answers."""
    cards = [card for answer in answers for card in answer.cards if isinstance(card, dict)]
    others = [card for answer in answers for card in answer.cards if not isinstance(card, dict)]
    report.topic = f"{len(cards)} cards"
    report.check("74", "every card is an object", f"came {others[0]!r}" if others else "")
    empty = sorted({path for answer in answers for path in nothings(answer.content)})
    report.check("3", "nothing is null or empty", ", ".join(empty))
    for number, what, rule in _RULES:
        problems = [problem for card in cards for problem in rule(card)]
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        report.check(number, what, f"came {problems[0]}{more}" if problems else "")
    actions = [each for answer in answers for each in _listed(answer.content, "systemActions")]
    problems = [problem for action in actions for problem in _action(action)]
    report.check("75, 127, 128", "system actions have the form of actions", "; ".join(problems))
    uuids = Counter(card["uuid"] for card in cards if _is_text(card.get("uuid")))
    doubled = [uuid for uuid, times in uuids.items() if times > 1]
    report.check("80", "no uuid is given twice", ", ".join(doubled))
    report.topic = ""


def _summary(card: Card) -> Iterator[str]:
    summary = card.get("summary", "")
    if not _is_text(summary) or len(summary) > _LONGEST_SUMMARY:
        yield f"summary {summary!r}"


def _uuid(card: Card) -> Iterator[str]:
    if "uuid" in card and not _is_text(card["uuid"]):
        yield f"uuid {card['uuid']!r}"


def _indicator(card: Card) -> Iterator[str]:
    if card.get("indicator") not in ("info", "warning", "critical"):
        yield f"indicator {card.get('indicator')!r}"


def _source(card: Card) -> Iterator[str]:
    source = card.get("source")
    if not isinstance(source, dict) or not _is_text(source.get("label")):
        yield f"source {source!r}"


def _source_addresses(card: Card) -> Iterator[str]:
    source = card.get("source")
    if isinstance(source, dict):
        for name in ("url", "icon"):
            if name in source and not _is_absolute(source[name]):
                yield f"source.{name} {source[name]!r}"


def _topic(card: Card) -> Iterator[str]:
    source = card.get("source")
    if isinstance(source, dict) and "topic" in source and not _is_coding(source["topic"]):
        yield f"source.topic {source['topic']!r}"


def _detail(card: Card) -> Iterator[str]:
    """Everything is Markdown; what a client would not show as it was meant is not."""
    if "detail" not in card:
        return
    detail = card["detail"]
    if not _is_text(detail):
        yield f"detail {detail!r}"
        return
    if detail.count("```") % 2:
        yield f"a code block without an end in {detail!r}"
    yield from (f"HTML {tag}" for tag in _TAG.findall(detail))
    yield from (f"link {link!r}" for link in _LINK.findall(detail) if not _is_open(link))
    yield from _tables(detail.splitlines())


def _is_open(link: str) -> bool:
    return link.startswith("mailto:") or _is_absolute(link)


def _tables(lines: list[str]) -> Iterator[str]:
    """A table is one only where its head has as many cells as the rule below it."""
    for head, rule in pairwise(lines):
        rule = rule.strip()
        if "|" in rule and _RULE_ROW.fullmatch(rule) and _cells(head) != _cells(rule):
            yield f"a table whose head does not fit its rule: {head!r}"


def _cells(row: str) -> int:
    return len(re.findall(r"(?<!\\)\|", row.strip().strip("|"))) + 1


def _suggestions(card: Card) -> Iterator[str]:
    if "suggestions" in card and not _are_objects(card["suggestions"]):
        yield f"suggestions {card['suggestions']!r}"
    for each in _listed(card, "suggestions"):
        if not _is_text(each.get("label")) or not _is_text(each.get("uuid", "left out")):
            yield f"suggestion {each!r}"
        if not isinstance(each.get("isRecommended", False), bool):
            yield f"isRecommended {each['isRecommended']!r}"
        if "actions" in each and not _are_objects(each["actions"]):
            yield f"actions {each['actions']!r}"
        for action in _listed(each, "actions"):
            yield from _action(action)


def _action(action: dict[str, Any]) -> Iterator[str]:
    kind = action.get("type")
    if kind not in ("create", "update", "delete") or not _is_text(action.get("description")):
        yield f"action {action!r}"
    resource = action.get("resource")
    is_resource = isinstance(resource, dict) and _is_text(resource.get("resourceType"))
    if kind in ("create", "update") and not is_resource:
        yield f"resource {resource!r} of action {kind}"
    if kind == "delete" and not _is_text(action.get("resourceId")):
        yield f"resourceId {action.get('resourceId')!r} of action delete"


def _selection(card: Card) -> Iterator[str]:
    behaviour = card.get("selectionBehavior")
    allowed = ("any", "at-most-one") if "suggestions" in card else (None, "any", "at-most-one")
    if behaviour not in allowed:
        yield f"selectionBehavior {behaviour!r}"
    recommended = [each for each in _listed(card, "suggestions") if each.get("isRecommended")]
    if len(recommended) > 1 and behaviour != "any":
        yield f"{len(recommended)} recommended suggestions with {behaviour!r}"


def _override_reasons(card: Card) -> Iterator[str]:
    if "overrideReasons" in card and not _are_objects(card["overrideReasons"]):
        yield f"overrideReasons {card['overrideReasons']!r}"
    for each in _listed(card, "overrideReasons"):
        if not _is_coding(each) or not _is_text(each.get("display")):
            yield f"override reason {each!r}"


def _links(card: Card) -> Iterator[str]:
    if "links" in card and not _are_objects(card["links"]):
        yield f"links {card['links']!r}"
    for each in _listed(card, "links"):
        told = _is_text(each.get("label")) and each.get("type") in ("absolute", "smart")
        if not told or not _is_absolute(each.get("url")):
            yield f"link {each!r}"
        context = each.get("appContext", "left out")
        if not _is_text(context) or (each.get("type") != "smart" and "appContext" in each):
            yield f"appContext {context!r} of a link {each.get('type')!r}"


def _listed(content: Any, name: str) -> list[dict[str, Any]]:
    listed = content.get(name) if isinstance(content, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_coding(value: Any) -> bool:
    return isinstance(value, dict) and _is_text(value.get("code")) and _is_text(value.get("system"))


def _is_absolute(value: Any) -> bool:
    split = urlsplit(value) if isinstance(value, str) else urlsplit("")
    return split.scheme in ("http", "https") and bool(split.hostname)


_RULES = (
    ("80, 81", "uuid is text or left out", _uuid),
    ("83", "the summary has fewer than 140 characters", _summary),
    ("84, 85", "the detail is GitHub Flavored Markdown", _detail),
    ("87, 88", "the indicator is info, warning or critical", _indicator),
    ("90, 105", "the source has a label", _source),
    ("107, 111", "addresses of the source are absolute", _source_addresses),
    ("115, 216, 217", "the topic of the source is a coding", _topic),
    ("92, 117-135", "suggestions and their actions have their form", _suggestions),
    ("93, 95, 96, 122", "suggestions come with a selectionBehavior", _selection),
    ("98, 100, 136, 219", "override reasons are codings with a display", _override_reasons),
    ("103, 138-147", "links are labelled, typed and absolute", _links),
)
