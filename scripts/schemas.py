"""What breaks between two JSON schemas: of what clients send, or of what they are sent.

What was taken has to be taken later too, so the earlier schema of a request has to fit into the
later one; what comes has to be something that was told of, so the later schema of an answer has
to fit into the earlier one. Fields that are added to either break nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import Any, NamedTuple

Json = Mapping[str, Any]

WORDS = frozenset({"title", "description", "summary", "examples", "example", "operationId", "tags"})

_BOUNDS = (  # keyword of the least, its exclusive form, of the most, its exclusive form
    ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", -inf),
    ("minLength", "", "maxLength", "", 0),
    ("minItems", "", "maxItems", "", 0),
    ("minProperties", "", "maxProperties", "", 0),
)
# What says the same thing of another unit, or of what was left out, means something else.
_MEANT = ("unit", "ucum", "default")
_COMPARED = frozenset(
    {
        *(str(keyword) for bound in _BOUNDS for keyword in bound[:4]),
        *("type", "enum", "required", "properties", "additionalProperties", "items"),
    }
)
_SAID = WORDS | {*_MEANT, "deprecated", "readOnly", "writeOnly", "discriminator", "$comment"}
_KINDS = {
    "": "any value", "null": "null", "boolean": "true or false", "integer": "a whole number",
    "number": "a number", "string": "a text", "array": "a list", "object": "an object",
}  # fmt: skip
_KIND_OF = {
    bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object",
    type(None): "null",
}  # fmt: skip


class _Form(NamedTuple):
    """One of the forms that a value may have: of one kind, without references."""

    component: str
    kind: str
    schema: Json


class Schemas:
    """Schemas of one direction: of what clients send, or of what they are sent."""

    def __init__(self, promised: Json, current: Json, way: str) -> None:
        self._documents = (promised, current)
        self._way, self._sent = way, way == "requests"
        self._seen: dict[tuple[str, str, str], list[str]] = {}

    def between(self, promised: Any, current: Any, at: str) -> list[str]:
        """What breaks between two schemas; each pair is compared once, so circles end."""
        key = (at, json.dumps(promised, sort_keys=True), json.dumps(current, sort_keys=True))
        if key not in self._seen:
            self._seen[key] = []
            old, new = (
                list(_forms(schema, document))
                for schema, document in zip((promised, current), self._documents, strict=True)
            )
            inner, outer = (old, new) if self._sent else (new, old)
            self._seen[key] = [told for each in inner for told in self._nearest(each, outer, at)]
        return self._seen[key]

    def _nearest(self, form: _Form, outer: Iterable[_Form], at: str) -> list[str]:
        """What keeps a form from fitting into the one that it fits best."""
        tried = [
            list(self._fits(form, each, at))
            for each in outer
            if each.kind in ("", form.kind) or (form.kind, each.kind) == ("integer", "number")
        ]
        if tried:
            return min(tried, key=len)
        told = "is not taken any more" if self._sent else "may come now"
        return [self._told(at, f"{_KINDS[form.kind]} {told}")]

    def _fits(self, inner: _Form, outer: _Form, at: str) -> Iterator[str]:
        if not outer.kind:
            return
        (component, _, old), (_, _, new) = (inner, outer) if self._sent else (outer, inner)
        at = component or at
        changed = [*_narrowed(inner.schema, outer.schema), *_meant(old, new, sent=self._sent)]
        for keyword in dict.fromkeys(changed):
            was, now = (json.dumps(each.get(keyword), ensure_ascii=False) for each in (old, new))
            yield self._told(at, f"{keyword} was {was}, is {now}")
        if inner.kind == "array":
            yield from self.between(old.get("items", {}), new.get("items", {}), f"{at}[]")
        if inner.kind == "object":
            yield from self._of_fields(old, new, at)

    def _of_fields(self, old: Json, new: Json, at: str) -> Iterator[str]:
        fields, later = old.get("properties", {}), new.get("properties", {})
        must, later_must = set(old.get("required", ())), set(new.get("required", ()))
        for name, schema in fields.items():
            if name in later:
                yield from self.between(schema, later[name], f"{at}.{name}")
            else:
                yield self._told(f"{at}.{name}", "is gone")
        for name in sorted(later_must - must if self._sent else (must - later_must) & set(later)):
            told = "has to be sent now" if self._sent else "may be left out now"
            yield self._told(f"{at}.{name}", told)
        yield from self._of_other_fields(_others(old), _others(new), at)

    def _of_other_fields(self, old: Json | None, new: Json | None, at: str) -> Iterator[str]:
        if new is None and old is not None and self._sent:
            yield self._told(at, "fields of other names are not taken any more")
        elif new is not None and old is not None:
            yield from self.between(old, new, f"{at}.*")

    def _told(self, at: str, what: str) -> str:
        return f"{self._way}, {at}: {what}"


def _others(schema: Json) -> Json | None:
    """What fields without a name of their own have to be; None where there may be none."""
    found = schema.get("additionalProperties", {})
    return {} if found is True else None if found is False else found


# ---- the forms of a schema -----------------------------------------------------------------------


def _forms(schema: Any, document: Json, component: str = "") -> Iterator[_Form]:
    """Every form that a schema allows."""
    if isinstance(schema, dict) and "$ref" in schema:
        component = schema["$ref"].rpartition("/")[2]
    whole = _resolved(schema, document)
    alternatives = whole.pop("anyOf", None) or whole.pop("oneOf", None)
    if alternatives:
        for each in alternatives:
            yield from _forms(_merged(whole, each), document, component)
    else:
        yield from (_Form(component, kind, each) for kind, each in _of_one_kind(whole))


def _resolved(schema: Any, document: Json) -> dict[str, Any]:
    """A schema with what it refers to, and the parts of ``allOf``, put into it."""
    whole = {} if schema is True else {"not": {}} if schema is False else dict(schema)
    parts = whole.pop("allOf", [])
    if "$ref" in whole:
        parts = [*parts, document["components"]["schemas"][whole.pop("$ref").rpartition("/")[2]]]
    for part in parts:
        whole = _merged(_resolved(part, document), whole)
    return whole


def _merged(schema: Json, more: Json) -> dict[str, Any]:
    whole = {**schema, **more}
    if "required" in whole:
        both = (*schema.get("required", ()), *more.get("required", ()))
        whole["required"] = list(dict.fromkeys(both))
    if "properties" in whole:
        whole["properties"] = {**schema.get("properties", {}), **more.get("properties", {})}
    return whole


def _of_one_kind(schema: Json) -> Iterator[tuple[str, Json]]:
    """The kinds of value that a schema allows, each with what it says of that kind."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    for kind in _kinds(schema, values):
        own = None if values is None else [each for each in values if _is_of(each, kind)]
        if own == []:
            continue
        if kind == "null":  # there is but one, of which nothing more can be said
            yield kind, {"type": kind}
        else:
            bare = {key: value for key, value in schema.items() if key != "const"}
            yield kind, bare | ({"enum": own} if own else {})


def _kinds(schema: Json, values: list[Any] | None) -> Iterable[str]:
    said = schema.get("type")
    if said is not None:
        return [said] if isinstance(said, str) else list(said)
    if values is not None:
        return dict.fromkeys(_KIND_OF[type(each)] for each in values)
    return ["object" if "properties" in schema else ""]


def _is_of(value: Any, kind: str) -> bool:
    own = _KIND_OF[type(value)]
    return own == kind or (own, kind) == ("integer", "number")


# ---- what of a form takes less -------------------------------------------------------------------


def _narrowed(inner: Json, outer: Json) -> Iterator[str]:
    """The keywords by which ``outer`` refuses something that ``inner`` allows."""
    for least, over, most, under, unsaid in _BOUNDS:
        if _start(outer, least, over, unsaid) > _start(inner, least, over, unsaid):
            yield over if over in outer else least
        if _end(outer, most, under) < _end(inner, most, under):
            yield under if under in outer else most
    if "enum" in outer and not _values(inner.get("enum")) <= _values(outer["enum"]):
        yield "enum"
    for keyword in sorted(outer.keys() - _COMPARED - _SAID):
        if inner.get(keyword) != outer[keyword]:
            yield keyword


def _start(schema: Json, least: str, over: str, unsaid: float) -> tuple[float, bool]:
    return max((schema.get(least, unsaid), False), (schema.get(over, -inf), True))


def _end(schema: Json, most: str, under: str) -> tuple[float, bool]:
    return min((schema.get(most, inf), True), (schema.get(under, inf), False))


def _values(listed: list[Any] | None) -> set[str]:
    """Values as they are written; where none are listed, others may come too."""
    return {"any other"} if listed is None else {json.dumps(each) for each in listed}


def _meant(old: Json, new: Json, *, sent: bool) -> Iterator[str]:
    """The keywords that now say something else of the same value."""
    for keyword in _MEANT:
        matters = sent or keyword != "default"
        if matters and keyword in old and old[keyword] != new.get(keyword):
            yield keyword
