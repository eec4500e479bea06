"""What an invoice is called on the ledger: its parties' words, its fingerprints, and whether a receivable has them already."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import orjson
from sqlalchemy import Connection

from gateway.einvoices import SCHEMA, seller_named
from gateway.errors import Problem, invalid
from gateway.office.repository import Office
from gateway.services import Services
from gateway.signers.fingerprint_keys import FingerprintKeyError
from ledger.chain.calls import view
from ledger.domain.act_types import ConfirmReceivable
from ledger.domain.assets import WORD
from ledger.domain.fingerprints import FingerprintError, Fingerprints, Invoice
from ledger.domain.identifiers import IdentifierError, Scheme, identifier
from ledger.domain.ids import ADDRESS_BYTES, IdError, from_hex, to_hex
from ledger.mirror.queries import members


@dataclass(frozen=True, slots=True)
class Named:
    """An invoice's fingerprints, and whether the ledger has one of them."""

    fingerprints: Fingerprints
    used: bool


def named(services: Services, conn: Connection, seller: str, buyer: str, number: str, issued: date, instalment: int) -> Named:
    """Fingerprints an invoice and asks the chain's head for them. Raises 422, FingerprintKeyError, SigningLocked, RpcError."""
    try:
        invoice = _invoice(conn, seller, buyer, number, issued, instalment)
    except FingerprintError as wrong:
        raise invalid(str(wrong), field=wrong.field) from wrong
    found = services.fingerprint_keys.of(invoice)
    return Named(found, any(_used(services, each) for each in (found.current, *found.earlier)))


def check_confirmation(services: Services, conn: Connection, body: object, holders: Iterable[bytes]) -> None:
    """Refuses a confirmation that names another invoice than its content is, where one of `holders` has that. Raises 422, 503.

    One word under a key that is held here is enough: another gateway may have a version more or less.
    """
    if not isinstance(body, ConfirmReceivable):
        return
    document = _invoice_held(services, holders, body.terms.contentRoot)
    if document is None:
        return
    try:
        parties = (seller_named(document, to_hex(body.terms.supplier)), to_hex(body.terms.obligor))
        issued, instalment = date.fromisoformat(document["issued"]), int(document.get("instalment", "1"))
        words = services.fingerprint_keys.of(_invoice(conn, *parties, document["number"], issued, instalment))
    except FingerprintKeyError as wrong:
        raise Problem(503, "Fingerprint key not held", str(wrong)) from wrong
    except (KeyError, ValueError) as wrong:
        raise invalid(f"body.terms.contentRoot: the content names no invoice: {wrong}", field="body.terms.contentRoot") from wrong
    if not {words.current, *words.earlier} & {body.fingerprint, *body.earlier}:
        raise invalid(
            "body.fingerprint: it is not that of the invoice that the content is; ask for it with POST /invoices:fingerprint",
            field="body.fingerprint",
        )


def _invoice_held(services: Services, holders: Iterable[bytes], root: bytes) -> dict[str, str] | None:
    """The content under a root, if one of the holders has it and it is an invoice's."""
    with services.office.read() as conn:
        found = [held for each in holders if (held := Office(conn, each).content(root)) is not None]
    return orjson.loads(found[0].bytes) if found and found[0].schema == SCHEMA else None


def _invoice(conn: Connection, seller: str, buyer: str, number: str, issued: date, instalment: int) -> Invoice:
    return Invoice(party(conn, seller, "seller"), party(conn, buyer, "buyer"), number, issued.year, instalment)


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
