"""Random lives of receivables that fall due at many times, of several obligors and currencies."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from tests.ledger.mirror import told
from tests.ledger.mirror.chains import GENESIS_TIME, Chain, Told
from tests.ledger.mirror.histories import PEOPLE, Claim, Receivables

DEBTORS = ["Debtor A", "Debtor B", "Debtor C"]
DAY = 86_400
CURRENCIES = (156, 840, 392)


@dataclass
class Debts(Receivables):
    """Receivables whose due seconds lie around the history's days, on and off midnights."""

    terms: dict[int, tuple[str, int]] = field(default_factory=dict)

    def _issue(self, draw: Random) -> list[Told]:
        claim = Claim(len(self.claims), draw.choice([1, 100, 10**6, 2**63 - 1]))
        due = GENESIS_TIME + draw.randrange(-60, 500) * DAY
        self.terms[claim.key] = draw.choice(DEBTORS), due - draw.choice([due % DAY, due % DAY - 1, 0, draw.randrange(DAY)])
        self.claims.append(claim)
        return [told.issued(claim.key, PEOPLE[0], self.terms[claim.key][0], claim.face, self.terms[claim.key][1])]

    def _confirm(self, claim: Claim) -> list[Told]:
        super()._confirm(claim)
        return [told.confirmed(claim.key, PEOPLE[0], self.terms[claim.key][0], claim.face, self.terms[claim.key][1])]


def in_many_currencies(patch: pytest.MonkeyPatch) -> None:
    """Every third receivable is in another currency."""
    plain = told.terms

    def terms(key: int, *more: Any) -> dict[str, Any]:
        return {**plain(key, *more), "currency": CURRENCIES[key % len(CURRENCIES)]}

    patch.setattr(told, "terms", terms)


def lived(seed: int, blocks: int) -> Chain:
    """A chain of such a life, of which each block is up to two days after the one before."""
    draw, chain, debts = Random(seed), Chain(), Debts()
    chain.mine(*(told.admitted(name, 1 << 4 if name == "Bank" else 1 << 2) for name in PEOPLE))
    for _ in range(blocks):
        chain.mine(*(debts.tell(draw) for _ in range(draw.choice([0, 1, 2, 5]))), seconds=draw.randrange(2 * DAY))
    return chain
