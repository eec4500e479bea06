"""Holds: what bars acts on an asset, a pledge or a party, as known at a position about a time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, select

from ledger.domain.pledge_words import HoldTarget
from ledger.mirror.assets import NO_OFFICE
from ledger.mirror.models import ENCUMBRANCE, SEGMENT
from ledger.mirror.queries.liveness import about, leaf_live, of_segment
from ledger.mirror.queries.numbers import resolve
from ledger.mirror.queries.parties import successors_of
from ledger.mirror.queries.reading import AT, portions, valid
from ledger.mirror.register_models import ASSET, HOLD, Hold
from ledger.mirror.schema import word


def every(conn: Connection, target: HoldTarget, id_: bytes, *, office: bytes | None = None, at: int | None = None) -> list[Hold]:
    """Every hold that was ever placed on a target, in the order of placing, each as its newest known version.

    `id_` is a number of an asset, a pledge's number as a word (also for its claim), or a party's word, which `office` goes with.
    A hold that a joined number brought to the key is one hold.
    """
    return of(conn, target, resolve(conn, id_, at).numbers if target == HoldTarget.ASSET else (id_,), office, at)


def of(conn: Connection, target: HoldTarget, ids: Collection[bytes], office: bytes | None, at: int | None) -> list[Hold]:
    """The same of targets whose every number is known."""
    return _newest(_versions(conn, target, ids, office, at))


def _newest(versions: Iterable[Hold]) -> list[Hold]:
    """Each hold once, as the last of its versions, in the order of placing."""
    newest = {hold.act: hold for hold in versions}
    return sorted(newest.values(), key=lambda hold: (hold.placed, hold.number))


def _versions(conn: Connection, target: HoldTarget, ids: Collection[bytes], office: bytes | None, at: int | None) -> Iterator[Hold]:
    given = {"target": int(target), "ids": list(ids), "scope": office or NO_OFFICE, "at": at}
    return (Hold(*row) for row in conn.execute(_ever(at is None), given))


# What is asked of every right is built once: to build a statement costs more than to run it.
@cache
def _ever(is_now: bool) -> Select[Any]:
    columns = HOLD.table.c
    targets = (columns.target == bindparam("target"), columns.id.in_(bindparam("ids", expanding=True)), columns.scope == bindparam("scope"))
    asked = select(HOLD.table).where(*targets).order_by(columns.from_pos)
    return asked if is_now else asked.where(columns.from_pos <= AT)


def running(
    conn: Connection, target: HoldTarget, id_: bytes, *, office: bytes | None = None, at: int | None = None, time: int | None = None
) -> list[Hold]:
    """The holds that run on a target, in the order of placing."""
    when = about(conn, at, time)
    return [hold for hold in every(conn, target, id_, office=office, at=at) if runs(hold, when)]


def runs(hold: Hold, when: int) -> bool:
    """Whether a hold runs at a second."""
    return hold.placed <= when and (hold.until == 0 or when <= hold.until)


def upon(
    conn: Connection, pledge: int, held_by: Iterable[bytes], office: bytes | None, *, at: int | None = None, time: int | None = None
) -> list[Hold]:
    """Every hold that was ever placed on a pledge: on itself, its claim, the rights that are live under it, and its parties.

    `held_by` are the words of its parties; holds on them, and on who took their place, are those of the register's `office`.
    """
    found = [hold for target in (HoldTarget.PLEDGE, HoldTarget.CLAIM) for hold in every(conn, target, word(pledge), at=at)]
    for rights in portions(_rights(conn, pledge, at, time)):
        found += of(conn, HoldTarget.ASSET, rights, None, at)
    for party in became(conn, held_by, office, at):
        found += every(conn, HoldTarget.PARTY, party, office=office, at=at)
    return found


def became(conn: Connection, parties: Iterable[bytes], office: bytes | None, at: int | None = None) -> dict[bytes, bytes]:
    """Parties and who took their place before an office, each with the party that it stands for; nobody without an office."""
    if office is None:
        return {}
    return {each: party for party, line in successors_of(conn, office, dict.fromkeys(parties), at).items() for each in line}


def _rights(conn: Connection, pledge: int, at: int | None, time: int | None) -> Iterator[bytes]:
    """The keys of the rights that are live under a pledge, or that a filing has claimed."""
    leaf, number = ENCUMBRANCE.table.c, ASSET.table.c
    asked = select(leaf.asset, number.alias_of).select_from(ENCUMBRANCE.table).join(SEGMENT.table, of_segment(at, time))
    asked = asked.join(ASSET.table, and_(number.asset == leaf.asset, valid(ASSET, at)), isouter=True)
    live = leaf.ended_at.is_(None) if time is None else leaf_live(time)
    asked = asked.where(SEGMENT.table.c.pledge == pledge, valid(ENCUMBRANCE, at), live)
    rows = conn.execute(asked.distinct().order_by(leaf.asset)).all()
    return (asset if alias is None else resolve(conn, alias, at).key for asset, alias in rows)


def barring(
    conn: Connection,
    effects: int,
    *,
    assets: Iterable[bytes] = (),
    pledge: int | None = None,
    parties: Sequence[bytes] = (),
    office: bytes | None = None,
    at: int | None = None,
    time: int | None = None,
) -> list[Hold]:
    """The running holds on these targets that bar one of the effects (bits); those on parties and their successors are the office's."""
    when = about(conn, at, time)
    targets = [(HoldTarget.ASSET, asset) for asset in assets]
    targets += [] if pledge is None else [(target, word(pledge)) for target in (HoldTarget.PLEDGE, HoldTarget.CLAIM)]
    found = [hold for target, id_ in targets for hold in every(conn, target, id_, at=at)]
    for party in became(conn, parties, office, at):
        found += every(conn, HoldTarget.PARTY, party, office=office, at=at)
    return [hold for hold in found if hold.bars & effects and runs(hold, when)]


def barring_parties(
    conn: Connection, effects: int, parties: Collection[bytes], office: bytes, *, at: int | None = None, time: int | None = None
) -> dict[bytes, list[Hold]]:
    """The same of each of some parties before an office."""
    when, heirs = about(conn, at, time), successors_of(conn, office, parties, at)
    versions: dict[bytes, list[Hold]] = defaultdict(list)
    for some in portions({each for line in heirs.values() for each in line}):
        for hold in _versions(conn, HoldTarget.PARTY, some, office, at):
            versions[hold.id].append(hold)
    held = {id_: [hold for hold in _newest(each) if hold.bars & effects and runs(hold, when)] for id_, each in versions.items()}
    return {party: [hold for each in line for hold in held.get(each, ())] for party, line in heirs.items()}
