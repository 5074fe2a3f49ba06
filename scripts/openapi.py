"""Keep the OpenAPI document of the service, and what its version promises to clients.

python -m scripts.openapi            writes docs/reference/openapi.json
python -m scripts.openapi --check    fails when that file is not what the service says
python -m scripts.openapi --promise  writes tests/serving/openapi-VERSION.json, unless it would
                                     break what that version has promised already

``breaks`` compares two documents. Whatever a client may send has to be taken later too, and
whatever it may be sent has to be something that it was told of; what is added breaks nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.schemas import WORDS, Json, Schemas

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "openapi.json"
PROMISES = ROOT / "tests" / "serving"

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_MAPS = {"paths", "responses", "content", "schemas", "properties", "dependentRequired"}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.openapi",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail when stale")
    parser.add_argument("--promise", action="store_true", help="write the promise of the version")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the document stands")
    parser.add_argument("--promises", type=Path, default=PROMISES, help="where promises stand")
    options = parser.parse_args(arguments)
    if options.promise:
        return promise(options.promises)
    return check(options.page) if options.check else write(options.page)


# ---- the document, and what it promises ----------------------------------------------------------


def document() -> dict[str, Any]:
    """What the service says of itself, with our own catalogue and without any model."""
    named = os.environ.pop("LORPREDICT_MODEL", None)  # a site's model would add its predictors
    try:
        from serving.app import create_app

        return create_app().openapi()
    finally:
        if named is not None:
            os.environ["LORPREDICT_MODEL"] = named


def write(page: Path) -> int:
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(written(document()), encoding="utf-8")
    print(f"{page.name} says what the service says")
    return 0


def check(page: Path) -> int:
    if page.exists() and page.read_text("utf-8") == written(document()):
        return 0
    print(f"{page.name} is not what the service says: run `make docs`", file=sys.stderr)
    return 1


def promise(folder: Path) -> int:
    current = document()
    file = promise_of(current, folder)
    found = breaks(json.loads(file.read_text("utf-8")), current) if file.exists() else []
    if found:
        told = "version in serving/app.py is to be raised, or these are to be taken back:"
        print(f"{file.name} has promised more; {told}", *found, sep="\n  ", file=sys.stderr)
        return 1
    file.write_text(written(reduced(current)), encoding="utf-8")
    print(f"{file.name} promises what the service says today")
    return 0


def promise_of(current: Json, folder: Path = PROMISES) -> Path:
    """The file in which a document's version has made its promise."""
    return folder / f"openapi-{current['info']['version']}.json"


def written(content: Json) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def reduced(node: Any, *, names: bool = False) -> Any:
    """A document without the words in it, on which no program depends."""
    if isinstance(node, list):
        return [reduced(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: reduced(value, names=key in _MAPS and not names)
        for key, value in node.items()
        if names or key not in WORDS
    }


# ---- what breaks a client ------------------------------------------------------------------------


def breaks(promised: Json, current: Json) -> list[str]:
    """Every way in which a document breaks what an earlier one has promised, in words."""
    return list(dict.fromkeys(_Documents(promised, current).breaks()))


class _Documents:
    """An earlier document beside a later one."""

    def __init__(self, promised: Json, current: Json) -> None:
        self._promised, self._current = promised, current
        self._requests = Schemas(promised, current, "requests")
        self._answers = Schemas(promised, current, "answers")

    def breaks(self) -> Iterator[str]:
        for address, promised in self._promised["paths"].items():
            current = self._current["paths"].get(address)
            if current is None:
                yield f"{address} is gone"
                continue
            for method in (each for each in _METHODS if each in promised):
                name = f"{method.upper()} {address}"
                if method in current:
                    yield from self._of_operation(name, promised, current, method)
                else:
                    yield f"{name} is gone"

    def _of_operation(self, name: str, promised: Json, current: Json, method: str) -> Iterator[str]:
        yield from self._of_parameters(
            name, _parameters(promised, method), _parameters(current, method)
        )
        old, new = promised[method], current[method]
        yield from self._of_body(name, old.get("requestBody", {}), new.get("requestBody", {}))
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                yield f"{name}: the answer {status} is gone"
                continue
            yield from _of_media(
                f"{name}, answer {status}", answer, new["responses"][status], self._answers
            )

    def _of_parameters(
        self, name: str, promised: Mapping[str, Json], current: Mapping[str, Json]
    ) -> Iterator[str]:
        for each, parameter in current.items():
            is_new = each not in promised or not promised[each].get("required", False)
            if parameter.get("required", False) and is_new:
                yield f"{name}: {each} has to be sent now"
        for each, parameter in promised.items():
            if each not in current:
                yield f"{name}: {each} is gone"
                continue
            schemas = (parameter.get("schema", {}), current[each].get("schema", {}))
            yield from self._requests.between(*schemas, f"{name}, {each}")

    def _of_body(self, name: str, promised: Json, current: Json) -> Iterator[str]:
        if current.get("required", False) and not promised.get("required", False):
            yield f"{name}: a body has to be sent now"
        yield from _of_media(f"{name}, body", promised, current, self._requests)


def _parameters(path: Json, method: str) -> dict[str, Json]:
    every = (*path.get("parameters", ()), *path[method].get("parameters", ()))
    return {f"{each['in']} parameter {each['name']}": each for each in every}


def _of_media(name: str, promised: Json, current: Json, schemas: Schemas) -> Iterator[str]:
    for media, content in promised.get("content", {}).items():
        later = current.get("content", {}).get(media)
        if later is None:
            yield f"{name}: {media} is gone"
        else:
            yield from schemas.between(content.get("schema", {}), later.get("schema", {}), name)


if __name__ == "__main__":
    sys.exit(main())
