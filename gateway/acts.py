"""Accepting acts: from a request to a signed envelope on disk.

What is accepted is committed before it is answered; what isn't leaves nothing.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from coincurve import PublicKey
from eth_hash.auto import keccak
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from gateway import contents, roles
from gateway.access import ACT, Session
from gateway.errors import Problem, invalid, not_found
from gateway.office.repository import Act, Office
from gateway.outbox import recovered, store
from gateway.outbox.envelopes import frame_gas, typed_bytes
from gateway.outbox.simulate import simulate
from gateway.outbox.states import State
from gateway.refusals import explain
from gateway.services import Services
from ledger import faults
from ledger.domain.acts import ActError, Envelope, SignerClaim, body_from, digest, to_json
from ledger.domain.ids import HASHED_ID, IdError, act_id, to_hex
from ledger.mirror.models import Act as Told
from ledger.mirror.models import Member, MemberKey, Outcome
from ledger.mirror.queries import acts as act_queries
from ledger.mirror.queries import chain, members
from ledger.mirror.schema import word

STANDARD_LIFE_SECONDS = 86_400
_STATE_OF = {Outcome.DONE: State.FINAL, Outcome.REFUSED: State.REFUSED, Outcome.VOIDED: State.VOIDED}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One signer as asked for; key, nonce and role are chosen where they are None."""

    account: bytes
    role: int | None
    mode: int
    key: bytes | None
    nonce: int | None
    evidence: bytes | None


@dataclass(frozen=True, slots=True)
class Request:
    """An act as asked for: `key` is the idempotency key, `deadline` UTC seconds of the chain, the first signer the acting account."""

    key: str
    account: bytes
    kind: str
    body: dict[str, Any]
    signers: tuple[Wanted, ...]
    deadline: int | None
    gas: int | None
    depends_on: tuple[tuple[bytes, int], ...]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A request with everything decided but its signatures."""

    request: Request
    envelope: Envelope
    hash: bytes


class _People:
    """Members and their keys in one snapshot of the mirror, each read once a batch."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._known: dict[bytes, tuple[Member, list[MemberKey]]] = {}

    def of(self, account: bytes, field: str) -> tuple[Member, list[MemberKey]]:
        if account not in self._known:
            member = members.get(self._conn, account)
            if member is None:
                raise invalid(f"{field}: {to_hex(account)} is no member; it must be admitted first", field=field)
            self._known[account] = (member, members.keys(self._conn, account))
        return self._known[account]


def accept(services: Services, session: Session, requests: Sequence[Request]) -> list[Act | Problem]:
    """The acts of these requests, in order: new ones committed together, repeated ones as they stand, a Problem for each that can't be.

    Raises Problem where the session may not act at all.
    """
    session.needs(ACT)
    try:
        accepted = _accept(services, session, requests)
    except IntegrityError:
        # The same key came in twice at once; the other one is committed now and will be found.
        accepted = _accept(services, session, requests)
    services.wake()
    return accepted


def _accept(services: Services, session: Session, requests: Sequence[Request]) -> list[Act | Problem]:
    results: list[Act | Problem | None] = [None] * len(requests)
    with services.office.read() as conn:
        known = store.named(conn, [(each.account, number) for each in requests if (number := _id_or_none(each)) is not None])
    drafts: dict[int, _Draft] = {}
    with services.snapshot() as conn:
        people, held = _People(conn), chain.held(conn)
        chain_time = held.time if held and held.time is not None else int(time.time())
        spent = _spent(conn, requests)
        for at, request in enumerate(requests):
            try:
                session.acting_for(request.account, services.keystore)
                results[at] = _earlier(request, known)
                if results[at] is None:
                    drafts[at] = _draft(services, request, people, chain_time)
                    _check_unspent(services, conn, drafts[at], spent, results, at)
            except Problem as wrong:
                results[at] = wrong
    new = {at: draft for at, draft in drafts.items() if results[at] is None}
    if len(requests) == 1 and new:
        _try_out(services, next(iter(new.values())))
    return _commit(services, session, new, results)


def _earlier(request: Request, known: dict[tuple[bytes, int], Act]) -> Act | None:
    """The act that was accepted under this key before. Raises 409 where it has other content."""
    act = known.get((request.account, _id(request)))
    if act is not None and act.body_hash != _hash(request):
        raise _other_content(request.key, f"it was accepted as {act.kind} with other content")
    return act


def _draft(services: Services, request: Request, people: _People, chain_time: int) -> _Draft:
    try:
        body = body_from(request.kind, request.body)
    except ActError as wrong:
        raise invalid(str(wrong), field=str(wrong).split(":", 1)[0]) from wrong
    deadline = chain_time + STANDARD_LIFE_SECONDS if request.deadline is None else request.deadline
    if deadline < chain_time:
        raise invalid(f"deadline: {deadline} lies before the chain's time {chain_time}; give a later one", field="deadline")
    number = _id(request)
    claims = tuple(
        _claim(services, people, wanted, request.account, number, at, f"signers[{at}]") for at, wanted in enumerate(request.signers)
    )
    try:
        envelope = Envelope(request.account, number, deadline, request.gas or frame_gas(body), claims, body)
    except (ActError, OverflowError) as wrong:
        raise invalid(str(wrong)) from wrong
    if envelope.gas > services.engine.block_gas_limit // 2:
        raise invalid(
            f"gas: {envelope.gas} is more than half a block ({services.engine.block_gas_limit}); cut the act in parts", field="gas"
        )
    return _Draft(request, envelope, _hash(request))


def _claim(services: Services, people: _People, wanted: Wanted, account: bytes, number: int, at: int, field: str) -> SignerClaim:
    member, keys = people.of(wanted.account, f"{field}.account")
    if member.suspended:
        raise invalid(f"{field}.account: {member.name} is suspended", field=f"{field}.account")
    key = _key(services, member, keys, wanted, field)
    held = key.roles & member.roles
    role = (held if held.bit_count() == 1 else 0) if wanted.role is None else wanted.role
    if role & ~held:
        raise invalid(
            f"{field}.role: {member.name} holds {', '.join(roles.names_of(held)) or 'no role'} with this key", field=f"{field}.role"
        )
    nonce = number if at == 0 else _co_nonce(account, number, at) if wanted.nonce is None else wanted.nonce
    return SignerClaim(wanted.account, key.key, role, wanted.mode, member.epoch, nonce)


def _key(services: Services, member: Member, keys: list[MemberKey], wanted: Wanted, field: str) -> MemberKey:
    """The key named; else the first active one that is held here and has the role; else the first that has it."""
    fitting = [key for key in keys if wanted.key in (None, key.key) and (wanted.role is None or key.roles & member.roles & wanted.role)]
    if not fitting:
        what = "no active key with that role" if wanted.key is None else f"no active key {to_hex(wanted.key)} with that role"
        raise invalid(f"{field}.key: {member.name} has {what}", field=f"{field}.key")
    return next((key for key in fitting if services.keystore.holds(member.account, key.key)), fitting[0])


def _co_nonce(account: bytes, number: int, at: int) -> int:
    """A co-signer's nonce that any gateway would choose, so that a second envelope for the same act can't run beside the first."""
    return int.from_bytes(keccak(account + word(number) + bytes([at]))) | HASHED_ID


def _spent(conn: Connection, requests: Sequence[Request]) -> dict[tuple[bytes, int], Told]:
    keys = [(each.account, number) for each in requests if (number := _id_or_none(each)) is not None]
    found: dict[tuple[bytes, int], Told] = {}
    for at in range(0, len(keys), 400):
        for told in act_queries.outcomes(conn, keys[at : at + 400]):
            if told.outcome != Outcome.SKIPPED:
                found[(told.account, int.from_bytes(told.act_id))] = told
    return found


def _check_unspent(
    services: Services,
    conn: Connection,
    draft: _Draft,
    spent: dict[tuple[bytes, int], Told],
    results: list[Act | Problem | None],
    at: int,
) -> None:
    """An id that the chain has spent, though this office doesn't know it: the same act is taken over, another one is a conflict."""
    told = spent.get((draft.request.account, draft.envelope.id))
    if told is None:
        return
    ran = recovered.act_of(services.rpc, conn, told)
    if ran is None or (ran.kind, ran.body) != recovered.kind_and_body(draft.envelope.body):
        raise _other_content(
            draft.request.key, "the ledger has an act with this id and other content, sent by another gateway or before a restore"
        )
    with services.office.write() as office:
        results[at] = _take_over(Office(office, draft.request.account), draft, told)


def _take_over(office: Office, draft: _Draft, told: Told) -> Act:
    """Keeps what ran already; settling fills in where."""
    act = replace_state(_row(draft, bytes(32) if told.digest is None else told.digest), _STATE_OF[Outcome(told.outcome)])
    act = act._replace(done_pos=told.pos, reason=orjson.dumps(explain(told.reason)) if told.reason else None)
    office.add_act(act, draft.envelope.signers, [None] * len(draft.envelope.signers), [None] * len(draft.envelope.signers))
    return act


def replace_state(act: Act, state: State) -> Act:
    """The act in another state."""
    return act._replace(state=state)


def _try_out(services: Services, draft: _Draft) -> None:
    """Runs a lone act on the pending state when nothing is in flight that it could depend on. Raises 422 with the contract's reason."""
    with services.office.read() as conn:
        if draft.request.depends_on or store.any_in_flight(conn):
            return
    refusal = simulate(services.rpc, services.manifest, draft.envelope)
    if refusal is not None:
        told = explain(refusal)
        raise Problem(422, "Act would be refused", told["sentence"], reason=told)


def _commit(services: Services, session: Session, new: dict[int, _Draft], results: list[Act | Problem | None]) -> list[Act | Problem]:
    signed: dict[int, tuple[Act, list[bytes | None], list[bytes | None]]] = {}
    with services.office.read() as conn:
        for at, draft in new.items():
            try:
                signed[at] = _signed(services, session, conn, draft)
            except Problem as wrong:
                results[at] = wrong
    faults.point("outbox.accepting")
    if signed:
        with services.office.write() as conn:
            for at, (act, signatures, evidence) in signed.items():
                office = Office(conn, act.member_id)
                office.add_act(act, new[at].envelope.signers, signatures, evidence)
                office.audit(session.key_id, f"act {act.kind}", str(act.id), act.state)
                results[at] = act
    faults.point("outbox.accepted")
    return [result for result in results if result is not None]


def _signed(services: Services, session: Session, conn: Connection, draft: _Draft) -> tuple[Act, list[bytes | None], list[bytes | None]]:
    envelope = draft.envelope
    hashed = digest(envelope, services.manifest.domain)
    signatures = [_sign_if_ours(services, session, conn, claim, envelope.body, hashed) for claim in envelope.signers]
    act = _row(draft, hashed)
    if all(signature is not None for signature in signatures):
        act = replace_state(act, State.QUEUED)
    return act, signatures, [wanted.evidence for wanted in draft.request.signers]


def _sign_if_ours(services: Services, session: Session, conn: Connection, claim: SignerClaim, body: object, hashed: bytes) -> bytes | None:
    if not session.may_act_for(claim.account, services.keystore) or not services.keystore.holds(claim.account, claim.key):
        return None
    contents.check_held(Office(conn, claim.account), body)
    return services.keystore.sign(claim.account, claim.key, hashed)


def _row(draft: _Draft, hashed: bytes) -> Act:
    request, envelope = draft.request, draft.envelope
    dependencies = [[account.hex(), str(number)] for account, number in request.depends_on]
    return Act(
        member_id=request.account,
        act_id=word(envelope.id),
        idem_key=request.key,
        body_hash=draft.hash,
        kind=request.kind,
        typed=typed_bytes(envelope),
        digest=hashed,
        signers_needed=len(envelope.signers),
        deadline=min(envelope.deadline, 2**63 - 1),
        depends_on=orjson.dumps(dependencies) if dependencies else None,
        accepted=ordered_now(),
        state=State.GATHERING,
        reason=None,
        done_pos=None,
        done_hash=None,
    )


_last_accepted = 0


def ordered_now() -> int:
    """Nanoseconds, never the same twice in this process: the order of acceptance."""
    global _last_accepted  # noqa: PLW0603  # a clock's last reading is the process's
    _last_accepted = max(time.time_ns(), _last_accepted + 1)
    return _last_accepted


def _id(request: Request) -> int:
    try:
        return act_id(request.key)
    except IdError as wrong:
        raise invalid(str(wrong), field="Idempotency-Key") from wrong


def _id_or_none(request: Request) -> int | None:
    try:
        return act_id(request.key)
    except IdError:
        return None


def _hash(request: Request) -> bytes:
    """Of all that the caller stated; what the gateway chose (deadline, keys) is no part of it."""
    stated = {
        "account": request.account.hex(),
        "kind": request.kind,
        "body": request.body,
        "signers": [[repr(value) for value in (w.account, w.role, w.mode, w.key, w.nonce, w.evidence)] for w in request.signers],
        "deadline": str(request.deadline),
        "gas": str(request.gas),
        "depends_on": [[account.hex(), str(number)] for account, number in request.depends_on],
    }
    return sha256(orjson.dumps(stated, option=orjson.OPT_SORT_KEYS, default=str)).digest()


def _other_content(key: str, why: str) -> Problem:
    return Problem(409, "Idempotency key reused", f"Idempotency-Key {key!r}: {why}; use a new key for a new act", key=key)


# --- Signatures from elsewhere -------------------------------------------------------------------------------------------------


def add_signature(services: Services, session: Session, act: Act, signer: bytes, given: bytes | None, evidence: bytes | None) -> Act:
    """Takes a member's signature of an act, or makes it with its key held here; the full set queues the act.

    Raises 404 for a signer that isn't asked, 409 for an act that gathers no more, 422 for a signature that is another's.
    """
    session.needs(ACT)
    session.acting_for(signer, services.keystore)
    with services.office.write() as conn:
        current = store.named(conn, [(act.member_id, act.id)])[(act.member_id, act.id)]
        listed = store.signatures(conn, [(act.member_id, act.act_id)])[(act.member_id, act.act_id)]
        mine = next((each for each in listed if each.signer == signer and each.sig is None), None)
        if mine is None:
            return _already(current, any(each.signer == signer for each in listed))
        if current.state != State.GATHERING:
            raise Problem(409, "Not gathering", f"the act is {current.state} and takes no more signatures")
        contents.check_held(Office(conn, signer), recovered.body_of(current))
        sig = services.keystore.sign(signer, mine.key, current.digest) if given is None else _checked(given, current.digest, mine.key)
        store.set_signature(conn, (act.member_id, act.act_id), mine.position, sig, evidence)
        Office(conn, signer).audit(session.key_id, "signature", str(act.id), "signed")
        if all(each.sig is not None or each.position == mine.position for each in listed):
            current = _queue(conn, current)
    services.wake()
    return current


def _already(act: Act, is_signer: bool) -> Act:
    if not is_signer:
        raise not_found(f"act {act.id}")
    return act


def _queue(conn: Connection, act: Act) -> Act:
    store.move(conn, act, State.READY)
    store.move(conn, replace_state(act, State.READY), State.QUEUED)
    return replace_state(act, State.QUEUED)


def _checked(given: bytes, hashed: bytes, key: bytes) -> bytes:
    """A wallet's signature (r, s, v), held against the key that it must come from."""
    if len(given) != 65 or given[64] not in (0, 1, 27, 28):
        raise invalid("signature: 65 bytes expected: r, s and v of 27 or 28", field="signature")
    parity = given[64] % 27
    try:
        signer = keccak(
            PublicKey.from_signature_and_message(given[:64] + bytes([parity]), hashed, hasher=None).format(compressed=False)[1:]
        )
    except Exception as wrong:  # coincurve raises bare Exceptions for points off the curve
        raise invalid("signature: no valid ECDSA signature", field="signature") from wrong
    if signer[-20:] != key:
        raise invalid(f"signature: made by {to_hex(signer[-20:])}, not by the key {to_hex(key)} over this act", field="signature")
    return given[:64] + bytes([parity + 27])


def body_json(act: Act) -> dict[str, Any]:
    """The body of an act as JSON."""
    return to_json(recovered.body_of(act))
