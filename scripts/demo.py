"""The whole line: train, register, serve, ask about one child, read the explained answers.

Everything is written below ``demo-output``; the service is stopped at the end.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from lorpredict import PackagedModel
from lorpredict.explanation import figures
from scripts.ports import free_port

PROJECT = Path(__file__).parents[1]
OUTPUT = PROJECT / "demo-output"
STORE = f"sqlite:///{OUTPUT / 'mlflow.db'}"
CHILD = json.loads((Path(__file__).with_name("demo_child.json")).read_text("utf-8"))
SHOWN = 6
OVERVIEW = ("kaplan_meier", "comparison", "shap_over_time_typical_child")
_SECONDS_TO_START = 180

console = Console(width=100)


def main() -> int:
    """Walk the line and say what happened on the way."""
    started = time.monotonic()
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir()
    console.rule("1  training, through mlflow run")
    _train()
    console.rule("2  the service, with the registered models")
    with _service() as address:
        console.print(f"ready at {address}")
        console.rule("3  one child at week 14 (made up), asked of champion and challenger")
        console.print_json(data=CHILD)
        for alias in ("champion", "challenger"):
            console.rule(f"what the {alias} answers")
            _tell(_ask(address, alias))
    console.print("the service is stopped")
    console.rule("4  pictures")
    _tell_pictures()
    console.rule(f"done in {time.monotonic() - started:.0f} s")
    return 0


def _train() -> None:
    command = [sys.executable, "-m", "mlflow", "run", str(PROJECT), "--env-manager", "local"]
    environment = _environment(MLFLOW_TRACKING_URI=STORE, MLFLOW_DISABLE_TELEMETRY="true")
    # MLflow makes its artifact folder where it is started.
    subprocess.run(
        [*command, "--experiment-name", "lorpredict"], cwd=OUTPUT, env=environment, check=True
    )


@contextmanager
def _service() -> Iterator[str]:
    """Start the service on a free port, wait until it is ready, stop it by its process id."""
    port = free_port()
    command = [sys.executable, "-m", "serving", "--model", STORE, "--port", str(port)]
    environment = _environment(LORPREDICT_CACHE=str(OUTPUT / "models"))
    with (OUTPUT / "service.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--allow-stage", "demo"], cwd=PROJECT, env=environment,
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_ready(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=60)


def _environment(**more: str) -> dict[str, str]:
    """Let child processes find this environment's own programs first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, **more}


def _wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{address}/readyz", timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise SystemExit(f"the service did not start; see {OUTPUT / 'service.log'}")


def _ask(address: str, alias: str) -> dict[str, Any]:
    answer = httpx.post(
        f"{address}/v1/explain", params={"model": alias}, json={"record": CHILD}, timeout=60
    )
    told: dict[str, Any] = answer.raise_for_status().json()
    return told


def _tell(answer: Mapping[str, Any]) -> None:
    model, child = answer["model"], answer["answers"][0]
    console.print(
        f"[bold]{model['label']}[/] ({model['name']}, version {model['registered_version']}, "
        f"stage [bold]{model['stage']}[/])"
    )
    for horizon in child["horizons"]:
        months = round(horizon["days_since_first_infusion"] * 12 / 365.25)
        console.print(
            f"risk of losing response by {months} months after the first infusion: "
            f"[bold]{horizon['risk']:.1%}[/]"
        )
    _tell_contributions(child["horizons"][-1], answer["scale"])
    for word, texts in (("not measured", child["missing"]), ("warning", child["warnings"])):
        for text in texts:
            console.print(f"[yellow]{word}:[/] {text}")
    for caution in model["cautions"]:
        console.print(f"[bold red]{caution}[/]")
    console.print(f"[dim]{answer['reading']}[/]")


def _tell_contributions(horizon: Mapping[str, Any], scale: str) -> None:
    day = f"day {horizon['days_since_first_infusion']:g} since the first infusion"
    of = f"the risk by {day}" if scale == "risk" else "the hazard, at all times alike"
    console.print(f"what moves {of}, away from the base value:")
    for each in horizon["contributions"][:SHOWN]:
        sign, colour = ("+", "red") if each["contribution"] > 0 else ("-", "blue")
        console.print(f"  [{colour}]{sign}[/] {each['text']}", highlight=False)


def _draw_child() -> Iterator[Path]:
    """Draw the made-up child's answers from the model folders that the service has fetched."""
    for alias in ("champion", "challenger"):
        folder = next((OUTPUT / "models").rglob(f"{alias}/model.toml")).parent
        model = PackagedModel.load(folder)
        marks: Any = {"synthetic": model.facts.training.synthetic}
        explained = model.explain([CHILD])
        path = OUTPUT / f"child-{alias}.png"
        figures.waterfall(explained, 0, model.facts.horizons[-1], **marks).savefig(path, dpi=120)
        yield path
        if explained.scale == "risk":
            design, last = model.facts.design, model.facts.horizons[-1]
            days = design.time_grid(last)
            within = days[days <= last] + design.landmark_day
            path = OUTPUT / f"child-{alias}-over-time.png"
            over_time = figures.over_time(
                model.explain([CHILD], days_since_first_infusion=within), 0, **marks
            )
            over_time.savefig(path, dpi=120)
            yield path


def _tell_pictures() -> None:
    trained = sorted((OUTPUT / "mlruns").rglob("figures/*.png"))
    family_of = _families()
    copies = [
        Path(shutil.copy(path, OUTPUT / f"{path.stem}{family_of.get(path.parts[-4], '')}.png"))
        for path in trained
        if path.stem in OVERVIEW
    ]
    for picture in [*_draw_child(), *copies]:
        console.print(f"  {picture.relative_to(PROJECT)}", soft_wrap=True)
    console.print(
        f"  and {len(trained) - len(copies)} more, family by family: "
        f"mlflow ui --backend-store-uri {STORE}",
        soft_wrap=True,
    )


def _families() -> dict[str, str]:
    """Run of one family -> what its pictures' names end in; the whole training's run has none."""
    with closing(sqlite3.connect(OUTPUT / "mlflow.db")) as store:
        tags = store.execute("select run_uuid, value from tags where key = 'family'").fetchall()
    return {run: f"_{family}" for run, family in tags}


if __name__ == "__main__":
    sys.exit(main())
