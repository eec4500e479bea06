"""From an invoice to the acts that make it a receivable: issue by its issuer, confirmation by the obligor. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from gateway.einvoices import EInvoice, InvoiceError
from ledger.domain.calendar import DAY, end_of_day
from ledger.domain.ids import act_id, from_hex, receivable_id, to_hex

EXISTENCE, AMOUNT, DUE_DATE, NO_SET_OFF = 1, 2, 4, 8
"""Bits of ConfirmationTerms."""
LEAST_CONFIRMED = EXISTENCE | AMOUNT | DUE_DATE
CONTRACT_DECIMALS = 2
"""What the token contract's currencies have (ERC-3525 has one `valueDecimals` a contract)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a receivable needs beside its invoice. `grace`: days; late interest a day is `late_rate` / `late_basis` of what is owed."""

    supplier: str
    obligor: str
    by_obligor: bool
    cash: int
    zone: ZoneInfo
    due: date | None = None
    grace: int = 0
    late_rate: int = 0
    late_basis: int = 1
    module: int = 1
    policy: int = 1
    least_piece: int = 0
    no_set_off: bool = False
    tenor_reason: bytes = bytes(32)
    """Hash of why it is due later than is usual; zero where it isn't."""


def due_day(invoice: EInvoice, stated: date | None) -> date:
    """The last day on which the debt is paid in time: as stated, else the invoice's. Raises InvoiceError where neither says."""
    if stated is not None and invoice.due is not None and stated != invoice.due:
        raise InvoiceError(f"BT-9: due: the invoice says {invoice.due}, --due says {stated}; leave --due out")
    found = stated or invoice.due
    if found is None:
        terms = invoice.texts.get("terms", "nothing")
        raise InvoiceError(f"BT-9: due: the invoice has no due date (its terms say: {terms[:120]}); say it with --due")
    return found


def acts(invoice: EInvoice, terms: Terms, root: str, fingerprint: str, earlier: Sequence[str]) -> list[dict[str, Any]]:
    """The two acts as `POST /acts` takes them, each with its idempotency key. Raises InvoiceError."""
    if invoice.unit.exponent != CONTRACT_DECIMALS:
        raise InvoiceError(
            f"BT-5: {invoice.unit.code} has {invoice.unit.exponent} decimals; the ledger's receivables have {CONTRACT_DECIMALS}"
        )
    body = _terms(invoice, terms, root)
    issuer, role = (terms.obligor, "OBLIGOR") if terms.by_obligor else (terms.supplier, "SUPPLIER")
    # By the content: the same invoice drafted again is the same act.
    key = f"receivable/{root[2:]}"
    confirmation: Mapping[str, Any] = {
        "receivable": str(receivable_id(from_hex(issuer), act_id(f"{key}/issue"))),
        "issuer": issuer,
        "terms": body,
        "fingerprint": fingerprint,
        "confirmed": LEAST_CONFIRMED | (NO_SET_OFF if terms.no_set_off else 0),
        "earlier": list(earlier),
    }
    return [
        {"key": f"{key}/issue", "account": issuer, "kind": "Issue", "role": role, "body": body},
        {"key": f"{key}/confirm", "account": terms.obligor, "kind": "ConfirmReceivable", "role": "OBLIGOR", "body": confirmation},
    ]


def _terms(invoice: EInvoice, terms: Terms, root: str) -> dict[str, Any]:
    return {
        "supplier": terms.supplier,
        "obligor": terms.obligor,
        "face": str(invoice.payable),
        "due": end_of_day(due_day(invoice, terms.due), terms.zone),
        "grace": terms.grace * DAY,
        "lateRate": terms.late_rate,
        "lateBasis": terms.late_basis,
        "currency": invoice.unit.number,
        "cash": terms.cash,
        "module": terms.module,
        "leastPiece": terms.least_piece,
        "policy": terms.policy,
        "tenorReason": to_hex(terms.tenor_reason),
        "contentRoot": root,
    }
