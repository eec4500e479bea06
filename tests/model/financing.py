"""Executable model of the purchase of receivables: offers, deals, what is collected and who gets it.

It is the reference that contract Financing is held against. A deal's figures are reckoned anew from the facts each time: when each payment
was distributed, what the seller paid. So nothing depends on when or how often anybody collects. Amounts are minor units, times UTC seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from ledger.domain import ranges
from ledger.domain.ranges import DAY, Range
from tests.model.receivables import Receivable

CUSTODIAN = "financing"


class FinancingError(ValueError):
    """A step that a rule refuses; the message names the rule."""


class Recourse(Enum):
    """Whether the seller answers for the obligor. There is no default."""

    FULL = 1
    NONE = 2


class State(Enum):
    ACTIVE = 1
    SATISFIED = 2
    """The bank has everything; the range waits for its return to the seller."""
    ENDED = 3


@dataclass(frozen=True)
class Offer:
    """What a bank would pay for a range, and the facts that it saw."""

    bank: str
    seller: str
    token: int
    range: Range
    length: int
    payments: int
    least_owed: int
    advance: int
    fee: int
    rate: int
    basis: int
    recourse: Recourse
    until: int
    day_start: int = 0


@dataclass(frozen=True)
class Receipt:
    """Money that reached a deal: a payment's share of its range, or the seller's own money."""

    time: int
    amount: int


@dataclass
class Figures:
    """What a deal comes to by its receipts."""

    advance_left: int
    fee_left: int
    money_days: int = 0
    discount_paid: int = 0
    discount_owed: int = 0
    reserve: int = 0

    @property
    def outstanding(self) -> int:
        """All that the bank still gets first: discount, fee and advance."""
        return self.discount_owed + self.fee_left + self.advance_left


@dataclass
class Deal:
    """An accepted offer. `ranges` says from which payment number on the deal had which range."""

    offer: Offer
    bank: str
    accepted: int
    ranges: list[tuple[int, Range]]
    state: State = State.ACTIVE
    from_seller: list[tuple[int, Receipt]] = field(default_factory=list)
    """What the seller paid, each with the number of payments that were distributed before."""
    to_bank: int = 0
    to_seller: int = 0
    collected: int = 0
    last_collected: int = 0
    payoff: int = 0
    """What a refinancing bank paid for it."""
    advance_left: int = 0
    """As last collected."""

    @property
    def range(self) -> Range:
        return self.ranges[-1][1]


@dataclass
class Financing:
    """All deals on one receivable, and everybody's cash."""

    book: Receivable
    cash: dict[str, int] = field(default_factory=dict)
    credits: dict[str, int] = field(default_factory=dict)
    ceilings: dict[str, int] = field(default_factory=dict)
    """The most that a bank will have advanced on this obligor and not got back."""
    offers: list[Offer] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    """When each payment was distributed."""
    stopped: bool = False
    """Held by a court or paused: no range moves."""

    # --- The receivable's own life ---

    def pay(self, amount: int) -> None:
        """The obligor pays; what is distributed is so now."""
        self.book.pay(amount)
        self._date()

    def distribute(self) -> None:
        """Anybody has what waits distributed."""
        self.book.distribute()
        self._date()

    def _date(self) -> None:
        self.times += [self.book.now] * (len(self.book.payments) - len(self.times))

    # --- Offers ---

    def offer(self, offer: Offer) -> None:
        """A bank offers; no money is locked and nothing is asked of the facts yet."""
        if offer.advance <= 0 or not 0 <= offer.rate <= offer.basis or offer.basis == 0 or offer.bank == offer.seller:
            raise FinancingError("the offer's terms")
        self.offers.append(offer)

    def withdraw_offer(self, offer: Offer) -> None:
        """Its bank takes an offer back."""
        self.offers.remove(offer)

    def accept(self, offer: Offer) -> Deal:
        """The seller accepts: its range against the advance, at once."""
        self._check_facts(offer, offer.seller)
        self._check_bank(offer)
        if self.stopped or self.book.closed:
            raise FinancingError("the range can't move now")
        self.book.move(offer.token, offer.range.start, offer.range.end, CUSTODIAN)
        self._transfer(offer.bank, offer.seller, offer.advance)
        return self._open(offer)

    def _open(self, offer: Offer) -> Deal:
        self.offers.remove(offer)
        since = len(self.book.payments)
        deal = Deal(offer, offer.bank, self.book.now, [(since, offer.range)], advance_left=offer.advance)
        self.deals.append(deal)
        return deal

    def _check_facts(self, offer: Offer, owner: str) -> None:
        token = self.book.tokens.get(offer.token)
        if token is None or token.owner != owner or token.range.length != offer.length:
            raise FinancingError("token, owner or length differ from what the offer names")
        if len(self.book.payments) != offer.payments or ranges.owed(self.book.payments, offer.range) < offer.least_owed:
            raise FinancingError("payments or what is owed differ from what the offer names")
        if offer not in self.offers or self.book.now > offer.until:
            raise FinancingError("the offer was withdrawn, taken, or has lapsed")

    def _check_bank(self, offer: Offer) -> None:
        if offer.bank in self.book.suspended or self.cash.get(offer.bank, 0) < offer.advance:
            raise FinancingError("the bank can't pay the advance")
        self._check_ceiling(offer.bank, offer.advance)

    def _check_ceiling(self, bank: str, more: int) -> None:
        if bank in self.ceilings and self.advanced(bank) + more > self.ceilings[bank]:
            raise FinancingError("above the bank's ceiling")

    def advanced(self, bank: str) -> int:
        """What the bank has advanced on this obligor and not got back, as last collected."""
        return sum(deal.advance_left for deal in self.deals if deal.bank == bank and deal.state is State.ACTIVE)

    # --- What a deal comes to ---

    def figures(self, deal: Deal) -> Figures:
        """A deal's figures now, from the facts alone."""
        return self._reckon(deal, list(self._receipts(deal)))

    def owed_at(self, deal: Deal, time: int) -> int:
        """What is outstanding at a later time if nothing more comes."""
        return self._reckon(deal, list(self._receipts(deal)), time).outstanding

    def _receipts(self, deal: Deal) -> Iterator[Receipt]:
        """Every receipt in its order: a payment's share when it was distributed, the seller's money after the payments before it."""
        first = deal.ranges[0][0]
        for number in range(first, len(self.book.payments) + 1):
            if number > first:
                yield Receipt(self.times[number - 1], self._share(deal, number))
            yield from (receipt for after, receipt in deal.from_seller if after == number)

    def _share(self, deal: Deal, number: int) -> int:
        one = next(part for since, part in reversed(deal.ranges) if since < number)
        drawn = ranges.drawn(self.book.payments[:number], one, number - 1)
        return drawn.principal + drawn.interest

    def _reckon(self, deal: Deal, receipts: list[Receipt], now: int | None = None) -> Figures:
        figures, day = Figures(deal.offer.advance, deal.offer.fee), self._day(deal, deal.accepted)
        for receipt in [*receipts, Receipt(self.book.now if now is None else now, 0)]:
            figures.money_days += figures.advance_left * (self._day(deal, receipt.time) - day)
            day = self._day(deal, receipt.time)
            self._allocate(deal.offer, figures, receipt.amount)
        return figures

    @staticmethod
    def _day(deal: Deal, time: int) -> int:
        """The legal day of a time: the first day counts, the last does not."""
        return (time - deal.offer.day_start) // DAY

    @staticmethod
    def _allocate(offer: Offer, figures: Figures, amount: int) -> None:
        """Discount, fee, advance; what is left is the reserve."""
        accrued = figures.money_days * offer.rate // offer.basis
        discount = min(amount, accrued - figures.discount_paid)
        fee = min(amount - discount, figures.fee_left)
        advance = min(amount - discount - fee, figures.advance_left)
        figures.discount_paid += discount
        figures.discount_owed = accrued - figures.discount_paid
        figures.fee_left -= fee
        figures.advance_left -= advance
        figures.reserve += amount - discount - fee - advance

    # --- Collecting ---

    def collect(self, deal: Deal) -> int:
        """Anybody: draw what the range is owed, pay bank and seller; returns the amount drawn."""
        self._require(deal, State.ACTIVE, State.SATISFIED)
        start = deal.range.start
        self.book.draw(start)
        drawn = self.book.withdraw_range(CUSTODIAN, start)
        deal.collected += drawn
        deal.last_collected = drawn
        self._pay_out(deal)
        self._finish(deal)
        return drawn

    def _pay_out(self, deal: Deal) -> None:
        """Bring bank and seller to what the facts say."""
        figures = self.figures(deal)
        first = figures.discount_paid + deal.offer.fee - figures.fee_left + deal.offer.advance - figures.advance_left
        reserve_to_bank = deal.offer.recourse is Recourse.NONE
        bank = first + (figures.reserve if reserve_to_bank else 0)
        seller = 0 if reserve_to_bank else figures.reserve
        self._give(deal.bank, bank - deal.to_bank)
        self._give(deal.offer.seller, seller - deal.to_seller)
        deal.to_bank, deal.to_seller, deal.advance_left = bank, seller, figures.advance_left

    def _finish(self, deal: Deal) -> None:
        """What follows from the figures: the range returns when the bank has everything; a closed receivable brings nothing more."""
        satisfied = self.figures(deal).outstanding == 0
        if deal.offer.recourse is Recourse.FULL and satisfied:
            self._return(deal)
        elif deal.offer.recourse is Recourse.NONE and self.book.closed:
            deal.state = State.ENDED

    def _return(self, deal: Deal) -> None:
        if self.book.closed:
            deal.state = State.ENDED
        elif self.stopped or deal.offer.seller in self.book.suspended:
            deal.state = State.SATISFIED
        else:
            self._leave(deal, deal.range, deal.offer.seller)

    def _leave(self, deal: Deal, part: Range, to: str) -> None:
        """A range leaves custody, whole, and the deal is over."""
        self.book.move(deal.range.start, part.start, part.end, to)
        deal.state = State.ENDED

    def release(self, deal: Deal) -> None:
        """Anybody: the range of a satisfied deal goes back as soon as it can."""
        self._require(deal, State.SATISFIED)
        if not self.book.closed and (self.stopped or deal.offer.seller in self.book.suspended):
            raise FinancingError("the range can't go back yet")
        self.collect(deal)

    # --- The seller's money ---

    def buy_back(self, deal: Deal, most: int) -> int:
        """The seller pays everything outstanding; returns it."""
        self._require_recourse(deal)
        self.collect(deal)
        owed = self.figures(deal).outstanding if deal.state is State.ACTIVE else 0
        if owed > most or owed > self.cash.get(deal.offer.seller, 0) or deal.offer.seller in self.book.suspended:
            raise FinancingError("more than the seller will or can pay")
        if owed:
            self._from_seller(deal, owed)
        return owed

    def recourse(self, deal: Deal) -> int:
        """Anybody, when the receivable is overdue or brings nothing more: the seller's free cash pays what is outstanding."""
        self._require_recourse(deal)
        if not self.book.closed and self.book.now <= self.book.due + self.book.grace:
            raise FinancingError("not overdue")
        if deal.offer.seller in self.book.suspended:
            raise FinancingError("the seller is suspended")
        self.collect(deal)
        owed = self.figures(deal).outstanding if deal.state is State.ACTIVE else 0
        amount = min(owed, self.cash.get(deal.offer.seller, 0))
        if amount:
            self._from_seller(deal, amount)
        return amount

    def _from_seller(self, deal: Deal, amount: int) -> None:
        self.cash[deal.offer.seller] -= amount
        deal.from_seller.append((len(self.book.payments), Receipt(self.book.now, amount)))
        self._pay_out(deal)
        self._finish(deal)

    # --- From bank to bank ---

    def refinance(self, deal: Deal, offer: Offer, most: int) -> Deal:
        """The seller accepts another bank's offer for a range in custody: the old bank is paid out of the new advance, the range stays."""
        self._require_recourse(deal)
        if offer.seller != deal.offer.seller or offer.range != deal.range:
            raise FinancingError("the offer is for another range or seller")
        self._check_facts(offer, CUSTODIAN)
        self.collect(deal)
        payoff = self.figures(deal).outstanding
        if deal.state is not State.ACTIVE or not payoff <= min(most, offer.advance):
            raise FinancingError("the advance doesn't cover what is outstanding, or that is more than the seller agreed to")
        deal.state = State.ENDED
        self._check_bank(offer)
        self._transfer(offer.bank, deal.bank, payoff)
        self._transfer(offer.bank, offer.seller, offer.advance - payoff)
        deal.to_bank, deal.payoff = deal.to_bank + payoff, payoff
        return self._open(offer)

    def assign(self, deal: Deal, bank: str, price: int) -> None:
        """Both banks: a deal without recourse changes hands at a price."""
        self._require(deal, State.ACTIVE)
        if deal.offer.recourse is not Recourse.NONE or bank in self.book.suspended or self.cash.get(bank, 0) < price:
            raise FinancingError("only a deal without recourse is assigned, to a bank that can pay")
        self.collect(deal)
        self._require(deal, State.ACTIVE)
        self._check_ceiling(bank, self.figures(deal).advance_left)
        self._transfer(bank, deal.bank, price)
        deal.bank = bank

    # --- Exits ---

    def take_out(self, deal: Deal) -> None:
        """The bank of a deal without recourse takes its range out of custody."""
        if deal.offer.recourse is not Recourse.NONE:
            raise FinancingError("the seller has a right to the reserve")
        self._collect_to_leave(deal)
        self._leave(deal, deal.range, deal.bank)

    def waive(self, deal: Deal) -> None:
        """The bank gives up what is outstanding; the range goes back to the seller, unless the receivable is closed."""
        self._require_recourse(deal)
        self.collect(deal)
        if deal.state is State.ACTIVE and not self.book.closed and (self.stopped or deal.offer.seller in self.book.suspended):
            raise FinancingError("the range can't go back now")
        if deal.state is State.ACTIVE:
            self._return(deal)

    def settle(self, deal: Deal, to: str) -> None:
        """Bank and seller end the deal; the range goes to one of them."""
        self._require_recourse(deal)
        self._collect_to_leave(deal)
        self._leave(deal, deal.range, to)

    def release_tail(self, deal: Deal, at: int, to: str) -> None:
        """Bank and seller let the end of the range go, to one of them; what is outstanding stays."""
        self._require_recourse(deal)
        self._collect_to_leave(deal)
        whole = deal.range
        self.book.move(whole.start, at, whole.end, to)
        deal.ranges.append((len(self.book.payments), Range(whole.start, at)))

    def _collect_to_leave(self, deal: Deal) -> None:
        if self.stopped:
            raise FinancingError("the range can't move now")
        self.collect(deal)
        self._require(deal, State.ACTIVE)
        if self.book.closed:
            raise FinancingError("a closed receivable's ranges don't move")

    def withdraw(self, account: str) -> int:
        """What was credited while the account could not be paid."""
        if account in self.book.suspended:
            raise FinancingError("suspended")
        amount = self.credits.pop(account, 0)
        self.cash[account] = self.cash.get(account, 0) + amount
        return amount

    # --- Money ---

    def _transfer(self, payer: str, to: str, amount: int) -> None:
        self.cash[payer] -= amount
        self._give(to, amount)

    def _give(self, to: str, amount: int) -> None:
        assert amount >= 0, "nobody gives money back"
        purse = self.credits if to in self.book.suspended else self.cash
        purse[to] = purse.get(to, 0) + amount

    @staticmethod
    def _require(deal: Deal, *states: State) -> None:
        if deal.state not in states:
            raise FinancingError(f"the deal is {deal.state.name}")

    def _require_recourse(self, deal: Deal) -> None:
        self._require(deal, State.ACTIVE)
        if deal.offer.recourse is not Recourse.FULL:
            raise FinancingError("without recourse there is no claim against the seller")
