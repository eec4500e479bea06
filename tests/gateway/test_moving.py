"""A gateway goes on in another folder, on PostgreSQL and from a backup, as docs/operations.md says; its keys sign, nothing is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway import runtime
from gateway.client import connected
from gateway.config import OFFICE_FILE, Settings
from tests.gateway.commanding import Run, refused, runner


@pytest.fixture
def pledgebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(tmp_path / "home", monkeypatch, capsys)


def acted(settings: Settings, *keys: str) -> str:
    """The member that acts under these keys, in a life of the gateway that ends well."""
    running = runtime.start(settings, genesis_time=1_700_000_000)
    assert running.clock is not None
    running.clock.run()
    try:
        with connected(running.services.settings) as client:
            row = {"key": "supplier", "name": "supplier", "party": "0x" + "73" * 32, "roles": ["SUPPLIER"]}
            account = str(client.post("/members:batch", {"members": [row]})["members"][0]["account"])
            assert client.post("/members:wait", {"accounts": [account], "timeout": 60})["pending"] == []
            for key in keys:
                body = {"account": account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}
                assert client.done(client.post("/acts", body, key))["state"] == "final"
            assert client.get("/health")["faults"] == []
        return account
    finally:
        running.clock.hold()
        running.stop()


@pytest.mark.parametrize("to", ["folder", "backup", "postgresql"])
def test_it_goes_on_elsewhere(to: str, tmp_path: Path, pledgebook: Run, request: pytest.FixtureRequest) -> None:
    home = tmp_path / "home"
    account, settings = acted(Settings(home=home, port=0), "first"), Settings(home=home, port=0)
    if to == "folder":
        home.rename(tmp_path / "moved")
        settings = Settings(home=tmp_path / "moved", port=0)
    elif to == "backup":
        backup = tmp_path / "backup.db"
        assert "copied" in pledgebook("office", "copy", str(backup)).out
        refused(pledgebook("office", "copy", str(backup)), "is there already; name another file")
        for file in home.glob("office.db*"):
            file.unlink()
        backup.rename(home / OFFICE_FILE)
    else:
        make: Callable[[], str] = request.getfixturevalue("make_postgres")
        url = make()
        assert "copied" in pledgebook("office", "copy", url).out
        refused(pledgebook("office", "copy", url), "has rows already")
        for file in home.glob("*.db*"):
            file.unlink()
        settings = Settings(home=home, port=0, office_url=url, mirror_url=url)
    assert acted(settings, "first", "second") == account
