"""Requests per second of the service, beside `mlflow models serve` and a bare FastAPI + uvicorn.

One worker each, all on one core, the same model (200 trees, 14 predictors), on the loopback, asked
in turns within one run from another core. Ours is asked for the explained risk (`POST /v1/explain`:
prediction, contributions at two horizons, audit written, a log line for every request), MLflow for
the prediction alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from benchmarks._load import Load, load, request_bytes
from benchmarks._servers import ROOT, Running, bare, mlflow, ours
from benchmarks._side_by_side import machine
from lorpredict import ModelDesign, develop
from lorpredict.synthetic import reconstructed_cohort
from tests.fhir_bundles import AS_OF, bundle_of, childs_resources, observation

RESULT = Path(__file__).parent / "results" / "service.md"
PACKAGES = ("lorpredict", "bentoml", "fastapi", "uvicorn", "mlflow")
CHILD: dict[str, Any] = {
    "sex": "female", "age_years": 12.5, "crp_mg_l": 12.0, "esr_mm_h": 30.0, "albumin_g_l": 36.0,
    "haemoglobin_g_l": 110.0, "platelets_10e9_l": 420.0, "ifx_dose_mg_kg": 5.5, "location": "L3",
    "remission_week14": True, "trough_week14_ug_ml": 3.1, "perianal": False,
    "pcdai_baseline": 30.0, "steroids_week14": False,
}  # fmt: skip
CONNECTIONS = (1, 16)
TURNS, SECONDS = 5, 3.0
ASKED = {"of mlflow": 4.0, "of ours without audit": 0.75, "of bare": 0.6}

# Name, unit, and the LOINC code where it is none that is read: glucose, creatinine, sodium,
# potassium, ALT, AST.
_RESULTS = (
    ("crp", "mg/L", ""), ("albumin", "g/L", ""), ("esr", "mm/h", ""),
    ("crp", "mg/dL", "2345-7"), ("crp", "mg/dL", "2160-0"), ("crp", "mmol/L", "2951-2"),
    ("crp", "mmol/L", "2823-3"), ("crp", "U/L", "1742-6"), ("crp", "U/L", "1920-8"),
)  # fmt: skip

_SAVE = """
import sys, warnings
warnings.simplefilter("ignore")
import mlflow
script, folder, into = sys.argv[1:]
mlflow.pyfunc.save_model(into, python_model=script, artifacts={"model": folder},
                         pip_requirements=["numpy"])
"""


def main() -> None:
    """Train once, start all four, ask them in turns, write the table."""
    with tempfile.TemporaryDirectory() as told:
        place = Path(told)
        folder = trained(place)
        with _all(folder, place) as servers:
            requests = _requests()
            found = {
                connections: _in_turns(servers, requests, connections)
                for connections in CONNECTIONS
            }
            lines = [*_report(servers, found), *_large_bodies(servers["ours"])]
    RESULT.write_text("\n".join(lines), "utf-8")
    print("\n".join(lines))


def trained(place: Path) -> Path:
    """Train the forest of the shipped cohort and save it as the champion."""
    design = ModelDesign.read(ROOT / "training/designs/week14.toml")
    made = develop(reconstructed_cohort(), design, family_names=("forest",), plan="quick")
    made.packaged("forest").save(place / "served" / "champion")
    return place / "served"


@contextmanager
def _all(folder: Path, place: Path) -> Iterator[Mapping[str, Running]]:
    logged = place / "logged"
    command = [sys.executable, "-c", _SAVE, str(ROOT / "training/pyfunc_model.py")]
    subprocess.run([*command, str(folder / "champion"), str(logged)], check=True, cwd=place)
    with ExitStack() as stack:
        audit = ("--audit", f"sqlite:///{place / 'ours.db'}")
        yield {
            "ours": stack.enter_context(ours(folder, place, *audit)),
            "ours without audit": stack.enter_context(ours(folder, place, "--audit", "off")),
            "bare": stack.enter_context(bare(folder, place)),
            "mlflow": stack.enter_context(mlflow(logged, place)),
        }


def _requests() -> dict[str, bytes]:
    explain = request_bytes("/v1/explain", {"record": CHILD})
    row = request_bytes("/invocations", {"dataframe_records": [CHILD]})
    return {"ours": explain, "ours without audit": explain, "bare": explain, "mlflow": row}


def _in_turns(
    servers: Mapping[str, Running], requests: Mapping[str, bytes], connections: int
) -> dict[str, list[Load]]:
    found: dict[str, list[Load]] = {name: [] for name in servers}
    for turn in range(TURNS + 1):
        for name, server in servers.items():
            told = load(server.port, requests[name], connections=connections, seconds=SECONDS)
            assert told.failed == 0, (name, told.statuses, told.broken)
            if turn:  # the first warms up
                found[name].append(told)
    return found


def _report(
    servers: Mapping[str, Running], found: Mapping[int, Mapping[str, list[Load]]]
) -> Iterator[str]:
    yield from ("# The service under load", "", (__doc__ or "").strip(), "")
    yield "| server | connections | requests per second | p50 | p99 | p99 / p50 |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for connections, by_name in found.items():
        for name, loads in by_name.items():
            p50, p99 = (median(each.quantile_ms(q) for each in loads) for q in (0.5, 0.99))
            rate = _rate(loads)
            yield (
                f"| {name} | {connections} | {rate:.0f} | {p50:.2f} ms | {p99:.2f} ms "
                f"| {p99 / p50:.1f} |"
            )
    yield from ("", "| ratio of `ours` | 1 connection | 16 connections | asked |")
    yield "| --- | ---: | ---: | ---: |"
    for asked, least in ASKED.items():
        other = asked.removeprefix("of ")
        ratios = [_ratio(found[connections], other) for connections in CONNECTIONS]
        yield f"| {asked} | {ratios[0]:.2f} | {ratios[1]:.2f} | {least:g} |"
    yield ""
    yield from _footprint(servers["ours"])


def _rate(loads: list[Load]) -> float:
    return median(each.per_second for each in loads)


def _ratio(by_name: Mapping[str, list[Load]], other: str) -> float:
    """Median over the turns, in each of which both were asked within seconds."""
    pairs = zip(by_name["ours"], by_name[other], strict=True)
    return median(mine.per_second / theirs.per_second for mine, theirs in pairs)


def _footprint(server: Running) -> Iterator[str]:
    yield (
        f"From the command to ready: {server.seconds_to_ready:.1f} s (asked: 12). "
        f"Resident memory of the worker: {_resident(server):.0f} MiB (asked: 350)."
    )


def _large_bodies(server: Running) -> Iterator[str]:
    """Bundles of four megabytes, and one of fifty that nobody should read."""
    url = f"http://127.0.0.1:{server.port}/v1/fhir/predict?as_of={AS_OF}"
    headers = {"content-type": "application/fhir+json"}
    yield ""
    with httpx.Client(timeout=30) as client:
        for told, resources in _fillings().items():
            body = json.dumps(bundle_of([*childs_resources(), *resources])).encode()
            seconds = []
            for _ in range(15):
                begun = time.perf_counter()
                answer = client.post(url, content=body, headers=headers)
                seconds.append(time.perf_counter() - begun)
                assert answer.json()["resourceType"] == "RiskAssessment"
            yield (
                f"A Bundle of {len(body) / 1e6:.1f} MB, {len(resources):,} {told}, is answered in "
                f"{1000 * median(seconds):.0f} ms (median of 15; asked: 100)."
            )
        before = _resident(server)
        refused = client.post(url, content=b" " * 50_000_000, headers=headers)
    assert refused.status_code == 413
    yield (
        f"One of 50 MB is refused with 413, and the worker's memory grows by "
        f"{_resident(server) - before:.0f} MiB."
    )
    yield from ("", f"Measured on {machine(PACKAGES)}. `python -m benchmarks.service`", "")


def _fillings() -> dict[str, list[dict[str, Any]]]:
    """What makes a child's record long, beside what is looked for in it."""
    return {
        "laboratory results as a hospital's system writes them": [
            _laboratory_result(n) for n in range(3_600)
        ],
        "of the shortest Observations that there are": [
            observation("bmi", 17.0 + n / 1000, "kg/m2", n % 90, id=f"short-{n}")
            for n in range(12_000)
        ],
    }


def _laboratory_result(n: int) -> dict[str, Any]:
    """One of three is read by its code, and lies before the days that are looked at."""
    name, unit, code = _RESULTS[n % len(_RESULTS)]
    limit = {"unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    written = "2020-01-02T03:04:05.678+02:00"
    category = {
        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
        "code": "laboratory",
        "display": "Laboratory",
    }
    result = observation(
        name, 30 + n / 1000, unit, -400 - n, id=f"result-{n}", issued=written,
        meta={"versionId": "1", "lastUpdated": written,
              "profile": ["http://example.org/fhir/StructureDefinition/laboratory-result"]},
        category=[{"coding": [category]}], encounter={"reference": f"Encounter/visit-{n // 20}"},
        performer=[{"reference": "Organization/1", "display": "Laboratory"}],
        referenceRange=[{"low": {"value": 20, **limit}, "high": {"value": 45, **limit},
                         "text": f"20 to 45 {unit}"}],
    )  # fmt: skip
    if code:
        coding = {"system": "http://loinc.org", "code": code, "display": "Another measurement"}
        result["code"] = {"coding": [coding], "text": "Another measurement"}
    return result


def _resident(server: Running) -> float:
    return float(max(each.memory_info().rss for each in server.workers())) / 2**20


if __name__ == "__main__":
    main()
