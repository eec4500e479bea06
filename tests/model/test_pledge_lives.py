"""The model of a register of pledges and the real contracts live the same random lives: one refuses what the other does, and both hold the
same after every step."""

import random
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from bench.house import House, Key, running
from bench.pledge_bodies import PAPER, ZERO
from ledger.chain import artifacts, calls
from ledger.chain.decode import event_types
from ledger.chain.rpc import RpcError
from ledger.domain import acts, pledge_words
from ledger.domain.act_types import (
    AcceptPledge,
    ActOn,
    AddSegment,
    AssetList,
    ChangeTerms,
    Consent,
    ContestAsset,
    DecidePledge,
    FilePledge,
    Ground,
    Instrument,
    JoinAssets,
    LeafPage,
    LiftHold,
    PartiesNow,
    Party,
    PartyName,
    PlaceHold,
    PledgeActs,
    RectifyPledge,
    RefinancePledge,
    ReleaseAssets,
    ReleasePledge,
    ReserveSegment,
    SetPledgeState,
    StepFiling,
    Terms,
    When,
    WithdrawFiling,
)
from ledger.domain.acts import SIGNED
from ledger.domain.assets import Listing, listing, member_party, name_hash
from ledger.domain.ids import from_hex, to_hex
from ledger.domain.pledge_words import Decision, HoldKind, RectifyKind
from ledger.domain.registers import DAY, Code, Effect, EndReason, Mode, PartyRole, State
from ledger.domain.shipped_registers import CN_PATENTS, US_PATENTS, shipped
from tests.conftest import FULL
from tests.model.pledges import LIVING, TAKES, Hold, Pledge, Refused, Registers, Rules, Segment, Target

LIVES = 30 if FULL else 6
STEPS = 120 if FULL else 60
ORDERED = int(Mode.ORDERED)
BLIND = b"\x07" * 32
INSTRUMENT = Instrument(b"1-1".ljust(32, b"\0"), PAPER, 0, "AGREEMENT")
COURT = b"\x02" + b"court".ljust(31, b"\0")
NOW = When(0, False, 0)
LONG = 128
RIGHTS = 7
ALIKE = {"AssetBarred": "AssetTaken"}
"""A right in conflict, or in restoration, is barred in the contract and taken on paper: refused by both."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("lives")) as made:
        yield made


def _word(number: str) -> bytes:
    return number.encode().ljust(32, b"\0")


def _listing(keys: tuple[str, ...]) -> Listing:
    return listing({_word(each): "" for each in keys}, BLIND)


def _error(data: bytes) -> str:
    found = calls.error_of("PledgeRegistry", data)
    assert found is not None, data
    return found[0]


@dataclass
class Life:
    """One life, in the model and on the ledger; keys and numbers are this life's own."""

    house: House
    model: Registers
    dice: random.Random
    filings: dict[int, FilePledge] = field(default_factory=dict)
    before: tuple[int, int] = (0, 0)
    queues: dict[str, int] = field(default_factory=dict)
    """Holds that earlier lives had laid on a party, whose numbers stay theirs."""
    fillers: int = 0
    done: int = 0
    refused: int = 0

    # --- Numbers: the model counts its own ---

    def pledge(self, number: int) -> int:
        return number + self.before[0]

    def segment(self, number: int) -> int:
        return number + self.before[1]

    def view(self, function: str, *arguments: Any) -> Any:
        return calls.view(self.house.rpc, self.house.manifest.address("PledgeRegistry"), "PledgeRegistry", function, *arguments)

    def views(self, asked: Sequence[tuple[str, tuple[Any, ...]]]) -> list[Any]:
        """The answers of several views; {Refused} for one that reverts."""
        to = to_hex(self.house.manifest.address("PledgeRegistry"))
        wanted = [("eth_call", [{"to": to, "data": calls.call_data("PledgeRegistry", name, *given)}, "latest"]) for name, given in asked]
        return [
            Refused(_error(answer.revert_data or b""))
            if isinstance(answer, RpcError)
            else calls.result("PledgeRegistry", name, from_hex(answer))
            for (name, _), answer in zip(asked, self.house.rpc.batch(wanted), strict=True)
        ]

    # --- Acting ---

    def both(self, body: Any, hands: tuple[tuple[Key, int], ...], model: Callable[[], object]) -> None:
        """The same act on both: done by both, or refused by both for the same reason."""
        self.house.rpc.call("evm_setNextBlockTimestamp", self.model.now)
        told = self._run(body, hands)
        expected = _refusal(model)
        assert _alike(told) == _alike(expected), (type(body).__name__, told, expected)
        if told is None:
            self.done += 1
        else:
            self.refused += 1
        self.model.now = max(self.model.now, _now(self.house)) + 1

    def _run(self, body: Any, hands: tuple[tuple[Key, int], ...]) -> str | None:
        """None when the act is done, else the name of the error that it is refused with."""
        signed = self.house.signed(body, *hands)
        (receipt,) = self.house.relayer.run([(self.house.manifest.address("Acts"), acts.encode_run([signed]))])
        address = self.house.manifest.address("Acts")
        log = [each for each in receipt["logs"] if from_hex(each["address"]) == address][-1]
        topics = [from_hex(topic) for topic in log["topics"]]
        (kind,) = (event for event in event_types("Acts", artifacts.load("Acts").abi) if event.topic == topics[0])
        if kind.name == "ActDone":
            return None
        assert kind.name == "ActRefused", (kind.name, kind.decode(topics, from_hex(log["data"])))
        reason = kind.decode(topics, from_hex(log["data"])).reason
        return _error(reason)

    # --- Parts of bodies ---

    def key_of(self, who: str) -> Key:
        return {"pledgor": self.house.pledgor, "pledgee": self.house.pledgee, "newcomer": self.house.newcomer}[who]

    def party(self, role: PartyRole, who: str) -> Party:
        account = self.key_of(who).account
        return Party(role, member_party(account), name_hash(who, ""), 1 if role is PartyRole.PLEDGEE else 0)

    def hands(self, *others: str) -> tuple[tuple[Key, int], ...]:
        """Both officers, then the parties."""
        return ((self.house.office, SIGNED), (self.house.second, SIGNED), *((self.key_of(who), SIGNED) for who in others))

    def order(self) -> tuple[tuple[Key, int], ...]:
        return ((self.house.office, ORDERED), (self.house.second, ORDERED))

    def consents(self, *given: tuple[PartyRole, str]) -> tuple[Consent, ...]:
        """Of parties in the order in which they sign behind the officers."""
        return tuple(
            Consent(role, SIGNED, 2 + at, member_party(self.key_of(who).account), ZERO, 0, 0) for at, (role, who) in enumerate(given)
        )

    def standing(self, pledge: Pledge) -> PartiesNow:
        return PartiesNow(ZERO, ZERO, (self.party(PartyRole.PLEDGOR, "pledgor"),), (self.party(PartyRole.PLEDGEE, pledge.holder),))

    def on(self, pledge: Pledge, code: Code) -> ActOn:
        return ActOn(self.pledge(pledge.number), pledge.version, code, NOW)

    def leaf_page(self, segment: Segment, which: set[int] | None = None) -> list[LeafPage]:
        listed = _listing(tuple(leaf.listed for leaf in segment.leaves))
        ended = sum(1 << at for at in which or ())
        pages = [
            LeafPage(self.segment(segment.number), BLIND, at, listed.page_roots, keys, ended if at == 0 else 0)
            for at, keys in enumerate(listed.pages)
        ]
        return pages if which is None else pages[:1]

    # --- Choosing ---

    def number(self, register: int) -> str:
        return f"{'CN' if register == CN_PATENTS else 'US'}PA{self.before[0]:06}{self.dice.randrange(RIGHTS)}"

    def keys(self, register: int) -> tuple[str, ...]:
        return tuple(sorted({self.number(register) for _ in range(self.dice.randint(1, 2))}))

    def some(self, *states: State) -> Pledge | None:
        """A pledge in one of the states, mostly."""
        all_ = list(self.model.pledges.values())
        fit = [each for each in all_ if each.state in states]
        chosen = fit if fit and self.dice.random() < 0.9 else all_
        return self.dice.choice(chosen) if chosen else None

    def later_time(self) -> int:
        return self.model.now + self.dice.randint(1, 90) * DAY


# --- Steps: each is taken by both ---


def _grant(life: Life) -> None:
    """The three steps at once, mostly of rights that are free."""
    register = life.dice.choice([CN_PATENTS, CN_PATENTS, US_PATENTS])
    keys = tuple(each for each in life.keys(register) if not life.model.rights(life.model.key(each)))
    count = len(life.model.pledges)
    _file_keys(life, register, keys or life.keys(register))
    if len(life.model.pledges) > count:
        pledge = life.model.pledges[count + 1]
        _accept_one(life, pledge)
        _register_one(life, pledge)


def _file(life: Life) -> None:
    register = life.dice.choice([CN_PATENTS, CN_PATENTS, CN_PATENTS, US_PATENTS])
    _file_keys(life, register, life.keys(register))


def _file_keys(life: Life, register: int, keys: tuple[str, ...]) -> None:
    ends = life.dice.choice([0, 0, life.later_time()])
    parties = (life.party(PartyRole.PLEDGOR, "pledgor"), life.party(PartyRole.PLEDGEE, "pledgee"))
    listed = _listing(keys)
    consents = life.consents((PartyRole.PLEDGOR, "pledgor"), (PartyRole.PLEDGEE, "pledgee"))
    body = FilePledge(
        register=register,
        version=1,
        code=Code.REGISTER,
        flags=0,
        terms=Terms(1_000, 156, 1, 0, ends),
        parties=parties,
        assets=AssetList(listed.root, len(keys), listed.titles_hash),
        content=PAPER,
        agreement=PAPER,
        instrument=INSTRUMENT,
        when=NOW,
        consents=consents,
    )
    count = len(life.model.pledges)
    life.both(body, life.hands("pledgor", "pledgee"), lambda: life.model.file(register, keys, ends))
    if len(life.model.pledges) > count:
        life.filings[count + 1] = body


def _filed(life: Life, pledge: Pledge) -> tuple[FilePledge, Listing] | None:
    """What was filed; None for a pledge that a refinancing made."""
    filing = life.filings.get(pledge.number)
    return None if filing is None else (filing, _listing(pledge.keys))


def _accept(life: Life) -> None:
    contesting = [life.model.pledges[earlier] for each in life.model.pledges.values() for earlier in each.contested_by]
    pledge = life.dice.choice(contesting) if contesting and life.dice.random() < 0.4 else life.some(State.FILED)
    if pledge:
        _accept_one(life, pledge)


def _accept_one(life: Life, pledge: Pledge) -> None:
    found = _filed(life, pledge)
    if found is None:
        return
    filing, listed = found
    body = AcceptPledge(life.pledge(pledge.number), filing, BLIND, 0, listed.page_roots, listed.pages[0])
    life.both(body, life.hands(), lambda: life.model.accept(pledge.number))


def _race(life: Life) -> None:
    """Two filings of one right, of which the later one is accepted first; the earlier one contests it."""
    key, count = life.number(CN_PATENTS), len(life.model.pledges)
    for _ in range(2):
        _file_keys(life, CN_PATENTS, tuple(sorted({key, life.number(CN_PATENTS)})))
    if len(life.model.pledges) != count + 2:
        return
    earlier, later = life.model.pledges[count + 1], life.model.pledges[count + 2]
    _accept_one(life, later)
    _contest_one(life, earlier, later)
    for step in life.dice.sample([_accept_one, _register_one], life.dice.randint(0, 2)):
        step(life, life.dice.choice([earlier, later]))


def _contest(life: Life) -> None:
    earlier, later = life.some(State.FILED, State.ACCEPTED), life.some(State.ACCEPTED)
    if earlier and later:
        _contest_one(life, earlier, later)


def _contest_one(life: Life, earlier: Pledge, later: Pledge) -> None:
    found = _filed(life, earlier)
    if found is None:
        return
    filing, listed = found
    shared = [each for each in earlier.keys if life.model.key(each) in map(life.model.key, later.keys)]
    asset = life.dice.choice(shared or earlier.keys)
    consents = life.consents((PartyRole.PLEDGEE, "pledgee"))
    numbers = (life.pledge(earlier.number), life.pledge(later.number))
    body = ContestAsset(*numbers, filing, _word(asset), BLIND, 0, listed.page_roots, listed.pages[0], consents)
    life.both(body, life.hands("pledgee"), lambda: life.model.contest(earlier.number, later.number, asset))


def _decide(life: Life, pledge: Pledge, decision: Decision, grounds: tuple[Ground, ...], model: Callable[[], object]) -> None:
    found = _filed(life, pledge)
    if found is None:
        return
    names = (PartyName("pledgor", ""), PartyName("pledgee", "")) if decision is Decision.REGISTER else ()
    body = DecidePledge(life.pledge(pledge.number), decision, found[0], names, (), grounds, PAPER)
    life.both(body, life.hands(), model)


def _grounds(pledge: Pledge, result: int) -> tuple[Ground, ...]:
    return tuple(Ground(ground.number, result, ZERO) for ground in shipped(pledge.register).grounds)


def _approve(life: Life) -> None:
    pledge = life.some(State.ACCEPTED)
    if pledge:
        _decide(life, pledge, Decision.APPROVE, _grounds(pledge, 1), lambda: life.model.approve(pledge.number))


def _register(life: Life) -> None:
    pledge = life.some(State.ACCEPTED)
    if pledge:
        _register_one(life, pledge)


def _register_one(life: Life, pledge: Pledge) -> None:
    grounds = () if pledge.approved else _grounds(pledge, 1)
    _decide(life, pledge, Decision.REGISTER, grounds, lambda: life.model.register(pledge.number))


def _return(life: Life) -> None:
    pledge = life.some(State.FILED, State.ACCEPTED)
    if pledge:
        _return_one(life, pledge)


def _return_one(life: Life, pledge: Pledge) -> None:
    _decide(life, pledge, Decision.RETURN, (), lambda: life.model.close(pledge.number, State.RETURNED))


def _refuse(life: Life) -> None:
    pledge = life.some(State.FILED, State.ACCEPTED)
    if pledge and pledge.register == CN_PATENTS:
        _decide(life, pledge, Decision.REFUSE, (Ground(1, 2, PAPER),), lambda: life.model.close(pledge.number, State.REFUSED))


def _withdraw(life: Life) -> None:
    pledge = life.some(State.FILED, State.ACCEPTED)
    found = _filed(life, pledge) if pledge else None
    if pledge is None or found is None:
        return
    consents = life.consents((PartyRole.PLEDGOR, "pledgor"), (PartyRole.PLEDGEE, "pledgee"))
    body = WithdrawFiling(life.pledge(pledge.number), found[0], INSTRUMENT, consents)
    life.both(body, life.hands("pledgor", "pledgee"), lambda: life.model.close(pledge.number, State.WITHDRAWN))


def _reconsider(life: Life) -> None:
    pledge = life.some(State.REFUSED)
    if pledge:
        body = StepFiling(life.pledge(pledge.number), Code.RECONSIDER, PAPER, ZERO, 0)
        life.both(body, life.hands(), lambda: life.model.reconsider(pledge.number))


def _document(life: Life, pledge: Pledge, model: Callable[[], object], *, ordered: bool = False, **parts: Any) -> None:
    empty: dict[str, Any] = dict.fromkeys(("terms", "parties", "segments", "partReleases", "releases", "states", "notes"), ())
    consents: tuple[Consent, ...] = (Consent(PartyRole.AUTHORITY, ORDERED, 0, COURT, PAPER, 0, 0),)
    hands = life.order()
    if not ordered:
        consents = life.consents((PartyRole.PLEDGOR, "pledgor"), (PartyRole.PLEDGEE, pledge.holder))
        hands = life.hands("pledgor", pledge.holder)
    life.both(PledgeActs(INSTRUMENT, consents, **{**empty, **parts}), hands, model)


def _supplement(life: Life) -> None:
    pledge = life.some(*LIVING)
    if pledge is None:
        return
    keys = life.keys(pledge.register)
    _add(life, pledge, keys, 0, lambda: life.model.supplement(pledge.number, keys))


def _add(life: Life, pledge: Pledge, keys: tuple[str, ...], reserved: int, model: Callable[[], object]) -> None:
    listed = _listing(keys)
    list_ = AssetList(listed.root, len(keys), listed.titles_hash)
    shown = () if reserved else listed.keys
    on, parties = life.on(pledge, Code.SUPPLEMENT), life.standing(pledge)
    _document(life, pledge, model, segments=(AddSegment(on, parties, list_, reserved, BLIND, shown, (), PAPER),))


def _reserve(life: Life) -> None:
    """A long list, both pages of it; its first rights are those that others want too."""
    pledge = life.some(*LIVING)
    if pledge is None or life.dice.random() < 0.6:
        return
    office = "CN" if pledge.register == CN_PATENTS else "US"
    life.fillers += LONG
    more = (f"{office}PZ{life.before[0]:06}{life.fillers + at:06}" for at in range(LONG))
    keys = tuple(sorted({*life.keys(pledge.register), *more}))
    listed, count = _listing(keys), len(life.model.segments)
    list_ = AssetList(listed.root, len(keys), listed.titles_hash)
    number = life.pledge(pledge.number)
    body = ReserveSegment(number, 0, list_, BLIND, 0, listed.page_roots, listed.pages[0])
    life.both(body, life.hands(), lambda: life.model.reserve(pledge.number, keys))
    if len(life.model.segments) > count:
        rest = ReserveSegment(number, life.segment(count + 1), list_, BLIND, 1, listed.page_roots, listed.pages[1])
        life.both(rest, life.hands(), lambda: None)


def _add_reserved(life: Life) -> None:
    waiting = [segment for segment in life.model.segments.values() if segment.effective is None]
    if not waiting:
        return
    segment = life.dice.choice(waiting)
    pledge = life.model.pledges[segment.pledge]
    keys = tuple(leaf.listed for leaf in segment.leaves)
    _add(life, pledge, keys, life.segment(segment.number), lambda: life.model.add_reserved(pledge.number, segment.number))


def _release(life: Life) -> None:
    pledge = life.some(*LIVING)
    if pledge:
        _release_one(life, pledge)


def _release_one(life: Life, pledge: Pledge) -> None:
    ended = ReleasePledge(life.on(pledge, Code.RELEASE), life.standing(pledge), 1, EndReason.RELEASED, (), ())
    _document(life, pledge, lambda: life.model.release(pledge.number), releases=(ended,))


def _end_by_order(life: Life) -> None:
    pledge = life.some(*LIVING)
    if pledge and life.dice.random() < 0.5:
        _end_one(life, pledge)


def _end_one(life: Life, pledge: Pledge) -> None:
    ended = ReleasePledge(life.on(pledge, Code.END_BY_ORDER), life.standing(pledge), 1, EndReason.ORDERED, (), ())
    _document(life, pledge, lambda: life.model.end_by_order(pledge.number), ordered=True, releases=(ended,))


def _release_leaves(life: Life) -> None:
    pledge = life.some(*LIVING)
    segments = life.model.active(pledge.number) if pledge else []
    if pledge is None or not segments:
        return
    segment, ordered = life.dice.choice(segments), life.dice.random() < 0.3
    most = min(len(segment.leaves), 3)
    which = set(life.dice.sample(range(most), life.dice.randint(1, most)))
    code, reason = (Code.END_LEAVES_BY_ORDER, EndReason.MISTAKEN) if ordered else (Code.PART_RELEASE, EndReason.RELEASED)
    pages = tuple(life.leaf_page(segment, which))
    body = ReleaseAssets(life.on(pledge, code), life.standing(pledge), 1, reason, pages, ())

    def model() -> None:
        life.model.release_leaves(pledge.number, segment.number, which, ordered=ordered)

    _document(life, pledge, model, ordered=ordered, partReleases=(body,))


def _enforce(life: Life) -> None:
    pledge = life.some(*LIVING)
    if pledge and pledge.register == CN_PATENTS:
        stop = life.dice.random() < 0.5
        code = Code.STOP_ENFORCING if stop else Code.ENFORCE
        body = SetPledgeState(life.on(pledge, code), life.standing(pledge), 0)
        _document(life, pledge, lambda: life.model.enforce(pledge.number, stop=stop), states=(body,))


def _set_end(life: Life) -> None:
    pledge = life.some(*LIVING)
    if pledge:
        ends = life.dice.choice([0, life.later_time()])
        body = ChangeTerms(life.on(pledge, Code.SET_TERMS), life.standing(pledge), Terms(1_000, 156, 1, 0, ends), PAPER, PAPER)
        _document(life, pledge, lambda: life.model.set_end(pledge.number, ends), terms=(body,))


def _refinance(life: Life) -> None:
    pledge = life.some(*LIVING)
    if pledge is None or pledge.register != CN_PATENTS:
        return
    holder, ends = life.dice.choice(["pledgee", "newcomer"]), life.dice.choice([0, life.later_time()])
    segments = tuple(life.segment(segment.number) for segment in life.model.active(pledge.number))
    given = [(PartyRole.PLEDGOR, "pledgor"), (PartyRole.PLEDGEE, pledge.holder), (PartyRole.NEW_PLEDGEE, holder)]
    consents = life.consents(*given)
    signers = ["pledgor", pledge.holder, *([holder] if holder != pledge.holder else [])]
    if holder == pledge.holder:
        consents = (*consents[:2], Consent(PartyRole.NEW_PLEDGEE, SIGNED, 3, consents[1].party, ZERO, 0, 0))
    body = RefinancePledge(
        on=life.on(pledge, Code.REFINANCE),
        parties=life.standing(pledge),
        instrument=INSTRUMENT,
        holders=(life.party(PartyRole.PLEDGEE, holder),),
        names=(PartyName(holder, ""),),
        terms=Terms(1_000, 156, 1, 0, ends),
        content=PAPER,
        agreement=PAPER,
        segments=segments,
        consents=consents,
    )
    life.both(body, life.hands(*signers), lambda: life.model.refinance(pledge.number, holder, ends))


_BARS = {
    Target.ASSET: (TAKES | Effect.END_LEAVES, Effect.REGISTER, Effect.END_LEAVES),
    Target.PLEDGE: (Effect.END_ALL, Effect.SET_TERMS | Effect.SET_STATE, Effect.REGISTER | Effect.ADD_SEGMENT),
    Target.PARTY: (Effect.REGISTER, Effect.SET_TERMS | Effect.END_LEAVES),
    Target.CLAIM: (Effect.END_ALL | Effect.SET_TERMS,),
}


def _hold(life: Life) -> None:
    (target,), register = life.dice.choices(list(Target), [8, 8, 1, 4]), CN_PATENTS
    on: str | int = life.number(CN_PATENTS)
    word = _word(str(on))
    if target in (Target.PLEDGE, Target.CLAIM):
        pledge = life.some(*LIVING, State.ACCEPTED)
        if pledge is None:
            return
        register, on, word = pledge.register, pledge.number, life.pledge(pledge.number).to_bytes(32)
    elif target is Target.PARTY:
        on = life.dice.choice(["pledgor", "pledgee", "newcomer"])
        word = member_party(life.key_of(on).account)
    bars, until = int(life.dice.choice(_BARS[target])), life.dice.choice([0, life.later_time()])
    body = PlaceHold(register, Code.HOLD, target.value, word, bars, HoldKind.PRESERVATION, until, COURT, PAPER)
    life.both(body, life.order(), lambda: life.model.hold(target, on, bars, until))


def _lift(life: Life) -> None:
    if not life.model.holds:
        return
    running = [hold for hold in life.model.holds if not hold.lifted]
    hold = life.dice.choice(running if running and life.dice.random() < 0.9 else life.model.holds)
    register, word = CN_PATENTS, _held_word(life, hold)
    if hold.target in (Target.PLEDGE, Target.CLAIM):
        register = life.model.pledges[int(hold.on)].register
    _lift_one(life, register, word, hold)


def _lift_one(life: Life, register: int, word: bytes, hold: Hold) -> None:
    number = hold.number + life.queues.get(str(hold.on), 0)
    body = LiftHold(register, Code.LIFT, hold.target.value, word, number, COURT, PAPER)
    life.both(body, life.order(), lambda: life.model.lift(hold))


def _held_word(life: Life, hold: Hold) -> bytes:
    if hold.target is Target.ASSET:
        return _word(str(hold.on))
    if hold.target is Target.PARTY:
        return member_party(life.key_of(str(hold.on)).account)
    return life.pledge(int(hold.on)).to_bytes(32)


def _join(life: Life) -> None:
    if life.dice.random() < 0.5:
        return
    register = life.dice.choice([CN_PATENTS, CN_PATENTS, US_PATENTS])
    other, key = life.number(register), life.number(register)
    body = JoinAssets(register, _word(other), _word(key), PAPER)
    life.both(body, life.hands(), lambda: life.model.join(register, other, key))


def _rectify(life: Life, pledge: Pledge, kind: RectifyKind, model: Callable[[], object], **parts: Any) -> None:
    empty: dict[str, Any] = {"expires": 0, "segments": (), "pages": (), "assets": ()}
    on = ActOn(life.pledge(pledge.number), pledge.version, Code.RECTIFY, NOW)
    body = RectifyPledge(on, kind, PAPER, INSTRUMENT, **{**empty, **parts}, consents=())
    life.both(body, life.hands(), model)


def _restore(life: Life) -> None:
    """The first act of a restoration; its lists come in this act or later."""
    over = [pledge for pledge in life.model.pledges.values() if life.model.is_over(pledge)]
    pledge = life.dice.choice(over) if over and life.dice.random() < 0.95 else life.some(State.ENDED)
    if pledge and (over or life.dice.random() < 0.1):
        _restore_one(life, pledge)


def _restore_one(life: Life, pledge: Pledge) -> None:
    passed = pledge.expires != 0 and pledge.expires < life.model.now
    expires = life.dice.choice([0, life.later_time()]) if passed else pledge.expires
    told = [life.model.moved[pledge.number][1]] if pledge.number in life.model.moved else []
    told += [life.model.inherited[pledge.number]] if pledge.number in life.model.inherited else []
    own = pledge.claim in life.model.segments and life.model.segments[pledge.claim].pledge == pledge.number
    segments = life.dice.choice(told) if told and (not own or life.dice.random() < 0.05) else ()
    moved = tuple(life.segment(segment) for segment in segments)
    _rectify(
        life,
        pledge,
        RectifyKind.RESTORE,
        lambda: life.model.restore(pledge.number, expires, segments),
        expires=expires,
        segments=moved,
    )


def _quarrel(life: Life) -> None:
    """A pledge ends, another takes its rights, and the first one's end is undone."""
    living = [each for each in life.model.pledges.values() if each.register == CN_PATENTS and life.model.is_live(each)]
    if not living:
        return
    pledge = life.dice.choice(living)
    _release_one(life, pledge)
    if pledge.state is State.ENDED:
        count = len(life.model.pledges)
        _file_keys(life, CN_PATENTS, pledge.keys)
        for step in (_accept_one, _register_one) if len(life.model.pledges) > count else ():
            step(life, life.model.pledges[count + 1])
        _restore_one(life, pledge)
    while pledge.state is State.RESTORING:
        _restore_list(life, pledge)


def _restore_segment(life: Life) -> None:
    under = [pledge for pledge in life.model.pledges.values() if pledge.state is State.RESTORING]
    if under:
        _restore_list(life, life.dice.choice(under))


def _restore_list(life: Life, pledge: Pledge) -> None:
    """One list, in all its pages, of a pledge in restoration."""
    segment = life.model.segments[life.dice.choice(sorted(pledge.left))]
    pages = tuple(life.leaf_page(segment))
    _rectify(
        life,
        pledge,
        RectifyKind.RESTORE,
        lambda: life.model.restore_segment(pledge.number, segment.number),
        pages=pages,
        expires=pledge.expires,
    )


def _restore_leaves(life: Life) -> None:
    ended = [
        (segment, {at for at, leaf in enumerate(segment.leaves) if leaf.ended})
        for segment in life.model.segments.values()
        if any(leaf.ended for leaf in segment.leaves)
    ]
    if not ended:
        return
    segment, which = life.dice.choice(ended)
    pledge = life.model.pledges[segment.pledge]
    _rectify(
        life,
        pledge,
        RectifyKind.RESTORE_LEAVES,
        lambda: life.model.restore_leaves(pledge.number, segment.number, which),
        pages=tuple(life.leaf_page(segment, which)),
    )


def _settle(life: Life) -> None:
    pledge = life.some(*LIVING, State.ENDED)
    if pledge is None or pledge.register != CN_PATENTS or (not life.model.conflicts and life.dice.random() < 0.8):
        return
    number = life.dice.choice(sorted(life.model.conflicts) or [life.number(CN_PATENTS)])
    if not life.model.unseen(number):
        _settle_one(life, pledge, number)


def _settle_one(life: Life, pledge: Pledge, number: str) -> None:
    model = partial(life.model.settle, pledge.number, number)
    _rectify(life, pledge, RectifyKind.SETTLE_CONFLICT, model, assets=(_word(number),))


def _wait(life: Life) -> None:
    life.model.now += life.dice.choice([1, DAY, 20 * DAY, 61 * DAY])


WEIGHTS: dict[Callable[[Life], None], int] = {
    _grant: 4,
    _file: 3,
    _accept: 3,
    _race: 2,
    _contest: 1,
    _approve: 1,
    _register: 3,
    _return: 1,
    _refuse: 1,
    _withdraw: 1,
    _reconsider: 1,
    _supplement: 2,
    _reserve: 1,
    _add_reserved: 2,
    _release: 1,
    _end_by_order: 1,
    _release_leaves: 1,
    _enforce: 1,
    _set_end: 1,
    _refinance: 1,
    _hold: 1,
    _lift: 2,
    _join: 1,
    _restore: 2,
    _quarrel: 2,
    _restore_segment: 2,
    _restore_leaves: 1,
    _settle: 2,
    _wait: 2,
}
STEPS_OF_A_LIFE = [step for step, weight in WEIGHTS.items() for _ in range(weight)]


# --- What must be equal ---


Asking = Generator[tuple[str, tuple[Any, ...]], Any, None]
"""Yields views, and is sent their answers: those of all that are asked at once go in one request."""


def _assert_equal(life: Life) -> None:
    life.house.rpc.call("evm_setNextBlockTimestamp", life.model.now)
    life.house.rpc.call("evm_mine")
    waiting = {asking: next(asking) for asking in _askings(life)}
    while waiting:
        answers = life.views(list(waiting.values()))
        waiting = {asking: wanted for asking, answer in zip(waiting, answers, strict=True) if (wanted := _sent(asking, answer))}


def _sent(asking: Asking, answer: Any) -> tuple[str, tuple[Any, ...]] | None:
    try:
        return asking.send(answer)
    except StopIteration:
        return None


def _askings(life: Life) -> Iterator[Asking]:
    yield from (_same_pledge(life, pledge) for pledge in life.model.pledges.values())
    for segment in life.model.segments.values():
        yield _same_segment(life, segment)
        yield from (_same_leaf(life, segment, at) for at in range(min(len(segment.leaves), 3)))
    for register, office in ((CN_PATENTS, "CN"), (US_PATENTS, "US")):
        yield from (_same_right(life, register, f"{office}PA{life.before[0]:06}{each}") for each in range(RIGHTS))


def _same_pledge(life: Life, pledge: Pledge) -> Asking:
    head, *_ = yield "pledge", (life.pledge(pledge.number),)
    word = pledge_words.read(pledge_words.HeadWord, head)
    told = (word.status, word.version, word.sequence - life.before[0])
    assert told == (pledge.state, pledge.version, pledge.sequence), pledge
    assert bool(word.flags & pledge_words.Flag.DISPLACED) == pledge.displaced, pledge
    if pledge.state in (*LIVING, State.ENDED, State.RESTORING):
        assert (word.effective, word.expires) == (pledge.effective, pledge.expires), pledge


def _same_segment(life: Life, segment: Segment) -> Asking:
    word, _ = yield "segment", (life.segment(segment.number),)
    found = pledge_words.read(pledge_words.SegmentWord, word)
    assert (found.pledge, found.active) == (life.pledge(segment.pledge), segment.effective is not None), segment
    assert not found.active or found.effective == segment.effective, segment


def _same_leaf(life: Life, segment: Segment, at: int) -> Asking:
    live = yield "live(uint40,uint24)", (life.segment(segment.number), at)
    assert live == life.model.live(segment, at), (segment, at)


def _same_right(life: Life, register: int, number: str) -> Asking:
    """Whether it could be claimed now; in a register of one rank also that all that lies on it is known."""
    key = life.model.key(number)
    resolved = yield "resolved", (_word(number),)
    assert resolved == _word(key)
    barred = yield "checkAsset", (register, _word(number))
    told = str(barred) if isinstance(barred, Refused) else None
    assert _alike(told) == _alike(_refusal(lambda: life.model.free(register, key, Effect.REGISTER))), (number, told)
    if life.model.rules[register].single:
        word = yield "asset", (_word(key),)
        leaves, _ = yield "conflict", (_word(key),)
        places = {life.segment(place.segment) | place.leaf << 40 for place in life.model.rights(key)}
        assert places <= {word & (1 << 64) - 1, *leaves}, number


def _refusal(model: Callable[[], object]) -> str | None:
    try:
        model()
    except Refused as refused:
        return str(refused)
    return None


def _alike(error: str | None) -> str | None:
    return ALIKE.get(error, error) if error else None


def _now(house: House) -> int:
    return int(house.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)


def _born(house: House, dice: random.Random) -> Life:
    counts = calls.view(house.rpc, house.manifest.address("PledgeRegistry"), "PledgeRegistry", "counts")
    now = _now(house) + 1
    reserves = {number: shipped(number).acts[Code.ACCEPT].period for number in (CN_PATENTS, US_PATENTS)}
    rules = {CN_PATENTS: Rules(True, False, reserves[CN_PATENTS]), US_PATENTS: Rules(False, True, reserves[US_PATENTS])}
    life = Life(house, Registers(rules, now), dice, before=tuple(counts))
    for who in ("pledgor", "pledgee", "newcomer"):
        words, _ = life.view("holds", Target.PARTY.value, member_party(life.key_of(who).account), house.office.account)
        life.queues[who] = max((word >> 96 & 0xFFFF for word in words), default=-1) + 1
    return life


def _end(life: Life) -> None:
    """Everything comes to its end by the office and an authority alone, every party silent and whatever is held."""
    for pledge in list(life.model.pledges.values()):
        while pledge.state is State.RESTORING:
            _restore_list(life, pledge)
        if pledge.state in (State.FILED, State.ACCEPTED):
            _return_one(life, pledge)
        elif life.model.is_live(pledge):
            _end_one(life, pledge)
        assert life.model.is_over(pledge) or pledge.state in (State.RETURNED, State.REFUSED, State.WITHDRAWN), pledge
    for key in sorted(life.model.conflicts):
        ended = next(each for each in life.model.pledges.values() if each.register == CN_PATENTS and life.model.is_over(each))
        _settle_one(life, ended, key)
    assert not life.model.conflicts
    for hold in life.model.holds:
        runs = not hold.lifted and (hold.until == 0 or hold.until >= life.model.now)
        if hold.target is Target.PARTY and runs:
            # It would hold who is a party of the next life too.
            _lift_one(life, CN_PATENTS, _held_word(life, hold), hold)


@pytest.mark.parametrize("seed", range(LIVES))
def test_model_and_contracts_are_equal_after_every_step(house: House, seed: int) -> None:
    life = _born(house, random.Random(seed))
    for _ in range(STEPS):
        life.dice.choice(STEPS_OF_A_LIFE)(life)
        life.model.check()
        _assert_equal(life)
    _end(life)
    _assert_equal(life)
    assert life.done > STEPS // 5 and life.refused > 0
