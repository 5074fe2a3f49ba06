"""Where a model may come from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lorpredict.errors import DamagedModel
from serving.desk import Desk
from serving.models import ServedModels, fingerprints
from serving.renewal import Renewal
from serving.settings import Settings, SettingsError
from serving.sources import ModelNotFound, Registry, folders, local, source, without_password

ROOT = Path(__file__).parents[2]


def test_a_relative_folder_is_made_absolute() -> None:
    assert source("models") == Path.cwd() / "models"


def test_a_server_is_a_registry() -> None:
    assert source("https://mlflow.example.org") == Registry(
        "https://mlflow.example.org", "lorpredict-week14"
    )


def test_the_registered_name_stands_after_the_hash(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").touch()

    found = source(f"sqlite:///{tmp_path / 'mlflow.db'}#another")

    assert found == Registry(f"sqlite:///{tmp_path / 'mlflow.db'}", "another")


@pytest.mark.parametrize("address", ["sqlite:///mlflow.db", "sqlite://mlflow.db"])
def test_a_relative_database_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="expected an absolute address such as sqlite:////"):
        source(address)


def test_a_database_that_is_not_there_is_not_made() -> None:
    with pytest.raises(ModelNotFound, match=r"/nowhere/mlflow\.db is not there"):
        source("sqlite:////nowhere/mlflow.db")


def test_an_address_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(SettingsError, match="no registry has addresses that begin with ftp:"):
        source("ftp://host/model")


def test_nothing_named_explains_what_to_do() -> None:
    with pytest.raises(ModelNotFound, match="Train one"):
        source("")


@pytest.mark.parametrize("place", ["", "nowhere"])
def test_a_folder_without_a_champion_explains_what_to_do(tmp_path: Path, place: str) -> None:
    with pytest.raises(ModelNotFound, match="Train one"):
        folders(Settings(str(tmp_path / place)))


def test_a_registry_is_never_asked_by_a_worker() -> None:
    with pytest.raises(SettingsError, match="has not been fetched"):
        folders(Settings("http://127.0.0.1:9"))


def test_a_password_is_never_told() -> None:
    assert without_password("https://user:secret@host/x") == "https://***@host/x"
    assert "secret" not in f"{Registry('https://user:secret@host')!r}"
    assert "secret" not in str(Registry("https://user:secret@host"))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://user:se/cret@host/db", "postgresql://user:***@host/db"),
        ("postgresql://user:se#cret@host/db", "postgresql://user:***@host/db"),
        ("postgresql://user:se?cret@host/db", "postgresql://user:***@host/db"),
        ("postgresql://host/db?user=me&password=secret", "postgresql://host/db"),
        ("postgresql://user:s@cret@host/db", "(an address)"),
        ("postgresql://user:s@se/cret?se@host/db", "(an address)"),
        ("postgresql://us/er:secret@host/db", "(an address)"),
        ("postgresql://host?password=secret@x", "(an address)"),
        ("postgresql://user:secret", "(an address)"),
        ("postgresql://user@[::1]:5432/db", "postgresql://user@[::1]:5432/db"),
        ("mssql+pyodbc:///?odbc_connect=PWD%3Dsecret", "mssql+pyodbc:///"),
        ("sqlite:////srv/me@site/mlflow.db", "sqlite:////srv/me@site/mlflow.db"),
        ("https://user:se/cr@et@host/x", "https://***@host/x"),
        ("https://user:se#cret@host", "(an address)"),
        ("https://host/x?token=secret", "https://host/x"),
        ("https://host/x?token=secr@et", "(an address)"),
        ("https://user:secret", "(an address)"),
        ("https://us:s[3cret@h", "https://***@h"),
        ("us:s[3cret@h", "(an address)"),
    ],
)
def test_of_an_address_nothing_is_told_that_may_be_the_password(address: str, told: str) -> None:
    assert without_password(address) == told


@pytest.mark.parametrize(
    "address",
    ["https://user:se#cret@host", "sqlite://user:secret@host/x", "HTTPS://user:secret@host"],
)
def test_an_address_that_is_refused_keeps_its_password(address: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        source(address)

    assert "cret" not in str(refusal.value)


def test_a_hash_in_a_password_does_not_begin_the_name() -> None:
    assert source("postgresql://user:a#b@host/db#name") == Registry(
        "postgresql://user:a#b@host/db", "name"
    )


def test_a_registry_whose_address_nobody_can_read_keeps_its_password(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="its address cannot be read") as refusal:
        local(Settings("postgresql://user:secret", cache=tmp_path))

    assert "secret" not in str(refusal.value)


def test_a_registry_that_does_not_answer_is_named_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

    with pytest.raises(ModelNotFound, match="could not be fetched") as refusal:
        local(Settings("http://user:secret@127.0.0.1:9", cache=tmp_path))

    assert "secret" not in str(refusal.value)


# A registry as training leaves it, without its minute of cross-validation.
REGISTER = """
import sys, warnings
warnings.simplefilter("ignore")
import mlflow
store, script, *folders = sys.argv[1:]
mlflow.set_tracking_uri(store)
for alias, folder in zip(("champion", "challenger"), folders):
    with mlflow.start_run():
        logged = mlflow.pyfunc.log_model(
            name="model", python_model=script, artifacts={"model": folder},
            pip_requirements=["numpy"],
        )
    version = mlflow.register_model(logged.model_uri, "lorpredict-week14").version
    mlflow.MlflowClient().set_registered_model_alias("lorpredict-week14", alias, version)
"""
SCRIPT = """
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel
class Any(PythonModel):
    def predict(self, context, model_input): return model_input
set_model(Any())
"""


@pytest.fixture(scope="module")
def registry(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("registry")
    (place / "script.py").write_text(SCRIPT, "utf-8")
    store = f"sqlite:///{place / 'mlflow.db'}"
    folders = [str(folder / alias) for alias in ("champion", "challenger")]
    subprocess.run(
        [sys.executable, "-c", REGISTER, store, str(place / "script.py"), *folders],
        cwd=place, check=True, capture_output=True,
    )  # fmt: skip
    return store


@pytest.mark.slow
def test_the_aliases_of_a_registered_model_are_fetched_and_served(
    registry: str, folder: Path, tmp_path: Path
) -> None:
    fetched = local(Settings(registry, ("demo",), cache=tmp_path))

    models, originals = (
        ServedModels.load(fetched),
        ServedModels.load(Settings(str(folder), ("demo",))),
    )
    assert {alias: served.registered_version for alias, served in models.items()} == {
        "champion": "1",
        "challenger": "2",
    }
    for alias, served in models.items():
        assert served.fingerprint == originals[alias].fingerprint


@pytest.mark.slow
def test_fetching_again_replaces_what_was_fetched(registry: str, tmp_path: Path) -> None:
    first = local(Settings(registry, cache=tmp_path)).model
    stale = Path(first) / "stale"
    stale.mkdir()

    assert local(Settings(registry, cache=tmp_path)).model == first
    assert not stale.exists()
    assert [place.name for place in tmp_path.iterdir()] == [Path(first).name]


@pytest.mark.slow
def test_a_model_that_is_not_registered_is_named(registry: str, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"another in sqlite:.* could not be fetched"):
        local(Settings(f"{registry}#another", cache=tmp_path))

    assert list(tmp_path.iterdir()) == []


MOVE = """
import sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
aliases = client.get_registered_model("lorpredict-week14").aliases
client.set_registered_model_alias("lorpredict-week14", "champion", aliases["challenger"])
client.set_registered_model_alias("lorpredict-week14", "challenger", aliases["champion"])
"""


def _swap_aliases(registry: str) -> None:
    subprocess.run([sys.executable, "-c", MOVE, registry], check=True, capture_output=True)


@pytest.mark.slow
def test_an_alias_that_moved_is_served_without_a_restart(registry: str, tmp_path: Path) -> None:
    settings = local(Settings(registry, ("demo",), cache=tmp_path, renew_seconds=0))
    desk = Desk(ServedModels.load(settings))
    folder = Path(settings.model).stat().st_ino
    renewal = Renewal(settings, desk)
    renewal.look()
    unmoved = Path(settings.model).stat().st_ino
    _swap_aliases(registry)
    try:
        renewal.look()
    finally:
        _swap_aliases(registry)

    assert folder == unmoved  # nothing is fetched that is there already
    told = {alias: desk.asked(alias) for alias in ("champion", "challenger")}
    assert {alias: each.registered_version for alias, each in told.items()} == {
        "champion": "2",
        "challenger": "1",
    }


def test_what_mlflow_has_fetched_is_served_as_it_lies(tmp_path: Path) -> None:
    for alias in ("champion", "challenger"):
        inside = tmp_path / alias / "artifacts" / "model"
        inside.mkdir(parents=True)
        (inside / "model.toml").touch()

    assert folders(Settings(str(tmp_path))) == {
        alias: tmp_path / alias / "artifacts" / "model" for alias in ("champion", "challenger")
    }
    assert folders(Settings(str(tmp_path / "challenger"))) == {
        "champion": tmp_path / "challenger" / "artifacts" / "model"
    }


def test_a_folder_that_is_no_model_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "champion").mkdir()

    with pytest.raises(DamagedModel, match="is not a model folder: no SHA256SUMS in it"):
        fingerprints(Settings(str(tmp_path)))
