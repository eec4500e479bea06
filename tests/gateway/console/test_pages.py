"""What people see and sign in the console: amounts, times, names, lists, and acts from the form to the ledger."""

from __future__ import annotations

import re
import threading
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from gateway.access import ACT, READ
from gateway.api import answers, finance_answers, money_answers, pledge_answers, receivable_answers
from gateway.console import rendering, words
from gateway.console.rendering import Clock
from gateway.console.words import Reader
from gateway.office.models import AUDIT
from ledger.domain.ids import token_id
from tests.gateway.conftest import Api, Member
from tests.gateway.console.browser import Browser, Form, Page, drawn_up, key_of, signed_in
from tests.gateway.test_certificates import Desk
from tests.gateway.test_financing_reads import Market

MARKUP = "<script>alert(1)</script>\"'&<b>"
LARGEST = 2**63 - 1
TEMPLATES = rendering.ROOM / "templates"


# --- How things are written ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        ("0", "JPY", "0 JPY"),
        ("1234567", "JPY", "1,234,567 JPY"),
        ("5", "USD", "0.05 USD"),
        ("123456789", "USD", "1,234,567.89 USD"),
        ("-100", "CNY", "-1.00 CNY"),
        ("1", "KWD", "0.001 KWD"),
        ("1234567", "BHD", "1,234.567 BHD"),
        (str(LARGEST), "JPY", "9,223,372,036,854,775,807 JPY"),
        (str(LARGEST), "USD", "92,233,720,368,547,758.07 USD"),
        (str(LARGEST), "KWD", "9,223,372,036,854,775.807 KWD"),
    ],
)
def test_amounts_are_exact_in_the_currencys_own_decimals(minor: str, currency: str, written: str) -> None:
    assert rendering.money({"minor": minor, "currency": currency}) == written


def test_times_are_the_zones_and_name_it() -> None:
    clock = Clock("Asia/Shanghai")
    assert clock.when("2026-01-31T16:30:00Z") == "2026-02-01 00:30:00 Asia/Shanghai"
    assert clock.due("2026-01-31T16:00:00Z") == "2026-01-31, to the end of the day in Asia/Shanghai"
    assert clock.due("2026-01-31T16:00:01Z") == "2026-02-01 00:00:01 Asia/Shanghai"
    assert clock.told("late from 2026-01-31T16:00:00Z on") == "late from 2026-02-01 00:00:00 Asia/Shanghai on"
    assert clock.when("9999-12-31T23:59:59Z") == "9999-12-31 23:59:59 Asia/Shanghai"


@pytest.mark.parametrize(
    ("page", "rows", "row"),
    [
        ("receivable", "paid.received", receivable_answers.Receipt),
        ("receivable", "paid.distributed", receivable_answers.Payment),
        ("receivable", "paid.retired", receivable_answers.Retirement),
        ("receivable", "held.data", receivable_answers.Token),
        ("deal", "found.payments", finance_answers.DealPayment),
        ("deal", "found.assignments", finance_answers.DealAssignment),
        ("cash", "page.data", money_answers.CashEntry),
        ("cash", "money.credits", money_answers.Credit),
        ("dues", "ladder.buckets", receivable_answers.DueBucket),
    ],
)
def test_no_amount_of_a_row_is_left_out(page: str, rows: str, row: Any) -> None:
    """A payment whose money went to who had paid before looked like one of nothing."""
    told = re.search(rf"parts\.table\({re.escape(rows)}, \[([^]]*)\]", (TEMPLATES / f"{page}.html").read_text())
    assert told is not None
    amounts = {name for name, field in row.model_fields.items() if field.annotation is answers.Money}
    assert amounts and amounts <= set(re.findall(r"\w+", told[1]))


def test_nothing_that_a_pledges_record_says_is_left_out() -> None:
    """But what names it for programs, and what its history says with each act."""
    unsaid = {"filer", "filing", "act", "pos", "status", "basis", "rules", "version", "segments_taken", "segments", "content_root"}
    told = (TEMPLATES / "pledge.html").read_text()
    names = {name.strip("_") for name in pledge_answers.Record.model_fields}
    assert {name for name in names if re.search(rf'found\.{name}\b|"{name}"', told) is None} == unsaid


def test_an_act_is_told_field_by_field_with_amounts_times_and_choices_in_words() -> None:
    body = {
        "receivable": "7", "terms": {"face": str(LARGEST), "due": 1_769_875_200, "currency": 840, "contentRoot": "0x" + "00" * 32},
        "confirmed": 7, "partial": False, "pieces": [{"end": "5", "to": "0x" + "11" * 20}], "earlier": ["0x" + "22" * 32],
    }  # fmt: skip
    told = [(fact.name, fact.depth, fact.says) for fact in words.facts(body, Reader(Clock("Asia/Shanghai"), {}))]
    assert told == [
        ("Receivable", 0, "7"),
        ("Terms", 0, None),
        ("Face", 1, "92,233,720,368,547,758.07 USD"),
        ("Due", 1, "2026-01-31, to the end of the day in Asia/Shanghai"),
        ("Currency", 1, "USD"),
        ("Confirmed", 0, "Existence, Amount, Due date"),
        ("Partial", 0, "no"),
        ("Pieces 1", 0, None),
        ("End", 1, "5"),
        ("To", 1, "0x" + "11" * 20),
        ("Earlier 1", 0, "0x" + "22" * 32),
    ]
    offered = {"advance": "57000000", "fee": "5", "recourse": 2}
    assert [fact.says for fact in words.facts({**offered, "cash": 3}, Reader(Clock("UTC"), {"3": 156}))] == [
        "570,000.00 CNY",
        "0.05 CNY",
        "None",
        "3",
    ]
    assert words.facts(offered, Reader(Clock("UTC"), {}))[0].says == "57,000,000 minor units"
    money = words.Reader(Clock("UTC"), {}, "RetireRange", 840)
    taken = {
        "token": str(7 << 64 | 400),
        "start": "1700000000",
        "end": "1700000001",
        "reason": 1,
        "owed": "1",
        "document": "0x" + "11" * 32,
    }
    assert [fact.says for fact in words.facts(taken, money)] == [
        "the one from 400 on, of receivable 7", "1700000000", "1700000001", "Credit note", "0.01 USD", "0x" + "11" * 32,
    ]  # fmt: skip
    loan = {"start": 1_700_000_000, "rate": 36_000, "dayCount": 1, "prepayment": 2, "grace": 864_000}
    assert [(fact.name, fact.says) for fact in words.facts(loan, money)] == [
        ("Begins", "2023-11-14 22:13:20 UTC"), ("Rate", "3.6 % a year"), ("Day count", "ACT/360"), ("Prepayment", "Next"),
        ("Grace", "10 days"),
    ]  # fmt: skip
    assert [words.receivable_of(each) for each in (taken, {"receivable": 9}, {"loan": 1})] == ["7", "9", None]
    assert words.of_kind("ConfirmReceivable").startswith("The obligor confirms") and words.of_kind("NoSuchKind") == "No such kind"


# --- Lists and records -----------------------------------------------------------------------------------------------------------


def people(api: Api) -> tuple[Member, Member]:
    return api.admit("supplier", "SUPPLIER"), api.admit("obligor", "OBLIGOR")


def test_the_first_page_says_who_is_there_how_the_gateway_does_and_what_waits(api: Api) -> None:
    supplier, obligor = people(api)
    drawn_up(api, supplier, obligor, face=77)
    page = signed_in(api, obligor, READ).get("/console/")
    assert "obligor, active" in page.text and obligor.account in page.text and "May read" in page.text
    assert re.search(r"Receivables to confirm: [1-9]", page.text)
    assert "Everything works" in page.text and re.search(r"As at block \d+, final", page.text) and "those of UTC" in page.text
    operator = signed_in(api, None).get("/console/")
    assert "the gateway's operator" in operator.text and operator.form("Show").fields == {"account": ""}
    assert "Receivables to confirm" in signed_in(api, None).get(f"/console/?account={obligor.account}").text


def test_a_key_of_an_account_that_is_no_member_is_told_so(api: Api) -> None:
    page = signed_in(api, Member("nobody", "0x" + "77" * 20)).get("/console/")
    assert page.status == 200 and "this account is no member of the ledger" in page.text


def test_a_list_goes_on_from_page_to_page(api: Api) -> None:
    supplier, obligor = api.admit("many", "SUPPLIER"), api.admit("many's obligor", "OBLIGOR")
    for face in range(1_000, 1_027):
        drawn_up(api, supplier, obligor, face=face)
    browser = signed_in(api, supplier)
    first = browser.get("/console/receivables?status=draft")
    (onwards,) = re.findall(r'rel="next" href="([^"]+)"', first.answer.text)
    second = browser.get(onwards.replace("&amp;", "&"))
    counted = [page.answer.text.count("many&#39;s obligor") + page.answer.text.count("many's obligor") for page in (first, second)]
    assert counted == [25, 2] and 'rel="next"' not in second.answer.text and "status=draft" in onwards
    assert "There are none" in browser.get("/console/receivables?status=closed").text
    wrong = browser.get("/console/receivables?status=odd")
    assert wrong.status == 422 and "odd" in wrong.text and "There are none" not in wrong.text
    for path, name in (("receivables", "party"), ("deals", "account"), ("loans", "account"), ("dues", "account")):
        page = browser.get(f"/console/{path}?{name}=0x12")
        assert page.status == 422 and page.form("Show").fields[name] == "0x12" and 'role="alert"' in page.answer.text, path
    assert "after" in browser.get("/console/receivables?after=odd").text
    for path in ("offers", "certificates", "to-sign", "acts", "deals", "loans", "purchases"):
        page = signed_in(api, None).get(f"/console/{path}?account=0x12")
        assert page.status == 422 and "account: '0x12' is not an account" in page.text, (path, page.text)
        assert re.search(r'id="account"[^>]*aria-invalid="true"', page.answer.text), path


def test_who_confirms_reads_the_document_first_and_nobody_else_does(api: Api) -> None:
    supplier, obligor = people(api)
    lines = [{"item": "lenses", "price": {"minor": "900", "currency": "USD"}}, {"text": MARKUP, "odd": [1, {"deep": None}, ["x"]]}]
    root = api.content({"invoice": "INV-77", "lines": lines, "none": []}, supplier, obligor)
    receivable = drawn_up(api, supplier, obligor, face=901, content=root)
    browser = signed_in(api, obligor)
    for page in (browser.get(f"/console/receivables/{receivable}"), browser.get(f"/console/receivables/{receivable}/confirm"),
                 told(browser, receivable, number="INV-77"), signed_in(api, None).get(f"/console/receivables/{receivable}")):  # fmt: skip
        assert page.status == 200 and "INV-77" in page.text and "9.00 USD" in page.text and MARKUP in page.text, page.text
        assert "<script" not in page.answer.text
    auditor = signed_in(api, api.admit("auditor", "AUDITOR"))
    auditor.send(auditor.get("/console/reason").form("Keep this reason"), reason="audit of documents")
    seen = auditor.get(f"/console/receivables/{receivable}")
    assert "9.01 USD" in seen.text and "It is not held here for you" in seen.text and "INV-77" not in seen.text


def test_the_largest_amount_is_shown_whole(api: Api) -> None:
    supplier, obligor = people(api)
    receivable = drawn_up(api, supplier, obligor, face=LARGEST)
    browser = signed_in(api, obligor)
    for path in ("/console/receivables", f"/console/receivables/{receivable}", f"/console/receivables/{receivable}/confirm"):
        assert "92,233,720,368,547,758.07 USD" in browser.get(path).text, path


def test_a_pledge_a_right_and_their_certificates_are_found_and_read(api: Api, desk: Desk) -> None:
    browser = signed_in(api, people(api)[0])
    page = browser.get("/console/registers?by=registration&text=CERT-2")
    pledge = re.findall(r'href="(/console/pledges/\d+)"', page.answer.text)[0]
    shown = browser.get(pledge)
    assert "Quartz Lens Ltd" in shown.text and "Lens with two foci" in shown.text and "2,500,000.00 USD" in shown.text
    right = re.findall(r'href="(/console/assets/[^"]+)"', shown.answer.text)[0]
    lies = browser.get(right)
    assert "What lies on it, by rank" in lies.text
    order = lies.text.partition("In what order it pays")[2]
    assert f'<a href="{pledge}">' in lies.answer.text.partition("In what order it pays")[2]
    assert ": 2,500,000.00 USD (registered" in order and " UTC" in order and "250000000" not in order and "T00:00:00Z" not in order
    named = browser.get("/console/registers?by=name&text=Quartz+Lens+Ltd")
    assert "Quartz Lenses Ltd" in named.text
    certificate = browser.send(named.form("Certify what stands under these names"))
    assert certificate.status == 200 and "Certificate: search" in certificate.text
    extract = browser.send(shown.form("Certify the record as it stands"))
    (file,) = re.findall(r'href="(/console/certificates/0x[0-9a-f]{64}/file)"', extract.answer.text)
    kept = browser.get(file).answer
    assert sha256(kept.content).hexdigest() in file and kept.headers["content-type"] == "application/json"
    assert kept.headers["content-disposition"].startswith('attachment; filename="extract-')
    assert signed_in(api, people(api)[1]).get(file).status == 404
    assert extract.status == 200 and "Certificate: extract" in extract.text
    listed = browser.get("/console/certificates")
    assert listed.answer.text.count("/console/certificates/0x") == 2
    assert browser.get("/console/registers?by=identifier&text=529900T8BM49AURSDO55").text.count("Lender") == 2
    assert browser.get("/console/registers?by=number&text=US16000101").status in (200, 422)
    assert browser.get("/console/registers?by=odd&text=x").status == 422


def test_deals_loans_dues_and_cash_are_a_banks(api: Api, market: Market) -> None:
    browser, other = signed_in(api, market.bank), signed_in(api, market.other)
    deals, loans = browser.get("/console/deals"), browser.get("/console/loans")
    (deal,) = re.findall(r'href="(/console/deals/\d+)"', deals.answer.text)
    (loan,) = re.findall(r'href="(/console/loans/\d+)"', loans.answer.text)
    assert "40.00 USD" in browser.get(deal).text and "30.00 USD" in browser.get(loan).text and "3.6 % a year" in browser.get(loan).text
    assert other.get(deal).status == other.get(loan).status == 404
    assert "There are none" in other.get("/console/deals").text and "There are none" in other.get("/console/loans").text
    obligor = signed_in(api, api.members["market obligor"])
    dues = obligor.get("/console/dues?side=obligor")
    assert "100.00 USD in 1" in dues.text
    assert browser.get("/console/dues?side=odd").status == 422
    month = browser.get("/console/cash?month=2023-11")
    assert "Statement of 2023-11" in month.text and "Received 900.00 USD" in month.text
    wrong = browser.get("/console/cash?month=2023-13")
    assert wrong.status == 422 and "2023-13" in wrong.answer.text and 'aria-invalid="true"' in wrong.answer.text


# --- Acts ------------------------------------------------------------------------------------------------------------------------


def told(browser: Browser, receivable: str, **fields: str) -> Page:
    form = browser.get(f"/console/receivables/{receivable}/confirm").form("Show what will be signed")
    return browser.send(form, fields={"number": f"I-{receivable[-8:]}", "issued": "2026-01-31", **fields})


def confirmations(api: Api, obligor: Member, receivable: str) -> list[Any]:
    acts = api.http.get("/acts", params={"account": obligor.account, "limit": 1000}).json()["data"]
    whole = [api.http.get(f"/acts/{each['id']}", params={"account": obligor.account}).json() for each in acts]
    return [each for each in whole if each["kind"] == "ConfirmReceivable" and each["body"]["receivable"] == receivable]


def test_a_receivable_is_confirmed_once_however_often_the_form_comes(api: Api) -> None:
    supplier, obligor = people(api)
    receivable = drawn_up(api, supplier, obligor, face=123_456)
    browser = signed_in(api, obligor)
    preview = told(browser, receivable, no_set_off="yes")
    assert "1,234.56 USD" in preview.text and "no set off" in preview.text and "to the end of the day" in preview.text
    assert confirmations(api, obligor, receivable) == [], "nothing is signed before it was shown"
    form, pages = preview.form("Sign: confirm"), list[Page]()
    threads = [threading.Thread(target=lambda: pages.append(browser.send(form))) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    pages.append(browser.send(form))
    assert [page.status for page in pages] == [200] * 5 and len({page.answer.url.path for page in pages}) == 1
    (made,) = confirmations(api, obligor, receivable)
    assert made["state"] == "final" and "Final" in pages[-1].text
    assert "Live" in browser.get(f"/console/receivables/{receivable}").text


def test_what_was_not_shown_is_not_signed(api: Api) -> None:
    supplier, obligor = people(api)
    receivable = drawn_up(api, supplier, obligor, face=500)
    browser = signed_in(api, obligor)
    form = told(browser, receivable).form("Sign: confirm")
    for changed in (
        {"fingerprint": "0x" + "33" * 32},
        {"seal": "0" * 64},
        {"key": "another key"},
        {"confirms": "no set off"},
        {"signed_by": supplier.account},
    ):
        page = browser.send(form, fields=changed)
        assert page.status == 409 and "not what was shown" in page.text, changed
    assert browser.send(form, key="").status == 422
    assert confirmations(api, obligor, receivable) == []


def test_a_wrong_field_is_marked_and_what_was_written_stands_in_the_form_again(api: Api) -> None:
    supplier, obligor = people(api)
    browser, receivable = signed_in(api, obligor), drawn_up(api, supplier, obligor, face=600)
    page = told(browser, receivable, issued="31.1.2026", number="A <b>7")
    assert page.status == 422 and "issued" in page.text
    form = page.form("Show what will be signed")
    assert (form.fields["issued"], form.fields["number"]) == ("31.1.2026", "A <b>7")
    assert re.search(r'id="issued"[^>]*aria-invalid="true"', page.answer.text) and "A <b>" not in page.answer.text
    assert "issued: 2026-02-30 is no day of the calendar" in told(browser, receivable, issued="2026-02-30").text
    missing = told(browser, receivable, number="")
    assert missing.status == 422 and "number: missing" in missing.text
    assert told(browser, receivable, instalment="two").status == 422


def test_an_invoice_that_is_used_is_not_confirmed_again(api: Api) -> None:
    supplier, obligor = people(api)
    browser, first, second = signed_in(api, obligor), drawn_up(api, supplier, obligor, face=701), drawn_up(api, supplier, obligor, face=702)
    browser.send(told(browser, first, number="TWICE").form("Sign: confirm"))
    page = told(browser, second, number="TWICE")
    assert page.status == 409 and "a receivable has this invoice already" in page.text


def test_a_receivable_is_refused_and_then_waits_no_more(api: Api) -> None:
    supplier, obligor = people(api)
    browser, receivable = signed_in(api, obligor), drawn_up(api, supplier, obligor, face=800)
    preview = browser.send(browser.get(f"/console/receivables/{receivable}/refuse").form("Show what will be signed"))
    assert "the obligor refuses it" in preview.text
    assert "Final" in browser.send(preview.form("Sign: refuse")).text
    shown = browser.get(f"/console/receivables/{receivable}")
    assert "Refused" in shown.text and "/confirm" not in shown.answer.text
    late = told(browser, receivable)
    assert late.status == 422 and "only a draft is confirmed" in late.text


@pytest.mark.parametrize(("answer", "owner"), [("accept", "friend"), ("decline", "supplier")])
def test_an_offered_range_is_answered_by_whom_it_is_offered_to(api: Api, answer: str, owner: str) -> None:
    supplier, obligor = people(api)
    friend = api.admit("friend", "SUPPLIER")
    receivable = api.receivable(supplier, obligor, face=900)
    assert api.running.clock is not None
    body = {"token": str(token_id(receivable, 0)), "start": 0, "end": 400, "to": friend.account, "ref": "0x" + "11" * 32,
            "deadline": api.running.clock.now() + 86_400}  # fmt: skip
    assert api.done(api.act(supplier, "OfferRange", body))["state"] == "final"
    browser = signed_in(api, friend)
    listed = browser.get("/console/offers")
    assert "4.00 USD" in listed.text
    preview = browser.send(listed.form(answer.capitalize()))
    assert preview.status == 200 and "4.00 USD" in preview.text
    assert "Final" in browser.send(preview.form(f"Sign: {answer}")).text
    holders = api.http.get(f"/receivables/{receivable}/tokens").json()["data"]
    assert holders[0]["owner"] == api.members[owner].account
    assert "There are none" in browser.get("/console/offers").text


def gathering(api: Api, supplier: Member, obligor: Member, reason: str) -> str:
    """An act of the supplier's that waits for the obligor's signature; its page."""
    receivable = api.receivable(supplier, obligor, face=1_000)
    asked = {"receivable": str(receivable), "act": "retire", "reason": reason, "document": "0x" + "44" * 32}
    key = {"authorization": f"Bearer {key_of(api, supplier, READ, ACT)}"}
    (act,) = api.http.post("/receivables:draft", json=asked, headers=key).raise_for_status().json()["data"]["acts"]
    body = {name: act[name] for name in ("account", "kind", "body", "signers")}
    posted = api.http.post("/acts", json=body, headers={"Idempotency-Key": act["key"], **key}).json()
    assert posted["state"] == "gathering"
    return f"/console/acts/{posted['account']}/{posted['id']}"


def test_an_act_is_signed_by_who_is_asked_and_seen_by_nobody_else(api: Api) -> None:
    supplier, obligor = people(api)
    with_key, path = signed_in(api, supplier), gathering(api, supplier, obligor, "credit note")
    obliged, stranger = signed_in(api, obligor), signed_in(api, api.admit("stranger", "OBLIGOR"))
    assert path in obliged.get("/console/to-sign").answer.text and stranger.get(path).status == 404
    page = obliged.get(path)
    assert "Reason Credit note" in page.text and "Owed 10.00 USD" in page.text and "10.00 USD , owed to supplier" in page.text
    assert "Signatures are missing" in page.text and "supplier" in page.text and "Owner and obligor sign" in page.text
    reader = signed_in(api, obligor, READ).get(path)
    assert not [form for form in reader.read.forms if form.button != "Sign out"]
    signed = obliged.send(page.form("Sign for obligor"))
    assert signed.status == 200 and "Final" in signed.text
    assert "Nothing waits" in obliged.get("/console/to-sign").text
    listed = with_key.get("/console/acts?state=final")
    assert path in listed.answer.text and path not in with_key.get("/console/acts?state=refused").answer.text


def test_a_signature_is_taken_back(api: Api) -> None:
    supplier, obligor = people(api)
    browser, path = signed_in(api, supplier), gathering(api, supplier, obligor, "set off")
    page = browser.send(browser.get(path).form("Take the signature of supplier back"))
    assert page.status == 200 and "Voided" in browser.get(path + "?wait=1").text
    assert "Nothing waits" in signed_in(api, obligor).get("/console/to-sign").text


def test_a_refused_act_says_why_with_amounts_in_their_currency(api: Api) -> None:
    supplier, obligor = people(api)
    receivable = api.receivable(supplier, obligor, face=1_000)
    browser = signed_in(api, obligor)
    for kind, body in (
        ("TransferCash", {"cash": 1, "to": supplier.account, "amount": "40000", "ref": "0x" + "11" * 32}),
        ("PayReceivable", {"receivable": str(receivable), "amount": "40000", "ref": "0x" + "12" * 32}),
    ):
        # More than one are not tried before they are accepted.
        acts = [{"key": api.fresh_key(), "account": obligor.account, "kind": kind, "body": body} for _ in range(2)]
        given = api.http.post("/acts:batch", json={"acts": acts}).json()["acts"]
        act = api.http.get(f"/acts/{given[0]['id']}", params={"account": obligor.account, "wait": 20}).json()
        assert (
            act["state"] == "refused" and "holds 0 minor units of this cash, 40000 minor units are needed" in act["reason"]["sentence"]
        ), act
        page = browser.get(f"/console/acts/{obligor.account}/{act['id']}")
        assert "Why it was refused" in page.text and "holds 0.00 USD of this cash, 400.00 USD are needed" in page.text
    assert "40000 minor units are needed" in browser.get("/console/acts?state=refused").text


# --- Purchases -------------------------------------------------------------------------------------------------------------------


def test_a_bank_offers_on_what_it_is_told_and_the_seller_accepts_by_clicking(api: Api, market: Market) -> None:
    receivable = api.receivable(market.supplier, api.members["market obligor"], face=1_000_000)
    bank, seller = signed_in(api, market.bank), signed_in(api, market.supplier)
    assert bank.get("/console/purchases/new").form("Go on").fields == {"receivable": ""}
    odd = bank.get("/console/purchases/new?receivable=odd")
    assert odd.status == 422 and odd.form("Go on").fields == {"receivable": "odd"}
    assert "The ledger does not show you this receivable" in bank.get(f"/console/purchases/new?receivable={receivable}").text
    form = bank.get(f"/console/purchases/new?receivable={receivable}").form("Show what will be signed")
    terms = {
        "seller": market.supplier.account, "currency": "usd", "least_owed": "10,000.00", "length": "1000000", "end": "1000000",
        "advance": "600.5", "fee": "1", "rate": "4.35%", "day_count": "ACT/360", "recourse": "full", "until": "2099-12-31",
    }  # fmt: skip
    amounts = [("advance", wrong) for wrong in ("600.555", "-", "600,50", "6e2", "6_0")]
    for name, wrong in (*amounts, ("rate", "much"), ("until", "soon"), ("currency", "XX"), ("seller", ""),
                        ("payments", "no"), ("length", "1.5"), ("recourse", "")):  # fmt: skip
        page = bank.send(form, fields={**terms, name: wrong})
        again = page.form("Show what will be signed")
        assert page.status == 422 and f"{name}: " in page.text, (name, page.text)
        assert re.search(rf'id="{name}"[^>]*aria-invalid="true"', page.answer.text), name
        assert again.fields["advance"] == (wrong if name == "advance" else "600.5") and again.fields.get(name, wrong) == wrong
    preview = bank.send(form, fields=terms)
    assert "600.50 USD" in preview.text and "4.35 % a year, ACT/360" in preview.text and "full recourse" in preview.text, preview.text
    sign = preview.form("Sign: offer")
    assert bank.send(sign, fields={"advance": "60051"}).status == 409, "what was not shown"
    assert bank.send(sign, fields={"payments": "none"}).status == 422
    act = bank.send(sign)
    assert "Final" in act.text and bank.send(sign).answer.url == act.answer.url
    assert "Discount 4.35 % a year, ACT/360" in act.text and "360000000" not in act.text
    assert re.search(r"Banks' offers to buy that stand: [1-9]", seller.get("/console/").text)
    listed = seller.get("/console/purchases?state=open")
    assert "Offer to buy" in bank.get("/console/purchases").text and "Offer to buy" not in listed.text
    (offer,) = [each for each in listed.read.forms if each.button == "Accept" and "600.50 USD" in listed.text][-1:]
    assert "4.35 % a year, ACT/360" in listed.text and "1.00 USD" in listed.text
    accepted = seller.send(seller.send(offer).form("Sign: accept"))
    assert "Final" in accepted.text, accepted.text
    assert "600.50 USD" in seller.get("/console/deals").text
    late = seller.send(offer)
    assert late.status == 422 and "accepted" in late.text


def test_what_the_ledger_would_refuse_is_said_in_the_currency_before_anything_is_signed(api: Api, market: Market) -> None:
    """The bank offers more than it has: its seller reads so, and has nothing to sign."""
    receivable = api.receivable(market.supplier, api.members["market obligor"], face=10**12)
    bank, seller = signed_in(api, market.bank), signed_in(api, market.supplier)
    terms = {
        "seller": market.supplier.account, "currency": "usd", "least_owed": "10,000,000,000.00", "length": str(10**12),
        "end": str(10**12), "advance": "9,876,543,210.00", "fee": "1", "rate": "4.35%", "day_count": "ACT/360", "recourse": "full",
        "until": "2099-12-31",
    }  # fmt: skip
    preview = bank.send(bank.get(f"/console/purchases/new?receivable={receivable}").form("Show what will be signed"), fields=terms)
    assert "Final" in bank.send(preview.form("Sign: offer")).text
    listed = seller.get("/console/purchases?state=open")
    answers = [seller.send(each) for each in listed.read.forms if each.button == "Accept"]
    (refused,) = [each for each in answers if "9,876,543,210.00 USD" in each.text]
    assert "The ledger would refuse it now" in refused.text and "of this cash, 9,876,543,210.00 USD are needed" in refused.text, (
        refused.text
    )
    assert "minor units are needed" not in refused.text and not [each for each in refused.read.forms if "Sign: " in each.button]


def recallable(browser: Browser) -> list[Form]:
    """The forms by which who is signed in can take an open offer back."""
    return [each for each in browser.get("/console/purchases?state=open").read.forms if each.button == "Recall"]


def test_a_bank_takes_its_offer_back_and_nobody_else_may(api: Api, market: Market) -> None:
    other, stranger = signed_in(api, market.other), signed_in(api, api.admit("stranger", "OBLIGOR"))
    offers = [each for each in other.get("/console/purchases?state=open").read.forms if each.button == "Recall"]
    assert offers and not [
        each for each in signed_in(api, market.other, READ).get("/console/purchases").read.forms if each.button == "Recall"
    ]
    preview = other.send(offers[0])
    assert "takes back its offer" in preview.text
    assert "Final" in other.send(preview.form("Sign: recall")).text
    assert len(recallable(other)) == len(offers) - 1
    assert other.send(offers[0]).status == 422
    path = re.sub("/recall$", "/odd", offers[-1].action)
    assert stranger.get("/console/purchases").text.count("There are none") == 1
    for action, status in ((offers[-1].action, 404), (path, 404)):
        form = stranger.get("/console/reason").form("Keep this reason")
        form.action = action
        assert stranger.send(form).status == status


# --- Oversight -------------------------------------------------------------------------------------------------------------------


def test_an_auditor_says_why_first_and_each_look_is_noted(api: Api) -> None:
    supplier, obligor = people(api)
    receivable = drawn_up(api, supplier, obligor, face=1_100)
    browser = signed_in(api, api.admit("auditor", "AUDITOR"))
    path = f"/console/receivables/{receivable}"
    asked = browser.get(path)
    assert "Why you look" in asked.text and str(asked.answer.url).endswith(f"next={path}") and "11.00 USD" not in asked.text
    short = browser.send(asked.form("Keep this reason"), reason="why")
    assert short.status == 422 and short.form("Keep this reason").fields["reason"] == "why"
    page = browser.send(asked.form("Keep this reason"), reason=f"audit {MARKUP}")
    assert page.answer.url.path == path and "11.00 USD" in page.text and f"because: audit {MARKUP}" in page.text
    assert "<script" not in page.answer.text and "audit" in browser.get("/console/acts").text
    with api.running.services.office.read() as conn:
        lines = [(line.record, line.outcome) for line in conn.execute(select(AUDIT).where(AUDIT.c.action == "oversight"))]
    assert (f"GET /receivables/{receivable}", f"audit {MARKUP}") in lines
    changed = browser.send(browser.get("/console/reason").form("Keep this reason"), reason="another reason")
    assert "because: another reason" in changed.text


# --- Markup ----------------------------------------------------------------------------------------------------------------------


def test_what_members_write_is_never_markup(api: Api) -> None:
    odd, obligor = api.admit(MARKUP, "SUPPLIER"), api.admit(f"obligor {MARKUP}", "OBLIGOR")
    receivable = drawn_up(api, odd, obligor, face=1_200)
    browser = signed_in(api, obligor)
    told(browser, receivable)
    preview = told(browser, receivable)
    act = browser.send(preview.form("Sign: confirm"))
    paths = ["/console/", "/console/receivables", f"/console/receivables/{receivable}", "/console/acts", "/console/offers",
             "/console/to-sign",
             f"/console/receivables?party={obligor.account}", "/console/dues", "/console/cash", "/console/deals", "/console/loans",
             "/console/certificates", f"/console/receivables/{receivable}/confirm", "/console/receivables/7",
             "/console/registers?by=name&text=%3Cscript%3Ealert(1)%3C/script%3E%22%27", "/console/registers?by=%3Cscript%3E&text=x",
             "/console/receivables?party=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/console/receivables?status=%3Cscript%3E",
             "/console/reason?next=%22%3E%3Cscript%3E", "/console/%3Cscript%3E", "/console/acts?state=%3Cscript%3E",
             "/console/cash?month=%22%3E%3Cscript%3E", "/console/receivables?after=%22%3E%3Cscript%3E"]  # fmt: skip
    pages = [preview, act, *(browser.get(path) for path in paths)]
    for page in pages:
        assert "<script" not in page.answer.text.lower() and "<b>" not in page.answer.text, page.answer.url
        assert "script" not in page.read.tags and page.answer.headers["content-type"].startswith("text/html")
    assert MARKUP in pages[4].text, "names are shown, as text"


def test_a_name_turns_nothing_round_and_stands_by_itself(api: Api) -> None:
    """A mark that turns the direction of writing made an amount beside a name read backwards."""
    turned, obligor = api.admit("ltd\u202egnp.exe", "SUPPLIER"), api.admit("شركة التجارة", "OBLIGOR")
    receivable = drawn_up(api, turned, obligor, face=1_250)
    browser = signed_in(api, obligor)
    preview = told(browser, receivable)
    for page in (preview, browser.get(f"/console/receivables/{receivable}"), browser.get("/console/receivables")):
        assert "\u202e" not in page.answer.text and "ltd\ufffdgnp.exe" in page.text, page.answer.url
        assert "<bdi>شركة التجارة</bdi>" in page.answer.text


def test_no_page_has_anything_inline_or_from_elsewhere(api: Api) -> None:
    supplier, obligor = people(api)
    receivable = drawn_up(api, supplier, obligor, face=1_300)
    browser = signed_in(api, obligor)
    for path in ("/console/", f"/console/receivables/{receivable}", f"/console/receivables/{receivable}/confirm", "/console/acts"):
        text = browser.get(path).answer.text
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script|https?://|src=", text), path
        assert re.findall(r"<link[^>]+>", text) == ['<link rel="stylesheet" href="/console/console.css">']
        labels, inputs = re.findall(r'<label for="([^"]+)"', text), re.findall(r'<(?:input|select) id="([^"]+)"', text)
        assert set(inputs) <= set(labels) and text.count("<h1>") == 1 and '<html lang="en">' in text
