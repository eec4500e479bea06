"""Projections made anew: their tables created, and raw events folded into them."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, Integer, MetaData, Row, Table, inspect, literal, select
from sqlalchemy.schema import DropTable

from ledger.chain.blocks import LOG_BITS, Log, last_position
from ledger.chain.decode import Event, EventTable
from ledger.mirror.fold import Folds
from ledger.mirror.models import BLOCK, RAW_EVENT
from ledger.mirror.schema import WORD_BYTES, raw
from ledger.mirror.state import State
from ledger.mirror.views import making
from ledger.mirror.writer import DatabaseReader, write_folded

EVENTS_A_BATCH = 5_000
_INDEX_MASK = (1 << LOG_BITS) - 1


def create(conn: Connection, folds: Folds) -> None:
    """Makes the projections' tables, empty."""
    for projection in folds.projections:
        projection.table.create(conn)


def drop(conn: Connection) -> None:
    """Drops every table that is not raw, those of an older version of the folds too, and the views over them."""
    making.drop(conn)
    kept = {*raw.tables, "alembic_version"}
    for name in inspect(conn).get_table_names():
        if name not in kept:
            conn.execute(DropTable(Table(name, MetaData())))


def refold(conn: Connection, batches: Iterator[list[Event]], folds: Folds) -> None:
    """Folds batches of events into the projections, which must be empty."""
    state = State(DatabaseReader(conn))
    for events in batches:
        fold(conn, state, events, folds)


def fold(conn: Connection, state: State, events: list[Event], folds: Folds) -> None:
    """Folds events and writes what they change."""
    state.reader = DatabaseReader(conn)
    write_folded(conn, folds.apply(state, events))


def stored_events(conn: Connection, table: EventTable, until: int, after: int = -1) -> Iterator[list[Event]]:
    """The raw events after one position up to another, decoded, in batches."""
    while rows := _page(conn, after, until):
        yield [_event(table, *row) for row in rows]
        after = rows[-1][0]


def whole_blocks(conn: Connection, table: EventTable, after: int, until: int) -> tuple[list[Event], int]:
    """The raw events of the next blocks after position `after`, decoded, and the last position of the last of these blocks."""
    some = select(RAW_EVENT.c.pos).where(RAW_EVENT.c.pos > after, RAW_EVENT.c.pos <= until).order_by(RAW_EVENT.c.pos)
    cut = conn.execute(some.offset(EVENTS_A_BATCH - 1).limit(1)).scalar()
    last = until if cut is None else last_position(cut >> LOG_BITS)
    return [event for batch in stored_events(conn, table, last, after) for event in batch], last


def block_of(pos: ColumnElement[int]) -> ColumnElement[int]:
    """The block of a position, in SQL."""
    return pos.op(">>")(literal(LOG_BITS, Integer))


def log_of(pos: int, tx_index: int, address: bytes, topics: bytes, data: bytes) -> Log:
    """The log that a raw event row holds."""
    words = tuple(topics[at : at + WORD_BYTES] for at in range(0, len(topics), WORD_BYTES))
    return Log(pos & _INDEX_MASK, tx_index, address, words, data)


def _page(conn: Connection, after: int, until: int) -> list[Row[int, int, bytes, bytes, bytes, int]]:
    columns = (RAW_EVENT.c.pos, RAW_EVENT.c.tx_index, RAW_EVENT.c.address, RAW_EVENT.c.topics, RAW_EVENT.c.data, BLOCK.c.time)
    asked = (
        select(*columns).join(BLOCK, BLOCK.c.number == block_of(RAW_EVENT.c.pos)).where(RAW_EVENT.c.pos > after, RAW_EVENT.c.pos <= until)
    )
    return list(conn.execute(asked.order_by(RAW_EVENT.c.pos).limit(EVENTS_A_BATCH)))


def _event(table: EventTable, pos: int, tx_index: int, address: bytes, topics: bytes, data: bytes, time: int) -> Event:
    return table.decode(pos >> LOG_BITS, time, log_of(pos, tx_index, address, topics, data))
