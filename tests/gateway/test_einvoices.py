"""Electronic invoices: both syntaxes say the same, and what can't become a receivable is refused by business term and rule."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.einvoices import EInvoice, InvoiceError, read
from gateway.receivable_drafts import due_day
from ledger.domain.identifiers import Scheme, identifier
from tests.gateway.commanding import Run, refused, runner
from tests.gateway.conftest import Api, Member
from tests.gateway.einvoice_files import Bill

DATA = Path(os.environ.get("PLEDGEBOOK_DATA") or Path(__file__).parents[3] / "shared" / "data") / "einvoices"
real = pytest.mark.skipif(not DATA.is_dir(), reason=f"no real records at {DATA}: name their folder with PLEDGEBOOK_DATA")
BILL = Bill()


def both(bill: Bill) -> EInvoice:
    """The invoice, the same in both syntaxes."""
    one, other = read(bill.ubl()), read(bill.cii())
    assert one == other
    return one


def test_an_invoice_is_the_same_in_both_syntaxes() -> None:
    assert both(BILL).document() == {
        "number": "R-2023/0042", "issued": "2023-11-10", "type": "380", "currency": "USD", "due": "2023-12-10", "terms": "30 days net",
        "seller": "Lumen Optics & Co", "seller_vat": "DE136695976", "buyer": "Harbour Cranes plc", "total": "119.00", "prepaid": "19.00",
        "payable": "100.00",
    }  # fmt: skip


def test_how_an_amount_or_a_text_is_written_says_nothing() -> None:
    other = replace(BILL, total="119", prepaid="19.0", payable="100", terms="30  days\n net", seller_vat="DE 136 695 976")
    assert both(other).document() == both(BILL).document()


def test_what_is_left_to_pay_is_total_less_prepaid_plus_rounding() -> None:
    rounded = both(replace(BILL, total="119.02", rounding="-0.02"))
    assert rounded.payable == 10_000 and rounded.texts["rounding"] == "-0.02"


def test_a_corrected_invoice_and_another_payee_are_pointed_out() -> None:
    assert both(BILL).warnings == []
    found = both(replace(BILL, type="384", corrects="R-2023/0041", payee="Mill Bank")).warnings
    assert "it corrects R-2023/0041" in found[0] and "payable to Mill Bank" in found[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "381"}, "BT-3: 381: a credit note makes no receivable"),
        ({"type": "261"}, "BT-3: 261: a credit note"),
        ({"number": ""}, "BT-1: number: missing"),
        ({"issued": ""}, "BT-2: issued: missing"),
        ({"issued": "2023-02-30"}, "BT-2: issued: '2023-?02-?30' is no day"),
        ({"due": "soon"}, "BT-9: due: 'soon' is no day"),
        ({"currency": "XXY"}, "BT-5: currency 'XXY' is no ISO 4217 code"),
        ({"seller": ""}, "BT-27: seller: missing"),
        ({"buyer": ""}, "BT-44: buyer: missing"),
        ({"payable": ""}, "BT-115: payable: missing"),
        ({"payable": "99.99"}, r"BT-115: payable: 99.99 USD, but total less prepaid plus rounding is 100.00 \(rule BR-CO-16\)"),
        ({"total": "19.00", "payable": "0.00"}, "BT-115: payable: 0.00 USD; a receivable is more than 0"),
        ({"total": "-119.00", "prepaid": "", "payable": "-119.00"}, "BT-115: payable: -119.00 USD; a receivable is more than 0"),
        ({"total": "119.001"}, "BT-112: total: amount 119.001 has more than 2 decimals"),
        ({"total": "much"}, "BT-112: total: amount 'much' is no decimal number"),
        ({"total": "1e9"}, "BT-115"),
        ({"total": "NaN"}, "BT-112: total: amount 'NaN' is not finite"),
    ],
)
def test_what_makes_no_receivable_is_refused_by_term_and_rule(change: dict[str, Any], said: str) -> None:
    bill = replace(BILL, **change)
    for data in (bill.ubl(), bill.cii()):
        with pytest.raises(InvoiceError, match=said):
            read(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (BILL.ubl("CreditNote"), "BT-3: a UBL CreditNote: a credit note"),
        (b"%PDF-1.7", "no XML: .* give the invoice that is attached to it"),
        (b"", "no XML"),
        (b"<Invoice/>", "its root is Invoice; an EN 16931 invoice"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "a document type or entities"),
        (b"x" * (20 * 2**20 + 1), "bytes, at most"),
    ],
    ids=lambda each: each[:20] if isinstance(each, str) else "",
)
def test_another_file_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(InvoiceError, match=said):
        read(data)


def test_the_due_day_is_the_invoices_or_stated_and_never_both_ways() -> None:
    without = both(replace(BILL, due=""))
    assert due_day(both(BILL), None) == due_day(without, date(2023, 12, 10)) == date(2023, 12, 10)
    with pytest.raises(InvoiceError, match=r"BT-9: due: the invoice has no due date .*30 days net.* say it with --due"):
        due_day(without, None)
    with pytest.raises(InvoiceError, match="the invoice says 2023-12-10, --due says 2023-12-11"):
        due_day(both(BILL), date(2023, 12, 11))


@real
def test_every_official_example_is_read_or_refused_for_what_it_is() -> None:
    refused_: dict[str, str] = {}
    files = [file for file in DATA.rglob("*") if file.suffix.lower() == ".xml"]
    for file in files:
        try:
            assert read(file.read_bytes()).payable > 0
        except InvoiceError as wrong:
            refused_[file.name] = str(wrong).split(":")[0]
    assert len(files) == 75
    assert refused_ == {
        "CII-BR-CO-10-RoundingIssue.xml": "BT-115",
        "BIS3_Invoice_negativ.XML": "BT-115",
        "ubl-tc434-creditnote1.xml": "BT-3",
    }


@real
def test_every_official_case_is_the_same_in_both_syntaxes_but_the_one_that_is_not() -> None:
    differ, cases = dict[str, set[str]](), sorted((DATA / "xrechnung-standard").glob("*_ubl.xml"))
    for ubl in cases:
        one, other = (read(file.read_bytes()).document() for file in (ubl, ubl.with_name(ubl.name.replace("_ubl", "_uncefact"))))
        if one != other:
            differ[ubl.name] = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    assert len(cases) == 21 and differ == {"01.21a-INVOICE_ubl.xml": {"seller_vat"}}, "its two files name two numbers"


# --- The command ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(api.running.services.settings.home, monkeypatch, capsys)


def parties(api: Api) -> tuple[Member, Member]:
    return api.admit("seller", "SUPPLIER"), api.admit("buyer", "OBLIGOR")


def draft(api: Api, run: Run, file: str, *more: str) -> Any:
    seller, buyer = parties(api)
    return run("receivable", "draft", file, "--supplier", seller.account, "--obligor", buyer.account, "--zone", "Europe/Berlin", *more)


def test_an_invoice_becomes_a_receivable_by_the_acts_that_are_printed(api: Api, run: Run) -> None:
    Path("a.xml").write_bytes(BILL.ubl())
    Path("b.xml").write_bytes(BILL.cii())
    ran = draft(api, run, "a.xml")
    assert ran.code == 0 and "Lumen Optics & Co to Harbour Cranes plc: 100.00 USD" in ran.out and "free: no receivable" in ran.out
    made, again = (json.loads(draft(api, run, file, "--json").out) for file in ("a.xml", "b.xml"))
    assert made == again, "one content, one root, one fingerprint, one act, whichever syntax"
    for act in made["acts"]:
        answer = api.http.post("/acts", json={n: v for n, v in act.items() if n != "key"}, headers={"Idempotency-Key": act["key"]})
        assert api.done(answer)["state"] == "final"
    receivable = made["acts"][1]["body"]["receivable"]
    found = api.http.get(f"/receivables/{receivable}").json()["data"]
    assert (found["status"], found["face"], found["due"]) == ("live", {"minor": "10000", "currency": "USD"}, "2023-12-10T23:00:00Z")
    held = api.http.get(f"/content/{found['content_root']}", params={"member": parties(api)[1].account}).json()
    assert held["document"] == both(BILL).document()
    ran = draft(api, run, "b.xml")
    assert ran.code == 1 and "used: this invoice backs a receivable already" in ran.out


def posted(api: Api, act: dict[str, Any]) -> httpx.Response:
    return api.http.post("/acts", json={n: v for n, v in act.items() if n != "key"}, headers={"Idempotency-Key": act["key"]})


def test_a_confirmation_that_names_another_invoice_than_its_content_is_signed_by_nobody(api: Api, run: Run) -> None:
    Path("a.xml").write_bytes(replace(BILL, number="W-1").ubl())
    issue, confirmation = json.loads(draft(api, run, "a.xml", "--json").out)["acts"]
    assert api.done(posted(api, issue))["state"] == "final"
    right = confirmation["body"]["fingerprint"]
    wrong = posted(api, {**confirmation, "body": {**confirmation["body"], "fingerprint": "0x" + "77" * 32}})
    assert wrong.status_code == 422 and wrong.json()["field"] == "body.fingerprint"
    known = {**confirmation["body"], "fingerprint": "0x" + "77" * 32, "earlier": [right]}
    assert api.done(posted(api, {**confirmation, "body": known}))["state"] == "final", "of a gateway that has a version more"


def test_an_obligor_that_signs_elsewhere_is_told_to_hold_the_content(api: Api, run: Run) -> None:
    account = "0x" + "5e" * 20
    wanted = {"key": "away", "name": "away", "party": "0x" + "5e" * 32, "roles": ["OBLIGOR"], "account": account, "operator": account}
    api.http.post("/members:batch", json={"members": [wanted]}).raise_for_status()
    assert api.http.post("/members:wait", json={"accounts": [account], "timeout": 20}).json()["pending"] == []
    Path("a.xml").write_bytes(replace(BILL, number="E-1").ubl())
    made = json.loads(draft(api, run, "a.xml", "--obligor", account, "--json").out)
    assert f"{account} signs elsewhere and must hold the content first: GET /content/0x" in made["warnings"][0]
    assert posted(api, made["acts"][0]).status_code == 202


def test_options_are_in_the_acts(api: Api, run: Run) -> None:
    Path("a.xml").write_bytes(replace(BILL, number="O-1", due="").ubl())
    terms = ("--due", "2024-01-31", "--grace-days", "3", "--late-rate", "5/10000")
    more = (*terms, "--no-set-off", "--by-obligor", "--instalment", "2", "--json")
    issue, confirmation = json.loads(draft(api, run, "a.xml", *more).out)["acts"]
    seller, buyer = parties(api)
    assert (issue["account"], issue["role"], confirmation["body"]["issuer"]) == (buyer.account, "OBLIGOR", buyer.account)
    assert (issue["body"]["grace"], issue["body"]["lateRate"], issue["body"]["lateBasis"]) == (259_200, 5, 10_000)
    assert confirmation["body"]["confirmed"] == 15 and issue["body"]["supplier"] == seller.account
    first = api.http.post(
        "/invoices:fingerprint", json={"seller": seller.account, "buyer": buyer.account, "number": "O-1", "issued": "2023-11-10"}
    )
    assert first.json()["data"]["fingerprint"] != confirmation["body"]["fingerprint"], "another instalment"


def test_the_seller_of_an_assigned_invoice_is_told_by_its_vat_number(api: Api, run: Run) -> None:
    Path("a.xml").write_bytes(replace(BILL, number="P-1", payee="Mill Bank").cii())
    made = json.loads(draft(api, run, "a.xml", "--json").out)
    assert "payable to Mill Bank" in made["warnings"][0]
    seller = "0x" + identifier(Scheme.VAT, BILL.seller_vat).word.hex()
    asked = {"seller": seller, "buyer": parties(api)[1].account, "number": "p 1", "issued": "2023-01-01"}
    words = api.http.post("/invoices:fingerprint", json=asked).json()["data"]
    assert words["fingerprint"] == made["acts"][1]["body"]["fingerprint"]
    Path("a.xml").write_bytes(replace(BILL, payee="Mill Bank", seller_vat="").cii())
    refused(draft(api, run, "a.xml"), "BT-31: seller_vat: missing")


@pytest.mark.parametrize(
    ("bill", "more", "said"),
    [
        (replace(BILL, type="381"), (), "a.xml: BT-3: 381: a credit note makes no receivable"),
        (replace(BILL, due=""), (), "a.xml: BT-9: due: the invoice has no due date"),
        (replace(BILL, currency="EUR"), (), "--cash: of the ledger's cash in EUR there is none"),
        (BILL, ("--cash", "99"), "--cash: of the ledger's cash in USD there is"),
        (BILL, ("--late-rate", "5%"), "--late-rate: '5%' is no fraction"),
        (BILL, ("--due", "tomorrow"), "--due: 'tomorrow' is no day"),
        (BILL, ("--zone", "Mars/Base"), "--zone: 'Mars/Base' is no time zone"),
        (BILL, ("--supplier", "0x" + "77" * 20), "seller: no member has the account"),
    ],
)
def test_a_wrong_input_is_one_line(api: Api, run: Run, bill: Bill, more: tuple[str, ...], said: str) -> None:
    Path("a.xml").write_bytes(bill.ubl())
    refused(draft(api, run, "a.xml", *more), said)
