"""Two thousand requests made from our own OpenAPI document: all are answered as it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving.conftest import Server

pytestmark = [pytest.mark.server, pytest.mark.slow]

FEWEST_CASES = 2000


def test_every_answer_is_as_the_document_says(server: Server, tmp_path: Path) -> None:
    program = "from schemathesis.cli import schemathesis; schemathesis()"
    answer = subprocess.run(
        [
            sys.executable, "-c", program,
            "--config-file", str(Path(__file__).with_name("schemathesis.toml")),
            "run", f"{server.url}/v1/openapi.json", "--phases", "examples,coverage,fuzzing",
            "--max-examples", "200", "--no-color", "--generation-database", "none", "--seed", "1",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = answer.stdout
    cases = re.search(r"(\d+) generated", told)

    assert answer.returncode == 0, told
    assert cases is not None
    assert int(cases[1]) >= FEWEST_CASES, told
    assert "Failures:" not in told
