"""Random but lawful histories: each concept's model keeps what it needs to tell only events that the contracts could emit."""

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from tests.ledger.mirror import told
from tests.ledger.mirror.chains import Chain, Told

PEOPLE = ["Supplier", "Bank", "Second tier", "Third tier"]
"""Members from the first block on, who hold tokens and cash; no history suspends them."""

Tell: TypeAlias = Callable[[random.Random], list[Told]]


@dataclass
class Members:
    """Members and their keys."""

    names: list[str] = field(default_factory=list)
    suspended: set[str] = field(default_factory=set)
    keys: dict[str, list[bytes]] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)

    def tell(self, draw: random.Random) -> list[Told]:
        choices = [self._admit]
        if self.names:
            choices += [
                self._set_roles,
                self._suspend_or_reinstate,
                self._add_key,
                self._revoke_key,
                self._recover,
                self._accept,
                self._slot,
            ]
        return draw.choice(choices)(draw)

    def any(self, draw: random.Random) -> str:
        return draw.choice(self.names)

    def _admit(self, draw: random.Random) -> list[Told]:
        name = f"member {len(self.names)} 银行"
        self.names.append(name)
        self.keys[name] = [told.account(name)]
        self.epochs[name] = 0
        return told.admitted(name, draw.randrange(1, 1 << 16))

    def _set_roles(self, draw: random.Random) -> list[Told]:
        return [told.roles_set(self.any(draw), draw.randrange(4))]

    def _suspend_or_reinstate(self, draw: random.Random) -> list[Told]:
        name = self.any(draw)
        self.suspended ^= {name}
        return [told.suspended(name) if name in self.suspended else told.reinstated(name)]

    def _add_key(self, draw: random.Random) -> list[Told]:
        name, key = self.any(draw), draw.randbytes(20)
        self.keys[name].append(key)
        return [told.key_added(name, key, draw.randrange(8), self.epochs[name])]

    def _revoke_key(self, draw: random.Random) -> list[Told]:
        name = self.any(draw)
        if not self.keys[name]:
            return []
        return [told.key_revoked(name, self.keys[name].pop(draw.randrange(len(self.keys[name]))))]

    def _recover(self, draw: random.Random) -> list[Told]:
        name, key = self.any(draw), draw.randbytes(20)
        self.epochs[name] += 1
        self.keys[name].append(key)
        return told.recovered(name, key, self.epochs[name])

    def _accept(self, draw: random.Random) -> list[Told]:
        return [("Members", "AcceptanceSet", {"account": told.account(self.any(draw)), "acceptsDirect": draw.random() < 0.5})]

    def _slot(self, draw: random.Random) -> list[Told]:
        words = [draw.randbytes(32) for _ in range(draw.randrange(3))]
        slot = {
            "account": told.account(self.any(draw)),
            "keyType": bytes([draw.randrange(3)]) * 32,
            "epoch": draw.randrange(9),
            "words": words,
        }
        return [("Members", "SlotSet", slot)]


@dataclass
class Acts:
    """Outcomes of acts."""

    last: int = 0

    def tell(self, draw: random.Random) -> list[Told]:
        self.last += 1
        outcome = told.act_done("relayed", self.last) if draw.random() < 0.7 else told.act_refused("relayed", self.last, draw.randbytes(36))
        return [outcome]


@dataclass
class Cash:
    """Money of one bank and of a contract that nobody listed."""

    listed: bool = False
    balances: dict[str, int] = field(default_factory=dict)

    def tell(self, draw: random.Random) -> list[Told]:
        if not self.listed:
            self.listed = True
            return [told.cash_listed(1, "SettlementCash@1", "Bank")]
        payer, payee, amount = draw.choice(PEOPLE), draw.choice(PEOPLE), draw.randrange(1, 1_000)
        if draw.random() < 0.1:
            return [told.cash_moved(payer, payee, amount, "SettlementCash@stranger")]
        if self.balances.get(payer, 0) < amount:
            self.balances[payer] = self.balances.get(payer, 0) + amount
            return [told.cash_moved(None, payer, amount)]
        self.balances[payer] -= amount
        self.balances[payee] = self.balances.get(payee, 0) + amount
        return [told.cash_moved(payer, payee, amount)]


@dataclass
class Piece:
    """A token in the model."""

    end: int
    owner: str
    cursor: int


@dataclass
class Claim:
    """A receivable in the model: its tokens by start, what is owed and how many payments were made."""

    key: int
    face: int
    tokens: dict[int, Piece] = field(default_factory=dict)
    confirmed: bool = False
    owed: int = 0
    payments: int = 0


@dataclass
class Receivables:
    """Receivables issued, confirmed, cut, moved, merged, paid and drawn."""

    claims: list[Claim] = field(default_factory=list)
    credits: int = 0

    def tell(self, draw: random.Random) -> list[Told]:
        if not self.claims or draw.random() < 0.15:
            return self._issue(draw)
        claim = draw.choice(self.claims)
        if not claim.confirmed:
            return self._confirm(claim)
        return draw.choice([self._move, self._move, self._merge, self._pay, self._draw])(draw, claim)

    def _issue(self, draw: random.Random) -> list[Told]:
        claim = Claim(len(self.claims), draw.choice([1, 100, 10**6, 2**63 - 1]))
        self.claims.append(claim)
        return [told.issued(claim.key, PEOPLE[0], "Obligor", claim.face)]

    def _confirm(self, claim: Claim) -> list[Told]:
        claim.confirmed, claim.owed = True, claim.face
        claim.tokens[0] = Piece(claim.face, PEOPLE[0], 0)
        return [told.confirmed(claim.key, PEOPLE[0], "Obligor", claim.face)]

    def _move(self, draw: random.Random, claim: Claim) -> list[Told]:
        start = draw.choice(sorted(claim.tokens))
        token = claim.tokens.pop(start)
        low = draw.choice([start, draw.randrange(start, token.end)])
        high = draw.choice([token.end, draw.randrange(low + 1, token.end + 1)])
        payee = draw.choice(PEOPLE)
        if start < low:
            claim.tokens[start] = Piece(low, token.owner, claim.payments)
        if high < token.end:
            claim.tokens[high] = Piece(token.end, token.owner, claim.payments)
        claim.tokens[low] = Piece(high, payee, claim.payments)
        return [told.range_moved(claim.key, token.owner, payee, (start, token.end), (low, high), claim.payments)]

    def _merge(self, draw: random.Random, claim: Claim) -> list[Told]:
        starts = sorted(claim.tokens)
        pairs = [(one, other) for one, other in pairwise(starts) if claim.tokens[one].owner == claim.tokens[other].owner]
        if not pairs:
            return self._move(draw, claim)
        left, right = draw.choice(pairs)
        end = claim.tokens.pop(right).end
        claim.tokens[left] = Piece(end, claim.tokens[left].owner, claim.payments)
        return [told.merged(claim.key, claim.tokens[left].owner, left, right, end, claim.payments)]

    def _pay(self, draw: random.Random, claim: Claim) -> list[Told]:
        if not claim.owed:
            return self._draw(draw, claim)
        amount = draw.choice([claim.owed, draw.randrange(1, claim.owed + 1)])
        before, claim.owed, claim.payments = claim.owed, claim.owed - amount, claim.payments + 1
        return told.paid(claim.key, "Obligor", claim.payments, amount, before)

    def _draw(self, draw: random.Random, claim: Claim) -> list[Told]:
        start = draw.choice(sorted(claim.tokens))
        token = claim.tokens[start]
        if token.cursor == claim.payments:
            return self._move(draw, claim)
        before, token.cursor = token.cursor, claim.payments
        return told.drawn(claim.key, token.owner, (start, token.end), (before, claim.payments), 1, direct=draw.random() < 0.5)


@dataclass
class Lien:
    """A pledge in the model: its segments' leaves that did not end, and when it counts from."""

    number: int
    effective: int
    leaves: dict[int, dict[int, str]]
    live: bool = True


@dataclass
class Pledges:
    """Grants, supplements, releases in part and whole, transfers and notes."""

    liens: list[Lien] = field(default_factory=list)
    segments: int = 0
    documents: int = 0

    def tell(self, draw: random.Random) -> list[Told]:
        live = [lien for lien in self.liens if lien.live]
        self.documents += 1
        if not live or draw.random() < 0.3:
            return self._record(draw)
        return draw.choice([self._supplement, self._release_part, self._release, self._transfer, self._note])(draw, draw.choice(live))

    def _document(self) -> str:
        return f"{self.documents}-1"

    def _assets(self, draw: random.Random) -> list[str]:
        return sorted(draw.sample([f"asset {at}" for at in range(20)], draw.choice([1, 3, 8])), key=told.asset)

    def _record(self, draw: random.Random) -> list[Told]:
        self.segments += 1
        assets = self._assets(draw)
        lien = Lien(len(self.liens) + 1, draw.randrange(-(10**8), 10**9), {self.segments: dict(enumerate(assets))})
        self.liens.append(lien)
        if draw.random() < 0.1:
            lien.live = False
            return [told.pledge_filed(lien.number, draw.randbytes(32), lien.number)]
        return told.recorded(lien.number, self.segments, self._document(), lien.effective, assets)

    def _supplement(self, draw: random.Random, lien: Lien) -> list[Told]:
        self.segments += 1
        assets = self._assets(draw)
        lien.leaves[self.segments] = dict(enumerate(assets))
        return told.segment_added(lien.number, self.segments, self._document(), lien.effective + 5, assets, lien.effective)

    def _release_part(self, draw: random.Random, lien: Lien) -> list[Told]:
        segment = draw.choice(sorted(lien.leaves))
        left = lien.leaves[segment]
        ended = {leaf: left.pop(leaf) for leaf in draw.sample(sorted(left), min(len(left), 2))}
        return told.part_released(lien.number, segment, self._document(), 10**9, ended, lien.effective, unpledged=["elsewhere"])

    def _release(self, draw: random.Random, lien: Lien) -> list[Told]:
        lien.live = False
        return told.released(lien.number, self._document(), 10**9 + draw.randrange(100), lien.effective, unpledged=["elsewhere"])

    def _transfer(self, draw: random.Random, lien: Lien) -> list[Told]:
        holders = draw.sample(["Bank", "Second bank", "Third bank"], draw.randrange(1, 4))
        return told.holders_changed(lien.number, self._document(), 10**9, holders, lien.effective)

    def _note(self, draw: random.Random, lien: Lien) -> list[Told]:
        return told.noted(lien.number, self._document(), 3, draw.randrange(3), lien.effective, ["asset 1"])


@dataclass
class Ledger:
    """All concepts' models: their random state is copied at every block, so that a fork goes on from any of them."""

    members: Members = field(default_factory=Members)
    acts: Acts = field(default_factory=Acts)
    cash: Cash = field(default_factory=Cash)
    receivables: Receivables = field(default_factory=Receivables)
    pledges: Pledges = field(default_factory=Pledges)

    def transaction(self, draw: random.Random) -> list[Told]:
        """The events of one transaction."""
        return draw.choice(self._concepts())(draw)

    def _concepts(self) -> list[Tell]:
        return [self.members.tell, self.acts.tell, self.cash.tell, self.receivables.tell, self.receivables.tell, self.pledges.tell]


class History:
    """A random chain that can be grown and forked at any of its blocks."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.chain = Chain()
        self._after = [Ledger()]
        self.chain.mine(*(told.admitted(name) for name in (*PEOPLE, "Obligor")))
        self._after.append(Ledger())

    def grow(self, blocks: int) -> None:
        """Appends random blocks, empty ones among them."""
        for _ in range(blocks):
            ledger = copy.deepcopy(self._after[-1])
            transactions = [ledger.transaction(self.draw) for _ in range(self.draw.choice([0, 1, 1, 2, 5]))]
            self.chain.mine(*transactions, seconds=self.draw.randrange(100_000))
            self._after.append(ledger)

    def fork(self, depth: int) -> int:
        """Goes back by up to `depth` blocks; the number of blocks kept."""
        kept = max(1, len(self.chain.blocks) - depth)
        self.chain = self.chain.fork(kept)
        del self._after[kept + 1 :]
        return kept
