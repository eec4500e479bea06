"""What the register tells each pledgee to watch, from rows alone, and the rights under its pledges, for what offices report of them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, and_, or_

from ledger.domain.assets import member_party
from ledger.domain.catalogue import CATALOGUE, Catalogue
from ledger.domain.entry_clocks import TO_DO
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import AssetFlag, Flag, HoldTarget
from ledger.domain.register_watches import Hold as Held
from ledger.domain.register_watches import (
    conflict_alert,
    contest_alert,
    debt_due_alert,
    empty_alert,
    hold_alert,
    lapse_alert,
    party_alert,
    reservation_alert,
)
from ledger.domain.registers import TermRule
from ledger.domain.watches import USUAL, Alert, Settings, Watched, clock_alert
from ledger.mirror.models import PARTY, PLEDGE, PLEDGE_STATE, Party, PledgeStatus, Side
from ledger.mirror.queries import chain, entry_clocks, filings, holds, parties, pledges, registers
from ledger.mirror.queries.liveness import IN_FORCE
from ledger.mirror.queries.numbers import resolve, word_of
from ledger.mirror.queries.pledges import Standing, standings
from ledger.mirror.queries.reading import given, valid
from ledger.mirror.register_models import PartyRecord

_MOST_ASSETS = 1_000


class HeldPledge(NamedTuple):
    """A pledge in force that a member holds: where (two letters), and the keys of the rights that are live under it, each resolved."""

    standing: Standing
    jurisdiction: str
    rights: tuple[bytes, ...]


def held(conn: Connection, account: bytes, at: int | None = None) -> list[HeldPledge]:
    """The pledges that a member holds: by its own word, or by one that the register's office has bound to it."""
    columns = PARTY.table.c
    bound = [and_(columns.id == each.party, pledges.kept_by(each.office, at)) for each in parties.words_of(conn, account, at)]
    asked = standings(at).where(PLEDGE_STATE.table.c.status.in_(IN_FORCE))
    asked = asked.join(PARTY.table, and_(columns.pledge == PLEDGE.table.c.pledge, valid(PARTY, at), columns.side == Side.HOLDERS))
    asked = asked.where(or_(columns.id == member_party(account), *bound)).distinct().order_by(PLEDGE.table.c.pledge)
    found = [Standing.of(row) for row in conn.execute(asked)]
    return [HeldPledge(each, _jurisdiction(conn, each), _rights(conn, each, at)) for each in found]


def _jurisdiction(conn: Connection, standing: Standing) -> str:
    rule = registers.rule_of(conn, standing.pledge.register, standing.state.rules)
    return "" if rule is None else (int.from_bytes(rule.rule) & 0xFFFF).to_bytes(2).decode("ascii", "replace")


def _rights(conn: Connection, standing: Standing, at: int | None) -> tuple[bytes, ...]:
    found: dict[bytes, None] = {}
    after = None
    while True:
        page = pledges.assets(conn, standing.pledge.pledge, at, limit=_MOST_ASSETS, after=after)
        live = (row.encumbrance.asset for row in page.rows if row.encumbrance.ended_at is None)
        found.update(dict.fromkeys(resolve(conn, asset, at).key for asset in live))
        if page.next is None:
            return tuple(found)
        after = page.next


def alerts(
    conn: Connection, account: bytes, now: int, *, at: int | None = None, settings: Settings = USUAL, catalogue: Catalogue = CATALOGUE
) -> list[Alert]:
    """All that the register itself tells a member to watch, about the pledges that it holds and the filings that it made."""
    found = [alert for pledge in held(conn, account, at) for alert in _of_pledge(conn, pledge, now, at, settings, catalogue)]
    for filed in waiting(conn, account, at=at):
        found += of_filing(conn, filed, now, at=at, settings=settings, catalogue=catalogue)
    return found


# --- Pledges in force ---


def _of_pledge(conn: Connection, pledge: HeldPledge, now: int, at: int | None, settings: Settings, catalogue: Catalogue) -> Iterator[Alert]:
    state = pledge.standing.state
    watched = _watched(conn, pledge.standing, pledge.jurisdiction, state.from_pos)
    if pledges.is_empty(conn, pledge.standing.pledge.pledge, at):
        yield empty_alert(watched)
        return
    if state.expires:
        yield lapse_alert(watched, state.expires, _term(pledge.standing, catalogue), now, settings)
    if state.due:
        yield debt_due_alert(watched, state.due, now, settings)
    if state.flags & Flag.CONFLICT:
        conflicts = [key for key in pledge.rights if (row := word_of(conn, key, at)) and row.flags & AssetFlag.CONFLICT]
        yield from (conflict_alert(watched, key.rstrip(b"\0").decode("ascii", "replace")) for key in conflicts)
    yield from _of_clocks(conn, pledge, now, at, settings, catalogue)
    yield from _held_back(conn, pledge, watched, now, at)
    yield from _of_parties(conn, pledge, at)


def _of_clocks(conn: Connection, pledge: HeldPledge, now: int, at: int | None, settings: Settings, catalogue: Catalogue) -> Iterator[Alert]:
    """The clocks that demands, objections and the claim's end have started, until they are met."""
    standing = pledge.standing
    watched = _watched(conn, standing, pledge.jurisdiction, standing.pledge.pos)
    for clock in entry_clocks.of_entry(conn, standing.pledge.pledge, now, at=at, catalogue=catalogue):
        alert = None if clock.reading is None else clock_alert(watched, clock.rule, clock.reading, now, settings)
        if alert:
            doubt = "; ".join(filter(None, (alert.doubt, clock.doubt)))
            yield replace(alert, to_do=TO_DO[clock.name][clock.overdue], doubt=doubt)


def _watched(conn: Connection, standing: Standing, jurisdiction: str, pos: int) -> Watched:
    return Watched(f"pledge {standing.pledge.pledge}", jurisdiction, chain.time_of(conn, pos))


def _term(standing: Standing, catalogue: Catalogue) -> TermRule | None:
    known = catalogue.register(standing.pledge.register)
    return None if known is None else known.term


def _held_back(conn: Connection, pledge: HeldPledge, watched: Watched, now: int, at: int | None) -> Iterator[Alert]:
    standing = pledge.standing
    register, listed = registers.get(conn, standing.pledge.register, at), pledges.parties(conn, standing.pledge.pledge, at)
    office = None if register is None else register.office
    words = holds.became(conn, [party.id for party in listed], office, at)
    found = holds.upon(conn, standing.pledge.pledge, words, office, at=at)
    names = {party.id: f"the {Side(party.side).name.lower()[:-1]} {party.name or to_hex(party.id)}" for party in listed}
    for hold in {hold.act: hold for hold in found if holds.runs(hold, now)}.values():
        on = _ON.get(hold.target) or names.get(words.get(hold.id, b""), "") or hold.id.rstrip(b"\0").decode("ascii", "replace")
        yield hold_alert(watched, Held(on, hold.kind, hold.bars, to_hex(hold.order_hash), hold.placed, hold.until))


_ON = {int(HoldTarget.PLEDGE): "the pledge", int(HoldTarget.CLAIM): "its claim"}


def _of_parties(conn: Connection, pledge: HeldPledge, at: int | None) -> Iterator[Alert]:
    """What the register's office recorded of the pledgors since the pledge was made."""
    standing = pledge.standing
    register = registers.get(conn, standing.pledge.register, at)
    for party in pledges.parties(conn, standing.pledge.pledge, at) if register else ():
        if party.side == Side.PLEDGORS and register:
            records = parties.became(conn, party.id, office=register.office, at=at)
            yield from _of_party(conn, pledge, party, [row for row in records if row.pos > standing.pledge.pos])


def _of_party(conn: Connection, pledge: HeldPledge, party: Party, records: list[PartyRecord]) -> Iterator[Alert]:
    for row in records:
        watched = _watched(conn, pledge.standing, pledge.jurisdiction, row.pos)
        alert = party_alert(watched, party.name or to_hex(party.id), row.kind, row.effective)
        if alert:
            yield alert


# --- Filings that wait ---


def waiting(conn: Connection, account: bytes | None = None, *, at: int | None = None) -> list[Standing]:
    """The filings that wait for a decision, of one account or all, in the order of filing."""
    columns = PLEDGE.table.c
    asked = standings(at).where(PLEDGE_STATE.table.c.status.in_((PledgeStatus.FILED, PledgeStatus.ACCEPTED)))
    asked = asked.where(*given(account, lambda value: columns.filer == value)).order_by(columns.pledge)
    return [Standing.of(row) for row in conn.execute(asked)]


def of_filing(
    conn: Connection, filed: Standing, now: int, *, at: int | None = None, settings: Settings = USUAL, catalogue: Catalogue = CATALOGUE
) -> Iterator[Alert]:
    """What a party to a filing watches until it is decided."""
    watched = _watched(conn, filed, _jurisdiction(conn, filed), filed.state.from_pos)
    if filed.state.status == PledgeStatus.ACCEPTED:
        yield reservation_alert(watched, filed.state.expires, now, settings)
    yield from (contest_alert(watched, contest.earlier) for contest in filings.contests(conn, filed.pledge.pledge, at))
    for clock in filings.clocks(conn, filed.pledge.pledge, now, at=at, catalogue=catalogue):
        alert = None if clock.reading is None else clock_alert(watched, clock.rule, clock.reading, now, settings)
        if alert:
            yield alert
