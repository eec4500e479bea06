"""What a row says that a contract holds: the view that answers it, and the words of storage that prove it.

Only what the contracts keep in the same words is here; what a row reckons or remembers beyond them is compared by rebuilding.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import Connection

from ledger.chain.state_proofs import slot_of
from ledger.domain import ids
from ledger.domain.token_flags import TokenFlag
from ledger.mirror import finance_models, models, register_models
from ledger.mirror.assets import word_of
from ledger.mirror.finance_models import BANK_CEILING, CUSTODY_RANGE, DEAL, LOAN_STATE, LOAN_TERMS
from ledger.mirror.models import (
    CASH,
    CASH_ENTRY,
    ENCUMBRANCE,
    MEMBER,
    MEMBER_KEY,
    PLEDGE,
    PLEDGE_STATE,
    RECEIVABLE,
    RECEIVABLE_STATE,
    REGISTER,
    SEGMENT,
    TOKEN,
    ReceivableStatus,
)
from ledger.mirror.pledge_rows import head_word, segment_word, terms_word
from ledger.mirror.queries.reading import one, valid
from ledger.mirror.register_models import ASSET
from ledger.mirror.schema import Projection, number, word
from ledger.mirror.state import AnyProjection

_NONE = bytes(32)
_WHOLE = (1 << 256) - 1


@dataclass(frozen=True, slots=True)
class Stored:
    """A word of storage: what it is, its slot, which bits of it the row says, and how they stand."""

    what: str
    slot: int
    value: int
    mask: int = _WHOLE


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row says of a contract: `function` with these arguments answers `value`, once `seen` took from the answer what the row knows.

    `names` name the parts of a value that is a tuple. `address` is set for contracts of which there are many.
    """

    contract: str
    function: str
    arguments: tuple[Any, ...]
    value: Any
    names: tuple[str, ...]
    seen: Callable[[Any], Any] = lambda answer: answer
    stored: tuple[Stored, ...] = field(default=())
    address: bytes | None = None
    keeper: str | None = None
    """The contract in whose storage it lies, where that isn't the one that answers."""


@dataclass(frozen=True, slots=True)
class Past:
    """The rows as at a position."""

    conn: Connection
    pos: int

    def one(self, projection: Projection[Any], **key: Any) -> Any:
        """The row of a key."""
        where = [projection.table.c[name] == value for name, value in key.items()]
        return one(self.conn, projection, *where, *([valid(projection, self.pos)] if projection.versioned else []))


Rule: TypeAlias = Callable[[Past, Any], Claim | None]


# --- Members and cash ------------------------------------------------------------------------------------------------------------------

_ACTIVE, _SUSPENDED, _CONTRACT, _ACCEPTS, _HELD, _OPERATOR = (1 << bit for bit in range(160, 166))
_EPOCH, _ROLES = 176, 208
_MEMBER_BITS = _WHOLE & ~(_OPERATOR | 1 << 166)
"""Everything of an account's word (contracts/types/MemberWord.sol) but whether it is its own operator."""


def _member(_: Past, row: models.Member) -> Claim:
    flags = _ACTIVE | row.suspended * _SUSPENDED | row.is_contract * _CONTRACT | row.accepts_direct * _ACCEPTS | row.held * _HELD
    value = int.from_bytes(row.account) | flags | row.epoch << _EPOCH | row.roles << _ROLES
    return _member_word(row.account, value, _MEMBER_BITS)


def _member_key(_: Past, row: models.MemberKey) -> Claim | None:
    if row.key == row.account:
        return None
    return _member_word(row.key, int.from_bytes(row.account) | _OPERATOR | row.epoch << _EPOCH | row.roles << _ROLES, _WHOLE)


def _member_word(subject: bytes, value: int, mask: int) -> Claim:
    stored = Stored("word", slot_of("Members", "word", subject.rjust(32, b"\0")), value, mask)
    return Claim("Members", "wordOf", (subject,), value, ("word",), lambda answer: answer & mask, (stored,))


def _cash_entry(past: Past, row: models.CashEntry) -> Claim:
    listed = past.one(CASH, number=row.cash)
    stored = Stored("balance", slot_of("SettlementCash", "_balances", row.account.rjust(32, b"\0")), row.balance)
    return Claim("SettlementCash", "balanceOf", (row.account,), row.balance, ("balance",), stored=(stored,), address=listed.address)


# --- Receivables -----------------------------------------------------------------------------------------------------------------------

_RECEIVABLE_STATES = {ReceivableStatus.LIVE: 1, ReceivableStatus.CLOSED: 2, ReceivableStatus.CANCELLED: 3}
_RECEIVABLE_NAMES = (
    *("status", "face", "owed_live", "due", "payments", "terms"),
    *("least_piece", "module", "cash", "policy", "currency", "paused"),
    *("obligor", "grace", "late_rate", "late_basis", "supplier"),
    *("issued_at", "confirmed_at", "retired", "content_root", "confirmation"),
)
_CONSENTED = 20
"""Place in the view's answer of what a consent to a cancellation covers: the mirror reckons it from tokens."""


def _receivable_state(past: Past, state: models.ReceivableState) -> Claim | None:
    issued = past.one(RECEIVABLE, number=state.receivable)
    if state.status not in _RECEIVABLE_STATES:
        return None
    told = {**issued._asdict(), **state._asdict(), "status": _RECEIVABLE_STATES[ReceivableStatus(state.status)]}
    value = tuple(told[name] for name in _RECEIVABLE_NAMES)
    return Claim(
        "ReceivableViews",
        "receivable",
        (number(issued.id),),
        value,
        _RECEIVABLE_NAMES,
        lambda told: (*told[:_CONSENTED], *told[_CONSENTED + 1 :]),
    )


def _token(past: Past, row: models.Token) -> Claim:
    issued = past.one(RECEIVABLE, number=row.receivable)
    id_ = ids.token_id(number(issued.id), row.start)
    held = int.from_bytes(row.owner) | row.length << 160 | row.cursor << 224 | row.flags << 234
    stored = Stored("word", slot_of("ReceivableToken", "tokens", word(id_)), held, _WHOLE & ~(TokenFlag.APPROVED << 234))
    return Claim(
        "ReceivableViews",
        "range",
        (id_,),
        (row.owner, row.start + row.length, row.cursor, row.flags),
        ("owner", "end", "cursor", "flags"),
        lambda told: (*told[:3], told[3] & ~TokenFlag.APPROVED),
        (stored,),
        keeper="ReceivableToken",
    )


# --- Pledges ---------------------------------------------------------------------------------------------------------------------------


def _in_registry(function: str, arguments: tuple[Any, ...], values: Mapping[str, int], variable: str, key: bytes, answers: bool) -> Claim:
    """Words of the registry that lie one after the other from a mapping's entry on; `answers`: the view tells them as numbers only."""
    first = slot_of("PledgeRegistry", variable, key)
    stored = tuple(Stored(name, first + at, value) for at, (name, value) in enumerate(values.items()))
    told = tuple(values.values())
    count = len(told)

    def seen(answer: Any) -> Any:
        parts = (answer,) if answers else answer[:count]
        return tuple(int.from_bytes(part) if isinstance(part, bytes) else part for part in parts)

    return Claim("PledgeRegistry", function, arguments, told, tuple(values), seen, stored)


def _pledge_state(past: Past, row: models.PledgeState) -> Claim:
    pledge = past.one(PLEDGE, pledge=row.pledge)
    roots = {"parties_root": number(row.parties_root or _NONE), "content": number(row.content or _NONE)}
    words = {"head": head_word(row, pledge.register), "terms": terms_word(row), **roots}
    return _in_registry("pledge", (row.pledge,), words, "pledges", word(row.pledge), False)


def _segment(_: Past, row: models.Segment) -> Claim:
    words = {"word": segment_word(row), "root": number(row.root)}
    return _in_registry("segment", (row.segment,), words, "segments", word(row.segment), False)


def _asset(_: Past, row: register_models.Asset) -> Claim:
    return _in_registry("asset", (row.asset,), {"word": word_of(row)}, "assets", row.asset, True)


def _encumbrance(_: Past, row: models.Encumbrance) -> Claim:
    page, bit = divmod(row.leaf, 256)
    ended, mask = int(row.reason is not None) << bit, 1 << bit
    stored = Stored("ended", slot_of("PledgeRegistry", "ended", word(row.segment), word(page)), ended, mask)
    return Claim("PledgeRegistry", "endedBits", (row.segment, page), ended, ("ended",), lambda answer: answer & mask, (stored,))


def _register(_: Past, row: models.Register) -> Claim:
    return Claim("Registers", "current", (row.register,), (row.version, row.office, row.closed), ("version", "office", "closed"))


# --- Purchases and loans ---------------------------------------------------------------------------------------------------------------

_DEAL_NAMES = (
    *("bank", "state", "recourse", "cash", "day_start", "since", "seller", "advance", "day"),
    *("id", "start", "stop", "fee", "money_days", "discount_rate", "discount_basis", "discount_paid"),
)


def _deal(past: Past, row: finance_models.Deal) -> Claim:
    id_ = number(past.one(RECEIVABLE, number=row.receivable).id)
    sums = {name: number(getattr(row, name)) for name in ("fee", "money_days", "discount_paid")}
    told = {**row._asdict(), **sums, "id": id_}
    return Claim("Financing", "dealOf", (number(row.deal),), tuple(told[name] for name in _DEAL_NAMES), _DEAL_NAMES, tuple)


def _loan_terms(past: Past, row: finance_models.LoanTerms) -> Claim:
    status = past.one(LOAN_STATE, loan=row.loan).status
    names = ("status", "lender", "borrower", "cash", "flags")
    return Claim("Loans", "partiesOf", (row.loan,), (status, row.lender, row.borrower, row.cash, row.flags), names)


def _loan_state(_: Past, row: finance_models.LoanState) -> Claim:
    return Claim("Loans", "keptOf", (row.loan,), row.kept, ("kept",))


def _custody_range(past: Past, row: finance_models.CustodyRange) -> Claim:
    id_ = ids.token_id(number(past.one(RECEIVABLE, number=row.receivable).id), row.start)
    return Claim("TitleEscrow", "pledgeOf", (id_,), (row.loan, row.beneficiary, row.stop), ("loan", "beneficiary", "stop"))


def _bank_ceiling(_: Past, row: finance_models.BankCeiling) -> Claim:
    most = None if row.most is None else number(row.most)
    value = (number(row.advanced), most is not None, most or 0)
    return Claim("PurchaseOffers", "advancedBy", (row.bank, row.obligor, row.currency), value, ("advanced", "limited", "most"))


RULES: Mapping[AnyProjection, Rule] = {
    MEMBER: _member,
    MEMBER_KEY: _member_key,
    CASH_ENTRY: _cash_entry,
    RECEIVABLE_STATE: _receivable_state,
    TOKEN: _token,
    PLEDGE_STATE: _pledge_state,
    SEGMENT: _segment,
    ASSET: _asset,
    ENCUMBRANCE: _encumbrance,
    REGISTER: _register,
    DEAL: _deal,
    LOAN_TERMS: _loan_terms,
    LOAN_STATE: _loan_state,
    CUSTODY_RANGE: _custody_range,
    BANK_CEILING: _bank_ceiling,
}
"""The tables whose rows the contracts answer for, all of them versioned."""


def differing(claim: Claim, value: Any) -> Iterator[tuple[str, Any, Any]]:
    """(name, the row's, the chain's) of what differs between a claim and a value of its kind."""
    if len(claim.names) == 1 and not isinstance(claim.value, tuple):
        pairs = [(claim.names[0], claim.value, value)]
    else:
        pairs = list(zip(claim.names, claim.value, value, strict=True))
    yield from (each for each in pairs if each[1] != each[2])
