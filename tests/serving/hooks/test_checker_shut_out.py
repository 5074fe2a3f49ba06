"""The checker of scripts/check_hooks, before a service that does not let it in."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.check_hooks.__main__ import main
from tests.serving.hooks.test_checker import Careless, answering


class Guarded(Careless):
    """Knows nobody who asks, or lets nobody do what they ask for."""

    status = 401

    def _tell(self, content: dict[str, Any]) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.mark.parametrize(
    "status, options, told",
    [
        (401, [], "answers 401 to no credential; expected --api-key KEY"),
        (401, ["--api-key", "lor_k"], "answers 401 to this credential; expected --api-key KEY"),
        (403, ["--api-key", "lor_k"], "answers 403 to this credential; expected --api-key KEY"),
    ],
    ids=["no key", "unknown key", "key without the scope"],
)
def test_where_a_key_is_missing_it_is_said(
    status: int, options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(kind=type("Refusing", (Guarded,), {"status": status})) as address:
        code = main([address, *options])
    said = capsys.readouterr().err

    assert code == 2
    assert said.startswith(f"not checked: {address} {told}")
    assert "scope hooks" in said
    assert "lor_k" not in said
