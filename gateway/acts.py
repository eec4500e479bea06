"""Accepting acts: from a request to a signed envelope on disk.

What is accepted is committed before it is answered; what isn't leaves nothing.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import orjson
from eth_hash.auto import keccak
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from gateway import contents, filing, fingerprinting
from gateway.access import ACT, READ, Session
from gateway.drafts import Draft, People, Request, Wanted, alike, draft, fits, hash_of, key_of, other_content, restates
from gateway.errors import Problem, invalid
from gateway.office.audit import Entry
from gateway.office.database import clock_ns
from gateway.office.repository import Act, ActKey, AddedAct, Office, signature_rows
from gateway.outbox import act_rows, recovered, row_keys
from gateway.outbox.envelopes import envelope_of, typed_bytes
from gateway.outbox.lanes import share_of
from gateway.outbox.simulate import simulate, tried
from gateway.outbox.states import FAILED, Seen, Spent, State, judge
from gateway.refusals import explain
from gateway.services import Services
from ledger import faults
from ledger.chain.blocks import LOG_BITS
from ledger.domain.acts import Envelope, SignerClaim, message, to_json
from ledger.domain.ids import to_hex
from ledger.mirror.models import Act as Told
from ledger.mirror.models import Outcome
from ledger.mirror.queries import acts as act_queries
from ledger.mirror.queries import chain
from ledger.mirror.schema import number, word

MOST_TRIES = 5

__all__ = ["Request", "Wanted", "accept", "body_json", "check", "ordered", "retry"]


@dataclass
class _New:
    """An act to be kept: its row, and what each signer gave so far."""

    draft: Draft
    act: Act
    signatures: list[bytes | None]
    signed: bytes
    """What the act's digest is of."""


@dataclass
class _Batch:
    """Requests and what becomes of each: an act or a problem, else what is to be kept."""

    requests: Sequence[Request]
    results: dict[int, Act | Problem] = field(default_factory=dict)
    new: dict[int, _New] = field(default_factory=dict)
    same_as: dict[int, int] = field(default_factory=dict)
    """Repeats of a request within the batch, by the place of the first one."""
    clashes: dict[int, int] = field(default_factory=dict)
    """Requests whose key came before with other content, by the place of the first one: how it fares decides on them."""


def accept(services: Services, session: Session, requests: Sequence[Request]) -> list[Act | Problem]:
    """The acts of these requests, in order: new ones committed together, repeated ones as they stand, a Problem for each that can't be.

    Raises Problem where the session may not act at all, SigningLocked, NodeUnreachable.
    """
    session.needs(ACT)
    services.keystore.check_open()
    if not requests:
        return []
    for left in reversed(range(MOST_TRIES)):
        try:
            accepted = _accept(services, session, requests)
            break
        except IntegrityError:
            # Another request with the same key was committed in between; it is found at the next try.
            if not left:
                raise
    services.wake_relays()
    return accepted


def check(services: Services, session: Session, request: Request) -> dict[str, Any] | None:
    """Why the ledger would refuse an act now ({error, values, sentence}), by the very call that would run it; None: it would be done.

    Nothing is signed, kept or sent. Raises Problem where the act can't even be made, RpcError, NodeUnreachable.
    """
    session.needs(READ)
    session.acting_for(request.account, services.keystore)
    with services.snapshot() as conn:
        made = draft(request, People(conn), services.keystore, services.engine, _chain_time(conn))
        misfiled = filing.misfiled(services, conn, made.envelope.body, _speaking(services, session, made))
    return misfiled or tried(services.rpc, services.manifest, made.envelope)


_ENDING_KINDS = frozenset({"FilePledge", "RecordPledge", "PledgeActs", "RefinancePledge"})


def may_be_odd(act: Act) -> bool:
    """Whether `warnings` has anything to look for."""
    return act.kind in _ENDING_KINDS


def warnings(services: Services, act: Act) -> list[str]:
    """What is lawful and odd about an act that was just taken in."""
    if not may_be_odd(act):
        return []
    with services.snapshot() as conn:
        return filing.odd_ends(services.catalogue, conn, _envelope(act).body)


def _chain_time(conn: Connection) -> int:
    held = chain.held(conn)
    return held.time if held and held.time is not None else int(time.time())


def _accept(services: Services, session: Session, requests: Sequence[Request]) -> list[Act | Problem]:
    batch = _Batch(requests)
    known = _known(services, batch)
    places: Sequence[int] = range(len(requests))
    while places:
        with services.snapshot() as conn:
            _draft_all(services, session, batch, places, known, conn)
        if len(requests) == 1 and batch.new and batch.new[0].act.done_pos is None:
            _try_out(services, batch)
        _check_contents(services, session, batch)
        places = _freed(batch)
    _sign_all(services, session, batch)
    faults.point("outbox.accepting")
    _commit(services, session, batch)
    faults.point("outbox.accepted")
    return [batch.results[batch.same_as.get(at, at)] for at in range(len(requests))]


def _known(services: Services, batch: _Batch) -> dict[ActKey, Act]:
    """The acts that this office has under the keys asked for; requests whose key is malformed get their problem."""
    keys: list[ActKey] = []
    for at, request in enumerate(batch.requests):
        try:
            keys.append(key_of(request))
        except Problem as wrong:
            batch.results[at] = wrong
    with services.office.read() as conn:
        return act_rows.named(conn, keys)


def _draft_all(
    services: Services, session: Session, batch: _Batch, places: Sequence[int], known: dict[ActKey, Act], conn: Connection
) -> None:
    people, chain_time = People(conn), _chain_time(conn)
    asked = [(at, batch.requests[at]) for at in places if at not in batch.results]
    spent = _spent(conn, [request for _, request in asked])
    firsts: dict[ActKey, int] = {}
    for at, request in asked:
        try:
            session.acting_for(request.account, services.keystore)
            if not _came_before(batch, at, firsts):
                _draft_one(services, session, batch, at, known, people, conn, chain_time, spent)
        except Problem as wrong:
            batch.results[at] = wrong


def _came_before(batch: _Batch, at: int, firsts: dict[ActKey, int]) -> bool:
    """Whether the batch has a request with this key already, which then decides on this one, too."""
    first = firsts.setdefault(key_of(batch.requests[at]), at)
    if first == at:
        return False
    same = alike(batch.requests[first], batch.requests[at])
    (batch.same_as if same else batch.clashes)[at] = first
    return True


def _freed(batch: _Batch) -> list[int]:
    """Requests whose key came before in one that was refused, so that it names nothing yet. Those whose key names an act get their 409."""
    free = [at for at, first in batch.clashes.items() if isinstance(batch.results.get(first), Problem)]
    for at in batch.clashes.keys() - set(free):
        batch.results[at] = other_content(batch.requests[at].key, "a request that came just before has it with other content")
    batch.clashes.clear()
    return free


def _draft_one(
    services: Services,
    session: Session,
    batch: _Batch,
    at: int,
    known: dict[ActKey, Act],
    people: People,
    conn: Connection,
    chain_time: int,
    spent: dict[ActKey, Told],
) -> None:
    request = batch.requests[at]
    earlier = known.get(key_of(request))
    if earlier is not None:
        batch.results[at] = _earlier(services, request, earlier)
        return
    made = draft(request, people, services.keystore, services.engine, chain_time)
    told = spent.get(key_of(request))
    if told is not None:
        batch.new[at] = _taken_over(services, conn, made, told)
        return
    _check_register(services, session, conn, made)
    fingerprinting.check_confirmation(services, conn, made.envelope.body, _speaking(services, session, made))
    waits = _waits(services, session, batch, at, conn)
    signed = message(made.envelope, services.manifest.domain)
    row = _row(made, keccak(signed), State.READY if waits else State.QUEUED)
    batch.new[at] = _New(made, row, [None] * len(made.envelope.signers), signed)


def _check_register(services: Services, session: Session, conn: Connection, made: Draft) -> None:
    """Refuses a filing in a register that gives it no right. Raises 422 naming the right one."""
    told = filing.misfiled(services, conn, made.envelope.body, _speaking(services, session, made))
    if told is not None:
        values = told["values"]
        raise Problem(422, "Wrong register", told["sentence"], field="body.register", reason=told, right_ones=values["right_ones"])


def _speaking(services: Services, session: Session, made: Draft) -> list[bytes]:
    """The signers for whom the session speaks: whose documents it may read."""
    accounts = dict.fromkeys(claim.account for claim in made.envelope.signers)
    return [account for account in accounts if session.may_act_for(account, services.keystore)]


def _earlier(services: Services, request: Request, act: Act) -> Act:
    if act.body_hash != hash_of(request) and not _is_restated(services, request, act):
        raise other_content(request.key, f"it was accepted as {act.kind} with other content")
    return act


def _is_restated(services: Services, request: Request, act: Act) -> bool:
    """Whether an act has all that a request states in other words: its envelope, what is attested, and what must go before."""
    if not restates(request, _envelope(act)):
        return False
    with services.office.read() as conn:
        attested = [each.evidence_root for each in act_rows.signatures(conn, [act.key])[act.key]]
        before = act_rows.dependencies(conn, [act.key]).get(act.key, [])
    stated = zip(request.signers, attested, strict=True)
    return all(wanted.evidence in (None, root) for wanted, root in stated) and {key for key, _ in before} == set(request.depends_on)


# --- What must go first --------------------------------------------------------------------------------------------------------


def _waits(services: Services, session: Session, batch: _Batch, at: int, conn: Connection) -> bool:
    """Whether an act that must go before is not on its way yet. Raises 422 for one that is unknown to the caller, or failed."""
    states = [_state_before(services, session, batch, at, index, conn) for index in range(len(batch.requests[at].depends_on))]
    return any(state in (State.GATHERING, State.READY) for state in states)


def _state_before(services: Services, session: Session, batch: _Batch, at: int, index: int, conn: Connection) -> State:
    key, where = batch.requests[at].depends_on[index], f"depends_on[{index}]"
    inside = next((new.act for place, new in batch.new.items() if place < at and new.act.key == key), None)
    state = State(inside.state) if inside is not None else _state_known(services, session, key) or _state_told(conn, session, key)
    shown = f"act {number(key[1])} of {to_hex(key[0])}"
    if state is None:
        raise invalid(f"{where}: {shown} is not known here; post it first", field=where)
    if state in FAILED:
        raise invalid(f"{where}: {shown} is {state}, so nothing can follow it", field=where)
    return state


def _state_known(services: Services, session: Session, key: ActKey) -> State | None:
    """The state of an act that the caller may see."""
    account, act = key
    asking = account if session.may_act_for(account, services.keystore) else session.member
    if asking is None:
        return None
    with services.office.read() as conn:
        found = Office(conn, asking).involved(account, number(act))
    return None if found is None else State(found.state)


def _state_told(conn: Connection, session: Session, key: ActKey) -> State | None:
    if session.member not in (None, key[0]):
        return None
    told = act_queries.spent(conn, key[0], number(key[1]))
    return None if told is None else State.FINAL if told.outcome == Outcome.DONE else State.REFUSED


# --- What the chain has already ------------------------------------------------------------------------------------------------


def _spent(conn: Connection, requests: Sequence[Request]) -> dict[ActKey, Told]:
    keys = [(account, number(act)) for account, act in map(key_of, requests)]
    found = [told for part in row_keys.chunks(keys) for told in act_queries.outcomes(conn, part)]
    return {(told.account, told.act_id): told for told in found if told.outcome != Outcome.SKIPPED}


def _taken_over(services: Services, conn: Connection, made: Draft, told: Told) -> _New:
    """An act that the chain has spent, though this office doesn't know it: the same one is taken over. Raises 409 for another one."""
    key = made.request.key
    if told.outcome == Outcome.VOIDED:
        raise other_content(key, "its id was voided on the ledger")
    ran = recovered.act_of(services.rpc, conn, told)
    if ran is None:
        raise Problem(503, "Not comparable now", f"Idempotency-Key {key!r}: the node doesn't give the transaction that ran it; ask another")
    envelope = replace(made.envelope, deadline=ran.deadline, gas=ran.gas, signers=ran.signers)
    signed = message(envelope, services.manifest.domain)
    if keccak(signed) != told.digest or not fits(made.request, envelope):
        raise other_content(key, "the ledger has an act with this id and other content, sent by another gateway or before a restore")
    row = _row(replace(made, envelope=envelope), told.digest, _state_of(services, conn, told, ran.deadline))
    header = chain.header(conn, told.pos >> LOG_BITS)
    reason = orjson.dumps(explain(told.reason or b"")) if told.outcome == Outcome.REFUSED else None
    row = row._replace(done_pos=told.pos, done_hash=None if header is None else header.hash, reason=reason)
    return _New(replace(made, envelope=envelope), row, list(ran.signatures), signed)


def _state_of(services: Services, conn: Connection, told: Told, deadline: int) -> State:
    held = chain.held(conn)
    final = (held.block if held else 0) - services.engine.finality
    return judge(State.SENT, deadline, Seen(Spent(Outcome(told.outcome), told.pos >> LOG_BITS), final, None))


# --- Trying out, signing, keeping ----------------------------------------------------------------------------------------------


def _try_out(services: Services, batch: _Batch) -> None:
    """Runs a lone act on the pending state when nothing is in flight that it could depend on: a refusal comes at once, with its reason."""
    made = batch.new[0].draft
    with services.office.read() as conn:
        if made.request.depends_on or act_rows.any_in_flight(conn):
            return
    told = simulate(services.rpc, services.manifest, made.envelope)
    if told is not None:
        batch.results[0] = Problem(422, "Act would be refused", told["sentence"], reason=told)
        del batch.new[0]


def _check_contents(services: Services, session: Session, batch: _Batch) -> None:
    """Nobody's key signs a root whose content its member doesn't hold; what follows such an act in the batch goes with it."""
    ours = {at: _ours(services, session, new) for at, new in batch.new.items()}
    dropped: set[ActKey] = set()
    with services.office.read() as conn:
        for at, claims in ours.items():
            new = batch.new[at]
            try:
                _check_none_dropped(new.draft.request, dropped)
                for claim in claims:
                    contents.check_held(Office(conn, claim.account), new.draft.envelope.body)
            except Problem as wrong:
                batch.results[at] = wrong
                dropped.add(batch.new.pop(at).act.key)


def _check_none_dropped(request: Request, dropped: set[ActKey]) -> None:
    for index, key in enumerate(request.depends_on):
        if key in dropped:
            raise invalid(f"depends_on[{index}]: that act came together with this one and was not accepted", field=f"depends_on[{index}]")


def _ours(services: Services, session: Session, new: _New) -> list[SignerClaim]:
    """The signers whose signature is missing and whose key is held here for an account that the session speaks for."""
    pairs = zip(new.draft.envelope.signers, new.signatures, strict=True)
    return [claim for claim, given in pairs if given is None and _is_ours(services, session, claim)]


def _is_ours(services: Services, session: Session, claim: SignerClaim) -> bool:
    return session.may_act_for(claim.account, services.keystore) and services.keystore.holds(claim.account, claim.key)


def _sign_all(services: Services, session: Session, batch: _Batch) -> None:
    """Signs with no connection held: opening a key for the first time needs one of its own."""
    for new in batch.new.values():
        if new.act.done_pos is not None:
            continue
        for at, claim in enumerate(new.draft.envelope.signers):
            if _is_ours(services, session, claim):
                new.signatures[at] = services.keystore.sign(claim.account, claim.key, new.signed)
        if any(given is None for given in new.signatures):
            new.act = new.act._replace(state=State.GATHERING)


def _commit(services: Services, session: Session, batch: _Batch) -> None:
    if not batch.new:
        return
    with services.office.write() as conn:
        now = clock_ns(conn)
        for new in batch.new.values():
            new.act = new.act._replace(accepted=ordered(now))
        for member, mine in groupby(sorted(batch.new.values(), key=_member), _member):
            added, office = [_added(new) for new in mine], Office(conn, member)
            office.add_acts(added)
            office.audit_all([Entry(session.key_id, f"act {each.act.kind}", str(each.act.id), each.act.state) for each in added])
        faults.point("outbox.adding")
    batch.results |= {at: new.act for at, new in batch.new.items()}


def _member(new: _New) -> bytes:
    return new.act.member_id


def _added(new: _New) -> AddedAct:
    evidence = [wanted.evidence for wanted in new.draft.request.signers]
    rows = signature_rows(new.act.key, new.draft.envelope.signers, new.signatures, evidence)
    return AddedAct(new.act, rows, new.draft.request.depends_on)


def _row(made: Draft, hashed: bytes, state: State) -> Act:
    request, envelope = made.request, made.envelope
    return Act(
        member_id=request.account,
        act_id=word(envelope.id),
        idem_key=request.key,
        body_hash=made.hash,
        kind=request.kind,
        typed=typed_bytes(envelope),
        digest=hashed,
        signers_needed=len(envelope.signers),
        deadline=min(envelope.deadline, 2**63 - 1),
        # Told by the clock of all who share the office, when it is written down.
        accepted=0,
        state=state,
        retried=0,
        reason=None,
        done_pos=None,
        done_hash=None,
        share=share_of(request.account),
    )


_clock = threading.Lock()
_last_accepted = 0


def ordered(now: int) -> int:
    """A time in nanoseconds, or a little later, never the same twice in this process: the order of acceptance."""
    global _last_accepted  # noqa: PLW0603  # a clock's last reading is the process's
    with _clock:
        _last_accepted = max(now, _last_accepted + 1)
        return _last_accepted


# --- What waits for a person ---------------------------------------------------------------------------------------------------


def retry(services: Services, session: Session, act: Act) -> Act:
    """Has a held act sent once more, as it was signed. Raises 409 for one that isn't held."""
    session.needs(ACT)
    session.acting_for(act.member_id, services.keystore)
    services.keystore.check_open()
    with services.office.write() as conn:
        current = act_rows.named(conn, [act.key], lock=True)[act.key]
        if not current.held:
            raise Problem(409, "Not held", f"the act is {current.state} and does not wait for anybody")
        current = act_rows.retry(conn, current)
        Office(conn, act.member_id).audit(session.key_id, "retry", str(act.id), current.state)
    services.wake_relays()
    return current


def body_json(act: Act) -> dict[str, Any]:
    """The body of an act as JSON."""
    return to_json(_envelope(act).body)


def _envelope(act: Act) -> Envelope:
    return envelope_of(act.kind, act.typed)
