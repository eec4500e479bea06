"""What a gateway keeps in its home, and who may use it: lock, passphrase, operator's key, where it answers."""

import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from gateway import access
from gateway.config import OPERATOR_KEY, PASSPHRASE_FILE, Settings
from gateway.errors import StartError
from gateway.services import Services
from gateway.signers import passphrase
from gateway.signers.keystore import Keystore
from ledger import faults

LOCK_FILE = ".lock"
OWN_SECONDS = 30.0
"""So long a start waits while a home's own passphrase is changed."""
Secret = TypeVar("Secret", bytearray, bytearray | None)


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
    with _passphrase(keystore, settings) as found:
        if found is not None:
            keystore.unlock(found)


def change_passphrase(keystore: Keystore, settings: Settings) -> Path | None:
    """Puts the new passphrase that is given (signers.passphrase.NEW) in the place of the present one; the home's own file, where it keeps
    the new one. Without a new one a home that keeps its own makes one; where one is given to it, its file goes.

    A kill at any point leaves the old one or the new one good for all keys. Raises PassphraseError, Unsealable.
    """
    if not keystore.is_founded:
        raise passphrase.PassphraseError("passphrase: no keys are sealed here yet; the first start seals them under the one it is given")
    with _passphrase(keystore, settings) as old, _wiped(passphrase.find(os.environ, passphrase.NEW)) as given:
        if old is None:
            raise passphrase.PassphraseError(f"passphrase: the present one is not given; name its file with {passphrase.CURRENT.file}")
        if given is not None and hmac.compare_digest(given, old):
            raise passphrase.PassphraseError("new passphrase: it is the present one; give another")
        own = _own_file(settings) if _keeps_own(settings) else None
        if given is not None:
            keystore.change_passphrase(old, given)
            if own is not None:
                own.unlink()
            return None
        if own is None:
            raise passphrase.PassphraseError(f"new passphrase: none is given; name its file with {passphrase.NEW.file}")
        _renew_own(keystore, own, old)
        return own


@contextmanager
def _passphrase(keystore: Keystore, settings: Settings) -> Iterator[bytearray | None]:
    """The passphrase given, or a home's own; it is wiped at the end. A home's own is not changed meanwhile by another process."""
    if not _keeps_own(settings):
        with _wiped(passphrase.find(os.environ)) as given:
            yield given
        return
    file = _own_file(settings)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(file.with_name(LOCK_FILE), timeout=OWN_SECONDS, mode=0o600), _wiped(_own_passphrase(keystore, file)) as own:
        yield own


def _keeps_own(settings: Settings) -> bool:
    """Whether a home has a passphrase of its own: a ledger that it runs for itself, and none is given."""
    return not settings.node and not passphrase.is_given(os.environ)


def _own_file(settings: Settings) -> Path:
    return settings.home / PASSPHRASE_FILE


def _own_passphrase(keystore: Keystore, file: Path) -> bytearray:
    """A ledger that this home runs for itself keeps its passphrase beside it, readable by its user only."""
    if not file.exists() and not keystore.is_founded:
        write_secret(file, secrets.token_hex(32))
    newer = _newer(file)
    if newer.exists() and _opens(keystore, newer) and not _opens(keystore, file):
        # A change was cut short after the keystore had taken it.
        _put(newer, file)
    return passphrase.from_file(file, f"restore it from a backup, or name with {passphrase.CURRENT.file} the file of the one given since")


def _renew_own(keystore: Keystore, file: Path, old: bytearray) -> None:
    """The new one is on disk before the keystore needs it, and the old one until it doesn't."""
    newer = _newer(file)
    newer.unlink(missing_ok=True)
    faults.point("passphrase.keeping")
    write_secret(newer, secrets.token_hex(32))
    faults.point("passphrase.kept")
    with _wiped(passphrase.from_file(newer)) as made:
        keystore.change_passphrase(old, made)
    _put(newer, file)
    faults.point("passphrase.put")


def _newer(file: Path) -> Path:
    return file.with_name(f"{file.name}.new")


def _opens(keystore: Keystore, file: Path) -> bool:
    """Whether what is in a file, if it can be read, is the keystore's passphrase."""
    try:
        with _wiped(passphrase.from_file(file)) as found:
            return keystore.opens_with(found)
    except passphrase.PassphraseError:
        return False


@contextmanager
def _wiped(secret: Secret) -> Iterator[Secret]:
    """A secret that is overwritten once it was used."""
    try:
        yield secret
    finally:
        if secret is not None:
            passphrase.wipe(secret)


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
    _put(beside, file)


def write_secret(file: Path, text: str) -> None:
    """Writes a new file that only its user can read, whole or not at all. Raises FileExistsError, OSError."""
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(beside, file)
    except OSError as wrong:
        # What fails on an open file names none.
        wrong.filename = wrong.filename or str(file)
        raise
    finally:
        beside.unlink(missing_ok=True)
    _sync(file.parent)


def _put(newer: Path, file: Path) -> None:
    newer.replace(file)
    _sync(file.parent)


def _sync(folder: Path) -> None:
    """Has the names in a folder on disk, as what is in its files is: a name that a power cut takes is a file lost."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def founded_mark(settings: Settings) -> Path:
    """A file that is there once the first members are admitted."""
    return settings.home / "founded"


def is_founded(settings: Settings) -> bool:
    """A ledger that was joined by its manifest is founded elsewhere."""
    return bool(settings.node) or founded_mark(settings).exists()
