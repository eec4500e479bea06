"""Raw events, decoded: the feed, and the history of one record."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from ledger.chain.blocks import LOG_BITS, Log
from ledger.chain.decode import EventTable
from ledger.mirror.models import BLOCK, RAW_EVENT, TX
from ledger.mirror.queries.reading import Page, cut, ordered
from ledger.mirror.rebuild import block_of, log_of


@dataclass(frozen=True, slots=True)
class Told:
    """An event as the chain has it. `values` are the ABI's names and the decoded values; `time` is UTC seconds of its block."""

    pos: int
    time: int
    transaction: bytes
    contract: str
    name: str
    values: dict[str, Any]

    @property
    def block(self) -> int:
        return self.pos >> LOG_BITS


def feed(conn: Connection, table: EventTable, *, after: int = -1, until: int | None = None, limit: int = 100) -> Page[Told]:
    """Events after a position (and up to `until`), oldest first."""
    bound = [] if until is None else [RAW_EVENT.c.pos <= until]
    return _page(conn, table, bound, limit, (after,), newest_first=False)


def latest(conn: Connection, table: EventTable, *, limit: int = 100, after: tuple[int] | None = None) -> Page[Told]:
    """Events, newest first."""
    return _page(conn, table, [], limit, after, newest_first=True)


def of_record(conn: Connection, table: EventTable, record: bytes, *, limit: int = 100, after: tuple[int] | None = None) -> Page[Told]:
    """The events whose first indexed value is this record's id (as a word, or an address), oldest first."""
    return _page(conn, table, [RAW_EVENT.c.subject == record.rjust(32, b"\0")], limit, after, newest_first=False)


def _page(
    conn: Connection, table: EventTable, where: list[ColumnElement[bool]], limit: int, after: tuple[int] | None, newest_first: bool
) -> Page[Told]:
    columns = (RAW_EVENT.c.pos, RAW_EVENT.c.tx_index, RAW_EVENT.c.address, RAW_EVENT.c.topics, RAW_EVENT.c.data, BLOCK.c.time, TX.c.hash)
    transaction = (TX.c.block == BLOCK.c.number) & (TX.c.tx_index == RAW_EVENT.c.tx_index)
    asked = select(*columns).join(BLOCK, BLOCK.c.number == block_of(RAW_EVENT.c.pos)).join(TX, transaction).where(*where)
    rows = conn.execute(ordered(asked, [RAW_EVENT.c.pos], limit, after, newest_first))
    return cut([_told(table, *row) for row in rows], limit, lambda told: (told.pos,))


def _told(table: EventTable, pos: int, tx_index: int, address: bytes, topics: bytes, data: bytes, time: int, transaction: bytes) -> Told:
    log: Log = log_of(pos, tx_index, address, topics, data)
    event = table.decode(pos >> LOG_BITS, time, log)
    return Told(pos, time, transaction, event.type.contract, event.type.name, event.args._asdict())
