"""The names in an anchored register, found as the mirror finds published ones: each text once, under the keys of ledger.domain.name_index.

Names of natural persons are left out: they stay in the office.
"""

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from gateway.anchoring.export import Row
from ledger.domain.name_index import Entry, Probe, entries, probe
from ledger.domain.name_matching import USUAL, Settings
from ledger.domain.name_search import Found, search
from ledger.domain.names import NormalName
from ledger.mirror.names import key_of

SCHEMA = """
CREATE TABLE name (number INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE named (name INTEGER NOT NULL, side TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (name, side, place)) WITHOUT ROWID;
CREATE TABLE form (
  name INTEGER, part INTEGER, words TEXT NOT NULL, form TEXT NOT NULL, length INTEGER NOT NULL, letters INTEGER NOT NULL,
  PRIMARY KEY (name, part)
);
CREATE INDEX form_letters ON form (length, letters, name, part);
CREATE TABLE name_key (key BLOB NOT NULL, name INTEGER NOT NULL, part INTEGER NOT NULL, PRIMARY KEY (key, name, part)) WITHOUT ROWID;
"""
SIDES = ("pledgors", "holders")
_HOW_MANY = 200
"""Keys or names in one statement."""


@dataclass
class Index:
    """Names on their way into a database."""

    db: sqlite3.Connection
    _numbers: dict[str, int] = field(default_factory=dict)

    def add(self, place: int, row: Row) -> None:
        """The names of the record at a place."""
        for side in SIDES:
            told = {party.name for party in getattr(row, side) if party.name and not party.person}
            self.db.executemany("INSERT INTO named VALUES (?, ?, ?)", [(self._number(text), side, place) for text in sorted(told)])

    def _number(self, text: str) -> int:
        if text not in self._numbers:
            number = self._numbers[text] = len(self._numbers)
            self.db.execute("INSERT INTO name VALUES (?, ?)", (number, text))
            for part, entry in enumerate(entries([(text, "")])):
                self._keep(number, part, entry)
        return self._numbers[text]

    def _keep(self, number: int, part: int, entry: Entry) -> None:
        row = (number, part, " ".join(entry.name.words), entry.name.form, entry.length, entry.letters)
        self.db.execute("INSERT INTO form VALUES (?, ?, ?, ?, ?, ?)", row)
        keys = sorted({key_of(key) for key in entry.keys})
        self.db.executemany("INSERT INTO name_key VALUES (?, ?, ?)", [(key, number, part) for key in keys])


def is_indexed(db: sqlite3.Connection) -> bool:
    """Whether the names of a register are there as they are looked up: one that was built before has none."""
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'form_letters'").fetchone() is not None


def like(db: sqlite3.Connection, text: str, settings: Settings = USUAL) -> Found:
    """The names that are like a text; the records of a group are the numbers of its names. Raises UnusableName."""
    return search(text, _entries(db, probe(text, settings)), settings)


def records_under(db: sqlite3.Connection, names: Collection[str], side: str | None, limit: int) -> tuple[int, list[str]]:
    """How many records state one of these names, and the first of their numbers in the order of the export."""
    sides = SIDES if side is None else (side,)
    wanted = f"name IN ({_marks(names)}) AND side IN ({_marks(sides)})"
    given = (*map(int, names), *sides)
    count: int = db.execute(f"SELECT count(DISTINCT place) FROM named WHERE {wanted}", given).fetchone()[0]  # noqa: S608  # marks only
    under = f"SELECT DISTINCT place FROM named WHERE {wanted} ORDER BY place LIMIT ?"  # noqa: S608  # marks only
    rows = db.execute(f"SELECT number FROM record WHERE place IN ({under}) ORDER BY place", (*given, limit))  # noqa: S608
    return count, [number for (number,) in rows]


def _entries(db: sqlite3.Connection, asked: Probe) -> Iterator[Entry]:
    of_part = "SELECT words, form, text FROM form JOIN name ON number = name WHERE name = ? AND part = ?"
    for name, part in sorted(_candidates(db, asked)):
        words, form, text = db.execute(of_part, (name, part)).fetchone()
        yield Entry(NormalName(tuple(words.split(" ")), form), text, str(name))


def _candidates(db: sqlite3.Connection, asked: Probe) -> set[tuple[int, int]]:
    """Names and their parts that have the keys asked for, or nearly the letters (name_index.Probe)."""
    found: set[tuple[int, int]] = set()
    keys = [key_of(key) for key in asked.any_of]
    for first in range(0, len(keys), _HOW_MANY):
        some = keys[first : first + _HOW_MANY]
        found.update(db.execute(f"SELECT name, part FROM name_key WHERE key IN ({_marks(some)})", some))  # noqa: S608  # marks only
    if asked.all_of:
        found.update(_with_keys(db, asked.all_of))
    db.create_function("bit_count", 1, int.bit_count, deterministic=True)
    for lengths, most in asked.near:
        found.update(db.execute(_NEARLY, (lengths.start, lengths.stop - 1, asked.letters, asked.letters, most)))
    return found


_NEARLY = "SELECT name, part FROM form WHERE length BETWEEN ? AND ? AND bit_count((letters | ?) - (letters & ?)) <= ?"


def _with_keys(db: sqlite3.Connection, keys: Collection[str]) -> list[tuple[int, int]]:
    hashed = [key_of(key) for key in keys]
    asked = f"SELECT name, part FROM name_key WHERE key IN ({_marks(hashed)}) GROUP BY name, part HAVING count(*) = ?"  # noqa: S608  # marks only
    return db.execute(asked, (*hashed, len(hashed))).fetchall()


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))
