"""The order of liens on one right, explained with its sources, and where a new one would stand: the mirror's rows made liens.

The ledger knows what is registered: a stated amount or ceiling, and the relations recorded. What is owed, who was notified when and which
liens nobody registered comes from the caller (`Claims`), and what is not known is said in `doubts`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sqlalchemy import Connection

from ledger.domain.calendar import DAY
from ledger.domain.catalogue import CATALOGUE, Catalogue
from ledger.domain.ids import to_hex
from ledger.domain.liens import INCREASED, REFINANCED, Continued, Lien, LienKind, Recorded, Regime, Relation, RelationKind
from ledger.domain.pledge_words import AssetFlag, ClaimKind, Flag
from ledger.domain.pledge_words import RelationKind as RelationCode
from ledger.domain.priority import Cycle, Ranking, Standing, rank, standing_if_filed
from ledger.domain.proceeds import Distribution, distribute
from ledger.domain.registers import Effect, Rule
from ledger.mirror.models import Party, PledgeAct, Side
from ledger.mirror.queries import holds, lien_facts, pledges, records
from ledger.mirror.queries.assets import AssetRecord, asset, unseeded
from ledger.mirror.queries.lien_facts import Facts
from ledger.mirror.queries.pledges import Burden, Done
from ledger.mirror.queries.registers import Ruled, taking
from ledger.mirror.register_models import Refinancing
from ledger.mirror.register_models import Relation as Related
from ledger.mirror.schema import number

_KINDS = {
    RelationCode.SUBORDINATION: RelationKind.SUBORDINATION,
    RelationCode.SUPER_PRIORITY: RelationKind.SUPER_PRIORITY,
    RelationCode.INTERCREDITOR: RelationKind.INTERCREDITOR,
    RelationCode.TURNOVER: RelationKind.TURNOVER,
}


@dataclass(frozen=True, slots=True)
class Claims:
    """What the ledger does not know: by pledge what is owed, when the first notice reached the debtor, what was advanced (minor units, UTC
    seconds); liens that are not registered here, and relations that are not recorded (both name pledges by their numbers as text).
    """

    amounts: Mapping[int, int] = field(default_factory=dict)
    noticed: Mapping[int, int] = field(default_factory=dict)
    advances: Mapping[int, int] = field(default_factory=dict)
    others: tuple[Lien, ...] = ()
    relations: tuple[Relation, ...] = ()


class Source(NamedTuple):
    """An act that decides a place: its event, position, digest, the office's number of its document, and what it counts from."""

    event: str
    pos: int
    act: bytes
    number: bytes | None
    effective: int | None


class Explained(NamedTuple):
    """A lien of the order with the acts that it stands on; `pledge` and `segment` are None for one that the caller named."""

    lien: Lien
    pledge: int | None
    segment: int | None
    currency: int
    sources: tuple[Source, ...]


class Order(NamedTuple):
    """The liens on a right in their order, or the cycle of their relations; `currency` is None where they are in several."""

    asset: AssetRecord
    register: Ruled | None
    regime: Regime
    currency: int | None
    liens: tuple[Explained, ...]
    relations: tuple[Relation, ...]
    ranking: Ranking | Cycle
    doubts: tuple[str, ...]


class IfFiled(NamedTuple):
    """Where a new lien would stand if it were registered now; `refusals` say why the register would not take it, empty if it would."""

    standing: Standing | Cycle
    refusals: tuple[str, ...]
    order: Order


def order(
    conn: Connection,
    number_: bytes,
    *,
    at: int | None = None,
    time: int | None = None,
    claims: Claims | None = None,
    catalogue: Catalogue = CATALOGUE,
) -> Order:
    """The order of the live liens on a right as known at a position about a time. Raises LienError for claims that no asset can carry."""
    return _ordered(conn, asset(conn, number_, at=at, time=time), claims or Claims(), catalogue)


def if_filed(
    conn: Connection,
    number_: bytes,
    candidate: Lien,
    value: int,
    *,
    parties: Sequence[bytes] = (),
    at: int | None = None,
    time: int | None = None,
    claims: Claims | None = None,
    catalogue: Catalogue = CATALOGUE,
) -> IfFiled:
    """Where `candidate` would stand on a right worth `value` if it were filed at the time by these parties (words). Raises LienError."""
    found = order(conn, number_, at=at, time=time, claims=claims, catalogue=catalogue)
    liens = [explained.lien for explained in found.liens]
    standing = standing_if_filed(liens, found.regime, candidate, found.asset.time, value, found.relations)
    return IfFiled(standing, tuple(_refusals(conn, found, parties)), found)


def proceeds(found: Order, amount: int, costs: int = 0) -> Distribution | Cycle:
    """What each holder gets of `amount` after `costs`, in minor units of the order's currency. Raises LienError."""
    if isinstance(found.ranking, Cycle):
        return found.ranking
    return distribute(found.ranking, [explained.lien for explained in found.liens], amount, costs, found.relations)


# --- Liens ---


def _ordered(conn: Connection, right: AssetRecord, claims: Claims, catalogue: Catalogue) -> Order:
    register = taking(conn, right.resolved.key, right.at)
    burdens = _burdens(right)
    facts = lien_facts.facts(conn, right, burdens)
    liens = [_explained(conn, right, burden, facts, claims) for burden in burdens.values()]
    liens += [Explained(lien, None, None, 0, ()) for lien in claims.others]
    regime = _regime(register, right.resolved.key, catalogue)
    recorded, carried = _relations(conn, right, liens, facts.made_by)
    relations = (*recorded, *claims.relations)
    ranking = rank([each.lien for each in liens], regime, relations)
    currencies = {each.currency for each in liens if each.currency}
    stated = ranking.doubts if isinstance(ranking, Ranking) else ()
    of_rows = (*_recorded_twice(right), *_held_parties(conn, right, register, facts.parties))
    doubts = (*stated, *_doubts(right, liens, currencies), *carried, *of_rows)
    currency = currencies.pop() if len(currencies) == 1 else None
    return Order(right, register, regime, currency, tuple(liens), relations, ranking, doubts)


def _burdens(right: AssetRecord) -> dict[int, Burden]:
    """One burden a pledge: where a right stands in two segments of one pledge, the earlier one decides."""
    found: dict[int, Burden] = {}
    for burden in right.live:
        found.setdefault(burden.pledge.pledge.pledge, burden)
    return found


def _regime(register: Ruled | None, key: bytes, catalogue: Catalogue) -> Regime:
    """How the register's entries over such a right rank; of one that the catalogue does not know only what its rule word says."""
    known = catalogue.regime(register.register.register, key[2:3].decode("ascii", "replace")) if register else None
    if known:
        return known
    one_rank = register is not None and Rule.SINGLE_RANK in register.flags
    return Regime("REGISTER", frozenset(), "", "registration time", shares=False, shared="the register does not decide", one_rank=one_rank)


def _explained(conn: Connection, right: AssetRecord, burden: Burden, facts: Facts, claims: Claims) -> Explained:
    pledge = burden.pledge.pledge.pledge
    state = facts.standings[pledge].state
    line = [*_line(conn, burden, facts.made_by), pledge]
    *continued, last = _places(burden, line, facts)
    ceiling = number(state.ceiling)
    deciding = [each.done for one_ in line for each in facts.acts[one_] if decides(each.done.act, right.time)]
    lien = Lien(
        key=str(pledge),
        amount=claims.amounts.get(pledge, ceiling),
        recorded=last.recorded,
        kind=_kind(state.flags),
        ceiling=ceiling if state.kind == ClaimKind.MAXIMUM else None,
        noticed=claims.noticed.get(pledge),
        advance=claims.advances.get(pledge),
        continues=tuple(continued),
        holders=_holders(facts.parties[pledge]),
        executed=next((done.instrument.executed for done in deciding if done.instrument and done.instrument.executed), None),
    )
    return Explained(lien, pledge, burden.segment.segment, state.currency, tuple(map(_source, deciding)))


def _kind(flags: int) -> LienKind:
    if flags & Flag.FACTORING:
        return LienKind.FACTORING
    return LienKind.ASSIGNMENT if flags & Flag.ASSIGNMENT else LienKind.PLEDGE


def _holders(parties: Iterable[Party]) -> tuple[tuple[str, int], ...]:
    """The holders by their words, each once."""
    shares: dict[str, int] = {}
    for party in parties:
        if party.side == Side.HOLDERS:
            shares[to_hex(party.id)] = shares.get(to_hex(party.id), 0) + party.share
    return tuple(shares.items())


def decides(act: PledgeAct, time: int) -> bool:
    """Whether an act decides a pledge's place, or what has it."""
    return act.event in _DECIDING and (act.effective or 0) <= time


_DECIDING = frozenset({"PledgeRegistered", "PledgeRefinanced", "RecordAdopted", "SegmentAdded", "TermsChanged", "PledgeRectified"})


def _source(done: Done) -> Source:
    number_ = None if done.instrument is None else done.instrument.number
    return Source(done.act.event, done.act.pos, done.act.act, number_, done.act.effective)


# --- Places: what of an amount ranks from when ---


def _places(burden: Burden, line: Sequence[int], facts: Facts) -> list[Continued]:
    """The places of a lien on a right, oldest first, each up to what was registered for it; the last one is its own.

    They begin when its segment was taken. What goes beyond the amount registered then ranks from the act that registered it.
    """
    segment, sequence = burden.segment, burden.pledge.state.sequence
    taken = facts.counts_since[segment.segment]
    found = [Continued(_recorded(segment.effective or 0, sequence, date_only=segment.date_only), None)]
    for act, amount in ((each.done.act, each.amount) for pledge in line for each in facts.acts[pledge] if each.is_stated):
        found = _after(found, act, amount, sequence) if act.pos > taken else [replace(found[0], up_to=amount)]
    return found


def _after(found: Sequence[Continued], act: PledgeAct, amount: int | None, sequence: int) -> list[Continued]:
    """The places after an act that states an amount: a refinancing has one of its own, another change if it states more."""
    refinanced = act.event == "PledgeRefinanced"
    more = found[-1].up_to is not None and (amount is None or amount > found[-1].up_to)
    kept = [replace(each, up_to=_least(each.up_to, amount)) for each in found]
    if not refinanced and not more:
        return kept
    kept[-1] = replace(kept[-1], source=REFINANCED if refinanced else INCREASED)
    own = act.pledge if refinanced else sequence
    return [*kept, Continued(_recorded(act.effective or 0, own, date_only=act.date_only), amount)]


def _least(one_: int | None, other: int | None) -> int | None:
    return other if one_ is None else one_ if other is None else min(one_, other)


def _recorded(effective: int, sequence: int, *, date_only: bool) -> Recorded:
    return Recorded(effective, sequence, effective + DAY if date_only else None)


def _line(conn: Connection, burden: Burden, made_by: Mapping[int, Refinancing]) -> list[int]:
    """The pledges, oldest first, in whose place a burden's pledge came to its segment; a younger supplement was never theirs."""
    found: list[int] = []
    for step in _steps(burden.pledge.pledge.pledge, made_by):
        before = pledges.segments(conn, step.old, step.pos - 1)
        if not any(row.segment == burden.segment.segment and row.effective is not None for row in before):
            break
        found.insert(0, step.old)
    return found


def _steps(pledge: int, made_by: Mapping[int, Refinancing]) -> Iterator[Refinancing]:
    """The refinancings that lead to a pledge, newest first."""
    while step := made_by.get(pledge):
        yield step
        pledge = step.old


# --- Relations ---


def _relations(
    conn: Connection, right: AssetRecord, liens: Sequence[Explained], made_by: Mapping[int, Refinancing]
) -> tuple[tuple[Relation, ...], tuple[str, ...]]:
    """The relations in force between the liens; what was agreed with a pledge since refinanced goes on with the new one, with a doubt."""
    heirs = {each.pledge: each.pledge for each in liens if each.pledge is not None}
    caps: dict[int, int | None] = {}
    for pledge in list(heirs):
        for step in _steps(pledge, made_by):
            heirs[step.old] = pledge
            caps[step.old] = number(step.ceiling) if step.currency else None
    rows = records.in_force(records.related(conn, list(heirs), at=right.at, time=right.time), heirs)
    between = [row for row in rows if {row.pledge, row.senior} <= heirs.keys() and heirs[row.pledge] != heirs[row.senior]]
    carried = [_carried_doubt(row, heirs) for row in between if (heirs[row.pledge], heirs[row.senior]) != (row.pledge, row.senior)]
    return tuple(_relation(row, heirs, caps) for row in between), tuple(carried)


def _relation(row: Related, heirs: Mapping[int, int], caps: Mapping[int, int | None]) -> Relation:
    limit = _least(number(row.cap) or None, caps.get(row.senior))
    return Relation(str(heirs[row.senior]), str(heirs[row.pledge]), _KINDS[RelationCode(row.kind)], f"act {to_hex(row.act)}", limit)


def _carried_doubt(row: Related, heirs: Mapping[int, int]) -> str:
    return (
        f"the relation of {row.pledge} to {row.senior} was agreed before a refinancing: "
        f"taken to go on between {heirs[row.pledge]} and {heirs[row.senior]}, up to the old amount"
    )


# --- What is not known, and what stands against a filing ---


def _doubts(right: AssetRecord, liens: Iterable[Explained], currencies: Iterable[int]) -> Iterator[str]:
    listed = [each for each in liens if each.pledge is not None]
    if unstated := [str(each.pledge) for each in listed if not each.currency]:
        yield f"no amount is stated by {', '.join(unstated)}: what goes before the others is not known"
    if len(set(currencies)) > 1:
        yield "amounts are in several currencies and can't be summed"
    if right.unadopted:
        numbers = ", ".join(_text(each.seed.number) for each in right.unadopted)
        yield f"anchored records that nobody has adopted rank by their own register: {numbers}"
    if right.reservations:
        numbers = ", ".join(str(each.pledge.pledge.pledge) for each in right.reservations)
        yield f"filings that have claimed the right and are not registered: {numbers}"
    if right.has(AssetFlag.CONFLICT):
        yield "the right is in conflict: a restoration or a joined number put two pledges on it"


def _recorded_twice(right: AssetRecord) -> Iterator[str]:
    live = {burden.pledge.pledge.pledge: burden.same_as for burden in right.live}
    for pledge, others in sorted(live.items()):
        for other in others:
            if other in live and pledge < other:
                yield f"{other} and {pledge} are noted as one recording made twice: a release of one does not end the other"


def _held_parties(conn: Connection, right: AssetRecord, register: Ruled | None, parties: Mapping[int, Sequence[Party]]) -> Iterator[str]:
    """Pledgors of the liens who, by a hold on them, can't pledge again."""
    pledgors = [(pledge, party) for pledge, each in parties.items() for party in each if party.side == Side.PLEDGORS]
    barred = _barred(conn, right, register, [party.id for _, party in pledgors]) if register else {}
    for pledge, party in pledgors:
        yield from (f"{party.name or to_hex(party.id)}, pledgor of {pledge}: {why}" for why in barred.get(party.id, ()))


def _barred(conn: Connection, right: AssetRecord, register: Ruled, parties: Sequence[bytes]) -> dict[bytes, list[str]]:
    """By party what bars registrations by it."""
    found = holds.barring_parties(conn, Effect.REGISTER, parties, register.register.office, at=right.at, time=right.time)
    said = "a hold on the party bars registrations, by order"
    return {party: [f"{said} {to_hex(hold.order_hash)}" for hold in held] for party, held in found.items()}


def _text(word_: bytes) -> str:
    return word_.rstrip(b"\0").decode("ascii", "replace")


def _refusals(conn: Connection, found: Order, parties: Sequence[bytes]) -> Iterator[str]:
    """Why a filing of the right by these would not be accepted at the time, by what the registry looks at (PledgeStore, _requireFree)."""
    right, register = found.asset, found.register
    if register is None:
        yield "no register takes this asset"
        return
    if register.register.closed:
        yield f"register {register.register.register} is closed"
    records = Rule.RECORDS in register.flags
    if right.has(AssetFlag.CLOSED) or (right.has(AssetFlag.CONFLICT) and not records):
        yield "the asset is barred until its conflict is settled"
    for hold in holds.barring(conn, Effect.REGISTER, assets=(right.resolved.key,), at=right.at, time=right.time):
        yield f"a hold bars registrations, by order {to_hex(hold.order_hash)}"
    for party, said in _barred(conn, right, register, parties).items():
        yield from (f"{to_hex(party)}: {why}" for why in said)
    # An office whose own register is the legal one records a second right, too.
    if Rule.SINGLE_RANK in register.flags and not records:
        yield from _taken(conn, found, register)


def _taken(conn: Connection, found: Order, register: Ruled) -> Iterator[str]:
    right = found.asset
    if waiting := unseeded(conn, register.register.register, right.at):
        yield f"the register waits for {waiting} anchored assets to be seeded"
    if right.unadopted:
        yield f"a live anchored record lies on it: {', '.join(_text(each.seed.number) for each in right.unadopted)}"
    if taken := [str(each.pledge) for each in found.liens if each.pledge is not None]:
        yield f"already pledged by {', '.join(taken)}: {found.regime.creation}, one rank"
    if claimed := [str(each.pledge.pledge.pledge) for each in right.reservations]:
        yield f"already claimed by {', '.join(claimed)}, which come before"
