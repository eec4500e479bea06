"""The keeper: looks for what is due, asks the chain, and has the outbox fire what would go through.

It decides nothing: each trigger's own condition on chain does. So any number of keepers on one chain do what one alone would. Over one
office only the holder of the lease keeps, and what it keeps is written under the lease's fence, together with the call: a process that is
killed has kept both or neither, and the next one goes on from there.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice

from sqlalchemy import Connection

from gateway import calls
from gateway.calls import Asked
from gateway.keeping import book
from gateway.keeping.asking import refusals
from gateway.keeping.book import Kept
from gateway.keeping.due import DirectCall, Due, due
from gateway.keeping.pauses import Refused, pause
from gateway.outbox import lane_rows
from gateway.outbox.lanes import RELAY, Lane, LeaseLost, Shift
from gateway.refusals import explain
from gateway.services import Services
from gateway.signers.keystore import HOUSE
from ledger import faults
from ledger.chain.calls import call_data
from ledger.chain.rpc import NodeUnreachable, RpcError
from ledger.mirror.queries import chain, triggers
from ledger.mirror.triggers import TriggerKind

LOOK_SECONDS = 2.0
MOST_ASKED = 500
CALL_GAS, ITEM_GAS = 100_000, 60_000
"""What a call costs before its first firing, and each firing beside its own gas."""

log = logging.getLogger(__name__)

Firing = tuple[Due, int]
"""What is fired, and how many times it was for the same facts."""


class Keeper:
    """`step` and `run` belong to one thread; `fault` says why it doesn't get on. While `stands` holds it does nothing."""

    def __init__(self, services: Services, owner: str, stands: Callable[[], bool] = lambda: False) -> None:
        self._services, self._owner, self._stands = services, owner, stands
        self._refused = Refused()
        self.fault: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Looks again and again until `stop`. Whatever goes wrong is shown in `fault` and tried again."""
        while not stop.is_set():
            self._tried()
            stop.wait(LOOK_SECONDS)
        with self._services.office.write() as conn:
            lane_rows.release(conn, Shift.KEEPER, self._owner)

    def _tried(self) -> None:
        try:
            self.step()
            self.fault = None
        except (NodeUnreachable, RpcError, LeaseLost) as away:
            self._note(f"keeper: {away}", logging.INFO)
        except Exception as unforeseen:  # noqa: BLE001  # it must outlive a full disk or a database that restarts
            self._note(f"keeper: {unforeseen or type(unforeseen).__name__}", logging.ERROR, unforeseen)

    def _note(self, text: str, level: int, unforeseen: Exception | None = None) -> None:
        if text != self.fault:
            log.log(level, "%s", text, exc_info=unforeseen)
        self.fault = text

    def step(self) -> list[Due]:
        """One look: what it had fired. Raises LeaseLost, NodeUnreachable, RpcError."""
        lane = None if self._stands() else self._leased()
        if lane is None:
            return []
        # Calls before facts: of a call that is over by then, the facts below tell the effect.
        with self._services.office.read() as conn:
            busy = book.on_its_way(conn)
        now, kinds, found = self._look(busy)
        ready = self._ready(kinds, found, now)
        faults.point("keeper.asked")
        if ready:
            self._fire(lane, kinds, ready, now)
            self._services.wake()
        return [each for each, _ in ready]

    def _leased(self) -> Lane | None:
        if not self._services.sync.fits:
            return None
        with self._services.office.write() as conn:
            return lane_rows.take_shift(conn, Shift.KEEPER, self._owner)

    def _look(self, busy: set[tuple[str, int]]) -> tuple[int, dict[str, TriggerKind], list[Due]]:
        with self._services.snapshot() as conn:
            now, kinds = chain_time(self._services, conn), triggers.kinds(conn)
            awake = (
                each for each in due(conn, now, now) if known(kinds, each) and each.key not in busy and not self._refused.rests(each, now)
            )
            return now, kinds, list(islice(awake, MOST_ASKED))

    def _ready(self, kinds: dict[str, TriggerKind], found: Sequence[Due], now: int) -> list[Firing]:
        with self._services.office.read() as conn:
            before = book.kept(conn, [each.key for each in found])
        asked = [each for each in found if not _rests(before.get(each.key), each, now)]
        answers = refusals(self._services.rpc, self._services.manifest, kinds, asked)
        ready = []
        for each, reason in zip(asked, answers, strict=True):
            if reason is None:
                self._refused.forget(each)
                ready.append((each, attempt_of(before.get(each.key), each)))
            else:
                self._refused.note(each, now, _named_time(reason))
        self._refused.tidy(now)
        return ready

    def _fire(self, lane: Lane, kinds: dict[str, TriggerKind], ready: Sequence[Firing], now: int) -> None:
        with self._services.office.write() as conn:
            lane_rows.hold_fence(conn, lane, lane.next_nonce)
            for batch in batches(kinds, [each for each in ready if each[0].call is None], self._services.engine.batch_gas):
                book.keep(conn, batch, self._call(conn, kinds, batch), now)
            for each in ready:
                if each[0].call is not None:
                    book.keep(conn, [each], self._direct(conn, each, each[0].call), now)
            faults.point("keeper.keeping")
        faults.point("keeper.kept")

    def _call(self, conn: Connection, kinds: dict[str, TriggerKind], batch: Sequence[Firing]) -> bytes:
        data = call_data("Triggers", "fire", [(kinds[each.trigger].trigger, each.subject) for each, _ in batch])
        asked, gas = Asked(key_of(batch), "Triggers", "fire", []), CALL_GAS + sum(gas_of(kinds[each.trigger]) for each, _ in batch)
        return calls.own(conn, HOUSE, RELAY, asked, self._services.manifest.address("Triggers"), data, gas, Shift.KEEPER).call_id

    def _direct(self, conn: Connection, firing: Firing, call: DirectCall) -> bytes:
        asked, target = Asked(key_of([firing]), call.contract, call.function, []), self._services.manifest.address(call.contract)
        return calls.own(conn, HOUSE, RELAY, asked, target, call.data, call.gas, Shift.KEEPER).call_id


def known(kinds: Mapping[str, TriggerKind], each: Due) -> bool:
    """Whether this ledger has what is to be fired."""
    return each.call is not None or each.trigger in kinds


def chain_time(services: Services, conn: Connection) -> int:
    """The chain's time, UTC seconds: that of the block that comes next, which a chain without traffic has not mined yet."""
    held, pending = chain.held(conn), services.rpc.call("eth_getBlockByNumber", "pending", False)
    return max(held.time or 0 if held else 0, int(pending["timestamp"], 16) if pending else 0)


def attempt_of(before: Kept | None, each: Due) -> int:
    """How many times it will have been fired for the same facts."""
    return before.attempt + 1 if before is not None and before.facts == each.state else 1


def _rests(before: Kept | None, each: Due, now: int) -> bool:
    """A firing that changed nothing is not repeated at once."""
    return before is not None and before.facts == each.state and now < before.at + pause(before.attempt)


def _named_time(reason: bytes) -> int | None:
    """The second that a refusal names as the first at which it would be none."""
    named = explain(reason)["values"].get("from")
    return int(named) if isinstance(named, str) and named.isdecimal() else None


def gas_of(kind: TriggerKind) -> int:
    """What a firing needs at most: a frame gets 63/64 of what is left (EIP-150)."""
    return kind.gas + kind.gas // 63 + ITEM_GAS


def batches(kinds: dict[str, TriggerKind], ready: Sequence[Firing], most_gas: int) -> Iterator[list[Firing]]:
    """Firings in as few calls as the gas of one allows."""
    batch: list[Firing] = []
    gas = CALL_GAS
    for each in ready:
        needed = gas_of(kinds[each[0].trigger])
        if batch and gas + needed > most_gas:
            yield batch
            batch, gas = [], CALL_GAS
        batch.append(each)
        gas += needed
    if batch:
        yield batch


def key_of(batch: Sequence[Firing]) -> str:
    """The idempotency key of a call: the same firings for the same facts are the same call, whoever makes it again."""
    said = sorted(f"{each.trigger} {each.subject:x} {each.state} {attempt}" for each, attempt in batch)
    return f"keep {sha256(chr(10).join(said).encode()).hexdigest()}"
