"""The hand-written floor: one loop in one process that stores the same rows as the mirror, told in advance which.

A batch is A_BATCH blocks. It asks the node for headers and logs in two requests, parses the answers into typed structs, turns every word of
topics and data into an integer, and in one transaction inserts headers, transactions' hashes, raw events and projection rows, ends versions
of earlier batches, and moves a checkpoint. It folds nothing: the projection rows are those that the mirror has written, cut into batches
before the clock starts. It checks nothing: no hashes, no bounds, no forks, and it can't be killed and go on.
"""

import gc
import http.client
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec
import orjson
from sqlalchemy import Connection, select

from ledger.chain.blocks import LOG_BITS, last_position
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.models import BLOCK, RAW_EVENT, TX
from ledger.mirror.schema import Projection

A_BATCH = 50


class _Header(msgspec.Struct):
    number: str
    hash: str
    parentHash: str
    timestamp: str
    transactions: list[str]


class _Log(msgspec.Struct):
    blockNumber: str
    transactionIndex: str
    logIndex: str
    address: str
    topics: list[str]
    data: str


class _Headers(msgspec.Struct):
    result: _Header


class _Logs(msgspec.Struct):
    result: list[_Log]


_headers_of = msgspec.json.Decoder(list[_Headers]).decode
_logs_of = msgspec.json.Decoder(_Logs).decode


@dataclass
class Told:
    """What the mirror wrote of one batch of blocks: rows by table, and versions of earlier batches to end, (to_pos, *key) by projection."""

    first: int
    last: int
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    ended: dict[Projection[Any], list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))


def told(mirrored: Database, start: int, head: int) -> list[Told]:
    """The batches of a finished mirror."""
    batches = [Told(first, min(first + A_BATCH - 1, head)) for first in range(start, head + 1, A_BATCH)]
    ends = [last_position(batch.last) for batch in batches]
    with mirrored.read() as conn:
        for projection in FOLDS.projections:
            _sort(conn, projection, batches, ends)
    return batches


def _sort(conn: Connection, projection: Projection[Any], batches: Sequence[Told], ends: Sequence[int]) -> None:
    for row in map(tuple, conn.execute(select(projection.table))):
        since = row[-2] if projection.versioned else row[projection.row._fields.index("pos")]
        born = bisect_left(ends, since)
        ended = bisect_left(ends, row[-1]) if projection.versioned and row[-1] is not None else born
        if ended != born:
            batches[ended].ended[projection].append((row[-1], *row[: projection.keys]))
        batches[born].rows[projection.name].append(row if ended == born else (*row[:-1], None))


class Node:
    """A node asked over one connection."""

    def __init__(self, url: str, addresses: Sequence[str] | None, topics: Sequence[str]) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        self._filter: dict[str, Any] = {"topics": [topics]} | ({} if addresses is None else {"address": addresses})

    def headers(self, first: int, last: int) -> bytes:
        """The answer to a batch of eth_getBlockByNumber."""
        return self._post([_call("eth_getBlockByNumber", [hex(number), False]) for number in range(first, last + 1)])

    def logs(self, first: int, last: int) -> bytes:
        """The answer to eth_getLogs."""
        return self._post(_call("eth_getLogs", [{"fromBlock": hex(first), "toBlock": hex(last), **self._filter}]))

    def _post(self, body: object) -> bytes:
        self._connection.request("POST", "/", orjson.dumps(body), {"content-type": "application/json"})
        return self._connection.getresponse().read()


def _call(method: str, params: list[Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def fetch(node: Node, batches: Sequence[Told]) -> None:
    """Asks for everything and looks at nothing."""
    for batch in batches:
        node.headers(batch.first, batch.last)
        node.logs(batch.first, batch.last)


def run(node: Node, batches: Sequence[Told], connection: Any) -> None:
    """Stores everything through a database driver's own connection, whose tables are there and empty."""
    # The batches in memory aren't its work, so the collector of cycles is not to walk over them.
    gc.freeze()
    write = _write_sqlite if type(connection).__module__ == "sqlite3" else _write_postgresql
    for batch in batches:
        headers = _headers_of(node.headers(batch.first, batch.last))
        logs = _logs_of(node.logs(batch.first, batch.last)).result
        batch.rows[BLOCK.name] = [_block(each.result) for each in headers]
        batch.rows[TX.name] = [row for each in headers for row in _transactions(each.result)]
        batch.rows[RAW_EVENT.name] = list(_raw(logs))
        write(connection, batch)


def _block(header: _Header) -> tuple[Any, ...]:
    return int(header.number, 16), _bytes(header.hash), _bytes(header.parentHash), int(header.timestamp, 16)


def _transactions(header: _Header) -> Iterator[tuple[Any, ...]]:
    number = int(header.number, 16)
    for at, each in enumerate(header.transactions):
        yield number, at, _bytes(each)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _raw(logs: Sequence[_Log]) -> Iterator[tuple[Any, ...]]:
    for log in logs:
        topics, data = [_bytes(each) for each in log.topics], _bytes(log.data)
        _decode(topics, data)
        pos = int(log.blockNumber, 16) << LOG_BITS | int(log.logIndex, 16)
        subject = topics[1] if len(topics) > 1 else None
        yield pos, int(log.transactionIndex, 16), _bytes(log.address), b"".join(topics), subject, data


def _decode(topics: list[bytes], data: bytes) -> list[int]:
    return [*map(int.from_bytes, topics), *(int.from_bytes(data[at : at + 32]) for at in range(0, len(data), 32))]


_CHECKPOINT = "UPDATE checkpoint SET block = "


def _write_sqlite(connection: Any, batch: Told) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for projection, keys in batch.ended.items():
        named = " AND ".join(f"{column.name} = ?" for column in projection.key_columns)
        connection.executemany(f"UPDATE {projection.name} SET to_pos = ? WHERE {named} AND to_pos IS NULL", keys)  # noqa: S608  # names of the model
    for table, rows in batch.rows.items():
        if rows:
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608  # names of the model
    connection.execute(f"{_CHECKPOINT}?", (batch.last,))
    connection.execute("COMMIT")


def _write_postgresql(connection: Any, batch: Told) -> None:
    with connection.cursor() as cursor:
        for projection, keys in batch.ended.items():
            named = " AND ".join(f"{column.name} = %s" for column in projection.key_columns)
            cursor.executemany(f"UPDATE {projection.name} SET to_pos = %s WHERE {named} AND to_pos IS NULL", keys)  # noqa: S608  # names of the model
        for table, rows in batch.rows.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        cursor.execute(f"{_CHECKPOINT}%s", (batch.last,))
    connection.commit()
