"""Nonce rules of a lane: pure functions over what we wrote and what the chain counts.

A lane is one sending key with no authority of its own. Its nonces are columns of written rows; there is no second counter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

RELAY, COUNCIL = "relay", "council"
LEASE_MS = 15_000
RESEND_MS = 10_000
"""After so long a transaction that was taken and not mined is sent again: the node may have dropped it."""
RETRY_MS = 2_000
"""After so long a transaction that was refused for the moment is tried again."""
STUCK_MS = 30_000
"""After so long a transaction that was not mined is replaced by one that offers more, where fees decide."""
RAISE_PER_CENT = 113
"""A nodes' pool takes a replacement that offers a tenth more, or an eighth."""
MOST_RAISES = 24
"""So often at most: to 19 times of what is usual."""
DOUBT_SECONDS = 30.0
"""So long a count that speaks against what we wrote must stand before it counts: a node may answer wrongly for a while."""

RESUMES = -1
"""In the place of a lane's next nonce: an operator has it go on from the chain's count."""


class Shift(StrEnum):
    """What one process at a time does for all that share an office. Its lease is a lane that sends nothing."""

    KEEPER = "keeper"
    BOOKS = "books"
    COURIER = "courier"
    PEERS = "peers"

    @property
    def key(self) -> bytes:
        """What stands for the lane's key: 20 bytes, of each shift its own, and no key has them."""
        return list(Shift).index(self).to_bytes(20)


class TxState(StrEnum):
    """Where a transaction stands: `refused` is the node's answer to its bytes, `lost` that another one took its nonce or it reverted."""

    WRITTEN = "written"
    SENT = "sent"
    REFUSED = "refused"
    MINED = "mined"
    FINAL = "final"
    LOST = "lost"


IN_FLIGHT = (TxState.WRITTEN, TxState.SENT, TxState.REFUSED)


class Answer(StrEnum):
    """What a node's answer to a sent transaction means."""

    TAKEN = "taken"
    KNOWN = "known"
    MINED_BEFORE = "nonce used"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane as this process holds it. `fence` must still be the row's for every write; with an alarm it stands still."""

    name: str
    key: bytes
    fence: int
    next_nonce: int
    alarm: str | None = None
    counted: int | None = None
    """What was noted of the chain's count (store.note_count)."""


@dataclass(frozen=True, slots=True)
class Share:
    """Which acts and calls a lane sends where there are several: every one whose number, by `of`, has the rest `at`.

    An account's acts are one lane's, so they go in their order; between accounts only what one names as going first keeps an order.
    """

    at: int = 0
    of: int = 1

    def has(self, id_: bytes) -> bool:
        """Whether what an account or an id names is this lane's."""
        return share_of(id_) % self.of == self.at


WHOLE = Share()
"""All of it."""


def share_of(id_: bytes) -> int:
    """The number by which an account's acts, or a call, are shared out: below 256."""
    return id_[-1]


@dataclass(frozen=True, slots=True)
class Written:
    """A transaction that was written and is not settled. `sent` is when the node last heard of it, `written` when it was signed, both in
    UTC milliseconds; `fault` what it answered, unless it took it.
    """

    nonce: int
    attempt: int
    hash: bytes
    purpose: str
    state: TxState
    sent: int | None = None
    fault: str | None = None
    written: int = 0
    block: int | None = None
    """That held it, before a fork took it from there."""


def is_let(until: int, now: int) -> bool:
    """Whether a lease that ends at `until` still runs (UTC milliseconds). One that ends later than any does was given before a clock went
    back, and by whom says nothing of who lives now.
    """
    return 0 < until - now <= 2 * LEASE_MS


class LaneAlarm(Exception):
    """The chain counts a nonce that we never wrote: somebody else has this lane's key. Nothing is sent until the lane is given up."""


class CountDoubted(Exception):
    """A node counts a nonce that we never wrote. Nothing is sent while it does; whether the lane stops is decided by a final block."""


class ChainUnsettled(Exception):
    """The node's chain is not, or not yet, the one that acts were settled on: an act sent now could run without what it needs."""


class GoesLater(Exception):
    """A fork undid what another lane did before: that is mined again first."""


class LeaseLost(Exception):
    """Another process holds the lane; what was to be written is not written."""


def give_up(purpose: str) -> str:
    """Why a lane of this purpose stopped, and what to do. The council's key has rights on the ledger, so it can't be given up."""
    command = "`pledgebook keys renew-lane --council`, if it was restored" if purpose == COUNCIL else "`pledgebook keys renew-lane`"
    return f"the key is used elsewhere, or this office was restored from an old copy: stop the gateway and run {command}"


_KNOWN = ("already known", "already imported", "known transaction", "already in pool", "alreadyknown")
_USED = ("nonce too low", "nonce is too low", "nonce below", "noncetoolow")


_LASTING = ("exceeds block gas limit", "intrinsic gas", "oversized", "gas limit", "max initcode", "size limit")


def is_lasting(message: str) -> bool:
    """Whether the node will answer the same to the same bytes for ever; anything else is tried again."""
    text = message.lower()
    return any(cause in text for cause in _LASTING)


def answer_of(message: str | None) -> Answer:
    """What a refusal says about a transaction; None is acceptance."""
    if message is None:
        return Answer.TAKEN
    text = message.lower()
    if any(known in text for known in _KNOWN):
        return Answer.KNOWN
    return Answer.MINED_BEFORE if any(used in text for used in _USED) else Answer.REFUSED


def check_count(lane: Lane, counted: int) -> None:
    """Holds a node's count of a lane's key against what was written. Raises CountDoubted where it is ahead of us."""
    if lane.next_nonce == RESUMES:
        raise CountDoubted(f"lane {lane.name}: it goes on from the chain's count, {counted}, once that has stood for {DOUBT_SECONDS:.0f} s")
    if counted > lane.next_nonce:
        raise CountDoubted(f"{ahead(lane.name, counted, lane.next_nonce)}; nothing is sent until the node takes it back or it is final")


def ahead(name: str, counted: int, next_nonce: int) -> str:
    """What is wrong where the chain counts more than we wrote."""
    return f"lane {name}: the chain counts {counted} transactions of its key, we wrote {next_nonce}"


def is_doubted(lane: Lane, written: Sequence[Written], counted: int, now: int) -> bool:
    """Whether a count speaks against what was written: it is ahead of us, or has nonces whose transactions we can't find."""
    return counted > lane.next_nonce or bool(overdue(written, counted, now))


def newest(written: Sequence[Written]) -> list[Written]:
    """The newest attempt at each nonce, in nonce order."""
    latest = {tx.nonce: tx for tx in sorted(written, key=lambda tx: tx.attempt)}
    return [latest[nonce] for nonce in sorted(latest)]


def to_send(written: Sequence[Written], counted: int, now: int, room: int) -> list[Written]:
    """Which bytes go out now, in nonce order: never sent ones, those refused for the moment, and those sent so long ago that they may have
    been dropped. Nothing below the chain's count; at most `room` transactions may wait in the node.
    """
    waiting = [tx for tx in newest(written) if tx.nonce >= counted][:room]
    return [tx for tx in waiting if tx.state in _PAUSE and _is_due(tx, now)]


def in_order(due: Sequence[Written], written: Sequence[Written], elsewhere: int | None) -> list[Written]:
    """Of what is due, that which may go before what a fork undid in other lanes; `elsewhere` is the lowest block that held such.

    What was undone goes out again in the order of its blocks, over all lanes: an act may need what another lane did before it, and is
    refused for good where that is missing. What no block had held comes after it.
    """
    if elsewhere is None:
        return list(due)
    lowest, held = inf, dict[int, float]()
    for tx in sorted(written, key=lambda tx: tx.nonce, reverse=True):
        lowest = lowest if tx.block is None else min(lowest, tx.block)
        held[tx.nonce] = lowest
    return [tx for tx in due if held[tx.nonce] <= elsewhere]


def to_fill(written: Sequence[Written], counted: int) -> list[Written]:
    """Nonces whose bytes the node will never take: a zero transfer fills them, else all later ones wait for ever."""
    return [tx for tx in newest(written) if tx.state is TxState.REFUSED and tx.nonce >= counted]


def to_raise(written: Sequence[Written], counted: int, now: int) -> list[Written]:
    """Nonces whose newest bytes the node has had for long and no block took: they offer too little, or did."""
    waiting = [tx for tx in newest(written) if tx.nonce >= counted and tx.sent is not None and tx.attempt < MOST_RAISES]
    return [tx for tx in waiting if tx.state in (TxState.SENT, TxState.WRITTEN) and _is_past(tx.written, now, STUCK_MS)]


def raised(price: int, attempt: int) -> int:
    """What an attempt at a nonce offers where the first one offers `price`: each at least RAISE_PER_CENT of the one before."""
    for _ in range(attempt):
        price = -(-price * RAISE_PER_CENT // 100)
    return price


def overdue(written: Sequence[Written], counted: int, now: int) -> list[Written]:
    """Transactions whose nonces the chain counts although no block that we know holds them: perhaps not mirrored yet, perhaps another's."""
    return [tx for tx in newest(written) if tx.nonce < counted and _is_due(tx, now)]


_PAUSE = {TxState.WRITTEN: RETRY_MS, TxState.SENT: RESEND_MS}


def _is_due(tx: Written, now: int) -> bool:
    return tx.sent is None or _is_past(tx.sent, now, _PAUSE.get(tx.state, RESEND_MS))


def _is_past(since: int, now: int, pause: int) -> bool:
    """Whether a pause is over. A clock that went back says nothing of how long it was, and may be hours back."""
    return not 0 <= now - since <= pause
