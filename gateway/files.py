"""Files that people name: read and written with one clear line for what is wrong, and what to do about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledger.foreseen import Foreseen


class FileError(Foreseen):
    """A file that can't be used as it was meant; the message names it and says what to do."""


def read(file: Path) -> bytes:
    """What is in a file. Raises FileError."""
    try:
        return file.read_bytes()
    except OSError as wrong:
        raise FileError(said(wrong, file)) from wrong


def text(file: Path) -> str:
    """The text in a file, in UTF-8. Raises FileError."""
    try:
        return read(file).decode()
    except UnicodeDecodeError as wrong:
        raise FileError(f"{file}: it is no text in UTF-8 (byte {wrong.start}); save it as UTF-8, or name another file") from wrong


def line(file: Path) -> str:
    """The text in a file without its line's end: blanks may be a passphrase's own. Raises FileError."""
    return text(file).rstrip("\r\n")


def json_in(file: Path) -> Any:
    """The JSON in a file. Raises FileError."""
    try:
        return json.loads(text(file))
    except (json.JSONDecodeError, RecursionError) as wrong:
        raise FileError(f"{file}: it is no JSON ({wrong}); name a JSON file") from wrong


def write(file: Path, content: bytes) -> None:
    """Writes a file. Raises FileError."""
    try:
        file.write_bytes(content)
    except OSError as wrong:
        raise FileError(said(wrong, file)) from wrong


def said(wrong: OSError, file: Path | str | None = None) -> str:
    """An error of the system in words: the file's name and what to do; as it is where it names no file."""
    name = wrong.filename if file is None else file
    if name is None:
        return str(wrong)
    if isinstance(wrong, FileNotFoundError):
        folder = Path(str(name)).absolute().parent
        return f"{name}: no such file; check the name" if folder.is_dir() else f"{name}: there is no folder {folder}; check the path"
    if isinstance(wrong, IsADirectoryError):
        return f"{name}: it is a folder; name a file in it"
    if isinstance(wrong, PermissionError):
        return f"{name}: this user may not read or write it; change its rights, or name another file"
    return f"{name}: {wrong.strerror or wrong}"
