"""Whether the gateway can do its work, and how far the mirror is. Health is the one answer that needs no key."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from gateway.api.asking import Caller, Running, reading
from gateway.errors import Problem
from gateway.outbox import store

router = APIRouter(tags=["health"])


@router.get("/health")
def get_health(services: Running, response: Response) -> dict[str, Any]:
    """`ok`, or what is wrong: node unreachable, mirror stopped or behind, signing locked, a lane that stands still."""
    status = services.sync.status()
    faults = [*services.faults()]
    if services.keystore.locked:
        faults.append("signing locked: no passphrase was given; reads are served")
    with services.office.read() as conn:
        faults += [*store.alarms(conn), *store.refusals(conn)]
        counts = store.counts(conn)
    if status.alarm:
        response.status_code = 503
    return {
        "status": "ok" if not faults and not status.alarm and not status.fault else "degraded",
        "faults": [*faults, *([status.fault] if status.fault else []), *([status.alarm] if status.alarm else [])],
        "mirror": {"block": status.block, "head": status.head, "behind": status.behind, "final": status.final},
        "outbox": counts,
        "engine": services.engine.name,
        "chain_id": services.manifest.chain_id,
    }


@router.get("/blocks/head")
def get_head(
    services: Running,
    session: Caller,
    wait: Annotated[int | None, Query(ge=0, description="Answer once this block is mirrored")] = None,
    timeout: Annotated[float, Query(ge=0, le=60)] = 10,
) -> dict[str, Any]:
    """The last mirrored block; with `wait` once that block is mirrored. 503 if it isn't in time."""
    if wait is not None:
        until = time.monotonic() + timeout
        try:
            services.sync.wait_for(wait, max(0.0, until - time.monotonic()))
        except TimeoutError as late:
            raise Problem(503, "Not mirrored yet", f"block {wait} is not mirrored after {timeout:g} s") from late
    with reading(services, session) as view:
        return view.answer({"block": view.block})
