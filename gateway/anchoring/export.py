"""The export of an office's register, a record a line: JSON lines, or CSV whose lists are JSON in a cell; UTF-8, gzipped or not.

What a record says, and how dates become times, is in docs/registers.md. Unknown columns are refused: an anchor is signed for ever.
"""

import csv
import gzip
import hmac
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import msgspec

from gateway import files
from gateway.pledging import words
from ledger.domain.act_types import Instrument, Party, PartyName
from ledger.domain.assets import Listing, listing, side_root
from ledger.domain.money import MoneyError, currency, to_minor
from ledger.domain.pledge_words import ClaimKind, Flag
from ledger.domain.registers import PartyRole, Rules, State
from ledger.foreseen import Foreseen
from ledger.proofs.anchor_leaves import AnchoredRecord, LeafError, encode

MOST_TOLD = 3
_LARGEST_CELL = 1 << 24


class ExportError(Foreseen):
    """An export that can't be anchored; one line that names file, line, field and rule."""


class RowError(ValueError):
    """A record that can't be anchored; the message names the field and the rule."""


class PartyIn(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A party of a record. `identifier` is a scheme and its text ("USCC 91110000..."); without one the name itself names the party.

    A `person`'s name stays in the office: the record has a salted commitment. `share` is a holder's weight.
    """

    name: str
    identifier: str = ""
    capacity: str = ""
    person: bool = False
    co_owner: bool = False
    share: int = 0


class Row(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A record as its office exports it. Dates are days of the register's zone, or times with their offset; amounts decimal text.

    `marks`: general description, parent unknown, factoring, assignment, serial numbered.
    """

    number: str
    state: str
    effective: str
    pledgors: list[PartyIn]
    holders: list[PartyIn]
    assets: list[str] = []
    expires: str = ""
    claim: str = "not stated"
    amount: str = ""
    currency: str = ""
    due: str = ""
    marks: list[str] = []
    content: str = ""
    agreement: str = ""
    document: str = ""
    executed: str = ""
    caption: str = ""


_LISTS = ("pledgors", "holders", "assets", "marks")


@dataclass(frozen=True, slots=True)
class Register:
    """What a register's records are read by: its number, what its rule word says, the zone of its days, the office's secret (32 bytes)."""

    number: int
    rules: Rules
    zone: ZoneInfo
    secret: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it is anchored, and all that an adoption presents beside it."""

    record: AnchoredRecord
    parties: tuple[Party, ...]
    names: tuple[PartyName, ...]
    listing: Listing | None
    agreement: bytes
    instrument: Instrument
    row: Row


# --- Reading -----------------------------------------------------------------------------------------------------------------------


def rows(file: Path) -> Iterator[tuple[int, Row | RowError]]:
    """Each record with its line's number, one at a time; a line that is none as a RowError. Raises ExportError for the file."""
    name = file.name.lower().removesuffix(".gz")
    if not name.endswith((".jsonl", ".ndjson", ".csv")):
        raise ExportError(f"{file}: .jsonl or .csv expected (gzipped or not)")
    try:
        with _opened(file) as text:
            yield from _csv(text) if name.endswith(".csv") else _json(text)
    except OSError as wrong:
        raise ExportError(files.said(wrong, file)) from wrong
    except (EOFError, UnicodeDecodeError, csv.Error) as wrong:
        raise ExportError(f"{file}: {wrong}") from wrong


@contextmanager
def _opened(file: Path) -> Iterator[IO[str]]:
    with file.open("rb") as raw:
        binary: Any = gzip.GzipFile(fileobj=raw) if file.name.lower().endswith(".gz") else raw
        with io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text:
            yield text


def _json(text: IO[str]) -> Iterator[tuple[int, Row | RowError]]:
    decode = msgspec.json.Decoder(Row).decode
    for line, content in enumerate(text, 1):
        if content.strip():
            try:
                yield line, decode(content)
            except msgspec.MsgspecError as wrong:
                yield line, RowError(_said(wrong))


def _csv(text: IO[str]) -> Iterator[tuple[int, Row | RowError]]:
    csv.field_size_limit(_LARGEST_CELL)
    reader = csv.DictReader(text, restkey="\0")
    for cells in reader:
        try:
            yield reader.line_num, _from_cells(cells)
        except (msgspec.MsgspecError, RowError) as wrong:
            yield reader.line_num, RowError(_said(wrong))


def _from_cells(cells: dict[Any, Any]) -> Row:
    if cells.pop("\0", None):
        raise RowError("line: more cells than headings")
    given = {name: value for name, value in cells.items() if value not in (None, "")}
    for name in _LISTS:
        if name in given:
            given[name] = _list(given[name])
    return msgspec.convert(given, Row, strict=False)


def _list(cell: str) -> Any:
    return msgspec.json.decode(cell) if cell.lstrip().startswith("[") else [part.strip() for part in cell.split(";") if part.strip()]


def _said(wrong: Exception) -> str:
    """msgspec's message with the field in front, as ours have it."""
    message, _, where = str(wrong).partition(" - at `$")
    return f"{where.rstrip('`').lstrip('.')}: {message}" if where else message


# --- A record as it is anchored --------------------------------------------------------------------------------------------------------


def entry(row: Row, register: Register) -> Entry:
    """The record of a row, with parties, names and list. Raises RowError."""
    try:
        return _entry(row, register)
    except (LeafError, MoneyError, *words.REFUSALS) as wrong:
        raise RowError(str(wrong)) from wrong


def _entry(row: Row, register: Register) -> Entry:
    number = words.word_of(row.number, "number")
    pledgors = [_party(each, row.number, f"pledgors[{at}]", register, False) for at, each in enumerate(row.pledgors)]
    holders = [_party(each, row.number, f"holders[{at}]", register, True) for at, each in enumerate(row.holders)]
    if not any(party.role == PartyRole.PLEDGOR for party, _ in pledgors):
        raise RowError("pledgors: a pledgor that is no co-owner only is missing")
    listed = _listing(row, register)
    effective, date_only = words.moment(row.effective, "effective", register.zone)
    claim, unit, ceiling = _claim(row)
    record = AnchoredRecord(
        register=register.number,
        officeNumber=number,
        state=words.one_of(State, row.state, "state"),
        flags=_flags(row, listed is None, date_only),
        effective=effective,
        expires=words.last_second(row.expires, "expires", register.zone),
        kind=claim,
        currency=unit,
        ceiling=ceiling,
        due=words.last_second(row.due, "due", register.zone),
        holders=len(holders),
        pledgorsRoot=_root([party for party, _ in pledgors]),
        holdersRoot=_root([party for party, _ in holders]),
        assetCount=len(listed.keys) if listed else 0,
        assetsRoot=listed.root if listed else words.NOTHING,
        content=words.hash_of(row.content, "content"),
    )
    encode(record)
    both = [*pledgors, *holders]
    parties, names = tuple(party for party, _ in both), tuple(name for _, name in both)
    return Entry(record, parties, names, listed, words.hash_of(row.agreement, "agreement"), _instrument(row, number, register.zone), row)


def _instrument(row: Row, number: bytes, zone: ZoneInfo) -> Instrument:
    executed = words.moment(row.executed, "executed", zone)[0] if row.executed else 0
    return Instrument(number, words.hash_of(row.document, "document"), executed, row.caption)


def blind_of(number: str, register: Register) -> bytes:
    """The blind of a record's list of assets: known to who has the office's secret."""
    return hmac.digest(register.secret, b"blind\0" + number.encode(), "sha256")


def _party(given: PartyIn, number: str, field: str, register: Register, holding: bool) -> tuple[Party, PartyName]:
    """A party of a record; a natural person's commitments are under a salt of this record's."""
    if holding and given.co_owner:
        raise RowError(f"{field}.co_owner: a holder is none")
    role = PartyRole.PLEDGEE if holding else PartyRole.CO_OWNER if given.co_owner else PartyRole.PLEDGOR
    salt = hmac.digest(register.secret, f"person\0{number}\0{field}".encode(), "sha256") if given.person else None
    return words.party(words.Stated(given.name, given.identifier, given.capacity, role, given.share, salt), field)


def _root(parties: Sequence[Party]) -> bytes:
    return side_root((party.role, party.id, party.nameHash, party.share) for party in parties)


def _listing(row: Row, register: Register) -> Listing | None:
    if not row.assets:
        return None
    keys = [words.right(text, f"assets[{at}]", register.rules).key for at, text in enumerate(row.assets)]
    if len(set(keys)) != len(keys):
        twice = next(text for text, key in zip(row.assets, keys, strict=True) if keys.count(key) > 1)
        raise RowError(f"assets: {twice!r} stands twice")
    return listing(dict.fromkeys(keys, ""), blind_of(row.number, register))


def _claim(row: Row) -> tuple[int, int, int]:
    kind = words.one_of(ClaimKind, row.claim, "claim")
    if (kind is ClaimKind.NOT_STATED) == bool(row.amount or row.currency):
        raise RowError("claim: amount and currency are stated if and only if the claim is")
    if kind is ClaimKind.NOT_STATED:
        return kind, 0, 0
    unit = currency(row.currency)
    minor = to_minor(row.amount, unit)
    if minor <= 0:
        raise RowError(f"amount: {row.amount!r}, above 0 expected")
    return kind, unit.number, minor


def _flags(row: Row, without_assets: bool, date_only: bool) -> int:
    stated = words.marks(row.marks, "marks")
    return stated | (Flag.ASSETS_NOT_STATED if without_assets else 0) | (Flag.DATE_ONLY if date_only else 0)
