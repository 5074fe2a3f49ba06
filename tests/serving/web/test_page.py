"""What the page answers, without a browser: figures, refusals, what is kept."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from fhir.resources.R4B.guidanceresponse import GuidanceResponse
from starlette.testclient import TestClient

from serving.app import create_app
from serving.models import ServedModels
from serving.web._files import HERE, examples, texts
from serving.web._form import Form
from serving.web._typed import Typed
from serving.web.rendering import of_100, percent
from tests.serving.conftest import Server
from training.audited import read_audit

HORIZON = re.compile(r'class="horizon" data-day="(.+?)" data-risk="(.+?)" data-low="(.+?)"')
MOVED = re.compile(r'data-predictor="(\w+)" data-contribution="(.+?)"')
SAVED = re.compile(r'download="lorpredict-\w+\.json" href="data:application/json;base64,(.+?)"')
FRAGMENT = {"HX-Request": "true"}
_SAID_BY_PYTHON = {"form", "typed", "faults", "cohort", "curve", "model", "why", "typed_in"}


@pytest.fixture(scope="module")
def form(models: ServedModels) -> Form:
    return Form.of(models)


def _ask(client: TestClient, typed: Typed, model: str = "champion", **headers: str) -> Any:
    return client.post(f"/risk?model={model}", data=dict(typed.values), headers=headers)


@pytest.mark.parametrize("model", ["champion", "challenger"])
def test_the_page_says_of_every_child_what_the_api_says(
    client: TestClient, form: Form, children: list[dict[str, Any]], model: str
) -> None:
    for child in children:
        asked = {key: value for key, value in child.items() if key in form.fields}
        # Not as typed: a form's numbers have the digits that a person types.
        typed = Typed.of_record(asked, form)
        exact = {key: repr(asked[key]) for key in asked if form.fields[key].column.is_number}
        page = _ask(client, Typed({**typed.values, **exact}), model, **FRAGMENT)
        said = client.post(f"/v1/explain?model={model}", json={"record": asked})

        assert page.status_code == 200, page.text
        answer = said.json()["answers"][0]
        told = [(h["days_since_first_infusion"], h["risk"], h["risk_low"])
                for h in answer["horizons"]]  # fmt: skip
        found = [(float(day), float(risk), None if low == "None" else float(low))
                 for day, risk, low in HORIZON.findall(page.text)]  # fmt: skip
        assert found == told
        known = {(c["predictor"], c["contribution"])
                 for h in answer["horizons"] for c in h["contributions"]}  # fmt: skip
        assert {(name, float(value)) for name, value in MOVED.findall(page.text)} <= known
        if told:
            assert base64.b64decode(SAVED.findall(page.text)[0]) == said.content


def test_a_script_is_answered_with_the_part_that_it_asked_for(
    client: TestClient, form: Form
) -> None:
    typed = Typed.of_record(examples()["full"]["record"], form)

    assert "<html" not in _ask(client, typed, **FRAGMENT).text
    whole = _ask(client, typed).text
    assert "<html" in whole
    assert 'value="11.4"' in whole


def test_what_is_not_confirmed_is_answered_without_a_number(client: TestClient, form: Form) -> None:
    typed = Typed.of_record(examples()["full"]["record"], form)
    asked = {name: text for name, text in typed.values.items() if "monogenic" not in name}
    page = _ask(client, Typed(asked), **FRAGMENT)

    assert page.status_code == 200
    assert "No monogenic disease is known" in page.text
    assert "%" not in page.text


def test_faults_are_told_beside_their_fields_and_what_was_typed_stays(
    client: TestClient, form: Form
) -> None:
    typed = Typed.of_record(examples()["full"]["record"], form)
    page = _ask(client, Typed({**typed.values, "albumin_g_l": "3.6"}))

    assert page.status_code == 422
    assert 'value="3.6"' in page.text
    assert "Is it in g/dL?" in page.text
    assert 'id="albumin_g_l-told">expected 10 to 60 g/L' in page.text


def test_what_was_typed_cannot_become_part_of_the_page(client: TestClient, form: Form) -> None:
    typed = Typed.of_record(examples()["full"]["record"], form)
    page = _ask(client, Typed({**typed.values, "albumin_g_l": '"><script>alert(1)</script>'}))

    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "", "Host": "testserver"}, 403),
        ({"Origin": "http://TESTSERVER"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Origin": "http://testserver"}, 200),
        ({}, 200),
    ],
)
def test_no_other_site_can_ask_in_the_name_of_who_looks_at_it(
    client: TestClient, form: Form, headers: dict[str, str], status: int
) -> None:
    typed = Typed.of_record(examples()["full"]["record"], form)
    answer = _ask(client, typed, **headers)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_a_body_that_is_no_form_is_refused_in_words(client: TestClient) -> None:
    answer = client.post("/risk", json={"record": {}})

    assert answer.status_code == 422
    assert texts()["faults"]["unusable"] in answer.text


def test_a_model_that_is_not_there_is_refused_in_words(client: TestClient) -> None:
    answer = client.post("/risk?model=nobody", data={"sex": "male"})

    assert answer.status_code == 404
    assert "No model is served under this alias" in answer.text
    assert "<h2" in answer.text


def test_without_a_model_the_page_says_so() -> None:
    answer = TestClient(create_app(), raise_server_exceptions=False).get("/")

    assert answer.status_code == 503
    assert "No model is loaded yet" in answer.text


def test_the_page_runs_nothing_but_its_own_files(client: TestClient) -> None:
    answer = client.get("/?example=full")

    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert re.findall(r"\son\w+=|\sstyle=|<style|<script(?! src)", answer.text) == []


def test_every_word_of_the_page_is_said_somewhere() -> None:
    written = "".join(
        file.read_text("utf-8")
        for file in [*HERE.glob("*.py"), *HERE.glob("templates/*"), *HERE.glob("static/page.js")]
    )
    unsaid = [
        f"{group}.{name}"
        for group, said in texts().items()
        for name in said
        if group != "groups"
        and f"t.{group}.{name}" not in written
        and f"said.{name}" not in written
        and not (group in _SAID_BY_PYTHON and f'"{name}"' in written)
    ]
    assert unsaid == []


@pytest.mark.parametrize(
    "share, told, children",
    [(0, "0", 0), (0.004, "<1", 0), (0.006, "1", 1), (0.273, "27", 27), (0.9951, ">99", 100),
     (0.994, "99", 99), (1, "100", 100)],
)  # fmt: skip
def test_what_is_possible_is_told_as_neither_0_nor_100(
    share: float, told: str, children: int
) -> None:
    assert (percent(share), of_100(share)) == (told, children)


def test_where_no_risk_is_told_the_fhir_answer_says_why(client: TestClient, form: Form) -> None:
    typed = Typed.of_record(examples()["lost"]["record"], form)
    (saved,) = re.findall(r'href="data:application/fhir\+json;base64,(.+?)"',
                          _ask(client, typed, **FRAGMENT).text)  # fmt: skip

    resource = json.loads(base64.b64decode(saved))
    assert GuidanceResponse.model_validate(resource).status == "failure"
    assert "already happened" in resource["reasonCode"][0]["text"]


def test_behind_a_proxy_the_address_that_people_use_is_ours(
    models: ServedModels, form: Form
) -> None:
    app = create_app(models)
    app.state.desk.base_url = "https://risk.hospital.example"
    typed = Typed.of_record(examples()["full"]["record"], form)
    answer = _ask(TestClient(app), typed, Origin="https://risk.hospital.example")

    assert answer.status_code == 200


def test_only_a_tick_is_a_tick(client: TestClient, form: Form) -> None:
    typed = Typed.of_record(examples()["full"]["record"], form)
    off = {name: "off" for name in typed.values if name.startswith("eligible.")}

    assert texts()["answer"]["no_estimate"] in _ask(client, Typed({**typed.values, **off})).text


def test_no_attribute_of_the_page_was_escaped_by_mistake(client: TestClient, form: Form) -> None:
    typed = Typed.of_record(examples()["full"]["record"], form)
    pages = [_ask(client, typed), _ask(client, Typed({**typed.values, "albumin_g_l": "x"}))]

    assert [re.findall(r"=&#34;", page.text) for page in pages] == [[], []]
    assert 'id="perianal"' in pages[0].text
    assert 'aria-invalid="true"' in pages[1].text


def test_a_column_that_no_model_uses_any_more_is_no_fault(client: TestClient, form: Form) -> None:
    typed = Typed.of_record(examples()["full"]["record"], form)
    page = _ask(client, Typed({**typed.values, "faecal_calprotectin_ug_g": "200"}), **FRAGMENT)

    assert "children like this one" in page.text


def test_a_child_with_a_landmark_of_its_own_is_not_ranked_beside_the_others(
    client: TestClient, form: Form
) -> None:
    record = examples()["full"]["record"]
    usual = _ask(client, Typed.of_record(record, form), **FRAGMENT).text
    own = _ask(client, Typed.of_record({**record, "landmark_day": 112}, form), **FRAGMENT).text

    assert "quarter of what the model predicted" in usual
    assert "quarter of what the model predicted" not in own
    assert "came on day 112" in own


def test_the_audit_of_a_page_is_read_by_whoever_watches_the_model(
    server: Server, form: Form
) -> None:
    typed = dict(Typed.of_record(examples()["full"]["record"], form).values)
    unticked = {name: text for name, text in typed.items() if "monogenic" not in name}
    for asked in (typed, unticked, {"sex": "male"}):
        assert server.post("/risk", data=asked).status_code == 200

    read = read_audit(f"sqlite:///{server.log.parent / 'audit.db'}", alias="champion")
    assert [each.reason for each in read.questions][-3:] == ["", "not_eligible", "not_eligible"]
