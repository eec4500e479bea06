"""The model of a receivable and the real contracts live the same random lives, and are equal after every step."""

import copy
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from ledger.chain import calls
from ledger.domain import ids, ranges
from ledger.domain.act_types import (
    ConfirmReceivable,
    Issue,
    IssueCash,
    Merge,
    Move,
    MoveBatch,
    PayAsThirdParty,
    PayReceivable,
    Piece,
    RedeemCash,
    RetireRange,
    SetMandate,
    TransferCash,
    WaiveClaim,
    Withdraw,
    WithdrawRange,
)
from ledger.domain.ranges import DAY
from tests.conftest import FULL
from tests.ledger import ledgers
from tests.ledger.ledgers import BANK, OBLIGOR, SETTLEMENT, SUPPLIER, Ledger, Person
from tests.model.mandates import House
from tests.model.receivables import Receivable, Token

LIVES = 60 if FULL else 6
STEPS = 40 if FULL else 25
HOLDERS = ("Supplier", "Bank", "Buyer", "Escrow")
REF = b"r" * 32
_STATES = {False: 1, True: 2}
RETIRED = 8


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    people = [
        Person("Supplier", SUPPLIER),
        Person("Obligor", OBLIGOR),
        Person("Bank", BANK),
        Person("Buyer", BANK),
        Person("Escrow", BANK, is_contract=True),
        Person("Money", SETTLEMENT),
    ]
    with ledgers.running(tmp_path_factory.mktemp("lives"), people, council_delay=0) as one:
        yield one


@dataclass
class Pair:
    """One life, in the model and on the ledger."""

    ledger: Ledger
    model: Receivable
    house: House
    id: int
    dice: random.Random
    others: int
    """What the obligor owes by receivables of earlier lives."""

    def token(self, start: int) -> int:
        return ids.token_id(self.id, start)

    def account(self, name: str) -> bytes:
        return self.ledger.people[name].account

    def active(self) -> str:
        return self.dice.choice([name for name in HOLDERS if name not in self.model.suspended])

    def movable(self) -> int | None:
        """The start of a token that can be moved now."""
        tokens = self.model.tokens.items()
        starts = [start for start, token in tokens if token.owner not in self.model.suspended and not token.retired]
        return None if self.model.ended or not starts else self.dice.choice(starts)


def _born(ledger: Ledger, dice: random.Random) -> Pair:
    face = dice.choice([dice.randint(1, 12), dice.randint(200, 2_000), dice.randint(2**32, 2**63 - 1)])
    ledger.clock.time = now = ledger.now()
    due, grace = now + dice.randint(10, 60) * DAY, dice.choice([0, 3 * DAY])
    rate, basis = dice.choice([(0, 1), (5, 10_000), (1, 365), (1, 1)])
    others = ledger.view("Exposure", "outstanding", ledger.people["Obligor"].account, 156, True)
    supplier, obligor = ledger.people["Supplier"].account, ledger.people["Obligor"].account
    terms = Issue(supplier, obligor, face, due, grace, rate, basis, 156, 1, 1, 0, 1, bytes(32), b"c" * 32)
    receivable = ids.receivable_id(supplier, ledger.act("Supplier", terms))
    ledger.act("Obligor", ConfirmReceivable(receivable, supplier, terms, secrets.token_bytes(32), 7, ()))
    model = Receivable(face, due, now, "Supplier", grace, rate, basis, contracts=frozenset({"Escrow"}))
    return Pair(ledger, model, House({"one": model}, 0, 0, partial=False, now=now), receivable, dice, others)


# --- Steps: each is taken by both ---


def _move(life: Pair) -> None:
    start = life.movable()
    if start is None:
        return
    token, payee = life.model.tokens[start], life.active()
    first = life.dice.randint(start, token.range.end - 1)
    end = life.dice.randint(first + 1, token.range.end)
    life.ledger.act(token.owner, Move(life.token(start), first, end, life.account(payee), REF))
    life.model.move(start, first, end, payee)


def _split(life: Pair) -> None:
    """By a wallet: the tail, in the form of ERC-3525. A contract's hook would be asked, so it goes to people only."""
    start = life.movable()
    payees = [name for name in ("Supplier", "Bank", "Buyer") if name not in life.model.suspended]
    if start is None or not payees:
        return
    token, payee = life.model.tokens[start], life.dice.choice(payees)
    value = life.dice.randint(1, token.range.length)
    arguments = life.token(start), life.account(payee), value
    life.ledger.direct(token.owner, "ReceivableToken", "transferFrom(uint256,address,uint256)", *arguments)
    life.model.move(start, token.range.end - value, token.range.end, payee)


def _batch(life: Pair) -> None:
    start = life.movable()
    if start is None:
        return
    token = life.model.tokens[start]
    ends = sorted(life.dice.sample(range(start + 1, token.range.end + 1), min(token.range.length, life.dice.randint(1, 4))))
    payees = [life.active() for _ in ends]
    pieces = tuple(Piece(end, life.account(payee), REF) for end, payee in zip(ends, payees, strict=True))
    life.ledger.act(token.owner, MoveBatch(life.token(start), pieces))
    for end, payee in zip(ends, payees, strict=True):
        life.model.move(start, start, end, payee)
        start = end


def _merge(life: Pair) -> None:
    left = life.movable()
    if left is None:
        return
    right, owner = life.model.tokens[left].range.end, life.model.tokens[left].owner
    if right in life.model.tokens and life.model.tokens[right].owner == owner:
        life.ledger.act(owner, Merge(life.token(left), life.token(right)))
        life.model.merge(left, right)


def _draw(life: Pair) -> None:
    """Some tokens in any order: those of people by anybody, a contract's by itself."""
    by_contract = life.dice.random() < 0.3 and "Escrow" not in life.model.suspended
    starts = [start for start, token in life.model.tokens.items() if by_contract or token.owner != "Escrow"]
    chosen = life.dice.sample(starts, life.dice.randint(0, len(starts)))
    tokens = [life.token(start) for start in chosen]
    if by_contract:
        life.ledger.direct("Escrow", "Repayment", "draw", tokens)
    else:
        life.ledger.call("Repayment", "draw", tokens)
    for start in chosen:
        life.model.draw(start)


def _pay(life: Pair) -> None:
    amount = _amount(life)
    if amount > 0 and not life.model.ended:
        life.ledger.act("Money", IssueCash(1, life.account("Obligor"), amount, REF))
        life.ledger.act("Obligor", PayReceivable(life.id, amount, REF))
        life.model.pay(amount)


def _amount(life: Pair) -> int:
    """The least, dust, a part, or more than everything, as far as cash may still be issued."""
    model = life.model
    wanted = [1, model.face // 300 + 1, life.dice.randint(1, model.face), model.debt + model.interest_owed() + 1]
    return min(life.dice.choice(wanted), 2**63 - 1 - _supply(life))


def _pay_for(life: Pair) -> None:
    """A bank or a buyer pays in the obligor's place."""
    amount, payer = _amount(life), life.dice.choice(["Bank", "Buyer"])
    if amount > 0 and not life.model.ended and payer not in life.model.suspended:
        life.ledger.act("Money", IssueCash(1, life.account(payer), amount, REF))
        life.ledger.act(payer, PayAsThirdParty(life.id, amount, REF))
        before = life.model.excess
        life.model.pay_for(payer, amount)
        _take_excess(life, payer, life.model.excess - before)


def _take_excess(life: Pair, payer: str, excess: int) -> None:
    """The model keeps all excess together; on the ledger it is the payer's credit, which it takes out at once."""
    if excess:
        life.model.excess -= excess
        life.model.credits[payer] = life.model.credits.get(payer, 0) + excess


def _waive(life: Pair) -> None:
    payers = [claim.payer for claim in life.model.claims if claim.payer not in life.model.suspended]
    if payers and life.dice.random() < 0.5:
        payer = life.dice.choice(payers)
        life.ledger.act(payer, WaiveClaim(life.id, REF))
        life.model.waive(payer)


def _retire(life: Pair) -> None:
    """Owner and obligor sign what both see. What waits goes out first, so the range may be owed less when it leaves."""
    start, model = life.movable(), life.model
    if start is None or life.dice.random() < 0.5:
        return
    token = model.tokens[start]
    first = life.dice.randint(start, token.range.end - 1)
    end = life.dice.choice([token.range.end, life.dice.randint(first + 1, token.range.end)])
    seen = ranges.owed(model.payments, ranges.Range(first, end))
    after = copy.deepcopy(model)
    try:
        after.retire(start, first, end)
    except ranges.RangeError:
        return
    body = RetireRange(life.token(start), first, end, 1, len(model.payments), seen, REF)
    life.ledger.act(token.owner, body, "Obligor")
    model.retire(start, first, end)


def _debit(life: Pair) -> None:
    """Under a new mandate: its share of a pot, which is all of it here, or what is free."""
    house, model = life.house, life.model
    house.cap, house.partial, house.now = life.dice.randint(1, model.face), life.dice.random() < 0.5, model.now
    life.ledger.act("Obligor", SetMandate(1, house.cap, model.now + DAY, house.partial))
    more = min(life.dice.randint(1, model.face), 2**63 - 1 - _supply(life))
    if more > 0:
        life.ledger.act("Money", IssueCash(1, life.account("Obligor"), more, REF))
    house.free = life.ledger.cash_of(life.account("Obligor"))
    taken = _debitable(life)
    amount, reason = life.ledger.view("Mandates", "checkDebit", life.id)
    assert (amount, reason == b"") == (taken, taken > 0)
    if taken:
        life.ledger.call("Mandates", "debit", life.id)
        assert house.debit("one") == taken


def _debitable(life: Pair) -> int:
    try:
        return copy.deepcopy(life.house).debit("one")
    except ranges.RangeError:
        return 0


def _wait(life: Pair) -> None:
    model = life.model
    model.now += life.dice.randint(1, 40 * DAY)
    life.ledger.clock.time = model.now
    if not model.ended and model.waiting and model.now >= ranges.wait_until(model.last_distribution, len(model.payments)):
        life.ledger.call("Repayment", "distribute", life.id)
        model.distribute()
    else:
        life.ledger.clock.mine()


def _suspend(life: Pair) -> None:
    name = life.dice.choice(HOLDERS)
    is_suspended = name in life.model.suspended
    life.ledger.decide("Members", "reinstate" if is_suspended else "suspend", life.account(name), REF)
    life.model.suspended ^= {name}


def _withdraw(life: Pair) -> None:
    model = life.model
    for owner in sorted(model.credits.keys() - model.suspended):
        if model.withdraw(owner):
            life.ledger.act(owner, Withdraw(1))
    for owner, start in sorted(model.range_credits if "Escrow" not in model.suspended else ()):
        if model.withdraw_range(owner, start):
            life.ledger.act(owner, WithdrawRange(life.id, start))


def _supply(life: Pair) -> int:
    supply: int = calls.view(life.ledger.rpc, life.ledger.manifest.cash[0].address, "SettlementCash", "totalSupply")
    return supply


STEPS_OF_A_LIFE: list[Callable[[Pair], None]] = [
    *(_move, _move, _split, _batch, _merge, _draw, _draw, _pay, _pay, _pay_for, _waive, _retire, _debit, _wait, _wait, _suspend, _withdraw),
]


# --- What must be equal ---


def _assert_equal(life: Pair) -> None:
    view, model = life.ledger.view, life.model
    state, face, owed, *_ = view("ReceivableViews", "receivable", life.id)
    assert (state, face, owed) == (_STATES[model.closed], model.face, model.owed_live)
    assert view("Repayment", "bookOf", life.id) == (
        model.waiting_principal,
        model.waiting_interest,
        model.interest_paid,
        model.money_days,
        model.accrued_days,
        model.last_distribution,
        model.retirements,
        len(model.claims),
        any(isinstance(step, ranges.Payment) and step.principal for step in model.payments) or model.waiting_principal > 0,
        True,
    )
    for claim in model.claims:
        found = view("Repayment", "claimOf", life.id, life.account(claim.payer), model.now)
        assert found == (claim.owed, min(model.claim_interest(claim), 2**64 - 1))
    exposure = view("Exposure", "outstanding", life.account("Obligor"), 156, True)
    assert exposure - life.others == model.exposure
    interest = min(model.interest_owed(), 2**64 - 1)
    assert view("Repayment", "debtAt", life.id, model.now)[:2] == (model.debt, interest)
    for start, token in model.tokens.items():
        _assert_token_equal(life, start, token)
    for name in HOLDERS:
        assert view("Repayment", "credit", life.account(name), 1) == model.credits.get(name, 0)
        assert life.ledger.cash_of(life.account(name)) == model.paid_out.get(name, 0)
    for (owner, start), amount in model.range_credits.items():
        assert view("Repayment", "rangeCredit", life.account(owner), life.id, start) == amount


def _assert_token_equal(life: Pair, start: int, token: Token) -> None:
    one, view, owner = token.range, life.ledger.view, "Obligor" if token.retired else token.owner
    flags = RETIRED if token.retired else 0
    assert view("ReceivableViews", "range", life.token(start)) == (life.account(owner), one.end, token.cursor, flags)
    drawn = ranges.drawn(life.model.payments, one, token.cursor)
    assert view("Repayment", "undrawn", life.token(start)) == (drawn.principal, drawn.interest)
    assert view("Repayment", "owed", life.id, one.start, one.end) == ranges.owed(life.model.payments, one)


def _end(life: Pair) -> None:
    """Leaves members and cash as the next life expects them: nobody suspended, nothing credited, as little money as can be."""
    for name in sorted(life.model.suspended):
        life.ledger.decide("Members", "reinstate", life.account(name), REF)
    life.model.suspended.clear()
    _withdraw(life)
    money = life.account("Money")
    for name in (*HOLDERS, "Obligor"):
        if balance := life.ledger.cash_of(life.account(name)):
            life.ledger.act(name, TransferCash(1, money, balance, REF))
    if balance := life.ledger.cash_of(money):
        life.ledger.act("Money", RedeemCash(1, money, balance, REF))
    life.ledger.clock.time = None


@pytest.mark.parametrize("seed", range(LIVES))
def test_model_and_contracts_are_equal_after_every_step(ledger: Ledger, seed: int) -> None:
    life = _born(ledger, random.Random(seed))
    for _ in range(STEPS):
        life.dice.choice(STEPS_OF_A_LIFE)(life)
        life.model.check()
        _assert_equal(life)
    _end(life)
