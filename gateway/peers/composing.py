"""What is to be said, read from what the office has: acts that lack another member's signature, signatures that go back, content that
follows a piece. There is no list of things to say beside that, so nothing is forgotten by a process that dies.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, exists, select

from gateway import contents
from gateway.contents import roots_in
from gateway.office.database import now_ms
from gateway.office.models import ACT, DEPENDENCY, OFFERED_ACT, PEER_MESSAGE, SIGNATURE
from gateway.office.repository import Act, ActKey, Office, Signature
from gateway.outbox import act_rows
from gateway.outbox.envelopes import envelope_of
from gateway.outbox.states import OPEN, State
from gateway.peers import book
from gateway.peers.book import Row
from gateway.peers.directory import entry
from gateway.peers.messages import Consent, Given, Handed, Header, Kind, Offer, Packed, Payload, id_of, written
from gateway.peers.states import State as Sent
from gateway.services import Services
from ledger.domain.ids import to_hex
from ledger.foreseen import Foreseen
from ledger.mirror.schema import word

ADOPTED_AFTER_MS = 120_000
"""So long the author of an act has the first word in running it."""


class Unsayable(Foreseen):
    """Something that should be said and can't be; one line that says what to do."""


class ToOffer(NamedTuple):
    """An act of a member here that lacks the signature of one elsewhere."""

    act: ActKey
    signer: bytes


class ToConsent(NamedTuple):
    """A signature that was given here of an act from elsewhere."""

    act: ActKey
    position: int


# --- What is to be said ----------------------------------------------------------------------------------------------------------------


def to_offer(services: Services, conn: Connection, served: Collection[bytes]) -> list[ToOffer]:
    """Acts that their author has signed, and whose other signers, served elsewhere, were not asked yet. `served`: the members here."""
    strangers = [each for each in _missing_signers(conn) if each not in served]
    with services.snapshot() as mirror:
        asked = [each for each in strangers if entry(mirror, each).speaks]
    if not asked:
        return []
    rows = _lacking().add_columns(SIGNATURE.c.signer).where(SIGNATURE.c.signer.in_(asked)).distinct()
    return [ToOffer((row.member_id, row.act_id), row.signer) for row in conn.execute(rows)]


def _missing_signers(conn: Connection) -> list[bytes]:
    return list(conn.execute(_lacking().with_only_columns(SIGNATURE.c.signer).distinct()).scalars())


def _lacking() -> Select[Any]:
    first, asked = SIGNATURE.alias(), PEER_MESSAGE.c
    mine = and_(SIGNATURE.c.member_id == ACT.c.member_id, SIGNATURE.c.act_id == ACT.c.act_id, SIGNATURE.c.sig.is_(None))
    author = and_(first.c.member_id == ACT.c.member_id, first.c.act_id == ACT.c.act_id, first.c.position == 0, first.c.sig.is_not(None))
    offered = exists(
        select(asked.number).where(
            asked.member_id == ACT.c.member_id, asked.peer == SIGNATURE.c.signer, asked.kind == Kind.OFFER, asked.about == ACT.c.digest
        )
    )
    foreign = exists(select(OFFERED_ACT.c.at).where(OFFERED_ACT.c.member_id == ACT.c.member_id, OFFERED_ACT.c.act_id == ACT.c.act_id))
    return (
        select(ACT.c.member_id, ACT.c.act_id)
        .join(SIGNATURE, mine)
        .join(first, author)
        .where(ACT.c.state == State.GATHERING, ~offered, ~foreign)
    )


def to_consent(conn: Connection, served: Collection[bytes]) -> list[ToConsent]:
    """Signatures of members here, of open acts from elsewhere, that were not sent back yet."""
    mine = and_(SIGNATURE.c.member_id == ACT.c.member_id, SIGNATURE.c.act_id == ACT.c.act_id, SIGNATURE.c.sig.is_not(None))
    foreign = and_(OFFERED_ACT.c.member_id == ACT.c.member_id, OFFERED_ACT.c.act_id == ACT.c.act_id)
    asked = select(ACT.c.member_id, ACT.c.act_id, ACT.c.digest, SIGNATURE.c.signer, SIGNATURE.c.position)
    rows = conn.execute(asked.join(OFFERED_ACT, foreign).join(SIGNATURE, mine).where(ACT.c.state.in_(OPEN))).all()
    return [
        ToConsent((row.member_id, row.act_id), row.position)
        for row in rows
        if row.signer != row.member_id
        and row.signer in served
        and not book.carried(conn, row.signer, row.member_id, Kind.CONSENT, _place(row.digest, row.position))
    ]


def to_adopt(conn: Connection) -> list[Act]:
    """Acts from elsewhere with the full set of signatures whose author has not run them in its time: this gateway runs them, too."""
    foreign = and_(OFFERED_ACT.c.member_id == ACT.c.member_id, OFFERED_ACT.c.act_id == ACT.c.act_id, OFFERED_ACT.c.alone.is_(True))
    lacks = exists(
        select(SIGNATURE.c.position).where(
            SIGNATURE.c.member_id == ACT.c.member_id, SIGNATURE.c.act_id == ACT.c.act_id, SIGNATURE.c.sig.is_(None)
        )
    )
    sent = PEER_MESSAGE.c
    said = exists(
        select(sent.number).where(sent.act_account == ACT.c.member_id, sent.act_id == ACT.c.act_id, sent.at < now_ms() - ADOPTED_AFTER_MS)
    )
    asked = select(ACT).join(OFFERED_ACT, foreign).where(ACT.c.state == State.GATHERING, ~lacks, said)
    return [Act(*row) for row in conn.execute(asked)]


# --- Saying it -------------------------------------------------------------------------------------------------------------------------


def offer(services: Services, asked: ToOffer) -> Row | None:
    """The message that offers an act; None where it is not to be said any more. Raises Unsayable for content that isn't held."""
    with services.office.read() as conn:
        act, listed = _read(conn, asked.act)
        if act is None or act.state != State.GATHERING:
            return None
        roots = list(dict.fromkeys(roots_in(envelope_of(act.kind, act.typed).body)))
        packages = packed(conn, act.member_id, roots)
        follows = conn.execute(
            select(DEPENDENCY.c.on_act).where(DEPENDENCY.c.member_id == act.member_id, DEPENDENCY.c.act_id == act.act_id)
        )
        alone, url = follows.first() is None, book.url(conn, act.member_id)
    payload = Offer(act.kind, act.typed, [_given(each) for each in listed if each.sig is not None], packages, alone, url)
    return message(services, act.member_id, asked.signer, payload, act.digest, until=act.deadline, act=act.key)


def consent(services: Services, asked: ToConsent) -> Row | None:
    """The message that brings a signature back."""
    with services.office.read() as conn:
        act, listed = _read(conn, asked.act)
    mine = next((each for each in listed if each.position == asked.position and each.sig is not None), None)
    if act is None or mine is None:
        return None
    payload, about = Consent(*act.key, act.digest, [_given(mine)]), _place(act.digest, asked.position)
    return message(services, mine.signer, act.member_id, payload, about, until=act.deadline, act=act.key)


def handed(services: Services, member: bytes, peer: bytes, root: bytes, pos: int, until: int) -> Row | None:
    """The message that hands content on; None where the member doesn't hold it."""
    with services.office.read() as conn:
        if not contents.is_whole(Office(conn, member).content(root)):
            return None
        packages = packed(conn, member, [root])
    return message(services, member, peer, Handed(packages, pos), root, until=until)


def packed(conn: Connection, member: bytes, roots: Iterable[bytes]) -> list[Packed]:
    """A member's content as it goes to another. Raises Unsayable for what isn't held whole."""
    found = [(root, Office(conn, member).content(root)) for root in roots]
    for root, held in found:
        if not contents.is_whole(held):
            raise Unsayable(f"content {to_hex(root)} of {to_hex(member)} is not held whole; see `pledgebook content audit`")
    return [Packed(root, held.seed, held.schema, held.bytes) for root, held in found if held is not None]


def message(
    services: Services, member: bytes, peer: bytes, payload: Payload, about: bytes, *, until: int, act: ActKey | None = None
) -> Row | None:
    """A message to a peer, sealed to its present key; None where it has published none."""
    with services.snapshot() as conn:
        key = entry(conn, peer).encryption
    if key is None:
        return None
    kind = _KINDS[type(payload)]
    body = written(Header(kind, services.manifest.ledger_id, member, peer, key.word, until), payload)
    roots = b"" if isinstance(payload, Consent) else b"".join(each.root for each in payload.packages)
    account, id_ = act or (None, None)
    return Row(None, id_of(body), member, peer, kind, about, account, id_, roots, body, until, Sent.WAITING, 0, 0, None, now_ms())


def _read(conn: Connection, key: ActKey) -> tuple[Act | None, Sequence[Signature]]:
    return act_rows.named(conn, [key]).get(key), act_rows.signatures(conn, [key])[key]


def _given(row: Signature) -> Given:
    return Given(row.position, row.sig or b"", row.evidence_root)


def _place(digest: bytes, position: int) -> bytes:
    """What a consent is about: one place of one act."""
    return sha256(digest + word(position)).digest()


_KINDS: dict[type, Kind] = {Offer: Kind.OFFER, Consent: Kind.CONSENT, Handed: Kind.CONTENT}
