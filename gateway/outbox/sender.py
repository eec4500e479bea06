"""Sending: queued acts become batches, batches become signed transactions on disk, and only then do their bytes leave.

Nothing here decides what an act's outcome is; that is settle's, from the mirror. One sender serves one lane.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from gateway.office.database import clock_ms, now_ms
from gateway.office.repository import Act, ActKey, Call, Signature
from gateway.outbox import act_rows, batches, call_rows, counts, encode, lane_rows, lanes, tx_rows
from gateway.outbox.envelopes import envelope_of
from gateway.outbox.lanes import (
    Answer,
    ChainUnsettled,
    CountDoubted,
    GoesLater,
    Lane,
    LaneAlarm,
    LeaseLost,
    Share,
    TxState,
    Written,
    answer_of,
    check_count,
    in_order,
    is_doubted,
    is_lasting,
    raised,
    to_fill,
    to_raise,
    to_send,
)
from gateway.outbox.states import FAILED, GONE, MINED, State
from gateway.signers.interface import SigningLocked, VaultAway
from gateway.signers.keystore import Keystore
from ledger import faults
from ledger.chain import sources
from ledger.chain.blocks import InconsistentAnswer, Link
from ledger.chain.calls import at_head, base_fee, view
from ledger.chain.engines import Engine
from ledger.chain.rpc import Call as RpcCall
from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError
from ledger.domain.acts import SignedAct, run_data
from ledger.domain.ids import from_hex, to_hex
from ledger.mirror.database import Database

MOST_LOOKED_AT = 1_000
MOST_SENT_AT_ONCE = 200
POLL_SECONDS = 0.2
LOOK_SECONDS = 1.0
"""So often for what another gateway over the same office took in, where nothing is on its way and no act goes by the lane."""
GATHER_SECONDS = 0.06
"""What comes in so shortly after a step goes together: under load a step and a transaction cost more than the acts in them."""
PAUSE_SECONDS = 2.0
UNHELD_SECONDS = 2 * lanes.LEASE_MS / 1000
"""So long after a start, lanes that nobody holds yet are waited for where a fork undid what they sent."""
BEHIND_SECONDS = 30.0
"""So long nothing is sent to nodes that lack the block up to which acts were settled."""
FILL_GAS = 21_000

log = logging.getLogger(__name__)


class NotEnrolled(Exception):
    """The lane's key may not send acts: the council has not enrolled it, or took it off."""


class NoMoney(Exception):
    """The lane's key can't pay for a transaction."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one transaction will carry: acts, or one call. `retried`: when the last of the acts was had sent again."""

    call: encode.Call
    acts: tuple[ActKey, ...] = ()
    made_by: Call | None = None
    retried: int = 0


class Sender:
    """Sends for one lane. `step` and `run` belong to one thread; `fault` says why it doesn't get on."""

    def __init__(
        self,
        purpose: str,
        key: bytes,
        *,
        office: Database,
        keystore: Keystore,
        rpc: Rpc,
        engine: Engine,
        chain_id: int,
        acts_address: bytes | None,
        owner: str,
        moved: Callable[[], None],
        member: bytes | None = None,
        share: Share = lanes.WHOLE,
    ) -> None:
        """`member`: whose own key it is; it may be used elsewhere too, so its lane takes the chain's count where that stands ahead."""
        self.name = f"{purpose} {to_hex(key)}"
        self._purpose, self._key, self._office, self._keystore = purpose, key, office, keystore
        self._rpc, self._engine, self._chain_id = rpc, engine, chain_id
        self._acts_address, self._owner, self._moved, self._member, self._share = acts_address, owner, moved, member, share
        self._woken = threading.Event()
        self._enrolled_until = 0.0
        self._looks = POLL_SECONDS
        self._waits_until = time.monotonic() + UNHELD_SECONDS
        self._behind: float | None = None
        self._doubted: float | None = None
        self._last_proven: int | None = None
        self._proven_until = 0.0
        self.fault: str | None = None

    @property
    def sends_acts(self) -> bool:
        """Whether acts go by this lane, not calls alone."""
        return self._acts_address is not None

    def wake(self) -> None:
        """There is something to send."""
        self._woken.set()

    def run(self, stop: threading.Event) -> None:
        """Steps until `stop`. Whatever goes wrong is shown in `fault` and waited out: a lane that ended silently would be worse."""
        while not stop.is_set():
            self._woken.clear()
            pause = self.tried()
            if pause:
                self._woken.wait(pause)
            else:
                stop.wait(GATHER_SECONDS)
        self.release()

    def release(self) -> None:
        """Gives the lane up."""
        with self._office.write() as conn:
            lane_rows.release(conn, self.name, self._owner)

    def step(self) -> bool:
        """One round: keep the lease, decide what may go, write what is queued, send what is written. True if there may be more to do.

        Raises LaneAlarm, CountDoubted, ChainUnsettled, GoesLater, LeaseLost, NotEnrolled, NoMoney, InconsistentAnswer, NodeUnreachable,
        RpcError, SigningLocked, VaultAway.
        """
        lane = self._leased()
        if lane is None:
            return False
        if lane.alarm:
            raise LaneAlarm(lane.alarm)
        with self._office.read() as conn:
            open_ = tx_rows.in_flight(conn, lane.name)
        counted = self._weighed(lane, open_, counts.told(self._rpc, self._key))
        if self._member is not None and counted > lane.next_nonce and self._stands():
            lane = self._followed(lane, counted)
        check_count(lane, counted)
        decided = self._decide()
        wrote = self._write(lane, open_, counted)
        more = self._send(lane, counted) or wrote or decided
        self._looks = POLL_SECONDS if more or open_ or self.sends_acts else LOOK_SECONDS
        return more

    def _leased(self) -> Lane | None:
        """The lane, renewed where its lease is half over; a write at every step would only make others wait."""
        with self._office.read() as conn:
            lane = lane_rows.held_lease(conn, self.name, self._owner)
        if lane is not None:
            return lane
        with self._office.write() as conn:
            return lane_rows.lease(conn, self.name, self._purpose, self._key, self._owner)

    def tried(self) -> float:
        """A step, and how long to pause after it; whatever goes wrong is kept in `fault`."""
        try:
            more = self.step()
        except (NodeUnreachable, RpcError, LeaseLost, VaultAway, ChainUnsettled, GoesLater) as fault:
            # A node or a vault that is busy, behind or away, or another lane whose turn it is: mostly over at the next step.
            if isinstance(fault, RpcError | ChainUnsettled):
                self._rpc.leave(str(fault))
            self._note_fault(f"lane {self._purpose}: {fault}", logging.INFO)
            return POLL_SECONDS
        except (SigningLocked, NotEnrolled, NoMoney, CountDoubted, InconsistentAnswer) as fault:
            self._note_fault(f"lane {self._purpose}: {fault}", logging.ERROR)
        except LaneAlarm as alarm:
            self._stop_lane(str(alarm))
            self._note_fault(str(alarm), logging.CRITICAL)
        except Exception as unforeseen:  # noqa: BLE001  # the lane must outlive a full disk or a database that restarts
            self._note_fault(f"lane {self._purpose}: {unforeseen or type(unforeseen).__name__}", logging.ERROR, unforeseen)
        else:
            self.fault = None
            return 0.0 if more else self._looks
        return PAUSE_SECONDS

    def _note_fault(self, text: str, level: int, unforeseen: Exception | None = None) -> None:
        if text != self.fault:
            log.log(level, "%s", text, exc_info=unforeseen)
        self.fault = text

    def _stop_lane(self, text: str) -> None:
        try:
            with self._office.write() as conn:
                lane_rows.alarm(conn, self.name, text)
        except Exception:  # the alarm stays in `fault`, and the next step writes it again
            log.exception("lane %s: its alarm could not be written", self.name)

    def _followed(self, lane: Lane, counted: int) -> Lane:
        with self._office.write() as conn:
            lane_rows.hold_fence(conn, lane, counted)
        return replace(lane, next_nonce=counted)

    def _weighed(self, lane: Lane, open_: Sequence[Written], counted: int) -> int:
        """The count to go by. One that speaks against what we wrote is asked of every node, and of those the least counts.

        Where it stands for long it is to be proven. What can't be disproved is noted with its block: settling decides, once the mirror
        holds that block as final.
        """
        if not is_doubted(lane, open_, counted, now_ms()):
            self._trust(lane)
            return counted
        head = self._rpc.call("eth_getBlockByNumber", "latest", False)
        block = Link(int(head["number"], 16), from_hex(head["hash"]))
        least = counts.least_told(self._rpc, self._key, block.number)
        if least is None:
            return counted
        if not is_doubted(lane, open_, least, now_ms()):
            self._trust(lane)
            return least
        self._doubted = self._doubted or time.monotonic()
        if self._stands():
            least = self._proven(least, block)
            if not is_doubted(lane, open_, least, now_ms()):
                self._forget(lane)
                return least
            if self._member is None or least <= lane.next_nonce:
                with self._office.write() as conn:
                    lane_rows.note_count(conn, lane, least, block.number, block.hash)
        return least

    def _stands(self) -> bool:
        """Whether every node has told for long what speaks against us."""
        return self._doubted is not None and time.monotonic() - self._doubted >= lanes.DOUBT_SECONDS

    def _proven(self, told: int, block: Link) -> int:
        """The count that nodes prove, or proved a short while ago; else the one that they tell."""
        if time.monotonic() >= self._proven_until:
            self._last_proven = counts.least_proven(self._rpc, self._key, block, self._engine.headers)
            self._proven_until = time.monotonic() + lanes.DOUBT_SECONDS
            if self._last_proven not in (None, told):
                log.error("%s: nodes tell %d transactions of the key and prove %d", self.name, told, self._last_proven)
        return told if self._last_proven is None else self._last_proven

    def _trust(self, lane: Lane) -> None:
        """No node's count speaks against us."""
        self._doubted, self._proven_until = None, 0.0
        self._forget(lane)

    def _forget(self, lane: Lane) -> None:
        """What was noted against us is taken back."""
        if lane.counted is not None:
            with self._office.write() as conn:
                lane_rows.forget_count(conn, lane)

    # --- Deciding ------------------------------------------------------------------------------------------------------------

    def _decide(self) -> bool:
        """Queues what waited for acts that are on their way now, takes back what is queued behind one that isn't any more, and holds what
        waits for one that failed.
        """
        if self._acts_address is None:
            return False
        with self._office.read() as conn:
            found = [*act_rows.released(conn, MOST_LOOKED_AT), *act_rows.blocked(conn, MOST_LOOKED_AT)]
        if not found:
            return False
        with self._office.write() as conn:
            acts = act_rows.named(conn, found, lock=True)
            before = act_rows.dependencies(conn, found)
            for act in acts.values():
                _decide(conn, act, before[act.key])
        faults.point("outbox.decided")
        return True

    # --- Writing -------------------------------------------------------------------------------------------------------------

    def _write(self, lane: Lane, open_: Sequence[Written], counted: int) -> bool:
        with self._office.read() as conn:
            parcels = self._parcels(conn, max(self._engine.sender_in_flight - len(open_), 0))
        fills = [tx for tx in to_fill(open_, counted) if tx.purpose != "fill"]
        raises = to_raise(open_, counted, now_ms()) if self._engine.fee_market else []
        if not parcels and not fills and not raises:
            return False
        base = self._base_fee()
        self._check_money(base, [parcel.call.gas for parcel in parcels])
        signed = [self._signed(lane.next_nonce + at, parcel.call, self._fee(base)) for at, parcel in enumerate(parcels)]
        filled = [self._signed(tx.nonce, encode.Call(lane.key, b"", FILL_GAS), self._fee(base, tx.attempt + 1)) for tx in fills]
        replaced = self._raised(raises, base)
        faults.point("outbox.writing")
        with self._office.write() as conn:
            lane_rows.hold_fence(conn, lane, lane.next_nonce + len(parcels))
            for at, (parcel, tx) in enumerate(zip(parcels, signed, strict=True)):
                _keep(conn, lane, lane.next_nonce + at, parcel, tx)
            for old, tx in zip(fills, filled, strict=True):
                tx_rows.write_tx(conn, lane, old.nonce, old.attempt + 1, tx, "fill")
            for old, tx in replaced:
                carried = tx_rows.acts_of(conn, [old.hash]).get(old.hash, ())
                tx_rows.write_tx(conn, lane, old.nonce, old.attempt + 1, tx, old.purpose, carried)
            faults.point("outbox.keeping")
        faults.point("outbox.written")
        return True

    def _raised(self, stuck: Sequence[Written], base: int) -> list[tuple[Written, encode.Signed]]:
        """The same calls at the same nonces, offering more."""
        if not stuck:
            return []
        with self._office.read() as conn:
            raw = tx_rows.raw_of(conn, [tx.hash for tx in stuck])
        for tx in stuck:
            log.warning("lane %s: no block took transaction %d in its time; it is replaced by one that offers more", self.name, tx.nonce)
        return [(tx, self._signed(tx.nonce, encode.call_of(raw[tx.hash]), self._fee(base, tx.attempt + 1))) for tx in stuck]

    def _base_fee(self) -> int:
        """Of the newest block, in wei a gas; 0 where there is no market."""
        return base_fee(self._rpc) if self._engine.fee_market else 0

    def _check_money(self, base: int, gas: Sequence[int]) -> None:
        """Nothing is written that the key can't pay for, were it mined at once: a node would refuse it again and again."""
        if not self._engine.fee_market or not gas:
            return
        held, least = int(at_head(self._rpc, "eth_getBalance", self._key), 16), gas[0] * self._fee(base).cap
        if held < least:
            raise NoMoney(f"the key {to_hex(self._key)} has {held} wei and the next transaction may cost {least}; send it money")

    def _fee(self, base: int, attempt: int = 0) -> encode.Fee:
        """Twice the base fee covers what six full blocks add to it."""
        tip = self._engine.gas_price
        return encode.Fee(raised(tip, attempt), raised(2 * base + tip, attempt))

    def _signed(self, nonce: int, call: encode.Call, fee: encode.Fee) -> encode.Signed:
        by = self._keystore.signing(self._key, self._member)
        if fee == encode.FREE:
            return encode.sign_legacy(call, chain_id=self._chain_id, nonce=nonce, fee=0, by=by)
        return encode.sign(call, chain_id=self._chain_id, nonce=nonce, fee=fee, by=by)

    def _parcels(self, conn: Connection, room: int) -> list[Parcel]:
        calls = call_rows.waiting_calls(conn, self._purpose, room, self._share)
        made = [Parcel(encode.Call(call.target, call.data, call.gas), made_by=call) for call in calls]
        if self._acts_address is not None and len(made) < room:
            made += list(self._batches(conn, self._acts_address))
        return made[:room]

    def _batches(self, conn: Connection, to: bytes) -> Iterator[Parcel]:
        acts = _sendable(conn, act_rows.queued(conn, MOST_LOOKED_AT, self._share), self._share)
        if not acts:
            return
        self._check_enrolled(to)
        keys, retried = [act.key for act in acts], {act.key: act.retried for act in acts}
        signatures, tried = act_rows.signatures(conn, keys), tx_rows.tried(conn, keys)
        items = [batches.item(act.key, _signed_act(act, signatures[act.key]), alone=act.key in tried) for act in acts]
        for batch in batches.close(items, self._engine.batch_gas, self._engine.batch_bytes):
            data = run_data([item.encoded for item in batch])
            gas = min(batches.gas_of(batch), self._engine.block_gas_limit)
            yield Parcel(encode.Call(to, data, gas), tuple(item.key for item in batch), retried=max(retried[item.key] for item in batch))

    def _check_enrolled(self, acts_address: bytes) -> None:
        """A key that is not enrolled would spend nothing but its nonces, for ever."""
        if time.monotonic() < self._enrolled_until:
            return
        if not view(self._rpc, acts_address, "Acts", "isRelayer", self._key):
            raise NotEnrolled(f"the key {to_hex(self._key)} is not enrolled to send acts; the council must call Acts.setRelayer")
        self._enrolled_until = time.monotonic() + POLL_SECONDS

    # --- Sending -------------------------------------------------------------------------------------------------------------

    def _send(self, lane: Lane, counted: int) -> bool:
        with self._office.read() as conn:
            open_ = tx_rows.in_flight(conn, lane.name)
            due = to_send(open_, counted, now_ms(), self._engine.sender_in_flight)
            if not due:
                return False
            undone = tx_rows.first_undone(conn, lane.name, clock_ms(conn) if time.monotonic() > self._waits_until else 0)
            ready = in_order(due, open_, None if undone is None else undone[1])[:MOST_SENT_AT_ONCE]
            raw = tx_rows.raw_of(conn, [tx.hash for tx in ready])
            settled = tx_rows.settled(conn)
        if undone and not ready:
            raise GoesLater(f"it waits for what a fork undid in lane {undone[0]} from block {undone[1]} on")
        self._check_chain(settled)
        faults.point("outbox.sending")
        answers = self._answers(ready, [("eth_sendRawTransaction", [raw[tx.hash]]) for tx in ready])
        faults.point("outbox.sent")
        self._note(ready, answers)
        faults.point("outbox.noted")
        self._moved()
        return len(due) > len(ready)

    def _check_chain(self, settled: tuple[int, bytes | None] | None) -> None:
        """The node must have the block up to which acts were settled: one that lost it would run an act without what was in it, and can't
        be told from one that is behind. Raises ChainUnsettled. What stays behind is sent to all the same: a chain that makes blocks only of
        what it gets would stand still for ever.
        """
        number, hash_ = settled or (0, None)
        if hash_ is None:
            return
        block = self._rpc.call("eth_getBlockByNumber", hex(number), False)
        told = block.get("hash") if isinstance(block, dict) else None
        self._behind = None if told is not None else self._behind or time.monotonic()
        if self._behind is not None:
            if time.monotonic() - self._behind >= BEHIND_SECONDS:
                return
            raise ChainUnsettled(f"the node is behind block {number}, up to which acts were settled; nothing is sent to it")
        if str(told).lower() != to_hex(hash_):
            raise ChainUnsettled(f"the node's chain went another way below block {number}; nothing is sent before that is settled")

    def _answers(self, ready: Sequence[Written], calls: Sequence[RpcCall]) -> list[object]:
        """What the node in use says. What it was told before and no block took goes to every other node too, and who takes it is right: a
        node may take transactions and pass none on, or refuse what others take.
        """
        asked, answers = self._rpc.url, self._rpc.batch(calls)
        again = [at for at, tx in enumerate(ready) if tx.sent is not None]
        for node in sources.each(self._rpc):
            if not again or node.url == asked:
                continue
            try:
                also = node.batch([calls[at] for at in again])
            except NodeUnreachable:
                continue
            for at, answer in zip(again, also, strict=True):
                if _is_refusal(answers[at]) and not _is_refusal(answer):
                    answers[at] = answer
        return answers

    def _note(self, sent: Sequence[Written], answers: Sequence[object]) -> None:
        told = [(tx, answer.message if isinstance(answer, RpcError) else None) for tx, answer in zip(sent, answers, strict=True)]
        taken = [tx for tx, message in told if answer_of(message) is not Answer.REFUSED]
        with self._office.write() as conn:
            for tx, message in told:
                if message is not None and answer_of(message) is Answer.REFUSED:
                    self._note_refusal(conn, tx, message)
            tx_rows.mark_answered(conn, [tx.hash for tx in taken], TxState.SENT)
            call_rows.mark_calls_sent(conn, [tx.hash for tx in taken if tx.purpose == "call"])
            act_rows.mark_acts_sent(conn, [tx.hash for tx in taken if tx.purpose == "acts"])
            faults.point("outbox.noting")

    def _note_refusal(self, conn: Connection, tx: Written, message: str) -> None:
        if message != tx.fault:
            log.warning("lane %s: the node refuses transaction %d: %s", self.name, tx.nonce, message)
        # Said twice, for one wrong answer must not leave an act to a person; the second time every node has been asked.
        lasting = is_lasting(message) and tx.fault is not None and is_lasting(tx.fault)
        tx_rows.mark_answered(conn, [tx.hash], TxState.REFUSED if lasting else tx.state, message)
        if lasting:
            _hold_alone(conn, tx.hash, message)


def _is_refusal(answer: object) -> bool:
    return isinstance(answer, RpcError) and answer_of(answer.message) is Answer.REFUSED


def _keep(conn: Connection, lane: Lane, nonce: int, parcel: Parcel, signed: encode.Signed) -> None:
    tx_rows.write_tx(conn, lane, nonce, 0, signed, "call" if parcel.made_by else "acts", parcel.acts, retried=parcel.retried)
    if parcel.made_by:
        call_rows.carry_call(conn, parcel.made_by, signed.hash)


def _decide(conn: Connection, act: Act, before: Sequence[tuple[ActKey, State]]) -> None:
    failed = next(((key, state) for key, state in before if state in FAILED), None)
    if act.state not in (State.READY, State.QUEUED) or act.held:
        return
    if failed is not None:
        act_rows.move(conn, act, State.READY, reason=_dependency_failed(*failed))
        return
    waits = any(state in (State.GATHERING, State.READY) for _, state in before)
    after = State.READY if waits else State.QUEUED
    if after != act.state:
        act_rows.move(conn, act, after)


def _dependency_failed(key: ActKey, state: State) -> dict[str, object]:
    values = {"account": to_hex(key[0]), "id": str(int.from_bytes(key[1]))}
    sentence = f"The act {values['id']} of {values['account']} that must go before it is {state}; nothing was sent."
    return {"error": "DependencyFailed", "values": values, "sentence": sentence}


def _sendable(conn: Connection, acts: Sequence[Act], share: Share) -> list[Act]:
    """Those whose dependencies are on their way in the same lane, go before them in this very pass, or were mined: what another lane has
    sent may be mined later than what is sent here.
    """
    before = act_rows.dependencies(conn, [act.key for act in acts])
    going: set[ActKey] = set()
    for act in acts:
        if all(key in going or state in (GONE if share.has(key[0]) else MINED) for key, state in before[act.key]):
            going.add(act.key)
    return [act for act in acts if act.key in going]


def _hold_alone(conn: Connection, hash_: bytes, message: str) -> None:
    """Holds the act of a refused transaction, if it was alone there; acts of a refused batch are sent again, each alone."""
    keys = tx_rows.acts_of(conn, [hash_]).get(hash_, [])
    reason = {"error": "NodeRefused", "values": {}, "sentence": f"The node takes no transaction with it: {message}."}
    call_rows.mark_calls(conn, [hash_], State.REFUSED, reason)
    if len(keys) == 1:
        for act in act_rows.named(conn, keys, lock=True).values():
            if act.state in (State.QUEUED, State.SENT):
                act_rows.move(conn, act, State.READY, reason=reason)


def _signed_act(act: Act, signatures: Sequence[Signature]) -> SignedAct:
    return SignedAct(envelope_of(act.kind, act.typed), tuple(signature.sig or b"" for signature in signatures))
