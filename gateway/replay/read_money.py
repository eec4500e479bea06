"""Invoices and lines of spending from rows, whatever their columns are called."""

import re
from collections.abc import Iterable

from gateway.replay import fields
from gateway.replay.dates import day_first, month_first
from gateway.replay.faults import Fault, Malformed, Origin
from gateway.replay.records import Invoice, SpendLine
from gateway.replay.sources import Row
from ledger.domain.money import Currency

SPEND_COLUMNS = {
    "document": ("transno", "transactionno", "transactionnumber", "transnumber", "transref", "documentnumber"),
    "paid": ("paiddate", "paymentdate", "datepaid"),
    "amount": ("amount", "netamount", "amountgbp", "value"),
    "supplier_id": ("supplierid", "suppliernumber", "supplierno", "vendorid"),
    "supplier_name": ("suppliername", "supplier", "vendorname"),
    "payer": ("bodyname", "client", "body"),
    "category": ("expenditurecategory", "category"),
}
"""The names that councils give their columns, most usual first; a misspelling of one is found too."""
_NEEDED = ("document", "paid", "amount")
_LINE = re.compile(r"(.+?)\s*[-_]\s*(\d+)")


def invoice(row: Row, origin: Origin, unit: Currency) -> Invoice | Fault:
    """The invoice of a row, or the first fault in it."""
    try:
        return _checked(_invoice(row, origin, unit))
    except Malformed as wrong:
        return Fault(origin, fields.text(row, "invoicenumber") or "row", wrong.field, wrong.rule)


def _invoice(row: Row, origin: Origin, unit: Currency) -> Invoice:
    return Invoice(
        origin=origin,
        number=fields.required(row, "invoiceNumber", "invoicenumber", "invoiceno", "invoiceid"),
        customer=fields.required(row, "customerID", "customerid", "customer"),
        country=fields.text(row, "countrycode"),
        issued=month_first(fields.required(row, "InvoiceDate", "invoicedate"), "InvoiceDate"),
        due=month_first(fields.required(row, "DueDate", "duedate"), "DueDate"),
        settled=month_first(fields.required(row, "SettledDate", "settleddate"), "SettledDate"),
        amount=fields.minor(fields.required(row, "InvoiceAmount", "invoiceamount", "amount"), "InvoiceAmount", unit),
        disputed=fields.flag(row, "disputed"),
    )


def _checked(found: Invoice) -> Invoice:
    if found.amount <= 0:
        raise Malformed("InvoiceAmount", "a receivable is more than 0")
    if found.due < found.issued:
        raise Malformed("DueDate", f"{found.due} is before the invoice of {found.issued}")
    if found.settled < found.issued:
        raise Malformed("SettledDate", f"{found.settled} is before the invoice of {found.issued}")
    return found


def spend_columns(names: Iterable[str]) -> dict[str, str]:
    """Our names -> the file's columns, as far as it has them. Raises Malformed when one that is needed is not there."""
    present = list(names)
    found = {field: column for field, wanted in SPEND_COLUMNS.items() if (column := fields.column(present, wanted)) is not None}
    for field in _NEEDED:
        if field not in found:
            raise Malformed(field, f"no column is called {SPEND_COLUMNS[field][0]!r} or like it; the file has {present}")
    return found


def spend_line(row: Row, origin: Origin, unit: Currency) -> SpendLine | Fault:
    """The line of a row, or the first fault in it."""
    try:
        return _spend_line(row, spend_columns(row), origin, unit)
    except Malformed as wrong:
        return Fault(origin, "row", wrong.field, wrong.rule)


def _spend_line(row: Row, names: dict[str, str], origin: Origin, unit: Currency) -> SpendLine:
    def cell(field: str) -> str:
        return fields.text(row, names[field]) if field in names else ""

    number = fields.required(row, "transaction number", names["document"])
    found = _LINE.fullmatch(number)
    return SpendLine(
        origin=origin,
        document=found[1] if found else number,
        line=found[2] if found else "",
        paid=day_first(fields.required(row, "paid date", names["paid"]), "paid date"),
        amount=fields.minor(fields.required(row, "amount", names["amount"]), "amount", unit),
        supplier_id=cell("supplier_id"),
        supplier_name=" ".join(cell("supplier_name").split()),
        payer=cell("payer"),
        category=cell("category"),
    )
