"""Random lives of financed receivables: every invariant after every step; and the cases by name."""

import copy
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.domain import ranges
from ledger.domain.ranges import DAY, Range, RangeError
from tests.conftest import FULL
from tests.model.financing import CUSTODIAN, Deal, Financing, FinancingError, Offer, Recourse, State
from tests.model.receivables import Receivable

LIVES = 8_000 if FULL else 400
STEPS = 30
BANKS = ("bank one", "bank two")
SELLERS = ("supplier", "other")


def _world(face: int, due: int = 60 * DAY, rate: int = 0, basis: int = 1, grace: int = 0) -> Financing:
    book = Receivable(face, due, 0, "supplier", grace, rate, basis, contracts=frozenset({CUSTODIAN}))
    return Financing(book, dict.fromkeys(BANKS, 4 * face) | dict.fromkeys(SELLERS, 0))


def _offer(world: Financing, start: int, end: int, advance: int, **terms: object) -> Offer:
    """An offer for [start, end) that names the facts as they are."""
    token = next(token for token in world.book.tokens.values() if token.range.start <= start < token.range.end)
    found = Offer(
        bank="bank one",
        seller=token.owner,
        token=token.range.start,
        range=Range(start, end),
        length=token.range.length,
        payments=len(world.book.payments),
        least_owed=ranges.owed(world.book.payments, Range(start, end)),
        advance=advance,
        fee=0,
        rate=0,
        basis=1,
        recourse=Recourse.FULL,
        until=2**40,
    )
    return replace(found, **terms)  # type: ignore[arg-type]


def _deal(world: Financing, start: int, end: int, advance: int, **terms: object) -> Deal:
    offer = _offer(world, start, end, advance, **terms)
    world.offer(offer)
    return world.accept(offer)


def _in_full(deal: Deal) -> bool:
    return deal.offer.recourse is Recourse.FULL


# --- What must always hold ---


def _issued(world: Financing) -> int:
    """All cash there was at first and that the obligor brought."""
    return len(BANKS) * 4 * world.book.face + world.book.received


def _check(world: Financing) -> None:
    world.book.check()
    paid_directly = sum(amount for owner, amount in world.book.paid_out.items() if owner != CUSTODIAN)
    in_repayment = world.book.received - sum(world.book.paid_out.values())
    held = sum(world.credits.values())
    assert sum(world.cash.values()) + held + in_repayment + paid_directly == _issued(world), "money in = out + held"
    assert min(world.cash.values()) >= 0, "nobody pays what it has not"
    for deal in world.deals:
        _check_deal(world, deal)


def _check_deal(world: Financing, deal: Deal) -> None:
    paid_in = deal.collected + sum(receipt.amount for _, receipt in deal.from_seller)
    assert deal.to_bank + deal.to_seller - deal.payoff == paid_in, "bank and seller get exactly what came in"
    if deal.state is not State.ENDED:
        assert world.book.tokens[deal.range.start].owner == CUSTODIAN, "a range is in custody until its deal ends"
        assert world.book.tokens[deal.range.start].range == deal.range
    if _in_full(deal) and deal.state is State.ACTIVE:
        figures = world.figures(deal)
        assert deal.to_bank <= deal.offer.advance + deal.offer.fee + figures.discount_paid, "the bank gets no more than is its"
        assert deal.to_seller == 0, "the reserve comes last"
    if not _in_full(deal):
        assert deal.to_seller == 0 and not deal.from_seller, "without recourse all is the bank's and nothing the seller's"


# --- Random lives ---


def _random_terms(world: Financing, dice: random.Random) -> dict[str, object]:
    rate, basis = dice.choice([(0, 1), (500, 3_600_000), (1, 365), (1, 10)])
    return {
        "bank": dice.choice(BANKS),
        "fee": dice.choice([0, dice.randint(0, world.book.face // 10 + 1)]),
        "rate": rate,
        "basis": basis,
        "recourse": dice.choice(list(Recourse)),
        "day_start": dice.choice([0, 57_600]),
    }


def _finance(world: Financing, dice: random.Random) -> None:
    free = [token for token in world.book.tokens.values() if token.owner != CUSTODIAN]
    if not free:
        raise FinancingError("everything is financed")
    token = dice.choice(free)
    start = dice.randint(token.range.start, token.range.end - 1)
    end = dice.randint(start + 1, token.range.end)
    _deal(world, start, end, dice.randint(1, end - start + 1), **_random_terms(world, dice))


def _any_deal(world: Financing, dice: random.Random, states: tuple[State, ...] = (State.ACTIVE, State.SATISFIED)) -> Deal:
    """One that lives if there is any, else one that ended."""
    if not world.deals:
        raise FinancingError("no deal yet")
    return dice.choice([deal for deal in world.deals if deal.state in states] or world.deals)


def _collect(world: Financing, dice: random.Random) -> None:
    world.collect(_any_deal(world, dice))


def _release(world: Financing, dice: random.Random) -> None:
    world.release(_any_deal(world, dice, (State.SATISFIED,)))


def _buy_back(world: Financing, dice: random.Random) -> None:
    world.buy_back(_any_deal(world, dice), most=2**70)


def _recourse(world: Financing, dice: random.Random) -> None:
    world.recourse(_any_deal(world, dice))


def _refinance(world: Financing, dice: random.Random) -> None:
    deal = _any_deal(world, dice)
    world._require_recourse(deal)
    terms = _random_terms(world, dice) | {"seller": deal.offer.seller}
    owed = world.figures(deal).outstanding
    offer = _offer(world, deal.range.start, deal.range.end, max(1, owed + dice.randint(-1, deal.range.length)), **terms)
    world.offer(offer)
    before = _wealth(world, deal.bank)
    world.refinance(deal, offer, most=2**70)
    if offer.bank != deal.bank:
        assert _wealth(world, deal.bank) - before == deal.payoff + deal.last_collected, "the old bank gets what it was owed"


def _wealth(world: Financing, account: str) -> int:
    return world.cash.get(account, 0) + world.credits.get(account, 0)


def _assign(world: Financing, dice: random.Random) -> None:
    world.assign(_any_deal(world, dice), dice.choice(BANKS), dice.randint(0, world.book.face))


def _exit(world: Financing, dice: random.Random) -> None:
    deal = _any_deal(world, dice)
    leave: list[Callable[[], None]] = [
        lambda: world.take_out(deal),
        lambda: world.waive(deal),
        lambda: world.settle(deal, dice.choice([deal.bank, deal.offer.seller])),
    ]
    if deal.range.length > 1:
        at = dice.randint(deal.range.start + 1, deal.range.end - 1)
        leave.append(lambda: world.release_tail(deal, at, dice.choice([deal.bank, deal.offer.seller])))
    dice.choice(leave)()


def _pay(world: Financing, dice: random.Random) -> None:
    book = world.book
    world.pay(dice.choice([1, dice.randint(1, book.face), dice.randint(1, book.face // 4 + 1), book.debt + book.interest_owed() + 1]))


def _wait(world: Financing, dice: random.Random) -> None:
    book = world.book
    book.now += dice.randint(1, 40 * DAY)
    if book.waiting and not book.closed and book.now >= ranges.wait_until(book.last_distribution, len(book.payments)):
        world.distribute()


def _suspend(world: Financing, dice: random.Random) -> None:
    world.book.suspended = set(dice.sample(BANKS + SELLERS, dice.choice([0, 0, 1, 2])))


def _stop(world: Financing, dice: random.Random) -> None:
    world.stopped = dice.random() < 0.3


def _withdraw(world: Financing, dice: random.Random) -> None:
    world.withdraw(dice.choice(BANKS + SELLERS))


def _ceiling(world: Financing, dice: random.Random) -> None:
    world.ceilings[dice.choice(BANKS)] = dice.randint(0, 3 * world.book.face)


STEPS_OF_A_LIFE: list[Callable[[Financing, random.Random], None]] = [
    *(_finance, _finance, _collect, _collect, _release, _buy_back, _recourse, _refinance, _assign, _exit),
    *(_pay, _pay, _wait, _wait, _suspend, _stop, _withdraw, _ceiling),
]


def _lived(world: Financing, step: Callable[[Financing, random.Random], None], dice: random.Random) -> Financing:
    """The world after the step, or as it was when a rule refuses it: like a transaction."""
    after = copy.deepcopy(world)
    try:
        step(after, dice)
    except (FinancingError, RangeError):
        return world
    return after


@pytest.mark.parametrize("part", range(4))
def test_random_lives_keep_every_invariant(part: int) -> None:
    dice = random.Random(part)
    for _ in range(LIVES // 4):
        face = dice.choice([dice.randint(1, 12), dice.randint(1, 3_000), dice.randint(1, 2**62)])
        world = _world(face, dice.randint(10, 60) * DAY, *dice.choice([(0, 1), (5, 10_000), (1, 1)]), grace=dice.choice([0, 3 * DAY]))
        for _ in range(STEPS):
            world = _lived(world, dice.choice(STEPS_OF_A_LIFE), dice)
            _check(world)


def _seen(world: Financing, deal: Deal) -> tuple[int, int, int, int]:
    if deal.state is not State.ENDED:
        world.collect(deal)
    figures = world.figures(deal)
    return deal.to_bank, deal.to_seller + world.book.paid_out.get("supplier", 0), figures.discount_paid, figures.outstanding


@pytest.mark.parametrize("recourse", Recourse)
@pytest.mark.parametrize("seed", range(60))
def test_totals_are_the_same_however_often_and_whenever_anybody_collects(recourse: Recourse, seed: int) -> None:
    dice = random.Random(seed)
    face = dice.randint(300, 5_000)
    one = _world(face, rate=1, basis=100)
    _deal(one, 0, face, dice.randint(1, face), fee=dice.randint(0, 50), rate=1, basis=90, recourse=recourse)
    other = copy.deepcopy(one)
    for _ in range(15):
        step, luck = dice.choice([_pay, _wait]), dice.random()
        one, other = (_lived(world, step, random.Random(luck)) for world in (one, other))
        if dice.random() < 0.5:
            other = _lived(other, _collect, dice)
    for world in (one, other):
        world.stopped = True
        while not world.book.closed:
            world.pay(world.book.debt + world.book.interest_owed())
        if world.book.tokens[0].owner == "supplier":
            world.book.draw(0)
    assert _seen(one, one.deals[0]) == _seen(other, other.deals[0])


# --- Cases ---


def test_money_pays_discount_then_fee_then_advance_then_the_reserve() -> None:
    world = _world(100_000)
    deal = _deal(world, 0, 100_000, 80_000, fee=300, rate=1, basis=1_000)
    world.book.now = 10 * DAY
    steps = []
    for amount in (500, 400, 50_000, 49_100):
        world.pay(amount)
        world.collect(deal)
        figures = world.figures(deal)
        steps.append((figures.discount_paid, 300 - figures.fee_left, 80_000 - figures.advance_left, deal.to_seller))
    assert steps == [(500, 0, 0, 0), (800, 100, 0, 0), (800, 300, 49_800, 0), (800, 300, 80_000, 18_900)]
    assert (deal.state, deal.to_bank) == (State.ENDED, 81_100)


def test_by_ranges_the_bank_would_get_forty_of_fifty_here_it_gets_all_until_it_is_paid() -> None:
    world = _world(100)
    deal = _deal(world, 0, 100, 80)
    world.pay(50)
    world.collect(deal)
    assert (deal.to_bank, deal.to_seller) == (50, 0)


def test_without_recourse_the_reserve_is_the_banks() -> None:
    world = _world(1_000)
    deal = _deal(world, 0, 1_000, 700, recourse=Recourse.NONE)
    world.pay(1_000)
    world.collect(deal)
    assert (deal.to_bank, deal.to_seller, deal.state) == (1_000, 0, State.ENDED)


def test_the_range_returns_as_soon_as_the_bank_is_satisfied() -> None:
    world = _world(1_000)
    deal = _deal(world, 0, 1_000, 300)
    world.pay(400)
    world.collect(deal)
    assert (deal.state, world.book.tokens[0].owner, deal.to_seller) == (State.ENDED, "supplier", 100)
    world.pay(600)
    world.book.draw(0)
    assert world.book.paid_out["supplier"] == 600


def test_discount_runs_by_legal_days_and_ends_when_a_payment_is_distributed() -> None:
    world = _world(1_000)
    world.book.now = 57_600 - 1
    deal = _deal(world, 0, 1_000, 500, rate=1, basis=500, day_start=57_600)
    world.book.now += 1
    assert world.figures(deal).discount_owed == 1, "midnight has passed"
    world.book.now += DAY - 1
    assert world.figures(deal).discount_owed == 1
    world.pay(501)
    world.book.now += 30 * DAY
    assert world.figures(deal).outstanding == 0, "whenever it is collected"


def test_a_discount_reckoned_often_is_one_reckoned_once() -> None:
    world = _world(10_000)
    deal = _deal(world, 0, 10_000, 1_000, rate=5, basis=10_000)
    for day in range(1, 31):
        world.book.now = day * DAY
        world.collect(deal)
    assert world.figures(deal).discount_owed == 15


def test_an_offer_seen_before_a_payment_is_not_accepted_after_it() -> None:
    world = _world(100)
    offer = _offer(world, 0, 100, 98)
    world.offer(offer)
    world.pay(50)
    with pytest.raises(FinancingError, match="differ"):
        world.accept(offer)


def test_competing_offers_lapse_by_the_facts() -> None:
    world = _world(100)
    offers = [_offer(world, 0, 100, advance, bank=bank) for bank, advance in zip(BANKS, (80, 90), strict=True)]
    for offer in offers:
        world.offer(offer)
    world.accept(offers[1])
    with pytest.raises(FinancingError, match="owner"):
        world.accept(offers[0])


def test_recourse_takes_what_is_free_and_the_rest_stays_owed() -> None:
    world = _world(1_000, due=10 * DAY)
    deal = _deal(world, 0, 1_000, 600, fee=50)
    world.cash["supplier"] = 200
    with pytest.raises(FinancingError, match="overdue"):
        world.recourse(deal)
    world.book.now = 10 * DAY + 1
    assert (world.recourse(deal), world.figures(deal).outstanding, deal.state) == (200, 450, State.ACTIVE)
    world.cash["supplier"] = 900
    assert (world.recourse(deal), world.cash["supplier"], deal.state) == (450, 450, State.ENDED)
    assert world.book.tokens[0].owner == "supplier"


def test_recourse_also_covers_what_a_closed_receivable_did_not_bring() -> None:
    world = _world(1_000)
    deal = _deal(world, 0, 1_000, 1_000, fee=50)
    world.pay(1_000)
    world.collect(deal)
    assert (deal.state, world.figures(deal).outstanding) == (State.ACTIVE, 50)
    assert world.recourse(deal) == 50
    assert deal.state is State.ENDED


def test_without_recourse_there_is_never_a_claim_against_the_seller() -> None:
    world = _world(1_000, due=10 * DAY)
    deal = _deal(world, 0, 1_000, 600, recourse=Recourse.NONE)
    world.book.now = 100 * DAY
    with pytest.raises(FinancingError, match="no claim"):
        world.recourse(deal)
    with pytest.raises(FinancingError, match="no claim"):
        world.buy_back(deal, 10_000)


def test_refinancing_pays_the_old_bank_exactly_and_moves_no_range() -> None:
    world = _world(1_000)
    deal = _deal(world, 0, 1_000, 600, fee=50, rate=1, basis=100)
    world.book.now = 10 * DAY
    offer = _offer(world, 0, 1_000, 750, bank="bank two", seller="supplier")
    world.offer(offer)
    new = world.refinance(deal, offer, most=710)
    assert (world.cash["bank one"], world.cash["bank two"], world.cash["supplier"]) == (4_000 + 110, 4_000 - 750, 640)
    assert (deal.state, new.state, world.book.tokens[0].owner) == (State.ENDED, State.ACTIVE, CUSTODIAN)


def test_a_suspended_banks_money_is_kept_and_stops_nobody() -> None:
    world = _world(1_000)
    deal = _deal(world, 0, 1_000, 600)
    world.book.suspended = {"bank one"}
    world.pay(700)
    world.collect(deal)
    assert (world.credits, world.cash["supplier"]) == ({"bank one": 600}, 700)
    world.book.suspended = set()
    assert world.withdraw("bank one") == 600


@pytest.mark.parametrize(("suspended", "stopped"), [({"supplier"}, False), (set(), True)])
def test_a_range_that_cannot_return_yet_is_released_later(suspended: set[str], stopped: bool) -> None:
    world = _world(1_000)
    deal = _deal(world, 0, 1_000, 300)
    world.book.suspended, world.stopped = suspended, stopped
    world.pay(400)
    world.collect(deal)
    assert deal.state is State.SATISFIED
    with pytest.raises(FinancingError, match="yet"):
        world.release(deal)
    world.book.suspended, world.stopped = set(), False
    world.pay(100)
    world.release(deal)
    assert (deal.state, deal.to_seller) == (State.ENDED, 200)
    assert world.book.tokens[0].owner == "supplier"


def test_a_tail_that_both_let_go_is_no_longer_the_deals() -> None:
    world = _world(1_000)
    deal = _deal(world, 0, 1_000, 500)
    world.release_tail(deal, 700, "supplier")
    world.pay(500)
    world.collect(deal)
    world.book.draw(700)
    assert (deal.to_bank, world.book.paid_out["supplier"], deal.state) == (350, 150, State.ACTIVE)


def test_a_bank_that_is_at_its_ceiling_advances_nothing_more() -> None:
    world = _world(1_000)
    world.ceilings["bank one"] = 700
    deal = _deal(world, 0, 500, 400)
    with pytest.raises(FinancingError, match="ceiling"):
        _deal(world, 500, 1_000, 301)
    world.pay(200)
    world.collect(deal)
    _deal(world, 500, 1_000, 400)
    assert world.advanced("bank one") == 700
