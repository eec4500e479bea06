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
    offered_to: str = ""
    retired: bool = False


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
    """Receivables issued, confirmed, cut, moved, offered, merged, paid, drawn and retired."""

    claims: list[Claim] = field(default_factory=list)
    credits: int = 0

    def tell(self, draw: random.Random) -> list[Told]:
        if not self.claims or draw.random() < 0.15:
            return self._issue(draw)
        claim = draw.choice(self.claims)
        if not claim.confirmed:
            return self._confirm(claim)
        return draw.choice([self._move, self._move, self._merge, self._pay, self._draw, self._offer, self._answer, self._retire])(
            draw, claim
        )

    def _issue(self, draw: random.Random) -> list[Told]:
        claim = Claim(len(self.claims), draw.choice([1, 100, 10**6, 2**63 - 1]))
        self.claims.append(claim)
        return [told.issued(claim.key, PEOPLE[0], "Obligor", claim.face)]

    def _confirm(self, claim: Claim) -> list[Told]:
        claim.confirmed, claim.owed = True, claim.face
        claim.tokens[0] = Piece(claim.face, PEOPLE[0], 0)
        return [told.confirmed(claim.key, PEOPLE[0], "Obligor", claim.face)]

    def _free(self, claim: Claim) -> list[int]:
        """Where tokens begin that may be cut: one under an offer may be when the offer has lapsed, as all of these do."""
        return [start for start, token in sorted(claim.tokens.items()) if not token.retired]

    def _cut(self, draw: random.Random, claim: Claim, payee: str) -> tuple[Piece, tuple[int, int], tuple[int, int]]:
        """A piece cut out of a token for the payee: what the token was, and both ranges."""
        start = draw.choice(self._free(claim))
        token = claim.tokens.pop(start)
        low = draw.choice([start, draw.randrange(start, token.end)])
        high = draw.choice([token.end, draw.randrange(low + 1, token.end + 1)])
        if start < low:
            claim.tokens[start] = Piece(low, token.owner, claim.payments)
        if high < token.end:
            claim.tokens[high] = Piece(token.end, token.owner, claim.payments)
        claim.tokens[low] = Piece(high, payee or token.owner, claim.payments)
        return token, (start, token.end), (low, high)

    def _move(self, draw: random.Random, claim: Claim) -> list[Told]:
        if not self._free(claim):
            return []
        payee = draw.choice(PEOPLE)
        token, whole, piece = self._cut(draw, claim, payee)
        return [told.range_moved(claim.key, token.owner, payee, whole, piece, claim.payments)]

    def _offer(self, draw: random.Random, claim: Claim) -> list[Told]:
        if not self._free(claim):
            return []
        token, whole, piece = self._cut(draw, claim, "")
        payee = draw.choice([name for name in PEOPLE if name != token.owner])
        claim.tokens[piece[0]].offered_to = payee
        deadline = draw.choice([0, told.DUE])
        return told.offered(claim.key, token.owner, payee, whole, piece, claim.payments, deadline)

    def _answer(self, draw: random.Random, claim: Claim) -> list[Told]:
        offered = [(start, token) for start, token in sorted(claim.tokens.items()) if token.offered_to]
        if not offered:
            return self._offer(draw, claim)
        start, token = draw.choice(offered)
        payee, token.offered_to = token.offered_to, ""
        if draw.random() < 0.5:
            seller, token.owner, token.cursor = token.owner, payee, claim.payments
            return told.accepted(claim.key, seller, payee, (start, token.end), claim.payments)
        if draw.random() < 0.5:
            return told.offer_ended("RangeDeclined", claim.key, token.owner, payee, start, reason=draw.randbytes(32))
        return told.offer_ended(draw.choice(["RangeRecalled", "OfferLapsed"]), claim.key, token.owner, payee, start)

    def _retire(self, draw: random.Random, claim: Claim) -> list[Told]:
        if not claim.owed or not self._free(claim):
            return []
        token, whole, piece = self._cut(draw, claim, "Obligor")
        owed, before = draw.randrange(1, claim.owed + 1), claim.owed
        claim.owed, claim.payments = before - owed, claim.payments + 1
        claim.tokens[piece[0]].cursor, claim.tokens[piece[0]].retired = claim.payments, True
        low = draw.randrange(before - owed + 1)
        return told.retired(claim.key, token.owner, "Obligor", whole, piece, claim.payments, low, owed, before)

    def _merge(self, draw: random.Random, claim: Claim) -> list[Told]:
        starts = self._free(claim)
        pairs = [(one, other) for one, other in pairwise(starts) if self._joinable(claim, one, other)]
        if not pairs:
            return self._move(draw, claim)
        left, right = draw.choice(pairs)
        end = claim.tokens.pop(right).end
        claim.tokens[left] = Piece(end, claim.tokens[left].owner, claim.payments)
        return [told.merged(claim.key, claim.tokens[left].owner, left, right, end, claim.payments)]

    def _joinable(self, claim: Claim, one: int, other: int) -> bool:
        left, right = claim.tokens[one], claim.tokens[other]
        return left.owner == right.owner and left.end == other

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
    ended: dict[int, dict[int, str]] = field(default_factory=dict)
    heir: bool = False


@dataclass
class Pledges:
    """Grants, supplements, releases in part and whole, transfers, notes; refinancings, restorations, relations and sales."""

    liens: list[Lien] = field(default_factory=list)
    segments: int = 0
    documents: int = 0

    def tell(self, draw: random.Random) -> list[Told]:
        live = [lien for lien in self.liens if lien.live]
        self.documents += 1
        if not live or draw.random() < 0.3:
            return self._record(draw)
        choices = [self._supplement, self._release_part, self._release, self._transfer, self._note, self._change_terms, self._enforce]
        choices += [self._refinance, self._restore, self._restore_leaves, self._relate, self._sell]
        return draw.choice(choices)(draw, draw.choice(live))

    def _document(self) -> str:
        return f"{self.documents}-1"

    def _assets(self, draw: random.Random) -> list[str]:
        return sorted(draw.sample([f"asset {at}" for at in range(20)], draw.choice([1, 3, 8])), key=told.asset)

    def new(self, effective: int, leaves: dict[int, dict[int, str]]) -> Lien:
        """A pledge of the next number."""
        lien = Lien(len(self.liens) + 1, effective, leaves)
        self.liens.append(lien)
        return lien

    def _record(self, draw: random.Random) -> list[Told]:
        self.segments += 1
        assets = self._assets(draw)
        lien = self.new(draw.randrange(-(10**8), 10**9), {self.segments: dict(enumerate(assets))})
        if draw.random() < 0.1:
            lien.live = False
            return [told.pledge_filed(lien.number, draw.randbytes(32), lien.number)]
        holder = draw.choice(["Bank", "银行", "", "A" * 4_000])
        return told.recorded(lien.number, self.segments, self._document(), lien.effective, assets, holder=holder)

    def _supplement(self, draw: random.Random, lien: Lien) -> list[Told]:
        self.segments += 1
        assets = self._assets(draw)
        lien.leaves[self.segments] = dict(enumerate(assets))
        return told.segment_added(lien.number, self.segments, self._document(), lien.effective + 5, assets, lien.effective)

    def _release_part(self, draw: random.Random, lien: Lien) -> list[Told]:
        segment = draw.choice(sorted(lien.leaves))
        left = lien.leaves[segment]
        ended = {leaf: left.pop(leaf) for leaf in draw.sample(sorted(left), min(len(left), 2))}
        lien.ended.setdefault(segment, {}).update(ended)
        return told.part_released(lien.number, segment, self._document(), 10**9, ended, lien.effective, unpledged=["elsewhere"])

    def _release(self, draw: random.Random, lien: Lien) -> list[Told]:
        lien.live = False
        return told.released(lien.number, self._document(), 10**9 + draw.randrange(100), lien.effective, unpledged=["elsewhere"])

    def _transfer(self, draw: random.Random, lien: Lien) -> list[Told]:
        holders = draw.sample(["Bank", "Second bank", "Third bank"], draw.randrange(1, 4))
        return told.holders_changed(lien.number, self._document(), 10**9, holders, lien.effective)

    def _note(self, draw: random.Random, lien: Lien) -> list[Told]:
        return told.noted(lien.number, self._document(), 3, draw.randrange(3), lien.effective, ["asset 1"])

    def _change_terms(self, draw: random.Random, lien: Lien) -> list[Told]:
        return told.terms_changed(lien.number, self._document(), 10**9, draw.randrange(1, 10**30), lien.effective)

    def _enforce(self, draw: random.Random, lien: Lien) -> list[Told]:
        return told.state_set(lien.number, self._document(), 10**9, draw.choice([3, 4]), lien.effective)

    def _refinance(self, draw: random.Random, lien: Lien) -> list[Told]:
        heir = self.new(lien.effective, lien.leaves)
        heir.ended, lien.live, lien.heir = lien.ended, False, True
        return told.refinanced(heir.number, lien.number, sorted(heir.leaves), self._document(), 10**9, lien.effective)

    def _restore(self, draw: random.Random, lien: Lien) -> list[Told]:
        lien.live = False
        ended = told.released(lien.number, self._document(), 10**9, lien.effective)
        lien.live = True
        words = {name: 7 for leaves in lien.leaves.values() for name in leaves.values()}
        back = told.rectified(lien.number, 1, f"{self.documents}-2", lien.effective, effective=10**9)
        return [*ended, told.relinked(lien.number, min(lien.leaves), words), back]

    def _restore_leaves(self, draw: random.Random, lien: Lien) -> list[Told]:
        if not any(lien.ended.values()):
            return self._note(draw, lien)
        segment = draw.choice([segment for segment, leaves in lien.ended.items() if leaves])
        back = lien.ended.pop(segment)
        lien.leaves[segment].update(back)
        leaves = told.leaves_restored(lien.number, segment, list(back))
        return [leaves, told.rectified(lien.number, 2, self._document(), lien.effective)]

    def _relate(self, draw: random.Random, lien: Lien) -> list[Told]:
        senior = draw.choice(self.liens).number
        return [told.related(lien.number, senior, draw.randrange(1, 6), draw.randrange(2), self._document(), 10**9, lien.effective)]

    def _sell(self, draw: random.Random, lien: Lien) -> list[Told]:
        return [told.sold(lien.number, ["asset 1", "asset 2"], {lien.number: draw.randrange(10**20)}, self._document(), 10**9)]


@dataclass
class Intake:
    """Filings on their way: claimed, noticed, answered, contested, refused, reconsidered, displaced."""

    filings: list[int] = field(default_factory=list)
    acts: int = 0

    def tell(self, draw: random.Random, pledges: Pledges) -> list[Told]:
        self.acts += 1
        if not self.filings or draw.random() < 0.4:
            return self._file(draw, pledges)
        filing, act = draw.choice(self.filings), self.acts.to_bytes(32)
        return draw.choice(
            [
                [told.filing_stepped(filing, draw.choice([5, 6, 7]), act, draw.randrange(99))],
                [told.decided(draw.choice(["PledgeApproved", "PledgeReturned", "PledgeRefused"]), filing, 8, act)],
                [told.contested(filing, draw.choice(self.filings), "asset 1", act)],
                [told.displaced(filing, 0, 10**9)],
            ]
        )

    def _file(self, draw: random.Random, pledges: Pledges) -> list[Told]:
        pledges.segments += 1
        lien = pledges.new(0, {pledges.segments: {0: "asset 3"}})
        lien.live = False
        self.filings.append(lien.number)
        filed = told.pledge_filed(lien.number, self.acts.to_bytes(32), lien.number)
        claimed = told.filing_accepted(lien.number, pledges.segments, ["asset 3"], draw.randrange(10**9))
        return [filed, *claimed, *([told.segment_displaced(lien.number, pledges.segments, 1)] if draw.random() < 0.3 else [])]


@dataclass
class Offices:
    """An office's own acts: holds, joined numbers, parties; anchors, seeds and adoptions."""

    holds: dict[tuple[int, bytes], list[bool]] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    anchors: int = 0

    def tell(self, draw: random.Random, pledges: Pledges) -> list[Told]:
        return draw.choice([self._hold, self._hold, self._lift, self._join, self._party, self._anchor])(draw, pledges)

    def _hold(self, draw: random.Random, pledges: Pledges) -> list[Told]:
        target, id_ = draw.choice([(1, told.asset(f"asset {draw.randrange(20)}")), (3, told.party_id("Bank"))])
        numbers = self.holds.setdefault((target, id_), [])
        numbers.append(True)
        return [told.held(target, id_, len(numbers) - 1, marked=draw.randrange(1 << 88), placed=draw.randrange(99))]

    def _lift(self, draw: random.Random, pledges: Pledges) -> list[Told]:
        running = [(target, at) for target, numbers in sorted(self.holds.items()) for at, runs in enumerate(numbers) if runs]
        if not running:
            return self._party(draw, pledges)
        (target, id_), at = draw.choice(running)
        self.holds[target, id_][at] = False
        return [told.held(target, id_, at, marked=draw.randrange(1 << 88), until=draw.randrange(99), lifted=True)]

    def _join(self, draw: random.Random, pledges: Pledges) -> list[Told]:
        other, key = draw.sample([name for name in (f"asset {at}" for at in range(20)) if name not in self.joined] or ["x", "y"], 2)
        if len(self.joined) > 15 or (1, told.asset(other)) in self.holds:
            return self._party(draw, pledges)
        self.joined.add(other)
        return [told.joined(other, key, draw.randrange(1 << 80), draw.randrange(1 << 80))]

    def _party(self, draw: random.Random, pledges: Pledges) -> list[Told]:
        kind, name = draw.randrange(1, 7), draw.choice(["Bank", "Second bank", "Pledgor"])
        other = "Heir" if kind in (2, 3) else None
        member = PEOPLE[0] if kind == 1 else None
        return [told.party_recorded(name, kind, other=other, member=member, new_name=draw.choice(["", f"{name} {draw.randrange(9)}"]))]

    def _anchor(self, draw: random.Random, pledges: Pledges) -> list[Told]:
        self.anchors += 1
        pledges.segments += 1
        number = f"A-{self.anchors}"
        lien = pledges.new(draw.randrange(10**9), {pledges.segments: {0: "asset 4"}})
        seeded = told.seeded(self.anchors, 0, {"asset 4": number}, [1 << 64 | 8 << 80], draw.randrange(9))
        return [
            told.anchored(self.anchors % 250, 1, 1, 1, replaces=draw.randrange(2)),
            seeded,
            *told.adopted(lien.number, pledges.segments, number, lien.effective, ["asset 4"]),
        ]


@dataclass
class Ledger:
    """All concepts' models: their random state is copied at every block, so that a fork goes on from any of them."""

    members: Members = field(default_factory=Members)
    acts: Acts = field(default_factory=Acts)
    cash: Cash = field(default_factory=Cash)
    receivables: Receivables = field(default_factory=Receivables)
    pledges: Pledges = field(default_factory=Pledges)
    intake: Intake = field(default_factory=Intake)
    offices: Offices = field(default_factory=Offices)

    def transaction(self, draw: random.Random) -> list[Told]:
        """The events of one transaction."""
        return draw.choice(self._concepts())(draw)

    def _concepts(self) -> list[Tell]:
        return [
            self.members.tell,
            self.acts.tell,
            self.cash.tell,
            self.receivables.tell,
            self.receivables.tell,
            self.pledges.tell,
            self.pledges.tell,
            lambda draw: self.intake.tell(draw, self.pledges),
            lambda draw: self.offices.tell(draw, self.pledges),
        ]


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
