"""Pledges: the register's public record, as at two times: what was known at a block, about what counted at a time."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from gateway.api import shown
from gateway.api.asking import Caller, Cursor, Limit, Point, Reading, Running, cursor_from, reading, worded
from gateway.errors import invalid, not_found
from ledger.mirror.models import PledgeStatus
from ledger.mirror.queries import pledges
from ledger.mirror.queries.pledges import Done, LivePledge, Pledged, Standing

router = APIRouter(tags=["pledges"])

Effective = Annotated[datetime | None, Query(description="About this time (RFC 3339); without it, about the time of the block")]


@router.get("/pledges")
def list_pledges(
    services: Running,
    session: Caller,
    point: Point,
    status: Annotated[
        str | None, Query(description="filed, accepted, registered, enforcing, ended, returned, withdrawn or refused")
    ] = None,
    party: Annotated[str | None, Query(description="Only those with this party (word as hex)")] = None,
    number: Annotated[str | None, Query(description="The office's own record number, e.g. 49107-392", max_length=32)] = None,
    register: Annotated[int | None, Query(ge=0, lt=1 << 16)] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> dict[str, Any]:
    """Pledges in the order of filing. They are public among members: registers publish them."""
    with reading(services, session, point) as view:
        if number is not None:
            found = pledges.of_number(view.conn, number.encode().ljust(32, b"\0"), view.at)
            return view.answer([_standing(each) for each in found])
        word = None if party is None else worded(party, 32, "party")
        page = pledges.find(
            view.conn,
            register=register,
            status=_status(status),
            party=word,
            at=view.at,
            limit=limit,
            after=cursor_from(after),
        )
        return view.page(page, _standing)


@router.get("/pledges:live")
def list_live(
    services: Running, session: Caller, point: Point, effective_at: Effective = None, limit: Limit = 100, after: Cursor = None
) -> dict[str, Any]:
    """The pledges that live about a time, with the number of assets still under each."""
    with reading(services, session, point) as view:
        page = pledges.live(view.conn, at=view.at, time=seconds(effective_at), limit=limit, after=cursor_from(after))
        return view.page(page, _live)


@router.get("/pledges/{pledge}")
def get_pledge(pledge: int, services: Running, session: Caller, point: Point) -> dict[str, Any]:
    """A pledge whole: terms, parties, segments, differences between documents and the record, notes."""
    with reading(services, session, point) as view:
        standing = _found(view, pledge)
        return view.answer(
            {
                **_standing(standing),
                "parties": [shown.plain(each) for each in pledges.parties(view.conn, pledge, view.at)],
                "segments": [shown.plain(each) for each in pledges.segments(view.conn, pledge, view.at)],
                "differences": [shown.plain(each) for each in pledges.differences(view.conn, pledge=pledge, at=view.at)],
                "notes": [shown.plain(each) for each in pledges.notes(view.conn, pledge)],
                "grounds": [shown.plain(each) for each in pledges.grounds(view.conn, pledge)],
            }
        )


@router.get("/pledges/{pledge}/assets")
def list_assets(pledge: int, services: Running, session: Caller, point: Point, limit: Limit = 100, after: Cursor = None) -> dict[str, Any]:
    """The assets that a pledge lies or lay on, by segment and leaf."""
    with reading(services, session, point) as view:
        _found(view, pledge)
        page = pledges.assets(view.conn, pledge, view.at, limit=limit, after=cursor_from(after))
        return view.page(page, _pledged)


@router.get("/pledges/{pledge}/history")
def get_history(pledge: int, services: Running, session: Caller, point: Point) -> dict[str, Any]:
    """Every act on a pledge with its document and its consents, in order."""
    with reading(services, session, point) as view:
        _found(view, pledge)
        acts = pledges.history(view.conn, pledge, view.at)
        return view.answer([_done(view, each) for each in acts])


def _found(view: Reading, pledge: int) -> Standing:
    standing = pledges.get(view.conn, pledge, view.at) if 0 < pledge < 1 << 40 else None
    if standing is None:
        raise not_found(f"pledge {pledge}")
    return standing


def seconds(time: datetime | None) -> int | None:
    """UTC seconds of a time from the request. Raises 422 for one without an offset."""
    if time is None:
        return None
    if time.tzinfo is None:
        raise invalid("effective_at: a time with its offset expected (RFC 3339), for example 2022-11-01T00:00:00Z", field="effective_at")
    return int(time.timestamp())


def _status(name: str | None) -> int | None:
    if name is None:
        return None
    try:
        return PledgeStatus[name.upper()]
    except KeyError as wrong:
        known = ", ".join(each.name.lower() for each in PledgeStatus)
        raise invalid(f"status: {name[:40]!r} is none of {known}", field="status") from wrong


def text(word: bytes | None) -> str | None:
    """A left-aligned text word ("49107-392"); hex where it is no text."""
    if word is None:
        return None
    try:
        return word.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        return shown.hex_or_none(word)


def _standing(standing: Standing) -> dict[str, Any]:
    state = standing.state
    return {
        **shown.plain(standing.pledge),
        "status": PledgeStatus(state.status).name.lower(),
        "number": text(state.number),
        "ceiling": shown.money(int.from_bytes(state.ceiling), state.currency) if state.currency else None,
        "effective": shown.time_text(state.effective),
        "version": state.version,
        "flags": state.flags,
        "content_root": shown.hex_or_none(state.content),
        "reason": state.reason,
    }


def _live(live: LivePledge) -> dict[str, Any]:
    return {**_standing(live.pledge), "assets": live.assets}


def _pledged(row: Pledged) -> dict[str, Any]:
    return {**shown.plain(row.encumbrance), "asset_text": text(row.encumbrance.asset), "title": row.title}


def _done(view: Reading, done: Done) -> dict[str, Any]:
    instrument = None if done.instrument is None else {**shown.plain(done.instrument), "number": text(done.instrument.number)}
    consents = [shown.plain(each) for each in pledges.consents(view.conn, done.act.act)]
    return {**shown.plain(done.act), "effective": shown.time_text(done.act.effective), "instrument": instrument, "consents": consents}
