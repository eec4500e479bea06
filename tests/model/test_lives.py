"""The model of a receivable and the real contracts live the same random lives, and are equal after every step."""

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from ledger.chain import calls
from ledger.domain import ids, ranges
from ledger.domain.act_types import (
    ConfirmReceivable,
    ConsentCancel,
    HoldAccount,
    Issue,
    IssueCash,
    LiftCourtHold,
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
from ledger.domain.ranges import DAY, Range, RangeError
from ledger.domain.token_flags import TokenFlag
from tests.conftest import FULL
from tests.ledger import ledgers
from tests.ledger.ledgers import BANK, COURT_OFFICER, OBLIGOR, SETTLEMENT, SUPPLIER, Ledger, Person
from tests.model.mandates import House
from tests.model.receivables import Receivable, Token

LIVES = 60 if FULL else 6
STEPS = 40 if FULL else 25
HOLDERS = ("Supplier", "Bank", "Buyer", "Escrow")
REF = b"r" * 32
PAYERS = ("Bank", "Buyer")
"""Who pays in the obligor's place, and whose account a court holds now and then."""
NAMES = {"obligor": "Obligor"}
LIVE, CLOSED, CANCELLED = 1, 2, 3


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    people = [
        Person("Supplier", SUPPLIER),
        Person("Obligor", OBLIGOR),
        Person("Bank", BANK),
        Person("Buyer", BANK),
        Person("Escrow", BANK, is_contract=True),
        Person("Money", SETTLEMENT),
        Person("Court", COURT_OFFICER),
    ]
    with ledgers.running(tmp_path_factory.mktemp("lives"), people, council_delay=0) as one:
        yield one


@dataclass
class Pair:
    """One life, in the model and on the ledger."""

    ledger: Ledger
    model: Receivable
    id: int
    dice: random.Random
    house: House
    before: int
    """What the obligor owes by earlier lives."""
    holds: dict[str, int] = field(default_factory=dict)

    def token(self, start: int) -> int:
        return ids.token_id(self.id, start)

    def account(self, name: str) -> bytes:
        return self.ledger.people[NAMES.get(name, name)].account

    @property
    def stopped(self) -> set[str]:
        """Who can do nothing: suspended, or held by a court."""
        return self.model.suspended | self.model.held

    def active(self) -> str:
        return self.dice.choice([name for name in HOLDERS if name not in self.model.suspended])

    def movable(self) -> int | None:
        """The start of a token that can be moved now."""
        starts = [start for start, token in self.model.tokens.items() if not token.retired and token.owner not in self.stopped]
        return None if self.model.ended or not starts else self.dice.choice(starts)


def _born(ledger: Ledger, dice: random.Random) -> Pair:
    face = dice.choice([dice.randint(1, 12), dice.randint(200, 2_000), dice.randint(2**32, 2**63 - 1)])
    ledger.clock.time = now = ledger.now()
    due, grace = now + dice.randint(10, 60) * DAY, dice.choice([0, 3 * DAY])
    rate, basis = dice.choice([(0, 1), (5, 10_000), (1, 365), (1, 1)])
    supplier, obligor = ledger.people["Supplier"].account, ledger.people["Obligor"].account
    terms = Issue(supplier, obligor, face, due, grace, rate, basis, 156, 1, 1, 0, 1, bytes(32), b"c" * 32)
    before = ledger.view("Exposure", "outstanding", obligor, 156, True)
    receivable = ids.receivable_id(supplier, ledger.act("Supplier", terms))
    ledger.act("Obligor", ConfirmReceivable(receivable, supplier, terms, secrets.token_bytes(32), 7, ()))
    model = Receivable(face, due, now, "Supplier", grace, rate, basis, contracts=frozenset({"Escrow"}))
    return Pair(ledger, model, receivable, dice, House({"it": model}, 0, 0, True, now), before)


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
    joined = life.model.tokens.get(right)
    if joined is not None and joined.owner == owner and not joined.retired:
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
    if life.model.ended:
        return
    model, most = life.model, 2**63 - 1 - _supply(life)
    wanted = [1, model.face // 300 + 1, life.dice.randint(1, model.face), model.debt + model.interest_owed() + 1]
    amount = min(life.dice.choice(wanted), most)
    if amount > 0:
        life.ledger.act("Money", IssueCash(1, life.account("Obligor"), amount, REF))
        life.ledger.act("Obligor", PayReceivable(life.id, amount, REF))
        model.pay(amount)


def _pay_for(life: Pair) -> None:
    """Somebody else pays, not more than is owed to holders."""
    model, most = life.model, 2**63 - 1 - _supply(life)
    payers = [name for name in PAYERS if name not in life.stopped]
    due = model.debt + model.interest_owed()
    if model.ended or not payers or due == 0:
        return
    payer, amount = life.dice.choice(payers), min(due, most, life.dice.choice([due, life.dice.randint(1, due)]))
    if amount > 0:
        life.ledger.act("Money", IssueCash(1, life.account(payer), amount, REF))
        life.ledger.act(payer, PayAsThirdParty(life.id, amount, REF))
        model.pay_for(payer, amount)


def _waive(life: Pair) -> None:
    payers = [claim.payer for claim in life.model.claims if claim.payer not in life.stopped]
    if payers and life.dice.random() < 0.3:
        payer = life.dice.choice(payers)
        life.ledger.act(payer, WaiveClaim(life.id, REF))
        life.model.waive(payer)


def _retire(life: Pair) -> None:
    """Owner and obligor sign; what the model refuses the contracts refuse."""
    start = life.movable()
    if start is None:
        return
    token = life.model.tokens[start]
    first = life.dice.randint(start, token.range.end - 1)
    piece = Range(first, life.dice.randint(first + 1, token.range.end))
    owed = ranges.owed(life.model.payments, piece)
    body = RetireRange(life.token(start), piece.start, piece.end, 1, len(life.model.payments), owed, REF)
    life.ledger.act(token.owner, body, "Obligor")
    with suppress(RangeError):
        life.model.retire(start, piece.start, piece.end)


def _cancel(life: Pair) -> None:
    """All owners agree, if all can; then anyone cancels."""
    live = {start: token for start, token in life.model.tokens.items() if not token.retired}
    cannot = life.stopped & {token.owner for token in live.values()}
    if life.model.ended or life.model.claims or cannot or life.dice.random() < 0.8:
        return
    for start, token in live.items():
        life.ledger.act(token.owner, ConsentCancel(life.token(start), token.range.length, True))
    life.ledger.call("ReceivableEndings", "cancel", life.id)
    life.model.cancel()


def _hold(life: Pair) -> None:
    """A court holds an account, or lifts its hold."""
    name = life.dice.choice(PAYERS)
    if name in life.holds:
        life.ledger.act("Court", LiftCourtHold(life.holds.pop(name), (), REF))
    else:
        _HOLDS.append(name)
        life.holds[name] = len(_HOLDS)
        life.ledger.act("Court", HoldAccount(life.account(name), REF))
    life.model.held ^= {name}


_HOLDS: list[str] = []
"""All holds that were laid on the module's ledger: they are numbered from 1."""


def _debit(life: Pair) -> None:
    model = life.model
    cap, partial = life.dice.randint(1, model.face), life.dice.random() < 0.5
    life.ledger.act("Obligor", SetMandate(1, cap, model.now + DAY, partial))
    more = min(life.dice.randint(1, model.face), 2**63 - 1 - _supply(life))
    if more > 0:
        life.ledger.act("Money", IssueCash(1, life.account("Obligor"), more, REF))
    house = life.house
    house.free, house.cap, house.partial, house.now = life.ledger.cash_of(life.account("Obligor")), cap, partial, model.now
    amount, reason = life.ledger.view("Mandates", "checkDebit", life.id)
    try:
        taken = house.debit("it")
    except RangeError:
        taken = 0
    assert (amount, reason == b"") == (taken, taken > 0)
    if taken:
        life.ledger.call("Mandates", "debit", life.id)


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
    for owner in sorted(model.credits.keys() - life.stopped - set(NAMES)):
        if model.withdraw(owner):
            life.ledger.act(owner, Withdraw(1))
    for owner, start in sorted(model.range_credits if "Escrow" not in model.suspended else ()):
        if model.withdraw_range(owner, start):
            life.ledger.act(owner, WithdrawRange(life.id, start))


def _supply(life: Pair) -> int:
    supply: int = calls.view(life.ledger.rpc, life.ledger.manifest.cash[0].address, "SettlementCash", "totalSupply")
    return supply


STEPS_OF_A_LIFE: list[Callable[[Pair], None]] = [
    *(_move, _move, _split, _batch, _merge, _draw, _draw, _pay, _pay, _pay, _debit, _wait, _wait, _suspend, _withdraw),
    *(_pay_for, _pay_for, _waive, _retire, _retire, _cancel, _hold),
]


# --- What must be equal ---


def _assert_equal(life: Pair) -> None:
    view, model = life.ledger.view, life.model
    state, face, owed, *_ = view("ReceivableViews", "receivable", life.id)
    expected = CANCELLED if model.cancelled else CLOSED if model.closed else LIVE
    assert (state, face, owed) == (expected, model.face, model.owed_live)
    assert view("Repayment", "bookOf", life.id)[:8] == (
        model.waiting_principal,
        model.waiting_interest,
        model.interest_paid,
        model.money_days,
        model.accrued_days,
        model.last_distribution,
        model.retirements,
        len(model.claims),
    )
    debt = (0, 0) if model.cancelled else (model.debt, min(model.interest_owed(), 2**64 - 1))
    assert view("Repayment", "debtAt", life.id, model.now)[:2] == debt
    assert view("Exposure", "outstanding", life.account("Obligor"), 156, True) == model.exposure + life.before
    for payer in PAYERS:
        claim = next((each for each in model.claims if each.payer == payer), None)
        owing = (claim.owed, min(model.claim_interest(claim), 2**64 - 1)) if claim else (0, 0)
        assert view("Repayment", "claimOf", life.id, life.account(payer), model.now) == owing
    for start, token in model.tokens.items():
        _assert_token_equal(life, start, token)
    for name in HOLDERS:
        assert view("Repayment", "credit", life.account(name), 1) == model.credits.get(name, 0)
        assert life.ledger.cash_of(life.account(name)) == model.paid_out.get(name, 0)
    for (owner, start), amount in model.range_credits.items():
        assert view("Repayment", "rangeCredit", life.account(owner), life.id, start) == amount


def _assert_token_equal(life: Pair, start: int, token: Token) -> None:
    one, view = token.range, life.ledger.view
    end, cursor = one.end, token.cursor
    consents = TokenFlag.CANCEL_CONSENT if life.model.cancelled else TokenFlag(0)
    flags = TokenFlag.RETIRED if token.retired else consents
    assert view("ReceivableViews", "range", life.token(start)) == (life.account(token.owner), end, cursor, flags)
    drawn = ranges.drawn(life.model.payments, one, cursor)
    assert view("Repayment", "undrawn", life.token(start)) == (drawn.principal, drawn.interest)
    assert view("Repayment", "owed", life.id, start, end) == ranges.owed(life.model.payments, one)


def _end(life: Pair) -> None:
    """Leaves members and cash as the next life expects them: nobody suspended, nothing credited, as little money as can be."""
    for name in sorted(life.model.suspended):
        life.ledger.decide("Members", "reinstate", life.account(name), REF)
    life.model.suspended.clear()
    for name in sorted(life.holds):
        life.ledger.act("Court", LiftCourtHold(life.holds[name], (), REF))
    life.model.held.clear()
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
