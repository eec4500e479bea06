"""The proceeds of a sale, paid out by rank to the minor unit: costs first, then place after place, then the pledgor.

Liens of one place share pro rata to their weights, nobody above his claim; what one does not need goes to the others of the place. Units
that division leaves over go to the largest remainders, the first in order among equals. Nothing is lost and nothing made: costs, payments
and surplus add up to the proceeds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.liens import Lien, LienError, Relation, RelationKind
from ledger.domain.priority import Place, Ranking, cycle_of


@dataclass(frozen=True, slots=True)
class Payment:
    """What one holder gets of the proceeds for one part of a lien."""

    lien: str
    part: int
    rank: int
    holder: str
    amount: int


@dataclass(frozen=True, slots=True)
class Turned:
    """What a junior hands over to a senior under a turnover clause."""

    junior: str
    senior: str
    amount: int
    source: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """Costs paid, payments in order, what is turned over afterwards, surplus to the pledgor; `claims` are the liens' claims before."""

    costs: int
    payments: tuple[Payment, ...]
    turned: tuple[Turned, ...]
    surplus: int
    claims: Mapping[str, int]

    def received(self, lien: str) -> int:
        """What a lien's holders have in the end, after turnovers."""
        paid = sum(payment.amount for payment in self.payments if payment.lien == lien)
        given = sum(turned.amount for turned in self.turned if turned.junior == lien)
        return paid - given + sum(turned.amount for turned in self.turned if turned.senior == lien)

    def unpaid(self, lien: str) -> int:
        """What of a lien's claim is left."""
        return self.claims[lien] - self.received(lien)


def distribute(ranking: Ranking, liens: Sequence[Lien], proceeds: int, costs: int = 0, relations: Iterable[Relation] = ()) -> Distribution:
    """Pays out `proceeds`, the costs of enforcement first (CivC 389). Raises LienError.

    Turnovers are what the ranking hands over and the clauses of that kind in `relations`; other relations have done their work in it.
    """
    if proceeds < 0 or costs < 0:
        raise LienError(f"proceeds {proceeds}, costs {costs}: below 0")
    named, left, payments = {lien.key: lien for lien in liens}, proceeds - min(costs, proceeds), list[Payment]()
    for place in ranking.places:
        paid = _pay(place, left)
        left -= sum(paid)
        for tranche, amount in zip(place.tranches, paid, strict=True):
            payments += _to_holders(named[tranche.lien], tranche.part, place.rank, amount)
    agreed = [relation for relation in relations if relation.kind is RelationKind.TURNOVER]
    turned = _turn_over(payments, named, [*ranking.handed_over, *agreed])
    return Distribution(min(costs, proceeds), tuple(payments), turned, left, {lien.key: lien.amount for lien in liens})


def _pay(place: Place, left: int) -> tuple[int, ...]:
    claims = [tranche.amount for tranche in place.tranches]
    return share_capped(min(left, sum(claims)), [tranche.weight for tranche in place.tranches], claims)


def _to_holders(lien: Lien, part: int, rank: int, amount: int) -> list[Payment]:
    holders = lien.holders or ((lien.key, 1),)
    amounts = share(amount, [weight for _, weight in holders])
    return [Payment(lien.key, part, rank, holder, each) for (holder, _), each in zip(holders, amounts, strict=True) if each]


def share(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """`amount` in whole units by weight, each within a unit of its exact share; equal weights where all are 0. Raises LienError."""
    if not weights:
        raise LienError("shares: nobody to share")
    parts = list(weights) if any(weights) else [1] * len(weights)
    whole = sum(parts)
    floors = [amount * part // whole for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda place: (-(amount * parts[place] % whole), place))
    for place in by_remainder[: amount - sum(floors)]:
        floors[place] += 1
    return tuple(floors)


def share_capped(amount: int, weights: Sequence[int], caps: Sequence[int]) -> tuple[int, ...]:
    """`amount` by weight, nobody above his cap; what is above goes to the others by their weights. `amount` is at most the sum of caps."""
    found, open_ = [0] * len(caps), [place for place, cap in enumerate(caps) if cap]
    while open_:
        parts = [weights[place] for place in open_]
        parts = parts if any(parts) else [1] * len(parts)
        full = [place for place, part in zip(open_, parts, strict=True) if amount * part >= caps[place] * sum(parts)]
        if not full:
            for place, each in zip(open_, share(amount, parts), strict=True):
                found[place] = each
            break
        for place in full:
            found[place] = caps[place]
            amount -= caps[place]
        open_ = [place for place in open_ if place not in full]
    return tuple(found)


def _turn_over(payments: Sequence[Payment], named: Mapping[str, Lien], clauses: Sequence[Relation]) -> tuple[Turned, ...]:
    """What juniors hand over, again and again until every senior is paid or its juniors have nothing left to give."""
    _check_clauses(clauses, named)
    holds = dict.fromkeys(named, 0)
    for payment in payments:
        holds[payment.lien] += payment.amount
    given = [0] * len(clauses)
    while any(_hand_over(place, clause, named, holds, given) for place, clause in enumerate(clauses)):
        pass
    rows = zip(clauses, given, strict=True)
    return tuple(Turned(clause.junior, clause.senior, amount, clause.source) for clause, amount in rows if amount)


def _hand_over(place: int, clause: Relation, named: Mapping[str, Lien], holds: dict[str, int], given: list[int]) -> bool:
    """Moves what a clause asks for now; whether anything moved."""
    claim = named[clause.senior].amount
    most = claim if clause.up_to is None else clause.up_to - given[place]
    amount = max(0, min(holds[clause.junior], claim - holds[clause.senior], most))
    holds[clause.junior] -= amount
    holds[clause.senior] += amount
    given[place] += amount
    return amount > 0


def _check_clauses(clauses: Sequence[Relation], named: Mapping[str, Lien]) -> None:
    strangers = sorted({key for clause in clauses for key in (clause.senior, clause.junior)} - set(named))
    if strangers:
        raise LienError(f"turnover names {', '.join(strangers)}, no lien on this asset")
    cycle = cycle_of(clauses)
    if cycle:
        raise LienError(f"turnover: {', '.join(cycle.liens)} hand over to each other in a circle ({', '.join(cycle.sources)})")
