"""Signatures that come after an act was accepted: a wallet's, or one made here at the word of the member that is asked."""

from sqlalchemy import Connection

from gateway import contents
from gateway.access import ACT, Session
from gateway.errors import Problem, invalid, not_found
from gateway.office.repository import Act, Office, Signature
from gateway.outbox import act_rows
from gateway.outbox.envelopes import envelope_of
from gateway.outbox.simulate import vouched
from gateway.outbox.states import State
from gateway.services import Services
from gateway.signers import ecdsa
from ledger import faults
from ledger.domain.acts import message
from ledger.domain.ids import to_hex
from ledger.mirror.queries import members


def add_signature(services: Services, session: Session, act: Act, signer: bytes, given: bytes | None, evidence: bytes | None) -> Act:
    """Takes a member's signature of an act, or makes it with its key held here; the full set queues the act.

    Raises 404 for a signer that isn't asked, 409 for an act that gathers no more or a key that is revoked, 422 for a signature that is
    another's, SigningLocked, RpcError, NodeUnreachable.
    """
    session.needs(ACT)
    session.acting_for(signer, services.keystore)
    services.keystore.check_open()
    with services.office.read() as conn:
        listed = act_rows.signatures(conn, [act.key])[act.key]
        mine = _missing(listed, signer)
        if mine is not None and act.state == State.GATHERING:
            contents.check_held(Office(conn, signer), envelope_of(act.kind, act.typed).body)
    if mine is None:
        if not any(each.signer == signer for each in listed):
            raise not_found(f"act {act.id}")
        return act
    check_active(services, mine)
    sig = _made(services, act, mine) if given is None else taken(services, given, act.digest, mine.key)
    with services.office.write() as conn:
        moved = keep(conn, act, mine, sig, evidence, session.key_id)
    services.wake_relays()
    services.mirrored.announce()
    return moved


def _made(services: Services, act: Act, mine: Signature) -> bytes:
    asked = message(envelope_of(act.kind, act.typed), services.manifest.domain)
    return services.keystore.sign(mine.signer, mine.key, asked)


def keep(conn: Connection, act: Act, mine: Signature, sig: bytes, evidence: bytes | None, subject: str) -> Act:
    """Keeps a signature; the full set makes the act ready, unless another gateway runs it. Raises 409 for one that gathers no more."""
    current = act_rows.named(conn, [act.key], lock=True)[act.key]
    if current.state != State.GATHERING:
        raise Problem(409, "Not gathering", f"the act is {current.state} and takes no more signatures")
    act_rows.set_signature(conn, act.key, mine.position, sig, evidence)
    Office(conn, mine.signer).audit(subject, "signature", str(act.id), "signed")
    if act_rows.is_signed(conn, act.key) and not act_rows.is_offered(conn, act.key):
        # Ready: the lane queues it once what must go before it is on its way.
        current = act_rows.move(conn, current, State.READY)
    faults.point("outbox.signing")
    return current


def _missing(listed: list[Signature], signer: bytes) -> Signature | None:
    return next((each for each in listed if each.signer == signer and each.sig is None), None)


def check_active(services: Services, asked: Signature) -> None:
    """A key that was revoked since the act was made can sign nothing that the ledger takes."""
    with services.snapshot() as conn:
        active = {key.key for key in members.keys(conn, asked.signer)}
    if asked.key not in active:
        raise Problem(409, "Key not active", f"the key {to_hex(asked.key)} is not active any more; make the act anew, under a new key")


def taken(services: Services, given: bytes, hashed: bytes, key: bytes) -> bytes:
    """A signature as the ledger takes it: by a wallet's key, or one that the key, a contract, says is its own (ERC-1271).

    Raises 422; RpcError and NodeUnreachable where a contract can't be asked.
    """
    try:
        return checked(given, hashed, key)
    except Problem:
        is_good = vouched(services.rpc, services.manifest, key, hashed, given)
        if is_good is None:
            raise
    if not is_good:
        raise invalid(f"signature: the contract {to_hex(key)} says that it is none of this act (ERC-1271)", field="signature")
    return given


def checked(given: bytes, hashed: bytes, key: bytes) -> bytes:
    """A wallet's signature (r, s, v), held against the key that it must come from; of its two forms the one that the ledger takes.

    Raises 422.
    """
    if len(given) != 65 or given[64] not in (0, 1, 27, 28):
        raise invalid("signature: 65 bytes expected: r, s and v of 27 or 28", field="signature")
    made = ecdsa.lowered(given)
    try:
        signer = ecdsa.signer_of(made, hashed)
    except ecdsa.NoSignature as wrong:
        raise invalid(f"signature: {wrong}", field="signature") from wrong
    if signer != key:
        raise invalid(f"signature: made by {to_hex(signer)}, not by the key {to_hex(key)} over this act", field="signature")
    return made
