"""The list of issuers is read strictly, and all that is wrong is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.security import AccessSettingsError, Client
from serving.security.issuers import Issuer, read_issuers

GOOD = """
[[issuers]]
iss = "https://ehr.example"
client = "ehr"
scopes = ["hooks"]
jku = ["https://ehr.example/jwks.json"]
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "issuers.toml"
    file.write_text(text, "utf-8")
    return file


def test_an_issuer_signs_with_what_the_standard_recommends_by_default(tmp_path: Path) -> None:
    (issuer,) = read_issuers(written(tmp_path, GOOD))

    assert issuer == Issuer(
        "https://ehr.example",
        Client("ehr", frozenset({"hooks"})),
        frozenset({"ES384", "RS384"}),
        jku=("https://ehr.example/jwks.json",),
    )


def test_a_file_of_keys_stands_beside_the_list(tmp_path: Path) -> None:
    text = GOOD.replace('jku = ["https://ehr.example/jwks.json"]', 'jwks = "ehr.json"')
    more = 'tenants = ["a"]\nalgorithms = ["ES256"]\nrequests_per_minute = 5\n'

    (issuer,) = read_issuers(written(tmp_path, text + more))

    assert issuer.jwks == tmp_path / "ehr.json"
    assert issuer.tenants == frozenset({"a"})
    assert issuer.algorithms == {"ES256"}
    assert issuer.client.requests_per_minute == 5


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS384", "ES512", "PS384", "EdDSA", ""])
def test_other_algorithms_are_refused_when_the_list_is_read(tmp_path: Path, algorithm: str) -> None:
    file = written(tmp_path, f'{GOOD}algorithms = ["ES384", "{algorithm}"]')

    with pytest.raises(AccessSettingsError, match="algorithms expected a list of some of ES384"):
        read_issuers(file)


@pytest.mark.parametrize(
    "address",
    [
        "http://ehr.example/jwks.json",
        "https://user@ehr.example/jwks.json",
        "https://user:word@ehr.example/",
        "https://ehr.example/jwks.json#k1",
        "https://ehr.example/a b",
        "https://ehr.example:port/",
        "https://",
        "ftp://127.0.0.1/",
        "file:///keys.json",
        "https://ehr.example\\\\@evil.example/",
        "jwks.json",
        "",
    ],
)
def test_an_address_that_may_not_be_fetched_is_refused(tmp_path: Path, address: str) -> None:
    file = written(tmp_path, GOOD.replace("https://ehr.example/jwks.json", address))

    with pytest.raises(AccessSettingsError, match="jku expected a list of an https address"):
        read_issuers(file)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_this_machine_may_be_asked_without_tls(tmp_path: Path, host: str) -> None:
    text = GOOD.replace("https://ehr.example/jwks.json", f"http://{host}/jwks.json")

    assert read_issuers(written(tmp_path, text))[0].jku == (f"http://{host}/jwks.json",)


def test_everything_wrong_is_told_at_once_and_without_values(tmp_path: Path) -> None:
    text = """
    [[issuers]]
    iss = ""
    client = "SECRET TEXT"
    scope = ["hooks"]
    requests_per_minute = -1
    """

    with pytest.raises(AccessSettingsError) as refused:
        read_issuers(written(tmp_path, text))

    told = str(refused.value)
    assert "has 6 faults" in told
    for part in ("iss expected", "client expected", "scopes expected", "requests_per_minute",
                 "jwks or jku expected", "scope is no field. Did you mean scopes?"):  # fmt: skip
        assert f"[[issuers]] number 1: {part}" in told
    assert "SECRET" not in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("", "names no issuer", id="empty"),
        pytest.param(GOOD + GOOD, "have the same iss", id="twice"),
        pytest.param(GOOD + "jwks = 'a'", "jwks or jku expected one of them", id="both"),
        pytest.param(GOOD.replace("issuers", "issuer"), "expected tables", id="other table"),
        pytest.param("issuers = 'SECRET'", "expected tables", id="a text"),
        pytest.param(GOOD + "SECRET", "is not TOML", id="no TOML"),
        pytest.param(GOOD + "tenants = []", "tenants expected", id="nobody"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(AccessSettingsError, match=told) as refused:
        read_issuers(written(tmp_path, text))
    assert "SECRET" not in str(refused.value)


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AccessSettingsError, match=r"none\.toml cannot be read"):
        read_issuers(tmp_path / "none.toml")
