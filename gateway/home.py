"""What a gateway keeps in its home, and who may use it: lock, passphrase, operator's key, where it answers."""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from gateway import access
from gateway.config import OPERATOR_KEY, PASSPHRASE_FILE, Settings
from gateway.errors import StartError
from gateway.services import Services
from gateway.signers import passphrase
from gateway.signers.keystore import Keystore

LOCK_FILE = ".lock"


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """One gateway serves a home; the lock ends with its process, however that ends."""
    lock = FileLock(home / LOCK_FILE, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout as taken:
        raise StartError(f"{home}: another gateway runs on this home; stop it, or give another one with --home") from taken
    try:
        yield
    finally:
        lock.release()


def unlock(keystore: Keystore, settings: Settings) -> None:
    """Opens the keystore with the passphrase given, or a home's own, and wipes that. Raises PassphraseError, Unsealable."""
    given = passphrase.find(os.environ)
    if given is None and not settings.node:
        given = _own_passphrase(settings.home / PASSPHRASE_FILE, is_new=not keystore.is_founded)
    if given is not None:
        try:
            keystore.unlock(given)
        finally:
            passphrase.wipe(given)


def _own_passphrase(file: Path, *, is_new: bool) -> bytearray:
    """A ledger that this home runs for itself keeps its passphrase beside it, readable by its user only."""
    if not file.exists() and is_new:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_secret(file, secrets.token_hex(32))
    return passphrase.from_file(file)


def announce(file: Path, url: str, stack: ExitStack) -> None:
    """Where the API answers, for commands on the same home, while it does."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(url)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    stack.callback(file.unlink, missing_ok=True)


def operator_key(services: Services, settings: Settings) -> str:
    """The operator's API key, made at the first start and kept in the home, readable by its user only; a new one if it has expired."""
    file = settings.home / OPERATOR_KEY
    if file.exists():
        kept = file.read_text().strip()
        with services.office.read() as conn:
            if access.authenticate(conn, kept) is not None:
                return kept
        file.unlink()
    with services.office.write() as conn:
        made = access.issue(conn, "operator", None)
    write_secret(file, made)
    return made


def replace_operator_key(settings: Settings, text: str) -> None:
    """Puts a rotated key into the home's file, if it is that file's key."""
    file = settings.home / OPERATOR_KEY
    if not file.exists() or file.read_text().strip().split("_")[1:2] != text.split("_")[1:2]:
        return
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    write_secret(beside, text)
    beside.replace(file)


def write_secret(file: Path, text: str) -> None:
    """Writes a new file that only its user can read, whole or not at all. Raises FileExistsError."""
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(beside, file)
    finally:
        beside.unlink()


def founded_mark(settings: Settings) -> Path:
    """A file that is there once the first members are admitted."""
    return settings.home / "founded"


def is_founded(settings: Settings) -> bool:
    """A ledger that was joined by its manifest is founded elsewhere."""
    return bool(settings.node) or founded_mark(settings).exists()
