"""Rows of a data folder: JSON lines, a JSON list or CSV, gzipped or not, whatever the files, columns and their order are called."""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from gateway.replay.faults import Fault, Origin
from ledger.foreseen import Foreseen

Row: TypeAlias = dict[str, Any]

_TABLES = (".csv", ".tsv")
_ENDINGS = (".jsonl", ".ndjson", ".json", *_TABLES)
_PROSE = (".md", ".txt", ".rst", ".pdf")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")
_NESTED = re.compile(r"^\s*(.+?)\s*(?:[/.]|\[)(\d+)\]?\s*(?:[/.]\s*(.+?)\s*)?$")
_OF_A_RECORD = {"assignors", "assignees", "properties", "reelnumber", "reelno", "id"}
_LARGEST_CELL = 1 << 24
_DELIMITERS = ",;\t|"


class NoData(Foreseen):
    """The folder to replay is missing or holds none of the known sets; the message says what was looked for."""


def files(folder: Path) -> list[Path]:
    """The readable files of a set's folder in the order of their names; empty if there is no such folder."""
    return [path for path in _visible(folder) if _plain_name(path).endswith(_ENDINGS)]


def strangers(folder: Path, set_name: str) -> list[Fault]:
    """Files of a set's folder that are neither records nor prose: none is passed over in silence."""
    return [
        Fault(Origin(set_name, path.name, 0), "whole file", "file", "neither .jsonl, .json nor .csv (gzipped or not), so it isn't read")
        for path in _visible(folder)
        if not _plain_name(path).endswith((*_ENDINGS, *_PROSE)) and Path(_plain_name(path)).suffix
    ]


def rows(path: Path, set_name: str) -> Iterator[tuple[Origin, Row | Fault]]:
    """Each row of a file with its place; a line that can't be read is yielded as a Fault, and the reading goes on."""
    try:
        text = _decoded(_bytes(path))
    except (OSError, EOFError, zlib.error) as wrong:
        origin = Origin(set_name, path.name, 0)
        yield origin, Fault(origin, "whole file", "file", f"can't be read: {wrong}")
        return
    yield from _csv_rows(text, path, set_name) if _plain_name(path).endswith(_TABLES) else _json_rows(text, path, set_name)


def plain(name: str) -> str:
    """A field's name as it is compared: lower case, letters and digits only."""
    return _NOT_ALPHANUMERIC.sub("", name.lower())


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")) if folder.is_dir() else []


def _plain_name(path: Path) -> str:
    return path.name.lower().removesuffix(".gz")


def _bytes(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        # What a spreadsheet calls "Unicode text".
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Council files are saved from spreadsheets in the Windows code page; bytes that it leaves empty stay readable as Latin-1.
        return _windows(content)


def _windows(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _json_rows(text: str, path: Path, set_name: str) -> Iterator[tuple[Origin, Row | Fault]]:
    """Each line is a row. A .json file may be one list, or an object around one: its rows are told by their place in it."""
    listed = _listed(_json(text)) if _plain_name(path).endswith(".json") else None
    items = text.split("\n") if listed is None else listed
    for number, item in enumerate(items, 1):
        if not isinstance(item, str) or item.strip():
            origin = Origin(set_name, path.name, number)
            yield origin, _json_row(_json(item) if isinstance(item, str) else item, origin)


def _listed(whole: Any) -> list[Any] | None:
    if isinstance(whole, dict):
        lists = [member for member in whole.values() if isinstance(member, list) and member and isinstance(member[0], dict)]
        named = {plain(str(name)) for name in whole}
        # Of a record the lists are its parties and rights.
        return lists[0] if len(lists) == 1 and not named & _OF_A_RECORD else [whole]
    return whole if isinstance(whole, list) else None


def _json(text: str) -> Any:
    """The value of a JSON text; what is wrong with it, if anything is."""
    try:
        return json.loads(text, parse_float=Decimal)
    except (RecursionError, ValueError) as wrong:
        return wrong


def _json_row(value: Any, origin: Origin) -> Row | Fault:
    if isinstance(value, Exception):
        return Fault(origin, "line", "JSON", str(value))
    if not isinstance(value, dict):
        return Fault(origin, "line", "JSON", "an object is expected on each line")
    return {plain(name): member for name, member in value.items()}


def _csv_rows(text: str, path: Path, set_name: str) -> Iterator[tuple[Origin, Row | Fault]]:
    csv.field_size_limit(_LARGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        origin = Origin(set_name, path.name, line)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            yield origin, Fault(origin, "line", "CSV", str(wrong))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = cells
        elif cells != header:
            # A heading that stands again where two files were joined is no row.
            yield origin, _csv_row(header, cells, origin)


def _delimiter(text: str) -> str:
    heading = next((line for line in text.split("\n") if line.strip(_DELIMITERS + " \r\t")), "")
    return max(_DELIMITERS, key=heading.count)


def _csv_row(header: list[str], cells: list[str], origin: Origin) -> Row | Fault:
    surplus = [cell for cell in cells[len(header) :] if cell.strip()]
    if surplus:
        return Fault(origin, "line", "columns", f"{len(cells)} cells under {len(header)} headings")
    row: Row = {}
    # Cells that a short line lacks at its end are empty.
    for heading, cell in zip(header, [*cells, *[""] * len(header)], strict=False):
        _put(row, heading, cell.strip())
    return row


def _put(row: Row, heading: str, cell: str) -> None:
    """Puts a cell under its heading; "assignors/0/name" and "assignors[0].name" are members of a list. Of two alike a filled one stays."""
    nested = _NESTED.match(heading)
    if nested:
        _put_nested(row.setdefault(plain(nested[1]), []), int(nested[2]), nested[3], cell)
    elif cell or plain(heading) not in row:
        row[plain(heading)] = cell


def _put_nested(members: Any, index: int, name: str | None, cell: str) -> None:
    if not cell or not isinstance(members, list):
        return
    while len(members) <= index:
        members.append({} if name else "")
    if name is None:
        members[index] = cell
    elif isinstance(members[index], dict):
        members[index][name] = cell
