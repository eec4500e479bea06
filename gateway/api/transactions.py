"""Signed acts in, and what became of them; permissionless calls beside them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from gateway import acts, calls, roles, signatures, voiding
from gateway.access import ACT, READ, Session
from gateway.api import act_answers, act_shown, answers
from gateway.api.act_answers import ActChecked, ActPage, ActsWaited, ActWhole, CallsWaited, Refused, TypedData
from gateway.api.answers import Reason
from gateway.api.asking import (
    Account,
    Caller,
    Cursor,
    Limit,
    NumberPath,
    Running,
    addressed,
    cursor_from,
    cursor_text,
    services_of,
    session_of,
    waited,
    whole_number,
    worded,
)
from gateway.api.direct import JSON, directly
from gateway.api.fields import ACCOUNT, KeyHeader
from gateway.api.refusals import ANY, AWAY, CONFLICTS, NAMED, WRITES
from gateway.api.schemas import ActBatch, ActIn, ActRef, ActWait, CallBatch, CallWait, SignatureIn, SignerIn
from gateway.drafts import Request, Wanted
from gateway.errors import Problem, not_found
from gateway.office.repository import Act, ActKey, Call, Office
from gateway.outbox import act_rows, row_keys
from gateway.outbox.envelopes import envelope_of
from gateway.outbox.states import State, is_past
from gateway.services import Services
from ledger.domain.acts import typed_data
from ledger.mirror.queries.reading import Page
from ledger.mirror.schema import number, word

router = APIRouter(tags=["transactions"], responses=ANY)
_ACT, _KEY = TypeAdapter(ActIn), TypeAdapter(KeyHeader)
_KEY_WORDS = "Names the act for ever: sent again it changes nothing. In UTF-8, the same key as `key` of a batch"


async def post_act(
    asked: ActIn,
    services: Running,
    session: Caller,
    idempotency_key: Annotated[KeyHeader, Header(description=_KEY_WORDS)],
) -> act_answers.Act:
    """Accepts one signed act. The answer comes when it is on disk; a repeated key gives the first answer back."""
    session.needs(ACT)
    (outcome,) = await services.acceptor.accept(session, [_request(asked, idempotency_key)])
    if isinstance(outcome, Problem):
        raise outcome
    return await _accepted(services, outcome)


async def _posted(request: HttpRequest, body: bytes) -> Response | None:
    try:
        asked, key = _ACT.validate_json(body), _KEY.validate_python(request.headers.get("idempotency-key"))
    except ValidationError:
        return None
    answer = await post_act(asked, await services_of(request), await session_of(request), key)
    return Response(answer.model_dump_json(), 202, media_type=JSON)


router.add_api_route(
    "/acts",
    post_act,
    methods=["POST"],
    status_code=202,
    responses=WRITES | NAMED | CONFLICTS | AWAY,
    route_class_override=directly(_posted),
)


@router.post("/acts:batch", status_code=202, responses=WRITES | AWAY)
async def post_acts(asked: ActBatch, services: Running, session: Caller) -> act_answers.Acts:
    """Accepts up to 500 acts, each with its own key; accepted ones are committed together, a refused one leaves nothing."""
    outcomes: dict[int, Act | Problem] = {}
    requests: dict[int, Request] = {}
    for at, each in enumerate(asked.acts):
        try:
            requests[at] = _request(each, each.key)
        except Problem as wrong:
            outcomes[at] = wrong
    session.needs(ACT)
    outcomes |= zip(requests, await services.acceptor.accept(session, list(requests.values())), strict=True)
    return act_answers.Acts(acts=[await _outcome(services, each.key, outcomes[at]) for at, each in enumerate(asked.acts)])


@router.post("/acts:check", responses=WRITES | NAMED | AWAY)
def check_act(asked: ActIn, services: Running, session: Caller) -> ActChecked:
    """Says whether an act would be done now, and if not, why: the very call that would run it, and no transaction.

    Signatures are no part of it: nothing is signed, kept or sent.
    """
    told = acts.check(services, session, _request(asked, "check"))
    return ActChecked(done=told is None, reason=None if told is None else Reason(**told))


@router.post("/acts:wait", responses=WRITES | NAMED)
async def wait_for_acts(asked: ActWait, services: Running, session: Caller) -> ActsWaited:
    """Returns when every act has reached `until` or ended otherwise, or after `timeout` seconds; `pending` counts the others."""
    keys = await run_in_threadpool(lambda: [_act_key(session, services, ref) for ref in asked.acts])
    rows = await waited(services, asked.timeout, lambda: _named(services, keys), lambda found: _pending(found, asked.until))
    return ActsWaited(acts=[act_shown.act(rows[key]) for key in keys], pending=_pending(rows, asked.until))


@router.get("/acts", responses=NAMED)
def list_acts(
    services: Running,
    session: Caller,
    account: Account,
    state: Annotated[State | None, Query(description="Only acts in this state")] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> ActPage:
    """The acts of an account, newest first."""
    holder = _mine(session, services, addressed(account, "account"), READ)
    with services.office.read() as conn:
        page = Office(conn, holder).acts(state=state, limit=limit, after=cursor_from(after))
    return _page(page)


@router.get("/acts:to-sign", responses=NAMED)
def list_acts_to_sign(services: Running, session: Caller, account: Account, limit: Limit = 100, after: Cursor = None) -> ActPage:
    """Acts of any account that this one is asked to sign and has not, oldest first."""
    signer = _mine(session, services, addressed(account, "account"), READ)
    with services.office.read() as conn:
        page = Office(conn, signer).to_sign(limit=limit, after=cursor_from(after))
    return _page(page)


@router.get("/acts/{act_id}", responses=NAMED)
async def get_act(
    act_id: NumberPath,
    services: Running,
    session: Caller,
    account: Account,
    wait: Annotated[float, Query(ge=0, le=60, description="Answer once the act has ended, or after so many seconds")] = 0,
) -> ActWhole:
    """One act with its body, signers and history; with `wait` the answer comes when it ends, or after so many seconds.

    Seen by its own account, and by who is asked to sign it.
    """
    row = await waited(
        services,
        wait,
        lambda: _visible(services, session, act_id, account),
        lambda found: not is_past(State(found.state), "final", found.held),
    )
    return await run_in_threadpool(_whole, services, row)


@router.get("/acts/{act_id}/typed-data", responses=NAMED)
def get_typed_data(act_id: NumberPath, services: Running, session: Caller, account: Account) -> TypedData:
    """The act as EIP-712 JSON for a wallet (`eth_signTypedData_v4`)."""
    row = _visible(services, session, act_id, account)
    return TypedData(**typed_data(envelope_of(row.kind, row.typed), services.manifest.domain))


@router.post("/acts/{act_id}/signatures", responses=WRITES | NAMED | CONFLICTS | AWAY)
def post_signature(act_id: NumberPath, asked: SignatureIn, services: Running, session: Caller, account: Account) -> act_answers.Act:
    """Adds a signer's signature: a wallet's, or made here where the key is held. The last one queues the act.

    `account` in the query is the act's; `account` in the body is who signs.
    """
    session.needs(ACT)
    row = _visible(services, session, act_id, account)
    signature = None if asked.signature is None else bytes.fromhex(asked.signature[2:])
    evidence = None if asked.evidence is None else bytes.fromhex(asked.evidence[2:])
    return act_shown.act(signatures.add_signature(services, session, row, addressed(asked.account, "account"), signature, evidence))


@router.post("/acts/{act_id}/retry", status_code=202, responses=NAMED | CONFLICTS | AWAY)
def retry_act(act_id: NumberPath, services: Running, session: Caller, account: Account) -> act_answers.Act:
    """Sends an act that is held for a person once more, as it was signed."""
    session.needs(ACT)
    row = _visible(services, session, act_id, account)
    return act_shown.act(acts.retry(services, session, row))


@router.post("/acts/{act_id}/void", status_code=202, responses=NAMED | CONFLICTS | AWAY)
def void_act(
    act_id: NumberPath,
    services: Running,
    session: Caller,
    account: Account,
    of: Annotated[str | None, Query(pattern=ACCOUNT, description="Whose act it is, where it is another's that the account signed")] = None,
) -> act_answers.Call:
    """Takes an account's signature back: its own act's, or its consent to another's (`of`), as long as the ledger has not spent it.

    The account's own key sends it, so it must be held here. Whatever carries that signature is refused by the ledger from then on.
    """
    holder, id_ = _mine(session, services, addressed(account, "account"), ACT), whole_number(act_id, "id")
    if of is None or addressed(of, "of") == holder:
        return act_shown.call(voiding.void(services, session, holder, id_))
    return act_shown.call(voiding.void(services, session, holder, voiding.nonce_in(_visible(services, session, act_id, of), holder)))


@router.post("/calls:batch", status_code=202, responses=WRITES | AWAY)
def post_calls(asked: CallBatch, services: Running, session: Caller) -> act_answers.Calls:
    """Accepts permissionless triggers: debit, distribute, draw, lapse, cancel, call of a guarantee. Only their condition decides."""
    wanted = [calls.Asked(each.key, each.contract, each.function, each.arguments) for each in asked.calls]
    outcomes = calls.trigger(services, session, wanted)
    return act_answers.Calls(calls=[_call(each.key, outcome) for each, outcome in zip(wanted, outcomes, strict=True)])


@router.post("/calls:wait", responses=WRITES | NAMED)
async def wait_for_calls(asked: CallWait, services: Running, session: Caller) -> CallsWaited:
    """Returns when every call has reached `until` or was refused, or after `timeout` seconds. A member sees its own."""
    session.needs(READ)
    ids = [worded(each, 32, "ids") for each in asked.ids]
    rows = await waited(services, asked.timeout, lambda: _calls(services, session, ids), lambda found: _pending(found, asked.until))
    return CallsWaited(calls=[act_shown.call(rows[each]) for each in ids], pending=_pending(rows, asked.until))


def _page(page: Page[Act]) -> ActPage:
    return ActPage(data=[act_shown.act(row) for row in page.rows], next=None if page.next is None else cursor_text(page.next))


def _named(services: Services, keys: Sequence[ActKey]) -> dict[ActKey, Act]:
    with services.office.read() as conn:
        rows = act_rows.named(conn, keys)
    if missing := [key for key in keys if key not in rows]:
        raise not_found(f"act {number(missing[0][1])}")
    return rows


def _calls(services: Services, session: Session, ids: Sequence[bytes]) -> dict[bytes, Call]:
    with services.office.read() as conn:
        office = Office(conn, calls.owner_of(session))
        rows = {id_: row for part in row_keys.chunks(ids) for id_, row in office.calls(part).items()}
    if missing := [each for each in ids if each not in rows]:
        raise not_found(f"call 0x{missing[0].hex()}")
    return rows


def _pending(rows: Mapping[Any, Act] | Mapping[Any, Call], until: str) -> int:
    return sum(not is_past(State(row.state), until, isinstance(row, Act) and row.held) for row in rows.values())


def _whole(services: Services, row: Act) -> ActWhole:
    with services.office.read() as conn:
        mine = Office(conn, row.member_id)
        return act_shown.act_whole(row, mine.signatures(row.id), mine.history(row.id))


def _request(asked: ActIn, key: str) -> Request:
    account = addressed(asked.account, "account")
    listed = list(asked.signers)
    if not listed or addressed(listed[0].account, "signers[0].account") != account:
        listed.insert(0, SignerIn(account=asked.account, role=asked.role))
    wanted = tuple(_wanted(each, at) for at, each in enumerate(listed))
    depends_on = tuple((addressed(ref.account, "depends_on"), word(whole_number(ref.id, "depends_on"))) for ref in asked.depends_on)
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


async def _outcome(services: Services, key: str, outcome: Act | Problem) -> act_answers.Act | Refused:
    return _refused(key, outcome) if isinstance(outcome, Problem) else await _accepted(services, outcome)


async def _accepted(services: Services, act: Act) -> act_answers.Act:
    """An act that was taken in, with what is odd about it."""
    if not acts.may_be_odd(act):
        return act_shown.act(act)
    found = await run_in_threadpool(acts.warnings, services, act)
    return act_shown.act(act).model_copy(update={"warnings": found}) if found else act_shown.act(act)


def _call(key: str, outcome: Call | Problem) -> act_answers.Call | Refused:
    return _refused(key, outcome) if isinstance(outcome, Problem) else act_shown.call(outcome)


def _refused(key: str, problem: Problem) -> Refused:
    return Refused(key=key, problem=answers.Problem(**problem.body()))


def _act_key(session: Session, services: Services, ref: ActRef) -> ActKey:
    return _mine(session, services, addressed(ref.account, "acts.account"), READ), word(whole_number(ref.id, "acts.id"))


def _mine(session: Session, services: Services, account: bytes, scope: str) -> bytes:
    session.needs(scope)
    return session.acting_for(account, services.keystore)


def _visible(services: Services, session: Session, act_id: str, account: str) -> Act:
    """An act of `account` that the session acts for or is asked to sign. Raises 404 otherwise."""
    session.needs(READ)
    holder, id_ = addressed(account, "account"), whole_number(act_id, "id")
    with services.office.read() as conn:
        row = Office(conn, holder if session.member is None else session.member).involved(holder, id_)
    if row is None:
        raise not_found(f"act {act_id}")
    return row
