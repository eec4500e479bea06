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
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import msgspec
from eth_hash.auto import keccak

from ledger.domain.act_types import Instrument, Party, PartyName
from ledger.domain.assets import AssetError, Listing, listing, name_hash, side_root, stated_party
from ledger.domain.calendar import end_of_day, start_of_day
from ledger.domain.identifiers import IdentifierError, Scheme, identifier, person
from ledger.domain.ids import IdError, from_hex
from ledger.domain.money import MoneyError, currency, to_minor
from ledger.domain.pledge_words import ClaimKind, Flag
from ledger.domain.registers import PartyRole, Rules, State
from ledger.domain.rights import right_of
from ledger.foreseen import Foreseen
from ledger.proofs.anchor_leaves import AnchoredRecord, LeafError, encode

WORD = 32
NOTHING = bytes(WORD)
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
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as wrong:
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
    except (LeafError, AssetError, IdentifierError, MoneyError, IdError) as wrong:
        raise RowError(str(wrong)) from wrong


def _entry(row: Row, register: Register) -> Entry:
    number = word_of(row.number, "number")
    pledgors = [_party(each, row.number, f"pledgors[{at}]", register, False) for at, each in enumerate(row.pledgors)]
    holders = [_party(each, row.number, f"holders[{at}]", register, True) for at, each in enumerate(row.holders)]
    if not any(party.role == PartyRole.PLEDGOR for party, _ in pledgors):
        raise RowError("pledgors: a pledgor that is no co-owner only is missing")
    listed = _listing(row, register)
    effective, date_only = _moment(row.effective, "effective", register.zone)
    claim, unit, ceiling = _claim(row)
    record = AnchoredRecord(
        register=register.number,
        officeNumber=number,
        state=_state(row.state),
        flags=_flags(row, listed is None, date_only),
        effective=effective,
        expires=_last_second(row.expires, "expires", register.zone),
        kind=claim,
        currency=unit,
        ceiling=ceiling,
        due=_last_second(row.due, "due", register.zone),
        holders=len(holders),
        pledgorsRoot=_root([party for party, _ in pledgors]),
        holdersRoot=_root([party for party, _ in holders]),
        assetCount=len(listed.keys) if listed else 0,
        assetsRoot=listed.root if listed else NOTHING,
        content=hash_of(row.content, "content"),
    )
    encode(record)
    both = [*pledgors, *holders]
    parties, names = tuple(party for party, _ in both), tuple(name for _, name in both)
    return Entry(record, parties, names, listed, hash_of(row.agreement, "agreement"), _instrument(row, number, register.zone), row)


def _instrument(row: Row, number: bytes, zone: ZoneInfo) -> Instrument:
    executed = _moment(row.executed, "executed", zone)[0] if row.executed else 0
    return Instrument(number, hash_of(row.document, "document"), executed, row.caption)


def word_of(text: str, field: str) -> bytes:
    """A text as a left-aligned word. Raises RowError."""
    written = text.encode()
    if not 0 < len(written) <= WORD:
        raise RowError(f"{field}: {text[:40]!r}, 1 to {WORD} bytes of text expected")
    return written.ljust(WORD, b"\0")


def hash_of(text: str, field: str) -> bytes:
    """A hash of 32 bytes from hex; zero where none is stated. Raises IdError."""
    return from_hex(text, WORD, field) if text else NOTHING


def blind_of(number: str, register: Register) -> bytes:
    """The blind of a record's list of assets: known to who has the office's secret."""
    return hmac.digest(register.secret, b"blind\0" + number.encode(), "sha256")


def _party(given: PartyIn, number: str, field: str, register: Register, holding: bool) -> tuple[Party, PartyName]:
    if holding == (given.share == 0) or not 0 <= given.share < 1 << 64:
        raise RowError(f"{field}.share: {given.share}; holders have a weight above 0, pledgors none")
    if holding and given.co_owner:
        raise RowError(f"{field}.co_owner: a holder is none")
    if not given.name.strip():
        raise RowError(f"{field}.name: missing")
    role = PartyRole.PLEDGEE if holding else PartyRole.CO_OWNER if given.co_owner else PartyRole.PLEDGOR
    if given.person:
        return _person(given, number, field, register, role)
    named = name_hash(given.name, given.capacity)
    return Party(role, _word(given, field), named, given.share), PartyName(given.name, given.capacity)


def _person(given: PartyIn, number: str, field: str, register: Register, role: PartyRole) -> tuple[Party, PartyName]:
    """A natural person: word and name are commitments under a salt of this record's, and no text is published."""
    salt = hmac.digest(register.secret, f"person\0{number}\0{field}".encode(), "sha256")
    committed = keccak(salt + name_hash(given.name, given.capacity))
    return Party(role, person(given.name, salt, f"{field}.name").word, committed, given.share), PartyName("", "")


def _word(given: PartyIn, field: str) -> bytes:
    if not given.identifier:
        return stated_party(given.name)
    scheme, _, text = given.identifier.partition(" ")
    if scheme not in Scheme.__members__:
        raise RowError(f"{field}.identifier: {given.identifier[:40]!r}; a scheme ({', '.join(Scheme.__members__)}) and its text expected")
    return identifier(Scheme[scheme], text, f"{field}.identifier").word


def _root(parties: Sequence[Party]) -> bytes:
    return side_root((party.role, party.id, party.nameHash, party.share) for party in parties)


def _listing(row: Row, register: Register) -> Listing | None:
    if not row.assets:
        return None
    rules = register.rules
    keys = [_asset(text, f"assets[{at}]", rules) for at, text in enumerate(row.assets)]
    if len(set(keys)) != len(keys):
        twice = next(text for text, key in zip(row.assets, keys, strict=True) if keys.count(key) > 1)
        raise RowError(f"assets: {twice!r} stands twice")
    return listing(dict.fromkeys(keys, ""), blind_of(row.number, register))


def _asset(text: str, field: str, rules: Rules) -> bytes:
    """The key of a number; where several classes of the register have such a number, the key in full must be given."""
    found, said = set[bytes](), f"{field}: the register takes nothing"
    for class_ in rules.classes:
        try:
            found.add(right_of(rules.jurisdiction, class_, text, field).key)
        except AssetError as wrong:
            said = f"{field}: {wrong}"
    if len(found) > 1:
        said = f"{field}: {text[:40]!r} numbers several rights of the register; give the key in full, as CNPA2017106018623"
    if len(found) != 1:
        raise RowError(said)
    return found.pop()


def _claim(row: Row) -> tuple[int, int, int]:
    kind = ClaimKind.__members__.get(row.claim.upper().replace(" ", "_"))
    if kind is None:
        raise RowError(f"claim: {row.claim!r} is none of not stated, fixed, maximum")
    if (kind is ClaimKind.NOT_STATED) == bool(row.amount or row.currency):
        raise RowError("claim: amount and currency are stated if and only if the claim is")
    if kind is ClaimKind.NOT_STATED:
        return kind, 0, 0
    unit = currency(row.currency)
    minor = to_minor(row.amount, unit)
    if minor <= 0:
        raise RowError(f"amount: {row.amount!r}, above 0 expected")
    return kind, unit.number, minor


def _state(text: str) -> int:
    found = State.__members__.get(text.strip().upper())
    if found is None:
        raise RowError(f"state: {text!r} is none of {', '.join(name.lower() for name in State.__members__)}")
    return found


def _flags(row: Row, without_assets: bool, date_only: bool) -> int:
    flags = Flag(0)
    for mark in row.marks:
        found = Flag.__members__.get(mark.upper().replace(" ", "_"))
        if found is None or not found & _MARKS:
            raise RowError(f"marks: {mark!r} is none of {', '.join(str(each.name).lower().replace('_', ' ') for each in _MARKS)}")
        flags |= found
    return flags | (Flag.ASSETS_NOT_STATED if without_assets else 0) | (Flag.DATE_ONLY if date_only else 0)


_MARKS = Flag.GENERAL_DESCRIPTION | Flag.PARENT_UNKNOWN | Flag.FACTORING | Flag.ASSIGNMENT | Flag.SERIAL_NUMBERED


def _moment(text: str, field: str, zone: ZoneInfo) -> tuple[int, bool]:
    """UTC seconds of a time, or of the beginning of a day in the register's zone, and whether only the day is known. Raises RowError."""
    day = _day(text)
    if day is not None:
        return start_of_day(day, zone), True
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise RowError(f"{field}: {text[:40]!r}; a day (2023-05-04), or a time with offset (2023-05-04T09:30:00+08:00)") from wrong
    if moment.tzinfo is None:
        raise RowError(f"{field}: {text!r} has no offset; write 2023-05-04T09:30:00+08:00, or the day alone")
    return int(moment.timestamp()), False


def _last_second(text: str, field: str, zone: ZoneInfo) -> int:
    """The last second of a day, or a time; 0 where nothing is stated."""
    if not text:
        return 0
    day = _day(text)
    return end_of_day(day, zone) - 1 if day is not None else _moment(text, field, zone)[0]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2023-05-04") else None
    except ValueError:
        return None
