"""Requests to an app without any server or client library in between: thousands in seconds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from typing import Any

from starlette.types import ASGIApp, Message


def ask_all(
    app: ASGIApp, requests: Iterable[tuple[str, Any]], *, media_type: str = "application/json"
) -> Iterator[tuple[int, Any]]:
    """Post each body to its address, one after the other; yield status and parsed answer."""
    with asyncio.Runner() as runner:
        for path, body in requests:
            yield runner.run(_ask(app, path, json.dumps(body).encode(), media_type))


async def _ask(app: ASGIApp, path: str, body: bytes, media_type: str) -> tuple[int, Any]:
    address, _, query = path.partition("?")
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": address,
        "raw_path": address.encode(), "query_string": query.encode(), "root_path": "",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "headers": [(b"content-type", media_type.encode()),
                    (b"content-length", str(len(body)).encode())],
    }  # fmt: skip
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    await app(scope, receive, send)
    content = b"".join(each.get("body", b"") for each in told[1:])
    return told[0]["status"], json.loads(content)
