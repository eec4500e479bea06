"""Random lives of receivables on a real chain: every kind of act and trigger, most of them lawful, some refused.

What may be done is chosen by a mirror that follows; whether the mirror is right is for `receivable_views` to say.
"""

import random
import secrets
from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ledger.chain import calls
from ledger.chain.direct import TransactionFailed
from ledger.domain import act_types as bodies
from ledger.domain import ids
from ledger.domain.token_flags import TokenFlag
from ledger.mirror import database, sync
from ledger.mirror.models import CREDIT, RECEIVABLE, Credit, Receivable, ReceivableStatus, Token
from ledger.mirror.queries import claims, marks, receivables, tokens
from ledger.mirror.queries.reading import rows_of, valid
from ledger.mirror.queries.receivables import Standing
from ledger.mirror.receivable_models import ASSIGNMENT_NOTICE, COURT_HOLD, OFFER, CourtHold, CourtTarget, Offer, OfferState
from ledger.mirror.schema import number
from tests.ledger.ledgers import (
    BANK,
    COURT_OFFICER,
    CUSTODIAN,
    DAY,
    GUARANTOR,
    OBLIGOR,
    SETTLEMENT,
    SUPPLIER,
    Ledger,
    Person,
)

HOLDERS = ("Supplier", "Bank", "Buyer", "Guarantor", "Escrow")
OBLIGORS = ("Obligor", "Second obligor")
REF, NONE = b"r" * 32, bytes(32)
ORDER = b"o" * 32
MODULE = CASH = POLICY = 1


def people() -> list[Person]:
    """Everybody who takes part; the escrow is a contract that keeps what is others'."""
    return [
        Person("Supplier", SUPPLIER),
        Person("Obligor", OBLIGOR),
        Person("Second obligor", OBLIGOR),
        Person("Bank", BANK),
        Person("Buyer", BANK),
        Person("Guarantor", GUARANTOR),
        Person("Escrow", CUSTODIAN, is_contract=True),
        Person("Court", COURT_OFFICER),
        Person("Money", SETTLEMENT),
    ]


@dataclass
class Lives:
    """A ledger on which receivables live, and the mirror that choices are made by."""

    ledger: Ledger
    dice: random.Random
    folder: Path
    orders: list[tuple[str, Any]] = field(default_factory=list)
    pools: int = 0

    def __post_init__(self) -> None:
        self.db = database.open(f"sqlite:///{self.folder / 'choices.db'}")
        self.mirror = sync.of(self.db, self.ledger.rpc, self.ledger.manifest, finality=0, development=True)

    def account(self, name: str) -> bytes:
        return self.ledger.people[name].account

    def name_of(self, account: bytes) -> str:
        return next(each.name for each in self.ledger.people.values() if each.account == account)

    def subject_of(self, order: bodies.OrderRange) -> int:
        """What the range of an order is in custody for: here there is no custody."""
        del order
        return 0

    def live(self, steps: int) -> None:
        """Takes so many random steps."""
        for _ in range(steps):
            self.mirror.catch_up()
            self.dice.choice(STEPS)(self)

    def scripted(self) -> None:
        """What chance brings about too seldom: orders of a court carried out, a pot that is given back, a guarantee called."""
        for step in (_ordered_range, _ordered_credit, _pot_given_back, _guarantee_called, _disputed):
            step(self)

    # What there is.

    def standing(self) -> Standing | None:
        """Any receivable that lives."""
        with self.db.read() as conn:
            found = receivables.find(conn, status=ReceivableStatus.LIVE, limit=1_000).rows
        return self.dice.choice(found) if found else None

    def any(self) -> Receivable | None:
        """Any receivable, ended ones too."""
        with self.db.read() as conn:
            found = rows_of(conn, RECEIVABLE, select(RECEIVABLE.table))
        return self.dice.choice(found) if found else None

    def token(self, without: int = 0) -> tuple[Receivable, Token] | None:
        """Any token of a receivable that lives, without these flags."""
        standing = self.standing()
        if standing is None:
            return None
        with self.db.read() as conn:
            found = tokens.of_receivable(conn, standing.receivable.number, limit=1_000).rows
        fitting = [token for token in found if not token.flags & without]
        return (standing.receivable, self.dice.choice(fitting)) if fitting else None

    def part(self, token: Token) -> tuple[int, int]:
        """Any part of a token's range, often the whole, a head or a tail."""
        end = token.start + token.length
        start = self.dice.choice([token.start, self.dice.randrange(token.start, end)])
        return start, self.dice.choice([end, self.dice.randrange(start + 1, end + 1)])

    # What is done.

    def call(self, contract: str, function: str, *arguments: Any) -> None:
        """A permissionless call, refused or not."""
        try:
            self.ledger.call(contract, function, *arguments)
        except TransactionFailed:
            return

    def decide(self, contract: str, function: str, *arguments: Any) -> None:
        """A call of the council, refused or not."""
        try:
            self.ledger.decide(contract, function, *arguments)
        except TransactionFailed:
            return

    def direct(self, name: str, contract: str, function: str, *arguments: Any) -> None:
        """A call by a member's own key, refused or not."""
        try:
            self.ledger.direct(name, contract, function, *arguments)
        except TransactionFailed:
            return

    def fund(self, name: str, amount: int) -> None:
        """Cash for somebody, as far as the currency reaches."""
        supply: int = calls.view(self.ledger.rpc, self.ledger.manifest.cash[0].address, "SettlementCash", "totalSupply")
        amount = min(amount, 2**63 - 1 - supply)
        if amount > 0:
            self.ledger.act("Money", bodies.IssueCash(CASH, self.account(name), amount, REF))

    def issue(self, face: int, due_days: int, obligor: str = "Obligor", *, rate: int = 5, grace: int = DAY) -> int:
        """A receivable that its obligor has confirmed; its 192-bit id. Those of one day fall due in the same second."""
        midnight = self.ledger.now() // DAY * DAY
        due = midnight + due_days * DAY
        late, reason = (rate, 1_000), b"why" * 10 + b"--" if due_days > 180 else NONE
        parties = (self.account("Supplier"), self.account(obligor))
        terms = bodies.Issue(*parties, face, due, grace, *late, 156, CASH, MODULE, 0, POLICY, reason, b"c" * 32)
        receivable = ids.receivable_id(parties[0], self.ledger.act("Supplier", terms))
        self.ledger.act(obligor, bodies.ConfirmReceivable(receivable, parties[0], terms, secrets.token_bytes(32), 15, ()))
        return receivable


def _id(receivable: Receivable) -> int:
    return number(receivable.id)


def _token_id(receivable: Receivable, start: int) -> int:
    return ids.token_id(_id(receivable), start)


def _issue(life: Lives) -> None:
    face = life.dice.choice([life.dice.randint(1, 12), life.dice.randint(200, 5_000), life.dice.randint(2**32, 2**61)])
    life.issue(face, life.dice.choice([3, 5, 5, 40, 200]), life.dice.choice(OBLIGORS), grace=life.dice.choice([0, 3 * DAY]))


def _move(life: Lives) -> None:
    if found := life.token():
        receivable, token = found
        piece = life.part(token)
        payee = life.account(life.dice.choice(HOLDERS))
        life.ledger.act(life.name_of(token.owner), bodies.Move(_token_id(receivable, token.start), *piece, payee, REF))


def _batch(life: Lives) -> None:
    if found := life.token(TokenFlag.HELD | TokenFlag.RETIRED):
        receivable, token = found
        ends = sorted({life.dice.randrange(token.start + 1, token.start + token.length + 1) for _ in range(3)})
        pieces = tuple(bodies.Piece(end, life.account(life.dice.choice(HOLDERS)), REF) for end in ends)
        life.ledger.act(life.name_of(token.owner), bodies.MoveBatch(_token_id(receivable, token.start), pieces))


def _merge(life: Lives) -> None:
    standing = life.standing()
    if standing is None:
        return
    receivable = standing.receivable
    with life.db.read() as conn:
        held = tokens.of_receivable(conn, receivable.number, limit=1_000).rows
    pairs = [(one, other) for one, other in pairwise(held) if one.owner == other.owner or life.dice.random() < 0.05]
    if pairs:
        left, right = life.dice.choice(pairs)
        body = bodies.Merge(_token_id(receivable, left.start), _token_id(receivable, right.start))
        life.ledger.act(life.name_of(left.owner), body)


def _approve(life: Lives) -> None:
    if found := life.token():
        receivable, token = found
        spender = life.account(life.dice.choice(["Bank", "Buyer"]))
        life.direct(life.name_of(token.owner), "ReceivableToken", "approve(address,uint256)", spender, _token_id(receivable, token.start))


def _offer(life: Lives) -> None:
    if found := life.token(TokenFlag.HELD | TokenFlag.RETIRED):
        receivable, token = found
        start, end = life.part(token)
        payee, deadline = life.account(life.dice.choice(HOLDERS)), life.ledger.now() + life.dice.choice([600, DAY, 9 * DAY])
        body = bodies.OfferRange(_token_id(receivable, token.start), start, end, payee, REF, deadline)
        life.ledger.act(life.name_of(token.owner), body)


def _open_offer(life: Lives) -> tuple[Offer, Receivable] | None:
    with life.db.read() as conn:
        asked = select(OFFER.table).where(OFFER.table.c.state == OfferState.OPEN, valid(OFFER, None))
        found = rows_of(conn, OFFER, asked)
        if not found:
            return None
        offer = life.dice.choice(found)
        standing = receivables.by_number(conn, offer.receivable)
    assert standing is not None
    return offer, standing.receivable


def _answer(life: Lives) -> None:
    found = _open_offer(life)
    if found is None:
        return
    offer, receivable = found
    token = _token_id(receivable, offer.start)
    late = offer.deadline < life.ledger.now()
    kind = life.dice.choice(["lapse", "none", "recall"] if late else ["accept", "accept", "decline", "recall", "lapse"])
    if kind == "accept":
        with life.db.read() as conn:
            standing = receivables.by_number(conn, offer.receivable)
        assert standing is not None
        body = bodies.AcceptRange(token, offer.length, standing.state.payments, 0, offer.reference)
        life.ledger.act(life.name_of(offer.recipient), body)
    elif kind == "decline":
        life.ledger.act(life.name_of(offer.recipient), bodies.DeclineRange(token, b"no" * 16))
    elif kind == "recall":
        life.ledger.act(life.name_of(offer.sender), bodies.RecallRange(token))
    elif kind == "lapse":
        life.call("ReceivableOffers", "lapse", token)


def _notify(life: Lives) -> None:
    if found := life.token():
        receivable, token = found
        start, end = token.start, life.dice.choice([token.start + token.length, token.start + 1])
        assignor = life.account("Supplier")
        body = bodies.NotifyAssignment(_id(receivable), start, end, assignor, token.owner, secrets.token_bytes(32))
        life.ledger.act(life.name_of(token.owner), body)


def _acknowledge(life: Lives) -> None:
    with life.db.read() as conn:
        notices = rows_of(conn, ASSIGNMENT_NOTICE, select(ASSIGNMENT_NOTICE.table).where(valid(ASSIGNMENT_NOTICE, None)))
    if notices:
        notice = life.dice.choice(notices)
        life.ledger.act(life.name_of(notice.obligor), bodies.AcknowledgeNotice(notice.notice))


def _retire(life: Lives) -> None:
    if found := life.token(TokenFlag.HELD | TokenFlag.RETIRED):
        receivable, token = found
        start, end = life.part(token)
        retire(life, receivable, token, start, end)


def retire(life: Lives, receivable: Receivable, token: Token, start: int, end: int) -> None:
    """Owner and obligor retire [start, end) as both see it now."""
    with life.db.read() as conn:
        owed = tokens.owed(conn, receivable.number, start, end)
        standing = receivables.by_number(conn, receivable.number)
    assert standing is not None
    reason = life.dice.randint(1, 5)
    body = bodies.RetireRange(_token_id(receivable, token.start), start, end, reason, standing.state.payments, owed, b"d" * 32)
    owner, obligor = life.name_of(token.owner), life.name_of(receivable.obligor)
    life.ledger.act(owner, body, *([] if owner == obligor else [obligor]))


def _consent(life: Lives) -> None:
    if found := life.token():
        receivable, token = found
        body = bodies.ConsentCancel(_token_id(receivable, token.start), token.length, not token.flags & TokenFlag.CANCEL_CONSENT)
        life.ledger.act(life.name_of(token.owner), body)


def _cancel(life: Lives) -> None:
    """Everybody consents, then anyone cancels."""
    standing = life.standing()
    if standing is None or life.dice.random() < 0.5:
        return
    with life.db.read() as conn:
        held = tokens.of_receivable(conn, standing.receivable.number, limit=1_000).rows
    for token in held[:12]:
        if not token.flags & (TokenFlag.RETIRED | TokenFlag.CANCEL_CONSENT):
            body = bodies.ConsentCancel(_token_id(standing.receivable, token.start), token.length, True)
            life.ledger.act(life.name_of(token.owner), body)
    life.call("ReceivableEndings", "cancel", _id(standing.receivable))


def _write_off(life: Lives) -> None:
    if found := life.token():
        receivable, token = found
        wanted = not token.flags & TokenFlag.WRITTEN_OFF
        life.ledger.act(life.name_of(token.owner), bodies.WriteOff(_token_id(receivable, token.start), wanted))


def _dispute(life: Lives) -> None:
    if standing := life.standing():
        receivable, obligor = _id(standing.receivable), life.name_of(standing.receivable.obligor)
        kind = life.dice.choice(["begin", "begin", "end", "lapse"])
        if kind == "begin":
            life.ledger.act(obligor, bodies.DisputeReceivable(receivable, life.dice.randint(1, 15), b"d" * 32))
        elif kind == "end":
            life.ledger.act(obligor, bodies.EndDispute(receivable))
        else:
            life.call("ReceivableEndings", "lapseDispute", receivable)


def _pay(life: Lives) -> None:
    standing = life.standing()
    if standing is None:
        return
    receivable = standing.receivable
    debt = receivables.debt(standing, life.ledger.now())
    amounts = [1, receivable.face // 200 + 1, debt.principal // 2 + 1, debt.principal + debt.interest + life.dice.randint(0, 9)]
    amount = life.dice.choice(amounts)
    payer = life.dice.choice([life.name_of(receivable.obligor)] * 3 + ["Bank", "Guarantor", "Buyer"])
    life.fund(payer, amount)
    if life.account(payer) == receivable.obligor:
        life.ledger.act(payer, bodies.PayReceivable(_id(receivable), amount, REF))
    else:
        life.ledger.act(payer, bodies.PayAsThirdParty(_id(receivable), amount, REF))


def _bank_notice(life: Lives) -> None:
    if receivable := life.any():
        amount = life.dice.randint(1, 3_000)
        payer = life.dice.choice([receivable.obligor, life.account("Buyer")])
        allocations = (bodies.Allocation(_id(receivable), payer, amount),)
        life.ledger.act("Money", bodies.BankNotice(CASH, secrets.token_bytes(32), life.ledger.now(), amount, b"c" * 32, allocations))


def _waive(life: Lives) -> None:
    standing = life.standing()
    if standing is None or life.dice.random() < 0.6:
        return
    with life.db.read() as conn:
        standing_claims = claims.of(conn, standing.receivable.number)
    if standing_claims:
        payer = life.name_of(life.dice.choice(standing_claims).payer)
        life.ledger.act(payer, bodies.WaiveClaim(_id(standing.receivable), REF))


def _draw(life: Lives) -> None:
    if found := life.token():
        receivable, token = found
        owner = life.name_of(token.owner)
        if owner == "Escrow":
            life.direct(owner, "Repayment", "draw", [_token_id(receivable, token.start)])
        else:
            life.call("Repayment", "draw", [_token_id(receivable, token.start)])


def _withdraw(life: Lives) -> None:
    with life.db.read() as conn:
        asked = select(CREDIT.table).where(CREDIT.table.c.amount > 0, valid(CREDIT, None))
        kept: list[Credit] = rows_of(conn, CREDIT, asked)
        if not kept or life.dice.random() < 0.4:
            return
        credit = life.dice.choice(kept)
        standing = receivables.by_number(conn, credit.receivable) if credit.receivable else None
    if standing is None:
        life.ledger.act(life.name_of(credit.account), bodies.Withdraw(CASH))
    else:
        life.ledger.act(life.name_of(credit.account), bodies.WithdrawRange(_id(standing.receivable), credit.start))


def _mandate(life: Lives) -> None:
    obligor = life.dice.choice(OBLIGORS)
    if life.dice.random() < 0.2:
        life.ledger.act(obligor, bodies.EndMandate(CASH))
        return
    cap = life.dice.choice([2**64 - 1, 2_000, 2**61])
    life.ledger.act(obligor, bodies.SetMandate(CASH, cap, life.ledger.now() + 90 * DAY, life.dice.random() < 0.8))
    life.fund(obligor, life.dice.choice([500, 5_000, 2**60]))


def _debit(life: Lives) -> None:
    if standing := life.standing():
        life.call("Mandates", "debit", _id(standing.receivable))


def _close_pot(life: Lives) -> None:
    with life.db.read() as conn:
        open_ = [pot for name in OBLIGORS for pot in claims.pots(conn, life.account(name)) if pot.left]
    if open_:
        pot = life.dice.choice(open_)
        life.call("Mandates", "closePot", pot.obligor, pot.cash, pot.due)


def _distribute(life: Lives) -> None:
    if standing := life.standing():
        life.call("Repayment", "distribute", _id(standing.receivable))


def _guarantee(life: Lives) -> None:
    standing = life.standing()
    if standing is None:
        return
    receivable = _id(standing.receivable)
    if life.pools and life.dice.random() < 0.6:
        life.fund("Guarantor", 700)
        life.fund("Bank", 900)
        life.call("Guarantees", "call", receivable)
        return
    if life.pools < 3:
        open_pool(life, life.dice.choice([2**64 - 1, 3_000]))
    life.ledger.act("Guarantor", bodies.CoverReceivable(life.dice.randint(1, life.pools), receivable, 2**64 - 1))


def open_pool(life: Lives, cap: int) -> None:
    """A guarantor and a bank answer for 70 and 30 of a hundred."""
    guarantors = (life.account("Guarantor"), life.account("Bank"))
    body = bodies.OpenPool(guarantors, (7_000, 3_000), CASH, cap, 0, life.ledger.now() + 900 * DAY, b"a" * 32)
    life.ledger.act("Guarantor", body, "Bank")
    life.pools += 1


def _hold(life: Lives) -> None:
    if life.dice.random() < 0.3:
        life.ledger.act("Court", bodies.HoldAccount(life.account(life.dice.choice(["Bank", "Buyer"])), ORDER))
    elif receivable := life.any():
        life.ledger.act("Court", bodies.HoldReceivable(_id(receivable), ORDER))


def _step_of_hold(life: Lives) -> None:
    with life.db.read() as conn:
        standing = rows_of(conn, COURT_HOLD, select(COURT_HOLD.table).where(valid(COURT_HOLD, None)))
    if not standing:
        return
    hold = life.dice.choice(standing)
    if hold.target == CourtTarget.RECEIVABLE and life.dice.random() < 0.6:
        _narrow(life, hold)
    elif hold.target != CourtTarget.RECEIVABLE and life.dice.random() < 0.4:
        _order(life, hold)
    else:
        life.ledger.act("Court", bodies.LiftCourtHold(hold.hold, _freed(life, hold), ORDER))


def _narrow(life: Lives, hold: CourtHold) -> None:
    assert hold.receivable is not None
    with life.db.read() as conn:
        found = receivables.by_number(conn, hold.receivable)
        held = tokens.of_receivable(conn, hold.receivable, limit=1_000).rows
    if found is None or not held:
        return
    first = life.dice.randrange(len(held))
    chosen = held[first : first + life.dice.randint(1, 3)]
    start = life.dice.randrange(chosen[0].start, chosen[0].start + chosen[0].length)
    end = life.dice.randrange(max(start, chosen[-1].start) + 1, chosen[-1].start + chosen[-1].length + 1)
    named = tuple(_token_id(found.receivable, token.start) for token in chosen)
    life.ledger.act("Court", bodies.NarrowHold(hold.hold, start, end, named, ORDER))


def _order(life: Lives, hold: CourtHold) -> None:
    to = life.account(life.dice.choice(["Supplier", "Buyer", "Bank"]))
    content = secrets.token_bytes(32)
    if hold.target == CourtTarget.RANGE and hold.receivable is not None:
        with life.db.read() as conn:
            found = receivables.by_number(conn, hold.receivable)
            held = [token for token in tokens.of_receivable(conn, hold.receivable, limit=1_000).rows if token.flags & TokenFlag.HELD]
        if found is None or not held:
            return
        token = life.dice.choice(held)
        body: Any = bodies.OrderRange(
            hold.hold, _token_id(found.receivable, token.start), token.start, token.start + token.length, to, content
        )
        execute = "executeRange"
    elif hold.account is not None:
        body = bodies.OrderCredit(hold.hold, MODULE, CASH, life.ledger.view("Repayment", "credit", hold.account, CASH) or 1, to, content)
        execute = "executeCredit"
    else:
        return
    life.ledger.act("Court", body)
    life.orders.append((execute, body))


def _freed(life: Lives, hold: CourtHold) -> tuple[int, ...]:
    """The tokens of a hold's range that no other hold keeps."""
    if hold.target != CourtTarget.RANGE or hold.receivable is None:
        return ()
    with life.db.read() as conn:
        found = receivables.by_number(conn, hold.receivable)
        others = [each for each in marks.holds_on(conn, hold.receivable) if each.hold != hold.hold and each.target == CourtTarget.RANGE]
        held = tokens.of_receivable(conn, hold.receivable, limit=1_000).rows
    assert found is not None
    free = [
        token
        for token in held
        if hold.start <= token.start < hold.end
        and not any(each.start < token.start + token.length and token.start < each.end for each in others)
    ]
    return tuple(_token_id(found.receivable, token.start) for token in free)


def _execute(life: Lives) -> None:
    if life.orders:
        function, body = life.dice.choice(life.orders)
        life.decide("ReceivableHolds", function, astuple(body), *([life.subject_of(body)] if function == "executeRange" else []))


def _free(life: Lives) -> None:
    if found := life.token():
        life.call("ReceivableHolds", "free", [_token_id(found[0], found[1].start)])


def _council(life: Lives) -> None:
    kind = life.dice.choice(["pause", "suspend", "ceiling"])
    if kind == "suspend":
        name = life.dice.choice(["Bank", "Buyer"])
        life.decide("Members", life.dice.choice(["suspend", "reinstate", "reinstate"]), life.account(name), REF)
    elif kind == "pause" and (receivable := life.any()):
        life.decide("ReceivableToken", "setPaused", _id(receivable), life.dice.random() < 0.3)
    else:
        life.decide("Exposure", "setCeiling", life.account(life.dice.choice(OBLIGORS)), 156, True, 2**64 - 1)
        life.decide("Exposure", "setConcentration", 156, 10_000, 2**64 - 1)


def _wait(life: Lives) -> None:
    life.ledger.jump(life.ledger.now() + life.dice.choice([700, 3_600, DAY, 4 * DAY, 31 * DAY]))


def first_token(life: Lives, receivable: int) -> tuple[Receivable, Token]:
    """A fresh receivable and its whole token, as mirrored."""
    life.mirror.catch_up()
    with life.db.read() as conn:
        standing = receivables.get(conn, receivable)
        assert standing is not None
        token = tokens.get(conn, standing.receivable.number, 0)
    assert token is not None
    return standing.receivable, token


def _ordered_range(life: Lives) -> None:
    """A court holds a receivable, narrows to what was paid on and not drawn, and orders it to somebody else."""
    receivable = life.issue(1_000, 40)
    life.fund("Obligor", 500)
    life.ledger.act("Obligor", bodies.PayReceivable(receivable, 500, REF))
    token = ids.token_id(receivable, 0)
    life.ledger.act("Supplier", bodies.OfferRange(token, 100, 900, life.account("Bank"), REF, life.ledger.now() + 9 * DAY))
    life.ledger.act("Court", bodies.HoldReceivable(receivable, ORDER))
    hold = 1
    life.ledger.act("Court", bodies.NarrowHold(hold, 50, 300, (token, token + 100), ORDER))
    order = bodies.OrderRange(hold, token + 100, 100, 250, life.account("Buyer"), ORDER)
    life.ledger.act("Court", order)
    life.ledger.jump(life.ledger.now() + 3 * DAY)
    life.ledger.decide("ReceivableHolds", "executeRange", astuple(order), 0)


def _ordered_credit(life: Lives) -> None:
    """Money that is kept for a held account is ordered to another."""
    life.ledger.act("Court", bodies.HoldAccount(life.account("Buyer"), ORDER))
    receivable = life.issue(600, 40)
    life.fund("Obligor", 900)
    life.ledger.act("Supplier", bodies.Move(ids.token_id(receivable, 0), 0, 600, life.account("Buyer"), REF))
    life.ledger.act("Obligor", bodies.PayReceivable(receivable, 300, REF))
    life.call("Repayment", "draw", [ids.token_id(receivable, 0)])
    order = bodies.OrderCredit(2, MODULE, CASH, 200, life.account("Bank"), ORDER)
    life.ledger.act("Court", order)
    life.ledger.jump(life.ledger.now() + 3 * DAY)
    life.ledger.decide("ReceivableHolds", "executeCredit", astuple(order))
    life.ledger.act("Court", bodies.LiftCourtHold(2, (), ORDER))


def _pot_given_back(life: Lives) -> None:
    """Two debts of one second: one is debited, the other is paid otherwise, so a part of the pot goes back."""
    one, other = (life.issue(face, 10, "Second obligor") for face in (1_000, 3_000))
    life.ledger.act("Second obligor", bodies.SetMandate(CASH, 3_000, life.ledger.now() + 90 * DAY, True))
    life.fund("Second obligor", 2_000)
    life.ledger.jump(life.ledger.now() + 10 * DAY)
    life.call("Mandates", "debit", one)
    receivable, token = first_token(life, other)
    retire(life, receivable, token, 0, 3_000)
    life.ledger.jump(life.ledger.now() + 2 * DAY)
    life.call("Mandates", "closePot", receivable.obligor, CASH, receivable.due)


def _guarantee_called(life: Lives) -> None:
    """Guarantors pay an overdue debt by their shares; the obligor pays them back late, in part; one of them gives the rest up."""
    receivable = life.issue(10_000, 5)
    open_pool(life, 9_000)
    life.ledger.act("Guarantor", bodies.CoverReceivable(1, receivable, 2**64 - 1))
    life.fund("Guarantor", 10_000)
    life.fund("Bank", 900)
    life.ledger.jump(life.ledger.now() + 12 * DAY)
    life.call("Guarantees", "call", receivable)
    life.fund("Obligor", 7_000)
    life.ledger.act("Obligor", bodies.PayReceivable(receivable, 7_000, REF))
    life.ledger.act("Bank", bodies.WaiveClaim(receivable, REF))


def _disputed(life: Lives) -> None:
    """A dispute is ended early, another takes what is left of the term and lapses."""
    receivable = life.issue(5_000, 100)
    life.ledger.act("Obligor", bodies.DisputeReceivable(receivable, 1, REF))
    life.ledger.jump(life.ledger.now() + 5 * DAY)
    life.ledger.act("Obligor", bodies.EndDispute(receivable))
    life.ledger.act("Obligor", bodies.DisputeReceivable(receivable, 2, REF))
    life.ledger.jump(life.ledger.now() + 61 * DAY)
    life.call("ReceivableEndings", "lapseDispute", receivable)


STEPS: tuple[Callable[[Lives], None], ...] = (
    *(_issue, _issue, _issue, _move, _move, _move, _batch, _merge, _merge, _approve, _offer, _offer, _offer, _answer, _answer, _answer),
    *(_notify, _acknowledge, _retire, _retire, _consent, _cancel, _write_off, _dispute, _pay, _pay, _pay, _pay, _bank_notice, _waive),
    *(_draw, _draw, _withdraw, _mandate, _debit, _debit, _debit, _close_pot, _distribute, _guarantee, _guarantee),
    *(_hold, _step_of_hold, _step_of_hold, _step_of_hold, _execute, _execute, _free, _council, _wait, _wait),
)
