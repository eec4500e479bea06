"""The passphrase is changed, by people and by a process that is killed in the middle: the old one or the new one opens all keys."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway import home as homes
from gateway.config import MANIFEST, PASSPHRASE_FILE, Settings
from gateway.office import database as offices
from gateway.signers.keystore import HOUSE, RELAYER, Keystore
from gateway.signers.passphrase import FILE_VARIABLE, NEW
from gateway.signers.sealing import Unsealable
from ledger import faults
from tests.gateway.commanding import Run, refused, runner

pytestmark = pytest.mark.long

ALICE, BOB = b"\xa1" * 20, b"\xb0" * 20
MESSAGE = b"what is signed"
OWN_POINTS = ("passphrase.keeping", "passphrase.kept", "passphrase.changing", "passphrase.changed", "passphrase.put")
GIVEN_POINTS = ("passphrase.changing", "passphrase.changed")


@pytest.fixture
def settings(tmp_path: Path, database_urls: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with keys, whose passphrase is its own; the commands find its office."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / MANIFEST).write_text("{}")
    found = Settings(home=folder, office_url=database_urls())
    monkeypatch.setenv("PLEDGEBOOK_OFFICE_URL", found.office_url)
    keystore = opened(found)
    for member, purpose in ((ALICE, "operator"), (BOB, "operator"), (HOUSE, RELAYER)):
        keystore.create(member, purpose)
    return found


@pytest.fixture
def pledgebook(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(settings.home, monkeypatch, capsys)


def opened(settings: Settings) -> Keystore:
    """The keystore as a start opens it. Raises PassphraseError, Unsealable."""
    keystore = Keystore(offices.open(settings.office_database()))
    homes.unlock(keystore, settings)
    return keystore


def signatures(settings: Settings) -> list[bytes]:
    """What every key that is held signs."""
    keystore = opened(settings)
    held = [(member, key) for member in (ALICE, BOB) for key in keystore.keys(member)] + [(HOUSE, keystore.keys(HOUSE, RELAYER)[0])]
    assert len(held) == 3
    return [keystore.sign(member, key, MESSAGE) for member, key in held]


def killed(settings: Settings, point: str) -> None:
    """The command, in a process of its own that ends at a point."""
    command = [sys.executable, "-c", "from gateway.cli import main; main()", "keys", "change-passphrase", "--home", str(settings.home)]
    ended = subprocess.run(command, env=os.environ | {faults.VARIABLE: point}, capture_output=True, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL, ended


def written(file: Path, text: str) -> str:
    file.write_text(text)
    return str(file)


@pytest.mark.parametrize("point", OWN_POINTS)
def test_a_homes_own_is_changed_or_not_wherever_the_change_is_killed(settings: Settings, pledgebook: Run, point: str) -> None:
    file, before = settings.home / PASSPHRASE_FILE, signatures(settings)
    old = file.read_text()
    killed(settings, point)
    assert signatures(settings) == before
    is_changed = point in ("passphrase.changed", "passphrase.put")
    assert (file.read_text() != old) == is_changed
    between = file.read_text()
    assert str(file) in pledgebook("keys", "change-passphrase").out
    assert signatures(settings) == before and file.read_text() not in (old, between)
    assert sorted(each.name for each in file.parent.iterdir()) == [".lock", "passphrase"] and file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("point", GIVEN_POINTS)
def test_one_that_is_given_is_changed_or_not_wherever_the_change_is_killed(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    before = signatures(settings)
    old, new = str(settings.home / PASSPHRASE_FILE), written(tmp_path / "new", "the new long passphrase\n")
    monkeypatch.setenv(FILE_VARIABLE, old)
    monkeypatch.setenv(NEW.file, new)
    killed(settings, point)
    good, wrong = (new, old) if point == "passphrase.changed" else (old, new)
    monkeypatch.setenv(FILE_VARIABLE, good)
    assert signatures(settings) == before
    monkeypatch.setenv(FILE_VARIABLE, wrong)
    with pytest.raises(Unsealable):
        opened(settings)


def test_a_home_is_given_the_new_one_from_then_on(
    settings: Settings, pledgebook: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, own = signatures(settings), settings.home / PASSPHRASE_FILE
    monkeypatch.setenv(NEW.file, written(tmp_path / "new", "the new long passphrase\n"))
    assert "give it to the next start" in pledgebook("keys", "change-passphrase").out
    assert not own.exists()
    refused(pledgebook("keys", "list"), FILE_VARIABLE)
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "new"))
    assert signatures(settings) == before


def test_a_full_disk_changes_nothing_and_is_named(settings: Settings, pledgebook: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before, file = signatures(settings), settings.home / PASSPHRASE_FILE

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        refused(pledgebook("keys", "change-passphrase"), f"{file}.new: No space left on device")
    assert sorted(each.name for each in file.parent.iterdir()) == [".lock", "passphrase"]
    assert signatures(settings) == before


def test_what_is_missing_or_wrong_is_one_line_and_changes_nothing(
    settings: Settings, pledgebook: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, own = signatures(settings), str(settings.home / PASSPHRASE_FILE)
    monkeypatch.setenv(NEW.file, written(tmp_path / "short", "short"))
    refused(pledgebook("keys", "change-passphrase"), "has 5 bytes, at least 12 are needed")
    monkeypatch.setenv(NEW.file, str(tmp_path / "nowhere"))
    refused(pledgebook("keys", "change-passphrase"), "nowhere can't be read (No such file or directory); name another")
    monkeypatch.setenv(NEW.file, own)
    refused(pledgebook("keys", "change-passphrase"), "new passphrase: it is the present one")
    monkeypatch.setenv(FILE_VARIABLE, written(tmp_path / "wrong", "no passphrase of this home"))
    refused(pledgebook("keys", "change-passphrase"), "wrong passphrase")
    monkeypatch.delenv(NEW.file)
    refused(pledgebook("keys", "change-passphrase"), f"new passphrase: none is given; name its file with {NEW.file}")
    monkeypatch.delenv(FILE_VARIABLE)
    monkeypatch.setenv("PLEDGEBOOK_NODE", "http://127.0.0.1:1")
    refused(pledgebook("keys", "change-passphrase"), f"passphrase: the present one is not given; name its file with {FILE_VARIABLE}")
    monkeypatch.delenv("PLEDGEBOOK_NODE")
    assert signatures(settings) == before
