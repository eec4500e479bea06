"""The end of the audit log, shown where the gateway's operator can't take it back: on the chain, and in a file to be published.

No contract takes a word of a gateway's own, so the relayer's key sends itself a transaction of no value whose data is the head: it costs
what any transfer costs, runs no code, and stands in a block that every member holds. From then on nobody can change a row before it
unseen.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from gateway import calls
from gateway.calls import Asked
from gateway.founding import house_key
from gateway.office import audit
from gateway.office.audit import Head, Line
from gateway.office.models import CALL
from gateway.outbox.lanes import RELAY
from gateway.outbox.states import State
from gateway.services import Services
from gateway.signers.keystore import HOUSE, RELAYER
from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError
from ledger.domain.ids import IdError, from_hex, to_hex
from ledger.foreseen import Foreseen

log = logging.getLogger(__name__)

HEADS_FILE = "audit-heads.jsonl"
MARK = b"pledgebook audit"
WHAT = ("AuditLog", "head")
GAS = 60_000
LOOK_SECONDS = 60.0
_KEY = "audit "


class AuditFileError(Foreseen):
    """A file of audit rows or heads can't be read; one line that says where."""


class Anchored(NamedTuple):
    """A head that was given to the chain: by which transaction (None: not yet), and how its call stands."""

    head: Head
    hash: bytes | None
    state: str


def run(services: Services, stop: threading.Event) -> None:
    """Anchors the log's end as often as the settings say, until `stop`."""
    every, began = services.settings.audit_anchor_seconds, time.time()
    while not stop.wait(min(LOOK_SECONDS, every)):
        try:
            # A clock that went back says nothing of how long it was.
            if not 0 <= time.time() - max(began, _last_at(services)) < every:
                began = time.time()
                anchor(services)
        except Exception as fault:  # noqa: BLE001  # it must outlive a full disk, a home that can't be written, a database that restarts
            log.error("the audit log's head was not anchored: %s", fault)


def anchor(services: Services) -> Head | None:
    """Has the relayer's key write the log's end to the chain, and notes it in the home's file; None where it has nothing new."""
    relayer = house_key(services.keystore, RELAYER)
    with services.office.write() as conn:
        found, last = audit.head(conn), max((each.head.id for each in anchored(conn)), default=0)
        # The line of the last anchor itself is nothing new.
        if found.id <= last + (1 if last else 0):
            return None
        asked = Asked(f"{_KEY}{found.id}", *WHAT, [])
        calls.own(conn, HOUSE, RELAY, asked, relayer, data_of(found), GAS, "gateway")
    _publish(services.settings.home / HEADS_FILE, found)
    services.wake()
    return found


def data_of(found: Head) -> bytes:
    """The data of the transaction that shows a head: 16 bytes of mark, 16 of the row's number, 32 of its hash."""
    return MARK + found.id.to_bytes(16) + found.hash


def head_in(data: bytes) -> Head | None:
    """The head that a transaction's data shows; None if it shows none."""
    if len(data) != 64 or not data.startswith(MARK):
        return None
    return Head(int.from_bytes(data[16:32]), data[32:])


def anchored(conn: Connection) -> list[Anchored]:
    """Every head that was given to the chain, oldest first, as the office knows it."""
    asked = select(CALL.c.data, CALL.c.hash, CALL.c.state).where(CALL.c.member_id == HOUSE, CALL.c.what == ".".join(WHAT))
    rows = conn.execute(asked.order_by(CALL.c.accepted))
    return [Anchored(head, row.hash, row.state) for row in rows if (head := head_in(row.data)) is not None]


def unshown(rpc: Rpc, given: Iterable[Anchored]) -> Iterator[str]:
    """What the chain doesn't have of the heads that are final by the office. Raises NodeUnreachable, RpcError."""
    for each in given:
        if each.state != State.FINAL or each.hash is None:
            continue
        found = rpc.call("eth_getTransactionByHash", to_hex(each.hash))
        if found is None or found.get("blockHash") is None or from_hex(found["input"]) != data_of(each.head):
            yield f"the chain has no transaction {to_hex(each.hash)} that shows row {each.head.id}"


def _last_at(services: Services) -> float:
    with services.office.read() as conn:
        asked = select(CALL.c.accepted).where(CALL.c.member_id == HOUSE, CALL.c.what == ".".join(WHAT))
        found = conn.execute(asked.order_by(CALL.c.accepted.desc()).limit(1)).scalar()
    return (found or 0) / 1e9


def _publish(file: Path, found: Head) -> None:
    with file.open("ab") as stream:
        stream.write(orjson.dumps({"id": str(found.id), "hash": to_hex(found.hash), "at": int(time.time())}) + b"\n")


# --- Files -----------------------------------------------------------------------------------------------------------------------


def exported(rows: Iterable[Line]) -> Iterator[bytes]:
    """Rows as JSON lines, with their hashes: what `imported` reads again, and anybody can check by the rule of gateway/office/audit.py."""
    for row in rows:
        yield orjson.dumps({**row.document(), "hash": to_hex(row.hash)}) + b"\n"


def imported(file: Path) -> Iterator[Line]:
    """The rows of an exported file. Raises AuditFileError."""
    for number, told in _objects(file):
        try:
            member = None if told["member"] is None else from_hex(told["member"], 20, "member")
            action, record, outcome = (str(told[name]) for name in ("action", "record", "outcome"))
            hash_ = from_hex(told["hash"], 32, "hash")
            yield Line(int(told["id"]), int(told["at"]), str(told["subject"]), member, action, record, outcome, hash_)
        except (KeyError, TypeError, ValueError, IdError) as wrong:
            raise AuditFileError(f"{file}: line {number}: no row of an audit log ({wrong})") from wrong


def heads_in(file: Path) -> list[Head]:
    """The heads of a published file. Raises AuditFileError."""
    found = []
    for number, told in _objects(file):
        try:
            found.append(Head(int(told["id"]), from_hex(told["hash"], 32, "hash")))
        except (KeyError, TypeError, ValueError, IdError) as wrong:
            raise AuditFileError(f"{file}: line {number}: no head of an audit log ({wrong})") from wrong
    return found


def _objects(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with file.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                yield number, dict(orjson.loads(line))
            except (ValueError, TypeError) as wrong:
                raise AuditFileError(f"{file}: line {number}: no JSON object") from wrong


def checked(rpc: Rpc | None, rows: Iterable[Line], given: Sequence[Anchored], shown: Sequence[Head]) -> Iterator[str]:
    """What is wrong with a log: against itself, heads that were anchored or published, and the chain. Raises AuditFileError."""
    yield from audit.faults(rows, [*(each.head for each in given), *shown])
    if rpc is None:
        return
    try:
        yield from unshown(rpc, given)
    except (NodeUnreachable, RpcError) as away:
        yield f"the chain could not be asked: {away}"
