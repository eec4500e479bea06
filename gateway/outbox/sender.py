"""Sending: queued acts become batches, batches become signed transactions on disk, and only then do their bytes leave.

Nothing here decides what an act's outcome is; that is settle's, from the mirror. One sender serves one lane.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.office.database import now_ms
from gateway.office.repository import Act, Call, Signature
from gateway.outbox import encode, store
from gateway.outbox.envelopes import envelope_of
from gateway.outbox.lanes import Answer, Lane, LaneAlarm, LeaseLost, TxState, Written, answer_of, check_count, to_fill, to_send
from gateway.outbox.states import State
from gateway.signers.interface import SigningLocked
from gateway.signers.keystore import Keystore
from ledger import faults
from ledger.chain.engines import Engine
from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError
from ledger.domain.acts import SignedAct, encode_run
from ledger.mirror.database import Database

RELAY, COUNCIL = "relay", "council"
MOST_ACTS = 200
POLL_SECONDS = 0.2
FILL_GAS = 21_000
# Around each act's own frame: the 1/64 that a call holds back, checks and signatures, copies of its bytes, spending and its event.
GAS_A_TRANSACTION = 60_000
GAS_AN_ACT = 130_000
GAS_A_SIGNER = 60_000
GAS_A_BYTE = 120

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one transaction will carry: acts, or one call."""

    call: encode.Call
    acts: tuple[store.ActKey, ...] = ()
    made_by: Call | None = None


class Sender:
    """Sends for one lane. `step` and `run` belong to one thread."""

    def __init__(
        self,
        lane: str,
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
    ) -> None:
        self._name, self._key, self._office, self._keystore = lane, key, office, keystore
        self._rpc, self._engine, self._chain_id = rpc, engine, chain_id
        self._acts_address, self._owner, self._moved = acts_address, owner, moved
        self._woken = threading.Event()
        self._fee: int | None = None
        self.fault: str | None = None

    def wake(self) -> None:
        """There is something to send."""
        self._woken.set()

    def run(self, stop: threading.Event) -> None:
        """Steps until `stop`; faults of the node are waited out, an alarm stops the lane."""
        while not stop.is_set():
            self._woken.clear()
            if not self._tried():
                self._woken.wait(POLL_SECONDS)
        self._give_up()

    def step(self) -> bool:
        """One round: keep the lease, write what is queued, send what is written. True if there may be more to do.

        Raises LaneAlarm, NodeUnreachable, RpcError, SigningLocked.
        """
        with self._office.write() as conn:
            lane = store.lease(conn, self._name, self._key, self._owner)
        if lane is None:
            return False
        counted = int(self._rpc.call("eth_getTransactionCount", lane.key, "latest"), 16)
        check_count(lane, counted)
        wrote = self._write(lane, counted)
        return self._send(lane, counted) or wrote

    def _tried(self) -> bool:
        try:
            more = self.step()
            self.fault = None
        except (NodeUnreachable, RpcError, SigningLocked, LeaseLost) as fault:
            self.fault, more = str(fault), False
        except LaneAlarm as alarm:
            self.fault, more = str(alarm), False
            self._stop_lane(str(alarm))
        return more

    def _stop_lane(self, text: str) -> None:
        log.critical("%s", text)
        with self._office.write() as conn:
            store.alarm(conn, Lane(self._name, self._key, 0, 0), text)
        self._woken.wait(10 * POLL_SECONDS)

    def _give_up(self) -> None:
        with self._office.write() as conn:
            lane = store.lease(conn, self._name, self._key, self._owner)
            if lane is not None:
                store.release(conn, lane)

    # --- Writing -------------------------------------------------------------------------------------------------------------

    def _write(self, lane: Lane, counted: int) -> bool:
        with self._office.read() as conn:
            open_ = store.in_flight(conn, lane.name)
            room = self._engine.sender_in_flight - len(open_)
            parcels = list(self._parcels(conn))[: max(room, 0)]
        fills = [tx for tx in to_fill(open_, counted) if tx.purpose != "fill"]
        if not parcels and not fills:
            return False
        signed = [self._signed(lane.next_nonce + at, parcel.call) for at, parcel in enumerate(parcels)]
        empty = encode.Call(lane.key, b"", FILL_GAS)
        filled = [self._signed(tx.nonce, empty) for tx in fills]
        faults.point("outbox.writing")
        with self._office.write() as conn:
            store.hold_fence(conn, lane, lane.next_nonce + len(parcels))
            for at, (parcel, tx) in enumerate(zip(parcels, signed, strict=True)):
                self._keep(conn, lane, lane.next_nonce + at, parcel, tx)
            for old, tx in zip(fills, filled, strict=True):
                store.write_tx(conn, lane, old.nonce, old.attempt + 1, tx, "fill")
        faults.point("outbox.written")
        return True

    def _keep(self, conn: Connection, lane: Lane, nonce: int, parcel: Parcel, signed: encode.Signed) -> None:
        purpose = "call" if parcel.made_by else "acts"
        store.write_tx(conn, lane, nonce, 0, signed, purpose, parcel.acts)
        if parcel.made_by:
            store.carry_call(conn, parcel.made_by, signed.hash)

    def _signed(self, nonce: int, call: encode.Call) -> encode.Signed:
        fee = self._fee_now()
        sign = encode.sign if fee else encode.sign_legacy
        return sign(call, chain_id=self._chain_id, nonce=nonce, fee=fee, key=self._keystore.private(self._key))

    def _fee_now(self) -> int:
        if self._fee is None:
            self._fee = self._engine.gas_price
        return self._fee

    def _parcels(self, conn: Connection) -> Iterator[Parcel]:
        for call in store.waiting_calls(conn, self._name, MOST_ACTS):
            yield Parcel(encode.Call(call.target, call.data, call.gas), made_by=call)
        if self._acts_address is not None:
            yield from self._batches(conn, self._acts_address)

    def _batches(self, conn: Connection, to: bytes) -> Iterator[Parcel]:
        acts = self._sendable(conn, store.queued(conn, 5 * MOST_ACTS))
        keys = [(act.member_id, act.act_id) for act in acts]
        signatures, tried = store.signatures(conn, keys), store.carriers(conn, keys)
        signed = [(act, _signed_act(act, signatures[key]), bool(tried[key])) for act, key in zip(acts, keys, strict=True)]
        for batch in _closed(signed, self._engine.batch_gas, self._engine.batch_bytes):
            data = encode_run([act for _, act, _ in batch])
            gas = min(sum(_gas(act) for _, act, _ in batch) + GAS_A_TRANSACTION, self._engine.block_gas_limit)
            yield Parcel(encode.Call(to, data, gas), tuple((row.member_id, row.act_id) for row, _, _ in batch))

    def _sendable(self, conn: Connection, acts: Sequence[Act]) -> list[Act]:
        """Those whose dependencies are on their way, or go before them in this very pass."""
        wanted = {dependency for act in acts for dependency in act.dependencies}
        states = {key: State(act.state) for key, act in store.named(conn, list(wanted)).items()}
        going: set[tuple[bytes, int]] = set()
        for act in acts:
            if all(key in going or states.get(key) in _GONE for key in act.dependencies):
                going.add((act.member_id, act.id))
        return [act for act in acts if (act.member_id, act.id) in going]

    # --- Sending -------------------------------------------------------------------------------------------------------------

    def _send(self, lane: Lane, counted: int) -> bool:
        with self._office.read() as conn:
            now = now_ms()
            ready = to_send(store.in_flight(conn, lane.name), counted, now, self._engine.sender_in_flight)
        if not ready:
            return False
        faults.point("outbox.sending")
        answers = self._rpc.batch([("eth_sendRawTransaction", [tx.raw]) for tx in ready])
        faults.point("outbox.sent")
        self._note(ready, answers)
        faults.point("outbox.marked")
        self._moved()
        return False

    def _note(self, sent: Sequence[Written], answers: Sequence[object]) -> None:
        told = [(tx, answer.message if isinstance(answer, RpcError) else None) for tx, answer in zip(sent, answers, strict=True)]
        with self._office.write() as conn:
            for tx, message in told:
                self._note_one(conn, tx, message)
            taken = [tx for tx, message in told if answer_of(message) is not Answer.REFUSED]
            store.mark_tx(conn, [tx.hash for tx in taken], TxState.SENT)
            store.mark_calls(conn, [tx.hash for tx in taken if tx.purpose == "call"], State.SENT)
            _mark_sent(conn, [tx.hash for tx in taken if tx.purpose == "acts"])

    def _note_one(self, conn: Connection, tx: Written, message: str | None) -> None:
        if answer_of(message) is not Answer.REFUSED:
            return
        log.warning("lane %s: the node refuses transaction %d: %s", self._name, tx.nonce, message)
        lasting = _is_lasting(message or "")
        store.mark_tx(conn, [tx.hash], TxState.REFUSED if lasting else tx.state, message)
        self.fault = message
        if lasting:
            _hold_alone(conn, tx.hash, message)


_GONE = frozenset({State.SENT, State.MINED, State.FINAL})
_LASTING = ("exceeds block gas limit", "intrinsic gas", "oversized", "gas limit", "insufficient funds", "max initcode", "size limit")


def _is_lasting(message: str) -> bool:
    """Whether the node will answer the same to the same bytes for ever; anything else is tried again."""
    text = message.lower()
    return any(cause in text for cause in _LASTING)


def _hold_alone(conn: Connection, hash_: bytes, message: str | None) -> None:
    """Holds the act of a refused transaction, if it was alone there; acts of a refused batch are sent again, each alone."""
    keys = store.acts_of(conn, [hash_]).get(hash_, [])
    reason = {"error": "NodeRefused", "values": {}, "sentence": f"The node takes no transaction with this act: {message}."}
    store.mark_calls(conn, [hash_], State.REFUSED, reason)
    if len(keys) == 1:
        for act in store.named(conn, [(account, int.from_bytes(act)) for account, act in keys]).values():
            store.move(conn, act, State.READY, reason=reason)


def _mark_sent(conn: Connection, hashes: Sequence[bytes]) -> None:
    keys = [key for found in store.acts_of(conn, hashes).values() for key in found]
    for act in store.named(conn, [(account, int.from_bytes(act)) for account, act in keys]).values():
        if act.state == State.QUEUED:
            store.move(conn, act, State.SENT)


def _signed_act(act: Act, signatures: Sequence[Signature]) -> SignedAct:
    return SignedAct(envelope_of(act.kind, act.typed), tuple(signature.sig or b"" for signature in signatures))


def _gas(act: SignedAct) -> int:
    envelope = act.envelope
    frame = envelope.gas + envelope.gas // 60
    return frame + GAS_AN_ACT + GAS_A_SIGNER * len(envelope.signers) + GAS_A_BYTE * len(encode_run([act]))


def _closed(acts: Sequence[tuple[Act, SignedAct, bool]], most_gas: int, most_bytes: int) -> Iterator[list[tuple[Act, SignedAct, bool]]]:
    """Batches in order; one closes before it passes a limit. What was sent before without effect goes alone, lest it spoil others."""
    batch: list[tuple[Act, SignedAct, bool]] = []
    gas = size = 0
    for entry in acts:
        _, act, again = entry
        its_gas, its_size = _gas(act), len(encode_run([act]))
        if batch and (again or batch[-1][2] or gas + its_gas > most_gas or size + its_size > most_bytes or len(batch) == MOST_ACTS):
            yield batch
            batch, gas, size = [], 0, 0
        batch.append(entry)
        gas, size = gas + its_gas, size + its_size
    if batch:
        yield batch
