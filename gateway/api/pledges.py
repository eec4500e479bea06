"""Pledges: the register's public record, as at two times: what was known at a block, about what counted at a time."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from gateway import filing
from gateway.api import pledge_shown, register_shown
from gateway.api.answers import Answer
from gateway.api.asking import Caller, Cursor, Limit, PledgePath, Point, Reading, Running, cursor_from, reading, worded
from gateway.api.fields import WORD, Instant, words_of
from gateway.api.pledge_answers import FilingClock, LivePledge, Pledge, PledgeAct, PledgedAsset, Record
from gateway.api.refusals import ANY, AWAY, NAMED, WRITES
from gateway.api.register_answers import FilingChecked
from gateway.api.registers import named
from gateway.api.schemas import FilingIn
from gateway.errors import invalid, not_found
from ledger.domain.routing import AssetKind, Transaction
from ledger.mirror.models import PledgeStatus
from ledger.mirror.queries import chain, entry_clocks, filings, pledges, records
from ledger.mirror.queries.pledges import Standing

router = APIRouter(tags=["pledges"], responses=ANY | AWAY)

Effective = Annotated[Instant | None, Query(description="About this time (RFC 3339); without it, about the time of the block")]


@router.get("/pledges")
def list_pledges(
    services: Running,
    session: Caller,
    point: Point,
    status: Annotated[str | None, Query(json_schema_extra=words_of(PledgeStatus))] = None,
    party: Annotated[str | None, Query(pattern=WORD, description="Only those with this party (word as hex)")] = None,
    number: Annotated[str | None, Query(description="The office's own record number, e.g. 49107-392", max_length=32)] = None,
    register: Annotated[int | None, Query(ge=0, lt=1 << 16)] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[Pledge]]:
    """Pledges in the order of filing. They are public among members: registers publish them."""
    with reading(services, session, point) as view:
        if number is not None:
            return view.answer([pledge_shown.pledge(each) for each in pledges.of_number(view.conn, number_word(number), view.at)])
        word = None if party is None else worded(party, 32, "party")
        page = pledges.find(
            view.conn, register=register, status=_status(status), party=word, at=view.at, limit=limit, after=cursor_from(after)
        )
        return view.page(page, pledge_shown.pledge)


@router.get("/pledges:live")
def list_live(
    services: Running, session: Caller, point: Point, effective_at: Effective = None, limit: Limit = 100, after: Cursor = None
) -> Answer[list[LivePledge]]:
    """The pledges that live about a time, with the number of assets still under each."""
    with reading(services, session, point) as view:
        page = pledges.live(view.conn, at=view.at, time=seconds(effective_at), limit=limit, after=cursor_from(after))
        return view.page(page, pledge_shown.live_pledge)


@router.post("/pledges:check", responses=WRITES)
def check_filing(asked: FilingIn, services: Running, session: Caller) -> Answer[FilingChecked]:
    """Says whether a filing would be registered today, and if not, why: by the register's own checks, and no transaction.

    Whose keys will sign can't be known here; `POST /acts:check` tries a whole act with its signers.
    """
    filed = filing.Asked(
        filing=filing.filing_of(asked.filing),
        assets=tuple(bytes.fromhex(key[2:]) for key in asked.assets),
        blind=None if asked.blind is None else bytes.fromhex(asked.blind[2:]),
        names=None if asked.names is None else tuple((each.name, each.capacity) for each in asked.names),
        titles=None if asked.titles is None else tuple(asked.titles),
        transaction=None if asked.transaction is None else named(Transaction, asked.transaction, "transaction"),
        kinds=tuple(named(AssetKind, kind, "kinds") for kind in asked.kinds),
        on=asked.on,
    )
    with reading(services, session) as view:
        found = filing.check(services, view.conn, filed, view.block, view.time)
        here = {each.key for each in services.catalogue.registers.values()}
        return view.answer(register_shown.filing_checked(found, here))


@router.get("/pledges:pending")
def list_pending(
    services: Running,
    session: Caller,
    point: Point,
    register: Annotated[int | None, Query(ge=1, lt=1 << 16)] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[Pledge]]:
    """Filings that wait for a decision, in the order of filing."""
    with reading(services, session, point) as view:
        page = filings.pending(view.conn, register=register, at=view.at, limit=limit, after=cursor_from(after))
        return view.page(page, pledge_shown.pledge)


@router.get("/pledges/{pledge}", responses=NAMED)
def get_pledge(pledge: PledgePath, services: Running, session: Caller, point: Point, effective_at: Effective = None) -> Answer[Record]:
    """A pledge whole, as known at a point about a time: terms, parties, lists, examination, relations, holds, and what followed."""
    with reading(services, session, point) as view:
        _found(view, pledge)
        found = records.record(view.conn, pledge, at=view.at, time=seconds(effective_at))
        if found is None:
            raise not_found(f"pledge {pledge}")
        return view.answer(pledge_shown.record(found, services.catalogue.grounds(found.standing.pledge.register)))


@router.get("/pledges/{pledge}/clocks", responses=NAMED)
def list_clocks(pledge: PledgePath, services: Running, session: Caller, point: Point) -> Answer[list[FilingClock]]:
    """The statutory clocks of a pledge by its register's rules: until when its filing must be examined or answered, and its entry amended.

    Of an entry those show that a demand or objection on its record, a notice after it, or the end of the claim has started.
    """
    with reading(services, session, point) as view:
        _found(view, pledge)
        found = entry_clocks.every(view.conn, pledge, view.time, at=view.at, catalogue=services.catalogue)
        return view.answer([pledge_shown.filing_clock(each) for each in found])


@router.get("/pledges/{pledge}/assets", responses=NAMED)
def list_assets(
    pledge: PledgePath,
    services: Running,
    session: Caller,
    point: Point,
    effective_at: Effective = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[PledgedAsset]]:
    """The assets that a pledge lies or lay on, by segment and leaf."""
    with reading(services, session, point) as view:
        _found(view, pledge)
        page = pledges.assets(view.conn, pledge, view.at, time=seconds(effective_at), limit=limit, after=cursor_from(after))
        return view.page(page, pledge_shown.pledged)


@router.get("/pledges/{pledge}/history", responses=NAMED)
def get_history(
    pledge: PledgePath, services: Running, session: Caller, point: Point, limit: Limit = 100, after: Cursor = None
) -> Answer[list[PledgeAct]]:
    """Every act on a pledge with its document and its consents, in order."""
    with reading(services, session, point) as view:
        _found(view, pledge)
        page = pledges.history_page(view.conn, pledge, view.at, limit=limit, after=cursor_from(after))
        times = chain.times_of(view.conn, [each.act.pos for each in page.rows])
        return view.page(page, lambda each: _told(view, each, times[each.act.pos]))


def _told(view: Reading, done: pledges.Done, at: int) -> PledgeAct:
    return pledge_shown.pledge_act(done, pledges.consents(view.conn, done.act.act), at)


def _found(view: Reading, pledge: int) -> Standing:
    standing = pledges.get(view.conn, pledge, view.at) if 0 < pledge < 1 << 40 else None
    if standing is None:
        raise not_found(f"pledge {pledge}")
    return standing


def seconds(time: datetime | None) -> int | None:
    """UTC seconds of a time from the request."""
    return None if time is None else int(time.timestamp())


def number_word(number: str) -> bytes:
    """An office's record number as a word. Raises 422."""
    written = number.encode()
    if len(written) > 32:
        raise invalid(f"number: {len(written)} bytes, at most 32", field="number")
    return written.ljust(32, b"\0")


def _status(name: str | None) -> int | None:
    if name is None:
        return None
    try:
        return PledgeStatus[name.upper()]
    except KeyError as wrong:
        known = ", ".join(each.name.lower() for each in PledgeStatus)
        raise invalid(f"status: {name[:40]!r} is none of {known}", field="status") from wrong
