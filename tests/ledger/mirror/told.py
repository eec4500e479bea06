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
    said = {"confirmation": b"c" * 32, "fingerprint": key.to_bytes(32), "earlier": [], "marks": 15, "confirmedAt": 1_500_000_100}
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


def asset(name: str) -> bytes:
    """The key of a named asset."""
    return sha256(b"asset" + name.encode()).digest()


def party_id(name: str) -> bytes:
    return sha256(b"party" + name.encode()).digest()


def number(text: str) -> bytes:
    """An office's record number as a word."""
    return text.encode().ljust(32, b"\0")


def head(status: int, *, effective: int = 0, version: int = 0, sequence: int = 1, expires: int = 0, register: int = 2) -> int:
    """A pledge's head word."""
    low = status | register << 8 | 1 << 24 | version << 56 | sequence << 80
    return low | (effective % 2**40) << 128 | expires << 168


def terms_word(ceiling: int = 0, *, segments: int = 1, holders: int = 1) -> int:
    return ceiling | 840 << 128 | 1 << 144 | segments << 152 | holders << 168


def segment_word(pledge: int, count: int, effective: int) -> int:
    return pledge | count << 40 | count << 64 | (effective % 2**40) << 88


def done(act: bytes, effective: int) -> tuple[Any, ...]:
    """ActRecord: act, chain, code, rule version, effective, date only, stated."""
    return act, b"h" * 32, 10, 1, effective, True, True


def party(name: str, role: int) -> tuple[Any, ...]:
    return role, party_id(name), sha256(name.encode()).digest(), 1


def instrument(text: str, caption: str = "SECURITY AGREEMENT") -> tuple[Any, ...]:
    return number(text), b"d" * 32, 0, caption


def consent(name: str, role: int = 1) -> tuple[Any, ...]:
    """ATTESTED by the first signer."""
    return role, 2, 0, party_id(name), b"e" * 32, 0, 0


def linked(pledge: int, segment: int, names: list[str], first_leaf: int = 0) -> list[Told]:
    """A page of assets is taken, with their titles."""
    where = {"pledge": pledge, "segment": segment, "firstLeaf": first_leaf}
    keys = [asset(name) for name in names]
    words = [segment | (first_leaf + at) << 40 | 1 << 64 for at in range(len(names))]
    return [
        ("PledgeRegistry", "AssetsLinked", {**where, "blind": b"b" * 32, "assets": keys, "words": words}),
        ("PledgeRegistry", "TitlesPublished", {**where, "titles": [f"Title of {name}" for name in names]}),
    ]


def pledge_filed(pledge: int, act: bytes, sequence: int) -> Told:
    filed = {"pledge": pledge, "register": 2, "filing": b"f" * 32, "filer": account("Office"), "act": act}
    return "PledgeRegistry", "PledgeFiled", {**filed, "head": head(1, sequence=sequence)}


def recorded(
    pledge: int, segment: int, record: str, effective: int, assets: list[str], pledgor: str = "Pledgor", holder: str = "Bank"
) -> list[Told]:
    """A grant is filed, accepted and registered by one act."""
    act = sha256(record.encode()).digest()
    parties = (party(pledgor, 1), party(holder, 2))
    when, listed = (2, True, effective), (b"r" * 32, len(assets), b"t" * 32)
    filing = (2, 1, 10, 0, (5_000, 840, 1, 0, 0), parties, listed, b"c" * 32, b"a" * 32, instrument(record), when, (consent(pledgor),))
    registered = {
        "pledge": pledge,
        "register": 2,
        "segment": segment,
        "words": (
            head(3, effective=effective, version=1, sequence=pledge),
            terms_word(5_000),
            segment_word(pledge, len(assets), effective),
            b"p" * 32,
            b"e" * 32,
            account("Office"),
            done(act, effective),
        ),
        "filing": filing,
        "names": [(pledgor, ""), (holder, "as collateral agent")],
        "grounds": [(1, 1, b"g" * 32)],
    }
    links = linked(pledge, segment, assets)
    return [pledge_filed(pledge, act, pledge), *links, ("PledgeRegistry", "PledgeRegistered", registered)]


def document(record: str) -> Told:
    """The document of a later act, before the events of what it does."""
    said = {"act": sha256(record.encode()).digest(), "number": number(record), "instrument": instrument(record, "RELEASE")}
    return "PledgeRegistry", "InstrumentRecorded", {**said, "consents": [consent("Bank", 2)], "account": account("Office")}


def _later(pledge: int, record: str, effective: int, **values: Any) -> dict[str, Any]:
    return {"pledge": pledge, "number": number(record), **values, "done": done(sha256(record.encode()).digest(), effective)}


def released(
    pledge: int, record: str, effective: int, counts_from: int, unlisted: list[str] | None = None, unpledged: list[str] | None = None
) -> list[Told]:
    """A whole release; differing lists are kept as discrepancies."""
    lists = {"unlisted": [asset(name) for name in unlisted or []], "unpledged": [asset(name) for name in unpledged or []]}
    values = _later(pledge, record, effective, head=head(5, effective=counts_from, version=2, sequence=pledge), basis=1, reason=1, **lists)
    return [document(record), ("PledgeRegistry", "PledgeReleased", values)]


def part_released(
    pledge: int, segment: int, record: str, effective: int, leaves: dict[int, str], counts_from: int, unpledged: list[str] | None = None
) -> list[Told]:
    """Leaves of a segment end; the pledge itself counts on from `counts_from`."""
    act = sha256(record.encode()).digest()
    how = {"basis": 1, "reason": 1}
    page = {"ended": (list(leaves), [asset(name) for name in leaves.values()], 0, 1), "act": act}
    rest = [asset(name) for name in unpledged or []]
    values = _later(pledge, record, effective, head=head(3, effective=counts_from, version=2, sequence=pledge), unpledged=rest, **how)
    return [
        document(record),
        ("PledgeRegistry", "LeavesEnded", {"pledge": pledge, "segment": segment, **how, **page}),
        ("PledgeRegistry", "AssetsReleased", values),
    ]


def segment_added(pledge: int, segment: int, record: str, effective: int, assets: list[str], counts_from: int) -> list[Told]:
    words = {"head": head(3, effective=counts_from, version=2, sequence=pledge), "terms": terms_word(5_000, segments=2)}
    what = {"segment": segment, "segmentWord": segment_word(pledge, len(assets), effective), "root": b"s" * 32, "content": b"q" * 32}
    return [
        document(record),
        *linked(pledge, segment, assets),
        ("PledgeRegistry", "SegmentAdded", _later(pledge, record, effective, **words, **what)),
    ]


def holders_changed(pledge: int, record: str, effective: int, holders: list[str], counts_from: int) -> list[Told]:
    words = {
        "head": head(3, effective=counts_from, version=2, sequence=pledge),
        "terms": terms_word(5_000, segments=2, holders=len(holders)),
    }
    lists = {
        "partiesRoot": b"n" * 32,
        "pledgors": [],
        "holders": [party(name, 2) for name in holders],
        "names": [(name, "") for name in holders],
    }
    return [document(record), ("PledgeRegistry", "PartiesChanged", _later(pledge, record, effective, **words, **lists))]


def noted(pledge: int, record: str, kind: int, other: int, counts_from: int, assets: list[str] | None = None) -> list[Told]:
    what = {"other": other, "kind": kind, "subject": b"j" * 32, "assets": [asset(name) for name in assets or []], "text": "same as"}
    return [document(record), ("PledgeRegistry", "PledgeNoted", _later(pledge, record, counts_from, **what))]


def act_done(name: str, act: int) -> Told:
    return "Acts", "ActDone", {"account": account(name), "id": act, "kind": b"k" * 32, "digest": act.to_bytes(32)}


def act_refused(name: str, act: int, reason: bytes) -> Told:
    return "Acts", "ActRefused", {"account": account(name), "id": act, "kind": b"k" * 32, "digest": act.to_bytes(32), "reason": reason}
