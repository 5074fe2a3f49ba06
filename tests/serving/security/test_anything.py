"""Whatever is sent, nothing but our own refusals comes out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.security import Client, Refused
from serving.security.issuers import Issuer
from tests.serving.security.asking import (
    ISS,
    asked,
    authorise,
    base64url,
    bearing,
    claims,
    guard_of,
    private_key,
    signed,
)

HEADERS = st.sampled_from(["Authorization", "X-API-Key", "Host", "X-Other"])
VALUES = st.one_of(
    st.text(st.characters(max_codepoint=255), max_size=60),
    st.builds("Bearer {}".format, st.text(st.characters(max_codepoint=255), max_size=60)),
    st.builds(
        lambda header, body: f"Bearer {base64url(header)}.{base64url(body)}.AAAA",
        st.binary(max_size=60),
        st.binary(max_size=60),
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.lists(st.tuples(HEADERS, VALUES), max_size=4))
def test_whatever_headers_come_only_our_errors_go(headers: list[tuple[str, str]]) -> None:
    issuer = Issuer(ISS, Client("ehr", frozenset({"hooks"})), frozenset({"ES384"}))

    with pytest.raises(Refused):
        authorise(guard_of(issuer), asked(*headers))


@given(
    st.dictionaries(st.sampled_from(["alg", "kid", "typ", "jku", "x5t", "zip"]), JSON, min_size=1),
    st.dictionaries(st.sampled_from(["aud", "exp", "iat", "nbf", "jti", "tenant"]), JSON),
)
def test_whatever_an_issuer_says_only_our_errors_go(
    header: dict[str, Any], body: dict[str, Any]
) -> None:
    issuer = Issuer(ISS, Client("ehr", frozenset({"hooks"})), frozenset({"ES384"}))
    wanted = {"typ": "JWT", "alg": "ES384", "kid": "k1", **header}
    bad = signed(wanted, {**claims(), **body}, private_key("ES384"), "ES384")

    with pytest.raises(Refused):
        authorise(guard_of(issuer), bearing(bad))
