"""Whether the gateway can do its work, and how far the mirror is. That it is healthy is the one answer that needs no key."""

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from gateway.access import READ, Session
from gateway.api.answers import Answer, Fault, Head, Health, HealthDetails, MirrorHealth
from gateway.api.asking import Caller, Running, oversees, reading
from gateway.api.refusals import ANY, AWAY, Responses, refusals
from gateway.errors import Problem
from gateway.outbox import act_rows, lane_rows, tx_rows
from gateway.peers import book
from gateway.services import Services
from ledger.mirror.database import is_away

router = APIRouter(tags=["health"])

FAR_BEHIND_BLOCKS = 100
_LOOK_SECONDS = 0.02
DATABASE_SECONDS = 5.0
"""So long the office is waited for: who asks about health has little patience."""
_AWAY = "database-away"


_UNREADABLE: Responses = {
    503: {
        "model": Health,
        "description": "The mirror has stopped, this version can't read its records, or the database is away: ask another gateway",
    }
}


@router.get("/health", responses=refusals(422, 429) | _UNREADABLE)
async def get_health(services: Running, response: Response) -> Health:
    """Says `ok`, or names what is wrong. No more is said to who gives no key."""
    names = list(dict.fromkeys(fault.name for fault in await _faults(services)))
    if not {"mirror-stopped", _AWAY}.isdisjoint(names) or not services.sync.status().readable:
        response.status_code = 503
    return Health(status=_status(names), faults=names)


@router.get("/health/details", responses=ANY)
async def get_health_details(services: Running, session: Caller) -> HealthDetails:
    """What is wrong in words, how far the mirror is, and the outbox by state. For the node's operator, auditors and regulators."""
    session.needs(READ)
    counts = await run_in_threadpool(_counts, services, session)
    faults, status = await _faults(services), services.sync.status()
    return HealthDetails(
        status=_status(faults),
        faults=faults,
        mirror=MirrorHealth(block=status.block, head=status.head, behind=status.behind, final=status.final),
        outbox=counts,
        engine=services.engine.name,
        chain_id=services.manifest.chain_id,
    )


def _counts(services: Services, session: Session) -> dict[str, int]:
    with services.snapshot() as conn:
        if not oversees(session, conn):
            raise Problem(403, "Not permitted", "the gateway's inner state is for its operator, auditors and regulators")
    with services.office.read() as conn:
        return act_rows.counts(conn)


@router.get("/blocks/head", responses=ANY | AWAY)
async def get_head(
    services: Running,
    session: Caller,
    wait: Annotated[int | None, Query(ge=0, lt=1 << 40, description="Answer once this block is mirrored")] = None,
    timeout: Annotated[float, Query(ge=0, le=60, description="Seconds to wait at most")] = 10,
) -> Answer[Head]:
    """The last mirrored block; with `wait` once that block is mirrored. 503 if it isn't in time."""
    session.needs(READ)
    if wait is not None:
        await _mirrored(services, wait, timeout)
    return await run_in_threadpool(_head, services, session)


async def _mirrored(services: Services, block: int, timeout: float) -> None:
    end = time.monotonic() + timeout
    services.sync.wake()
    while (status := services.sync.status()).block < block:
        if status.alarm or time.monotonic() >= end:
            raise Problem(503, "Not mirrored yet", f"block {block} is not mirrored after {timeout:g} s; the last is {status.block}")
        await asyncio.sleep(_LOOK_SECONDS)


def _head(services: Services, session: Session) -> Answer[Head]:
    with reading(services, session) as view:
        return view.answer(Head(block=view.block))


def _status(faults: object) -> str:
    return "degraded" if faults else "ok"


async def _faults(services: Services) -> list[Fault]:
    """Everything that is wrong, by a name that programs know."""
    # Not in a thread of those that requests share: where the database stands, they all wait for it.
    asked = asyncio.get_running_loop().run_in_executor(None, _kept_faults, services)
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            kept = await asked
    except TimeoutError:
        kept = [(_AWAY, f"the database of the office does not answer within {DATABASE_SECONDS:.0f} s")]
    return _with_present(services, kept)


def _kept_faults(services: Services) -> list[tuple[str, str]]:
    """What is wrong by the office."""
    try:
        with services.office.read() as conn:
            found = [("lane-stopped", text) for text in lane_rows.alarms(conn)]
            found += [("node-refuses", text) for text in tx_rows.refusals(conn)]
            if stuck := book.count_stuck(conn):
                waits = f"{stuck} messages to other members' gateways wait for a person; see `pledgebook peers stuck`"
                found.append(("messages-stuck", waits))
    except Exception as fault:
        if not is_away(fault):
            raise
        return [(_AWAY, f"the database of the office can't be read: {fault}")]
    return found


def _with_present(services: Services, kept: list[tuple[str, str]]) -> list[Fault]:
    """Together with what this process knows to be wrong."""
    status, found = services.sync.status(), kept + services.faults()
    if services.keystore.locked:
        found.append(("signing-locked", "signing locked: no passphrase was given; reads are served"))
    if status.fault:
        found.append(("mirror-waits", status.fault))
    if status.folding:
        found.append(("mirror-folds", status.folding))
    if status.outdated:
        found.append(("mirror-outdated", status.outdated))
    if status.alarm:
        found.append(("mirror-stopped", status.alarm))
    if status.behind > FAR_BEHIND_BLOCKS:
        found.append(("mirror-behind", f"the mirror is {status.behind} blocks behind the node"))
    return [Fault(name=name, text=text) for name, text in dict.fromkeys(found)]
