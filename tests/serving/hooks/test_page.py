"""The call of docs/how-to/hooks.md, as it stands there, is answered with a risk."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from starlette.testclient import TestClient

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "hooks.md"


def test_the_call_of_the_page_is_answered_with_a_risk(client: TestClient) -> None:
    block = PAGE.read_text("utf-8").split("## Try a call")[1].split("```")[1]
    make, curl = re.findall(r"^\$ (.*)$", block.replace("\\\n", ""), re.MULTILINE)
    python, *module, arrow, file = shlex.split(make)
    body = subprocess.run([sys.executable, *module], cwd=ROOT, capture_output=True, check=True)
    told = shlex.split(curl)
    name, _, value = told[told.index("-H") + 1].partition(": ")

    answer = client.post(urlsplit(told[2]).path, content=body.stdout, headers={name: value})

    assert (python, arrow, told[-1]) == ("python", ">", f"@{file}")
    (card,) = answer.json()["cards"]
    assert re.search(r": \d+ of 100 such children", card["summary"])
