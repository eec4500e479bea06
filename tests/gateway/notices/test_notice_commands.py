"""A settlement bank's clerk: a camt.054 file becomes notices on the ledger, once, and what isn't clear is listed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway import access
from gateway.access import ACT, READ
from ledger.domain.bank_references import creditor_reference
from tests.gateway.commanding import Run, refused, runner
from tests.gateway.conftest import Api, Member
from tests.gateway.notices.files import ACCOUNT, UETR, Ntry, Tx, camt

CASH = 1


@pytest.fixture
def run(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(api.running.services.settings.home, monkeypatch, capsys)


def parties(api: Api) -> tuple[Member, Member]:
    return api.admit("seller", "SUPPLIER"), api.admit("buyer", "OBLIGOR")


def bank(api: Api) -> str:
    account: str = api.http.get("/cash").json()["data"][0]["bank"]
    return account


def debt(api: Api, receivable: int) -> tuple[str, int]:
    """Status and principal that is owed."""
    found: dict[str, Any] = api.http.get(f"/receivables/{receivable}").json()["data"]
    return found["status"], int(found["debt"]["principal"]["minor"])


def notice(run: Run, verb: str, *more: str, file: str = "notice.xml", account: str = ACCOUNT) -> Any:
    return run("notice", verb, file, "--cash", str(CASH), "--account", account, *more)


def test_a_file_is_looked_at_sent_and_never_sent_twice(api: Api, run: Run) -> None:
    one, two = api.receivable(*parties(api)), api.receivable(*parties(api))
    txs = [
        Tx("USD 60.00", "A-1", UETR, text=f"first part {creditor_reference(one)}"),
        Tx("USD 100.00", "A-2", end_to_end=creditor_reference(two)),
        Tx("USD 7.00", "A-3", text="for nobody knows what"),
    ]
    Path("notice.xml").write_bytes(camt(Ntry("USD 167.00", txs), Ntry("USD 5.00", side="DBIT", reference="D-1")))
    ran = notice(run, "read")
    assert ran.code == 0 and f"60.00 USD of Harbour Cranes plc for receivable {one}" in ran.out
    assert "names no receivable that is paid in cash 1" in ran.out and "5.00 USD: left for a person: a debit" in ran.out
    assert "2 notices, 0 sent before, 2 left for a person" in ran.out
    told = json.loads(notice(run, "read", "--json").out)
    assert [each["body"]["total"] for each in told["notices"]] == ["6000", "10000"] and len(told["left"]) == 2
    assert debt(api, one) == ("live", 10_000), "a dry run"
    ran = notice(run, "send")
    assert ran.code == 0 and ran.out.count("final in block") == 2, ran
    assert debt(api, one) == ("live", 4_000) and debt(api, two) == ("closed", 0)
    again = notice(run, "send")
    assert again.code == 0 and "0 notices, 2 sent before, 2 left for a person" in again.out and again.out.count("sent before, final") == 2
    assert debt(api, one) == ("live", 4_000)


def test_one_payment_told_by_two_forms_of_the_message_is_taken_once(api: Api, run: Run) -> None:
    one = api.receivable(*parties(api))
    tx = Tx("USD 30.00", "F-1", "5b7a3d10-0a3b-4f0e-9d55-5f6a3c1b2e77", text=creditor_reference(one))
    Path("notice.xml").write_bytes(camt(Ntry("USD 30.00", [tx]), version=2))
    assert notice(run, "send").code == 0
    Path("notice.xml").write_bytes(camt(Ntry("USD 30.00", [tx]), version=8, message="M2"))
    ran = notice(run, "send")
    assert ran.code == 0 and "0 notices, 1 sent before" in ran.out and debt(api, one) == ("live", 7_000)


def test_a_uetr_that_was_taken_is_refused_under_another_reference(api: Api, run: Run) -> None:
    one, uetr = api.receivable(*parties(api)), "c1f7a2a4-7d0b-4d3e-8a4f-0b1f3d9e6a10"
    for reference in ("U-1", "U-2"):
        tx = Tx("USD 30.00", reference, uetr, text=creditor_reference(one))
        Path("notice.xml").write_bytes(camt(Ntry("USD 30.00", [tx])))
        ran = notice(run, "send", "--json")
    assert ran.code == 1
    (wrong,) = json.loads(ran.out)["refused"]
    assert "reference" in wrong["reason"] and debt(api, one) == ("live", 7_000)


def test_a_payment_of_several_receivables_is_divided_as_its_parts_say(api: Api, run: Run) -> None:
    one, two = api.receivable(*parties(api)), api.receivable(*parties(api))
    Path("names.json").write_text(json.dumps({"INV-2023-9": str(two)}))
    parts = [(creditor_reference(one), "", "USD 25.00"), ("", "INV-2023-9", "USD 75.00")]
    Path("notice.xml").write_bytes(camt(Ntry("USD 100.00", [Tx(structured=parts)], reference="P-1")))
    assert "names 1 receivables" not in notice(run, "read").out and "1 left for a person" in notice(run, "read").out
    ran = notice(run, "send", "--names", "names.json")
    assert ran.code == 0 and debt(api, one) == ("live", 7_500) and debt(api, two) == ("live", 2_500), ran


def test_what_the_bank_keeps_of_a_payment_is_content_of_the_notice(api: Api, run: Run) -> None:
    one = api.receivable(*parties(api))
    Path("notice.xml").write_bytes(camt(Ntry("USD 1.00", [Tx(text=creditor_reference(one))], reference="K-1")))
    assert notice(run, "send").code == 0
    act = api.http.get("/acts", params={"account": bank(api)}).json()["data"][0]
    body = api.http.get(f"/acts/{act['id']}", params={"account": bank(api)}).json()["body"]
    held = api.http.get(f"/content/{body['contentRoot']}", params={"member": bank(api)}).json()
    assert held["document"]["payer"] == "Harbour Cranes plc" and held["document"]["amount"] == "1.00"


def test_the_settlement_bank_finds_what_is_paid_in_its_cash_and_no_other_member_does(api: Api) -> None:
    seller, _ = parties(api)
    one = api.receivable(*parties(api))
    asked = {"cash": CASH, "names": [str(one), creditor_reference(one), "RF18539007547034", "0", str(one + 1)]}
    with api.running.services.office.write() as conn:
        keys = [access.issue(conn, "x", bytes.fromhex(each[2:]), (READ, ACT)) for each in (bank(api), seller.account)]
    url = api.running.url + "/receivables:named"
    of_bank, of_seller = (httpx.post(url, json=asked, headers={"authorization": f"Bearer {key}"}) for key in keys)
    assert [each["receivable"] for each in of_bank.json()["data"]] == [str(one), str(one), None, None, None]
    assert of_seller.status_code == 404 and "cash 1" in of_seller.json()["detail"]


def test_the_payer_is_told_the_reference(run: Run) -> None:
    assert run("notice", "reference", str(7 << 180)).out.strip() == creditor_reference(7 << 180)
    refused(run("notice", "reference", "x"), "'x' is no id")


@pytest.mark.parametrize(
    ("content", "more", "said"),
    [
        (b"no xml", (), "notice.xml: no XML"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', (), "a document type or entities"),
        (camt(Ntry("USD 5.00")), ("--zone", "Mars/Base"), "'Mars/Base' is no time zone"),
        (camt(Ntry("USD 5.00")), ("--cash", "77"), "the ledger has no cash 77"),
        (camt(Ntry("USD 5.00")), ("--names", "missing.json"), "missing.json: "),
        (camt(Ntry("USD 5.00")), ("--names", "notice.xml"), "notice.xml: "),
    ],
)
def test_a_wrong_input_is_one_line(run: Run, content: bytes, more: tuple[str, ...], said: str) -> None:
    Path("notice.xml").write_bytes(content)
    refused(notice(run, "send", *more), said)
