"""Executable model of registers of pledges: who holds a right, since when, and what stands in the way, kept as on paper.

Every pledge has its lists, and whether a right is free is found by reading through all of them: no index, no word, no bit. It is the
reference that the contracts are held against (test_pledge_lives.py). Times are UTC seconds; a right is known by a number or another one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from ledger.domain.registers import Effect, State

LIVING = (State.REGISTERED, State.ENFORCING)
TAKES = Effect.REGISTER | Effect.ADD_SEGMENT
REPLACES = Effect.REGISTER | Effect.END_ALL | Effect.SET_TERMS | Effect.SET_PARTIES


class Refused(Exception):
    """What the register refuses, by the name of the contract's error."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides: whether a right takes one pledge only, whether the office merely records, how long an acceptance reserves (seconds)."""

    single: bool
    records: bool
    reserves: int


@dataclass(slots=True)
class Leaf:
    """One right in a list, by the number that it is listed under."""

    listed: str
    ended: bool = False


@dataclass(slots=True)
class Segment:
    """A list that was taken at one time. It counts from `effective` on; None: reserved only, until `until`."""

    number: int
    pledge: int
    leaves: list[Leaf]
    until: int
    effective: int | None = None


@dataclass(slots=True)
class Pledge:
    """A filing and what became of it. `claim` is the segment that it was accepted with, `left` what a restoration has still to do."""

    number: int
    register: int
    keys: tuple[str, ...]
    ends: int
    filed: int
    sequence: int
    holder: str = "pledgee"
    state: State = State.FILED
    version: int = 0
    effective: int = 0
    expires: int = 0
    approved: bool = False
    displaced: bool = False
    claim: int = 0
    contested_by: list[int] = field(default_factory=list)
    left: set[int] = field(default_factory=set)
    void_up_to: int = 0


class Target(Enum):
    """What a hold lies on."""

    ASSET = 1
    PLEDGE = 2
    PARTY = 3
    CLAIM = 4


@dataclass(slots=True)
class Hold:
    """What is barred until when (0: until it is lifted)."""

    target: Target
    on: str | int
    bars: int
    until: int
    number: int
    lifted: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A leaf of a segment."""

    segment: int
    leaf: int


@dataclass(slots=True)
class Registers:
    """Registers by number, with all that was ever filed."""

    rules: dict[int, Rules]
    now: int
    pledges: dict[int, Pledge] = field(default_factory=dict)
    segments: dict[int, Segment] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    holds: list[Hold] = field(default_factory=list)
    conflicts: set[str] = field(default_factory=set)
    last: dict[str, Place] = field(default_factory=dict)
    """Who took a right last: only for who may be contested."""
    moved: dict[int, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    """By pledge: who refinanced it last, and which segments went there."""
    inherited: dict[int, tuple[int, ...]] = field(default_factory=dict)

    # --- Reading ---

    def key(self, number: str) -> str:
        """The number that a right is known by."""
        while number in self.joined:
            number = self.joined[number]
        return number

    def is_live(self, pledge: Pledge) -> bool:
        """Registered or enforcing, and not lapsed."""
        return pledge.state in LIVING and not self._lapsed(pledge)

    def _lapsed(self, pledge: Pledge) -> bool:
        return pledge.expires != 0 and self.now > pledge.expires

    def is_over(self, pledge: Pledge) -> bool:
        """Ended by an act, or lapsed without one."""
        return pledge.state is State.ENDED or (pledge.state in LIVING and self._lapsed(pledge))

    def places(self, key: str) -> Iterator[tuple[Segment, Place]]:
        """Every place at which a right was ever listed and has not ended."""
        for segment in self.segments.values():
            for at, leaf in enumerate(segment.leaves):
                if not leaf.ended and self.key(leaf.listed) == key:
                    yield segment, Place(segment.number, at)

    def rights(self, key: str) -> list[Place]:
        """The places under which live pledges, and those in restoration, lie on a right.

        What a restoration has not looked at yet counts only if nobody took it since.
        """
        standing = (place for segment, place in self.places(key) if segment.effective is not None and self._stands(segment))
        return [place for place in standing if not self._is_left(place) or self.last.get(key) == place]

    def _stands(self, segment: Segment) -> bool:
        pledge = self.pledges[segment.pledge]
        return self.is_live(pledge) or pledge.state is State.RESTORING

    def unseen(self, key: str) -> bool:
        """Whether a restoration has still to look at the right."""
        return any(self._is_left(place) for _, place in self.places(key))

    def claims(self, key: str) -> list[Segment]:
        """The running reservations of a right."""
        return [segment for segment, _ in self.places(key) if segment.effective is None and self._reserves(segment)]

    def _reserves(self, segment: Segment) -> bool:
        pledge = self.pledges[segment.pledge]
        if self.now > segment.until:
            return False
        if pledge.state is State.ACCEPTED:
            return pledge.claim == segment.number and not pledge.displaced
        return self.is_live(pledge) and self._waits(pledge, segment)

    def _waits(self, pledge: Pledge, segment: Segment) -> bool:
        """Reserved for a supplement: no old claim of the filing, and of no time before the pledge ended once."""
        return segment.effective is None and segment.number > pledge.claim and segment.number > pledge.void_up_to

    def live(self, segment: Segment, leaf: int) -> bool:
        """Whether a leaf is pledged now."""
        return segment.effective is not None and not segment.leaves[leaf].ended and self.is_live(self.pledges[segment.pledge])

    # --- What stands in the way ---

    def _bar(self, targets: Iterable[tuple[Target, str | int]], effect: int) -> None:
        for target, on in targets:
            for hold in self.holds:
                runs = not hold.lifted and (hold.until == 0 or self.now <= hold.until)
                if runs and hold.target is target and hold.on == on and hold.bars & effect:
                    raise Refused("HeldBy")

    def _bar_acts(self, pledge: Pledge, effect: int) -> None:
        mine = [(Target.PLEDGE, pledge.number), (Target.CLAIM, pledge.number)]
        self._bar([*mine, (Target.PARTY, "pledgor"), (Target.PARTY, pledge.holder)], effect)

    def free(self, register: int, key: str, effect: Effect, claimant: int = 0) -> int:
        """Whether a right may be taken now; the accepted filing that yields to the claimant, 0 = none. Raises Refused."""
        rules = self.rules[register]
        if key in self.conflicts and not rules.records:
            raise Refused("AssetBarred")
        self._bar([(Target.ASSET, key)], effect)
        if not rules.single or rules.records:
            return 0
        holders = {self.segments[place.segment].pledge for place in self.rights(key)}
        waiting = {segment.pledge for segment in self.claims(key)}
        if not holders | waiting:
            return 0
        (yielding,) = waiting if not holders and len(waiting) == 1 else (0,)
        contested = yielding and self.pledges[yielding].state is State.ACCEPTED and claimant in self.pledges[yielding].contested_by
        if not contested:
            raise Refused("AssetTaken")
        return yielding

    def check(self) -> None:
        """What no ordinary act may bring about: two live pledges on one right of a register of one rank, unless it is in conflict."""
        for key in {self.key(leaf.listed) for segment in self.segments.values() for leaf in segment.leaves}:
            places = self.rights(key)
            single = any(self.rules[self.pledges[self.segments[place.segment].pledge].register].single for place in places)
            assert not single or len(places) < 2 or key in self.conflicts, (key, places)
            assert not single or len(places) + len(self.claims(key)) < 2 or key in self.conflicts, (key, places)

    def _is_left(self, place: Place) -> bool:
        """Of a restoration, and not looked at yet."""
        return place.segment in self.pledges[self.segments[place.segment].pledge].left

    # --- From filing to registration ---

    def file(self, register: int, keys: tuple[str, ...], ends: int = 0) -> int:
        """A filing; its number."""
        if ends and ends <= self.now:
            raise Refused("ExpiryPassed")
        self._bar([(Target.PARTY, "pledgor"), (Target.PARTY, "pledgee")], Effect.REGISTER)
        number = len(self.pledges) + 1
        self.pledges[number] = Pledge(number, register, tuple(sorted(keys)), ends, self.now, number)
        return number

    def _filing(self, number: int) -> Pledge:
        pledge = self.pledges[number]
        if pledge.state in (*LIVING, State.ENDED, State.RESTORING):
            raise Refused("FilingMismatch")
        return pledge

    def accept(self, number: int) -> None:
        """The office claims the filing's rights."""
        pledge = self._filing(number)
        if pledge.state is State.ACCEPTED:
            if self.now > pledge.expires:
                raise Refused("ReservationEnded")
            raise Refused("ClaimDisplaced" if pledge.displaced else "PageRefused")
        if pledge.state is not State.FILED:
            raise Refused("StateRefused")
        until = self.now + self.rules[pledge.register].reserves
        yielding = self._take(pledge, pledge.keys, Effect.REGISTER, until)
        pledge.state, pledge.expires, pledge.claim = State.ACCEPTED, until, len(self.segments)
        for loser in yielding:
            self.pledges[loser].displaced = True

    def _take(self, pledge: Pledge, keys: Iterable[str], effect: Effect, until: int, effective: int | None = None) -> set[int]:
        """A new segment of the pledge, if every right is free; the filings that yield. Raises Refused, with nothing taken."""
        listed = list(keys)
        claimant = pledge.number if effect is Effect.REGISTER else 0
        yielding = {self.free(pledge.register, self.key(each), effect, claimant) for each in listed} - {0}
        if self.rules[pledge.register].single and len({self.key(each) for each in listed}) < len(listed):
            # One right under two numbers is there once.
            raise Refused("AssetTaken")
        number = len(self.segments) + 1
        self.segments[number] = Segment(number, pledge.number, [Leaf(each) for each in listed], until, effective)
        self.last |= {self.key(each): Place(number, at) for at, each in enumerate(listed)}
        return yielding

    def contest(self, earlier: int, later: int, listed: str) -> None:
        """The holder of an earlier filing shows that it lists a right that a later one has claimed."""
        first, second = self._filing(earlier), self.pledges[later]
        if first.state not in (State.FILED, State.ACCEPTED) or second.state is not State.ACCEPTED:
            raise Refused("StateRefused")
        if first.sequence >= second.sequence or first.register != second.register:
            raise Refused("NotEarlier")
        if earlier in second.contested_by:
            raise Refused("PledgeContested")
        place = self.last.get(self.key(listed))
        if place is None or self.segments[place.segment].pledge != later:
            raise Refused("AssetNotClaimed")
        second.contested_by.append(earlier)

    def approve(self, number: int) -> None:
        """Every ground is answered."""
        pledge = self._filing(number)
        if pledge.state is not State.ACCEPTED or pledge.approved:
            raise Refused("StateRefused")
        pledge.approved = True

    def register(self, number: int) -> None:
        """The pledge counts from now on."""
        pledge = self._filing(number)
        if pledge.state is not State.ACCEPTED:
            raise Refused("StateRefused")
        self._bar_acts(pledge, Effect.REGISTER)
        if pledge.ends and pledge.ends <= self.now:
            raise Refused("ExpiryPassed")
        if self.now > pledge.expires:
            raise Refused("ReservationEnded")
        if pledge.displaced:
            raise Refused("ClaimDisplaced")
        if any(self._undecided(self.pledges[earlier]) for earlier in pledge.contested_by):
            raise Refused("PledgeContested")
        pledge.state, pledge.effective, pledge.expires = State.REGISTERED, self.now, pledge.ends
        self.segments[pledge.claim].effective = self.now

    def _undecided(self, pledge: Pledge) -> bool:
        reserved = pledge.state is State.ACCEPTED and self.now <= pledge.expires and not pledge.displaced
        return pledge.state is State.FILED or reserved

    def close(self, number: int, state: State) -> None:
        """Returned, refused or withdrawn."""
        pledge = self._filing(number)
        if pledge.state not in (State.FILED, State.ACCEPTED):
            raise Refused("StateRefused")
        pledge.state = state

    def reconsider(self, number: int) -> None:
        """A refused filing is examined again, in its old place."""
        pledge = self.pledges[number]
        if pledge.state is not State.REFUSED:
            raise Refused("StateRefused")
        pledge.state, pledge.approved, pledge.displaced, pledge.expires, pledge.claim = State.FILED, False, False, 0, 0

    # --- After the registration ---

    def _acting(self, number: int, effect: Effect, states: tuple[State, ...] = LIVING, *, ordered: bool = False) -> Pledge:
        pledge = self.pledges[number]
        if pledge.state not in states:
            raise Refused("StateRefused")
        if not self.is_live(pledge):
            raise Refused("PledgeLapsed")
        if not ordered:
            self._bar_acts(pledge, effect)
        return pledge

    def supplement(self, number: int, keys: tuple[str, ...]) -> None:
        """More rights, which count from now."""
        pledge = self._acting(number, Effect.ADD_SEGMENT)
        self._take(pledge, sorted(keys), Effect.ADD_SEGMENT, 0, self.now)
        pledge.version += 1

    def reserve(self, number: int, keys: tuple[str, ...]) -> None:
        """Rights of a long supplement are claimed before it is made."""
        pledge = self.pledges[number]
        if not self.is_live(pledge):
            raise Refused("StateRefused")
        self._take(pledge, sorted(keys), Effect.ADD_SEGMENT, self.now + self.rules[pledge.register].reserves)

    def add_reserved(self, number: int, reserved: int) -> None:
        """The long supplement is made."""
        pledge = self._acting(number, Effect.ADD_SEGMENT)
        segment = self.segments[reserved]
        if segment.pledge != number or not self._waits(pledge, segment):
            raise Refused("SegmentNotOfPledge")
        if self.now > segment.until:
            raise Refused("ReservationEnded")
        segment.effective = self.now
        pledge.version += 1

    def release(self, number: int) -> None:
        """The holder ends it."""
        self._end(self._acting(number, Effect.END_ALL))

    def end_by_order(self, number: int) -> None:
        """An authority ends it; no hold stands in its way."""
        self._end(self._acting(number, Effect.END_ALL, ordered=True))

    def _end(self, pledge: Pledge) -> None:
        pledge.state = State.ENDED
        pledge.version += 1

    def release_leaves(self, number: int, segment: int, which: set[int], *, ordered: bool = False) -> None:
        """Some rights of one list end."""
        pledge = self._acting(number, Effect.END_LEAVES, ordered=ordered)
        found = self.segments[segment]
        if found.pledge != number or found.effective is None:
            raise Refused("SegmentNotOfPledge")
        leaves = [found.leaves[at] for at in sorted(which)]
        if not ordered:
            self._bar([(Target.ASSET, self.key(leaf.listed)) for leaf in leaves], Effect.END_LEAVES)
        if any(leaf.ended for leaf in leaves):
            raise Refused("LeafAlreadyEnded")
        for leaf in leaves:
            leaf.ended = True
        pledge.version += 1

    def enforce(self, number: int, *, stop: bool = False) -> None:
        """Notice of enforcement, or its end."""
        before, after = (State.ENFORCING, State.REGISTERED) if stop else (State.REGISTERED, State.ENFORCING)
        pledge = self._acting(number, Effect.SET_STATE, (before,))
        pledge.state = after
        pledge.version += 1

    def set_end(self, number: int, expires: int) -> None:
        """The entry ends at another time."""
        pledge = self._acting(number, Effect.SET_TERMS)
        if expires and expires <= self.now:
            raise Refused("ExpiryPassed")
        pledge.expires = expires
        pledge.version += 1

    def refinance(self, number: int, holder: str, expires: int) -> int:
        """A new pledge in the place of an old one: its rights, its time, its sequence. The new number."""
        old = self._acting(number, Effect.END_ALL)
        if expires and expires <= self.now:
            raise Refused("ExpiryPassed")
        self._bar_acts(old, REPLACES)
        self._bar([(Target.PARTY, holder)], REPLACES)
        made = Pledge(len(self.pledges) + 1, old.register, old.keys, expires, self.now, old.sequence, holder, State.REGISTERED)
        made.effective, made.expires, made.claim = old.effective, expires, old.claim
        self.pledges[made.number] = made
        moved = tuple(segment.number for segment in self.active(number))
        for segment in moved:
            self.segments[segment].pledge = made.number
        self.moved[number], self.inherited[made.number] = (made.number, moved), moved
        self._end(old)
        return made.number

    def active(self, number: int) -> list[Segment]:
        """The lists that count as a pledge's."""
        return [segment for segment in self.segments.values() if segment.pledge == number and segment.effective is not None]

    # --- The office's own acts ---

    def hold(self, target: Target, on: str | int, bars: int, until: int) -> int:
        """Bars acts; a hold that bars new links ends the reservations of the right. Its number in the target's queue."""
        if until and until <= self.now:
            raise Refused("ExpiryPassed")
        place = self.key(str(on)) if target is Target.ASSET else on
        if target is Target.ASSET and bars & TAKES:
            self._end_claims(str(place))
        queue = (Target.PLEDGE, Target.CLAIM) if target in (Target.PLEDGE, Target.CLAIM) else (target,)
        number = sum(hold.target in queue and hold.on == place for hold in self.holds)
        self.holds.append(Hold(target, place, bars, until, number))
        return number

    def _end_claims(self, key: str) -> None:
        for segment in self.claims(key):
            pledge = self.pledges[segment.pledge]
            if pledge.state is State.ACCEPTED:
                pledge.displaced = True
            else:
                segment.until = 0

    def lift(self, hold: Hold) -> None:
        """The hold is over from now on."""
        if hold.lifted or (hold.until and self.now > hold.until):
            raise Refused("HoldUnknown")
        hold.lifted = True

    def join(self, register: int, other: str, key: str) -> None:
        """Another number of a right. Two claims on it give way, two live pledges are a conflict."""
        if other == key or other in self.joined or key in self.joined:
            raise Refused("NotJoinable")
        single = self.rules[register].single
        if single and self._taken(other) and self._taken(key):
            self._end_claims(other)
            self._end_claims(key)
        conflict = single and bool(self.rights(other)) and bool(self.rights(key))
        mine = {hold.number for hold in self.holds if hold.target is Target.ASSET and hold.on == key}
        for hold in self.holds:
            runs = not hold.lifted and (hold.until == 0 or self.now <= hold.until)
            if hold.target is Target.ASSET and hold.on == other and runs:
                hold.on, hold.number = key, max(mine, default=-1) + 1
                mine.add(hold.number)
        self.joined[other] = key
        if self.last.get(other):
            self.last[key] = self._last_of(other, key)
        if conflict or other in self.conflicts:
            self.conflicts.add(key)
        self.conflicts.discard(other)

    def _taken(self, key: str) -> bool:
        return bool(self.rights(key) or self.claims(key))

    def _last_of(self, other: str, key: str) -> Place:
        """Who took the joined right last: of the two numbers the one that is taken, else the key's own."""
        mine = self.last.get(key)
        taken = {place for number in (other, key) for _, place in self.places(number) if self._holds_place(place)}
        keeps = mine is not None and (mine in taken or self.last[other] not in taken)
        return mine if keeps and mine is not None else self.last[other]

    def _holds_place(self, place: Place) -> bool:
        segment = self.segments[place.segment]
        return self._reserves(segment) if segment.effective is None else self._stands(segment)

    def restore(self, number: int, expires: int, segments: tuple[int, ...]) -> None:
        """An end is undone by order: the pledge is in restoration until each of its lists was looked at, for others may have taken them."""
        pledge = self.pledges[number]
        if pledge.state is State.RESTORING and (segments or expires != pledge.expires):
            raise Refused("RectificationInvalid")
        if pledge.state is State.RESTORING:
            return
        if not self.is_over(pledge):
            raise Refused("StateRefused")
        passed = pledge.expires != 0 and pledge.expires < self.now
        if not passed and expires != pledge.expires:
            raise Refused("RectificationInvalid")
        if passed and expires and expires <= self.now:
            raise Refused("ExpiryPassed")
        self._take_back(pledge, segments)
        pledge.state, pledge.expires, pledge.void_up_to = State.RESTORING, expires, len(self.segments)
        pledge.left = {segment.number for segment in self.active(number)} if self.rules[pledge.register].single else set()
        self._restored(pledge)

    def _take_back(self, pledge: Pledge, segments: tuple[int, ...]) -> None:
        own = self.segments[pledge.claim].pledge == pledge.number
        told = [self.moved[pledge.number][1]] if pledge.number in self.moved else []
        told += [self.inherited[pledge.number]] if pledge.number in self.inherited else []
        if (segments != ()) if own else (segments not in told):
            raise Refused("SegmentsIncomplete")
        if any(not self.is_over(self.pledges[self.segments[segment].pledge]) for segment in segments):
            raise Refused("SegmentNotOfPledge")
        for segment in segments:
            self.segments[segment].pledge = pledge.number

    def restore_segment(self, number: int, segment: int) -> None:
        """One list of a pledge in restoration."""
        pledge = self.pledges[number]
        if segment not in pledge.left:
            raise Refused("PageRefused")
        for at, leaf in enumerate(self.segments[segment].leaves):
            if not leaf.ended:
                self._relink(Place(segment, at))
        pledge.left.discard(segment)
        self._restored(pledge)

    def _restored(self, pledge: Pledge) -> None:
        if not pledge.left:
            pledge.state = State.REGISTERED
            pledge.version += 1

    def _relink(self, place: Place) -> None:
        """The right is the pledge's again; if another's too, both are in conflict. A claim is no right yet and gives way."""
        key = self.key(self.segments[place.segment].leaves[place.leaf].listed)
        self._end_claims(key)
        if any(other != place for other in self.rights(key)):
            self.conflicts.add(key)
        else:
            self.last[key] = place

    def restore_leaves(self, number: int, segment: int, which: set[int]) -> None:
        """Rights that were released alone live again."""
        pledge = self.pledges[number]
        if not self.is_live(pledge):
            raise Refused("StateRefused")
        found = self.segments[segment]
        if not which or not all(found.leaves[at].ended for at in which):
            raise Refused("NothingEnded")
        if found.pledge != number or found.effective is None:
            raise Refused("SegmentNotOfPledge")
        for at in sorted(which):
            found.leaves[at].ended = False
            if self.rules[pledge.register].single:
                self._relink(Place(segment, at))
        pledge.version += 1

    def settle(self, number: int, listed: str) -> None:
        """A conflict is over when one right at most is left."""
        key = self.key(listed)
        if self.pledges[number].state not in (*LIVING, State.ENDED, State.RESTORING):
            raise Refused("StateRefused")
        if key not in self.conflicts:
            raise Refused("NotInConflict")
        left = self.rights(key)
        if len(left) > 1:
            raise Refused("StillInConflict")
        self.conflicts.discard(key)
        if left:
            self.last[key] = left[0]

    # --- Order ---

    def order(self, key: str) -> list[int]:
        """The live pledges on a right in their base order: from when each list counts, then the filing's place."""
        live = {(segment.number, segment.pledge) for segment, place in self.places(key) if self.live(segment, place.leaf)}
        ranked = sorted((self.segments[number].effective or 0, self.pledges[pledge].sequence, pledge) for number, pledge in live)
        return [pledge for _, _, pledge in ranked]
