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
        "tenorReason": bytes(32),
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
    amounts = {"interest": interest, "principal": principal, "recovered": 0, "excess": 0}
    amounts |= {"waitingPrincipal": principal, "waitingInterest": interest}
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


def flags_set(key: int, start: int, flags: int) -> Told:
    return "ReceivableToken", "FlagsSet", {"receivable": receivable_id(key), "start": start, "flags": flags}


def marks_set(key: int, marks: int) -> Told:
    return "ReceivableToken", "MarksSet", {"receivable": receivable_id(key), "marks": marks}


def policy_set(policy: int = 1, *, demands_background: bool = False) -> Told:
    """A policy of 180 seconds' tenor, 366 with a reason, and 60 for disputes."""
    return "ReceivableDrafts", "PolicySet", {"policy": policy, "terms": (180, 366, 60, demands_background)}


def offered(
    key: int, payer: str, payee: str, token: tuple[int, int], piece: tuple[int, int], cursor: int = 0, deadline: int = DUE
) -> list[Told]:
    """`piece` is cut out of `token`, stays its owner's and is locked for the payee."""
    moved = range_moved(key, payer, payer, token, piece, cursor)
    said = {"receivable": receivable_id(key), "from": account(payer), "to": account(payee), "start": piece[0], "end": piece[1]}
    offer = ("ReceivableOffers", "RangeOffered", {**said, "deadline": deadline, "ref": b"f" * 32})
    return [moved, flags_set(key, piece[0], 1 << 1), offer]


def offer_ended(event: str, key: int, payer: str, payee: str, start: int, **values: Any) -> list[Told]:
    """The lock of an offer is taken off: declined, recalled or lapsed."""
    said = {"receivable": receivable_id(key), "from": account(payer), "to": account(payee), "start": start}
    return [flags_set(key, start, 0), ("ReceivableOffers", event, {**said, **values})]


def accepted(key: int, payer: str, payee: str, piece: tuple[int, int], cursor: int = 0) -> list[Told]:
    """The recipient of an offered piece accepts it."""
    said = {"receivable": receivable_id(key), "from": account(payer), "to": account(payee), "start": piece[0], "end": piece[1]}
    moved = range_moved(key, payer, payee, piece, piece, cursor)
    return [flags_set(key, piece[0], 0), moved, ("ReceivableOffers", "RangeAccepted", said)]


def retired(
    key: int, owner: str, obligor: str, token: tuple[int, int], piece: tuple[int, int], number: int, low: int, owed: int, before: int
) -> list[Told]:
    """`piece` leaves as step `number`: of `before` in all, it is owed `owed` from `low` on."""
    receivable = receivable_id(key)
    days = {"interest": 0, "moneyDays": 0, "accruedDay": 0}
    step = {"receivable": receivable, "payment": number, "low": low, "high": low + owed, "owedBefore": before, **days}
    where = {"receivable": receivable, "owner": account(owner), "start": piece[0], "end": piece[1], "owed": owed}
    left = [
        ("Repayment", "RetirementRecorded", step),
        range_moved(key, owner, obligor, token, piece, number - 1),
        ("ReceivableToken", "RangeRetired", {**where, "payments": number}),
        flags_set(key, piece[0], 1 << 3),
    ]
    closed = [("ReceivableToken", "ReceivableClosed", {"receivable": receivable})] if owed == before else []
    return [*left, *closed, ("ReceivableEndings", "RangeRetirementSigned", {**where, "reason": 1, "document": b"d" * 32})]


def withdrawn(name: str, amount: int, key: int | None = None, start: int = 0) -> Told:
    receivable = 0 if key is None else receivable_id(key)
    return "Repayment", "Withdrawn", {"account": account(name), "cash": 1, "receivable": receivable, "start": start, "amount": amount}


def asset(name: str) -> bytes:
    """The key of a named right: of China's office if its name begins so, else of the American one."""
    office = b"CN" if name.startswith("CN") else b"US"
    return office + b"PH" + sha256(b"asset" + name.encode()).digest()[:28]


def party_id(name: str) -> bytes:
    return sha256(b"party" + name.encode()).digest()


def number(text: str) -> bytes:
    """An office's record number as a word."""
    return text.encode().ljust(32, b"\0")


def head(status: int, *, effective: int = 0, version: int = 0, sequence: int = 1, expires: int = 0, register: int = 2) -> int:
    """A pledge's head word."""
    low = status | register << 8 | 1 << 24 | version << 56 | sequence << 80
    return low | (effective % 2**40) << 128 | expires << 168


def terms_word(ceiling: int = 0, *, segments: int = 1, holders: int = 1, kind: int = 1) -> int:
    claim = ceiling | 840 << 128 | kind << 144 if kind else 0
    return claim | segments << 152 | holders << 168


def segment_word(pledge: int, count: int, effective: int, *, active: bool = True) -> int:
    """A segment whose pages are all taken; without `active` it is reserved until `effective`."""
    return pledge | count << 40 | count << 64 | (effective % 2**40) << 88 | active << 193


def done(act: bytes, effective: int) -> tuple[Any, ...]:
    """ActRecord: act, chain, code, rule version, effective, date only, stated."""
    return act, b"h" * 32, 10, 1, effective, True, True


def party(name: str, role: int) -> tuple[Any, ...]:
    return role, party_id(name), sha256(name.encode()).digest(), 1


def instrument(text: str, caption: str = "SECURITY AGREEMENT", executed: int = 0) -> tuple[Any, ...]:
    return number(text), b"d" * 32, executed, caption


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


def register_set(register: int, office: str, rule: int, version: int = 1) -> Told:
    """A version of a register's rules; `rule` has what lies above office and classes (contracts/interfaces/IRegisters.sol)."""
    word = int.from_bytes(b"CN" if register == 3 else b"US") | 1 << 16 + ord("P") - ord("A") | rule
    what = {"codes": [10], "words": [1], "ruleContract": bytes(20), "name": f"Register {register}"}
    return "Registers", "RegisterSet", {"register": register, "version": version, "office": account(office), "rule": word, **what}


def pledge_filed(pledge: int, act: bytes, sequence: int, register: int = 2) -> Told:
    filed = {"pledge": pledge, "register": register, "filing": b"f" * 32, "filer": account("Office"), "act": act}
    return "PledgeRegistry", "PledgeFiled", {**filed, "head": head(1, sequence=sequence, register=register)}


def recorded(
    pledge: int,
    segment: int,
    record: str,
    effective: int,
    assets: list[str],
    pledgor: str = "Pledgor",
    holder: str = "Bank",
    *,
    register: int = 2,
    ceiling: int = 5_000,
    kind: int = 1,
    flags: int = 0,
    date_only: bool = True,
    expires: int = 0,
    executed: int = 0,
) -> list[Told]:
    """A grant is filed, accepted and registered by one act. Kind 0: no amount is stated; ceiling in minor units."""
    act = sha256(record.encode()).digest()
    parties = (party(pledgor, 1), party(holder, 2))
    when, listed = (2, date_only, effective), (b"r" * 32, len(assets), b"t" * 32)
    claim = (ceiling if kind else 0, 840 if kind else 0, kind, 0, expires)
    document = (b"c" * 32, b"a" * 32, instrument(record, executed=executed), when, (consent(pledgor),))
    filing = (register, 1, 10, flags, claim, parties, listed, *document)
    stored = head(3, effective=effective, version=1, sequence=pledge, register=register, expires=expires) | flags << 40
    segment_stored = segment_word(pledge, len(assets), effective) | date_only << 192
    registered = {
        "pledge": pledge,
        "register": register,
        "segment": segment,
        "words": (stored, terms_word(ceiling, kind=kind), segment_stored, b"p" * 32, b"e" * 32, *_decided_by(), done(act, effective)),
        "filing": filing,
        "names": [(pledgor, ""), (holder, "as collateral agent")],
        "grounds": [(1, 1, b"g" * 32)],
    }
    links = linked(pledge, segment, assets)
    return [pledge_filed(pledge, act, pledge, register), *links, ("PledgeRegistry", "PledgeRegistered", registered)]


def _decided_by() -> tuple[bytes, list[bytes]]:
    """The account that brought a decision, and the keys of the officers who signed it."""
    return account("Office"), [account("Officer")]


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
    pledge: int,
    segment: int,
    record: str,
    effective: int,
    leaves: dict[int, str],
    counts_from: int,
    unpledged: list[str] | None = None,
    flags: int = 0,
) -> list[Told]:
    """Leaves of a segment end; the pledge itself counts on from `counts_from`."""
    act = sha256(record.encode()).digest()
    how = {"basis": 1, "reason": 1}
    page = {"ended": (list(leaves), [asset(name) for name in leaves.values()], 0, 1), "act": act}
    rest = [asset(name) for name in unpledged or []]
    stored = head(3, effective=counts_from, version=2, sequence=pledge) | flags << 40
    values = _later(pledge, record, effective, head=stored, unpledged=rest, **how)
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


def terms_changed(pledge: int, record: str, effective: int, ceiling: int, counts_from: int, expires: int = 0) -> list[Told]:
    """The amount changes; its agreement stays."""
    stored = head(3, effective=counts_from, version=2, sequence=pledge, expires=expires)
    words = {"head": stored, "terms": terms_word(ceiling), "content": b"d" * 32, "agreement": bytes(32)}
    return [document(record), ("PledgeRegistry", "TermsChanged", _later(pledge, record, effective, **words))]


def state_set(pledge: int, record: str, effective: int, status: int, counts_from: int, reason: int = 0) -> list[Told]:
    """Enforcement begins (4) or stops (3), or the pledge ends (5)."""
    stored = head(status, effective=counts_from, version=2, sequence=pledge)
    return [document(record), ("PledgeRegistry", "PledgeStateSet", _later(pledge, record, effective, head=stored, reason=reason))]


def holders_changed(pledge: int, record: str, effective: int, holders: list[str], counts_from: int, ceiling: int = 5_000) -> list[Told]:
    words = {
        "head": head(3, effective=counts_from, version=2, sequence=pledge),
        "terms": terms_word(ceiling, segments=2, holders=len(holders)),
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


def consented(act: bytes, record: str) -> dict[str, Any]:
    """What acts say that carry their own document: it and its consents, and who did it."""
    return {"instrument": instrument(record), "consents": [consent("Bank", 2)], "account": account("Office"), "act": act}


def filing_accepted(pledge: int, segment: int, assets: list[str], until: int) -> list[Told]:
    """A page of a filing's assets is taken, reserved until a second."""
    words = {"head": head(2, sequence=pledge, expires=until), "terms": 1 << 152 | segment << 216, "root": b"r" * 32}
    accepted = {"pledge": pledge, "segment": segment, "segmentWord": segment_word(pledge, len(assets), until, active=False)}
    who = {"account": account("Office"), "act": sha256(b"accept" + bytes([pledge % 256])).digest()}
    return [linked(pledge, segment, assets)[0], ("PledgeRegistry", "PledgeAccepted", {**accepted, **words, **who})]


def filing_stepped(pledge: int, code: int, act: bytes, until: int = 0, status: int = 1, expires: int = 0) -> Told:
    """A notice (5), its answer (6) or a reconsideration (7)."""
    stored = head(status, sequence=pledge, expires=expires)
    told = {"pledge": pledge, "code": code, "head": stored, "evidence": b"v" * 32, "content": b"w" * 32}
    by, officers = _decided_by()
    return "PledgeRegistry", "FilingStepped", {**told, "until": until, "account": by, "officers": officers, "act": act}


def decided(event: str, pledge: int, status: int, act: bytes, flags: int = 0, result: int = 1) -> Told:
    """PledgeApproved, PledgeReturned or PledgeRefused."""
    told = {
        "pledge": pledge,
        "head": head(status, sequence=pledge) | flags << 40,
        "grounds": [(1, result, b"g" * 32)],
        "evidence": b"v" * 32,
    }
    by, officers = _decided_by()
    return "PledgeRegistry", event, {**told, "account": by, "officers": officers, "act": act}


def contested(pledge: int, earlier: int, name: str, act: bytes) -> Told:
    told = {"pledge": pledge, "earlier": earlier, "asset": asset(name), "consents": [consent("Bank", 2)]}
    return "PledgeRegistry", "PledgeContestedBy", {**told, "account": account("Office"), "act": act}


def refinanced(
    pledge: int,
    old: int,
    segments: list[int],
    record: str,
    effective: int,
    counts_from: int,
    holder: str = "Bank",
    *,
    ceiling: int = 9_000,
    old_ceiling: int = 5_000,
    sequence: int | None = None,
) -> list[Told]:
    """A new pledge stands in the place of an old one, which ranked from `counts_from`."""
    act = sha256(record.encode()).digest()
    how = done(act, effective)
    ended = {
        "pledge": old,
        "number": number(record),
        "head": head(5, effective=counts_from, version=2, sequence=old),
        "basis": 0,
        "reason": 7,
    }
    words = (
        head(3, effective=counts_from, sequence=sequence or old) | 1 << 49,
        terms_word(ceiling, segments=len(segments)),
        terms_word(old_ceiling, segments=len(segments)),
        b"p" * 32,
        b"x" * 32,
        b"c" * 32,
        b"a" * 32,
        how,
    )
    nobody: tuple[Any, ...] = (b"0" * 32, b"0" * 32, [], [])
    body = (
        (old, 1, 15, (0, False, 0)),
        nobody,
        instrument(record),
        [party(holder, 2)],
        [(holder, "")],
        (ceiling, 840, 1, 0, 0),
        b"c" * 32,
        b"a" * 32,
        segments,
        [consent(holder, 2)],
    )
    made = {"pledge": pledge, "old": old, "words": words, "refinancing": body, "account": account("Office")}
    return [
        ("PledgeRegistry", "PledgeReleased", {**ended, "unlisted": [], "unpledged": [], "done": how}),
        ("PledgeRegistry", "PledgeRefinanced", made),
    ]


def _on(pledge: int) -> tuple[Any, ...]:
    return (pledge, 1, 16, (0, False, 0)), (b"0" * 32, b"0" * 32, [], [])


def related(pledge: int, senior: int, kind: int, cap: int, record: str, effective: int, counts_from: int) -> Told:
    """A pledge yields to another: SUBORDINATION 1, SUPER_PRIORITY 2, INTERCREDITOR 3, TURNOVER 4; ENDED 5."""
    body = (*_on(pledge), instrument(record), senior, kind, cap, [consent("Bank", 2)])
    told = {"pledge": pledge, "senior": senior, "relation": body, "account": account("Office")}
    told["head"] = head(3, effective=counts_from, version=3, sequence=pledge)
    return "PledgeRegistry", "PledgesRelated", {**told, "done": done(sha256(record.encode()).digest(), effective)}


def sold(pledge: int, assets: list[str], shares: dict[int, int], record: str, effective: int, costs: int = 5, surplus: int = 7) -> Told:
    listed = [asset(name) for name in assets]
    price = costs + surplus + sum(shares.values())
    money = (price, 840, costs, surplus, b"y" * 32)
    parts = [(to, at, amount, amount) for at, (to, amount) in enumerate(shares.items(), 1)]
    body = (*_on(pledge), instrument(record), *money, listed, parts, [consent("Bank", 2)])
    told = {"pledge": pledge, "sale": body, "account": account("Office"), "done": done(sha256(record.encode()).digest(), effective)}
    return "PledgeRegistry", "SaleRecorded", told


def hold_word(bars: int, kind: int, until: int, placed: int, number: int = 0, target: int = 1) -> int:
    return bars | kind << 8 | until << 16 | placed << 56 | number << 96 | target << 112


def held(
    target: int,
    id_: bytes,
    number: int,
    *,
    marked: int,
    bars: int = 1,
    kind: int = 1,
    until: int = 0,
    placed: int = 0,
    office: str = "Office",
    lifted: bool = False,
) -> Told:
    """A hold is placed, or with `lifted` its end is moved to `until`; `marked` is the target's own word after it."""
    act = sha256(f"hold {target} {number} {placed} {lifted}".encode() + id_).digest()
    stored = hold_word(bars, kind, until, placed, number, target)
    change = (number, account(office), stored, party_id("Court"), b"o" * 32, marked, account(office), act)
    return "PledgeRegistry", "HoldLifted" if lifted else "HoldPlaced", {"target": target, "id": id_, "hold": change}


def hold_moved(other: str, key: str, before: int, stored: int) -> Told:
    """A hold goes from one number of a right to its key."""
    return "PledgeRegistry", "HoldMoved", {"other": asset(other), "key": asset(key), "from": before, "word": stored, "order": b"o" * 32}


def joined(other: str, key: str, other_word: int, key_word: int, act: bytes = b"j" * 32) -> Told:
    told = {"register": 2, "other": asset(other), "key": asset(key), "otherWord": other_word | 1 << 80, "keyWord": key_word}
    return "PledgeRegistry", "AssetsJoined", {**told, "evidence": b"e" * 32, "account": account("Office"), "act": act}


def party_recorded(
    name: str,
    kind: int,
    *,
    other: str | None = None,
    member: str | None = None,
    new_name: str = "",
    effective: int = 0,
    office: str = "Office",
) -> Told:
    """What became of a party: MEMBER 1, SUCCEEDED 2, RECEIVED 3, DISSOLVED 4, RENAMED 5, CLEARED 6."""
    act = sha256(f"{name} {kind} {other} {member} {new_name}".encode()).digest()
    bound = account(member) if member else bytes(20)
    told = {"office": account(office), "party": party_id(name), "kind": kind, "other": party_id(other) if other else bytes(32)}
    who = {"member": bound, "word": int.from_bytes(bound) | kind << 160, "effective": effective, "evidence": b"e" * 32, "name": new_name}
    return "PledgeRegistry", "PartyRecorded", {**told, **who, "account": account(office), "act": act}


def rectified(
    pledge: int,
    kind: int,
    record: str,
    counts_from: int,
    *,
    status: int = 3,
    effective: int = 0,
    expires: int = 0,
    corrects: bytes = b"z" * 32,
    segments: list[int] | None = None,
    left: int = 0,
) -> Told:
    """RESTORE 1, RESTORE_LEAVES 2 or SETTLE_CONFLICT 3."""
    act = sha256(record.encode()).digest()
    stored = head(status, effective=counts_from, version=3, sequence=pledge, expires=expires) | left << 232
    words = (kind, stored, corrects, account("Office"), done(act, effective))
    told = {"pledge": pledge, "words": words, "instrument": instrument(record), "consents": [], "segments": segments or []}
    return "PledgeRegistry", "PledgeRectified", told


def relinked(pledge: int, segment: int, words: dict[str, int], first_leaf: int = 0) -> Told:
    """A page's assets with their words after a restoration."""
    told = {"pledge": pledge, "segment": segment, "firstLeaf": first_leaf, "keys": [asset(name) for name in words]}
    return "PledgeRegistry", "PageRelinked", {**told, "words": list(words.values())}


def leaves_restored(pledge: int, segment: int, leaves: list[int]) -> Told:
    which = sum(1 << leaf for leaf in leaves)
    told = {"pledge": pledge, "segment": segment, "index": 0, "bits": 0, "firstLeaf": 0, "which": which}
    return "PledgeRegistry", "LeavesRestored", told


def in_conflict(pledge: int, name: str, leaf: int, asset_word: int, stored: int, *, settled: bool = False) -> Told:
    """A leaf (number 24 | segment 40) lies beside the taker, or with `settled` does so no more; `stored` is the head of its pledge."""
    told = {"pledge": pledge, "asset": asset(name), "leaf": leaf, "word": asset_word, "head": stored}
    return "PledgeRegistry", "ConflictSettled" if settled else "ConflictFound", told


def anchored(anchor: int, records: int, assets: int, unseeded: int, as_at: int = 0, replaces: int = 0) -> Told:
    body = (2, b"R" * 32, records, b"A" * 32, assets, as_at, replaces, b"e" * 32)
    who = {"unseeded": unseeded, "account": account("Office"), "act": bytes([anchor]) * 32}
    return "PledgeRegistry", "RegisterAnchored", {"register": 2, "anchor": anchor, "anchored": body, **who}


def seeded(anchor: int, first: int, records: dict[str, str], words: list[int], unseeded: int) -> Told:
    """A page of live anchored assets (name to office number) goes into their words."""
    told = {"register": 2, "anchor": anchor, "first": first, "assets": [asset(name) for name in records], "words": words}
    numbers = [number(text) for text in records.values()]
    return (
        "PledgeRegistry",
        "AssetsSeeded",
        {**told, "numbers": numbers, "unseeded": unseeded, "account": account("Office"), "act": b"s" * 32},
    )


def adopted(pledge: int, segment: int, record: str, effective: int, assets: list[str]) -> list[Told]:
    """An anchored record becomes a pledge."""
    act = sha256(b"adopt" + record.encode()).digest()
    words = (
        0,
        pledge,
        head(3, effective=effective, sequence=pledge) | 1 << 50,
        terms_word(5_000),
        segment_word(pledge, len(assets), effective),
        b"r" * 32,
        b"p" * 32,
        b"c" * 32,
        b"h" * 32,
        b"a" * 32,
        1,
        account("Office"),
        act,
    )
    told = {"pledge": pledge, "register": 2, "segment": segment, "words": words, "instrument": instrument(record)}
    names = {"parties": [party("Pledgor", 1), party("Bank", 2)], "names": [("Pledgor", ""), ("Bank", "")]}
    return [linked(pledge, segment, assets)[0], ("PledgeRegistry", "RecordAdopted", {**told, **names})]


def adoption_continued(pledge: int, segment: int, names: list[str], first_leaf: int, effective: int) -> list[Told]:
    """A further page of an adopted list."""
    told = {"pledge": pledge, "segment": segment, "segmentWord": segment_word(pledge, first_leaf + len(names), effective)}
    continued = {**told, "account": account("Office"), "act": b"t" * 32}
    return [linked(pledge, segment, names, first_leaf)[0], ("PledgeRegistry", "AdoptionContinued", continued)]


def segment_displaced(pledge: int, segment: int, count: int) -> Told:
    told = {"pledge": pledge, "segment": segment, "segmentWord": segment_word(pledge, count, 0, active=False)}
    return "PledgeRegistry", "SegmentDisplaced", told


def displaced(pledge: int, earlier: int, until: int) -> Told:
    told = {"pledge": pledge, "earlier": earlier, "head": head(2, sequence=pledge, expires=until) | 1 << 48}
    return "PledgeRegistry", "PledgeDisplaced", told


def act_done(name: str, act: int) -> Told:
    return "Acts", "ActDone", {"account": account(name), "id": act, "kind": b"k" * 32, "digest": act.to_bytes(32)}


def act_refused(name: str, act: int, reason: bytes) -> Told:
    return "Acts", "ActRefused", {"account": account(name), "id": act, "kind": b"k" * 32, "digest": act.to_bytes(32), "reason": reason}
