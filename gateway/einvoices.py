"""Electronic invoices (EN 16931) in both syntaxes, UBL 2.1 and UN/CEFACT CII: what a receivable needs of them.

Where a business term stands in each syntax is the standard's own (CEN/TS 16931-3-2 and -3-3); the table has the terms that count here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from ledger.domain.money import Currency, MoneyError, currency, to_minor, to_text
from ledger.foreseen import Foreseen

MOST_BYTES = 20 << 20
SCHEMA = "pledgebook/invoice/1"
CREDIT_NOTES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
"""Types of UNTDID 1001 that EN 16931 counts as credit notes."""
CORRECTED = "384"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_CII = "urn:un:unece:uncefact:data:standard:"
_NAMESPACES = {
    "cac": f"{_UBL}CommonAggregateComponents-2",
    "cbc": f"{_UBL}CommonBasicComponents-2",
    "rsm": f"{_CII}CrossIndustryInvoice:100",
    "ram": f"{_CII}ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_CII}UnqualifiedDataType:100",
}
_INVOICE, _CREDIT_NOTE = f"{{{_UBL}Invoice-2}}Invoice", f"{{{_UBL}CreditNote-2}}CreditNote"
_CROSS_INDUSTRY = f"{{{_NAMESPACES['rsm']}}}CrossIndustryInvoice"

_TRADE = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTrade"
_AGREED, _SETTLED = f"{_TRADE}Agreement", f"{_TRADE}Settlement"
_TOTALS = f"{_SETTLED}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_TERMS = f"{_SETTLED}/ram:SpecifiedTradePaymentTerms"
_SELLER, _BUYER = "cac:AccountingSupplierParty/cac:Party", "cac:AccountingCustomerParty/cac:Party"
_VAT_OF = "cac:PartyTaxScheme[cac:TaxScheme='VAT']/cbc:CompanyID"

TERMS: dict[str, tuple[str, str, str]] = {
    "number": ("BT-1", "cbc:ID", "rsm:ExchangedDocument/ram:ID"),
    "issued": ("BT-2", "cbc:IssueDate", "rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString"),
    "type": ("BT-3", "cbc:InvoiceTypeCode", "rsm:ExchangedDocument/ram:TypeCode"),
    "currency": ("BT-5", "cbc:DocumentCurrencyCode", f"{_SETTLED}/ram:InvoiceCurrencyCode"),
    "due": ("BT-9", "cbc:DueDate", f"{_TERMS}/ram:DueDateDateTime/udt:DateTimeString"),
    "contract": ("BT-12", "cac:ContractDocumentReference/cbc:ID", f"{_AGREED}/ram:ContractReferencedDocument/ram:IssuerAssignedID"),
    "terms": ("BT-20", "cac:PaymentTerms/cbc:Note", f"{_TERMS}/ram:Description"),
    "corrects": (
        "BT-25",
        "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID",
        f"{_SETTLED}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID",
    ),
    "seller": ("BT-27", f"{_SELLER}/cac:PartyLegalEntity/cbc:RegistrationName", f"{_AGREED}/ram:SellerTradeParty/ram:Name"),
    "seller_vat": (
        "BT-31",
        f"{_SELLER}/{_VAT_OF}",
        f"{_AGREED}/ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']",
    ),
    "buyer": ("BT-44", f"{_BUYER}/cac:PartyLegalEntity/cbc:RegistrationName", f"{_AGREED}/ram:BuyerTradeParty/ram:Name"),
    "buyer_vat": (
        "BT-48",
        f"{_BUYER}/{_VAT_OF}",
        f"{_AGREED}/ram:BuyerTradeParty/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']",
    ),
    "payee": ("BT-59", "cac:PayeeParty/cac:PartyName/cbc:Name", f"{_SETTLED}/ram:PayeeTradeParty/ram:Name"),
    "remittance": ("BT-83", "cac:PaymentMeans/cbc:PaymentID", f"{_SETTLED}/ram:PaymentReference"),
    "total": ("BT-112", "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", f"{_TOTALS}/ram:GrandTotalAmount"),
    "prepaid": ("BT-113", "cac:LegalMonetaryTotal/cbc:PrepaidAmount", f"{_TOTALS}/ram:TotalPrepaidAmount"),
    "rounding": ("BT-114", "cac:LegalMonetaryTotal/cbc:PayableRoundingAmount", f"{_TOTALS}/ram:RoundingAmount"),
    "payable": ("BT-115", "cac:LegalMonetaryTotal/cbc:PayableAmount", f"{_TOTALS}/ram:DuePayableAmount"),
}
"""Business term, its path in UBL and its path in CII, by our names."""
_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")


class InvoiceError(Foreseen, ValueError):
    """An invoice that can't become a receivable: the message names the business term and the rule."""


@dataclass(frozen=True, slots=True)
class EInvoice:
    """What a receivable needs of an invoice. `payable`: minor units, what is left to pay after prepayments.

    `texts`: every other term that is there, by our names.
    """

    number: str
    issued: date
    unit: Currency
    payable: int
    due: date | None
    texts: dict[str, str]

    def document(self) -> dict[str, str]:
        """The content of a receivable that is made of it: the same in whichever syntax the invoice came."""
        told = {"number": self.number, "issued": self.issued.isoformat(), "currency": self.unit.code, **self.texts}
        told["payable"] = to_text(self.payable, self.unit)
        return told if self.due is None else {**told, "due": self.due.isoformat()}

    @property
    def warnings(self) -> list[str]:
        """What is lawful and that a person should look at."""
        found = []
        if self.texts["type"] == CORRECTED:
            found.append(f"BT-3: it corrects {self.texts.get('corrects', 'an invoice')}: if that one backs a receivable, cancel that first")
        if "payee" in self.texts:
            found.append(f"BT-59: payable to {self.texts['payee']}, not to the seller: the claim may be assigned already")
        return found


def read(data: bytes) -> EInvoice:
    """The invoice in a file. Raises InvoiceError for a file that is none, a credit note, and what breaks a rule that counts here."""
    root = _root(data)
    syntax = 2 if root.tag == _CROSS_INDUSTRY else 1
    found = {name: _text(root, term[syntax]) for name, term in TERMS.items()}
    if root.tag == _CREDIT_NOTE or found["type"] in CREDIT_NOTES:
        raise InvoiceError(
            f"BT-3: {found['type'] or 'a UBL CreditNote'}: a credit note makes no receivable; retire what it credits from the invoice's"
        )
    for name in ("number", "issued", "type", "currency", "seller", "buyer", "total", "payable"):
        _required(found, name)
    unit = _unit(found["currency"])
    amounts = {name: _amount(found, name, unit) for name in ("total", "prepaid", "rounding", "payable")}
    _check_payable(amounts, unit)
    texts = {name: value for name, value in found.items() if value and name not in ("number", "issued", "currency", "due", *amounts)}
    texts |= {name: "".join(texts[name].split()) for name in ("seller_vat", "buyer_vat") if name in texts}
    texts |= {name: to_text(amounts[name], unit) for name in ("total", "prepaid", "rounding") if amounts[name]}
    due = _day(found, "due") if found["due"] else None
    return EInvoice(found["number"], _day(found, "issued"), unit, amounts["payable"], due, texts)


def seller_named(document: Mapping[str, str], supplier: str) -> str:
    """Who an invoice's seller is, for its fingerprint: the supplier, unless it is payable to another. Raises InvoiceError."""
    if "payee" not in document:
        return supplier
    if "seller_vat" not in document:
        raise InvoiceError("BT-31: seller_vat: missing; of an invoice that is payable to another the seller must be told apart")
    return f"VAT {document['seller_vat']}"


def _root(data: bytes) -> Element:
    if len(data) > MOST_BYTES:
        raise InvoiceError(f"{len(data)} bytes, at most {MOST_BYTES}")
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as wrong:
        raise InvoiceError("a document type or entities, which no invoice has; nothing of it was read") from wrong
    except (ParseError, ValueError, LookupError) as wrong:
        raise InvoiceError(f"no XML: {wrong}; of a PDF give the invoice that is attached to it") from wrong
    if root.tag not in (_INVOICE, _CREDIT_NOTE, _CROSS_INDUSTRY):
        raise InvoiceError(f"its root is {root.tag[:120]}; an EN 16931 invoice in UBL 2.1 or CII (D16B) expected")
    return root


def _text(root: Element, path: str) -> str:
    """The first text at a path, blanks as one; "" if there is none. A path may say which tax scheme it means."""
    if "[cac:TaxScheme='VAT']" in path:
        before, after = path.split("[cac:TaxScheme='VAT']/")
        nodes = [node for node in root.findall(before, _NAMESPACES) if _text(node, "cac:TaxScheme/cbc:ID").upper() == "VAT"]
        return _text(nodes[0], after) if nodes else ""
    return next((text for node in root.findall(path, _NAMESPACES) if (text := " ".join("".join(node.itertext()).split()))), "")


def _required(found: dict[str, str], name: str) -> None:
    if not found[name]:
        raise InvoiceError(f"{TERMS[name][0]}: {name}: missing, and EN 16931 asks for it")


def _unit(code: str) -> Currency:
    try:
        return currency(code)
    except MoneyError as wrong:
        raise InvoiceError(f"BT-5: {wrong}") from wrong


def _amount(found: dict[str, str], name: str, unit: Currency) -> int:
    try:
        return to_minor(Decimal(0) if not found[name] else found[name], unit)
    except MoneyError as wrong:
        raise InvoiceError(f"{TERMS[name][0]}: {name}: {wrong}") from wrong


def _check_payable(amounts: dict[str, int], unit: Currency) -> None:
    owed = amounts["total"] - amounts["prepaid"] + amounts["rounding"]
    if amounts["payable"] != owed:
        raise InvoiceError(
            f"BT-115: payable: {to_text(amounts['payable'], unit)} {unit.code}, but total less prepaid plus rounding is "
            f"{to_text(owed, unit)} (rule BR-CO-16)"
        )
    if owed <= 0:
        raise InvoiceError(f"BT-115: payable: {to_text(owed, unit)} {unit.code}; a receivable is more than 0")


def _day(found: dict[str, str], name: str) -> date:
    """A day as UBL writes it (2026-01-31, with an offset or not) or CII (20260131). Raises InvoiceError."""
    try:
        written = _DAY.fullmatch(found[name])
        return date(*map(int, written.groups() if written else ()))
    except (ValueError, TypeError) as wrong:
        raise InvoiceError(f"{TERMS[name][0]}: {name}: {found[name]!r} is no day") from wrong
