"""A set of keys is read with suspicion: what cannot be used is left out, with the reason."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from serving.security import AccessSettingsError
from serving.security.jwks import UnusableSet, key_set, read_key_set
from tests.serving.security.asking import base64url, jwk_set, private_key, public_jwk


def rsa_jwk(bits: int) -> dict[str, Any]:
    public = rsa.generate_private_key(65537, bits).public_key()
    return {**jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True), "kid": "k1"}


EC = public_jwk("ES384")
PRIVATE = {**EC, "d": base64url(private_key("ES384").private_numbers().private_value.to_bytes(48))}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        pytest.param(rsa_jwk(1024), "has not 2048 to 8192 bits", id="weak"),
        pytest.param({**public_jwk("RS384"), "n": "A" * 2001}, "n is not a number", id="huge"),
        pytest.param({**public_jwk("RS384"), "e": "AQ"}, "are no public key", id="exponent of 1"),
        pytest.param({**public_jwk("RS384"), "n": None}, "n is not a number", id="no modulus"),
        pytest.param({"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}, "shared secret", id="secret"),
        pytest.param(PRIVATE, "private", id="private"),
        pytest.param({**EC, "use": "enc"}, "not for signatures", id="encryption"),
        pytest.param({**EC, "key_ops": ["encrypt"]}, "not for signatures", id="other work"),
        pytest.param({**EC, "key_ops": 7}, "not for signatures", id="odd work"),
        pytest.param({**EC, "alg": "ES512"}, "alg is none of", id="other algorithm"),
        pytest.param({**EC, "alg": []}, "alg is none of", id="odd algorithm"),
        pytest.param({**EC, "crv": "secp256k1"}, "curve is none of", id="other curve"),
        pytest.param({**EC, "crv": "P-256"}, "are no public key", id="curve and numbers differ"),
        pytest.param({**EC, "x": EC["y"]}, "are no public key", id="not on the curve"),
        pytest.param({**EC, "kty": "OKP"}, "neither EC nor RSA", id="other kind"),
        pytest.param({**EC, "kty": ["EC"]}, "neither EC nor RSA", id="odd kind"),
    ],
)
def test_a_key_that_cannot_be_used_is_left_out(key: dict[str, Any], reason: str) -> None:
    found = key_set(jwk_set(key, public_jwk("ES256", kid="good")))

    assert set(found.keys) == {"good"}
    assert reason in found.unusable["k1"]


def test_a_kid_that_is_there_twice_names_no_key() -> None:
    found = key_set(jwk_set(EC, public_jwk("ES384", 1), EC))

    assert not found.keys
    assert "more than once" in found.unusable["k1"]


def test_a_key_fits_the_algorithm_of_its_kind_alone() -> None:
    keys = key_set(
        jwk_set(EC, public_jwk("RS384", kid="r"), public_jwk("RS384", kid="r256", alg="RS256"))
    ).keys

    fitting = {
        kid: [
            each for each in ("ES256", "ES384", "RS256", "RS384", "HS256", "none") if key.fits(each)
        ]
        for kid, key in keys.items()
    }
    assert fitting == {"k1": ["ES384"], "r": ["RS256", "RS384"], "r256": ["RS256"]}


def test_rows_without_a_kid_name_nothing() -> None:
    rows = [{**EC, "kid": odd} for odd in (None, 7, "", "k" * 257)]

    assert not key_set(jwk_set(*rows)).keys


def test_a_set_has_at_most_a_hundred_keys() -> None:
    with pytest.raises(UnusableSet, match="at most 100"):
        key_set(jwk_set(*[{}] * 101))


def test_a_file_without_a_usable_key_is_refused_with_the_reasons(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(jwk_set(PRIVATE))

    with pytest.raises(
        AccessSettingsError, match=r"keys\.json holds no usable key: the key is pri"
    ):
        read_key_set(file)
    with pytest.raises(AccessSettingsError, match="cannot be read"):
        read_key_set(tmp_path / "none.json")


def test_no_key_is_in_a_repr() -> None:
    assert EC["x"] not in repr(key_set(jwk_set(EC)))


@given(st.binary(max_size=200) | st.binary(max_size=99).map(lambda b: b'{"keys": [' + b + b"]}"))
def test_whatever_bytes_come_a_set_or_our_error_goes(content: bytes) -> None:
    found = None
    with suppress(UnusableSet):
        found = key_set(content)
    assert found is None or not found.keys
