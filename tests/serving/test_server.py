"""The real server: BentoML's own endpoints, health, metrics, and what it writes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lorpredict import PackagedModel
from tests.serving.conftest import Server

pytestmark = pytest.mark.server

Child = dict[str, Any]
CHILD: Child = {"sex": "female", "age_years": 12.5, "albumin_g_l": 36, "remission_week14": True}
SECRET_NUMBER, SECRET_TEXT = "987654.321", "SECRETTEXT"
JSON = {"content-type": "application/json"}
ROUTES = ["/predict", "/explain", "/v1/predict", "/v1/explain"]


def _risks(answers: dict[str, Any]) -> np.ndarray[Any, Any]:
    return np.array([[told["risk"] for told in one["risks"]] for one in answers["answers"]])


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_it_is_healthy(server: Server, path: str) -> None:
    assert server.get(path).status_code == 200


@pytest.mark.parametrize("route", ["/predict", "/v1/predict"])
def test_it_answers_what_the_packaged_model_says(
    server: Server, champion: PackagedModel, children: list[Child], route: str
) -> None:
    answer = server.post(route, json={"records": children})

    assert np.abs(_risks(answer.json()) - champion.predict(children).risk).max() <= 1e-12


# In a process of its own, as its users have it: at its import BentoML's client warns, and it
# leaves files to the garbage collector.
CLIENT = """
import json, sys
import bentoml
from bentoml.exceptions import BentoMLException
url, child = sys.argv[1], json.loads(sys.argv[2])
with bentoml.SyncHTTPClient(url) as client:
    told = {
        "predicted": client.predict({"record": child, "model": "challenger"}),
        "explained": client.explain({"record": child}),
    }
    try:
        client.predict({"record": {"albumin_g_l": 4.2}})
    except BentoMLException as error:
        told["refused"] = [error.error_code, str(error)]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told_to_bentoml(server: Server) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-c", CLIENT, server.url, json.dumps(CHILD)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def test_clients_of_bentoml_are_answered(
    told_to_bentoml: dict[str, Any], challenger: PackagedModel
) -> None:
    predicted = told_to_bentoml["predicted"]

    assert predicted["model"]["alias"] == "challenger"
    assert np.abs(_risks(predicted) - challenger.predict([CHILD]).risk).max() <= 1e-12


def test_clients_of_bentoml_are_given_explanations(told_to_bentoml: dict[str, Any]) -> None:
    for horizon in told_to_bentoml["explained"]["answers"][0]["horizons"]:
        total = horizon["base_value"] + horizon["contributions_sum"]
        assert total == pytest.approx(horizon["predicted"], abs=1e-12)


def test_clients_of_bentoml_are_told_what_is_wrong(told_to_bentoml: dict[str, Any]) -> None:
    status, text = told_to_bentoml["refused"]

    assert status == 422
    assert "Is it in g/dL" in text


def test_native_endpoints_refuse_as_the_mounted_app_does(server: Server) -> None:
    for content in (b"", b"{", b"{}", b'{"record": {"albumin_g_l": NaN, "sex": 1}}', b"[]"):
        native = server.post("/predict", content=content, headers=JSON)
        mounted = server.post("/v1/predict", content=content, headers=JSON)

        assert native.status_code == mounted.status_code
        assert native.headers["content-type"] == "application/problem+json"
        assert native.json() == mounted.json() | {"instance": "/predict"}


def test_a_native_endpoint_knows_no_other_alias(server: Server) -> None:
    answer = server.post("/predict", json={"record": CHILD, "model": "champignon"})

    assert answer.status_code == 404
    assert "known: champion, challenger" in answer.json()["detail"]


@pytest.mark.parametrize("route", ROUTES)
def test_a_body_that_is_too_large_is_refused(server: Server, route: str) -> None:
    announced = server.post(route, content=b" " * 6_000_000, headers=JSON)
    in_chunks = server.post(route, content=iter([b" " * 500_000] * 12), headers=JSON)

    assert [announced.status_code, in_chunks.status_code] == [413, 413]
    assert announced.json()["detail"].startswith("The body is larger")


def test_the_pages_of_bentoml_that_ask_other_hosts_are_not_served(server: Server) -> None:
    assert "<title>lorpredict" in server.get("/").text
    assert server.get("/docs.json").headers["location"] == "/v1/openapi.json"


def test_the_documentation_page_finds_its_files(server: Server) -> None:
    page = server.get("/v1/docs").text

    for path in re.findall(r'"\.\.(/static_content/[^"]+)"', page):
        assert server.get(path).status_code == 200


def test_unknown_addresses_are_problems_and_do_not_fill_the_metrics(server: Server) -> None:
    for path in ("/nowhere-1", "/v1/nowhere-2", "/static_content/nowhere-3"):
        answer = server.get(path)

        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    metrics = server.get("/metrics").text
    assert 'endpoint="/unknown-path"' in metrics
    assert "nowhere" not in metrics


def _bodies() -> Iterator[str]:
    """Bodies that are wrong in every way, each with a value that can be recognized."""
    for value in (
        SECRET_NUMBER,
        f'"{SECRET_TEXT}"',
        f'["{SECRET_TEXT}"]',
        f'{{"a": {SECRET_NUMBER}}}',
    ):
        fields = ["albumin_g_l", "sex", "perianal", "landmark_day", "unknown"]
        record = json.dumps(dict.fromkeys(fields, 0)).replace("0", value)
        yield f'{{"record": {record}}}'
        yield f'{{"records": [{record}, {value}]}}'
        yield f'{{"record": {value}, "days_since_first_infusion": [{value}], "model": {value}}}'
        yield f'{{"record": {{"age_years": 5}}, "model": {value}}}'
        yield f'{{"record": {{"age_years": 5}}, "days_since_first_infusion": {value}}}'
        yield f'{{"record": {{"onset_age_years": {value}'
        yield value


def test_what_was_sent_is_in_no_refusal_no_metric_and_no_log_line(server: Server) -> None:
    for route in ROUTES:
        for body in _bodies():
            answer = server.post(route, content=body, headers=JSON)

            assert answer.status_code in (400, 404, 422)
            assert SECRET_NUMBER not in answer.text
            assert SECRET_TEXT not in answer.text
        server.post(route, content=SECRET_TEXT, headers={"content-type": "multipart/form-data"})
        server.post(f"{route}?model={SECRET_TEXT}", json={"record": {"age_years": 5}})
        server.post(f"/{SECRET_TEXT}{route}", content=SECRET_TEXT)
    for told in (server.get("/metrics").text, server.told()):
        assert SECRET_NUMBER not in told
        assert SECRET_TEXT not in told


def test_it_writes_no_traceback(server: Server) -> None:
    assert "Traceback" not in server.told()


def test_the_client_of_the_readme_reads_an_answer(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    [client] = [code for code in re.findall(r"```python\n(.*?)```", page, re.S) if "httpx" in code]
    exec(client.replace("http://127.0.0.1:3001", server.url), {})  # noqa: S102  our own page
    told = capsys.readouterr().out
    assert "trained on synthetic children" in told
    assert "by day 365: " in told
    assert "not measured: ['age_years'" in told
