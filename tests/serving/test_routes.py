"""Every address that is answered stands in the table of routes."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

import serving.web
from serving.app import create_app, show_docs
from serving.models import ServedModels
from serving.routes import UNKNOWN_PATH, route_of

OPEN = {"/", "/loss-of-response", "/trough", "/docs.json", "/v1/docs", "/v1/openapi.json"}
STATIC = Path(serving.web.__file__).parent / "static"


def test_every_address_of_the_document_needs_a_scope(client: TestClient) -> None:
    for path in client.get("/v1/openapi.json").json()["paths"]:
        assert route_of(path).scope is not None, path


def test_every_address_that_answers_a_child_is_audited(client: TestClient) -> None:
    document = client.get("/v1/openapi.json").json()
    posts = [path for path, told in document["paths"].items() if "post" in told]

    assert len(posts) >= 6
    assert [path for path in posts if not route_of(path).audited] == []


def test_what_is_open_is_known_and_tells_of_no_child(models: ServedModels) -> None:
    app = create_app(models)
    show_docs(app)
    client = TestClient(app)
    for path in OPEN:
        assert route_of(path).name == path
        assert client.get(path, follow_redirects=False).status_code in (200, 307)


@pytest.mark.parametrize("path", ["/v1/predict/", "/v1//predict", "/V1/PREDICT", "/v1/other", "/x"])
def test_what_is_almost_an_address_is_none(path: str) -> None:
    assert route_of(path).name == UNKNOWN_PATH


def test_the_first_page_leads_to_the_document_of_the_api(client: TestClient) -> None:
    assert "/v1/openapi.json" in client.get("/").text


def test_the_page_is_open_and_its_answer_is_not() -> None:
    assert route_of("/").scope is None
    assert (route_of("/risk").scope, route_of("/risk").audited) == ("explain", True)
    assert route_of("/loss-of-response").scope is None
    lost = route_of("/loss-of-response/answer")
    assert (lost.scope, lost.audited, lost.is_page) == ("pathway", True, True)
    assert route_of("/trough").scope is None
    forecast = route_of("/trough/answer")
    assert (forecast.scope, forecast.audited, forecast.is_page) == ("trough", True, True)


@pytest.mark.parametrize(
    "name", [file.name for file in STATIC.iterdir() if file.suffix != ".LICENSE"]
)
def test_every_file_of_the_page_has_its_route(client: TestClient, name: str) -> None:
    assert route_of(f"/web/{name}").name == f"/web/{name}"
    assert client.get(f"/web/{name}").status_code == 200


def test_there_is_no_way_out_of_the_folder_of_the_page(client: TestClient) -> None:
    for path in ("/web/..%2fpages.py", "/web/pages.py", "/web/"):
        assert client.get(path).status_code == 404
