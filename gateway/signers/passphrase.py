"""Where the keystore's passphrase comes from: a file descriptor, a systemd credential or a file. Never the command line or the environment
itself, which other processes can read.

It is read into memory that can be overwritten, and nowhere else: who used it wipes it.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ledger.foreseen import Foreseen

FD_VARIABLE = "PLEDGEBOOK_PASSPHRASE_FD"
FILE_VARIABLE = "PLEDGEBOOK_PASSPHRASE_FILE"
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
CREDENTIAL = "pledgebook-passphrase"
LEAST_BYTES, MOST_BYTES = 12, 4_096


class Names(NamedTuple):
    """What a passphrase is given by: the variable with a descriptor, the systemd credential, the variable with a file."""

    descriptor: str
    credential: str
    file: str


CURRENT = Names(FD_VARIABLE, CREDENTIAL, FILE_VARIABLE)
NEW = Names("PLEDGEBOOK_NEW_PASSPHRASE_FD", "pledgebook-new-passphrase", "PLEDGEBOOK_NEW_PASSPHRASE_FILE")
"""By the same ways, what a change puts in the place of the current one."""


class PassphraseError(Foreseen, ValueError):
    """A passphrase that can't be read, is too short, or doesn't open the keystore."""


def find(environment: Mapping[str, str], names: Names = CURRENT) -> bytearray | None:
    """The passphrase, or None where none is given: a file descriptor goes before a systemd credential, that before a file.

    Raises PassphraseError.
    """
    if names.descriptor in environment:
        number = environment[names.descriptor]
        return _from_descriptor(number)
    path = _path(environment, names)
    return None if path is None else from_file(path, advice="name another" if names is NEW else "restore it from a backup")


def is_given(environment: Mapping[str, str]) -> bool:
    """Whether a passphrase is given, good or not; nothing is read."""
    return FD_VARIABLE in environment or _path(environment, CURRENT) is not None


def from_file(path: Path, advice: str = "restore it from a backup") -> bytearray:
    """The passphrase in a file, without the line's end; `advice` for one that can't be read. Raises PassphraseError."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return _checked(_read(descriptor), str(path))
        finally:
            os.close(descriptor)
    except OSError as wrong:
        raise PassphraseError(f"passphrase: {path} can't be read ({wrong.strerror}); {advice}") from wrong


def wipe(secret: bytearray) -> None:
    """Overwrites a passphrase that was used."""
    secret[:] = bytes(len(secret))


def pin(path: Path) -> str:
    """The PIN in a file, without the line's end. Raises PassphraseError."""
    try:
        return path.read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as wrong:
        raise PassphraseError(f"PIN: {path} can't be read ({wrong}); name another with PLEDGEBOOK_PKCS11_PIN_FILE") from wrong


def _path(environment: Mapping[str, str], names: Names) -> Path | None:
    credential = Path(environment[CREDENTIALS_VARIABLE], names.credential) if CREDENTIALS_VARIABLE in environment else None
    if credential is not None and credential.exists():
        return credential
    return Path(environment[names.file]) if names.file in environment else None


def _from_descriptor(number: str) -> bytearray:
    try:
        descriptor = int(number)
        read = _read(descriptor)
        os.close(descriptor)
    except (OSError, ValueError) as wrong:
        raise PassphraseError(f"passphrase: file descriptor {number[:20]!r} can't be read ({wrong})") from wrong
    return _checked(read, f"file descriptor {number}")


def _read(descriptor: int) -> bytearray:
    """What a descriptor gives, up to a byte more than a passphrase may have."""
    found, size = bytearray(MOST_BYTES + 1), 0
    while size < len(found) and (count := os.readv(descriptor, [memoryview(found)[size:]])):
        size += count
    # A bytearray that is made shorter in place may leave a copy behind.
    read = bytearray(memoryview(found)[:size])
    wipe(found)
    return read


def _checked(read: bytearray, source: str) -> bytearray:
    size = len(read)
    while size and read[size - 1] in b"\r\n":
        size -= 1
    passphrase = bytearray(memoryview(read)[:size])
    wipe(read)
    if not LEAST_BYTES <= size <= MOST_BYTES:
        wipe(passphrase)
        limits = f"at least {LEAST_BYTES}" if size < LEAST_BYTES else f"at most {MOST_BYTES}"
        raise PassphraseError(f"passphrase: {source} has {size} bytes, {limits} are needed")
    return passphrase
