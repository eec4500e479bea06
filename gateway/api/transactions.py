"""Signed acts in, and what became of them; permissionless calls beside them."""

import time
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query

from gateway import acts, calls, roles
from gateway.access import ACT, READ, Session
from gateway.acts import Request, Wanted
from gateway.api import shown
from gateway.api.asking import Caller, Cursor, Limit, Running, addressed, cursor_from, cursor_text, whole_number, worded
from gateway.api.schemas import ActBatch, ActIn, ActRef, ActWait, CallBatch, CallWait, SignatureIn, SignerIn
from gateway.errors import Problem, not_found
from gateway.office.repository import Act, Call, Office
from gateway.outbox import store
from gateway.outbox.envelopes import envelope_of
from gateway.outbox.states import State, is_past
from gateway.services import Services
from ledger.domain.acts import typed_data

router = APIRouter(tags=["transactions"])

_LOOK_SECONDS = 1.0
_ENDED = (State.REFUSED, State.EXPIRED, State.VOIDED, State.UNDONE)


@router.post("/acts", status_code=202)
def post_act(
    asked: ActIn,
    services: Running,
    session: Caller,
    idempotency_key: Annotated[str, Header(description="Names the act for ever: sent again it changes nothing", max_length=256)],
) -> dict[str, Any]:
    """Accepts one signed act. The answer comes when it is on disk; a repeated key gives the first answer back."""
    (outcome,) = acts.accept(services, session, [_request(asked, idempotency_key)])
    if isinstance(outcome, Problem):
        raise outcome
    return shown.act(outcome)


@router.post("/acts:batch", status_code=202)
def post_acts(asked: ActBatch, services: Running, session: Caller) -> dict[str, Any]:
    """Accepts up to 500 acts, each with its own key; accepted ones are committed together, a refused one leaves nothing."""
    outcomes: list[Act | Problem | None] = [None] * len(asked.acts)
    requests: dict[int, Request] = {}
    for at, each in enumerate(asked.acts):
        try:
            requests[at] = _request(each, each.key)
        except Problem as wrong:
            outcomes[at] = wrong
    accepted = acts.accept(services, session, list(requests.values())) if requests else []
    for at, outcome in zip(requests, accepted, strict=True):
        outcomes[at] = outcome
    return {"acts": [_outcome(each.key, outcome) for each, outcome in zip(asked.acts, outcomes, strict=True)]}


@router.post("/acts:wait")
def wait_for_acts(asked: ActWait, services: Running, session: Caller) -> dict[str, Any]:
    """Returns when every act has reached `until` or ended otherwise, or after `timeout` seconds; `pending` counts the others."""
    keys = [_act_key(session, services, ref) for ref in asked.acts]
    rows, pending = _waited(services, keys, asked.until, asked.timeout)
    if missing := [key for key in keys if key not in rows]:
        raise not_found(f"act {missing[0][1]}")
    return {"acts": [shown.act(rows[key]) for key in keys], "pending": pending}


@router.get("/acts")
def list_acts(
    services: Running,
    session: Caller,
    account: str,
    state: Annotated[State | None, Query(description="Only acts in this state")] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> dict[str, Any]:
    """The acts of an account, newest first."""
    with services.office.read() as conn:
        office = Office(conn, _mine(session, services, addressed(account, "account"), READ))
        page = office.acts(state=state, limit=limit, after=cursor_from(after))
    return {"data": [shown.act(row) for row in page.rows], "next": None if page.next is None else cursor_text(page.next)}


@router.get("/acts/{act_id}")
def get_act(
    act_id: str, services: Running, session: Caller, account: str, wait: Annotated[float, Query(ge=0, le=60)] = 0
) -> dict[str, Any]:
    """One act with its body, signers and history; with `wait` the answer comes when it ends, or after so many seconds."""
    holder, number = _mine(session, services, addressed(account, "account"), READ), whole_number(act_id, "id")
    if wait:
        _waited(services, [(holder, number)], "final", wait)
    with services.office.read() as conn:
        office = Office(conn, holder)
        row = office.involved(holder, number) if office.act(number) is None else office.act(number)
        if row is None:
            raise not_found(f"act {act_id}")
        mine = Office(conn, row.member_id)
        return shown.act_whole(row, mine.signatures(row.id), mine.history(row.id))


@router.get("/acts/{act_id}/typed-data")
def get_typed_data(act_id: str, services: Running, session: Caller, account: str) -> dict[str, Any]:
    """The act as EIP-712 JSON for a wallet (`eth_signTypedData_v4`)."""
    row = _visible(services, session, act_id, account)
    return typed_data(envelope_of(row.kind, row.typed), services.manifest.domain)


@router.post("/acts/{act_id}/signatures")
def post_signature(act_id: str, asked: SignatureIn, services: Running, session: Caller, account: str) -> dict[str, Any]:
    """Adds a signer's signature: a wallet's, or made here where the key is held. The last one queues the act.

    `account` in the query is the act's; `account` in the body is who signs.
    """
    row = _visible(services, session, act_id, account, signer=asked.account)
    signature = None if asked.signature is None else bytes.fromhex(asked.signature[2:])
    evidence = None if asked.evidence is None else bytes.fromhex(asked.evidence[2:])
    return shown.act(acts.add_signature(services, session, row, addressed(asked.account, "account"), signature, evidence))


@router.post("/calls:batch", status_code=202)
def post_calls(asked: CallBatch, services: Running, session: Caller) -> dict[str, Any]:
    """Accepts permissionless triggers: debit, distribute, draw. Only their condition decides."""
    session.needs(ACT)
    wanted = [calls.Asked(each.key, each.contract, each.function, each.arguments) for each in asked.calls]
    outcomes = calls.trigger(services, wanted)
    return {"calls": [_call(each.key, outcome) for each, outcome in zip(wanted, outcomes, strict=True)]}


@router.post("/calls:wait")
def wait_for_calls(asked: CallWait, services: Running, session: Caller) -> dict[str, Any]:
    """Returns when every call has reached `until` or was refused, or after `timeout` seconds."""
    session.needs(READ)
    ids = [worded(each, 32, "ids") for each in asked.ids]
    end = time.monotonic() + asked.timeout
    while True:
        seen = services.progress.count
        with services.office.read() as conn:
            rows = store.calls_named(conn, ids)
        if missing := [each for each in ids if each not in rows]:
            raise not_found(f"call 0x{missing[0].hex()}")
        pending = sum(not is_past(State(row.state), asked.until, False) for row in rows.values())
        left = end - time.monotonic()
        if not pending or left <= 0:
            return {"calls": [shown.call(rows[each]) for each in ids], "pending": pending}
        services.progress.wait(seen, min(left, _LOOK_SECONDS))


def _waited(services: Services, keys: Sequence[tuple[bytes, int]], until: str, timeout: float) -> tuple[dict[tuple[bytes, int], Act], int]:
    end = time.monotonic() + timeout
    while True:
        seen = services.progress.count
        with services.office.read() as conn:
            rows = {key: row for at in range(0, len(keys), 400) for key, row in store.named(conn, keys[at : at + 400]).items()}
        pending = sum(not is_past(State(row.state), until, row.held) for row in rows.values())
        left = end - time.monotonic()
        if not pending or left <= 0:
            return rows, pending
        services.progress.wait(seen, min(left, _LOOK_SECONDS))


def _request(asked: ActIn, key: str) -> Request:
    account = addressed(asked.account, "account")
    listed = list(asked.signers)
    if not listed or addressed(listed[0].account, "signers[0].account") != account:
        listed.insert(0, SignerIn(account=asked.account, role=asked.role))
    wanted = tuple(_wanted(each, at) for at, each in enumerate(listed))
    depends_on = tuple((addressed(ref.account, "depends_on"), whole_number(ref.id, "depends_on")) for ref in asked.depends_on)
    return Request(key, account, asked.kind, asked.body, wanted, asked.deadline, asked.gas, depends_on)


def _wanted(asked: SignerIn, at: int) -> Wanted:
    field = f"signers[{at}]"
    return Wanted(
        account=addressed(asked.account, f"{field}.account"),
        role=None if asked.role is None else roles.role(asked.role, f"{field}.role"),
        mode=roles.mode(asked.mode, f"{field}.mode"),
        key=None if asked.key is None else addressed(asked.key, f"{field}.key"),
        nonce=None if asked.nonce is None else whole_number(asked.nonce, f"{field}.nonce"),
        evidence=None if asked.evidence is None else worded(asked.evidence, 32, f"{field}.evidence"),
    )


def _outcome(key: str, outcome: Act | Problem | None) -> dict[str, Any]:
    if isinstance(outcome, Act):
        return shown.act(outcome)
    return {"key": key, "problem": outcome.body() if outcome else None}


def _call(key: str, outcome: Call | Problem) -> dict[str, Any]:
    return {"key": key, "problem": outcome.body()} if isinstance(outcome, Problem) else shown.call(outcome)


def _act_key(session: Session, services: Services, ref: ActRef) -> tuple[bytes, int]:
    return _mine(session, services, addressed(ref.account, "acts.account"), READ), whole_number(ref.id, "acts.id")


def _mine(session: Session, services: Services, account: bytes, scope: str) -> bytes:
    session.needs(scope)
    return session.acting_for(account, services.keystore)


def _visible(services: Services, session: Session, act_id: str, account: str, signer: str | None = None) -> Act:
    """An act of `account` that the session acts for or is asked to sign. Raises 404 otherwise."""
    session.needs(READ)
    holder, number = addressed(account, "account"), whole_number(act_id, "id")
    asking = session.member if session.member is not None else holder if signer is None else addressed(signer, "account")
    with services.office.read() as conn:
        row = Office(conn, asking).involved(holder, number) if session.member is not None else Office(conn, holder).act(number)
    if row is None:
        raise not_found(f"act {act_id}")
    return row
