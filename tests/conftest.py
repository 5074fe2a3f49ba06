"""What holds for every test."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from lorpredict import AtRisk, Cohort, Development, ModelDesign, PackagedModel, develop, landmark
from lorpredict.synthetic import reconstructed_cohort
from scripts.browser import browser
from scripts.postgresql import server_programs, throwaway_server

os.environ["MPLBACKEND"] = "Agg"  # no test opens a window
# A shell starts what runs behind it, and a scheduler what runs at night, with Ctrl-C ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def _global_random_state_untouched(name: str) -> Iterator[None]:
    before = np.random.get_state(legacy=False)  # noqa: NPY002  it is what we watch
    yield
    after = np.random.get_state(legacy=False)  # noqa: NPY002  it is what we watch
    if repr(before) != repr(after):
        pytest.fail(f"{name} drew from the global random state: hand over an rng", pytrace=False)


# Hooks, not an autouse fixture: pytest-randomly seeds anew between a test's set-up,
# its call and its tear-down, so a fixture would see a change that no test has made.
@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    with _global_random_state_untouched(pyfuncitem.nodeid):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object],
) -> Generator[None, object, object]:
    with _global_random_state_untouched(f"fixture {fixturedef.argname}"):
        return (yield)


# What several folders look at and no test changes.
@pytest.fixture(scope="session")
def cohort() -> Cohort:
    """The 69 pseudo-patients that ship with lorpredict."""
    return reconstructed_cohort()


@pytest.fixture(scope="session")
def design() -> ModelDesign:
    """The default design."""
    return ModelDesign.read(Path(__file__).parents[1] / "training" / "designs" / "week14.toml")


@pytest.fixture(scope="session")
def at_risk(cohort: Cohort, design: ModelDesign) -> AtRisk:
    return landmark(cohort, design)


@pytest.fixture(scope="session")
def development(cohort: Cohort, design: ModelDesign) -> Development:
    """Every family, judged by one repeat of cross-validation."""
    return develop(cohort, design, family_names=["all"], plan="quick")


@pytest.fixture(scope="session")
def packaged(development: Development) -> dict[str, PackagedModel]:
    """Family -> the model as it is shipped."""
    return {family: development.packaged(family) for family in development.models}


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of an empty PostgreSQL database, whose server ends with the tests."""
    if server_programs() is None:
        _not_here("PostgreSQL server")
    with throwaway_server() as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The program of a real browser."""
    return browser() or _not_here("Chromium")


def _not_here(program: str) -> NoReturn:
    told = f"no {program} here: make servers"
    if os.environ.get("LORPREDICT_REQUIRE_SERVERS") == "1":
        pytest.fail(told, pytrace=False)
    pytest.skip(told)
