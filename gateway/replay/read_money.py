"""Invoices and lines of spending from rows, whatever their columns are called."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from gateway.replay import fields
from gateway.replay.dates import day_first, month_first
from gateway.replay.faults import Fault, Malformed, Origin
from gateway.replay.records import Invoice, SpendLine
from gateway.replay.sources import Row
from ledger.domain.money import Currency

INVOICE_COLUMNS = {
    "number": ("invoicenumber", "invoiceno", "invoiceid"),
    "customer": ("customerid", "customernumber", "customerno", "customer"),
    "issued": ("invoicedate", "issuedate", "dateissued"),
    "due": ("duedate", "datedue"),
    "settled": ("settleddate", "settlementdate", "datesettled"),
    "amount": ("invoiceamount", "amount"),
    "disputed": ("disputed", "dispute"),
    "country": ("countrycode", "country"),
    "currency": ("invoicecurrency", "currency", "currencycode"),
}
SPEND_COLUMNS = {
    "document": ("transno", "transactionno", "transactionnumber", "transnumber", "transref", "documentnumber"),
    "paid": ("paiddate", "paymentdate", "datepaid", "paymentpaiddate"),
    "amount": ("amount", "netamount", "amountgbp", "value"),
    "supplier_id": ("supplierid", "suppliernumber", "supplierno", "vendorid"),
    "supplier_name": ("suppliername", "supplier", "vendorname"),
    "payer": ("bodyname", "client", "body"),
    "category": ("expenditurecategory", "category"),
}
"""The names that sources give their columns, most usual first; a misspelling of one is found too."""
_INVOICE_NEEDS = ("number", "customer", "issued", "due", "amount")
_SPEND_NEEDS = ("document", "paid", "amount")
_LINE = re.compile(r"(?P<number>\d{5,})\s*[-_/]\s*(?P<line>\d{1,4})|(?P<name>.+?)\s+-\s+(?P<part>\d{1,4})")
"""A document and its line ("1040187 - 2", "46283317_1"). A number that has a hyphen of its own ("2017-00123") is no line of another one."""


def invoice(row: Row, origin: Origin, unit: Currency) -> Invoice | Fault:
    """The invoice of a row, or the first fault in it."""
    try:
        return _invoice(_cells(row, _invoice_columns(tuple(row))), origin, unit)
    except Malformed as wrong:
        return Fault(origin, fields.text(row, *INVOICE_COLUMNS["number"]) or "row", wrong.field, wrong.rule)


def _invoice(cells: Mapping[str, str], origin: Origin, unit: Currency) -> Invoice:
    settled = cells.get("settled", "")
    return Invoice(
        origin=origin,
        number=_filled(cells, "number", "invoiceNumber"),
        customer=_filled(cells, "customer", "customerID"),
        country=cells.get("country", ""),
        issued=month_first(_filled(cells, "issued", "InvoiceDate"), "InvoiceDate"),
        due=month_first(_filled(cells, "due", "DueDate"), "DueDate"),
        settled=month_first(settled, "SettledDate") if settled else None,
        amount=fields.minor(_filled(cells, "amount", "InvoiceAmount"), "InvoiceAmount", unit),
        disputed=fields.flag({"disputed": cells.get("disputed", "")}, "disputed"),
        currency=cells.get("currency", "").upper(),
    )


def is_invoice(row: Row) -> bool:
    """Whether a row has an invoice's columns, rightly spelt."""
    return _has(row, INVOICE_COLUMNS, _INVOICE_NEEDS)


def is_spending(row: Row) -> bool:
    """Whether a row has the columns of a line of spending, rightly spelt."""
    return _has(row, SPEND_COLUMNS, _SPEND_NEEDS)


def _has(row: Row, columns: Mapping[str, tuple[str, ...]], needed: Iterable[str]) -> bool:
    return all(any(name in row for name in columns[field]) for field in needed)


def spend_line(row: Row, origin: Origin, unit: Currency) -> SpendLine | Fault:
    """The line of a row, or the first fault in it."""
    try:
        return _spend_line(_cells(row, spend_columns(tuple(row))), origin, unit)
    except Malformed as wrong:
        return Fault(origin, fields.text(row, *SPEND_COLUMNS["document"]) or "row", wrong.field, wrong.rule)


def _spend_line(cells: Mapping[str, str], origin: Origin, unit: Currency) -> SpendLine:
    document, line = _document(_filled(cells, "document", "transaction number"))
    return SpendLine(
        origin=origin,
        document=document,
        line=line,
        paid=day_first(_filled(cells, "paid", "paid date"), "paid date"),
        amount=fields.minor(_filled(cells, "amount", "amount"), "amount", unit),
        supplier_id=cells.get("supplier_id", ""),
        supplier_name=" ".join(cells.get("supplier_name", "").split()),
        payer=cells.get("payer", ""),
        category=" ".join(cells.get("category", "").split()),
    )


def _document(written: str) -> tuple[str, str]:
    found = _LINE.fullmatch(written)
    if not found:
        return written, ""
    return (found["number"], found["line"]) if found["number"] else (found["name"], found["part"])


@cache
def _invoice_columns(names: tuple[str, ...]) -> dict[str, str]:
    return _columns(names, INVOICE_COLUMNS, _INVOICE_NEEDS)


@cache
def spend_columns(names: tuple[str, ...]) -> dict[str, str]:
    """Our names -> the file's columns, as far as it has them. Raises Malformed when one that is needed is not there."""
    return _columns(names, SPEND_COLUMNS, _SPEND_NEEDS)


def _columns(names: Iterable[str], wanted: Mapping[str, tuple[str, ...]], needed: Iterable[str]) -> dict[str, str]:
    present = list(names)
    found = fields.columns(present, wanted)
    for field in needed:
        if field not in found:
            raise Malformed(field, f"no column is called {wanted[field][0]!r} or like it; the file has {present}")
    return found


def _cells(row: Row, names: Mapping[str, str]) -> dict[str, str]:
    return {field: fields.identifier(row, column) if field not in _WRITTEN else fields.text(row, column) for field, column in names.items()}


_WRITTEN = frozenset({"amount", "issued", "due", "settled", "paid"})
"""Amounts and dates are read as they are written."""


def _filled(cells: Mapping[str, str], field: str, named: str) -> str:
    found = cells.get(field, "")
    if not found:
        raise Malformed(named, "missing")
    return found
