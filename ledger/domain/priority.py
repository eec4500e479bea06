"""The priority calculator: liens on one asset and a register's rules in, their order out, explained place by place.

The base order is total: registered liens by effective time and sequence, then unregistered ones by notice where the rule counts it, then
those that share one rank pro rata. Relations are laid over it: a junior waits until its senior is placed, everybody else keeps the base
order. So a relation never puts anybody back who is no party to it. Relations that contradict each other give their cycle, not an order.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations

from ledger.domain.liens import Lien, LienError, Recorded, Regime, Relation, RelationKind


@dataclass(frozen=True, slots=True)
class Tranche:
    """A part of a lien with one rank: lien, number of the part, secured amount, weight among equals, why it ranks where it does, source."""

    lien: str
    part: int
    amount: int
    weight: int
    tier: int
    reason: str
    source: str


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
    """The order of the liens, those without a right (with reason and source), conflicts, and what of the order is not stated."""

    places: tuple[Place, ...]
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
    tranches, edges = _with_relations(_tranches(having, regime), ordering)
    without = tuple((lien.key, f"no right arose: not registered ({regime.creation})") for lien in liens if not _has_right(lien, regime))
    return Ranking(_places(tranches, edges), without, _conflicts(having, regime), _doubts(having, regime))


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


def _tranches(liens: Sequence[Lien], regime: Regime) -> list[Tranche]:
    """The parts of all liens in the base order; equals have one tier."""
    rows = [row for lien in liens for row in _parts(lien, regime)]
    tiers = {order: tier for tier, order in enumerate(sorted({order for order, _ in rows}))}
    placed = [replace(tranche, tier=tiers[order]) for order, tranche in rows]
    return sorted(placed, key=lambda tranche: (tranche.tier, tranche.lien, tranche.part))


_Order = tuple[int, int, int]


def _parts(lien: Lien, regime: Regime) -> Iterator[tuple[_Order, Tranche]]:
    """Each part with what it is ordered by: class (registered, noticed, neither), time, sequence."""
    if lien.recorded:
        yield from _registered(lien, lien.recorded, regime)
    elif regime.by_notice and lien.noticed is not None:
        reason = f"unregistered; notice reached the debtor {_time(lien.noticed)}"
        yield (1, lien.noticed, 0), Tranche(lien.key, 0, lien.secured, lien.weight, 0, reason, regime.noticed)
    else:
        reason = (
            "unregistered, shares with its equals" if not regime.by_notice else "neither registered nor notified, shares with its equals"
        )
        yield (2, 0, 0), Tranche(lien.key, 0, lien.secured, lien.weight, 0, reason, regime.shared)


def _registered(lien: Lien, recorded: Recorded, regime: Regime) -> Iterator[tuple[_Order, Tranche]]:
    kept = min(lien.secured, lien.continues.up_to) if lien.continues else 0
    if lien.continues and kept:
        old, source = lien.continues.recorded, f"{regime.registered}; Interpretation on Security 16"
        reason = f"carries on the registration of {_stated(old)}, up to {lien.continues.up_to}"
        yield (0, *old.place), Tranche(lien.key, 0, kept, kept, 0, reason, source)
    if lien.secured > kept or not kept:
        rest = lien.secured - kept
        reason = f"registered {_stated(recorded)}"
        yield (0, *recorded.place), Tranche(lien.key, 1 if kept else 0, rest, rest, 0, reason, regime.registered)


def _stated(recorded: Recorded) -> str:
    hour = "the day that begins " if recorded.is_date_only else ""
    return f"{hour}{_time(recorded.effective)}, number {recorded.sequence}"


def _time(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat().replace("+00:00", "Z")


_Edges = dict[tuple[str, int], dict[tuple[str, int], str]]


def _with_relations(tranches: list[Tranche], relations: Sequence[Relation]) -> tuple[list[Tranche], _Edges]:
    """The tranches, seniors split at their relations' caps, and for each one which others wait for it, by which source."""
    parts: dict[str, list[Tranche]] = {}
    for tranche in tranches:
        parts.setdefault(tranche.lien, []).append(tranche)
    for relation in relations:
        if relation.up_to is not None and relation.senior in parts:
            parts[relation.senior] = _split(parts[relation.senior], relation.up_to)
    edges: _Edges = {}
    for relation in relations:
        for senior in _within(parts.get(relation.senior, []), relation.up_to):
            waiting = edges.setdefault((senior.lien, senior.part), {})
            for junior in parts.get(relation.junior, []):
                waiting[junior.lien, junior.part] = f"{relation.kind.value} of {relation.junior} to {relation.senior} ({relation.source})"
    return [tranche for each in parts.values() for tranche in each], edges


def _split(tranches: list[Tranche], cap: int) -> list[Tranche]:
    """The parts of a lien, cut where their running total passes the cap, numbered anew."""
    found, before = list[Tranche](), 0
    for tranche in tranches:
        inside = min(max(0, cap - before), tranche.amount)
        cuts = [inside, tranche.amount - inside] if 0 < inside < tranche.amount else [tranche.amount]
        before += tranche.amount
        found += [replace(tranche, part=len(found) + place, amount=cut, weight=_share(tranche, cut)) for place, cut in enumerate(cuts)]
    return found


def _share(tranche: Tranche, amount: int) -> int:
    return tranche.weight * amount // tranche.amount if tranche.amount else tranche.weight


def _within(tranches: Sequence[Tranche], cap: int | None) -> list[Tranche]:
    """The parts of a lien that lie within a cap on its claim."""
    found, before = list[Tranche](), 0
    for tranche in tranches:
        if cap is None or before < cap:
            found.append(tranche)
        before += tranche.amount
    return found


def _places(tranches: Sequence[Tranche], edges: _Edges) -> tuple[Place, ...]:
    waits: dict[tuple[str, int], int] = {}
    for juniors in edges.values():
        for junior in juniors:
            waits[junior] = waits.get(junior, 0) + 1
    ready = [_in_heap(tranche) for tranche in tranches if not waits.get((tranche.lien, tranche.part))]
    heapq.heapify(ready)
    named = {(tranche.lien, tranche.part): tranche for tranche in tranches}
    placed = list[Tranche]()
    while ready:
        *_, tranche = heapq.heappop(ready)
        placed.append(tranche)
        for junior in edges.get((tranche.lien, tranche.part), {}):
            waits[junior] -= 1
            if not waits[junior]:
                heapq.heappush(ready, _in_heap(named[junior]))
    return _grouped(placed, edges)


def _in_heap(tranche: Tranche) -> tuple[int, str, int, Tranche]:
    return tranche.tier, tranche.lien, tranche.part, tranche


def _grouped(placed: Sequence[Tranche], edges: _Edges) -> tuple[Place, ...]:
    """Neighbours of one tier that no relation parts, as one place."""
    groups = list[list[Tranche]]()
    for tranche in placed:
        group = groups[-1] if groups else []
        if group and group[0].tier == tranche.tier and not any(_waits(tranche, senior, edges) for senior in group):
            group.append(tranche)
        else:
            groups.append([tranche])
    return tuple(Place(place, tuple(group), _moved(group, placed, edges)) for place, group in enumerate(groups, start=1))


def _waits(junior: Tranche, senior: Tranche, edges: _Edges) -> bool:
    return (junior.lien, junior.part) in edges.get((senior.lien, senior.part), {})


def _moved(group: Sequence[Tranche], placed: Sequence[Tranche], edges: _Edges) -> tuple[str, ...]:
    """The relations without which a member of the group would stand before, or beside, its senior."""
    found = (
        edges[senior.lien, senior.part][tranche.lien, tranche.part]
        for tranche in group
        for senior in placed
        if senior.tier >= tranche.tier and _waits(tranche, senior, edges)
    )
    return tuple(sorted(set(found)))


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
    recorded += [(lien.key, lien.continues.recorded) for lien in liens if lien.continues]
    pairs = {tuple(sorted((one, other))) for (one, at), (other, by) in combinations(recorded, 2) if one != other and at.overlaps(by)}
    undecided = [lien.key for lien in liens if not lien.recorded and not regime.shares]
    unrecorded = [f"unrecorded, {regime.shared}: {', '.join(sorted(undecided))}"] if undecided else []
    return (*(f"order within the day not stated: {one} and {other}" for one, other in sorted(pairs)), *unrecorded)
