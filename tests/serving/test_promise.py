"""What version 1 of the API has promised to clients is kept.

``openapi-1.json`` beside this file is the promise: the document without its words. It is written
by hand, and never to make a test pass:

    python -m scripts.openapi --promise

adds what is new, once clients may rely on it, and refuses to take anything back. What breaks the
promise needs a ``version`` of its own in serving/app.py; the command then writes the next file.
"""

from __future__ import annotations

import copy
import json
from functools import partial
from pathlib import Path

import pytest

from scripts import openapi
from scripts.openapi import breaks
from tests.serving.api_changes import ADDITIONS, BREAKS, Change, Document, of, predict, without


@pytest.fixture(scope="module")
def document() -> Document:
    return openapi.document()


def test_what_was_promised_is_kept(document: Document) -> None:
    promised = json.loads(openapi.promise_of(document).read_text("utf-8"))

    assert breaks(promised, document) == []


# ---- what breaks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("change, told", BREAKS.values(), ids=BREAKS)
def test_a_break_is_named(document: Document, change: Change, told: str) -> None:
    assert told in breaks(document, after(change, document))


def after(change: Change, document: Document) -> Document:
    changed = copy.deepcopy(document)
    change(changed)
    return changed


def test_a_break_is_named_once_however_many_answers_share_it(document: Document) -> None:
    changed = after(lambda d: without(d, "Problem", "faults"), document)

    assert breaks(document, changed) == ["answers, Problem.faults: is gone"]


def test_a_body_that_has_to_be_sent_is_named(document: Document) -> None:
    without_need = after(lambda d: predict(d)["requestBody"].update(required=False), document)

    assert breaks(without_need, document) == ["POST /v1/predict: a body has to be sent now"]


def test_no_field_of_the_document_can_go_unnoticed(document: Document) -> None:
    for component, schema in document["components"]["schemas"].items():
        for name in schema["properties"]:
            gone = after(partial(without, component=component, name=name), document)

            assert f"{component}.{name}: is gone" in " ".join(breaks(document, gone))


# ---- what breaks nothing -------------------------------------------------------------------------


@pytest.mark.parametrize("change", ADDITIONS.values(), ids=ADDITIONS)
def test_an_addition_breaks_nothing(document: Document, change: Change) -> None:
    assert breaks(document, after(change, document)) == []


def test_a_component_that_holds_itself_is_compared_and_ends(document: Document) -> None:
    nested = after(
        lambda d: of(d, "RiskTold")["properties"].update(
            before={"anyOf": [{"$ref": "#/components/schemas/RiskTold"}, {"type": "null"}]}
        ),
        document,
    )

    assert breaks(nested, nested) == []
    assert breaks(nested, after(lambda d: without(d, "RiskTold", "risk"), nested)) == [
        "answers, RiskTold.risk: is gone"
    ]


def test_parts_that_hold_together_are_read_as_one(document: Document) -> None:
    split = after(lambda d: d["components"]["schemas"].update(
        Outcome={"allOf": [of(d, "Outcome"), {"required": ["by"]}]}
    ), document)  # fmt: skip

    assert breaks(document, split) == ["requests, Outcome.by: has to be sent now"]
    assert breaks(split, document) == []


# ---- the files -----------------------------------------------------------------------------------


def test_a_promise_is_written_without_words_and_only_grows(
    document: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert openapi.main(["--promise", "--promises", str(tmp_path)]) == 0
    file = openapi.promise_of(document, tmp_path)
    promised = json.loads(file.read_text("utf-8"))
    assert '"summary": "Risk' not in file.read_text("utf-8")
    assert "title" in promised["components"]["schemas"]["Problem"]["properties"]

    promised["paths"]["/v1/more"] = promised["paths"]["/v1/models"]
    file.write_text(json.dumps(promised), "utf-8")
    assert openapi.main(["--promise", "--promises", str(tmp_path)]) == 1
    assert "/v1/more is gone" in capsys.readouterr().err
    assert json.loads(file.read_text("utf-8")) == promised


def test_a_stale_document_is_named_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "openapi.json"
    assert openapi.main(["--page", str(page)]) == 0
    assert openapi.main(["--check", "--page", str(page)]) == 0
    page.write_text("{}", "utf-8")

    assert openapi.main(["--check", "--page", str(page)]) == 1
    assert "openapi.json is not what the service says: run `make docs`" in capsys.readouterr().err
