"""What `pledgebook doctor` finds without starting anything: each check, when it holds and when it doesn't."""

import socket
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gateway import health
from gateway.config import OPERATOR_KEY, URL_FILE, Settings
from gateway.health import Finding
from gateway.signers.passphrase import FD_VARIABLE, FILE_VARIABLE
from tests.gateway.conftest import Api

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", port=0)


def found(settings: Settings) -> dict[str, Finding]:
    return {each.name: each for each in health.examine(settings)}


def test_a_sound_machine_has_no_fault(settings: Settings) -> None:
    checks = found(settings)
    assert list(checks) == ["machine", "contracts", "embedded chain", "disk", "port", "manifest", "passphrase", "keeper", "gateway"]
    assert [name for name, each in checks.items() if not each.ok] == []


@pytest.mark.parametrize(
    ("name", "value"), [("system", "Darwin"), ("machine", "aarch64"), ("python_version", "3.14.0")]
)  # fmt: skip
def test_another_machine_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setattr(f"gateway.health.platform.{name}", lambda: value)
    if name == "python_version":
        monkeypatch.setattr("gateway.health.sys.version_info", (3, 14))
    check = found(settings)["machine"]
    assert not check.ok and value in check.fault and "Linux x86-64 with Python 3.11 to 3.13" in check.advice


def test_contracts_that_are_not_compiled_are_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.health.artifacts.names", lambda: ["Acts"])
    check = found(settings)["contracts"]
    assert not check.ok and "Members" in check.fault and "scripts/setup" in check.advice


def test_a_missing_chain_program_is_said_unless_the_node_is_elsewhere(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.health.anvil.program", lambda: Path("/nowhere/anvil"))
    assert not found(settings)["embedded chain"].ok
    settings.node = "http://127.0.0.1:1"
    assert found(settings)["embedded chain"].ok


def test_a_full_disk_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.health.shutil.disk_usage", lambda _: Usage(0, 0, 10 << 20))
    check = found(settings)["disk"]
    assert not check.ok and check.fault == "10 MB free" and "2 GB" in check.advice


def test_a_port_in_use_is_said(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings.port = taken.getsockname()[1]
        check = found(settings)["port"]
    assert not check.ok and str(settings.port) in check.fault and "--port" in check.advice


def test_the_gateway_that_runs_on_the_home_is_no_fault_of_its_own_port(api: Api) -> None:
    running = api.running
    beside = running.services.settings.model_copy(update={"port": urlsplit(running.url).port})
    checks = found(beside)
    assert [name for name, each in checks.items() if not each.ok] == []
    assert "this home's gateway" in checks["port"].told
    assert (
        running.url in checks["gateway"].told
        and "mirror at block" in checks["gateway"].told
        and "signing unlocked" in checks["gateway"].told
    )


def test_what_the_gateway_says_is_wrong_is_said(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.running.services, "faults", lambda: [("lane-waits", "the node is away")])
    check = found(api.running.services.settings)["gateway"]
    assert not check.ok and "lane-waits: the node is away" in check.fault and "operations.md" in check.advice


def test_a_gateway_that_ended_without_a_word_is_said(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / URL_FILE).write_text("http://127.0.0.1:1")
    (settings.home / OPERATOR_KEY).write_text("pb_none")
    check = found(settings)["gateway"]
    assert not check.ok and "http://127.0.0.1:1 does not answer" in check.fault


def test_a_damaged_manifest_is_said(settings: Settings) -> None:
    settings.home.mkdir()
    settings.manifest.write_text('{"version": 1')
    check = found(settings)["manifest"]
    assert not check.ok and str(settings.manifest) in check.fault and "backup" in check.advice


def short(folder: Path) -> dict[str, str]:
    (folder / "short").write_text("short")
    return {FILE_VARIABLE: str(folder / "short")}


@pytest.mark.parametrize("given", [short, lambda folder: {FILE_VARIABLE: str(folder / "missing")}, lambda folder: {FD_VARIABLE: "9999"}])
def test_a_passphrase_that_is_none_is_said(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Callable[[Path], dict[str, str]]
) -> None:
    for name, value in given(tmp_path).items():
        monkeypatch.setenv(name, value)
    check = found(settings)["passphrase"]
    assert not check.ok and "passphrase" in check.fault


def test_a_joined_gateway_without_a_passphrase_is_locked(settings: Settings) -> None:
    settings.node = "http://127.0.0.1:1"
    check = found(settings)["passphrase"]
    assert not check.ok and "signing is locked, reads are served" in check.fault


def test_settings_come_from_the_environment_and_databases_lie_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLEDGEBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("PLEDGEBOOK_PORT", "1234")
    read = Settings()
    assert (read.home, read.port, read.host) == (tmp_path, 1234, "127.0.0.1")
    assert (
        read.office_database() == f"sqlite:///{tmp_path / 'office.db'}" and read.mirror_database() == f"sqlite:///{tmp_path / 'mirror.db'}"
    )
    monkeypatch.setenv("PLEDGEBOOK_OFFICE_URL", "postgresql://here/office")
    assert Settings().office_database() == "postgresql://here/office"
    assert Settings(port=7).port == 7, "the command line goes before the environment"
