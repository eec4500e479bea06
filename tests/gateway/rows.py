"""Rows of `office` made by hand, for tests below the API."""

from collections.abc import Sequence
from itertools import count

from gateway.office.repository import Act, ActKey, AddedAct, Call, Office, signature_rows
from gateway.outbox.envelopes import typed_bytes
from gateway.outbox.states import State
from ledger.domain.act_types import SetAcceptance
from ledger.domain.acts import SIGNED, Envelope, SignerClaim
from ledger.mirror.database import Database
from ledger.mirror.schema import word

ALICE, BOB, CAROL = b"\xa1" * 20, b"\xb0" * 20, b"\xca" * 20
DEADLINE = 2_000_000_000
SIGNATURE = b"\x51" * 65

_ticks = count(1_000)


def envelope(account: bytes, number: int, others: Sequence[bytes] = (), deadline: int = DEADLINE) -> Envelope:
    """An act of an account, with further signers."""
    actor = SignerClaim(account, account, 0, SIGNED, 1, number)
    more = [SignerClaim(other, other, 0, SIGNED, 1, number) for other in others]
    return Envelope(account, number, deadline, 100_000, (actor, *more), SetAcceptance(acceptsDirect=True))


def act(account: bytes, number: int, state: State = State.QUEUED, *, others: Sequence[bytes] = (), deadline: int = DEADLINE) -> Act:
    """A row of an act, accepted after all that were made before."""
    return Act(
        member_id=account,
        act_id=word(number),
        idem_key=f"key {number}",
        body_hash=word(number),
        kind="SetAcceptance",
        typed=typed_bytes(envelope(account, number, others, deadline)),
        digest=word(number),
        signers_needed=1 + len(others),
        deadline=deadline,
        accepted=next(_ticks),
        state=state,
        retried=0,
        reason=None,
        done_pos=None,
        done_hash=None,
    )


def keep(office: Database, row: Act, *, others: Sequence[bytes] = (), signed: bool = True, after: Sequence[ActKey] = ()) -> Act:
    """Puts an act into the office; without `signed` the others' signatures are missing."""
    claims = envelope(row.member_id, row.id, others, row.deadline).signers
    given = [SIGNATURE, *((SIGNATURE if signed else None) for _ in others)]
    with office.write() as conn:
        Office(conn, row.member_id).add_acts([AddedAct(row, signature_rows(row.key, claims, given, [None] * len(given)), after)])
    return row


def call(account: bytes, key: str, purpose: str = "relay") -> Call:
    """A row of a call."""
    return Call(account, key.encode().ljust(32, b"\0"), key, word(1), purpose, "Repayment.debit", CAROL, b"data", 90_000, next(_ticks),
                State.QUEUED, None, None)  # fmt: skip
