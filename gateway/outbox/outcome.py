"""What the mirror says of acts and transactions, and what follows from it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from gateway.office.repository import Act, ActKey
from gateway.outbox import act_rows, row_keys
from gateway.outbox.act_rows import Move
from gateway.outbox.envelopes import envelope_of
from gateway.outbox.lane_rows import Count
from gateway.outbox.lanes import IN_FLIGHT, TxState
from gateway.outbox.states import Seen, Spent, State, judge
from gateway.outbox.tx_rows import Carrier, Tx
from gateway.refusals import explain, explain_skip, of_body
from ledger.chain.blocks import LOG_BITS, last_position, position
from ledger.domain.ids import to_hex
from ledger.mirror.models import RAW_EVENT, Outcome
from ledger.mirror.models import Act as Told
from ledger.mirror.queries import acts as act_queries
from ledger.mirror.queries import chain
from ledger.mirror.queries.chain import Mined
from ledger.mirror.schema import number

MOST_TRIES = 2
"""So often an act may revert a whole transaction by itself before it waits for a person."""
SPENT = (Outcome.DONE, Outcome.REFUSED, Outcome.VOIDED)
"""What an event may say that spends an act's id."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """One snapshot of the mirror: the last final block and its time (UTC seconds), and what it says of ours."""

    mirror: Connection
    final: int
    final_time: int | None
    _hashes: dict[int, bytes | None] = field(default_factory=dict, repr=False, compare=False)

    def told(self, acts: Sequence[ActKey]) -> dict[ActKey, list[Told]]:
        """The events of these acts, in the order of the chain."""
        found: dict[ActKey, list[Told]] = {}
        for part in row_keys.chunks(acts):
            for told in act_queries.outcomes(self.mirror, [(account, number(act)) for account, act in part]):
                found.setdefault((told.account, told.act_id), []).append(told)
        return found

    def mined(self, hashes: Sequence[bytes]) -> dict[bytes, Mined]:
        """Where these transactions were mined."""
        found: dict[bytes, Mined] = {}
        for part in row_keys.chunks(list(dict.fromkeys(hashes))):
            found |= chain.transactions(self.mirror, part)
        return found

    def is_final(self, block: int) -> bool:
        """Whether a block is final."""
        return block <= self.final

    def hash_at(self, block: int) -> bytes | None:
        """The hash of a block that the mirror holds."""
        if block not in self._hashes:
            header = chain.header(self.mirror, block)
            self._hashes[block] = None if header is None else header.hash
        return self._hashes[block]

    def left_an_event(self, mined: Mined) -> bool:
        """Whether a transaction had an effect: every call that we make leaves an event when it has one, and a reverted one leaves none."""
        inside = RAW_EVENT.c.pos.between(position(mined.block, 0), last_position(mined.block))
        asked = select(RAW_EVENT.c.pos).where(inside, RAW_EVENT.c.tx_index == mined.tx_index).limit(1)
        return self.mirror.execute(asked).first() is not None


# --- Transactions ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TxStep:
    """A transaction's next state: where it was mined, or why it never will be."""

    tx: Tx
    after: TxState
    mined: Mined | None = None
    why: str = ""
    overtaken: bool = False


def tx_steps(txs: Sequence[Tx], mined: Mapping[bytes, Mined], final: int, overtaken: frozenset[bytes]) -> list[TxStep]:
    """What changes: mined where the mirror has it; a sibling of a finally mined one is lost, like one whose nonce others took; what was
    mined and is gone is to be sent again.
    """
    taken = {(tx.lane, tx.nonce) for tx in txs if (at := mined.get(tx.hash)) and at.block <= final}
    steps = [_tx_step(tx, mined.get(tx.hash), final, (tx.lane, tx.nonce) in taken, tx.hash in overtaken) for tx in txs]
    return [each for each in steps if each.after != each.tx.state or (each.mined and each.mined.block != each.tx.block)]


def _tx_step(tx: Tx, mined: Mined | None, final: int, taken: bool, overtaken: bool) -> TxStep:
    if mined is not None:
        return TxStep(tx, TxState.FINAL if mined.block <= final else TxState.MINED, mined)
    if taken:
        return TxStep(tx, TxState.LOST, why="another transaction took its nonce")
    if overtaken:
        return TxStep(tx, TxState.LOST, why="a transaction that is not ours took its nonce", overtaken=True)
    if tx.state in (TxState.MINED, TxState.FINAL, TxState.LOST):
        return TxStep(tx, TxState.WRITTEN)
    return TxStep(tx, TxState(tx.state))


def overtaken(view: View, txs: Sequence[Tx], mined: Mapping[bytes, Mined], counts: Sequence[Count]) -> frozenset[bytes]:
    """Transactions whose nonce the chain counts at a final block of ours although none of our bytes for it was mined."""
    counted = {count.lane: count.counted for count in final_counts(view, counts)}
    ours = {(tx.lane, tx.nonce) for tx in txs if tx.hash in mined}
    late = [tx for tx in txs if tx.nonce < counted.get(tx.lane, 0) and (tx.lane, tx.nonce) not in ours]
    return frozenset(tx.hash for tx in late if tx.state in IN_FLIGHT)


def final_counts(view: View, counts: Sequence[Count]) -> list[Count]:
    """Those that were noted at a block that the mirror holds as final."""
    return [count for count in counts if view.is_final(count.block) and view.hash_at(count.block) == count.hash]


# --- Acts --------------------------------------------------------------------------------------------------------------------


def act_steps(
    conn: Connection, view: View, act: Act, told: Sequence[Told], carriers: Sequence[Carrier], mined: Mapping[bytes, Mined]
) -> Iterator[Move]:
    """The steps of an act to where the mirror says that it stands."""
    spent = next((event for event in told if event.outcome in SPENT), None)
    skip = _skip_of(view, told, carriers, mined)
    seen = _seen(conn, view, act, spent, skip, told, carriers, mined)
    done = None if spent is None else (spent.pos, view.hash_at(spent.pos >> LOG_BITS) or bytes(32))
    while (after := judge(State(act.state), act.deadline, seen)) != act.state or (done and done != (act.done_pos, act.done_hash)):
        made = Move(act, after, _reason(act, spent, skip, after, seen), done)
        yield made
        act = made.moved()
        if after is State.UNDONE:
            log.critical("act %d of %s had run, its block is gone, and its deadline has passed since", act.id, to_hex(act.member_id))


def _seen(
    conn: Connection,
    view: View,
    act: Act,
    spent: Told | None,
    skip: Told | None,
    told: Sequence[Told],
    carriers: Sequence[Carrier],
    mined: Mapping[bytes, Mined],
) -> Seen:
    reverted = [each for each in carriers if _reverted(view, told, mined.get(each.hash))]
    lost = spent is None and all(each in reverted or _is_lost(each, mined) for each in carriers)
    return Seen(
        spent=None if spent is None else Spent(Outcome(spent.outcome), spent.pos >> LOG_BITS),
        final=view.final,
        final_time=view.final_time,
        skipped=skip is not None,
        # What another gateway ran, and a fork took back, is ours to send only with every signature.
        lost=lost and (bool(carriers) or act_rows.is_signed(conn, act.key)),
        hopeless=sum(not each.shared for each in reverted) >= MOST_TRIES,
    )


def still_holds(mirror: Connection, act: Act) -> bool:
    """Whether the block that held an act's event is the mirror's still."""
    header = None if act.done_pos is None else chain.header(mirror, act.done_pos >> LOG_BITS)
    return header is not None and header.hash == act.done_hash


def _skip_of(view: View, told: Sequence[Told], carriers: Sequence[Carrier], mined: Mapping[bytes, Mined]) -> Told | None:
    """The event by which the newest of our mined transactions left the act untried, in a final block."""
    ours = [(at.block, at.tx_index) for each in carriers if (at := mined.get(each.hash)) and view.is_final(at.block)]
    skips = {(event.pos >> LOG_BITS, event.tx_index): event for event in told if event.outcome == Outcome.SKIPPED}
    return skips.get(max(ours)) if ours else None


def _reverted(view: View, told: Sequence[Told], mined: Mined | None) -> bool:
    """Whether a transaction was mined, is final, and left no event of the act that it carried."""
    if mined is None or not view.is_final(mined.block):
        return False
    return (mined.block, mined.tx_index) not in {(event.pos >> LOG_BITS, event.tx_index) for event in told}


def _is_lost(carrier: Carrier, mined: Mapping[bytes, Mined]) -> bool:
    return carrier.hash not in mined and carrier.state == TxState.LOST


def _reason(act: Act, spent: Told | None, skip: Told | None, after: State, seen: Seen) -> object:
    if spent is not None:
        return _refusal(act, spent) if spent.outcome == Outcome.REFUSED else None
    if after is not State.READY:
        return None
    if skip is not None:
        return explain_skip(number(skip.reason or b"\0"), skip.signer)
    return _HOPELESS if seen.hopeless else None


def _refusal(act: Act, spent: Told) -> object:
    return of_body(explain(spent.reason or b""), envelope_of(act.kind, act.typed).body)


_HOPELESS = {
    "error": "RevertedWhole",
    "values": {},
    "sentence": "Its transactions were mined and reverted whole, so it did not run; nothing was spent.",
}
