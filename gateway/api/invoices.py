"""Invoices before they are receivables: what a confirmation calls them, and whether one is used already."""

from fastapi import APIRouter

from gateway import fingerprinting
from gateway.access import ACT
from gateway.api.answers import Answer
from gateway.api.asking import Caller, Running, reading
from gateway.api.receivable_answers import InvoiceFingerprint
from gateway.api.refusals import ANY, AWAY, WRITES
from gateway.api.schemas import InvoiceIn
from gateway.office import audit
from gateway.office.audit import Entry
from ledger.domain.ids import to_hex

router = APIRouter(tags=["receivables"], responses=ANY | AWAY)


@router.post("/invoices:fingerprint", responses=WRITES)
def fingerprint_invoice(asked: InvoiceIn, services: Running, session: Caller) -> Answer[InvoiceFingerprint]:
    """Names an invoice as a confirmation does, and says whether a receivable has it. Nothing is kept but that it was asked (audit log)."""
    # Who can ask can guess, so reading alone isn't enough, and every question leaves a line.
    session.needs(ACT)
    with reading(services, session) as view:
        found = fingerprinting.named(services, view.conn, asked.seller, asked.buyer, asked.number, asked.issued, asked.instalment)
        words = found.fingerprints
        with services.office.write() as conn:
            entry = Entry(session.key_id, "fingerprint", to_hex(words.current), "used" if found.used else "free")
            audit.append(conn, session.member, [entry])
        earlier = [to_hex(each) for each in words.earlier]
        return view.answer(InvoiceFingerprint(fingerprint=to_hex(words.current), earlier=earlier, used=found.used))
