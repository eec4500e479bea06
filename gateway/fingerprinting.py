"""What an invoice is called on the ledger: its parties' words, its fingerprints, and whether a receivable has them already."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from gateway.errors import invalid
from gateway.services import Services
from ledger.chain.calls import view
from ledger.domain.assets import WORD
from ledger.domain.fingerprints import FingerprintError, Fingerprints, Invoice
from ledger.domain.identifiers import IdentifierError, Scheme, identifier
from ledger.domain.ids import ADDRESS_BYTES, IdError, from_hex
from ledger.mirror.queries import members


@dataclass(frozen=True, slots=True)
class Named:
    """An invoice's fingerprints, and whether the ledger has one of them."""

    fingerprints: Fingerprints
    used: bool


def named(services: Services, conn: Connection, seller: str, buyer: str, number: str, issued: date, instalment: int) -> Named:
    """Fingerprints an invoice and asks the chain's head for them. Raises 422, FingerprintKeyError, SigningLocked, RpcError."""
    try:
        invoice = Invoice(party(conn, seller, "seller"), party(conn, buyer, "buyer"), number, issued.year, instalment)
    except FingerprintError as wrong:
        raise invalid(str(wrong), field=wrong.field) from wrong
    found = services.fingerprint_keys.of(invoice)
    return Named(found, any(_used(services, each) for each in (found.current, *found.earlier)))


def party(conn: Connection, text: str, field: str) -> bytes:
    """The word of a party: a member's registered identifier by its account, a scheme and a number, or the word itself. Raises 422."""
    if text.startswith("0x"):
        return _of_hex(conn, text, field)
    scheme, _, number = text.partition(" ")
    try:
        return identifier(Scheme[scheme.upper()], number, field).word
    except KeyError as wrong:
        raise invalid(f"{field}: {text!r}; give an account, or a scheme and a number, as VAT DE123456789", field=field) from wrong
    except IdentifierError as wrong:
        raise invalid(str(wrong), field=field) from wrong


def _of_hex(conn: Connection, text: str, field: str) -> bytes:
    try:
        given = from_hex(text, field=field)
    except IdError as wrong:
        raise invalid(str(wrong), field=field) from wrong
    if len(given) == WORD:
        return given
    member = members.get(conn, given) if len(given) == ADDRESS_BYTES else None
    if member is None:
        raise invalid(f"{field}: no member has the account {text}", field=field)
    return member.party


def _used(services: Services, fingerprint: bytes) -> bool:
    address = services.manifest.address("ReceivableDrafts")
    return bool(view(services.rpc, address, "ReceivableDrafts", "fingerprintUsed", fingerprint))
