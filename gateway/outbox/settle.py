"""Settling: the outbox changes an act's state by the mirror's hash-checked blocks only, never by a node's single answer.

A step looks at what may have changed since the last one and no more: acts that new events name, that are mined and not final, that are
overdue, that were just accepted, or whose transaction was settled. The first step, and one after a fork, look at all that is open, and at
what had ended as far down as blocks differ. The two databases are read one after the other, which is safe, because a mirror that moved on
meanwhile is read again at once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import chain as flat

from sqlalchemy import Connection

from gateway.office.database import clock_ns
from gateway.office.repository import ActKey
from gateway.outbox import act_rows, call_rows, lane_rows, outcome, resumed, row_keys, tx_rows
from gateway.outbox.lane_rows import Count
from gateway.outbox.lanes import RESUMES, TxState, ahead, give_up
from gateway.outbox.outcome import View
from gateway.outbox.states import State
from gateway.outbox.tx_rows import Tx
from gateway.refusals import explain, refusal
from ledger import faults
from ledger.chain.blocks import last_position
from ledger.chain.engines import Engine
from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError
from ledger.mirror.database import Database
from ledger.mirror.queries import acts as act_queries
from ledger.mirror.queries import chain
from ledger.mirror.queries.chain import Held, Mined
from ledger.mirror.sync import Mirror

WAIT_SECONDS = 0.2
PAUSE_SECONDS = 2.0
FRESH_NS = 60_000_000_000
"""Acts accepted so shortly before a step are looked at in any case: their event may have been mirrored before they were written."""
QUEUED_NS = 2_000_000_000
"""The same of what is queued: it is sent soon, and an event names it then. Under load there are tens of thousands of them."""
FORK_BLOCKS = 1_000
"""So far below a fork's tip events are looked at again, for acts that had expired before."""
_PAGE = 1_000
_MOST_TOLD = 200
"""So many characters of a node's words are kept."""

log = logging.getLogger(__name__)


class Settler:
    """Reads the mirror and moves acts, transactions and calls. `step` and `run` belong to one thread; `alarm` says why nothing moves."""

    def __init__(self, *, office: Database, mirror: Database, sync: Mirror, engine: Engine, rpc: Rpc, moved: Callable[[], None]) -> None:
        self._office, self._mirror, self._sync, self._engine = office, mirror, sync, engine
        self._rpc, self._moved = rpc, moved
        self._last: tuple[int, bytes | None] | None = None
        self._counts: list[Count] = []
        self._looked_ns = 0
        self._seen: set[ActKey] = set()
        self._followed: tuple[int, bytes | None] | None = None
        self.alarm: str | None = None

    def run(self, stop: threading.Event, leads: Callable[[], bool] = lambda: True) -> None:
        """Steps whenever the mirror moves, until `stop`. Whatever goes wrong is shown in `alarm` and tried again.

        While this process doesn't lead, another one settles; here only those who wait are told that something moved.
        """
        while not stop.is_set():
            try:
                if not leads():
                    self._follow(stop)
                elif not self.step():
                    self._wait(stop)
            except Exception as fault:  # noqa: BLE001  # settling must outlive a full disk or a database that restarts
                # A part may be written, so the next step looks at everything that is open.
                self._last, self._seen = None, set()
                self._note(fault)
                stop.wait(PAUSE_SECONDS)

    def _follow(self, stop: threading.Event) -> None:
        self._last, self._seen, self.alarm = None, set(), None
        with self._office.read() as office:
            settled = tx_rows.settled(office)
        if settled != self._followed:
            self._followed = settled
            self._moved()
        stop.wait(WAIT_SECONDS)

    def _note(self, fault: Exception) -> None:
        text = f"settling: {fault or type(fault).__name__}"
        if text != self.alarm:
            log.error("%s", text, exc_info=fault)
        self.alarm = text

    def _wait(self, stop: threading.Event) -> None:
        try:
            self._sync.wait_for((self._last[0] if self._last else -1) + 1, WAIT_SECONDS)
        except TimeoutError:
            return
        except Exception:  # noqa: BLE001  # what stopped the mirror is shown as the mirror's own alarm
            stop.wait(WAIT_SECONDS)

    def step(self) -> bool:
        """Settles what the mirror newly says. False if it says nothing new."""
        with self._mirror.read() as mirror:
            held, counts = chain.held(mirror), self._noted()
            if held is None or ((held.block, held.hash) == self._last and counts == self._counts):
                self.alarm = None
                return False
            looked = self._clock()
            self._settle(mirror, held, counts)
        self._last, self._counts, self._looked_ns, self.alarm = (held.block, held.hash), counts, looked, None
        faults.point("outbox.settled")
        self._moved()
        return True

    def _noted(self) -> list[Count]:
        with self._office.read() as office:
            return lane_rows.counts_of_lanes(office)

    def _clock(self) -> int:
        """That by which acts are accepted."""
        with self._office.read() as office:
            return clock_ns(office)

    def _settle(self, mirror: Connection, held: Held, counts: Sequence[Count]) -> None:
        view = self._view(mirror, held)
        with self._office.read() as office:
            since = tx_rows.settled(office)
            forked = _has_forked(mirror, since)
            txs = tx_rows.unsettled(office)
            if forked:
                log.warning("the chain went another way below block %d: what had run is checked again", since[0] if since else 0)
                txs = _with_undone(office, mirror, txs)
            concerned = list(self._concerned(office, view, since, forked))
        touched = self._settle_txs(view, txs, counts)
        self._settle_lanes(view, outcome.final_counts(view, counts))
        # An act whose event is new is mostly one whose transaction was settled, too: each is looked at once.
        for keys in row_keys.chunks(list(dict.fromkeys(flat.from_iterable([*concerned, touched])))):
            self._settle_acts(view, keys)
        with self._office.write() as conn:
            tx_rows.set_settled(conn, held.block, held.hash)
            faults.point("outbox.settling")

    def _view(self, mirror: Connection, held: Held) -> View:
        final = held.block - self._engine.finality
        header = chain.header(mirror, final)
        return View(mirror, final, header.time if header else None)

    # --- Acts ----------------------------------------------------------------------------------------------------------------

    def _concerned(
        self, office: Connection, view: View, since: tuple[int, bytes | None] | None, forked: bool
    ) -> Iterator[Sequence[ActKey]]:
        if self._last is None or forked:
            yield from act_rows.open_acts(office)
        else:
            yield from act_rows.mined(office)
            yield from self._fresh(office, view)
            if view.final_time is not None:
                yield from act_rows.overdue(office, view.final_time)
        if forked:
            yield from _undone_acts(office, view.mirror)
        if since is not None:
            first = since[0] - max(self._engine.finality, FORK_BLOCKS) if forked else since[0]
            yield from _named_since(view.mirror, last_position(first))

    def _fresh(self, office: Connection, view: View) -> Iterator[list[ActKey]]:
        """Acts that were accepted lately and that an event names already, each once: later events name them by themselves."""
        before, self._seen = self._seen, set()
        waiting = act_rows.accepted_after(office, self._looked_ns - FRESH_NS, [State.GATHERING, State.READY])
        for page in flat(waiting, act_rows.accepted_after(office, self._looked_ns - QUEUED_NS, [State.QUEUED])):
            unseen = [key for key in page if key not in before]
            self._seen.update(page)
            if unseen:
                yield list(view.told(unseen))

    def _settle_acts(self, view: View, keys: Sequence[ActKey]) -> None:
        with self._office.read() as conn:
            mine = act_rows.kept(conn, keys)
        if not mine:
            return
        told = view.told(mine)
        # What spent an act says all; how it travelled matters only for one that nothing has spent.
        unspent = [key for key in mine if not any(each.outcome in outcome.SPENT for each in told.get(key, ()))]
        with self._office.write() as conn:
            acts = act_rows.named(conn, mine, lock=True)
            carriers = tx_rows.carriers(conn, unspent)
            mined = view.mined([each.hash for found in carriers.values() for each in found])
            steps = (outcome.act_steps(conn, view, act, told.get(act.key, []), carriers.get(act.key, []), mined) for act in acts.values())
            act_rows.move_all(conn, list(flat.from_iterable(steps)))
            faults.point("outbox.settling-acts")

    # --- Transactions and calls ----------------------------------------------------------------------------------------------

    def _settle_txs(self, view: View, txs: Sequence[Tx], counts: Sequence[Count]) -> list[ActKey]:
        """Settles transactions and their calls; the acts of those that changed."""
        mined = view.mined([tx.hash for tx in txs])
        steps = outcome.tx_steps(txs, mined, view.final, outcome.overtaken(view, txs, mined, counts))
        if not steps:
            return []
        reasons = self._call_reasons(view, steps)
        resuming = {count.lane for count in counts if count.next_nonce == RESUMES}
        with self._office.write() as conn:
            for each in steps:
                _write_step(conn, each, reasons)
            for lane in {each.tx.lane for each in steps if each.overtaken} - resuming:
                why = give_up(lane_rows.purpose_of(conn, lane))
                lane_rows.alarm(conn, lane, f"lane {lane}: transactions that are not ours took nonces of its key; {why}")
            acts = tx_rows.acts_of(conn, [each.tx.hash for each in steps])
            faults.point("outbox.settling-txs")
        return [key for keys in acts.values() for key in keys]

    def _settle_lanes(self, view: View, counts: Sequence[Count]) -> None:
        """Stops the lanes of whose keys the chain counts more at a final block of ours than we wrote, or has them go on from there."""
        late = [count for count in counts if count.counted > count.next_nonce]
        if not late:
            return
        with self._office.write() as conn:
            for count in late:
                if count.next_nonce == RESUMES:
                    resumed.resume(conn, view.mirror, count)
                    log.warning("lane %s goes on from the chain's count, %d", count.lane, count.counted)
                else:
                    why = give_up(lane_rows.purpose_of(conn, count.lane))
                    lane_rows.alarm(conn, count.lane, f"{ahead(count.lane, count.counted, count.next_nonce)}; {why}")

    def _call_reasons(self, view: View, steps: Sequence[outcome.TxStep]) -> dict[bytes, object]:
        """Why mined calls had no effect; calls that had one are missing."""
        calls = {each.tx.hash: each.mined for each in steps if each.tx.purpose == "call" and each.mined is not None}
        failed = {hash_: mined for hash_, mined in calls.items() if not view.left_an_event(mined)}
        with self._office.read() as conn:
            made = {hash_: (call_rows.call_of(conn, hash_), call_rows.sender_of(conn, hash_)) for hash_ in failed}
        # What a key sends to itself runs no code: it is there to be read, and was done once it is in a block.
        ran = {hash_: (call, sender) for hash_, (call, sender) in made.items() if call and call.target != sender}
        return {hash_: self._why(sender, call.target, call.data, failed[hash_]) for hash_, (call, sender) in ran.items()}

    def _why(self, sender: bytes | None, target: bytes, data: bytes, mined: Mined) -> object:
        """A reverted call's reason, found by running it again; the chain itself keeps none."""
        try:
            self._rpc.call("eth_call", {"from": sender or bytes(20), "to": target, "data": data}, hex(mined.block))
        except RpcError as refused:
            return explain(refused.revert_data) if refused.revert_data is not None else _untold(refused.message)
        except NodeUnreachable as away:
            return _untold(away.reason)
        return {"error": "NoEffect", "values": {}, "sentence": "It changed nothing."}


def _untold(why: str) -> object:
    """Of a call without effect whose reason the node can't tell (out of gas, or a state that it doesn't keep)."""
    return refusal("NoReason", {"told": why[:_MOST_TOLD]}, "It changed nothing; asked why, the node says: {told}.")


def _write_step(conn: Connection, each: outcome.TxStep, reasons: dict[bytes, object]) -> None:
    tx, mined = each.tx, each.mined
    if mined is None:
        _write_unmined(conn, each)
        return
    tx_rows.mark_mined(conn, tx.hash, mined.block, each.after)
    if tx.purpose == "call":
        call_rows.carried_by(conn, tx)
        end = State.FINAL if tx.hash not in reasons else State.REFUSED
        call_rows.mark_calls(conn, [tx.hash], end if each.after is TxState.FINAL else State.MINED, reasons.get(tx.hash))


def _write_unmined(conn: Connection, each: outcome.TxStep) -> None:
    if each.after is TxState.LOST:
        tx_rows.mark_lost(conn, each.tx.hash, each.why)
        if each.overtaken and each.tx.purpose == "call":
            call_rows.uncarry(conn, each.tx.hash)
        return
    tx_rows.send_again(conn, each.tx.hash)
    if each.tx.purpose == "call":
        call_rows.mark_calls(conn, [each.tx.hash], State.QUEUED)


def _has_forked(mirror: Connection, settled: tuple[int, bytes | None] | None) -> bool:
    if settled is None or settled[1] is None:
        return False
    header = chain.header(mirror, settled[0])
    return header is None or header.hash != settled[1]


def _named_since(mirror: Connection, pos: int) -> Iterator[list[ActKey]]:
    """Acts that events after a position name, in pages."""
    while True:
        page = act_queries.after(mirror, pos, _PAGE)
        keys = [(told.account, told.act_id) for told in page.rows]
        yield from (keys[at : at + row_keys.CHUNK] for at in range(0, len(keys), row_keys.CHUNK))
        if page.next is None:
            return
        pos = page.next[0]


def _undone_acts(office: Connection, mirror: Connection) -> Iterator[list[ActKey]]:
    """Acts whose event lay in a block that the mirror doesn't hold any more: from the newest down to a page without one."""
    for page in act_rows.ended_down(office):
        undone = [act.key for act in page if not outcome.still_holds(mirror, act)]
        if not undone:
            return
        yield undone


def _with_undone(office: Connection, mirror: Connection, txs: Sequence[Tx]) -> list[Tx]:
    """These transactions, those whose block is gone, and every other attempt at their nonces."""
    gone: list[Tx] = []
    for page in tx_rows.mined_down(office):
        mined = chain.transactions(mirror, [tx.hash for tx in page])
        undone = [tx for tx in page if tx.hash not in mined or mined[tx.hash].block != tx.block]
        if not undone:
            break
        gone += undone
    known = {tx.hash for tx in txs}
    others = tx_rows.attempts(office, sorted({(tx.lane, tx.nonce) for tx in gone}))
    return [*txs, *(tx for tx in others if tx.hash not in known)]
