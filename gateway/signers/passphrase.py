"""Where the keystore's passphrase comes from: a file descriptor, a systemd credential or a file. Never the command line or the environment
itself, which other processes can read.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from ledger.foreseen import Foreseen

FD_VARIABLE = "PLEDGEBOOK_PASSPHRASE_FD"
FILE_VARIABLE = "PLEDGEBOOK_PASSPHRASE_FILE"
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
CREDENTIAL = "pledgebook-passphrase"
LEAST_BYTES = 12


class PassphraseError(Foreseen, ValueError):
    """A passphrase that can't be read or is too short."""


def find(environment: Mapping[str, str]) -> bytes | None:
    """The passphrase, or None where none is given: a file descriptor goes before a systemd credential, that before a file.

    Raises PassphraseError.
    """
    if FD_VARIABLE in environment:
        number = environment[FD_VARIABLE]
        return _checked(_from_descriptor(number), f"file descriptor {number}")
    path = _path(environment)
    return None if path is None else from_file(path)


def from_file(path: Path) -> bytes:
    """The passphrase in a file, without the line's end. Raises PassphraseError."""
    try:
        return _checked(path.read_bytes(), str(path))
    except OSError as wrong:
        raise PassphraseError(f"passphrase: {path} can't be read ({wrong.strerror}); restore it from a backup") from wrong


def pin(path: Path) -> str:
    """The PIN in a file, without the line's end. Raises PassphraseError."""
    try:
        return path.read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as wrong:
        raise PassphraseError(f"PIN: {path} can't be read ({wrong}); name another with PLEDGEBOOK_PKCS11_PIN_FILE") from wrong


def _path(environment: Mapping[str, str]) -> Path | None:
    credential = Path(environment[CREDENTIALS_VARIABLE], CREDENTIAL) if CREDENTIALS_VARIABLE in environment else None
    if credential is not None and credential.exists():
        return credential
    return Path(environment[FILE_VARIABLE]) if FILE_VARIABLE in environment else None


def _from_descriptor(number: str) -> bytes:
    try:
        with os.fdopen(int(number), "rb") as source:
            return source.read()
    except (OSError, ValueError) as wrong:
        raise PassphraseError(f"passphrase: file descriptor {number[:20]!r} can't be read ({wrong})") from wrong


def _checked(read: bytes, source: str) -> bytes:
    passphrase = read.rstrip(b"\r\n")
    if len(passphrase) < LEAST_BYTES:
        raise PassphraseError(f"passphrase: {source} has {len(passphrase)} bytes, at least {LEAST_BYTES} are needed")
    return passphrase
