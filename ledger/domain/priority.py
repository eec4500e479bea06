"""The priority calculator: liens on one asset and a register's rules in, their order out, explained place by place.

The base order is total: registered liens by effective time and sequence, then unregistered ones by notice where the rule counts it, then
those that share one rank pro rata. Relations are laid over it: a junior waits until its senior is placed, everybody else keeps the base
order. So a relation puts nobody back who is no party to it. Where no order can do that (between those who share a rank, or for a part of
a claim that shares one), the relation is carried out as a turnover: the junior hands over what it receives. Relations that contradict
each other give their cycle, not an order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from zoneinfo import ZoneInfo

from ledger.domain.calendar import add_months, legal_date, rfc3339
from ledger.domain.liens import Continued, Lien, LienError, Recorded, Regime, Relation, RelationKind


@dataclass(frozen=True, slots=True)
class Tranche:
    """A part of a lien with one rank: lien, number of the part, secured amount, weight among equals, why it ranks where it does, source.

    `tier` is its place in the base order; `cut` numbers the pieces into which relations' caps have cut it there.
    """

    lien: str
    part: int
    amount: int
    weight: int
    tier: int
    reason: str
    source: str
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """One rank, from 1; several tranches share it pro rata to their weights. `moved` names the relations that put it there."""

    rank: int
    tranches: tuple[Tranche, ...]
    moved: tuple[str, ...] = ()

    @property
    def amount(self) -> int:
        """What stands at this rank together."""
        return sum(tranche.amount for tranche in self.tranches)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The order of the liens, those without a right (with the reason), conflicts, and what of the order is not stated.

    `handed_over`: relations that no order can carry out; `proceeds.distribute` carries them out as turnovers.
    """

    places: tuple[Place, ...]
    handed_over: tuple[Relation, ...]
    without_right: tuple[tuple[str, str], ...]
    conflicts: tuple[str, ...]
    doubts: tuple[str, ...]

    def ahead_of(self, lien: str) -> int:
        """What goes before the first part of a lien. Raises LienError if it has no rank."""
        return sum(place.amount for place in self.places[: self.first_place(lien).rank - 1])

    def first_place(self, lien: str) -> Place:
        """The first place at which a part of a lien stands. Raises LienError if it has none."""
        for place in self.places:
            if any(tranche.lien == lien for tranche in place.tranches):
                return place
        raise LienError(f"lien {lien}: it has no rank here")


@dataclass(frozen=True, slots=True)
class Cycle:
    """Relations that contradict each other: each lien before the next, the last before the first, with their sources."""

    liens: tuple[str, ...]
    sources: tuple[str, ...]


def rank(liens: Sequence[Lien], regime: Regime, relations: Iterable[Relation] = ()) -> Ranking | Cycle:
    """The order of the liens on one asset, or the cycle that its relations form. Raises LienError."""
    _check(liens)
    ordering = [relation for relation in relations if relation.kind is not RelationKind.TURNOVER]
    known = {lien.key for lien in liens}
    strangers = sorted({key for relation in ordering for key in (relation.senior, relation.junior)} - known)
    if strangers:
        raise LienError(f"relations name {', '.join(strangers)}, no lien on this asset")
    cycle = cycle_of(ordering)
    if cycle:
        return cycle
    having = [lien for lien in liens if _has_right(lien, regime)]
    parts = _tranches(having, regime)
    placing = [relation for relation in ordering if not _is_handed_over(relation, parts)]
    handed_over = tuple(relation for relation in ordering if _is_handed_over(relation, parts))
    without = tuple((lien.key, f"no right arose: not registered ({regime.creation})") for lien in liens if not _has_right(lien, regime))
    places = _places(*_with_relations(parts, placing))
    return Ranking(places, handed_over, without, _conflicts(having, regime), _doubts(having, regime))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a new lien would stand: its first place, what goes before it, what shares its rank, what of `value` would be left for it.

    `refused` says why the register would not take it, empty if it would.
    """

    place: Place
    ahead: int
    beside: int
    left: int
    refused: str


def standing_if_filed(
    liens: Sequence[Lien], regime: Regime, candidate: Lien, now: int, value: int, relations: Sequence[Relation] = ()
) -> Standing | Cycle:
    """Where `candidate` would stand if it were registered now, over an asset worth `value`. Raises LienError."""
    last = max((lien.recorded.sequence for lien in liens if lien.recorded), default=0)
    filed = replace(candidate, recorded=Recorded(now, last + 1))
    ranking = rank([*liens, filed], regime, relations)
    if isinstance(ranking, Cycle):
        return ranking
    place, ahead = ranking.first_place(filed.key), ranking.ahead_of(filed.key)
    beside = sum(tranche.amount for tranche in place.tranches if tranche.lien != filed.key)
    live = [lien.key for lien in liens if lien.recorded]
    refused = f"already pledged: {', '.join(live)} ({regime.creation}, one rank)" if regime.one_rank and live else ""
    return Standing(place, ahead, beside, max(0, value - ahead), refused)


def ahead_of_all(senior: str, liens: Iterable[Lien], source: str) -> tuple[Relation, ...]:
    """A super-priority by law or order over every other lien as relations."""
    return tuple(Relation(senior, lien.key, RelationKind.SUPER_PRIORITY, source) for lien in liens if lien.key != senior)


def _check(liens: Sequence[Lien]) -> None:
    for lien in liens:
        if lien.continues and lien.recorded is None:
            raise LienError(f"lien {lien.key}: what carries on a registration is registered itself")
    for one, other in combinations(liens, 2):
        if one.key == other.key:
            raise LienError(f"lien {one.key}: it is stated twice")
        if one.recorded and other.recorded and one.recorded.place == other.recorded.place:
            raise LienError(f"liens {one.key} and {other.key}: one effective time and one sequence number")


def _has_right(lien: Lien, regime: Regime) -> bool:
    return lien.recorded is not None or lien.kind not in regime.creates


_Parts = dict[str, list[Tranche]]


def _tranches(liens: Sequence[Lien], regime: Regime) -> _Parts:
    """The parts of each lien, with their tiers in the base order; equals have one tier."""
    rows = [row for lien in liens for row in _parts(lien, regime)]
    tiers = {order: tier for tier, order in enumerate(sorted({order for order, _ in rows}))}
    found: _Parts = {lien.key: [] for lien in liens}
    for order, tranche in rows:
        found[tranche.lien].append(replace(tranche, tier=tiers[order]))
    return found


def _is_handed_over(relation: Relation, parts: _Parts) -> bool:
    """Whether senior and junior share a rank, or the relation is for a part of a claim that shares its rank with others."""
    seniors = {tranche.tier for tranche in parts.get(relation.senior, [])}
    if any(tranche.tier in seniors for tranche in parts.get(relation.junior, [])):
        return True
    others = {tranche.tier for key, each in parts.items() if key != relation.senior for tranche in each}
    return relation.up_to is not None and bool(seniors & others)


_Order = tuple[int, int, int]


def _parts(lien: Lien, regime: Regime) -> Iterator[tuple[_Order, Tranche]]:
    """Each part with what it is ordered by: class (registered, noticed, neither), time, sequence."""
    if lien.recorded:
        yield from _registered(lien, lien.recorded, regime)
    elif regime.by_notice and lien.noticed is not None:
        reason = f"unregistered; notice reached the debtor {rfc3339(lien.noticed)}"
        yield (1, lien.noticed, 0), Tranche(lien.key, 0, lien.secured, lien.weight, 0, reason, regime.noticed)
    else:
        reason = (
            "unregistered, shares with its equals" if not regime.by_notice else "neither registered nor notified, shares with its equals"
        )
        yield (2, 0, 0), Tranche(lien.key, 0, lien.secured, lien.weight, 0, reason, regime.shared)


def _registered(lien: Lien, recorded: Recorded, regime: Regime) -> Iterator[tuple[_Order, Tranche]]:
    kept = part = 0
    for continued in lien.continues:
        cap = lien.secured if continued.up_to is None else min(lien.secured, continued.up_to)
        # A claim of no stated amount has a place all the same: the first that it carries on.
        if cap > kept or (not part and not lien.secured and continued.up_to != 0):
            yield (0, *continued.recorded.place), _carried_on(lien, continued, part, max(0, cap - kept), regime)
            kept, part = max(kept, cap), part + 1
    if lien.secured > kept or not part:
        rest = lien.secured - kept
        reason = f"registered {_stated(recorded)}"
        yield (0, *recorded.place), Tranche(lien.key, part, rest, rest, 0, reason, regime.registered)


def _carried_on(lien: Lien, continued: Continued, part: int, amount: int, regime: Regime) -> Tranche:
    upto = "" if continued.up_to is None else f", up to {continued.up_to}"
    reason = f"carries on the registration of {_stated(continued.recorded)}{upto}"
    return Tranche(lien.key, part, amount, amount, 0, reason, f"{regime.registered}; {continued.source}")


def _stated(recorded: Recorded) -> str:
    hour = "the day that begins " if recorded.is_date_only else ""
    return f"{hour}{rfc3339(recorded.effective)}, number {recorded.sequence}"


_Piece = tuple[str, int]
_Edges = dict[_Piece, dict[_Piece, str]]


def _piece(tranche: Tranche) -> _Piece:
    return tranche.lien, tranche.part


def _with_relations(parts: _Parts, relations: Sequence[Relation]) -> tuple[list[Tranche], _Edges]:
    """The tranches, seniors cut at their relations' caps, and for each one which others wait for it, by which source."""
    cut = dict(parts)
    for relation in relations:
        if relation.up_to is not None and relation.senior in cut:
            cut[relation.senior] = _cut(cut[relation.senior], relation.up_to)
    edges: _Edges = {}
    for relation in relations:
        for senior in _within(cut.get(relation.senior, []), relation.up_to):
            for junior in cut.get(relation.junior, []):
                said = f"{relation.kind.value} of {relation.junior} to {relation.senior} ({relation.source})"
                edges.setdefault(_piece(senior), {})[_piece(junior)] = said
    return [tranche for each in cut.values() for tranche in each], edges


def _cut(tranches: Sequence[Tranche], cap: int) -> list[Tranche]:
    """The parts of a lien, cut where their running total passes the cap, numbered anew."""
    found, before = list[Tranche](), 0
    for tranche in tranches:
        inside = min(max(0, cap - before), tranche.amount)
        before += tranche.amount
        pieces = [inside, tranche.amount - inside] if 0 < inside < tranche.amount else [tranche.amount]
        found += [replace(tranche, amount=amount, weight=amount) for amount in pieces]
    return [replace(tranche, part=part, cut=part) for part, tranche in enumerate(found)]


def _within(tranches: Sequence[Tranche], cap: int | None) -> list[Tranche]:
    """The parts of a lien that lie within a cap on its claim."""
    found, before = list[Tranche](), 0
    for tranche in tranches:
        if cap is None or before < cap:
            found.append(tranche)
        before += tranche.amount
    return found


def _places(tranches: Sequence[Tranche], edges: _Edges) -> tuple[Place, ...]:
    """Place after place: of those who wait for nobody any more, the ones that come first in the base order, equals together."""
    left, placed = list(tranches), list[Place]()
    while left:
        waiting = {junior for tranche in left for junior in edges.get(_piece(tranche), {})}
        ready = [tranche for tranche in left if _piece(tranche) not in waiting]
        first = min((tranche.tier, tranche.cut) for tranche in ready)
        group = sorted((tranche for tranche in ready if (tranche.tier, tranche.cut) == first), key=_piece)
        placed.append(Place(len(placed) + 1, tuple(group), _moved(group, tranches, edges)))
        left = [tranche for tranche in left if tranche not in group]
    return tuple(placed)


def _moved(group: Sequence[Tranche], tranches: Sequence[Tranche], edges: _Edges) -> tuple[str, ...]:
    """The relations without which a member of the group would stand before its senior."""
    said = {
        edges[_piece(senior)][_piece(tranche)]
        for tranche in group
        for senior in tranches
        if senior.tier > tranche.tier and _piece(tranche) in edges.get(_piece(senior), {})
    }
    return tuple(sorted(said))


def cycle_of(relations: Sequence[Relation]) -> Cycle | None:
    """One cycle among the relations, the same whatever their order; None if they form none."""
    after: dict[str, dict[str, str]] = {}
    for relation in relations:
        after.setdefault(relation.senior, {})[relation.junior] = relation.source
    found = min(filter(None, (_path_back(lien, after) for lien in sorted(after))), key=lambda path: (len(path), path), default=None)
    if found is None:
        return None
    sources = (after[one][other] for one, other in zip(found, (*found[1:], found[0]), strict=True))
    return Cycle(found, tuple(sources))


def _path_back(start: str, after: Mapping[str, Mapping[str, str]]) -> tuple[str, ...] | None:
    """The shortest way from a lien back to itself."""
    paths: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while paths:
        longer = list[tuple[str, ...]]()
        for path in paths:
            for junior in sorted(after.get(path[-1], ())):
                if junior == start:
                    return path
                if junior not in seen:
                    seen.add(junior)
                    longer.append((*path, junior))
        paths = longer
    return None


def _conflicts(liens: Sequence[Lien], regime: Regime) -> tuple[str, ...]:
    live = [lien.key for lien in liens if lien.recorded]
    if not regime.one_rank or len(live) < 2:
        return ()
    return (f"one rank only, and {len(live)} live pledges: {', '.join(sorted(live))}",)


def _doubts(liens: Sequence[Lien], regime: Regime) -> tuple[str, ...]:
    recorded = [(lien.key, lien.recorded) for lien in liens if lien.recorded]
    recorded += [(lien.key, continued.recorded) for lien in liens for continued in lien.continues]
    pairs = {tuple(sorted((one, other))) for (one, at), (other, by) in combinations(recorded, 2) if one != other and at.overlaps(by)}
    undecided = [lien.key for lien in liens if not lien.recorded and not regime.shares]
    unrecorded = [f"unrecorded, {regime.shared}: {', '.join(sorted(undecided))}"] if undecided else []
    late = (said for one, other in permutations(liens, 2) if (said := _of_grace(one, other, regime)))
    return (*(f"order within the day not stated: {one} and {other}" for one, other in sorted(pairs)), *unrecorded, *late)


def _of_grace(first: Lien, later: Lien, regime: Regime) -> str:
    """What a period for recording says otherwise than the order of recording, of a lien and one that was executed after it."""
    if not (regime.grace and first.recorded and later.recorded and first.executed and later.executed and first.executed < later.executed):
        return ""
    made, recorded, taken = (legal_date(second, _UTC) for second in (first.executed, first.recorded.effective, later.executed))
    in_time = recorded <= add_months(made, regime.grace)
    if recorded < taken or (in_time and first.recorded.place < later.recorded.place):
        return ""
    said = f"{first.key} was executed on {made}, before {later.key}, and recorded on {recorded}"
    period = f"{regime.grace} {'months' if regime.grace > 1 else 'month'}"
    if in_time:
        return f"{said}, within {period} of its date: it goes before {later.key}, though recorded after it ({regime.graced})"
    return f"{said}, not within {period} of its date: void against {later.key} if that gave value without notice ({regime.graced})"


_UTC = ZoneInfo("UTC")
"""A document's date is a day's first second, which falls on the same day in Greenwich as in America."""
