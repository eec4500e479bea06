"""From what a request states to an envelope: keys, roles, nonces and deadline chosen where they are left open."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from eth_hash.auto import keccak
from sqlalchemy import Connection

from gateway import roles
from gateway.errors import Problem, invalid
from gateway.office.repository import ActKey
from gateway.outbox.envelopes import frame_gas
from gateway.signers.interface import Signer
from ledger.chain.engines import Engine
from ledger.domain.acts import ActError, Envelope, SignerClaim, body_from
from ledger.domain.ids import HASHED_ID, NUMBERED_IDS, IdError, act_id, to_hex
from ledger.mirror.models import Member, MemberKey
from ledger.mirror.queries import chain, members
from ledger.mirror.schema import word

STANDARD_LIFE_SECONDS = 86_400
MOST_SIGNERS = 32
"""As contracts/Acts.sol takes them."""


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
    depends_on: tuple[ActKey, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A request with everything decided but its signatures; `hash` is of what was stated."""

    request: Request
    envelope: Envelope
    hash: bytes


class People:
    """Members and their keys in one snapshot of the mirror, each read once a batch."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._known: dict[bytes, tuple[Member, list[MemberKey]]] = {}

    def of(self, account: bytes, field: str) -> tuple[Member, list[MemberKey]]:
        """A member and its active keys. Raises 422 for a stranger."""
        if account not in self._known:
            member = members.get(self._conn, account)
            if member is None:
                held = chain.held(self._conn)
                until = "" if held is None else f" by block {held.block}, the last that is mirrored"
                raise invalid(f"{field}: {to_hex(account)} is no member{until}; it must be admitted first", field=field)
            self._known[account] = (member, members.keys(self._conn, account))
        return self._known[account]


def id_of(request: Request) -> int:
    """The act id that the idempotency key makes. Raises 422."""
    try:
        return act_id(request.key)
    except IdError as wrong:
        raise invalid(str(wrong), field="Idempotency-Key") from wrong


def key_of(request: Request) -> ActKey:
    """Account and act id. Raises 422."""
    return request.account, word(id_of(request))


def hash_of(request: Request) -> bytes:
    """Of all that the caller stated; what the gateway chose (deadline, keys) is no part of it. Raises 422 for text that is no Unicode."""
    stated = {
        "account": request.account.hex(),
        "kind": request.kind,
        "body": request.body,
        "signers": [[repr(value) for value in (w.account, w.role, w.mode, w.key, w.nonce, w.evidence)] for w in request.signers],
        "deadline": request.deadline,
        "gas": request.gas,
        "depends_on": [[account.hex(), act.hex()] for account, act in request.depends_on],
    }
    try:
        return sha256(json.dumps(stated, sort_keys=True, ensure_ascii=False).encode()).digest()
    except UnicodeEncodeError as wrong:
        raise invalid("body: a text has half of a surrogate pair, which is no Unicode", field="body") from wrong


def alike(one: Request, other: Request) -> bool:
    """Whether two requests state the same, however their bodies write it: 5 or "5", hex in capitals or not. Raises 422 as `hash_of`."""
    if hash_of(one) == hash_of(other):
        return True
    return replace(one, body={}) == replace(other, body={}) and _has_body(other, _typed(one))


def restates(request: Request, envelope: Envelope) -> bool:
    """Whether an envelope has everything that a request states, however its body writes it."""
    return _has_body(request, envelope.body) and fits(request, envelope)


def _has_body(request: Request, body: Any) -> bool:
    typed = _typed(request)
    return typed is not None and typed == body


def _typed(request: Request) -> Any:
    """The body of a request; None if it is none."""
    try:
        return body_from(request.kind, request.body)
    except ActError:
        return None


def draft(request: Request, people: People, signer: Signer, engine: Engine, chain_time: int) -> Draft:
    """Decides what is open. Raises 422 naming the field and the rule that it breaks."""
    stated = hash_of(request)
    try:
        body = body_from(request.kind, request.body)
    except ActError as wrong:
        raise invalid(str(wrong), field=str(wrong).split(":", 1)[0]) from wrong
    deadline = chain_time + STANDARD_LIFE_SECONDS if request.deadline is None else request.deadline
    if deadline < chain_time:
        raise invalid(f"deadline: {deadline} lies before the chain's time {chain_time}; give a later one", field="deadline")
    claims = _claims(request, people, signer)
    most = engine.block_gas_limit // 2
    try:
        # The frame's own bound is far above what a long body needs: an act that states no gas is tried out with no more than may be.
        envelope = Envelope(request.account, id_of(request), deadline, request.gas or min(frame_gas(body), most), claims, body)
    except (ActError, OverflowError) as wrong:
        raise invalid(str(wrong)) from wrong
    if envelope.gas > most:
        raise invalid(f"gas: {envelope.gas} is more than half a block ({most}); cut the act in parts", field="gas")
    return Draft(request, envelope, stated)


def fits(request: Request, envelope: Envelope) -> bool:
    """Whether an envelope has everything that a request states beside its body."""
    signers = len(request.signers) == len(envelope.signers) and all(map(_is_as_wanted, request.signers, envelope.signers))
    return signers and request.deadline in (None, envelope.deadline) and request.gas in (None, envelope.gas)


def _is_as_wanted(wanted: Wanted, claim: SignerClaim) -> bool:
    stated = ((wanted.role, claim.role), (wanted.key, claim.key), (wanted.nonce, claim.nonce))
    return (wanted.account, wanted.mode) == (claim.account, claim.mode) and all(one in (None, other) for one, other in stated)


def _claims(request: Request, people: People, signer: Signer) -> tuple[SignerClaim, ...]:
    if len(request.signers) > MOST_SIGNERS:
        raise invalid(f"signers: {len(request.signers)}, at most {MOST_SIGNERS}", field="signers")
    claims: list[SignerClaim] = []
    for at, wanted in enumerate(request.signers):
        claims.append(_claim(request, people, signer, wanted, at, claims))
    return tuple(claims)


def _claim(request: Request, people: People, signer: Signer, wanted: Wanted, at: int, before: Sequence[SignerClaim]) -> SignerClaim:
    field = f"signers[{at}]"
    member, keys = people.of(wanted.account, f"{field}.account")
    if member.suspended:
        raise invalid(f"{field}.account: {member.name} is suspended", field=f"{field}.account")
    used = {(claim.account, claim.key) for claim in before}
    fits = roles.fitting(request.kind, at == 0) if wanted.role is None else wanted.role
    key = _key(signer, member, [each for each in keys if (member.account, each.key) not in used], wanted, fits, field)
    held = key.roles & member.roles
    role = roles.chosen(request.kind, held, at == 0) if wanted.role is None else wanted.role
    if role & ~held:
        names = ", ".join(roles.names_of(held)) or "no role"
        raise invalid(f"{field}.role: {member.name} holds {names} with this key", field=f"{field}.role")
    nonce = _nonce(request, wanted, at, field)
    if (member.account, nonce) in {(claim.account, claim.nonce) for claim in before}:
        raise invalid(f"{field}.nonce: {nonce} is another signature's of the same account", field=f"{field}.nonce")
    return SignerClaim(wanted.account, key.key, role, wanted.mode, member.epoch, nonce)


def _key(signer: Signer, member: Member, keys: list[MemberKey], wanted: Wanted, fits: int, field: str) -> MemberKey:
    """The key named; else the first active one held here that has a fitting role and signs no other place; else the first that has one."""
    named = [key for key in keys if wanted.key in (None, key.key)]
    fitting = [key for key in named if key.roles & member.roles & fits] or (named if wanted.role is None else [])
    if not fitting:
        which = "" if wanted.key is None else f" {to_hex(wanted.key)}"
        what = f"no active key{which} with that role, or it signs already"
        raise invalid(f"{field}.key: {member.name} has {what}", field=f"{field}.key")
    return next((key for key in fitting if signer.holds(member.account, key.key)), fitting[0])


def _nonce(request: Request, wanted: Wanted, at: int, field: str) -> int:
    number = id_of(request)
    chosen = number if at == 0 else _co_nonce(request.account, number, at)
    if wanted.nonce is None:
        return chosen
    if at == 0 and wanted.nonce != number:
        raise invalid(f"{field}.nonce: the first signer's is the act id {number}; leave it out", field=f"{field}.nonce")
    if NUMBERED_IDS <= wanted.nonce < HASHED_ID or wanted.nonce >= 1 << 256:
        raise invalid(f"{field}.nonce: a number below 2^64, or a hash with bit 255 set", field=f"{field}.nonce")
    return wanted.nonce


def _co_nonce(account: bytes, number: int, at: int) -> int:
    """A co-signer's nonce that any gateway would choose, so that a second envelope for the same act can't run beside the first."""
    return int.from_bytes(keccak(account + word(number) + bytes([at]))) | HASHED_ID


def other_content(key: str, why: str) -> Problem:
    """409 for an idempotency key that names another act."""
    return Problem(409, "Idempotency key reused", f"Idempotency-Key {key!r}: {why}; use a new key for a new act", key=key)
