"""Bodies of the acts that a claim needs, as JSON for the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from gateway.receivable_drafts import LEAST_CONFIRMED, NO_SET_OFF
from gateway.replay.claims import Claim, Person, invoice_of
from gateway.replay.client import ActWanted, CallWanted, Json, chunks
from gateway.replay.demonstration import Tier
from ledger.chain.deploy import USUAL_TENOR_SECONDS
from ledger.domain.fingerprints import Fingerprints, Invoice
from ledger.domain.ids import act_id, receivable_id, to_hex, token_id
from ledger.domain.money import Currency, to_text

CONFIRMED = LEAST_CONFIRMED | NO_SET_OFF
STANDARD_POLICY = 1
MODULE = 1
MOST_ALLOCATIONS = 40
MOST_DRAWN = 50
MOST_PIECES = 50
CLAIM_SCHEMA = "pledgebook/receivable/1"
NOTICE_SCHEMA = "pledgebook/bank-notice/1"
NO_REF = to_hex(bytes(32))
AS_RECORDED = sha256(b"The due date is the source's own.").digest()
"""Why a claim is due later than is usual."""


@dataclass(frozen=True, slots=True)
class Cash:
    """A listed cash contract: its index at the desk, the account of its settlement bank, its currency."""

    index: int
    bank: bytes
    currency: Currency


@dataclass(frozen=True, slots=True)
class Book:
    """What bodies are made from: members' accounts by person, the cash of each claim's set, what invoices' fingerprints are made with."""

    accounts: Mapping[str, bytes]
    cash: Mapping[str, Cash]
    fingerprinted: Callable[[Invoice], Fingerprints]

    def account(self, person: Person) -> bytes:
        """The account of a person."""
        return self.accounts[person.key]

    def receivable(self, claim: Claim) -> int:
        """The id that a claim has before it is mined."""
        return receivable_id(self.account(claim.supplier), act_id(issue_key(claim)))

    def token(self, claim: Claim, start: int) -> int:
        """The token that begins at `start` of a claim."""
        return token_id(self.receivable(claim), start)


def issue_key(claim: Claim) -> str:
    """The idempotency key by which a claim is issued."""
    return f"{claim.key}/issue"


def document(claim: Claim, unit: Currency) -> Json:
    """The private content of a claim; amounts are text."""
    return {
        "amount": to_text(claim.face, unit),
        "currency": unit.code,
        "number": claim.number,
        "obligor": claim.obligor.name,
        "source": claim.set,
        "supplier": claim.supplier.name,
        **{name: value for name, value in claim.detail if name not in {"amount", "currency", "number", "obligor", "source", "supplier"}},
    }


def issue(book: Book, claim: Claim, root: str) -> list[ActWanted]:
    """The supplier draws a claim up, the obligor confirms it."""
    terms = _terms(book, claim, root)
    words = book.fingerprinted(invoice_of(claim))
    confirmation: Json = {
        "receivable": str(book.receivable(claim)),
        "issuer": to_hex(book.account(claim.supplier)),
        "terms": terms,
        "fingerprint": to_hex(words.current),
        "confirmed": CONFIRMED,
        "earlier": [to_hex(each) for each in words.earlier],
    }
    return [
        ActWanted(issue_key(claim), book.account(claim.supplier), "Issue", terms, "SUPPLIER"),
        ActWanted(f"{claim.key}/confirm", book.account(claim.obligor), "ConfirmReceivable", confirmation, "OBLIGOR"),
    ]


def _terms(book: Book, claim: Claim, root: str) -> Json:
    cash = book.cash[claim.set]
    return {
        "supplier": to_hex(book.account(claim.supplier)),
        "obligor": to_hex(book.account(claim.obligor)),
        "face": str(claim.face),
        "due": claim.due,
        "grace": 0,
        "lateRate": claim.late_rate,
        "lateBasis": claim.late_basis,
        "currency": cash.currency.number,
        "cash": cash.index,
        "module": MODULE,
        "leastPiece": 0,
        "policy": STANDARD_POLICY,
        "tenorReason": to_hex(AS_RECORDED) if claim.due - claim.issued > USUAL_TENOR_SECONDS else NO_REF,
        "contentRoot": root,
    }


def split(book: Book, claim: Claim) -> list[ActWanted]:
    """The lines of a document become pieces, each its payee's; of a long one by several acts, each from where the last one ended."""
    return [_move_batch(book, claim, f"{claim.key}/split{_from(step)}", step) for step in _steps(Tier(0, claim.supplier, claim.pieces))]


def tier(book: Book, claim: Claim, step: Tier) -> list[ActWanted]:
    """One holder pays its suppliers with pieces."""
    return [_move_batch(book, claim, f"{claim.key}/tier/{step.start}/{step.holder.key}{_from(each)}", each) for each in _steps(step)]


def _steps(whole: Tier) -> list[Tier]:
    parts = list(chunks(whole.pieces, MOST_PIECES))
    starts = (whole.start, *(part[-1].end for part in parts))
    return [Tier(start, whole.holder, tuple(part)) for start, part in zip(starts, parts, strict=False)]


def _from(step: Tier) -> str:
    return f"/{step.start}" if step.start else ""


def _move_batch(book: Book, claim: Claim, key: str, step: Tier) -> ActWanted:
    pieces = [{"end": str(piece.end), "to": to_hex(book.account(piece.payee)), "ref": NO_REF} for piece in step.pieces]
    return ActWanted(key, book.account(step.holder), "MoveBatch", {"token": str(book.token(claim, step.start)), "pieces": pieces})


def notice_key(at: int, claims: Sequence[Claim]) -> str:
    """The idempotency key of a bank's notice: when, and its first claim."""
    return f"{claims[0].key}/notice/{at}"


def notice_document(claims: Sequence[Claim], unit: Currency) -> Json:
    """The private content of a bank's notice."""
    entries = [{"amount": to_text(claim.face, unit), "payer": claim.obligor.name, "receivable": claim.number} for claim in claims]
    return {"currency": unit.code, "entries": entries, "source": claims[0].set}


def notice(book: Book, at: int, claims: Sequence[Claim], root: str) -> ActWanted:
    """The settlement bank says that these claims were paid in full."""
    cash = book.cash[claims[0].set]
    key = notice_key(at, claims)
    allocations = [
        {"receivable": str(book.receivable(claim)), "payer": to_hex(book.account(claim.obligor)), "amount": str(claim.face)}
        for claim in claims
    ]
    body: Json = {
        "cash": cash.index,
        "ref": to_hex(reference(key)),
        "bookedAt": at,
        "total": str(sum(claim.face for claim in claims)),
        "contentRoot": root,
        "allocations": allocations,
    }
    return ActWanted(key, cash.bank, "BankNotice", body, "SETTLEMENT_BANK")


def notices(claims: Iterable[Claim]) -> list[list[Claim]]:
    """The claims paid at one stamp, cut into notices: one bank and currency each, and not too many entries."""
    by_set: dict[str, list[Claim]] = {}
    for claim in claims:
        by_set.setdefault(claim.set, []).append(claim)
    return [part for each in by_set.values() for part in chunks(each, MOST_ALLOCATIONS)]


def reference(key: str) -> bytes:
    """The word by which the replay's bank knows a payment: the sources name none."""
    return sha256(key.encode()).digest()


def mandate(book: Book, claim: Claim) -> list[ActWanted]:
    """The obligor gets the cash that it owes, and lets it be debited when due."""
    cash, obligor = book.cash[claim.set], book.account(claim.obligor)
    funds: Json = {"cash": cash.index, "to": to_hex(obligor), "amount": str(claim.face), "ref": to_hex(reference(f"{claim.key}/cash"))}
    allowed: Json = {"cash": cash.index, "cap": str(claim.face), "until": claim.due + 86_400, "partial_": False}
    return [
        ActWanted(f"{claim.key}/cash", cash.bank, "IssueCash", funds, "SETTLEMENT_BANK"),
        ActWanted(f"{claim.key}/mandate", obligor, "SetMandate", allowed, "OBLIGOR"),
    ]


def debit(book: Book, claim: Claim) -> CallWanted:
    """The trigger that takes what is due."""
    return CallWanted(f"{claim.key}/debit", "Mandates", "debit", [str(book.receivable(claim))])


def draws(book: Book, set_name: str, tokens: Iterable[tuple[Claim, int]]) -> list[CallWanted]:
    """Triggers that pay out what tokens have drawn, some tokens a call."""
    parts = chunks((str(book.token(claim, start)) for claim, start in tokens), MOST_DRAWN)
    return [CallWanted(f"replay/{set_name}/draw/{number}", "Repayment", "draw", [part]) for number, part in enumerate(parts)]
