"""Taking messages in: who may send what, what of it is checked, and what it does, in the one transaction that keeps it.

A receipt says that it is on disk. The same message again has the same receipt and does nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from gateway import contents, signatures
from gateway.contents import Package
from gateway.drafts import MOST_SIGNERS
from gateway.errors import Problem, invalid, not_found
from gateway.following.egress import NotAllowed, target_of
from gateway.office.database import clock_ns, insert_or_keep, now_ms
from gateway.office.models import ACT, OFFERED_ACT
from gateway.office.repository import Act, AddedAct, Office, Signature, signature_rows
from gateway.outbox import act_rows
from gateway.outbox.envelopes import envelope_of, typed_bytes
from gateway.outbox.lanes import share_of
from gateway.outbox.states import State
from gateway.peers import book, speaking
from gateway.peers.directory import entry
from gateway.peers.entitled import entitled
from gateway.peers.messages import Consent, Given, Handed, Header, Kind, MessageError, Offer, Packed, Payload, id_of, opened, read
from gateway.peers.signing import Unsigned
from gateway.services import Services
from gateway.signers.interface import KeyUnheld
from ledger.domain.acts import ActError, Envelope, digest
from ledger.domain.address_book import KeyId, url_word
from ledger.domain.calendar import rfc3339
from ledger.domain.ids import IdError, to_hex
from ledger.mirror.queries import chain
from ledger.mirror.schema import word

MOST_OPEN = 1_000
"""So many acts of one member may wait here for signatures."""

Work = Callable[[Connection], None]


def take(services: Services, by: KeyId, to: bytes, kind: Kind, body: bytes) -> str:
    """Keeps a message and does what it says; the receipt. `by`: whose signature it came under, `to`: for whom that was.

    Raises Unsigned for what isn't its sender's to this member now, Problem for what it can't do, SigningLocked.
    """
    header, payload = _read(services, by, to, kind, body)
    id_ = id_of(body)
    with services.office.read() as conn:
        earlier = book.answered(conn, to, id_)
    if earlier is not None:
        return earlier
    roots, work = _work(services, header, payload, f"peer {by}")
    receipt = speaking.state(services, to, speaking.RECEIPT, _told(header, id_, roots))
    try:
        with services.office.write() as conn:
            work(conn)
            book.note_copies(conn, to, roots, header.sender, id_)
            book.note_received(conn, to, id_, header.sender, kind, receipt)
            book.is_heard(conn, header.sender)
            Office(conn, to).audit(f"peer {by}", f"peer {kind}", to_hex(id_), "taken")
    except IntegrityError:
        with services.office.read() as conn:
            earlier = book.answered(conn, to, id_)
        if earlier is None:
            raise
        return earlier
    services.wake_relays()
    services.progress.announce()
    services.mirrored.announce()
    return receipt


def _work(services: Services, header: Header, payload: Payload, subject: str) -> tuple[list[bytes], Work]:
    """The content in a message, and what is done for it in the transaction that keeps it. Raises Problem."""
    if isinstance(payload, Offer):
        return _offer(services, header, payload, subject)
    if isinstance(payload, Consent):
        return [], _consent(services, header, payload, subject)
    return _handed(services, header, payload)


def _told(header: Header, id_: bytes, roots: Sequence[bytes]) -> dict[str, object]:
    return {
        "message": to_hex(id_),
        "kind": header.kind,
        "ledger": to_hex(header.ledger),
        "from": to_hex(header.sender),
        "to": to_hex(header.recipient),
        "roots": [to_hex(root) for root in roots],
        "at": rfc3339(int(time.time())),
    }


def _read(services: Services, by: KeyId, to: bytes, kind: Kind, body: bytes) -> tuple[Header, Payload]:
    """A message that is its sender's, for this member, on this ledger, in time. Raises Unsigned; 410 for one that comes too late."""
    try:
        message = read(body)
        header = message.header
        expected = (kind, services.manifest.ledger_id, by.account, to)
        if (header.kind, header.ledger, header.sender, header.recipient) != expected:
            raise Unsigned("a message of another kind, ledger, sender or recipient than its signature's")
        if header.until < (now := _chain_time(services)):
            raise Problem(410, "Too late", f"a message that was good until {rfc3339(header.until)}; the ledger is at {rfc3339(now)}")
        return header, opened(message, services.peer_keys.encryption(to, header.key))
    except (MessageError, KeyUnheld) as wrong:
        raise Unsigned(str(wrong)) from wrong


def _chain_time(services: Services) -> int:
    with services.snapshot() as conn:
        held = chain.held(conn)
    return 0 if held is None or held.time is None else held.time


# --- Offers ----------------------------------------------------------------------------------------------------------------------------


def _offer(services: Services, header: Header, payload: Offer, subject: str) -> tuple[list[bytes], Work]:
    envelope = _envelope(header, payload)
    hashed = digest(envelope, services.manifest.domain)
    given = _checked(services, envelope, hashed, payload.given)
    if given[0] is None:
        raise invalid("signatures: the acting account signs first; nobody is asked for what its author hasn't signed", field="signatures")
    packages = _packages(services, header.recipient, envelope.body, payload.packages)
    act = _act(envelope, hashed, payload)
    rows = signature_rows(act.key, envelope.signers, given, _evidence(envelope, payload.given))
    url = _learnt(services, header.sender, payload.url)

    def work(conn: Connection) -> None:
        for each in packages:
            contents.keep(Office(conn, header.recipient), each)
        _keep_act(conn, act, rows, alone=payload.alone, subject=subject)
        if url is not None:
            book.set_url(conn, header.sender, url)

    return [each.commitment.root for each in packages], work


def _envelope(header: Header, offer: Offer) -> Envelope:
    """The act that is offered: the sender's own, to be signed by the recipient too. Raises 422."""
    try:
        envelope = envelope_of(offer.act_kind, offer.typed)
    except (ActError, IdError, KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise invalid(f"act: no envelope of {offer.act_kind[:40]!r}: {wrong}", field="act") from wrong
    if not _is_plain(envelope):
        raise invalid("act: a number of another type or size than its struct takes", field="act")
    if typed_bytes(envelope) != offer.typed or envelope.account != header.sender:
        raise invalid("act: an act of the sender's own account expected, in the one form that is hashed", field="act")
    if all(claim.account != header.recipient for claim in envelope.signers):
        raise invalid("act: the recipient is none of its signers", field="act")
    if envelope.deadline != header.until:
        raise invalid("act: its deadline is another than the message's", field="act")
    return envelope


def _is_plain(envelope: Envelope) -> bool:
    """Whether an envelope from elsewhere has numbers that the ledger's structs take, and no more signers."""
    numbers: list[tuple[object, int]] = [(envelope.deadline, 63), (envelope.gas, 32)]
    for claim in envelope.signers:
        numbers += [(claim.role, 16), (claim.mode, 8), (claim.epoch, 32), (claim.nonce, 256)]
    return len(envelope.signers) <= MOST_SIGNERS and all(type(each) is int and 0 <= each < 1 << bits for each, bits in numbers)


def _checked(services: Services, envelope: Envelope, hashed: bytes, given: Sequence[Given]) -> list[bytes | None]:
    """The signatures at their places, each by the key that must have made it. Raises 422."""
    found: list[bytes | None] = [None] * len(envelope.signers)
    for each in given:
        if each.position >= len(found) or found[each.position] is not None:
            raise invalid(f"signatures: none, or more than one, is asked for at place {each.position}", field="signatures")
        found[each.position] = signatures.taken(services, each.signature, hashed, envelope.signers[each.position].key)
    return found


def _evidence(envelope: Envelope, given: Sequence[Given]) -> list[bytes | None]:
    told = {each.position: each.evidence for each in given}
    return [told.get(at) for at in range(len(envelope.signers))]


def _packages(services: Services, member: bytes, body: object, packed: Sequence[Packed]) -> list[Package]:
    """The content of an act, each root recomputed; whatever it names must be in it or be held already. Raises 422."""
    wanted = set(contents.roots_in(body))
    found = [contents.unpacked(*each) for each in packed]
    roots = {each.commitment.root for each in found}
    if extra := roots - wanted:
        raise invalid(f"packages: the act names no content {to_hex(min(extra))}", field="packages")
    with services.office.read() as conn:
        missing = [root for root in wanted - roots if not contents.is_whole(Office(conn, member).content(root))]
    if missing:
        raise invalid(f"packages: content {to_hex(min(missing))} is missing", field="packages", root=to_hex(min(missing)))
    return found


def _act(envelope: Envelope, hashed: bytes, offer: Offer) -> Act:
    return Act(
        member_id=envelope.account,
        act_id=word(envelope.id),
        # What the author called it stays with the author.
        idem_key=f"offered {envelope.id}",
        body_hash=hashed,
        kind=offer.act_kind,
        typed=offer.typed,
        digest=hashed,
        signers_needed=len(envelope.signers),
        deadline=envelope.deadline,
        accepted=0,
        state=State.GATHERING,
        retried=0,
        reason=None,
        done_pos=None,
        done_hash=None,
        share=share_of(envelope.account),
    )


def _keep_act(conn: Connection, act: Act, rows: Sequence[Signature], *, alone: bool, subject: str) -> None:
    """Keeps an act that is offered; to one that is here already, the signatures that it lacks. Raises 409, 429."""
    known = act_rows.named(conn, [act.key], lock=True).get(act.key)
    if known is None:
        _check_room(conn, act.member_id)
        office = Office(conn, act.member_id)
        office.add_acts([AddedAct(act._replace(accepted=clock_ns(conn)), rows)])
        office.audit(subject, f"act {act.kind}", str(act.id), act.state)
        insert_or_keep(conn, OFFERED_ACT, {"member_id": act.member_id, "act_id": act.act_id, "alone": alone, "at": now_ms()})
        return
    if known.digest != act.digest:
        raise Problem(409, "Another act", f"act {act.id}: this gateway has another act of the account under this id")
    if known.state == State.GATHERING:
        for each in rows:
            if each.sig is not None:
                act_rows.set_signature(conn, act.key, each.position, each.sig, each.evidence_root)
        if act_rows.is_signed(conn, act.key) and not act_rows.is_offered(conn, act.key):
            act_rows.move(conn, known, State.READY)


def _check_room(conn: Connection, account: bytes) -> None:
    theirs = (ACT.c.member_id == account, ACT.c.state == State.GATHERING)
    if conn.execute(select(func.count()).select_from(ACT).where(*theirs)).scalar_one() >= MOST_OPEN:
        raise Problem(429, "Too many offers", f"{MOST_OPEN} acts of the account wait for signatures here; let some be signed first")


def _learnt(services: Services, sender: bytes, url: str | None) -> str | None:
    """Where a peer says that its gateway is, if the ledger has the hash of it."""
    with services.snapshot() as conn:
        told = entry(conn, sender).url
    if url is None or told is None or url_word(url) != told.word:
        return None
    try:
        target_of(url)
    except NotAllowed:
        return None
    return url


# --- Consents --------------------------------------------------------------------------------------------------------------------------


def _consent(services: Services, header: Header, payload: Consent, subject: str) -> Work:
    key = payload.account, payload.act
    with services.office.read() as conn:
        act = act_rows.named(conn, [key]).get(key)
        listed = act_rows.signatures(conn, [key])[key]
    if act is None or payload.account != header.recipient or all(each.signer != header.sender for each in listed):
        raise not_found("the act")
    if act.digest != payload.digest:
        raise Problem(409, "Another act", f"act {act.id}: what was signed is another act under this id")
    mine = [_asked(services, act, listed, header.sender, each) for each in payload.given]

    def work(conn: Connection) -> None:
        for signature, sig, evidence in mine:
            if next(each.sig for each in act_rows.signatures(conn, [key])[key] if each.position == signature.position) is None:
                signatures.keep(conn, act, signature, sig, evidence, subject)

    return work


def _asked(services: Services, act: Act, listed: Sequence[Signature], sender: bytes, given: Given) -> tuple[Signature, bytes, bytes | None]:
    """The place that a signature is for. Raises 422 where it isn't the sender's or is no signature of it, 409 for a revoked key."""
    place = next((each for each in listed if each.position == given.position and each.signer == sender), None)
    if place is None:
        raise invalid(f"signatures: the sender isn't asked to sign at place {given.position}", field="signatures")
    if place.sig is None:
        signatures.check_active(services, place)
    return place, signatures.taken(services, given.signature, act.digest, place.key), given.evidence


# --- Content ---------------------------------------------------------------------------------------------------------------------------


def _handed(services: Services, header: Header, payload: Handed) -> tuple[list[bytes], Work]:
    packages = [contents.unpacked(*each) for each in payload.packages]
    roots = [each.commitment.root for each in packages]
    with services.snapshot() as conn:
        if not all(entitled(services, conn, header.recipient, root, payload.pos) for root in roots):
            raise not_found("the record")

    def work(conn: Connection) -> None:
        for each in packages:
            contents.keep(Office(conn, header.recipient), each)

    return roots, work
