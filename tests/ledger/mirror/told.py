"""Short forms of the contracts' events for tests."""

from hashlib import sha256
from typing import Any

from tests.ledger.mirror.chains import Told, address_of

DUE = 1_600_000_000


def account(name: str) -> bytes:
    """The account of a named member."""
    return sha256(name.encode()).digest()[:20]


def admitted(name: str, roles: int = 1, is_contract: bool = False) -> list[Told]:
    """A member is admitted; its account's own address is its first key."""
    who = account(name)
    party = sha256(b"party" + who).digest()
    member = {"account": who, "party": party, "roles": roles, "isContract": is_contract, "acceptsDirect": True, "name": name}
    return [("Members", "MemberAdmitted", member), key_added(name, who, roles)]


def key_added(name: str, key: bytes, roles: int = 1, epoch: int = 0) -> Told:
    return "Members", "KeyAdded", {"account": account(name), "key": key, "roles": roles, "epoch": epoch}


def key_revoked(name: str, key: bytes) -> Told:
    return "Members", "KeyRevoked", {"account": account(name), "key": key}


def roles_set(name: str, roles: int) -> Told:
    return "Members", "MemberRolesSet", {"account": account(name), "roles": roles}


def suspended(name: str) -> Told:
    return "Members", "MemberSuspended", {"account": account(name), "reason": b"r" * 32}


def reinstated(name: str) -> Told:
    return "Members", "MemberReinstated", {"account": account(name), "reason": b"r" * 32}


def recovered(name: str, key: bytes, epoch: int, roles: int = 1) -> list[Told]:
    """The council gives the account to a new key; keys of earlier epochs are dead."""
    told = {"account": account(name), "key": key, "epoch": epoch, "reason": b"r" * 32}
    return [("Members", "MemberRecovered", told), key_added(name, key, roles, epoch)]


def cash_listed(index: int, contract: str, bank: str, currency: int = 156) -> Told:
    listed = {"index": index, "cash": address_of(contract), "bank": account(bank), "currency": currency}
    return "CashDesk", "CashListed", listed


def cash_moved(payer: str | None, payee: str | None, amount: int, contract: str = "SettlementCash@1", reference: bytes = b"r" * 32) -> Told:
    """Cash moves; without a payer it is issued, without a payee redeemed."""
    ends = {"from": account(payer) if payer else bytes(20), "to": account(payee) if payee else bytes(20)}
    return contract, "CashMoved", {**ends, "amount": amount, "ref": reference}


def receivable_id(key: int) -> int:
    """The 192-bit id of a numbered receivable: ids do not ascend with the order of issue."""
    return int.from_bytes(sha256(key.to_bytes(8)).digest()[:24])


def terms(key: int, supplier: str, obligor: str, face: int, due: int = DUE) -> dict[str, Any]:
    """What a receivable's parties agree on: one day of grace, 0.05 % a day when late."""
    return {
        "supplier": account(supplier),
        "obligor": account(obligor),
        "face": face,
        "due": due,
        "grace": 86_400,
        "lateRate": 5,
        "lateBasis": 10_000,
        "currency": 156,
        "cash": 1,
        "module": 1,
        "leastPiece": 0,
        "policy": 1,
        "contentRoot": key.to_bytes(32),
    }


def issued(key: int, supplier: str, obligor: str, face: int, due: int = DUE) -> Told:
    values = {"receivable": receivable_id(key), "issuer": account(supplier), "issued": b"i" * 32, "issuedAt": due - 100}
    return "ReceivableDrafts", "ReceivableIssued", {**values, "terms": tuple(terms(key, supplier, obligor, face, due).values())}


def confirmed(key: int, supplier: str, obligor: str, face: int, due: int = DUE) -> Told:
    parties = {
        "supplier": account(supplier),
        "obligor": account(obligor),
        "terms": tuple(terms(key, supplier, obligor, face, due).values()),
    }
    said = {"confirmation": b"c" * 32, "fingerprint": key.to_bytes(32), "marks": 15, "confirmedAt": 1_500_000_100}
    return "ReceivableDrafts", "ReceivableConfirmed", {"receivable": receivable_id(key), **parties, **said}


def refused(key: int) -> Told:
    return "ReceivableDrafts", "ReceivableRefused", {"receivable": receivable_id(key), "reason": b"w" * 32}


def draft_withdrawn(key: int) -> Told:
    return "ReceivableDrafts", "DraftWithdrawn", {"receivable": receivable_id(key)}


def range_moved(key: int, payer: str, payee: str, token: tuple[int, int], piece: tuple[int, int], cursor: int = 0) -> Told:
    """`piece` is cut out of `token`, both as (start, end)."""
    ends = {"tokenStart": token[0], "tokenEnd": token[1], "start": piece[0], "end": piece[1]}
    moved = {"receivable": receivable_id(key), "from": account(payer), "to": account(payee), "cursor": cursor, "ref": b"f" * 32}
    return "ReceivableToken", "RangeMoved", {**moved, **ends}


def merged(key: int, owner: str, start: int, middle: int, end: int, cursor: int = 0) -> Told:
    values = {"receivable": receivable_id(key), "owner": account(owner), "start": start, "middle": middle, "end": end, "cursor": cursor}
    return "ReceivableToken", "RangesMerged", values


def paid(key: int, payer: str, number: int, principal: int, owed_before: int, interest: int = 0) -> list[Told]:
    """Money comes in and is distributed at once as payment `number`."""
    receivable, owed_after = receivable_id(key), owed_before - principal
    amounts = {"interest": interest, "principal": principal, "excess": 0, "waitingPrincipal": principal, "waitingInterest": interest}
    received = {"receivable": receivable, "payer": account(payer), "ref": b"p" * 32, "kind": 1, **amounts, "moneyDays": 0, "accruedDay": 0}
    step = {"receivable": receivable, "payment": number, "principal": principal, "interest": interest, "kind": 1}
    recorded = {"receivable": receivable, "payments": number, "owedLive": owed_after, "closed": owed_after == 0}
    return [
        ("Repayment", "PaymentReceived", received),
        ("ReceivableToken", "PaymentRecorded", recorded),
        ("Repayment", "PaymentDistributed", {**step, "owedBefore": owed_before, "owedAfter": owed_after}),
    ]


def drawn(key: int, owner: str, piece: tuple[int, int], payments: tuple[int, int], principal: int, direct: bool = True) -> list[Told]:
    """A range draws the payments after the first up to the second; without `direct` it is credited."""
    receivable = receivable_id(key)
    values = {"receivable": receivable, "owner": account(owner), "start": piece[0], "end": piece[1], "from": payments[0], "to": payments[1]}
    return [("Repayment", "Drawn", {**values, "principal": principal, "interest": 0, "paid": direct})]


def withdrawn(name: str, amount: int, key: int | None = None, start: int = 0) -> Told:
    receivable = 0 if key is None else receivable_id(key)
    return "Repayment", "Withdrawn", {"account": account(name), "cash": 1, "receivable": receivable, "start": start, "amount": amount}


def act_done(name: str, act: int) -> Told:
    return "Acts", "ActDone", {"account": account(name), "id": act, "kind": b"k" * 32, "digest": act.to_bytes(32)}


def act_refused(name: str, act: int, reason: bytes) -> Told:
    return "Acts", "ActRefused", {"account": account(name), "id": act, "kind": b"k" * 32, "digest": act.to_bytes(32), "reason": reason}
