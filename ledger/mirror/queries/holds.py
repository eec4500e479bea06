"""Holds: what bars acts on an asset, a pledge or a party, as known at a position about a time."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection, and_, select

from ledger.domain.pledge_words import HoldTarget
from ledger.mirror.assets import NO_OFFICE
from ledger.mirror.models import ENCUMBRANCE, SEGMENT
from ledger.mirror.queries.liveness import about, leaf_live, of_segment
from ledger.mirror.queries.numbers import resolve
from ledger.mirror.queries.parties import successors
from ledger.mirror.queries.reading import portions, rows_of, valid
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
    columns = HOLD.table.c
    asked = select(HOLD.table).where(columns.target == target, columns.id.in_(ids), columns.scope == (office or NO_OFFICE))
    if at is not None:
        asked = asked.where(columns.from_pos <= at)
    newest = {hold.act: hold for hold in rows_of(conn, HOLD, asked.order_by(columns.from_pos))}
    return sorted(newest.values(), key=lambda hold: (hold.placed, hold.number))


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
    return {each: party for party in dict.fromkeys(parties) for each in successors(conn, office, party, at)}


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
