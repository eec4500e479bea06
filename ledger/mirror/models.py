"""The mirror's tables. Positions are block << 20 | log index; times are UTC seconds of blocks unless a field says otherwise."""

from enum import IntEnum
from typing import NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Table, Text

from ledger.mirror.schema import Address, Word, facts, raw, versioned

BLOCK = Table(
    "block",
    raw,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("parent", LargeBinary(32), nullable=False),
    Column("time", BigInteger, nullable=False),
)

TX = Table(
    "tx",
    raw,
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("tx_index", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    Index("tx_hash", "hash"),
)

RAW_EVENT = Table(
    "raw_event",
    raw,
    Column("pos", BigInteger, primary_key=True, autoincrement=False),
    Column("tx_index", BigInteger, nullable=False),
    Column("address", LargeBinary(20), nullable=False),
    Column("topics", LargeBinary, nullable=False, comment="the topics' words, joined"),
    Column("subject", LargeBinary(32), comment="the first indexed value: the id of the record concerned"),
    Column("data", LargeBinary, nullable=False),
    Index("raw_event_subject", "subject", "pos"),
)

CHECKPOINT = Table(
    "checkpoint",
    raw,
    Column("id", BigInteger, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("chain_id", BigInteger, nullable=False),
    Column("ledger_id", LargeBinary(32), nullable=False),
    Column("start", BigInteger, nullable=False, comment="the block of the deployment: nothing below it is read"),
    Column("block", BigInteger, nullable=False, comment="the last block held; start - 1 while none is"),
    Column("hash", LargeBinary(32), comment="the hash of the last block held; null while none is"),
    Column("projections", Text, nullable=False, comment="the version of the folds that wrote the projections"),
)


class Outcome(IntEnum):
    """What became of a signed act in one transaction: only SKIPPED spent nothing, so that the act may be sent again."""

    DONE = 1
    REFUSED = 2
    SKIPPED = 3
    VOIDED = 4


class Act(NamedTuple):
    """What the chain says of an act id. `reason` is the target's revert data (REFUSED) or one byte with the cause (SKIPPED); `signer` the
    one to blame.
    """

    account: Address
    act_id: Word
    pos: int
    tx_index: int
    outcome: int
    kind: Word | None
    digest: Word | None
    reason: bytes | None
    signer: int | None


class Relayer(NamedTuple):
    """An address that may send acts; it has no other power."""

    address: Address
    from_pos: int = 0
    to_pos: int | None = None


class Kind(NamedTuple):
    """A kind of act (EIP-712 type hash of its body) and the function that it runs."""

    kind: Word
    pos: int
    target: Address
    selector: bytes


class Member(NamedTuple):
    """An organisation's account. `party` is its registered identifier's word; keys of an epoch below `epoch` are dead."""

    account: Address
    party: Word
    name: str
    roles: int
    suspended: bool
    is_contract: bool
    accepts_direct: bool
    epoch: int
    from_pos: int = 0
    to_pos: int | None = None


class MemberKey(NamedTuple):
    """An operator key: its row ends with its revocation; it acts while its epoch is its account's."""

    key: Address
    account: Address
    roles: int
    epoch: int
    from_pos: int = 0
    to_pos: int | None = None


class MemberSlot(NamedTuple):
    """Words that a member publishes under a key type (transport key, encryption key, hash of its URL), joined."""

    account: Address
    key_type: Word
    epoch: int
    words: bytes
    from_pos: int = 0
    to_pos: int | None = None


class Cash(NamedTuple):
    """A settlement bank's cash contract, by address. `number` is what receivables and acts name; `currency` its ISO 4217 number."""

    address: Address
    number: int
    pos: int
    bank: Address
    currency: int


class CashEntry(NamedTuple):
    """A line of a cash statement, current until the account's next line: `delta` moved, `balance` after it, in minor units.

    No counterparty: issued by the bank (delta above 0) or redeemed.
    """

    cash: int
    account: Address
    delta: int
    balance: int
    counterparty: Address | None
    reference: Word
    from_pos: int = 0
    to_pos: int | None = None


ACT = facts(Act, "act", 3)
RELAYER = versioned(Relayer, "relayer", 1)
KIND = facts(Kind, "kind", 1)
CASH = facts(Cash, "cash", 1)
CASH_ENTRY = versioned(CashEntry, "cash_entry", 2, ["account"])
MEMBER = versioned(Member, "member", 1, ["party"], ["name"])
MEMBER_KEY = versioned(MemberKey, "member_key", 1, ["account"])
MEMBER_SLOT = versioned(MemberSlot, "member_slot", 2)
