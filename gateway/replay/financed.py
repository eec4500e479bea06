"""The second stated demonstration: the better of two offers finances a piece, the obligor pays late in parts, a guarantor steps in.

Pure: what everybody ends with is reckoned here from the rules (docs/receivables.md, docs/financing.md), to be held against the chain.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.replay.claims import Claim, Person, Piece
from ledger.domain import ranges
from ledger.domain.ranges import DAY, Payment, Range

TERM_DAYS, COVERED, OFFERED, ACCEPTED = 45, 1, 2, 3
PART_DAYS, CALL_DAYS, END_DAYS = 10, 20, 40
"""Days after the issue on which the pool covers the claim, banks offer, the seller accepts; after the due day the rest."""
FACE, PIECE, PART = 100_000_007, 60_000_003, 30_000_000
LATE_RATE, LATE_BASIS = 5, 10_000
"""5 in 10,000 of what is owed for each day late."""
YEAR_BASIS = 3_600_000
"""A rate in hundredths of a per cent a year of 360 days."""


@dataclass(frozen=True, slots=True)
class Bid:
    """What a bank offers for the piece: advance and fee in minor units, discount `rate` / YEAR_BASIS a day of the unpaid advance."""

    bank: Person
    advance: int
    fee: int
    rate: int

    def cost(self, days: int) -> int:
        """What it costs if everything is paid after so many days."""
        return self.fee + self.advance * days * self.rate // YEAR_BASIS


@dataclass(frozen=True, slots=True)
class Financed:
    """The claim, whose first piece `seller` has financed, the offers for it, and who stands for the obligor."""

    claim: Claim
    seller: Person
    bids: tuple[Bid, ...]
    guarantor: Person

    @property
    def better(self) -> Bid:
        """The offer that costs the seller least by the due day."""
        return min(self.bids, key=lambda bid: bid.cost(TERM_DAYS - ACCEPTED))

    @property
    def piece(self) -> Range:
        """The range that is financed."""
        return Range(0, self.claim.pieces[0].end)

    @property
    def holders(self) -> tuple[tuple[int, int, Person], ...]:
        """(start, end, holder) in the end: the bank is paid, so the piece went back."""
        return ((0, self.piece.end, self.seller), (self.piece.end, self.claim.face, self.claim.supplier))

    @property
    def roles(self) -> dict[str, str]:
        """The roles of those who are neither suppliers nor obligors, by person's key."""
        return {**{bid.bank.key: "BANK" for bid in self.bids}, self.guarantor.key: "GUARANTOR"}

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody in it."""
        return (self.claim.supplier, self.claim.obligor, self.seller, *(bid.bank for bid in self.bids), self.guarantor)

    @property
    def part_at(self) -> int:
        """When the obligor pays a part, late."""
        return self.claim.due + PART_DAYS * DAY

    @property
    def called_at(self) -> int:
        """When the guarantor is called."""
        return self.claim.due + CALL_DAYS * DAY

    @property
    def settled_at(self) -> int:
        """When the obligor pays its guarantor back."""
        return self.claim.due + END_DAYS * DAY


@dataclass(frozen=True, slots=True)
class Outcome:
    """What it all comes to, minor units. `called` is what the guarantor pays, `recovered` what the obligor owes it for that in the end."""

    payments: tuple[Payment, Payment]
    called: int
    recovered: int
    to_bank: int
    reserve: int
    to_lead: int

    def cash(self, story: Financed) -> dict[Person, int]:
        """What everybody has in the end, who began with just what it paid out."""
        return {
            story.better.bank: self.to_bank,
            story.seller: story.better.advance + self.reserve,
            story.guarantor: self.recovered,
            story.claim.supplier: self.to_lead,
            story.claim.obligor: 0,
        }


def outcome(story: Financed) -> Outcome:
    """Reckons payments, claim and deal."""
    claim = story.claim
    days = [ranges.late_days(claim.due, 0, at) for at in (story.part_at, story.called_at, story.settled_at)]
    first = ranges.late_interest(claim.face * days[0], LATE_RATE, LATE_BASIS)
    left = claim.face - (PART - first)
    both = ranges.late_interest(claim.face * days[0] + left * (days[1] - days[0]), LATE_RATE, LATE_BASIS)
    payments = (Payment(PART - first, first, claim.face), Payment(left, both - first, left))
    called = left + both - first
    recovered = called + ranges.late_interest(left * (days[2] - days[1]), LATE_RATE, LATE_BASIS)
    to_bank, reserve = _deal(story, payments)
    rest = ranges.drawn(payments, Range(story.piece.end, claim.face))
    return Outcome(payments, called, recovered, to_bank, reserve, rest.principal + rest.interest)


def _deal(story: Financed, payments: tuple[Payment, Payment]) -> tuple[int, int]:
    """(bank, reserve): what comes in pays discount, fee and advance in this order; discount counts days on the unpaid advance."""
    bid, accepted = story.better, story.claim.issued + ACCEPTED * DAY
    advance, fee, money_days, discount_paid, to_bank, reserve, since = bid.advance, bid.fee, 0, 0, 0, 0, accepted
    for number, at in enumerate((story.part_at, story.called_at)):
        share = ranges.drawn(payments[: number + 1], story.piece, number)
        money = share.principal + share.interest
        money_days += advance * ((at - since) // DAY)
        discount = min(money, money_days * bid.rate // YEAR_BASIS - discount_paid)
        to_fee = min(money - discount, fee)
        to_advance = min(money - discount - to_fee, advance)
        discount_paid, fee, advance, since = discount_paid + discount, fee - to_fee, advance - to_advance, at
        to_bank += discount + to_fee + to_advance
        reserve += money - discount - to_fee - to_advance
    return to_bank, reserve


def financed(set_name: str, start: int) -> Financed:
    """The demonstration, from `start` (UTC second) on."""
    names = {
        "core": "Core enterprise that pays late",
        "lead": "Lead supplier of the financed piece",
        "seller": "Supplier that has its piece financed",
        "bank/1": "First bank of the demonstration",
        "bank/2": "Second bank of the demonstration",
        "guarantor": "Guarantor of the demonstration",
    }
    who = {key: Person(f"{set_name}/{key}", name) for key, name in names.items()}
    due = start + TERM_DAYS * DAY
    detail = (("purpose", "demonstration, no record of the sources"),)
    claim = Claim(
        *(set_name, "1", who["lead"], who["core"], FACE, start, due, due + END_DAYS * DAY),
        pieces=(Piece(PIECE, who["seller"], ""),),
        detail=detail,
        late_rate=LATE_RATE,
        late_basis=LATE_BASIS,
    )
    bids = (Bid(who["bank/1"], 56_000_000, 30_000, 600), Bid(who["bank/2"], 57_000_000, 40_000, 450))
    return Financed(claim, who["seller"], bids, who["guarantor"])
