"""Pledges as the plan, the contracts and SQL tell them, held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from eth_abi.abi import encode
from eth_hash.auto import keccak

from gateway.replay import pledge_json
from gateway.replay.dates import US_OFFICE
from gateway.replay.plan import Plan
from gateway.replay.pledge_acts import Note, PartRelease, PledgeAct, Relation, Release, Restoration, Succession, ref
from gateway.replay.pledge_words import REGISTER_OF, PartyRole, asset_key
from gateway.replay.records import Series
from gateway.replay.register_model import Pledge, Register
from gateway.replay.register_model import run as model
from gateway.replay.report import Check
from gateway.replay.views import Views
from ledger.domain.calendar import start_of_day
from ledger.domain.registers import State
from ledger.mirror.database import Database
from ledger.mirror.queries import totals
from ledger.mirror.queries.totals import PledgeTotals

_SET = "pledges"
_EFFECTIVE_SHIFT, _CURRENCY_SHIFT = 128, 128
_INT40 = 1 << 40


@dataclass(frozen=True, slots=True)
class _Chain:
    """What the contract says: words of every pledge and segment by number, and which links are live."""

    heads: Mapping[int, int]
    terms: Mapping[int, int]
    parties: Mapping[int, bytes]
    segments: Mapping[int, tuple[int, int]]
    ended_links: int
    live_links: int
    live_assets: int

    @property
    def ended(self) -> int:
        """How many pledges have ended."""
        return sum(head & 0xFF == State.ENDED for head in self.heads.values())


def checks(plan: Plan, views: Views, mirror: Database) -> Iterator[Check]:
    """Pledges created, live and ended, their assets, parties and dates, on the plan's model, the chain and SQL."""
    register = model(plan.placements)
    with mirror.read() as conn:
        sql, links, parties, states = totals.pledges(conn), totals.links(conn), totals.parties(conn), totals.states(conn)
    chain = _chain(views, links)
    yield from _counted(plan, register, chain, sql)
    numbers = _numbers(register, {number: (state[0], state[1].number) for number, state in states.items()})
    wrong = sum([(each.name, each.capacity) for each in parties.get(number, ())] != _named(pledge) for number, pledge in numbers.items())
    roots = sum(chain.parties[number] != _root(pledge) for number, pledge in numbers.items())
    yield Check(_SET, "other parties than planned", {"plan": 0, "chain": roots, "sql": wrong})
    told = sum(states[number][1].effective != _effective(pledge) for number, pledge in numbers.items())
    words = sum(_signed(chain.heads[number] >> _EFFECTIVE_SHIFT) != _effective(pledge) for number, pledge in numbers.items())
    yield Check(_SET, "other dates than recorded", {"plan": 0, "chain": words, "sql": told})


def _counted(plan: Plan, register: Register, chain: _Chain, sql: PledgeTotals) -> Iterator[Check]:
    acts = [act for placement in plan.placements for act in placement.acts]
    live, created = len(register.live()), len(register.pledges)
    documents = len({ref(act.record) for act in acts if not isinstance(act, Succession)})
    yield Check(_SET, "acting documents", {"plan": documents, "sql": sql.documents})
    yield Check(_SET, "created", {"plan": created, "chain": len(chain.heads), "sql": sql.pledges})
    yield Check(_SET, "live", {"plan": live, "chain": len(chain.heads) - chain.ended, "sql": sql.pledges - sql.ended})
    yield Check(_SET, "ended", {"plan": created - live, "chain": chain.ended, "sql": sql.ended})
    yield Check(_SET, "segments", {"plan": _segments(register), "chain": len(chain.segments), "sql": sql.segments})
    linked = sum(count for _, count in chain.segments.values())
    yield Check(_SET, "assets in segments", {"plan": _links(register), "chain": linked, "sql": sql.links})
    yield Check(_SET, "assets released alone", {"plan": _ended(register), "chain": chain.ended_links, "sql": sql.ended_links})
    yield Check(_SET, "live assets in segments", {"plan": _live_links(register), "chain": chain.live_links, "sql": sql.live_links})
    yield Check(_SET, "assets under live pledges", {"plan": _live_assets(register), "chain": chain.live_assets, "sql": sql.live_assets})
    amounts = sum(word >> _CURRENCY_SHIFT & 0xFFFF != 0 for word in chain.terms.values())
    yield Check(_SET, "amounts stated", {"plan": 0, "chain": amounts, "sql": sql.with_amount})
    yield Check(_SET, "notes", {"plan": sum(isinstance(act, Note) for act in acts), "sql": sql.notes})
    yield Check(_SET, "relations", {"plan": sum(isinstance(act, Relation) for act in acts), "sql": sql.relations})
    yield Check(_SET, "releases undone", {"plan": sum(isinstance(act, Restoration) for act in acts), "sql": sql.rectified})
    yield Check(_SET, "parties renamed or merged", {"plan": sum(isinstance(act, Succession) for act in acts), "sql": sql.parties})
    yield Check(_SET, "differences kept", {"plan": sum(_differences(act) for act in acts), "sql": sql.differences})


def _chain(views: Views, links: list[totals.Link]) -> _Chain:
    pledges, segments = views.ask("PledgeRegistry", "counts", [()])[0]
    words = dict(enumerate(views.ask("PledgeRegistry", "pledge", [(number,) for number in range(1, pledges + 1)]), 1))
    owned = dict(enumerate(views.ask("PledgeRegistry", "segment", [(number,) for number in range(1, segments + 1)]), 1))
    counts = {number: (word & (_INT40 - 1), word >> 40 & 0xFFFFFF) for number, (word, _) in owned.items()}
    asked = [(number, index) for number, (_, count) in counts.items() for index in range((count + 255) // 256)]
    ended = sum(bits.bit_count() for bits in views.ask("PledgeRegistry", "endedBits", asked))
    alive = views.ask("PledgeRegistry", "live(uint40,uint24)", [(link.segment, link.leaf) for link in links])
    live = [link for link, is_live in zip(links, alive, strict=True) if is_live]
    return _Chain(
        heads={number: word[0] for number, word in words.items()},
        terms={number: word[1] for number, word in words.items()},
        parties={number: word[2] for number, word in words.items()},
        segments=counts,
        ended_links=ended,
        live_links=len(live),
        live_assets=len({link.asset for link in live}),
    )


def _numbers(register: Register, states: Mapping[int, tuple[int, bytes | None]]) -> dict[int, Pledge]:
    """The planned pledges by the numbers that the register gave them; told by register and record number."""
    named: dict[tuple[int, bytes | None], int] = {state: number for number, state in states.items()}
    found = ((named.get(_register_number(pledge)), pledge) for pledge in register.pledges.values())
    return {number: pledge for number, pledge in found if number is not None}


def _register_number(pledge: Pledge) -> tuple[int, bytes]:
    return REGISTER_OF[Series(pledge.ref.series)], str(pledge.ref.number).encode().ljust(32, b"\0")


def _named(pledge: Pledge) -> list[tuple[str, str]]:
    return [(party.name, party.capacity) for party in (*pledge.pledgors, *pledge.holders)]


def _root(pledge: Pledge) -> bytes:
    sides = (pledge_json.root(pledge.pledgors, PartyRole.PLEDGOR), pledge_json.root(pledge.holders, PartyRole.PLEDGEE))
    return keccak(encode(["bytes32", "bytes32"], sides))


def _effective(pledge: Pledge) -> int:
    recorded = pledge.record.recorded
    return 0 if recorded is None else start_of_day(recorded, US_OFFICE)


def _signed(word: int) -> int:
    value = word % _INT40
    return value - _INT40 if value >> 39 else value


def _segments(register: Register) -> int:
    return sum(len(pledge.segments) for pledge in register.pledges.values())


def _links(register: Register) -> int:
    return sum(len(segment.assets) for pledge in register.pledges.values() for segment in pledge.segments)


def _ended(register: Register) -> int:
    return sum(len(segment.ended) for pledge in register.pledges.values() for segment in pledge.segments)


def _live_links(register: Register) -> int:
    return sum(len(segment.live) for pledge in register.live() for segment in pledge.segments)


def _live_assets(register: Register) -> int:
    live = ((Series(pledge.ref.series), item) for pledge in register.live() for item in pledge.live_assets.values())
    return len({asset_key(series, item) for series, item in live})


def _differences(act: PledgeAct) -> int:
    """Assets on which a document and its pledge differ, or that a note names, each once."""
    match act:
        case Release():
            return len({item.key for item in act.unlisted}) + len({item.key for item in act.unpledged})
        case PartRelease():
            return len({item.key for item in act.unpledged})
        case Note():
            return len(set(act.assets))
        case _:
            return 0
