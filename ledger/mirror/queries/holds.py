"""Holds: what bars acts on an asset, a pledge or a party, as known at a position about a time."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from ledger.domain.pledge_words import HoldTarget
from ledger.mirror.assets import NO_OFFICE
from ledger.mirror.queries.liveness import about
from ledger.mirror.queries.numbers import resolve
from ledger.mirror.queries.parties import successors
from ledger.mirror.queries.reading import rows_of
from ledger.mirror.register_models import HOLD, Hold
from ledger.mirror.schema import word


def every(conn: Connection, target: HoldTarget, id_: bytes, *, office: bytes | None = None, at: int | None = None) -> list[Hold]:
    """Every hold that was ever placed on a target, in the order of placing, each as its newest known version.

    `id_` is a number of an asset, a pledge's number as a word (also for its claim), or a party's word, which `office` goes with.
    A hold that a joined number brought to the key is one hold.
    """
    ids = resolve(conn, id_, at).numbers if target == HoldTarget.ASSET else (id_,)
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
    targets = [(HoldTarget.ASSET, asset) for asset in assets]
    targets += [] if pledge is None else [(target, word(pledge)) for target in (HoldTarget.PLEDGE, HoldTarget.CLAIM)]
    found = [hold for target, id_ in targets for hold in running(conn, target, id_, at=at, time=time)]
    for party in parties if office is not None else ():
        for each in successors(conn, office or NO_OFFICE, party, at):
            found += running(conn, HoldTarget.PARTY, each, office=office, at=at, time=time)
    return [hold for hold in found if hold.bars & effects]
