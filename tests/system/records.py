"""A small data folder of our own with one of everything: grants, a release, late and early invoices, a split and a netted document."""

from pathlib import Path

from tests.gateway.replay.folders import chain_record, comma_separated, json_lines, write

GRANTS, RELEASED, INVOICES, DOCUMENTS = 3, 1, 12, 2

RELEASE_TEXT = "RELEASE OF SECURITY INTEREST RECORDED AT REEL 000100 FRAME 0001"
_INVOICE_HEADER = ["invoiceNumber", "customerID", "countryCode", "InvoiceDate", "DueDate", "SettledDate", "InvoiceAmount", "Disputed"]
_SPEND_HEADER = ["Service Area", "Supplier Name", "Supplier ID", "Transaction Number", "Paid Date", "Amount"]


def small_folder(folder: Path) -> Path:
    """Writes the folder and gives it back."""
    lender, other = ["FIRST BANK, N.A., AS COLLATERAL AGENT"], ["SECOND BANK"]
    records = [
        chain_record("100-1", "2019-03-04", "SECURITY INTEREST", ["ACME TOOLS LLC"], lender, ["15000001", "15000002"]),
        chain_record("101-5", "2019-05-06", "PATENT SECURITY AGREEMENT", ["ACME TOOLS LLC"], other, ["15000001"]),
        chain_record("102-9", "2020-07-08", "SECURITY INTEREST", ["BETA PUMPS INC."], other, ["15000003"]),
        chain_record("110-2", "2021-01-15", RELEASE_TEXT, lender, ["ACME TOOLS LLC"], ["15000001", "15000002"]),
        chain_record("111-3", "2021-02-16", "ASSIGNMENT OF ASSIGNORS INTEREST", ["BETA PUMPS INC."], ["GAMMA LTD"], ["15000003"]),
    ]  # fmt: skip
    write(folder / "uspto-patent-chain" / "few.jsonl.gz", json_lines(records))
    invoices = [_invoice(number) for number in range(INVOICES)]
    write(folder / "ibm-accounts-receivable" / "few.csv", comma_separated(_INVOICE_HEADER, invoices))
    spending = [
        ["HOUSING", "A BUILDER", "S1", "2001 - 1", "15/03/2018", "600.10"],
        ["HOUSING", "A BUILDER", "S1", "2001 - 2", "15/03/2018", "399.90"],
        ["PARKS", "B GARDENS", "S2", "2002 - 1", "16/03/2018", "700.00"],
        ["PARKS", "B GARDENS", "S2", "2002 - 2", "16/03/2018", "-50.00"],
        ["PARKS", "B GARDENS", "S2", "2003 - 1", "16/03/2018", "-10.00"],
    ]
    write(folder / "oxford-council-spend" / "few.csv.gz", comma_separated(_SPEND_HEADER, spending))
    return folder


def _invoice(number: int) -> list[str]:
    day = 1 + number
    settled = f"2/{day + 5}/2018" if number % 3 == 0 else f"1/{day + 10}/2018"
    return [f"{number:010d}", f"C-{number % 4}", "391", f"1/{day}/2018", f"1/{day + 19}/2018", settled, f"{number + 1}.{number:02d}", "No"]
