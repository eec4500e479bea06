"""Certificates: of registrations, records, acts and searches; kept for who asked, and checked for anybody against the ledger."""

from datetime import datetime
from typing import Annotated

import rfc8785
from fastapi import APIRouter, Query

from gateway import certifying
from gateway.access import READ, Session
from gateway.api import search_shown
from gateway.api.answers import Answer
from gateway.api.asking import (
    Caller,
    Cursor,
    Limit,
    PledgePath,
    Point,
    Running,
    WordPath,
    addressed,
    cursor_from,
    cursor_text,
    reading,
    worded,
)
from gateway.api.assets import keyed
from gateway.api.fields import ACCOUNT
from gateway.api.pledges import Effective, number_word, seconds
from gateway.api.refusals import ANY, AWAY, NAMED, WRITES
from gateway.api.schemas import CertificateCheckIn, CertificateIn, SearchIn
from gateway.api.search_answers import Certificate, CertificateChecked, CertificateKept, CertificatePage
from gateway.api.searches import scope_of
from gateway.certifying import ByName, ByWord, OfPledge, Wanted
from gateway.errors import invalid, not_found
from gateway.office.certificates import Certificates
from gateway.services import Services
from gateway.signers.keystore import HOUSE
from ledger.domain.assets import WORD
from ledger.domain.certificates import CertificateError, Kind
from ledger.domain.certificates import read as read_certificate
from ledger.domain.identifiers import schemes_of
from ledger.domain.ids import to_hex
from ledger.mirror.queries.certificates import corrections_since

router = APIRouter(tags=["certificates"], responses=ANY | AWAY)

Member = Annotated[str | None, Query(pattern=ACCOUNT, description="A member's account, as hex; without it, the caller's own")]


@router.get("/pledges/{pledge}/certificate", responses=NAMED)
def certify_registration(pledge: PledgePath, services: Running, session: Caller) -> Answer[Certificate]:
    """The certificate of a pledge's registration, as the pledge stood when it was registered."""
    return _certified(services, session, OfPledge(Kind.REGISTRATION, pledge))


@router.get("/pledges/{pledge}/statements/{act}", responses=NAMED)
def state_act(pledge: PledgePath, act: WordPath, services: Running, session: Caller) -> Answer[Certificate]:
    """The verification statement of an act on a pledge, by the act's digest: what it changed, before and after."""
    return _certified(services, session, OfPledge(Kind.VERIFICATION, pledge, act=worded(act, WORD, "act")))


@router.post("/certificates", status_code=201, responses=WRITES | NAMED)
def post_certificate(
    asked: CertificateIn, services: Running, session: Caller, point: Point, effective_at: Effective = None
) -> Answer[Certificate]:
    """Certifies a registration, a record, an act or a search, and keeps the certificate for the member.

    It is one canonical document (RFC 8785) with its SHA-256: every node of the ledger can make it again from the same block.
    """
    holder = _holder(services, session, asked.member)
    with reading(services, session, point) as view:
        made = certifying.make(view.conn, _wanted(asked, effective_at), services.catalogue, view.at)
        with services.office.write() as conn:
            Certificates(conn, holder).keep(made)
        return view.answer(search_shown.certificate(made))


@router.get("/certificates", responses=NAMED)
def list_certificates(
    services: Running, session: Caller, member: Member = None, limit: Limit = 100, after: Cursor = None
) -> CertificatePage:
    """A member's certificates, newest first."""
    session.needs(READ)
    holder = _holder(services, session, member)
    with services.office.read() as conn:
        page = Certificates(conn, holder).all(limit=limit, after=cursor_from(after))
    return CertificatePage(
        data=[search_shown.certificate_listed(row) for row in page.rows], next=None if page.next is None else cursor_text(page.next)
    )


@router.get("/certificates/{hash}", responses=NAMED)
def get_certificate(hash: WordPath, services: Running, session: Caller, member: Member = None) -> Answer[CertificateKept]:
    """A kept certificate by its hash, and what was rectified since of the pledges that it names."""
    holder, digest = _holder(services, session, member), worded(hash, WORD, "hash")
    with reading(services, session) as view:
        with services.office.read() as conn:
            kept = Certificates(conn, holder).get(digest)
        if kept is None:
            raise not_found(f"certificate {to_hex(digest)}")
        return view.answer(search_shown.certificate_kept(kept, corrections_since(view.conn, kept.certificate, view.at)))


@router.post("/certificates:verify", responses=WRITES)
def verify_certificate(asked: CertificateCheckIn, services: Running, session: Caller) -> Answer[CertificateChecked]:
    """Says whether this node's ledger says what a certificate says: it is made again from the same block, and the bytes are compared."""
    try:
        given = read_certificate(rfc8785.dumps(asked.document))
        with reading(services, session) as view:
            return view.answer(search_shown.certificate_checked(certifying.check(view.conn, given, services.catalogue)))
    except (CertificateError, rfc8785.CanonicalizationError) as wrong:
        raise invalid(f"document: {wrong}", field="document") from wrong


def _holder(services: Services, session: Session, member: str | None) -> bytes:
    """For whom a certificate is kept. Raises 404 for another's account."""
    if member is None:
        return HOUSE if session.member is None else session.member
    return session.acting_for(addressed(member, "member"), services.keystore)


def _certified(services: Services, session: Session, wanted: Wanted) -> Answer[Certificate]:
    with reading(services, session) as view:
        return view.answer(search_shown.certificate(certifying.make(view.conn, wanted, services.catalogue)))


# --- What is asked -------------------------------------------------------------------------------------------------------------------


def _wanted(asked: CertificateIn, effective_at: datetime | None) -> Wanted:
    of, time = asked.of, seconds(effective_at)
    if isinstance(of, SearchIn):
        return _searched(of, time)
    return OfPledge(Kind(of.kind), of.pledge, time, None if of.act is None else worded(of.act, WORD, "act"))


def _searched(of: SearchIn, time: int | None) -> Wanted:
    scope = scope_of(of.register_, of.side)
    if of.by == "name":
        return ByName(of.text, of.select, scope, time=time)
    if of.by == "identifier":
        return ByWord(certifying.PARTY, _identified(of.text), scope, time)
    words = {"party": lambda text: worded(text, WORD, "text"), "number": keyed, "registration": number_word}
    return ByWord(of.by, words[of.by](of.text), scope, time)


def _identified(text: str) -> bytes:
    """The one party that a text identifies. Raises 422."""
    found = schemes_of(text)
    if len(found) != 1:
        known = ", ".join(f"{each.scheme.name} {to_hex(each.word)}" for each in found) or "none"
        raise invalid(f"text: the identifiers whose check digits it satisfies are {known}; search by the party's word", field="text")
    return found[0].word
