"""Small data folders of our own: one of everything in few records, and one of all that a register can be asked to do."""

from pathlib import Path
from typing import Any

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


ACME, BETA = "ACME TOOLS LLC", "BETA PUMPS INC."
AGENT, NEXT_AGENT, OTHER = "FIRST BANK, N.A., AS COLLATERAL AGENT", "THIRD BANK, AS SUCCESSOR COLLATERAL AGENT", "SECOND BANK"
MANY = [f"16{number:06d}" for number in range(300)]
"""More rights than one page of a filing holds."""


def rich_folder(folder: Path) -> Path:
    """Writes a folder with every kind of act on pledges, a claim of many lines, open invoices, and rows that can't be placed."""
    write(folder / "uspto-patent-chain" / "rich.jsonl", json_lines(_patents()))
    marks = [
        _mark(500, 1, "02/03/2018", "SECURITY INTEREST", [ACME], OTHER),
        _mark(501, 7, "02/03/2019", "RELEASE BY SECURED PARTY", [OTHER], ACME),
    ]
    write(folder / "uspto-trademark-assignments" / "marks.jsonl", json_lines(marks))
    write(folder / "ibm-accounts-receivable" / "rich.csv", comma_separated(_INVOICE_HEADER, _invoices()))
    lines = [["ROADS", f"SUPPLIER {n % 3}", f"S{n % 3}", f"900001 - {n}", "15/03/2018", f"{n}.01"] for n in range(1, 131)]
    lines += [["PARKS", "", "", "900002", "16/03/2018", "10.00"], ["PARKS", "B GARDENS", "S9", "Total", "", "5.00"]]
    lines += [["PARKS", "B GARDENS", "S9", "900003 - 1", "16/03/2018", "10.00"]] * 2
    write(folder / "oxford-council-spend" / "rich.csv", comma_separated(_SPEND_HEADER, lines))
    return folder


def _patents() -> list[dict[str, Any]]:
    few = ["15000001", "15000002", "15000003"]
    parts = ["AS TO CERTAIN PATENTS", "AT REEL/FRAME 200/1"]
    handed = f"NOTICE OF SUCCESSION OF AGENCY (REEL 203 / FRAME 0001; REEL 204 / FRAME 0001; {'REEL 999 / FRAME 9999'})"
    renamed = "CORRECTIVE ASSIGNMENT TO CORRECT THE ASSIGNOR'S NAME PREVIOUSLY RECORDED ON REEL 204 FRAME 1. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY INTEREST."  # noqa: E501  # one text
    ordered = "BANKRUPTCY COURT ORDER RELEASING ALL LIENS INCLUDING THE SECURITY INTEREST RECORDED AT REEL/FRAME 205/0001"
    return [
        chain_record("200-1", "2015-01-05", "FIRST LIEN SECURITY AGREEMENT", [ACME], [AGENT], MANY),
        chain_record("201-1", "2016-01-05", "SUPPLEMENT NO. 1 TO FIRST LIEN SECURITY AGREEMENT", [BETA], [AGENT], ["17000001"]),
        chain_record("202-1", "2016-06-01", "SUPPLEMENT TO SECURITY AGREEMENT RECORDED AT REEL 200 FRAME 1", [BETA], [AGENT], [f"18{n:06d}" for n in range(150)]),  # noqa: E501  # one record
        chain_record("221-1", "2016-03-01", "SECURITY INTEREST", [BETA], [OTHER], ["18000000"]),
        chain_record("206-1", "2017-01-05", f"RELEASE OF SECURITY INTEREST {parts[0]} {parts[1]}", [AGENT], [ACME], [*MANY[100:140], "18000149", "19000001"]),  # noqa: E501  # one record
        chain_record("207-1", "2017-02-05", f"PARTIAL RELEASE {parts[1]}", [AGENT], [ACME], []),
        chain_record("208-1", "2018-02-05", "SUPPLEMENT TO SECURITY AGREEMENT RECORDED AT REEL 200 FRAME 1", [ACME], [AGENT], [MANY[100]]),
        chain_record("209-1", "2018-03-05", f"PARTIAL RELEASE {parts[1]}", [AGENT], [ACME], [MANY[100], MANY[1]]),
        chain_record("203-1", "2016-02-01", "SECURITY INTEREST", [BETA], [AGENT], few),
        chain_record("204-1", "2016-02-01", "SECURITY INTEREST", ["BETTA PUMPS INC."], [AGENT, OTHER], few),
        chain_record("210-1", "2019-01-01", handed, [AGENT], [NEXT_AGENT], few),
        chain_record("211-1", "2019-02-01", renamed, [BETA], [AGENT], few),
        chain_record("212-1", "2019-03-01", "RELEASE BY SECURED PARTY", [NEXT_AGENT], [BETA], few),
        chain_record("205-1", "1968-02-01", "MORTGAGE", [BETA], [OTHER], ["13000001"], executed="1968-01-02"),
        chain_record("213-1", "2020-01-01", ordered, [OTHER], [BETA], ["13000001"]),
        chain_record("215-1", "2021-06-01", "SECURITY INTEREST", [ACME], [OTHER], ["15000009"]),
        chain_record("214-1", "2021-01-01", "RELEASE OF SECURITY INTEREST AT REEL/FRAME 215/1", [OTHER], [ACME], ["15000009"]),
        chain_record("216-1", "2022-01-01", "SUBORDINATION AGREEMENT (REEL 200 FRAME 1)", [AGENT], [OTHER], []),
        chain_record("219-1", "2022-01-04", "SUBORDINATION AGREEMENT (REEL 203 FRAME 1; REEL 221 FRAME 1)", [NEXT_AGENT], [OTHER], []),
        chain_record("222-1", "2022-02-01", "SECURITY INTEREST", [ACME], [OTHER], ["15000011"]),
        chain_record("223-1", "2022-03-01", "RELEASE OF SECURITY INTEREST AT REEL/FRAME 222/1", [OTHER], [ACME], ["15000011"]),
        chain_record("224-1", "2022-04-01", "RESCISSION OF RELEASE RECORDED AT REEL 223 FRAME 1", [ACME], [OTHER], ["15000011"]),
        chain_record("225-1", "2022-05-01", "NOTICE OF ERRONEOUS RELEASE RECORDED AT REEL 209 FRAME 1", [ACME, BETA], [AGENT], [MANY[1]]),
        chain_record("226-1", "2022-06-01", "MERGER", ["THIRD BANK"], ["FOURTH BANK, N.A."], []),
        chain_record("227-1", "2022-07-01", "CHANGE OF NAME", [BETA], ["GAMMA PUMPS INC."], []),
        chain_record("217-1", "2022-01-02", "APPOINTMENT OF RECEIVER", [ACME], [OTHER], []),
        chain_record("218-1", "2022-01-03", "RELEASE OF SECURITY INTEREST AT REEL/FRAME 999/1", [OTHER], [ACME], []),
        {"id": "nonsense"},
    ]  # fmt: skip


def _mark(reel: int, frame: int, recorded: str, text: str, assignors: list[str], assignee: str) -> dict[str, Any]:
    return {
        "reelNumber": reel,
        "frameNumber": f"{frame:04d}",
        "conveyance": text,
        "recorded": recorded,
        "assignors": [{"assignorName": name, "executionDate": recorded} for name in assignors],
        "assignees": [assignee],
        "noOfProperties": 1,
        "properties": [{"serialNumber": 71650280, "registrationNumber": 608049, "mark": "CITY"}],
    }


def _invoices() -> list[list[str]]:
    late, early, unpaid = ["1/2/2018", "2/1/2018", "2/11/2018"], ["1/3/2018", "2/2/2018", "1/9/2018"], ["1/4/2018", "2/3/2018", ""]
    return [
        ["0000000001", "C-1", "391", *late, "61.74", "Yes"],
        ["0000000002", "C-1", "391", *early, "$1,000.05", "No"],
        ["0000000003", "C-2", "391", *unpaid, "5.00", "No"],
        ["0000000004", "C-2", "391", *early, "-5.00", "No"],
        ["0000000005", "C-2", "391", "1/3/2018", "2/2/2019", "", "7.00", "No"],
        ["0000000006", "C-3", "391", *early, "1.005", "No"],
        ["0000000001", "C-3", "391", *early, "2.00", "No"],
    ]
