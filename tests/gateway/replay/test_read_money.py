from datetime import date

import pytest

from gateway.replay.faults import Fault, Malformed, Origin
from gateway.replay.fields import minor
from gateway.replay.read_money import invoice, spend_columns, spend_line
from gateway.replay.records import Invoice, SpendLine
from gateway.replay.sources import plain
from ledger.domain.money import currency

WHERE = Origin("own", "own.csv", 2)
INVOICE = {
    "SettledDate": "3/3/2013",
    "customerID": "8976-X",
    "invoiceNumber": "0007900770",
    "InvoiceDate": "1/26/2013",
    "DueDate": "2/25/2013",
    "InvoiceAmount": "61.74",
    "Disputed": "Yes",
}
LINE = {
    "Trans No": "1040187 - 2",
    "Paid Date": "10/11/2017",
    "Amount": "834.29",
    "Supplier ID": "20018026",
    "Supplier Name": " RIVER  GAS LTD ",
}


def bill(**change: str) -> Invoice | Fault:
    return invoice({plain(name): value for name, value in (INVOICE | change).items()}, WHERE, currency("USD"))


def line(row: dict[str, str]) -> SpendLine | Fault:
    return spend_line({plain(name): value for name, value in row.items()}, WHERE, currency("GBP"))


def test_an_invoice_is_read_month_first_in_minor_units() -> None:
    found = bill()
    assert isinstance(found, Invoice)
    assert (found.number, found.customer, found.amount, found.disputed) == ("0007900770", "8976-X", 6174, True)
    assert (found.issued, found.due, found.settled) == (date(2013, 1, 26), date(2013, 2, 25), date(2013, 3, 3))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"InvoiceAmount": "61.745"}, "InvoiceAmount"),
        ({"InvoiceAmount": "1e3"}, "InvoiceAmount"),
        ({"InvoiceAmount": "NaN"}, "InvoiceAmount"),
        ({"InvoiceAmount": "99999999999999999999"}, "InvoiceAmount"),
        ({"InvoiceAmount": ""}, "InvoiceAmount"),
        ({"SettledDate": "25/1/2013"}, "SettledDate"),
        ({"customerID": " "}, "customerID"),
    ],
)
def test_a_malformed_invoice_names_its_field(change: dict[str, str], field: str) -> None:
    fault = bill(**change)
    assert isinstance(fault, Fault)
    assert fault.field == field


def test_a_line_of_spending_is_read_day_first() -> None:
    found = line(LINE)
    assert isinstance(found, SpendLine)
    assert (found.document, found.line, found.paid, found.amount) == ("1040187", "2", date(2017, 11, 10), 83429)
    assert (found.supplier_id, found.supplier_name) == ("20018026", "RIVER GAS LTD")


@pytest.mark.parametrize(
    ("number", "document", "part"),
    [
        ("1040187 - 2", "1040187", "2"),
        ("46283317_1", "46283317", "1"),
        ("1040187-12", "1040187", "12"),
        ("1040187", "1040187", ""),
        ("AB - C", "AB - C", ""),
        ("INV 77 - 3", "INV 77", "3"),
        ("2017-00123", "2017-00123", ""),
        ("2017-123", "2017-123", ""),
        ("1040187.0", "1040187", ""),
    ],
)
def test_the_document_is_what_stands_before_the_line(number: str, document: str, part: str) -> None:
    found = line(LINE | {"Trans No": number})
    assert isinstance(found, SpendLine) and (found.document, found.line) == (document, part)


@pytest.mark.parametrize(
    "header",
    [
        ["Service Area", "Expenditure Catergory", "Paid Date", "Trans No", "Amount", "Supplier ID", "Supplier Name"],
        ["supplier_name", "amount", "trans_no", "paid_date", "body_name"],
        ["TRANSACTION NUMBER", "Payment Date", "Net Amount", "Suplier Name"],
    ],
)
def test_columns_are_found_under_other_names_orders_and_spellings(header: list[str]) -> None:
    found = spend_columns(tuple(plain(name) for name in header))
    assert {"document", "paid", "amount", "supplier_name"} <= found.keys()
    assert len(set(found.values())) == len(found)


def test_a_missing_column_is_named_with_what_the_file_has() -> None:
    with pytest.raises(Malformed, match="paid: no column is called 'paiddate'"):
        spend_columns(("transno", "amount"))
    fault = line({"Trans No": "1", "Amount": "1"})
    assert isinstance(fault, Fault) and fault.field == "paid"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234.5", 123450),
        ("-71.3", -7130),
        ("(12.30)", -1230),
        ("£500", 50000),
        ("-£5", -500),
        ("0.01", 1),
        ("500", 50000),
        ("£1,234,567.89", 123456789),
        ("(£5)", -500),
        ("£(5)", None),
        ("5.00-", -500),
        ("£5-", -500),
        ("£-5", -500),
        ("5.00CR", -500),
        ("5.00 CR", -500),
        ("5.00 DR", 500),
        ("+5", 500),
        ("GBP 5", 500),
        ("$ 5", 500),
        (" 5 ", 500),
        ("- 5", -500),
    ],
)
def test_amounts_as_people_write_them(text: str, amount: int | None) -> None:
    if amount is None:
        with pytest.raises(Malformed, match="amount"):
            minor(text, "amount", currency("GBP"))
    else:
        assert minor(text, "amount", currency("GBP")) == amount


def test_an_invoice_without_settlement_is_open_and_one_of_another_currency_says_so() -> None:
    found = bill(SettledDate="", Currency="eur")
    assert isinstance(found, Invoice) and (found.settled, found.currency) == (None, "EUR")
    without = {name: value for name, value in INVOICE.items() if name != "SettledDate"}
    bare = invoice({plain(name): value for name, value in without.items()}, WHERE, currency("USD"))
    assert isinstance(bare, Invoice) and bare.settled is None


def test_an_id_is_no_name_where_the_file_has_no_names() -> None:
    assert spend_columns(("transno", "paiddate", "amount", "supplierid")) == {
        "document": "transno", "paid": "paiddate", "amount": "amount", "supplier_id": "supplierid",
    }  # fmt: skip


def test_a_misspelt_heading_of_an_invoice_is_found() -> None:
    row = {"invoicenumer": "1", "customerid": "A", "invoicedate": "1/26/2013", "duedate": "2/25/2013", "invoiceamout": "5"}
    assert isinstance(invoice(row, WHERE, currency("USD")), Invoice)


@pytest.mark.parametrize("text", ["1,23.4", "1.234,50", "five", "", "--5", "(-5)", "5-5", "0x10", "1 000", "1.005", "inf"])
def test_what_is_no_amount_is_never_rounded_or_guessed(text: str) -> None:
    with pytest.raises(Malformed, match="amount"):
        minor(text, "amount", currency("GBP"))
