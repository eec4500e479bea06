"""An anchored register on disk: a folder with the records as exported and the two trees over them; proofs and acts are made from it.

Folder: `records.db` (SQLite: the office's register, its secret, the live assets in the order of their tree), `records.tree`, `assets.tree`.
It is built beside its place and renamed, so that a reader finds the whole of it or nothing. Who has the folder knows every name in it.
"""

import json
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec

from gateway.anchoring import names
from gateway.anchoring.export import (
    MOST_TOLD,
    Entry,
    ExportError,
    Register,
    Row,
    RowError,
    blind_of,
    entry,
    rows,
)
from ledger.domain.act_types import AdoptRecord, AnchorRegister, SeedAssets
from ledger.domain.act_types import AnchoredRecord as AnchoredBody
from ledger.domain.name_search import Group
from ledger.domain.registers import State, rules
from ledger.foreseen import Foreseen
from ledger.proofs import anchors
from ledger.proofs.anchor_leaves import AnchoredRecord, LiveAsset, encode, live_leaves
from ledger.proofs.anchors import Inclusion, StoredTree
from ledger.proofs.merkle import leaf_hash

SEED_HEIGHT = 8
SEEDS = 1 << SEED_HEIGHT
"""Live assets of one seeding act (contracts/pledge/PledgeAnchors.sol)."""
_LIVING = (State.REGISTERED, State.ENFORCING)
_SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE record (place INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, row BLOB NOT NULL);
CREATE TABLE found (asset BLOB NOT NULL, number BLOB NOT NULL, PRIMARY KEY (asset, number)) WITHOUT ROWID;
CREATE TABLE live (place INTEGER PRIMARY KEY, asset BLOB NOT NULL, number BLOB NOT NULL);
"""
_BATCH = 10_000


class BookError(Foreseen):
    """What was asked of an anchored register can't be done; one line that names what and why."""


@dataclass(frozen=True, slots=True)
class About:
    """What an anchor says: register, roots and counts, the second that it is shown as at, SHA-256 of the export."""

    register: int
    records_root: bytes
    records: int
    assets_root: bytes
    assets: int
    as_at: int
    evidence: bytes

    def body(self, replaces: int = 0) -> AnchorRegister:
        """The act that anchors it, in the place of a wrong anchor if one is named. A tree without leaves is root 0."""
        records, assets = (self.records_root, self.records), (self.assets_root if self.assets else bytes(32), self.assets)
        return AnchorRegister(self.register, *records, *assets, self.as_at, replaces, self.evidence)


@dataclass(frozen=True, slots=True)
class ProvenRecord:
    """A record with its place and path under the anchor's root of records."""

    record: AnchoredRecord
    proof: Inclusion


@dataclass(frozen=True, slots=True)
class ProvenAsset:
    """A live asset with its place and path under the anchor's root of live assets."""

    asset: LiveAsset
    proof: Inclusion


MOST_NUMBERS = 100
"""Numbers of records that are told under one name."""
MOST_NAMES = 200
"""Names that one search tells."""


@dataclass(frozen=True, slots=True)
class NamedRecords:
    """Names of one normal form, how many records state them, and the first of their numbers."""

    group: Group
    records: int
    numbers: list[str]


# --- build -----------------------------------------------------------------------------------------------------------------------


def build(folder: Path, source: Path, register: int, rule: int, zone: str, as_at: int, secret: bytes | None = None) -> About:
    """Builds an anchored register from an export. Raises ExportError naming the first lines that can't be anchored, BookError.

    `secret` (32 bytes) is drawn where none is given; the same one gives the same roots.
    """
    if folder.exists():
        raise BookError(f"{folder}: there is something already; name a folder that is new")
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}.{uuid4().hex}.tmp")
    beside.mkdir(mode=0o700)
    try:
        about = _build(beside, source, Register(register, rules(rule), ZoneInfo(zone), secret or secrets.token_bytes(32)), rule, as_at)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return about


def _build(folder: Path, source: Path, register: Register, rule: int, as_at: int) -> About:
    with closing(sqlite3.connect(folder / "records.db")) as db:
        db.executescript(_SCHEMA + names.SCHEMA)
        filling = _Filling(db, source, register, as_at, names.Index(db))
        records_root = anchors.build(folder / "records.tree", filling.leaves())
        assets_root = anchors.build(folder / "assets.tree", live_leaves(_ordered(db, register.number)))
        about = About(register.number, records_root, filling.count, assets_root, _count(db, "live"), as_at, _sha256(source))
        kept = {"rule": rule, "zone": register.zone.key, "secret": register.secret, **_plain(about)}
        db.executemany("INSERT INTO about VALUES (?, ?)", [(name, _blob(value)) for name, value in kept.items()])
        db.execute("DROP TABLE found")
        db.commit()
    return about


@dataclass
class _Filling:
    """Records on their way from the export into the database and the tree."""

    db: sqlite3.Connection
    source: Path
    register: Register
    as_at: int
    names: names.Index
    count: int = 0

    def leaves(self) -> Iterator[bytes]:
        """The leaf of each record, in the order of the file; the rows are kept meanwhile. Raises ExportError once all were looked at."""
        told, wrong = list[str](), 0
        for line, row in rows(self.source):
            try:
                yield self._kept(self._entry(row))
            except RowError as refused:
                wrong += 1
                told += [f"line {line}: {refused}"] if wrong <= MOST_TOLD else []
        if wrong:
            more = f"; and {wrong - MOST_TOLD} more" if wrong > MOST_TOLD else ""
            raise ExportError(f"{self.source}: {'; '.join(told)}{more}")
        if not self.count:
            raise ExportError(f"{self.source}: no record in it")

    def _entry(self, row: Row | RowError) -> Entry:
        if isinstance(row, RowError):
            raise row
        return entry(row, self.register)

    def _kept(self, made: Entry) -> bytes:
        try:
            written = msgspec.json.encode(made.row)
            self.db.execute("INSERT INTO record VALUES (?, ?, ?)", (self.count, made.row.number, written))
        except sqlite3.IntegrityError as twice:
            raise RowError(f"number: {made.row.number!r} stands twice") from twice
        if made.listing and is_live(made.record, self.as_at):
            number = made.record.officeNumber
            self.db.executemany("INSERT INTO found VALUES (?, ?)", [(key, number) for key in made.listing.keys])
        self.names.add(self.count, made.row)
        self.count += 1
        return encode(made.record)


def is_live(record: AnchoredRecord, at: int) -> bool:
    """Whether an anchored record holds its assets at a second."""
    return record.state in _LIVING and (record.expires == 0 or record.expires >= at)


def _ordered(db: sqlite3.Connection, register: int) -> Iterator[LiveAsset]:
    """The live assets in their tree's order, kept by their places on the way."""
    reading = db.execute("SELECT asset, number FROM found ORDER BY asset, number")
    place = 0
    while part := reading.fetchmany(_BATCH):
        db.executemany("INSERT INTO live VALUES (?, ?, ?)", [(place + at, *each) for at, each in enumerate(part)])
        place += len(part)
        yield from (LiveAsset(register, asset, number) for asset, number in part)


def _count(db: sqlite3.Connection, table: str) -> int:
    counted: int = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  # a table of ours
    return counted


def _sha256(file: Path) -> bytes:
    with file.open("rb") as opened:
        hashed = sha256()
        while part := opened.read(1 << 20):
            hashed.update(part)
        return hashed.digest()


def _plain(about: About) -> dict[str, Any]:
    return {name: getattr(about, name) for name in About.__slots__}


def _blob(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


# --- use ---------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Book:
    """An open anchored register: reads by number, proofs, and the bodies of the acts that follow."""

    about: About
    register: Register
    _db: sqlite3.Connection
    _records: StoredTree
    _assets: StoredTree

    def entry(self, number: str) -> tuple[int, Entry]:
        """The record of an office's number, with its place. Raises BookError."""
        found = self._db.execute("SELECT place, row FROM record WHERE number = ?", (number,)).fetchone()
        if found is None:
            raise BookError(f"number {number!r}: the anchored register has no such record")
        return found[0], entry(msgspec.json.decode(found[1], type=Row), self.register)

    @property
    def has_names(self) -> bool:
        """Whether its names can be searched: of a register that was built before they were indexed they can't."""
        return names.is_indexed(self._db)

    def named(self, text: str, side: str | None = None, limit: int = MOST_NUMBERS) -> list[NamedRecords]:
        """The records under names like a text, nearest first: at most `MOST_NAMES` and one more. Raises UnusableName."""
        found, made = names.like(self._db, text), list[NamedRecords]()
        for group in (*found.exact, *found.similar):
            records, numbers = names.records_under(self._db, group.ids, side, limit)
            made += [NamedRecords(group, records, numbers)] if records else []
            if len(made) > MOST_NAMES:
                break
        return made

    def prove(self, number: str) -> ProvenRecord:
        """A record with its path to the root. Raises BookError, AnchorDamaged."""
        place, made = self.entry(number)
        return ProvenRecord(made.record, self._proof(place, made))

    def _proof(self, place: int, made: Entry) -> Inclusion:
        proof = self._records.prove(place)
        if proof.leaf != leaf_hash(encode(made.record)):
            raise BookError(f"number {made.row.number!r}: what is kept of it is not the record that was anchored; build it again")
        return proof

    def prove_asset(self, asset: bytes) -> list[ProvenAsset]:
        """The live records on an asset, each with its path to the root; none if nothing lies on it."""
        found = self._db.execute("SELECT place, number FROM live WHERE asset = ? ORDER BY place", (asset,)).fetchall()
        number = self.about.register
        return [ProvenAsset(LiveAsset(number, asset, office), self._assets.prove(place)) for place, office in found]

    @property
    def pages(self) -> int:
        """How many acts seed the register."""
        return -(-self.about.assets // SEEDS)

    def seeds(self, anchor: int, page: int) -> SeedAssets:
        """The act that writes a page of live assets into their words. Raises AnchorError."""
        proof = self._assets.prove_page(SEED_HEIGHT, page)
        first = page * SEEDS
        found = self._db.execute("SELECT asset, number FROM live WHERE place >= ? AND place < ? ORDER BY place", (first, first + SEEDS))
        assets, numbers = zip(*found.fetchall(), strict=True)
        return SeedAssets(self.about.register, anchor, first, assets, numbers, proof.path)

    def adoption(self, anchor: int, number: str) -> list[AdoptRecord]:
        """The acts that make a record a pledge of the register: one for each page of its assets. Raises BookError."""
        place, made = self.entry(number)
        listed = made.listing
        pages = listed.pages if listed else ((),)
        return [
            AdoptRecord(
                anchor=anchor,
                index=place,
                record=AnchoredBody(*(getattr(made.record, name) for name in AnchoredBody.__slots__)),
                proof=self._proof(place, made).path,
                parties=made.parties,
                names=made.names,
                blind=blind_of(number, self.register) if listed else bytes(32),
                page=page,
                pages=listed.page_roots if listed else (),
                assets=assets,
                agreement=made.agreement,
                instrument=made.instrument,
            )
            for page, assets in enumerate(pages)
        ]


@contextmanager
def opened(folder: Path) -> Iterator[Book]:
    """Opens a built register. Raises BookError, AnchorDamaged."""
    if not (folder / "records.db").exists():
        raise BookError(f"{folder}: no anchored register is there")
    database = f"{(folder / 'records.db').absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(database, uri=True)) as db,
        anchors.open_tree(folder / "records.tree") as records,
        anchors.open_tree(folder / "assets.tree") as assets,
    ):
        try:
            kept = dict(db.execute("SELECT name, value FROM about"))
        except sqlite3.DatabaseError as damaged:
            raise BookError(f"{folder}: {damaged}; build it again from the export") from damaged
        about, register = _about(kept), _register(kept)
        if (records.root, records.count, assets.root, assets.count) != (about.records_root, about.records, about.assets_root, about.assets):
            raise BookError(f"{folder}: its trees are not those of its records; build it again from the export")
        yield Book(about, register, db, records, assets)


def _about(kept: dict[str, bytes]) -> About:
    def whole(name: str) -> int:
        return int(json.loads(kept[name]))

    register, records, assets, as_at = map(whole, ("register", "records", "assets", "as_at"))
    return About(register, kept["records_root"], records, kept["assets_root"], assets, as_at, kept["evidence"])


def _register(kept: dict[str, bytes]) -> Register:
    number, rule, zone = json.loads(kept["register"]), json.loads(kept["rule"]), json.loads(kept["zone"])
    return Register(number, rules(rule), ZoneInfo(zone), kept["secret"])
