"""Settling: the outbox changes an act's state by the mirror's hash-checked blocks only, never by a node's single answer.

The two databases are read one after the other. That is safe, because a mirror that moved on meanwhile is read again at once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from gateway.office.models import TX
from gateway.office.repository import Act
from gateway.outbox import store
from gateway.outbox.lanes import TxState
from gateway.outbox.states import Seen, Spent, State, judge
from gateway.refusals import explain, explain_skip
from ledger import faults
from ledger.chain.blocks import LOG_BITS, last_position, position
from ledger.chain.engines import Engine
from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError
from ledger.mirror.database import Database
from ledger.mirror.models import RAW_EVENT, Outcome
from ledger.mirror.models import Act as Told
from ledger.mirror.queries import acts as act_queries
from ledger.mirror.queries import chain
from ledger.mirror.queries.chain import Held, Mined
from ledger.mirror.schema import number
from ledger.mirror.sync import Mirror

WAIT_SECONDS = 0.2
_CHUNK = 400
_SPENT = (Outcome.DONE, Outcome.REFUSED, Outcome.VOIDED)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """One snapshot of the mirror: how far it reaches, what is final, and what it says of our acts and transactions."""

    held: Held
    final: int
    final_time: int | None
    told: dict[store.ActKey, list[Told]]
    mined: dict[bytes, Mined]
    effective: frozenset[bytes]
    hashes: dict[int, bytes]


class Settler:
    """Reads the mirror and moves acts, transactions and calls. `step` and `run` belong to one thread."""

    def __init__(
        self,
        *,
        office: Database,
        mirror: Database,
        sync: Mirror,
        engine: Engine,
        rpc: Rpc,
        moved: Callable[[], None],
    ) -> None:
        self._office, self._mirror, self._sync, self._engine = office, mirror, sync, engine
        self._rpc, self._moved = rpc, moved
        self._last: tuple[int, bytes | None] | None = None
        self._nudged = threading.Event()
        self.alarm: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Steps whenever the mirror moves, until `stop`."""
        while not stop.is_set():
            if not self.step():
                self._wait(stop)

    def _wait(self, stop: threading.Event) -> None:
        try:
            self._sync.wait_for((self._last[0] if self._last else -1) + 1, WAIT_SECONDS)
        except TimeoutError:
            return
        except Exception as alarm:  # noqa: BLE001  # whatever stopped the mirror stops settling too, and is shown
            self.alarm = str(alarm)
            stop.wait(WAIT_SECONDS)

    def step(self) -> bool:
        """Settles what the mirror newly says. False if it says nothing new."""
        with self._mirror.read() as conn:
            held = chain.held(conn)
        if held is None or (held.block, held.hash) == self._last:
            return False
        with self._office.read() as office:
            acts, txs, forked = self._open(office)
        with self._mirror.read() as conn:
            view = self._view(conn, acts, txs)
        if view is None:
            return False
        self._apply(view, acts, txs, forked)
        self._last = (view.held.block, view.held.hash)
        faults.point("outbox.settled")
        self._moved()
        return True

    def _open(self, office: Connection) -> tuple[list[Act], list[tuple[str, int, bytes, str, TxState]], bool]:
        acts, txs = store.open_acts(office), store.unsettled(office)
        if not self._has_forked(store.settled(office)):
            return acts, txs, False
        log.warning("the chain went another way below block %s: acts that had run are checked again", store.settled(office))
        again = [act for act in store.ended_since(office, -1) if act.state not in (State.MINED,)]
        return acts + again, txs + _settled_txs(office), True

    def _has_forked(self, settled: tuple[int, bytes | None] | None) -> bool:
        if settled is None or settled[1] is None:
            return False
        with self._mirror.read() as conn:
            header = chain.header(conn, settled[0])
        return header is None or header.hash != settled[1]

    def _view(self, conn: Connection, acts: Sequence[Act], txs: Sequence[tuple[str, int, bytes, str, TxState]]) -> View | None:
        held = chain.held(conn)
        if held is None:
            return None
        final = held.block - self._engine.finality
        header = chain.header(conn, final)
        told: dict[store.ActKey, list[Told]] = {}
        for at in range(0, len(acts), _CHUNK):
            for found in act_queries.outcomes(conn, [(act.member_id, act.id) for act in acts[at : at + _CHUNK]]):
                told.setdefault((found.account, found.act_id), []).append(found)
        mined: dict[bytes, Mined] = {}
        for at in range(0, len(txs), _CHUNK):
            mined |= chain.transactions(conn, [tx[2] for tx in txs[at : at + _CHUNK]])
        calls = {hash_: mined[hash_] for _, _, hash_, purpose, _ in txs if purpose == "call" and hash_ in mined}
        blocks = {event.pos >> LOG_BITS for events in told.values() for event in events}
        hashes = {block: its.hash for block in blocks if (its := chain.header(conn, block)) is not None}
        return View(held, final, header.time if header else None, told, mined, _effective(conn, calls), hashes)

    def _apply(self, view: View, acts: Sequence[Act], txs: Sequence[tuple[str, int, bytes, str, TxState]], forked: bool) -> None:
        reasons = self._call_reasons(view, txs)
        with self._office.write() as conn:
            _settle_txs(conn, view, txs)
            _settle_calls(conn, view, txs, reasons)
            # Read again under the write lock: signatures and sends may have moved them since.
            current = store.named(conn, [(act.member_id, act.id) for act in acts])
            carriers = store.carriers(conn, [(act.member_id, act.act_id) for act in acts])
            for act in current.values():
                _settle_act(conn, view, act, carriers.get((act.member_id, act.act_id), []))
            store.set_settled(conn, view.held.block, view.held.hash)
        if forked:
            log.warning("%d acts were checked again", len(current))

    def _call_reasons(self, view: View, txs: Sequence[tuple[str, int, bytes, str, TxState]]) -> dict[bytes, object]:
        failed = [tx[2] for tx in txs if tx[3] == "call" and tx[2] in view.mined and tx[2] not in view.effective]
        with self._office.read() as conn:
            calls = {hash_: store.call_of(conn, hash_) for hash_ in failed}
            senders = {hash_: store.sender_of(conn, hash_) for hash_ in failed}
        return {hash_: self._why(senders[hash_], call.target, call.data, view.mined[hash_].block) for hash_, call in calls.items() if call}

    def _why(self, sender: bytes | None, target: bytes, data: bytes, block: int) -> object:
        """A reverted call's reason, found by running it again; the chain itself keeps none."""
        try:
            self._rpc.call("eth_call", {"from": sender or bytes(20), "to": target, "data": data}, hex(block))
        except RpcError as refused:
            return explain(refused.revert_data or b"")
        except NodeUnreachable:
            return explain(b"")
        return {"error": "NoEffect", "values": {}, "sentence": "It changed nothing."}


def _effective(conn: Connection, calls: dict[bytes, Mined]) -> frozenset[bytes]:
    """Those that left an event: every call that we make leaves one when it has an effect, and a reverted one leaves none."""
    found = set()
    for hash_, mined in calls.items():
        inside = RAW_EVENT.c.pos.between(position(mined.block, 0), last_position(mined.block))
        if conn.execute(select(RAW_EVENT.c.pos).where(inside, RAW_EVENT.c.tx_index == mined.tx_index).limit(1)).first():
            found.add(hash_)
    return frozenset(found)


def _settled_txs(office: Connection) -> list[tuple[str, int, bytes, str, TxState]]:
    columns = TX.c
    asked = select(columns.lane, columns.nonce, columns.hash, columns.purpose, columns.state).where(
        columns.state.in_([TxState.FINAL, TxState.LOST])
    )
    return [(*row[:4], TxState(row[4])) for row in office.execute(asked)]


def _settle_txs(conn: Connection, view: View, txs: Sequence[tuple[str, int, bytes, str, TxState]]) -> None:
    """Mined where the mirror has them; a sibling of a finally mined one is lost; what was mined and is gone is to be sent again."""
    taken = {(lane, nonce) for lane, nonce, hash_, _, _ in txs if (at := view.mined.get(hash_)) and at.block <= view.final}
    for lane, nonce, hash_, _, state in txs:
        mined = view.mined.get(hash_)
        if mined is not None:
            after = TxState.FINAL if mined.block <= view.final else TxState.MINED
            if after is not state:
                store.mark_mined(conn, hash_, mined.block, after)
        elif (lane, nonce) in taken:
            store.mark_tx(conn, [hash_], TxState.LOST, "another transaction took its nonce")
        elif state in (TxState.MINED, TxState.FINAL, TxState.LOST):
            store.mark_tx(conn, [hash_], TxState.WRITTEN, "its block is gone")


def _settle_calls(conn: Connection, view: View, txs: Sequence[tuple[str, int, bytes, str, TxState]], reasons: dict[bytes, object]) -> None:
    for _, _, hash_, purpose, _ in txs:
        mined = view.mined.get(hash_)
        if purpose != "call" or mined is None:
            continue
        end = State.FINAL if hash_ in view.effective else State.REFUSED
        store.mark_calls(conn, [hash_], end if mined.block <= view.final else State.MINED, reasons.get(hash_))


def _settle_act(conn: Connection, view: View, act: Act, carriers: Sequence[tuple[bytes, TxState]]) -> None:
    told = view.told.get((act.member_id, act.act_id), [])
    spent = next((event for event in told if event.outcome in _SPENT), None)
    skip = _skip_of(view, told, carriers)
    seen = Seen(
        spent=None if spent is None else Spent(Outcome(spent.outcome), spent.pos >> LOG_BITS),
        final=view.final,
        final_time=view.final_time,
        skipped=skip is not None,
        lost=bool(carriers) and all(_is_lost(view, told, hash_, state) for hash_, state in carriers),
    )
    before = State(act.state)
    after = judge(before, act.deadline, seen)
    if after is before and not _needs_note(act, spent, view):
        return
    done = None if spent is None else (spent.pos, view.hashes[spent.pos >> LOG_BITS])
    store.move(conn, act, after, reason=_reason(spent, skip, after), done=done)


def _needs_note(act: Act, spent: Told | None, view: View) -> bool:
    """Whether its event lies elsewhere than noted (the block was replaced by one that holds it too)."""
    return spent is not None and (act.done_pos, act.done_hash) != (spent.pos, view.hashes.get(spent.pos >> LOG_BITS))


def _skip_of(view: View, told: Sequence[Told], carriers: Sequence[tuple[bytes, TxState]]) -> Told | None:
    """The event by which the newest of our transactions left the act untried, in a final block."""
    ours = {(at.block, at.tx_index) for hash_, _ in carriers if (at := view.mined.get(hash_)) and at.block <= view.final}
    skips = [event for event in told if event.outcome == Outcome.SKIPPED and (event.pos >> LOG_BITS, event.tx_index) in ours]
    return skips[-1] if skips else None


def _is_lost(view: View, told: Sequence[Told], hash_: bytes, state: TxState) -> bool:
    """Whether a transaction can't run the act any more: its nonce went to another one, or it was mined, final, and reverted whole."""
    mined = view.mined.get(hash_)
    if mined is None:
        return state is TxState.LOST
    events = {(event.pos >> LOG_BITS, event.tx_index) for event in told}
    return mined.block <= view.final and (mined.block, mined.tx_index) not in events


def _reason(spent: Told | None, skip: Told | None, after: State) -> object:
    if spent is not None:
        return explain(spent.reason or b"") if spent.outcome == Outcome.REFUSED else None
    if skip is not None and after is State.READY:
        return explain_skip(number(skip.reason or b"\0"), skip.signer)
    return None
