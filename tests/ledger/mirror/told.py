"""Short forms of the contracts' events for tests."""

from hashlib import sha256

from tests.ledger.mirror.chains import Told, address_of


def account(name: str) -> bytes:
    """The account of a named member."""
    return sha256(name.encode()).digest()[:20]


def admitted(name: str, roles: int = 1) -> list[Told]:
    """A member is admitted; its account's own address is its first key."""
    who = account(name)
    party = sha256(b"party" + who).digest()
    member = {"account": who, "party": party, "roles": roles, "isContract": False, "acceptsDirect": True, "name": name}
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


def act_done(name: str, act: int) -> Told:
    return "Acts", "ActDone", {"account": account(name), "id": act, "kind": b"k" * 32, "digest": act.to_bytes(32)}


def act_refused(name: str, act: int, reason: bytes) -> Told:
    return "Acts", "ActRefused", {"account": account(name), "id": act, "kind": b"k" * 32, "digest": act.to_bytes(32), "reason": reason}
