"""Addresses that an operator writes down, and hosts that only this machine reaches."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

ADDRESS_EXPECTED = (
    "an https address such as https://ehr.example/jwks.json, without user, blank or fragment "
    "(http for 127.0.0.1 and localhost alone)"
)
# A name or an address of a host, with or without a port; no pattern, and no user before it.
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?")


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach the host."""
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def is_address(text: str) -> bool:
    """Whether a text is an address that may be called or be called by."""
    parts = _parts(text)
    if parts is None or "#" in text:
        return False
    if parts.scheme == "http":
        return is_loopback(parts.hostname or "")
    return parts.scheme == "https"


def is_base(text: str) -> bool:
    """Whether paths can be put behind an address."""
    return is_address(text) and "?" not in text and not text.endswith("/")


def is_origin(text: str) -> bool:
    """Whether a text is what a browser calls an origin."""
    parts = _parts(text)
    if parts is None:
        return False
    return parts.scheme in ("http", "https") and text == f"{parts.scheme}://{parts.netloc.lower()}"


def _parts(text: str) -> SplitResult | None:
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        return None
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  raises where the port is no number of a port
    except ValueError:
        return None
    return parts if _HOST.fullmatch(parts.netloc) else None
