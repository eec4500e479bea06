"""Random lives of a real register: acts that may be lawful, of every kind, over few rights and parties, so that they meet each other."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ledger.domain.act_types import (
    AcceptPledge,
    AddSegment,
    AdoptRecord,
    AnchoredRecord,
    AnchorRegister,
    ChangeParties,
    ChangeTerms,
    ContestAsset,
    DecidePledge,
    FilePledge,
    Ground,
    JoinAssets,
    LiftHold,
    NotePledge,
    Party,
    PartyName,
    PlaceHold,
    PublishTitles,
    RecordParty,
    RecordPledge,
    RecordSale,
    RectifyPledge,
    RefinancePledge,
    RelatePledges,
    ReleaseAssets,
    ReleasePledge,
    ReserveSegment,
    SaleShare,
    SeedAssets,
    SetPledgeState,
    StepFiling,
    WithdrawFiling,
)
from ledger.domain.assets import Listing, side_root, stated_party
from ledger.domain.pledge_words import Decision, HoldKind, HoldTarget, NoteKind, PartyKind, RectifyKind, RelationKind
from ledger.domain.registers import Code, Effect, EndReason, PartyRole, State
from ledger.mirror.schema import word
from ledger.proofs import anchor_leaves, merkle
from tests.ledger.mirror.register import (
    BLIND,
    CNY,
    DAY,
    EVIDENCE,
    GENESIS,
    HOUR,
    NONE,
    RANKED,
    SINGLE,
    Office,
    Refused,
    asset_list,
    consents,
    document,
    filing,
    instrument,
    key_of,
    leaf_page,
    listed,
    names,
    on,
    parties_now,
    party,
    terms,
)

Item = TypeVar("Item")

RIGHTS = 9
LONG = range(100, 230)
PEOPLE = ("Pledgor", "Second pledgor", "华为技术有限公司")
BANKS = ("Bank", "Second bank", "Bank of Names, N.A.")


@dataclass
class Held:
    """What the driver knows of a pledge: its filing, its parties by name, its segments' lists."""

    pledge: int
    register: int
    rights: Listing
    body: FilePledge | None
    pledgors: list[str]
    holders: list[str]
    segments: dict[int, Listing] = field(default_factory=dict)

    def parties(self) -> Any:
        return parties_now(
            [party(name, PartyRole.PLEDGOR) for name in self.pledgors], [party(name, PartyRole.PLEDGEE) for name in self.holders]
        )

    def consents(self, newcomers: list[str] | None = None) -> Any:
        return consents(self.pledgors, self.holders, newcomers or [], newcomers or [])


@dataclass
class Lives:
    """A random driver. `done` counts acts by their name, `refused` those that the register refused."""

    office: Office
    draw: random.Random
    pledges: list[Held] = field(default_factory=list)
    notices: list[tuple[int, bytes]] = field(default_factory=list)
    anchors: dict[int, list[AnchoredRecord]] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    documents: int = 0

    def live(self, acts: int) -> None:
        """Tries so many acts."""
        choices: list[Callable[[], None]] = [
            self.record, self.record, self.file, self.file, self.accept, self.accept, self.decide, self.decide, self.step, self.withdraw,
            self.contest, self.supplement, self.change_terms, self.transfer, self.release, self.release_part, self.enforce, self.note,
            self.refinance, self.relate, self.sell, self.hold, self.lift, self.join, self.tell_of_party, self.restore, self.restore_leaves,
            self.settle, self.anchor, self.adopt, self.wait,
        ]  # fmt: skip
        for _ in range(acts):
            self.attempt(self.draw.choice(choices))

    def attempt(self, act: Callable[[], None]) -> None:
        """Tries an act; one that is refused, or has nothing to act on, leaves nothing behind."""
        try:
            act()
            self.done[act.__name__] = self.done.get(act.__name__, 0) + 1
        except Refused as refused:
            self.refused.setdefault(act.__name__, []).append(str(refused))
        except IndexError:
            return

    # --- Help ---

    def number(self) -> str:
        self.documents += 1
        return f"{self.documents}-{self.documents % 7}"

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items. Raises IndexError if there is none."""
        return self.draw.choice(items)

    def state(self, held: Held) -> int:
        return int(self.office.view("pledge", held.pledge)[0]) & 0xFF

    def any(self, *states: State, register: int | None = None) -> Held:
        """A pledge in one of the states. Raises IndexError if there is none."""
        fitting = [held for held in self.pledges if register in (None, held.register) and self.state(held) in states]
        return self.pick(fitting)

    def living(self, register: int | None = None) -> Held:
        return self.any(State.REGISTERED, State.ENFORCING, register=register)

    def some(self, register: int, most: int = 4) -> Listing:
        return listed(register, sorted(self.draw.sample(range(RIGHTS), self.draw.randrange(1, most))), titled=self.draw.random() < 0.7)

    def stated(self) -> int | None:
        return None if self.draw.random() < 0.5 else self.draw.randrange(-DAY, GENESIS)

    def expires(self) -> int:
        return 0 if self.draw.random() < 0.6 else self.office.now() + self.draw.randrange(HOUR, 20 * HOUR)

    def segment_of(self, held: Held) -> tuple[int, Listing]:
        return self.pick(sorted(held.segments.items()))

    # --- Intake ---

    def _filing(self, register: int) -> tuple[Held, FilePledge]:
        rights = self.some(register)
        pledgors, holders = self.draw.sample(PEOPLE, self.draw.randrange(1, 3)), self.draw.sample(BANKS, self.draw.randrange(1, 3))
        claim = terms(self.draw.randrange(1, 10**6), kind=self.draw.choice([1, 2]), expires=self.expires())
        body = filing(register, self.number(), rights, pledgors=pledgors, holders=holders, stated=self.stated(), claim=claim)
        return Held(0, register, rights, body, list(pledgors), list(holders)), body

    def record(self) -> None:
        held, body = self._filing(RANKED)
        named = names([*held.pledgors, *held.holders])
        if self.draw.random() < 0.2:
            named = tuple(PartyName("", "") for _ in named)
        told = dict(self.office.act(RecordPledge(body, BLIND, held.rights.keys, named, held.rights.titles, ())))
        held.pledge, held.segments = told["PledgeFiled"].pledge, {told["PledgeAccepted"].segment: held.rights}
        self.pledges.append(held)

    def file(self) -> None:
        held, body = self._filing(self.draw.choice([SINGLE, SINGLE, RANKED]))
        held.pledge = dict(self.office.act(body))["PledgeFiled"].pledge
        self.pledges.append(held)

    def accept(self) -> None:
        held = self.any(State.FILED)
        assert held.body is not None
        body = AcceptPledge(held.pledge, held.body, BLIND, 0, held.rights.page_roots, held.rights.keys)
        held.segments = {dict(self.office.act(body))["PledgeAccepted"].segment: held.rights}

    def decide(self) -> None:
        held = self.any(State.ACCEPTED, State.ACCEPTED, State.FILED)
        assert held.body is not None
        decision = self.draw.choice([*[Decision.REGISTER] * 5, Decision.APPROVE, Decision.RETURN, Decision.REFUSE])
        published = (names([*held.pledgors, *held.holders]), held.rights.titles) if decision == Decision.REGISTER else ((), ())
        grounds = (Ground(3, 2, EVIDENCE),) if decision in (Decision.RETURN, Decision.REFUSE) else ()
        self.office.act(DecidePledge(held.pledge, decision, held.body, *published, grounds, EVIDENCE))

    def step(self) -> None:
        code = self.draw.choice([Code.NOTIFY, Code.ANSWER, Code.RECONSIDER])
        held = self.any(State.REFUSED) if code == Code.RECONSIDER else self.any(State.FILED, State.ACCEPTED)
        until = self.office.now() + DAY if code == Code.NOTIFY else 0
        self.office.act(StepFiling(held.pledge, code, EVIDENCE, b"n" * 32, until))

    def withdraw(self) -> None:
        held = self.any(State.FILED, State.ACCEPTED)
        assert held.body is not None
        self.office.act(WithdrawFiling(held.pledge, held.body, instrument(self.number()), held.consents()))

    def contest(self) -> None:
        earlier, later = self.any(State.FILED, register=SINGLE), self.any(State.ACCEPTED, register=SINGLE)
        shared = sorted(set(earlier.rights.keys) & set(later.rights.keys))
        assert earlier.body is not None
        rights = earlier.rights
        body = (earlier.pledge, later.pledge, earlier.body, shared[0], BLIND, 0, rights.page_roots, rights.keys)
        self.office.act(ContestAsset(*body, earlier.consents()))

    # --- Life ---

    def supplement(self) -> None:
        held = self.living()
        rights = self.some(held.register)
        acting, taken = on(self.office, held.pledge, Code.SUPPLEMENT, self.stated()), (0, BLIND, rights.keys, rights.titles)
        added = AddSegment(acting, held.parties(), asset_list(rights), *taken, b"s" * 32)
        told = dict(self.office.act(document(self.number(), held.consents(), segments=(added,))))
        held.segments[told["SegmentAdded"].segment] = rights

    def change_terms(self) -> None:
        held = self.living()
        changed = terms(self.draw.randrange(1, 10**6), kind=self.draw.choice([0, 1, 2]), expires=self.expires())
        if changed.kind == 0:
            changed = terms(0, kind=0, expires=changed.expires)
        change = ChangeTerms(on(self.office, held.pledge, Code.SET_TERMS, self.stated()), held.parties(), changed, b"t" * 32, NONE)
        self.office.act(document(self.number(), held.consents(), terms=(change,)))

    def transfer(self) -> None:
        held = self.living()
        holders = self.draw.sample(BANKS, self.draw.randrange(1, 3))
        pledgors = self.draw.sample(PEOPLE, 1) if self.draw.random() < 0.3 else []
        lists = tuple(party(name, PartyRole.PLEDGOR) for name in pledgors), tuple(party(name, PartyRole.PLEDGEE) for name in holders)
        change = ChangeParties(
            on(self.office, held.pledge, Code.TRANSFER, self.stated()), held.parties(), *lists, names([*pledgors, *holders])
        )
        self.office.act(document(self.number(), held.consents([*holders, *pledgors]), parties=(change,)))
        held.holders, held.pledgors = list(holders), list(pledgors) or held.pledgors

    def release(self) -> None:
        held = self.living()
        other = key_of(held.register, 99)
        how = ReleasePledge(on(self.office, held.pledge, Code.RELEASE, self.stated()), held.parties(), 1, EndReason.RELEASED, (), (other,))
        self.office.act(document(self.number(), held.consents(), releases=(how,)))

    def release_part(self) -> None:
        held = self.living()
        segment, rights = self.segment_of(held)
        page = leaf_page(segment, rights, ended=1 << self.draw.randrange(len(rights.keys)))
        how = ReleaseAssets(
            on(self.office, held.pledge, Code.PART_RELEASE, self.stated()), held.parties(), 1, EndReason.RELEASED, (page,), ()
        )
        self.office.act(document(self.number(), held.consents(), partReleases=(how,)))

    def enforce(self) -> None:
        held = self.living()
        code = Code.ENFORCE if self.state(held) == State.REGISTERED else Code.STOP_ENFORCING
        self.office.act(
            document(self.number(), held.consents(), states=(SetPledgeState(on(self.office, held.pledge, code), held.parties(), 0),))
        )

    def note(self) -> None:
        held = self.any(State.REGISTERED, State.ENFORCING, State.ENDED)
        kind, subject = NoteKind(self.draw.randrange(1, 8)), self.draw.randbytes(32)
        other = self.draw.choice(self.pledges).pledge
        note = NotePledge(on(self.office, held.pledge, Code.NOTE), held.parties(), kind, other, subject, held.rights.keys[:1], "备注 note")
        self.office.act(document(self.number(), (), notes=(note,)))
        if kind == NoteKind.NOTICE:
            self.notices.append((held.pledge, subject))

    # --- Sequels ---

    def refinance(self) -> None:
        held = self.living()
        holders = self.draw.sample(BANKS, 1)
        claim = terms(self.draw.randrange(1, 10**6), expires=self.expires())
        parties = tuple(party(name, PartyRole.PLEDGEE) for name in holders)
        acting, new = on(self.office, held.pledge, Code.REFINANCE), (parties, names(holders), claim, b"r" * 32, b"a" * 32)
        segments = tuple(sorted(held.segments))
        body = RefinancePledge(acting, held.parties(), instrument(self.number()), *new, segments, held.consents(holders))
        made = dict(self.office.act(body))["PledgeRefinanced"].pledge
        self.pledges.append(Held(made, held.register, held.rights, None, held.pledgors, holders, dict(held.segments)))

    def relate(self) -> None:
        held = self.living()
        senior = self.living(held.register)
        kind, cap = RelationKind(self.draw.randrange(1, 6)), self.draw.choice([0, 1_000])
        acting = on(self.office, held.pledge, Code.RELATE)
        self.office.act(RelatePledges(acting, held.parties(), instrument(self.number()), senior.pledge, kind, cap, held.consents()))

    def sell(self) -> None:
        held = self.any(State.ENFORCING)
        amount = self.draw.randrange(1, 100)
        share = SaleShare(held.pledge, 1, amount, amount)
        money = (amount + 12, CNY, 5, 7, b"y" * 32)
        acting = on(self.office, held.pledge, Code.SALE)
        self.office.act(RecordSale(acting, held.parties(), instrument(self.number()), *money, held.rights.keys, (share,), held.consents()))

    # --- The office ---

    def target(self) -> tuple[int, HoldTarget, bytes]:
        """A register, a kind of target, and one of that kind."""
        kind = HoldTarget(self.draw.randrange(1, 5))
        register = self.draw.choice([RANKED, SINGLE])
        if kind == HoldTarget.ASSET:
            return register, kind, key_of(register, self.draw.randrange(RIGHTS + 3))
        if kind == HoldTarget.PARTY:
            return register, kind, stated_party(self.draw.choice([*PEOPLE, *BANKS]))
        held = self.pick(self.pledges)
        return held.register, kind, word(held.pledge)

    def hold(self) -> None:
        register, target, id_ = self.target()
        until = 0 if self.draw.random() < 0.2 else self.office.now() + self.draw.randrange(60, 20 * HOUR)
        bars = Effect.ADD_SEGMENT if target == HoldTarget.ASSET else Effect.SET_TERMS
        self.office.act(PlaceHold(register, Code.HOLD, target, id_, bars, HoldKind.PRESERVATION, until, stated_party("Court"), EVIDENCE))

    def lift(self) -> None:
        register, target, id_ = self.target()
        number = self.pick(self.office.view("holds", target, id_, self.office.account)[0]) >> 96 & 0xFFFF
        self.office.act(LiftHold(register, Code.LIFT, target, id_, number, stated_party("Court"), EVIDENCE))

    def join(self) -> None:
        register = self.draw.choice([RANKED, SINGLE])
        other, key = self.draw.sample(range(RIGHTS + 3), 2)
        self.office.act(JoinAssets(register, key_of(register, other), key_of(register, key), EVIDENCE))

    def tell_of_party(self) -> None:
        kind, (name, other) = PartyKind(self.draw.randrange(1, 7)), self.draw.sample([*PEOPLE, *BANKS, "Successor"], 2)
        follows, binds = kind in (PartyKind.SUCCEEDED, PartyKind.RECEIVED), kind == PartyKind.MEMBER
        named = f"{name} renamed {self.documents}" if kind in (PartyKind.RENAMED, PartyKind.SUCCEEDED) else ""
        who = (stated_party(other) if follows else NONE, self.office.member if binds else bytes(20), self.office.now(), EVIDENCE, named)
        self.office.act(RecordParty(RANKED, stated_party(name), kind, *who))

    def restore(self) -> None:
        held = self.any(State.ENDED, State.ENDED, State.RESTORING, State.REGISTERED)
        pages = tuple(leaf_page(segment, rights) for segment, rights in held.segments.items()) if held.register == SINGLE else ()
        head = self.office.view("pledge", held.pledge)[0]
        expires, taken = head >> 168 & (1 << 40) - 1, tuple[int, ...]()
        if 0 < expires < self.office.now():
            expires = 0
        if self.draw.random() < 0.5:
            pages = pages[:1]
        first = self.office.view("pledge", held.pledge)[1] >> 216
        if self.office.view("segment", first)[0] & (1 << 40) - 1 != held.pledge and head & 0xFF == State.ENDED:
            taken = tuple(sorted(held.segments))
        self._rectify(held, RectifyKind.RESTORE, expires=expires, segments=taken, pages=pages)

    def restore_leaves(self) -> None:
        living = [held for held in self.pledges if self.state(held) in (State.REGISTERED, State.ENFORCING)]
        bits = [(held, segment, self.office.view("endedBits", segment, 0)) for held in living for segment in held.segments]
        held, segment, ended = self.pick([each for each in bits if each[2]])
        rights = held.segments[segment]
        self._rectify(held, RectifyKind.RESTORE_LEAVES, pages=(leaf_page(segment, rights, ended=ended),))

    def settle(self) -> None:
        held = self.any(State.REGISTERED, State.ENDED, register=SINGLE)
        self._rectify(held, RectifyKind.SETTLE_CONFLICT, assets=(key_of(SINGLE, self.draw.randrange(RIGHTS)),))

    def _rectify(self, held: Held, kind: RectifyKind, **what: Any) -> None:
        parts = {"expires": 0, "segments": (), "pages": (), "assets": (), "consents": (), **what}
        body = RectifyPledge(on(self.office, held.pledge, Code.RECTIFY), kind, b"z" * 32, instrument(self.number()), **parts)
        self.office.act(body)

    # --- Anchors ---

    def anchor(self) -> None:
        """A small register is anchored, and its live assets are seeded in the same breath."""
        rights = range(RIGHTS - 2, RIGHTS + 3)
        lists = [sorted(self.draw.sample(rights, self.draw.randrange(1, 3))) for _ in range(self.draw.randrange(1, 4))]
        self._anchor(self.draw.choice([RANKED, SINGLE]), lists)

    def _anchor(self, register: int, rights: Sequence[Sequence[int]]) -> int:
        """Records with these rights; the key by which they can be adopted."""
        lists = [listed(register, each) for each in rights]
        records = [self._anchored(register, f"A{self.documents}-{at}", each) for at, each in enumerate(lists)]
        named = {record.officeNumber: listing_ for record, listing_ in records}
        leaves = [merkle.leaf_hash(anchor_leaves.encode(_leaf(record))) for record, _ in records]
        live = sorted((key, number) for number, listing_ in named.items() for key in listing_.keys)
        live_leaves = [merkle.leaf_hash(anchor_leaves.encode(anchor_leaves.LiveAsset(register, key, number))) for key, number in live]
        body = AnchorRegister(register, _root(leaves), len(leaves), _root(live_leaves), len(live), self.office.now(), 0, EVIDENCE)
        number = dict(self.office.act(body))["RegisterAnchored"].anchor
        self.documents += 1
        anchor: int = register << 16 | number
        self.anchors[anchor] = [record for record, _ in records]
        self._listings.update(named)
        self.office.act(SeedAssets(register, number, 0, tuple(key for key, _ in live), tuple(record for _, record in live), ()))
        return anchor

    _listings: dict[bytes, Listing] = field(default_factory=dict)

    def _anchored(self, register: int, number: str, rights: Listing) -> tuple[AnchoredRecord, Listing]:
        sides = (_side([party(PEOPLE[0], PartyRole.PLEDGOR)]), _side([party(BANKS[0], PartyRole.PLEDGEE)]))
        claim = (2, CNY, 10_000, 0)
        what = (State.REGISTERED, 0, self.draw.randrange(DAY, GENESIS), 0, *claim, 1, *sides, len(rights.keys), rights.root, b"c" * 32)
        return AnchoredRecord(register, number.encode().ljust(32, b"\0"), *what), rights

    def adopt(self) -> None:
        key = self.pick(sorted(self.anchors))
        self._adopt(key, self.draw.randrange(len(self.anchors[key])))

    def _adopt(self, key: int, at: int) -> None:
        records = self.anchors[key]
        record = records[at]
        rights = self._listings[record.officeNumber]
        leaves = [merkle.leaf_hash(anchor_leaves.encode(_leaf(each))) for each in records]
        parties = (party(PEOPLE[0], PartyRole.PLEDGOR), party(BANKS[0], PartyRole.PLEDGEE))
        who, page = (parties, names([PEOPLE[0], BANKS[0]])), (BLIND, 0, rights.page_roots, rights.keys)
        paper = instrument(record.officeNumber.rstrip(b"\0").decode())
        body = AdoptRecord(key & 0xFFFF, at, record, tuple(_path(leaves, at)), *who, *page, b"a" * 32, paper)  # type: ignore[arg-type]
        told = dict(self.office.act(body))["RecordAdopted"]
        self.pledges.append(Held(told.pledge, record.register, rights, None, [PEOPLE[0]], [BANKS[0]], {told.segment: rights}))

    # --- What chance brings about too rarely ---

    def rare(self) -> None:
        """Lists of several pages filed, supplemented and adopted; a hold that goes with its number; a reservation that a hold ends; a right
        under two numbers adopted.
        """
        self.file_long()
        self.supplement_long()
        self.adopt_long()
        self.move_a_hold()
        self.displace_a_supplement()
        self.adopt_under_two_numbers()

    def file_long(self) -> None:
        """A filing of two pages: claimed, approved, its titles published, registered."""
        rights = listed(SINGLE, LONG)
        body = filing(SINGLE, self.number(), rights)
        pledge = dict(self.office.act(body))["PledgeFiled"].pledge
        for page, keys in enumerate(rights.pages):
            told = dict(self.office.act(AcceptPledge(pledge, body, BLIND, page, rights.page_roots, keys)))
        segment = told["PledgeAccepted"].segment
        self.office.act(DecidePledge(pledge, Decision.APPROVE, body, (), (), (), EVIDENCE))
        self._publish(segment, rights)
        self.office.act(DecidePledge(pledge, Decision.REGISTER, body, names(["Pledgor", "Bank"]), (), (), EVIDENCE))
        self.pledges.append(Held(pledge, SINGLE, rights, body, ["Pledgor"], ["Bank"], {segment: rights}))

    def _publish(self, segment: int, rights: Listing) -> None:
        for page, titles in enumerate(rights.title_pages):
            self.office.act(PublishTitles(segment, page, rights.title_roots, titles))

    def _reserve(self, held: Held, rights: Listing) -> int:
        segment = 0
        for page, keys in enumerate(rights.pages):
            body = ReserveSegment(held.pledge, segment, asset_list(rights), BLIND, page, rights.page_roots, keys)
            segment = dict(self.office.act(body))["SegmentReserved"].segment
        return segment

    def supplement_long(self) -> None:
        """A supplement of two pages, reserved before."""
        held, rights = self.pledges[-1], listed(SINGLE, [at + 1_000 for at in LONG])
        segment = self._reserve(held, rights)
        self._publish(segment, rights)
        acting = on(self.office, held.pledge, Code.SUPPLEMENT)
        added = AddSegment(acting, held.parties(), asset_list(rights), segment, BLIND, (), (), b"s" * 32)
        self.office.act(document(self.number(), held.consents(), segments=(added,)))
        held.segments[segment] = rights

    def displace_a_supplement(self) -> None:
        """A hold comes upon a reserved right."""
        held, rights = self.pledges[0], listed(SINGLE, [at + 2_000 for at in LONG])
        self._reserve(held, rights)
        bars = Effect.ADD_SEGMENT | Effect.REGISTER
        self.office.act(PlaceHold(SINGLE, Code.HOLD, HoldTarget.ASSET, rights.keys[0], bars, HoldKind.OTHER, 0, NONE, EVIDENCE))

    def adopt_long(self) -> None:
        """A record of two pages."""
        rights = listed(RANKED, [at + 1_000 for at in LONG], titled=False)
        record, _ = self._anchored(RANKED, "L-1", rights)
        leaf = merkle.leaf_hash(anchor_leaves.encode(_leaf(record)))
        number = dict(self.office.act(AnchorRegister(RANKED, leaf, 1, NONE, 0, 0, 0, EVIDENCE)))["RegisterAnchored"].anchor
        who = (party(PEOPLE[0], PartyRole.PLEDGOR), party(BANKS[0], PartyRole.PLEDGEE)), names([PEOPLE[0], BANKS[0]])
        for page, keys in enumerate(rights.pages):
            body = AdoptRecord(number, 0, record, (), *who, BLIND, page, rights.page_roots, keys, b"a" * 32, instrument("L-1"))
            self.office.act(body)
        replacing = AnchorRegister(RANKED, NONE, 0, NONE, 0, 0, number, EVIDENCE)
        self.office.act(replacing)

    def move_a_hold(self) -> None:
        """Two holds on a number, one of them over, and then the number is joined; a hold is lifted on the key."""
        other, key = key_of(RANKED, 500), key_of(RANKED, 501)
        for id_, until in ((other, self.office.now() + 2), (other, 0), (key, 0)):
            body = PlaceHold(RANKED, Code.HOLD, HoldTarget.ASSET, id_, Effect.REGISTER, HoldKind.OTHER, until, NONE, EVIDENCE)
            self.office.act(body)
        self.office.wait(5)
        self.office.act(JoinAssets(RANKED, other, key, EVIDENCE))
        self.office.act(LiftHold(RANKED, Code.LIFT, HoldTarget.ASSET, other, 0, NONE, EVIDENCE))

    def adopt_under_two_numbers(self) -> None:
        """A record lists one right twice: the pledge lies beside itself before its adoption is told."""
        self.office.act(JoinAssets(SINGLE, key_of(SINGLE, 600), key_of(SINGLE, 601), EVIDENCE))
        self._adopt(self._anchor(SINGLE, [[600, 601]]), 0)

    def go_back(self, blocks: int) -> None:
        """The node loses its last blocks and makes others; what was only in them is forgotten here, too."""
        self.office.rpc.call("anvil_rollback", blocks)
        self.office.relayer.nonce = int(self.office.rpc.call("eth_getTransactionCount", self.office.relayer.address, "latest"), 16)
        self.office.wait(77)
        pledges, segments = self.office.view("counts")
        self.pledges = [held for held in self.pledges if held.pledge <= pledges]
        for held in self.pledges:
            held.segments = {segment: rights for segment, rights in held.segments.items() if segment <= segments}

    def wait(self) -> None:
        self.office.wait(self.draw.choice([60, 600, 2 * HOUR, 15 * HOUR]))


def _leaf(record: AnchoredRecord) -> anchor_leaves.AnchoredRecord:
    return anchor_leaves.AnchoredRecord(**{name: getattr(record, name) for name in anchor_leaves.AnchoredRecord.__slots__})


def _side(parties: list[Party]) -> bytes:
    return side_root([(each.role, each.id, each.nameHash, each.share) for each in parties])


def _root(leaves: list[bytes]) -> bytes:
    return [level[0] for level in merkle.levels(leaves)][-1]


def _path(leaves: list[bytes], at: int) -> list[bytes]:
    found: list[bytes] = []
    for level in merkle.levels(leaves):
        sibling = at ^ 1
        if sibling < len(level):
            found.append(level[sibling])
        at >>= 1
    return found
