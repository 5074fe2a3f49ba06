"""Issuers whose tokens are believed: an allow-list in a file.

[[issuers]]
iss = "https://ehr.example"                  # exactly as the tokens say it
client = "ehr"                               # its name here: logs, limits, audit
scopes = ["hooks"]
jku = ["https://ehr.example/jwks.json"]      # or jwks = "ehr-keys.json", a file beside this one
algorithms = ["ES384", "RS384"]              # the default; ES256 and RS256 may be named
tenants = ["ward-7"]                         # only where the tokens have to name a tenant
requests_per_minute = 120                    # only where it differs from the service's own
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from serving.security.addresses import ADDRESS_EXPECTED, is_address
from serving.security.clients import Client
from serving.security.errors import AccessSettingsError
from serving.security.jwks import ALGORITHMS
from serving.security.tables import Entry, read_entries, refuse_faults

DEFAULT_ALGORITHMS = ("ES384", "RS384")


@dataclass(frozen=True)
class Issuer:
    """One issuer whose tokens are believed.

    Parameters
    ----------
    iss : as its tokens name it
    client : who asks with its tokens, and for what
    algorithms : with which it may sign
    jwks : file with its keys; None where they are fetched
    jku : the addresses that its keys may be fetched from
    tenants : those that may ask; None where it does not matter
    """

    iss: str
    client: Client
    algorithms: frozenset[str]
    jwks: Path | None = None
    jku: tuple[str, ...] = ()
    tenants: frozenset[str] | None = None


def read_issuers(file: Path) -> tuple[Issuer, ...]:
    """Read the issuers of a file.

    Raises
    ------
    AccessSettingsError
        If anything in it is not as expected; all of it is named. Algorithms beside the four
        that are known, ``none`` and those with a shared secret among them, are refused here.
    """
    issuers = read_entries(file, "issuers", lambda entry: _issuer(entry, file.parent))
    if not issuers:
        raise AccessSettingsError(f"{file} names no issuer; expected at least one [[issuers]]")
    names = [issuer.iss for issuer in issuers]
    twice = len({*names}) < len(names)
    refuse_faults(file, ["two [[issuers]] have the same iss; expected one for each"] * twice)
    return tuple(issuers)


def _issuer(entry: Entry, folder: Path) -> Issuer | None:
    iss = entry.text("iss", "the address of the issuer", lambda text: 0 < len(text) <= 512)
    name, scopes, limit = entry.client(), entry.scopes(), entry.requests_per_minute()
    known = ", ".join(ALGORITHMS)
    algorithms = entry.texts("algorithms", f"some of {known}", ALGORITHMS.__contains__)
    tenants = entry.texts("tenants", "names", bool)
    jwks, jku = _keys(entry)
    if entry.faults:
        return None
    return Issuer(
        iss,
        Client(name, scopes, limit),
        frozenset(algorithms or DEFAULT_ALGORITHMS),
        folder / jwks if jwks else None,
        jku,
        None if tenants is None else frozenset(tenants),
    )


def _keys(entry: Entry) -> tuple[str | None, tuple[str, ...]]:
    """Where the keys are: a file or addresses, and not both."""
    jwks, jku = entry.value("jwks"), entry.texts("jku", ADDRESS_EXPECTED, is_address)
    if (jwks is None) is (jku is None):
        entry.fault("jwks or jku", "one of them: the file of the keys, or a list of addresses")
    elif jwks is not None and not (isinstance(jwks, str) and jwks):
        entry.fault("jwks", "the file of the keys")
    return jwks, jku or ()
